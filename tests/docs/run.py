"""Runs what the documentation tells to type: every `sh` block of README.md and docs/*.md, as written.

    run.py MAILLON REPOSITORY            blocks marked ```sh, one session a page, in an empty folder
    run.py --clone REPOSITORY            blocks marked ```sh clone, in a fresh clone of the repository

Links between pages and to files of the repository must lead somewhere.

A block marked ```sh not-run is for machines or data that a test does not have; there must be few, and
this prints them. A page whose blocks are not run is an error in the page: the message says file and line.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile


def blocks(path):
    """(mark, first line, text) of the sh blocks of a page."""
    found, inside, mark = [], None, ""
    for n, line in enumerate(open(path, encoding="utf-8"), 1):
        fence = re.match(r"\s*```(.*)$", line)
        if fence and inside is None:
            words = fence.group(1).split()
            inside, mark = [n + 1], " ".join(words[1:]) if words[:1] == ["sh"] else None
        elif fence:
            if mark is not None:
                found.append((mark, inside[0], "".join(inside[1:])))
            inside = None
        elif inside is not None:
            inside.append(line)
    assert inside is None, f"{path}: a block is not closed"
    return found


def dead_links(path):
    """Links of a page to files that are not there."""
    text = re.sub(r"```.*?```|`[^`]*`", "", open(path, encoding="utf-8").read(), flags=re.S)
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    return [t for t in targets if "://" not in t
            and not os.path.exists(os.path.join(os.path.dirname(path), t))]


def session(page, texts, folder, path, env):
    """The blocks of one page in one shell; stops at the first command that fails."""
    script = "set -e\n"
    for line, text in texts:
        script += f"echo '-- {page}:{line}' >&2\n{text}\n"
    done = subprocess.run(["bash", "-c", script], cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, PATH=path, **env))
    if done.returncode != 0:
        print(done.stdout.decode())
        print(f"{page}: the last block named above fails with status {done.returncode}")
        return False
    return True


def main():
    clone = sys.argv[1] == "--clone"
    repository = os.path.abspath(sys.argv[2])
    path = os.environ["PATH"]
    if not clone:
        path = os.path.dirname(os.path.abspath(sys.argv[1])) + ":" + path
    good, run, left = True, 0, []
    pages = [os.path.join(repository, "README.md")]
    pages += sorted(glob.glob(os.path.join(repository, "docs", "**", "*.md"), recursive=True))
    for page in pages:
        name = os.path.relpath(page, repository)
        all_blocks = blocks(page)
        for target in dead_links(page):
            print(f"{name}: the link to {target} leads nowhere")
            good = False
        assert all(mark in ("", "clone", "not-run") for mark, _, _ in all_blocks), f"{name}: unknown mark"
        left += [f"{name}:{line}" for mark, line, _ in all_blocks if mark == "not-run"]
        mine = [(line, text) for mark, line, text in all_blocks if mark == ("clone" if clone else "")]
        if not mine:
            continue
        run += len(mine)
        folder = tempfile.mkdtemp(prefix="maillon-docs-")
        if clone:
            subprocess.run(["git", "clone", "-q", repository, folder + "/maillon"], check=True)
            if os.path.isdir(repository + "/.deps"):  # set up already: nothing to fetch
                shutil.copytree(repository + "/.deps", folder + "/maillon/.deps")
            good &= session(name, mine, folder + "/maillon", path, {})
        else:
            os.mkdir(folder + "/home")
            os.mkdir(folder + "/here")
            good &= session(name, mine, folder + "/here", path, {"HOME": folder + "/home"})
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{run} blocks of {len(pages)} pages run; not run: {', '.join(left) or 'none'}")
    assert run > 0 and len(left) <= 3
    sys.exit(0 if good else 1)


main()
