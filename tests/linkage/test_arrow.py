#!/usr/bin/env python3
"""One table in every format gives the same links to the byte: test_arrow.py MAILLON

The files of arrow/ were written by pyarrow (arrow_fixtures.py). Damaged ones end with status 2 and one message."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MAILLON = os.path.abspath(sys.argv[1])
MODEL = """version: 1
id: id
fields:
  first_name:
  surname:
  dob: {type: date}
  commune: {type: code}
  phones: {type: list, separator: "|"}
  score: {type: number}
comparisons: [first_name, surname, dob, commune, phones, score]
blocking: [[dob], [surname, first_name], [phones]]
decision: {assignment: one_to_one}
"""


def call(*words):
    done = subprocess.run([MAILLON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stderr.decode()


def result(out):
    return {name: open(os.path.join(out, name), "rb").read()
            for name in ("pairs.parquet", "candidates.parquet", "model.yaml", "review.csv")}


def main():
    with tempfile.TemporaryDirectory() as room:
        os.chdir(room)
        open("m.yaml", "w", encoding="utf-8").write(MODEL)
        expected = None
        for left, right in (("csv", "csv"), ("arrow", "arrow"), ("arrows", "arrows"), ("feather", "feather"),
                            ("parquet", "parquet"), ("arrow", "csv"), ("parquet", "arrows")):
            files = [os.path.join(HERE, "arrow", "left." + left), os.path.join(HERE, "arrow", "right." + right)]
            status, told = call("link", "-q", "m.yaml", *files, "-o", "out")
            assert status == 0, (left, right, told)
            got = result("out")
            expected = expected or got
            assert len(got["pairs.parquet"]) > 1000
            for name, bytes_ in got.items():
                assert bytes_ == expected[name], (left, right, name)
        status, told = call("explain", "out", "1,1", "--values")
        assert status == 0, told
        # cut short; a model that reads the lists as one value; a name that lies
        whole = open(os.path.join(HERE, "arrow", "left.arrow"), "rb").read()
        open("cut.arrow", "wb").write(whole[:len(whole) // 2])
        open("csv.arrow", "w", encoding="utf-8").write("id,first_name\n1,A\n")
        open("text.yaml", "w", encoding="utf-8").write(MODEL.replace('{type: list, separator: "|"}', "{type: text}"))
        open("right.arrow", "wb").write(open(os.path.join(HERE, "arrow", "right.arrow"), "rb").read())
        for model, left, message in (
                ("m.yaml", "cut.arrow", "cut.arrow: not a whole Arrow file (its footer is missing); it is truncated or damaged: "
                 "have it sent again"),
                ("m.yaml", "csv.arrow", "csv.arrow: not a whole Arrow file (it does not begin as one); it is truncated or damaged: "
                 "have it sent again"),
                ("text.yaml", "right.arrow", "right.arrow: column 'phones' holds lists, and is read here as one value; in a model of "
                 "linkage write type: list")):
            status, told = call("link", "-q", model, left, "right.arrow", "-o", "bad")
            assert (status, told) == (2, "maillon: " + message + "\n"), (status, told)
            assert not os.path.exists("bad")


main()
