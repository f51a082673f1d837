#!/usr/bin/env python3
"""Tables of frequencies from outside, by hand: test_frequency.py MAILLON"""
import json
import os
import subprocess
import sys
import tempfile

MAILLON = os.path.abspath(sys.argv[1])
MODEL = """version: 1
id: id
fields: {surname: , short: {from: surname, prefix: 3}, dob: {type: date}}
comparisons:
  - field: surname
    term_frequency: {file: tables/names.csv, value: nom, count: n}
    levels: [{level: exact, m: {fixed: 0.9}, u: {fixed: 0.05}}, {level: else, m: {fixed: 0.1}, u: {fixed: 0.95}}]
  - field: dob
    levels: [{level: exact, m: {fixed: 0.95}, u: {fixed: 0.001}}, {level: else, m: {fixed: 0.05}, u: {fixed: 0.999}}]
blocking: [[dob]]
lambda: 0.25
decision: {keep_from: 0.0001}
"""
ROWS = "id,surname,dob\n1,Martin,1950-01-01\n2,Roux,1951-01-01\n3,Petit,1952-01-01\n4,Durand,1953-01-01\n"
# DURAND and Durând become one; the row without a name counts in the total only: of 200, Martin has .3, Durand .15, Roux .05
NAMES = "nom;n\nMartin;60\nDURAND;25\nDurând;5\nRoux;10\n;100\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def call(*words):
    done = subprocess.run([MAILLON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def link(model, out, *more):
    status, _, told = call("link", "-q", model, "l.csv", "r.csv", "-o", out, *more)
    assert status == 0, told


def surname_line(out, pair):
    status, text, told = call("explain", out, pair)
    assert status == 0, told
    words = next(line for line in text.splitlines() if line.startswith("surname")).split()
    return [float(w) for w in words[2:] if w[0] in "+-"]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def by_hand():
    """The prior is log2(.25/.75) = -1.585. Agreeing weighs log2(.9/.05) = 4.17, and by the frequency f of the name
    log2(.05/f) more: in all log2(.9/f). Roux: 0 more; Martin, .3: -2.585; Durand, .15: -1.585. Petit is not in the table: as
    the rarest of it, Roux."""
    link("m.yaml", "out")
    assert surname_line("out", "2,2") == [4.17, 2.58], surname_line("out", "2,2")  # no term: the column is empty
    assert surname_line("out", "1,1") == [4.17, -2.58, 0.00], surname_line("out", "1,1")
    assert surname_line("out", "4,4") == [4.17, -1.58, 1.00], surname_line("out", "4,4")
    assert surname_line("out", "3,3") == surname_line("out", "2,2")
    told = json.loads(read("out/manifest.json"))["term_frequencies"]
    assert [(t["comparison"], t["path"], t["rows_read"], t["values"], t["values_of_the_field_absent"]) for t in told] == [
        ("surname", "tables/names.csv", 5, 3, 1)], told


def the_same_otherwise():
    """As shares; as Parquet's neighbour Arrow is read elsewhere. Rows in another order. Half the weight. A floor."""
    write("tables/shares.csv", "part,nom\n0.05,roux\n0.15,durand\n0.3,martin\n")
    write("s.yaml", MODEL.replace("tables/names.csv, value: nom, count: n", "tables/shares.csv, value: nom, frequency: part"))
    link("s.yaml", "shares")
    assert read("shares/pairs.parquet") == read("out/pairs.parquet")
    lines = NAMES.splitlines()
    write("tables/turned.csv", "\n".join([lines[0]] + lines[:0:-1]) + "\n")
    write("t.yaml", MODEL.replace("names.csv", "turned.csv"))
    link("t.yaml", "turned")
    assert read("turned/pairs.parquet") == read("out/pairs.parquet")
    write("w.yaml", MODEL.replace("count: n}", "count: n, weight: 0.5, minimum: 0.1}"))
    link("w.yaml", "floor")
    # Martin: half of -2.585; Roux has .05, below the floor: half of log2(.05/.1)
    assert surname_line("floor", "1,1") == [4.17, -1.29, 1.29], surname_line("floor", "1,1")
    assert surname_line("floor", "2,2") == [4.17, -0.50, 2.08], surname_line("floor", "2,2")


def round_trip():
    """The result holds a copy of the table: model.yaml works wherever the folder goes, and for explain and --previous."""
    os.rename("out", "moved")
    os.rename("tables", "gone")
    link("moved/model.yaml", "again")
    assert read("again/pairs.parquet") == read("moved/pairs.parquet")
    assert read("again/model.yaml") == read("moved/model.yaml")
    assert read("again/term_frequency_1.csv") == read("gone/names.csv")
    assert surname_line("again", "1,1") == [4.17, -2.58, 0.00]
    os.rename("gone", "tables")
    link("m.yaml", "next", "--previous", "moved")
    assert read("next/pairs.parquet") == read("moved/pairs.parquet")


def mistakes():
    cases = [
        ("nom;n\nMartin;60\nRoux;x\n", None, "tables/names.csv: row 2, column 'n': a count is a whole number, 0 or more"),
        ("nom;n\nMartin;60\nRoux;\n", None, "tables/names.csv: row 2, column 'n': a count is a whole number, 0 or more"),
        ("nom;n\nMartin;0.5\n", None, "tables/names.csv: row 1, column 'n': a count is a whole number, 0 or more"),
        ("nom;n\nMartin;-1\n", None, "tables/names.csv: row 1, column 'n': a count is a whole number, 0 or more"),
        ("nom;n\nMartin;1.5\n", ("count", "frequency"), "tables/names.csv: row 1, column 'n': a frequency is a number from 0 to 1"),
        ("nom;n\nMartin;0.9\nRoux;0.9\n", ("count", "frequency"),
         "tables/names.csv: the frequencies add up to 1.8; they are shares of 1: if they are counts, write count instead of frequency"),
        ("nom;n\nMartin;0\n", None, "tables/names.csv: has no value with a number above 0"),
        ("nom;m\nMartin;0\n", None, "m.yaml:6:28: tables/names.csv has no column 'n'"),
        (NAMES, ("names.csv", "none.csv"), "tables/none.csv: cannot open: No such file or directory"),
        (NAMES, ("value: nom", "value: n"), "m.yaml:6:28: two different columns are needed"),
        (NAMES, (", count: n", ""), "m.yaml:6:21: a table of frequencies needs count or frequency, one of them: the column of how many "
         "hold a value, or of their share of all"),
        (NAMES, ("file: tables/names.csv, value: nom, ", ""), "m.yaml:6:29: 'count' names a column of a table: write file too"),
    ]
    for table, change, message in cases:
        write("tables/names.csv", table)
        write("m.yaml", MODEL.replace(*change) if change else MODEL)
        status, _, told = call("link", "-q", "m.yaml", "l.csv", "r.csv", "-o", "bad")
        assert status in (2, 3) and message in told, (message, status, told)
        assert not os.path.exists("bad")


def main():
    with tempfile.TemporaryDirectory() as room:
        os.chdir(room)
        os.mkdir("tables")
        write("m.yaml", MODEL)
        write("l.csv", ROWS)
        write("r.csv", ROWS)
        write("tables/names.csv", NAMES)
        by_hand()
        the_same_otherwise()
        round_trip()
        mistakes()


main()
