#!/usr/bin/env python3
"""Tables of codes in files: test_codes.py MAILLON"""
import json
import os
import subprocess
import sys
import tempfile

MAILLON = os.path.abspath(sys.argv[1])
MODEL = """version: 1
id: id
fields:
  k:
  commune: {type: code, clean: [upper_fold, alnum, {table: %s}]}
comparisons:
  - field: commune
    levels: [{level: exact, m: {fixed: 0.9}, u: {fixed: 0.1}}, {level: else, m: {fixed: 0.1}, u: {fixed: 0.9}}]
blocking: [[k]]
lambda: 0.5
decision: {keep_from: 0.0001}
"""
FILE = "{file: codes/communes.csv, from: code, to: actuelle}"
CODES = "code;libelle;actuelle\n69 381;Lyon 1er;69123\n69382;Lyon 2e;69123\n01033;Bellegarde;01033\n2a-004;Ajaccio;2A004\n;sans code;00000\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def call(*words):
    done = subprocess.run([MAILLON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def link(model, out, *more):
    status, _, told = call("link", "-q", model, "l.csv", "r.csv", "-o", out, *more)
    assert status == 0, told


def main():
    with tempfile.TemporaryDirectory() as room:
        os.chdir(room)
        os.mkdir("codes")
        write("l.csv", "id,k,commune\n1,a,69381\n2,b,69 382\n3,c,75001\n")
        write("r.csv", "id,k,commune\n1,a,69123\n2,b,69381\n3,c,75002\n")
        write("codes/communes.csv", CODES)
        write("file.yaml", MODEL % FILE)
        write("inline.yaml", MODEL % '{"69381": "69123", "69382": "69123", "01033": "01033", "2A004": "2A004"}')
        link("file.yaml", "file")
        link("inline.yaml", "inline")
        # by hand: the arrondissements are Lyon on both sides; 75001 is not in the table and stays
        for pair, level in (("1,1", " exact "), ("2,2", " exact "), ("3,3", " else ")):
            assert level in call("explain", "file", pair, "--values")[1], pair
        assert "commune: 69123  ~  69123" in call("explain", "file", "2,2", "--values")[1]
        for name in ("pairs.parquet", "model.yaml"):  # the result's model holds the table
            assert read("file/" + name) == read("inline/" + name), name
        told = json.loads(read("file/manifest.json"))["code_tables"]
        assert [(t["field"], t["path"], t["rows_read"]) for t in told] == [("commune", "codes/communes.csv", 5)], told
        os.rename("codes", "gone")
        link("file/model.yaml", "again")
        assert read("again/pairs.parquet") == read("file/pairs.parquet")
        os.rename("gone", "codes")
        link("file.yaml", "next", "--previous", "file")
        lines = CODES.splitlines()
        write("codes/communes.csv", "\n".join([lines[0]] + lines[:0:-1]) + "\n")  # rows in another order
        link("file.yaml", "turned")
        assert read("turned/model.yaml") == read("file/model.yaml")
        for codes, change, message in (
                (CODES + "69381;autre;69999\n", None, "codes/communes.csv: row 6, column 'code': the table gives another value for this one "
                 "too (once cleaned by the steps before); keep one of them"),
                ("code;x\n1;2\n", None, "file.yaml:5:67: codes/communes.csv has no column 'actuelle'"),
                (CODES, ("communes.csv", "none.csv"), "codes/none.csv: cannot open: No such file or directory"),
                (CODES, ("to: actuelle", "to: code"), "file.yaml:5:67: two different columns are needed")):
            write("codes/communes.csv", codes)
            write("file.yaml", MODEL % (FILE.replace(*change) if change else FILE))
            status, _, said = call("link", "-q", "file.yaml", "l.csv", "r.csv", "-o", "bad")
            assert status in (2, 3) and message in said, (message, status, said)
            assert not os.path.exists("bad")


main()
