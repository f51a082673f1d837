"""kill -9 and SIGINT anywhere: nothing half-written is ever seen, and the next run completes to the
same bytes."""

import os
import signal
import subprocess
import time

from project import STAGES, Place, differences, digests, drawn, leftovers, make, program, published, run, twin

POINTS = int(os.environ.get("MAILLON_POINTS", "12"))


def start(folder):
    return subprocess.Popen([program(), "run", os.path.join(folder, "project.yaml"), "--quiet"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def wait_for(child, path):
    """Until the path is there, or the child has ended."""
    while child.poll() is None and not os.path.exists(path):
        time.sleep(0.0005)


def stop(child, how):
    child.send_signal(how)
    err = child.stderr.read().decode()
    code = child.wait()
    # -SIGINT: it came before the program was loaded, and the shell would say 130 too
    allowed = {0, -signal.SIGKILL} if how == signal.SIGKILL else {0, 130, -signal.SIGINT}
    assert code in allowed, f"status {code} after {how.name}: {err}"
    return code


def whole_so_far(folder, reference):
    """Each file of out/ is absent or whole, whatever the moment."""
    out = os.path.join(folder, "out")
    for name, digest in (digests(out) if os.path.isdir(out) else {}).items():
        aside = name.startswith(".") or "/." in name
        assert aside or reference[name] == digest, f"{name} is half-written"


with Place() as place:
    rng = drawn()
    folder = make(place)
    begin = time.monotonic()
    run(folder)
    seconds = time.monotonic() - begin
    reference = published(folder)

    moments = [("after", rng.uniform(0, 1.05 * seconds)) for _ in range(POINTS - 6)]
    moments += [("partial", s) for s in rng.sample(STAGES, 3)]
    moments += [("state", s) for s in rng.sample(STAGES, 3)]
    stopped = 0
    for n, (kind, at) in enumerate(moments):
        how = rng.choice([signal.SIGKILL, signal.SIGINT])
        copy = twin(folder, f"point{n}")
        for _ in range(rng.choice([1, 1, 2])):  # sometimes the run that goes on is stopped too
            child = start(copy)
            if kind == "after":
                time.sleep(at)
            else:
                name = f".{at}.partial" if kind == "partial" else f"{at}.json"
                wait_for(child, os.path.join(copy, "work", name))
            code = stop(child, how)
            stopped += code != 0
            whole_so_far(copy, reference)
        print(f"{how.name} {kind} {at}: status {code}", flush=True)
        run(copy)
        assert not leftovers(copy), leftovers(copy)
        assert published(copy) == reference, differences(published(copy), reference)
    assert stopped >= POINTS // 3, f"only {stopped} runs were stopped before their end"
