"""What must stop a run, with its exit code and a message that says where: two runs at once, keys, a
full disk, permissions. Afterwards the next run completes to the same bytes."""

import ctypes
import os
import resource
import shutil
import signal
import subprocess
import time

from project import Place, call, differences, leftovers, make, program, published, run, twin


def project(folder):
    return os.path.join(folder, "project.yaml")


def check_completes(folder, reference):
    run(folder)
    assert not leftovers(folder), leftovers(folder)
    assert published(folder) == reference, differences(published(folder), reference)


def two_at_once(folder, reference):
    copy = twin(folder, "twice")
    child = subprocess.Popen([program(), "run", project(copy), "--quiet"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while child.poll() is None and not os.path.exists(os.path.join(copy, "work", ".ingest.partial")):
        time.sleep(0.001)
    child.send_signal(signal.SIGSTOP)  # it holds the project, whatever the machine's speed
    second = run(copy, expect=6)
    assert "another run holds this project" in second.err and second.out == "", second
    assert call("report", project(copy), expect=6).code == 6
    child.send_signal(signal.SIGCONT)
    assert child.wait() == 0, child.stderr.read()
    assert published(copy) == reference


def keys(folder, reference):
    def key(copy, name):
        return os.path.join(copy, "keys", name + ".key")

    copy = twin(folder, "keys")
    run(copy)
    truth = os.path.join(copy, "data", "truth")
    kept = os.path.join(copy, "kept.key")
    for name in [n[:-len(".key")] for n in sorted(os.listdir(os.path.join(copy, "keys")))]:
        os.rename(key(copy, name), kept)  # missing
        gone = run(copy, expect=5)
        assert name + ".key" in gone.err, gone
        os.rename(kept, key(copy, name))
    for change in (lambda t: t[:-10], lambda t: t.replace("key: ", "key: zz"), lambda t: "",
                   lambda t: t.replace("maillon-key 1", "maillon-key 9"),
                   lambda t: t[:-3] + ("00" if t[-3:-1] != "00" else "11") + t[-1:]):
        text = open(key(copy, "base"), encoding="ascii").read()
        open(key(copy, "base"), "w", encoding="ascii").write(change(text))  # damaged
        bad = run(copy, expect=5)
        assert "base.key" in bad.err and text.split("key: ")[1].strip() not in bad.err, bad
        open(key(copy, "base"), "w", encoding="ascii").write(text)
    os.chmod(key(copy, "id"), 0o644)  # open to others
    assert "id.key" in run(copy, expect=5).err
    os.chmod(key(copy, "id"), 0o600)

    other = make(place, "other", procedures=50)  # a right key of another project: wrong here
    os.rename(key(copy, "id"), kept)
    shutil.copy(key(other, "id"), key(copy, "id"))
    wrong = call("eval", project(copy), "--truth", truth, expect=5)
    assert "id" in wrong.err, wrong
    stale = run(copy, "--from", "chain", expect=2)
    assert "stage ingest is not up to date" in stale.err, stale
    os.rename(kept, key(copy, "id"))
    assert published(copy) == reference and "up to date" in run(copy).err


def limited(size):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def file_too_large(folder, reference):
    """As a full disk, but for any user: no file may pass a size; each stage in turn is stopped."""
    done_to = None
    for stage, size in (("ingest", 1 << 12), ("ingest", 1 << 20), ("link-chain", 1 << 18),
                        ("chain", 1 << 18), ("study", 1 << 12), ("protect", 1 << 12),
                        ("report", 1 << 20)):
        copy = twin(folder, f"{stage}{size}")
        if stage != "ingest":
            run(copy, "--to", done_to)
            shutil.rmtree(os.path.join(copy, "journal"))  # it may be larger than the file allowed
        stopped = run(copy, expect=3, preexec_fn=limited(size))
        assert f"maillon: {stage}: " in stopped.err, f"files of at most {size} bytes: {stopped}"
        assert not leftovers(copy), leftovers(copy)
        check_completes(copy, reference)
        shutil.rmtree(copy)
        done_to = stage


def full_disk(folder, reference):
    if os.geteuid() != 0:
        print("skipped: a full disk needs root (a small tmpfs)")
        return
    stopped = 0
    libc = ctypes.CDLL(None, use_errno=True)
    for n, mib in enumerate((1, 4, 8, 12)):
        copy = twin(folder, f"disk{n}")
        work = os.path.join(copy, "work").encode()
        os.mkdir(work)
        if libc.mount(b"tmpfs", work, b"tmpfs", 0, f"size={mib}m".encode()) != 0:
            print("skipped: no tmpfs can be mounted here:", os.strerror(ctypes.get_errno()))
            return
        try:
            done = run(copy, expect=None)
            assert done.code in (0, 3), f"a disk of {mib} MiB: {done}"
            stopped += done.code == 3
            assert not leftovers(copy), leftovers(copy)
            assert libc.mount(b"tmpfs", work, b"tmpfs", 32, b"size=1g") == 0  # MS_REMOUNT: room again
            check_completes(copy, reference)
        finally:
            assert libc.umount2(work, 2) == 0  # MNT_DETACH
    assert stopped >= 2, "the disks tried are too large"


def permissions(folder, reference):
    """As a user who is not root, on folders closed to writing or reading."""
    copy = twin(folder, "closed")
    drop = None
    if os.geteuid() == 0:
        nobody = 65534
        subprocess.run(["chown", "-R", f"{nobody}:{nobody}", copy], check=True)
        os.chmod(place.path, 0o755)

        def drop():
            os.setgroups([])
            os.setgid(nobody)
            os.setuid(nobody)

        try:
            call("--version", preexec_fn=drop)
        except (AssertionError, PermissionError, subprocess.SubprocessError):
            print("skipped: another user cannot reach the program")
            return
    os.chmod(copy, 0o555)
    closed = run(copy, expect=3, preexec_fn=drop)
    assert "work" in closed.err and "Permission denied" in closed.err, closed
    os.chmod(copy, 0o755)
    source = os.path.join(copy, "data", "evenement.csv")
    os.chmod(source, 0)
    unread = run(copy, expect=3, preexec_fn=drop)
    assert "evenement.csv" in unread.err and "Permission denied" in unread.err, unread
    os.chmod(source, 0o644)
    os.mkdir(os.path.join(copy, "out"), 0o555)  # root owns it
    shut = run(copy, expect=3, preexec_fn=drop)
    assert "out" in shut.err and "Permission denied" in shut.err, shut
    os.chmod(os.path.join(copy, "out"), 0o777)
    run(copy, preexec_fn=drop)
    assert published(copy) == reference
    assert os.stat(os.path.join(copy, "work")).st_mode & 0o077 == 0, "work/ is open to others"


def extension(folder, reference):
    """A file that is not DuckDB's encryption extension is refused as that, whatever it is."""
    copy = twin(folder, "extension")
    for name, content in (("noise.duckdb_extension", os.urandom(100000)), ("empty.duckdb_extension", b""),
                          ("noise.so", b"\0" * 1000)):
        path = os.path.join(copy, name)
        with open(path, "wb") as f:
            f.write(content)
        unfit = run(copy, expect=3, env=dict(os.environ, MAILLON_EXTENSION=path))
        assert f"{path}: not the encryption extension" in unfit.err, unfit
    os.mkdir(os.path.join(copy, "folder.duckdb_extension"))
    run(copy, expect=3, env=dict(os.environ, MAILLON_EXTENSION=os.path.join(copy, "folder.duckdb_extension")))
    check_completes(copy, reference)


def no_nomenclatures(folder, reference):
    """The template names a folder of nomenclatures that extracts of one's own do not bring along."""
    copy = twin(folder, "nomenclatures")
    os.rename(os.path.join(copy, "data", "nomenclatures"), os.path.join(copy, "elsewhere"))
    missing = run(copy, expect=2)
    assert "data/nomenclatures: " in missing.err and "project.yaml" in missing.err, missing
    os.mkdir(os.path.join(copy, "data", "nomenclatures"))
    run(copy, "--to", "ingest")  # the shipped ones serve


def reader_leaves(folder, reference):
    """A reader that closes the pipe ends the program like any other: by SIGPIPE, without a word."""
    for words in (["help"], ["help", "run", "--man"], ["run", project(folder)]):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([program(), *words], stdout=write, stderr=subprocess.PIPE, check=False)
        os.close(write)
        assert done.returncode == -signal.SIGPIPE, (words, done)
        assert b"standard output" not in done.stderr, (words, done)
    full = subprocess.run([program(), "help"], stdout=open("/dev/full", "wb"), stderr=subprocess.PIPE,
                          check=False)
    assert full.returncode == 3 and b"cannot write to standard output" in full.stderr, full


def interrupted(folder, reference):
    """What the message of an interrupt promises is kept: the stages done stay done."""
    copy = twin(folder, "interrupted")
    run(copy, "--to", "ingest")
    child = subprocess.Popen([program(), "run", project(copy)], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    while child.poll() is None and not os.path.exists(os.path.join(copy, "work", ".link-chain.partial")):
        time.sleep(0.001)
    child.send_signal(signal.SIGINT)
    said = child.stderr.read().decode()
    assert child.wait() == 130 and "the same command goes on with stage link-chain" in said, said
    check_completes(copy, reference)


with Place() as place:
    original = make(place)
    run(original)
    expected = published(original)
    for check in (two_at_once, keys, extension, no_nomenclatures, reader_leaves, interrupted,
                  file_too_large, full_disk, permissions):
        begin = time.monotonic()
        check(original, expected)
        print(f"{check.__name__}: {time.monotonic() - begin:.1f} s", flush=True)
