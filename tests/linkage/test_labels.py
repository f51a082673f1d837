#!/usr/bin/env python3
"""Training by labelled pairs: test_labels.py MAILLON

The m of each level is counted here again from the files: (n_l + 1/L) / (n + 1), a prior of one pseudo-pair spread over the
L levels. Mistakes in the label file are told with their row."""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402

MAILLON = os.path.abspath(sys.argv[1])


def link(labels, status=0, model="labelled.yaml"):
    with open("labels.csv", "w", encoding="utf-8") as f:
        f.write(labels)
    done = subprocess.run([MAILLON, "link", "-q", model, "left.csv", "right.csv", "-o", "out", "--labels", "labels.csv"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == status, done.stderr.decode()
    return done.stderr.decode()


def trained_m():
    """Comparison → m of its levels, of out/model.yaml."""
    found, name = {}, None
    for line in open("out/model.yaml", encoding="utf-8"):
        start = re.search(r'- (?:name|\{?name): "?(\w+)"?', line)
        name = start.group(1) if start else name
        value = re.search(r"\bm: ([0-9.e+-]+)", line)
        if value and name:
            found.setdefault(name, []).append(float(value.group(1)))
    return found


def main():
    left, right = people.files(400)
    people.write("left.csv", left)
    people.write("right.csv", right)
    model = open(os.path.join(HERE, "link.yaml"), encoding="utf-8").read()
    model = model.replace("training: {", "training: {labels: {left: l, right: r}, ")
    open("labelled.yaml", "w", encoding="utf-8").write(model)
    # matches: the same number, and a field or two in common
    pairs = [(a, b) for a, b in zip(left, right) if sum(x == y for x, y in zip(a[1:], b[1:])) >= 2][:100]
    rows = "".join(f"{a[0]},{b[0]},1\n" for a, b in pairs)
    link("l,r,match\n" + rows + f"{left[0][0]},{right[1][0]},0\n")
    found = trained_m()
    for column, name, n_levels in ((1, "first_name", 3), (2, "surname", 3), (3, "dob", 3), (4, "commune", 3)):
        known = [(a[column], b[column]) for a, b in pairs if a[column] and b[column]]
        exact = sum(x == y for x, y in known)
        wanted = (exact + 1 / n_levels) / (len(known) + 1)
        assert abs(found[name][0] - wanted) < 1e-9, f"{name}: m {found[name][0]}, counted {wanted}"
        assert abs(sum(found[name]) - 1) < 1e-9, f"{name}: m sums to {sum(found[name])}"
    # without the column `match` every row is one
    link("r,l\n" + "".join(f"{b[0]},{a[0]}\n" for a, b in pairs))
    assert trained_m() == found

    assert "labels.csv: row 2: no record has the right id" in link(f"l,r\n{left[0][0]},{right[0][0]}\n{left[0][0]},none\n", 2)
    assert "labels.csv: row 1: no record has the left id" in link(f"l,r\nnone,{right[0][0]}\n", 2)
    assert "labels.csv: row 1: match must be 1 or 0" in link(f"l,r,match\n{left[0][0]},{right[0][0]},yes\n", 2)
    assert "has no column 'r', which the model's training.labels names" in link("l,match\na,1\n", 2)
    assert "no pair is labelled as a match" in link(f"l,r,match\n{left[0][0]},{right[0][0]},0\n", 2)
    assert "says no columns of labels" in link("l,r\n", 2, os.path.join(HERE, "link.yaml"))


with tempfile.TemporaryDirectory(prefix="mln-linkage-") as top:
    os.chdir(top)
    main()
    os.chdir("/")
