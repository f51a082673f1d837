#!/usr/bin/env python3
"""A new delivery against a former result: test_previous.py MAILLON

  - the same files again: no change, the same names of clusters, nothing trained;
  - a former link stays when a better record comes, and goes when its record goes;
  - clusters keep their names when records come, and say merged, grown, gone in changes.csv;
  - another model is refused."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402

MAILLON = os.path.abspath(sys.argv[1])


def call(*words, status=0):
    done = subprocess.run([MAILLON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == status, f"{words}: {done.returncode}: {done.stderr.decode()}"
    return done.stdout.decode() + done.stderr.decode()


def changes(out):
    return open(os.path.join(out, "changes.csv"), encoding="utf-8").read().splitlines()


def raw(out, name):
    return open(os.path.join(out, name), "rb").read()


def links():
    model = os.path.join(HERE, "link.yaml")
    left, right = people.files(600)
    people.write("left.csv", left)
    people.write("right.csv", right)
    call("link", "-q", model, "left.csv", "right.csv", "-o", "first")
    call("link", "-q", model, "left.csv", "right.csv", "-o", "again", "--previous", "first")
    assert changes("again") == ["change,left_id,right_id"], changes("again")
    assert raw("again", "pairs.parquet") == raw("first", "pairs.parquet")
    assert not json.loads(raw("again", "manifest.json"))["training"]["trained"]

    # a damaged copy that was linked, and beside it now an undamaged one
    by_id = {r[0]: r for r in left}
    damaged = next(r for r in right if r[3] == by_id[r[0]][3] and r[1] != by_id[r[0]][1] and r[2] == by_id[r[0]][2])
    told = call("explain", "first", f"{damaged[0]},{damaged[0]}")
    assert "decision     linked" in told, told
    people.write("right2.csv", right + [["NEW"] + by_id[damaged[0]][1:]])
    call("link", "-q", model, "left.csv", "right2.csv", "-o", "second", "--previous", "first")
    assert changes("second") == ["change,left_id,right_id"], changes("second")
    told = call("explain", "second", f"{damaged[0]},NEW")
    assert "better_elsewhere" in told or "the assignment gave one of the records" in told, told
    # without a former result the better copy wins
    call("link", "-q", model, "left.csv", "right2.csv", "-o", "fresh")
    assert "decision     linked" in call("explain", "fresh", f"{damaged[0]},NEW")

    # the damaged copy goes: its link too, and the new one takes its place
    people.write("right3.csv", [r for r in right if r != damaged] + [["NEW"] + by_id[damaged[0]][1:]])
    call("link", "-q", model, "left.csv", "right3.csv", "-o", "third", "--previous", "first")
    assert changes("third") == ["change,left_id,right_id", f"new,{damaged[0]},NEW", f"gone,{damaged[0]},{damaged[0]}"], \
        changes("third")

    other = open(model, encoding="utf-8").read().replace("0.85", "0.8")
    open("other.yaml", "w", encoding="utf-8").write(other)
    told = call("link", "-q", "other.yaml", "left.csv", "right.csv", "-o", "no", "--previous", "first", status=2)
    assert "was made with another model" in told and not os.path.exists("no"), told
    call("link", "-q", "other.yaml", "left.csv", "right.csv", "-o", "yes", "--previous", "first", "--retrain")


def clusters():
    model = os.path.join(HERE, "dedupe.yaml")
    left, right = people.files(400)
    rows = [[r[0] + "a"] + r[1:] for r in left] + [[r[0] + "b"] + r[1:] for r in right]
    people.write("one.csv", rows)
    call("dedupe", "-q", model, "one.csv", "-o", "one")
    people.write("two.csv", [["A" + r[0]] + r[1:] for r in rows[:1]] + rows)
    call("dedupe", "-q", model, "one.csv", "-o", "same", "--previous", "one")
    assert changes("same") == ["change,cluster_id,other_id"], changes("same")
    assert raw("same", "clusters.parquet") == raw("one", "clusters.parquet")
    # a copy of the first record, before all others in the order of ids: its cluster grows and keeps its name
    call("dedupe", "-q", model, "two.csv", "-o", "two", "--previous", "one")
    assert changes("two") == ["change,cluster_id,other_id", "grown,1,"], changes("two")
    # all records of that cluster go: so does its name, and it is not given again
    gone = {"AP00000a", "P00000a", "P00000b"}
    kept = [r for r in rows if r[0] not in gone]
    people.write("three.csv", kept + [["ZZ", "QUIXOTE", "UNHEARDOF", "1999-09-09", "97123"]])
    call("dedupe", "-q", model, "three.csv", "-o", "three", "--previous", "two")
    told = changes("three")
    assert "gone,1," in told and not any(line.startswith(("merged", "split")) for line in told), told
    assert sum(line.startswith("new,") for line in told) == 1 and "new,1," not in told, told


def main():
    with tempfile.TemporaryDirectory(prefix="mln-linkage-") as top:
        for check in (links, clusters):
            folder = os.path.join(top, check.__name__)
            os.mkdir(folder)
            os.chdir(folder)
            check()
        os.chdir("/")


main()
