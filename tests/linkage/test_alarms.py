#!/usr/bin/env python3
"""When training must say that it is not to be trusted, and when it must not: test_alarms.py MAILLON

Each alarm on files of the shape that brings it about, and on their like that do not; on ordinary files none. Data that nothing can be learnt from end with one message that says why. (not-monotone is a fault of the program: no
data bring it about; tests/link/train/test_em.c looks for it on all of its.)"""
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402

MAILLON = os.path.abspath(sys.argv[1])
N = 1500

FIELDS = {"first_name": "{type: text}", "surname": "{type: text}", "dob": "{type: date, formats: [yyyy-mm-dd]}",
          "commune": "{type: code}", "batch": "{type: code}", "number": "{type: code}", "sex": "{type: code}"}
LADDERS = {"first_name": "[exact, {jaro_winkler: 0.85}, else]", "surname": "[exact, {jaro_winkler: 0.85}, else]",
           "dob": "[exact, {date_digits: 1}, else]", "commune": "[exact, {prefix: 2}, else]", "batch": "[exact, else]",
           "number": "[exact, else]", "sex": "[exact, else]"}
ORDINARY = ("first_name", "surname", "dob", "commune")
RULES = ("[dob]", "[surname, first_name]", "[surname, commune]")


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write("id,first_name,surname,dob,commune,batch,number,sex\n" + "".join(",".join(r) + "\n" for r in rows))


def files(n=N, seed=3):
    """As people.py, with a batch that copies never share, a number that they do, and a sex."""
    left, right = people.files(n, seed)
    rng = random.Random(seed)
    sexes = [rng.choice("MF") for _ in range(n)]
    more = [[str(i % 2), f"{i:07}", s] for i, s in enumerate(sexes)]
    other = [[str((i + 1) % 2), f"{i:07}", s] for i, s in enumerate(sexes)]
    return [a + b for a, b in zip(left, more)], [a + b for a, b in zip(right, other)]


def families(n=N, seed=4):
    """No person is in both files, but each of the left has a relative in the right: surname and commune in common."""
    left, right = files(n, seed)
    for a, b, other in zip(left, right, people.files(n, seed + 1)[0]):
        b[1:5] = [other[1], a[2], other[3], a[4]]
    return left, right


def strangers(n=N, seed=5):
    left, right = files(n, seed)
    for b, other in zip(right, people.files(n, seed + 9)[0]):
        b[1:5] = other[1:5]
    return left, right


def model(comparisons=ORDINARY, rules=RULES, training="", kind="link"):
    text = f"version: 1\nkind: {kind}\nid: id\nfields:\n"
    text += "".join(f"  {name}: {kind}\n" for name, kind in FIELDS.items())
    text += "comparisons:\n" + "".join(f"  - {{field: {c}, levels: {LADDERS[c]}}}\n" for c in comparisons)
    text += "blocking:\n" + "".join(f"  - {r}\n" for r in rules)
    return text + f"training: {{seed: 1, {training or 'u: {random_pairs: 500000}'}}}\ndecision: {{threshold: estimated}}\n"


def run(sides, text, status=0):
    write("left.csv", sides[0])
    write("right.csv", sides[1])
    with open("model.yaml", "w", encoding="utf-8") as f:
        f.write(text)
    dedupe = "kind: dedupe" in text
    inputs = ["left.csv"] if dedupe else ["left.csv", "right.csv"]
    done = subprocess.run([MAILLON, "dedupe" if dedupe else "link", "-q", "model.yaml", *inputs, "-o", "out"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = done.stderr.decode()
    assert done.returncode == status, f"status {done.returncode}: {said}"
    return said if status else set(json.load(open("out/manifest.json", encoding="utf-8"))["training"]["alarms"])


# What is ordinary but for one thing, and the alarm that it must bring about; the second files and model are as like as can be
# and must not. A dictionary is what the model has instead of the ordinary.
CLOSE = {"comparisons": ORDINARY + ("number",), "rules": ("[surname]", "[commune]", "[number]")}
CASES = [
    ("not-converged", files, {"training": "u: em, max_iterations: 2"}, files, {"training": "u: em"}),
    # nobody has the batch of his copy: pairs of one batch and one surname are all strangers
    ("lambda-bound", files, {"rules": RULES + ("[batch, surname]",)}, files, {}),
    ("m-below-u", files, {"comparisons": ORDINARY + ("batch",)}, files, {"comparisons": ORDINARY + ("sex",)}),
    ("else-for-match", files, {"comparisons": ORDINARY + ("batch",)}, files, {"comparisons": ORDINARY + ("sex",)}),
    ("household", families, CLOSE, files, CLOSE),
    ("one-field", files, {"comparisons": ("number", "sex")}, files, {"comparisons": ORDINARY + ("number", "sex")}),
    # two comparisons do not tell two classes
    ("starts-differ", files, {"comparisons": ("sex", "first_name"), "rules": ("[surname]",), "training": "u: em, starts: 10"},
     files, {"training": "u: em, starts: 10"}),
    ("never-seen", files, {"rules": ("[dob, surname]", "[dob, first_name]")}, files, {}),
    ("one-class", strangers, {"comparisons": ("batch", "sex", "commune"), "rules": ("[commune]",), "training": "u: em"},
     files, {"training": "u: em"}),
]


def same(n=200):
    """Everybody is the same but for the id."""
    rows = [[f"P{i:05}", "ANNE", "MARTIN", "1980-01-01", "75056", "1", "7", "F"] for i in range(n)]
    return rows, rows


def without_sex():
    sides = files()
    return [[r[:7] + [""] for r in rows] for rows in sides]


REFUSED = [
    (strangers, {}, "none looks like a match: a single class; look at the blocking rules and at the cleaning of both sides"),
    (families, {}, "none looks like a match: a single class"),
    (same, {"rules": ("{fields: [dob], allow_large: true}",)}, "all pairs of a rule agree on the same levels, so that nothing "
     "tells matches from others; give m and u in the model, or a wider rule"),
    (files, {"comparisons": ("first_name", "dob"), "rules": ("[dob]",), "training": "u: em"}, "pairs show a single class; train "
     "u from random pairs, or give m and u in the model"),
    (without_sex, {"comparisons": ORDINARY + ("sex",)}, "comparison 5 sex is missing in every pair; take it out of the model, or "
     "fill its field on both sides"),
    (without_sex, {"rules": ("[sex]",)}, "the blocking rules make no pair; add a rule, or look whether its fields are filled on "
     "both sides"),
    (lambda: (files()[0], []), {}, "right.csv: has no row after its header: nothing can be linked"),
]


def main():
    ordinary = files()
    assert run(ordinary, model()) == set(), run(ordinary, model())
    both = [[r[0] + side] + r[1:] for side, rows in (("a", ordinary[0]), ("b", ordinary[1])) for r in rows]
    assert run((both, []), model(kind="dedupe")) == set(), "a deduplication of ordinary files has an alarm"
    for alarm, loud, loud_model, quiet, quiet_model in CASES:
        found = run(loud(), model(**loud_model))
        assert alarm in found, f"{alarm} was to be told, not {sorted(found)}"
        found = run(quiet(), model(**quiet_model))
        assert alarm not in found, f"{alarm} was not to be told"
    for sides, instead, message in REFUSED:
        said = run(sides(), model(**instead), 2)
        assert message in said and said.count("\n") == 1, f"{message}: {said}"


with tempfile.TemporaryDirectory(prefix="mln-alarms-") as top:
    os.chdir(top)
    main()
    os.chdir("/")
