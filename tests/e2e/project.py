"""A project on small synthetic data, for the tests of the program as a whole.

Every test is a script: test.py MAILLON. It prints what it draws at random (MAILLON_SEED repeats a
draw) and fails by an assertion that says what did not hold."""

import atexit
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

PROCEDURES = int(os.environ.get("MAILLON_PROCEDURES", "2000"))
STAGES = ["ingest", "link-chain", "chain", "study", "protect", "report"]


def program():
    """A copy of the program under test: a build that goes on beside changes no digest of a run."""
    global _copy
    if _copy is None:
        folder = tempfile.mkdtemp(prefix="maillon-e2e-program-")
        os.chmod(folder, 0o755)
        atexit.register(shutil.rmtree, folder, True)
        _copy = shutil.copy2(sys.argv[1], folder)
    return _copy


_copy = None


def drawn():
    """Random numbers whose seed is printed."""
    seed = int(os.environ.get("MAILLON_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"MAILLON_SEED={seed}", flush=True)
    return random.Random(seed)


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return f"status {self.code}\n{self.out}\n{self.err}"


def call(*words, cwd=None, expect=0, **more):
    """Runs maillon to its end; the status must be `expect` (None: any)."""
    done = subprocess.run([program(), *map(str, words)], cwd=cwd, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert expect is None or done.returncode == expect, \
        f"maillon {' '.join(map(str, words))}: expected status {expect}, got {result}"
    return result


class Place:
    """A temporary folder, removed at the end (kept with MAILLON_KEEP=1)."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="maillon-e2e-")
        return self

    def __exit__(self, *why):
        if os.environ.get("MAILLON_KEEP"):
            print("kept:", self.path)
        else:
            subprocess.run(["chmod", "-R", "u+rwX", self.path], check=False)
            shutil.rmtree(self.path, ignore_errors=True)

    def __truediv__(self, name):
        return os.path.join(self.path, name)


def make(place, name="essai", procedures=None, seed=7, profile="default"):
    """A fresh project with keys and extracts."""
    folder = place / name
    call("init", folder)
    call("key", "new", os.path.join(folder, "keys"))
    call("synth", "-q", os.path.join(folder, "data"), "--procedures", procedures or PROCEDURES,
         "--seed", seed, "--profile", profile)
    return folder


def twin(folder, name):
    """The same project elsewhere: same keys, same extracts, nothing run yet."""
    other = os.path.join(os.path.dirname(folder), name)
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns("work", "out", "journal"))
    return other


def run(folder, *options, expect=0, **more):
    return call("run", os.path.join(folder, "project.yaml"), *options, expect=expect, **more)


def files(folder):
    """Every file below, by its path relative to the folder."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            found[os.path.relpath(path, folder)] = path
    return found


def digests(folder):
    return {name: hashlib.sha256(open(path, "rb").read()).hexdigest()
            for name, path in files(folder).items()}


def published(folder):
    """out/ to the byte, and the exact manifest of work/."""
    found = digests(os.path.join(folder, "out"))
    with open(os.path.join(folder, "work", "manifest.json"), "rb") as f:
        found["work/manifest.json"] = hashlib.sha256(f.read()).hexdigest()
    return found


def manifest(folder, where="work"):
    with open(os.path.join(folder, where, "manifest.json"), encoding="utf-8") as f:
        return json.load(f)


def differences(a, b):
    return sorted(name for name in set(a) | set(b) if a.get(name) != b.get(name))


def leftovers(folder):
    """What only a run in progress may have: partial folders and files written aside."""
    return sorted(name for part in ("work", "out") for name in files(os.path.join(folder, part))
                  if ".partial" in name or name.endswith(".part") or "/.tmp" in name)
