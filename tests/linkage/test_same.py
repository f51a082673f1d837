#!/usr/bin/env python3
"""The same bytes: test_same.py MAILLON

  - of every file of a result for 1, 2 and 8 threads;
  - of every file but the manifest for shuffled rows of the inputs, and in the manifest the digests alone differ;
  - of all that is decided when the trained model of a result is given back as the model, whatever was trained: m, u,
    lambda, term frequencies, interactions, coverage, by a threshold estimated, bounded or given, with all pairs kept.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402


def write_inputs(folder, shuffle):
    left, right = people.files(1500)
    if shuffle is not None:
        random.Random(shuffle).shuffle(left)
        random.Random(shuffle + 1).shuffle(right)
    both = [[r[0] + side] + r[1:] for side, rows in (("a", left), ("b", right)) for r in rows]
    if shuffle is not None:
        random.Random(shuffle + 2).shuffle(both)
    os.makedirs(folder)
    people.write(os.path.join(folder, "left.csv"), left)
    people.write(os.path.join(folder, "right.csv"), right)
    people.write(os.path.join(folder, "both.csv"), both)


def run(maillon, folder, out, threads, command, model):
    inputs = ["left.csv", "right.csv"] if command == "link" else ["both.csv"]
    subprocess.run([maillon, command, "-q", model, *inputs, "-o", out, "--threads", str(threads)], cwd=folder,
                   check=True, stdout=subprocess.DEVNULL)
    out = os.path.join(folder, out)
    return {name: open(os.path.join(out, name), "rb").read() for name in sorted(os.listdir(out))}


def differing(a, b):
    assert set(a) == set(b), f"other files: {sorted(set(a) ^ set(b))}"
    return [name for name in a if a[name] != b[name]]


def without_digests(manifest):
    told = json.loads(manifest)
    return [i.pop("blake2b") for i in told["inputs"]], told


def check(maillon, top, command):
    model = os.path.join(HERE, command + ".yaml")
    plain = os.path.join(top, command, "plain")
    write_inputs(plain, None)
    one = run(maillon, plain, "one", 1, command, model)
    wanted = {"pairs.parquet", "candidates.parquet", "review.csv", "model.yaml", "report.html", "manifest.json"}
    wanted |= {"clusters.parquet"} if command == "dedupe" else set()
    assert set(one) == wanted, sorted(one)
    links = json.loads(one["manifest.json"])["pairs"]["links"]
    assert links > 700, f"{command}: only {links} links: nothing to compare"
    for threads in (2, 8):
        found = differing(one, run(maillon, plain, f"threads{threads}", threads, command, model))
        assert not found, f"{command}, {threads} threads: {found} differ"
    for seed in (5, 6):
        folder = os.path.join(top, command, f"shuffled{seed}")
        write_inputs(folder, seed)
        other = run(maillon, folder, "one", 2, command, model)
        assert differing(one, other) == ["manifest.json"], f"{command}, shuffled rows: {differing(one, other)}"
        digests, told = without_digests(one["manifest.json"])
        other_digests, other_told = without_digests(other["manifest.json"])
        assert told == other_told and digests != other_digests, f"{command}: more than the digests differs"
    again = run(maillon, plain, "again", 2, command, os.path.join("one", "model.yaml"))
    for name in ("pairs.parquet", "candidates.parquet", "clusters.parquet"):
        assert one.get(name) == again.get(name), f"{command}: {name} differs with the model given back"
    assert not json.loads(again["manifest.json"])["training"]["trained"], f"{command}: trained again"


# What may stand in a model and must survive the way through model.yaml: the surname is compared twice, which makes
# an interaction; the words of the decision are replaced.
VARIANTS = {
    "dependence": ("threshold: estimated", "threshold: estimated"),
    "bounded": ("threshold: estimated", "threshold: {fdr: 0.001}"),
    "given": ("threshold: estimated", "threshold: 0.7"),
    "all": ("threshold: estimated", "threshold: 0.7, keep_from: 0"),
}


def variant(top, command, name):
    text = open(os.path.join(HERE, command + ".yaml"), encoding="utf-8").read()
    text = text.replace("term_frequency: true", "term_frequency: {weight: 0.7, minimum: 0.0011}", 1)
    text = text.replace("blocking:", "  - {field: surname, name: start, levels: [{prefix: 3}, {prefix: 1}, else]}\nblocking:")
    text = text.replace("training: {", "training: {dependence: true, ").replace(*VARIANTS[name])
    path = os.path.join(top, f"{command}-{name}.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def told_by(result):
    told = json.loads(result["manifest.json"])
    return {key: told[key] for key in ("pairs", "decision") if key in told}


def check_given_back(maillon, top, command):
    """All but what tells of the training itself: the report and the manifest's account of it."""
    folder = os.path.join(top, command, "plain")
    for name in VARIANTS:
        first = run(maillon, folder, name, 2, command, variant(top, command, name))
        assert b"interactions:" in first["model.yaml"] and b"coverage:" in first["model.yaml"], f"{command}, {name}"
        again = run(maillon, folder, name + "-again", 1, command, os.path.join(name, "model.yaml"))
        found = set(differing(first, again)) - {"report.html", "manifest.json"}
        assert not found, f"{command}, {name}: {sorted(found)} differ with the model given back"
        assert told_by(first) == told_by(again), f"{command}, {name}: {told_by(first)}, {told_by(again)}"
        other = first["model.yaml"].replace(b"interactions:", b"lambda_: ", 1)
        with open(os.path.join(folder, "without.yaml"), "wb") as f:  # the test of the test: without them scores differ
            f.write(other[:other.index(b"lambda_: ")])
        without = run(maillon, folder, name + "-without", 1, command, "without.yaml")
        assert without["candidates.parquet"] != first["candidates.parquet"], f"{command}, {name}: no interaction tells"


def main():
    with tempfile.TemporaryDirectory(prefix="mln-linkage-") as top:
        for command in ("link", "dedupe"):
            check(os.path.abspath(sys.argv[1]), top, command)
            check_given_back(os.path.abspath(sys.argv[1]), top, command)


main()
