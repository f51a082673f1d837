#!/usr/bin/env python3
"""What a user is told of a bad file or model, and what is left behind: test_messages.py MAILLON

Each mistake ends with its status and one message, word for word, and writes no OUT. An interrupt leaves none either."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402

MAILLON = os.path.abspath(sys.argv[1])


def inputs():
    left, right = people.files(300)
    people.write("left.csv", left)
    people.write("right.csv", right)
    open("empty.csv", "w").close()
    people.write("header.csv", [])
    people.write("one.csv", left[:1])
    people.write("nodob.csv", [r[:3] + [""] + r[4:] for r in left])
    people.write("doubled.csv", left + left[4:5])
    people.write("strangers.csv", [[r[0], "QU" + r[0], "XY" + r[0], "1900-01-01", r[4]] for r in right])
    text = open("left.csv", encoding="utf-8").read()
    open("othercol.csv", "w", encoding="utf-8").write(text.replace("first_name", "prenom", 1))
    open("left.dat", "w", encoding="utf-8").write(text)
    open("twice.csv", "w", encoding="utf-8").write(text.replace(",commune", ",surname", 1))
    open("ragged.csv", "w", encoding="utf-8").write(text + "P9,A\n")
    for kind in ("link", "dedupe"):
        shutil.copy(os.path.join(HERE, kind + ".yaml"), kind + ".yaml")
    model = open("link.yaml", encoding="utf-8").read()
    open("typo.yaml", "w", encoding="utf-8").write(model.replace("blocking:", "bloking:"))
    # 30 % of the records in one commune
    rows = people.files(5000)[0]
    people.write("large.csv", [r[:4] + ["75001" if i % 10 < 3 else r[4]] for i, r in enumerate(rows)])
    for name, more in (("large.yaml", ""), ("allowed.yaml", ", allow_large: true")):
        text = open("dedupe.yaml", encoding="utf-8").read()
        head, tail = text.split("blocking:\n")[0], text.split("  - [surname, commune]\n")[1]
        open(name, "w", encoding="utf-8").write(head + "blocking:\n  - [dob]\n  - {fields: [commune]%s}\n" % more + tail)
    os.mkdir("folder")
    # a whole result, cut short: truncated Parquet
    call("link", "-q", "link.yaml", "left.csv", "right.csv", "-o", "good")
    whole = open("good/pairs.parquet", "rb").read()
    open("cut.parquet", "wb").write(whole[:len(whole) // 2])


def call(*words):
    done = subprocess.run([MAILLON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stderr.decode()


LINK = ["link", "-q", "link.yaml"]
CASES = [
    (LINK + ["empty.csv", "right.csv"], 2, "empty.csv: the file is empty; a header line was expected"),
    (LINK + ["header.csv", "right.csv"], 2, "header.csv: has no row after its header: nothing can be linked"),
    (LINK + ["left.csv", "header.csv"], 2, "header.csv: has no row after its header: nothing can be linked"),
    (["dedupe", "-q", "dedupe.yaml", "one.csv"], 2, "one.csv: has one row after its header: nothing can be linked"),
    (LINK + ["nodob.csv", "right.csv"], 2, "training: comparison 3 dob is missing in every pair; take it out of the model, "
     "or fill its field on both sides"),
    (LINK + ["left.csv", "strangers.csv"], 2, "training: the blocking rules make no pair; add a rule, or look whether its "
     "fields are filled on both sides"),
    (["link", "-q", "dedupe.yaml", "left.csv", "right.csv"], 2, "dedupe.yaml: its kind is dedupe, which reads one file; use "
     "maillon dedupe, or write kind: link"),
    (["dedupe", "-q", "link.yaml", "left.csv"], 2, "link.yaml: its kind is link, which needs two files; use maillon link, or "
     "write kind: dedupe"),
    (LINK + ["othercol.csv", "right.csv"], 2, "othercol.csv: has no column 'first_name', which link.yaml asks for (it has: "
     "id, prenom, surname, dob, commune)"),
    (LINK + ["twice.csv", "right.csv"], 2, "has two columns named 'surname'"),
    (LINK + ["doubled.csv", "right.csv"], 2, "the left file: rows 5 and 301 have the same id; an id names one record"),
    (LINK + ["ragged.csv", "right.csv"], 2, "ragged.csv: row 301: "),
    (LINK + ["left.csv", "right.csv", "--delimiter", ";"], 2, "left.csv: has no column 'id', which link.yaml asks for (it "
     "has: id,first_name,surname,dob,commune)"),
    (LINK + ["left.csv", "right.csv", "--delimiter", "ab"], 2, "option '--delimiter': one character is needed, or \\t"),
    (LINK + ["left.csv", "right.csv", "--lang", "de"], 2, "option '--lang': 'fr' or 'en' is needed"),
    (LINK + ["cut.parquet", "right.csv"], 2, "cut.parquet: not a Parquet file that can be read: cut short, damaged, or "
     "written with a feature unknown here"),
    (LINK + ["left.dat", "right.csv"], 2, "left.dat: the name does not tell the format; use .csv, .tsv, .txt, .parquet, "
     ".sas7bdat, .arrow, .arrows or .feather"),
    (LINK + ["none.csv", "right.csv"], 3, "none.csv: "),
    (["link", "-q", "typo.yaml", "left.csv", "right.csv"], 2, "typo.yaml:"),
    (["dedupe", "-q", "large.yaml", "large.csv"], 2, 'blocking rule "commune": the records of one value (hash '),
]


def check_cases():
    for words, status, message in CASES:
        got, said = call(*words, "-o", "out")
        assert got == status, f"{words}: status {got}: {said}"
        assert said.startswith("maillon: ") and message in said, f"{words}: {said}"
        assert said.count("\n") == 1, f"{words}: more than one message: {said}"
        assert not os.path.exists("out") and not os.path.exists("out.partial"), f"{words}: something is left"
    got, said = call(*LINK, "left.csv", "right.csv", "-o", "folder")
    assert got == 2 and "is there and is no result of maillon" in said, said
    got, said = call("dedupe", "-q", "allowed.yaml", "large.csv", "-o", "allowed")
    assert got == 0, said


def check_explain():
    for pair, message in (("P00001", "there is no comma"), ("Pxx,P00001", "the first one is not in its file"),
                          ("P00001,Pxx", "the second one is not in its file"), ("a,b", "neither is in its file")):
        got, said = call("explain", "good", pair)
        assert got == 2 and message in said, said
    got, said = call("explain", "folder", "a,b")
    assert got == 2 and "folder: is no result of maillon link or dedupe" in said, said
    os.rename("left.csv", "moved.csv")
    got, said = call("explain", "good", "P00001,P00001")
    assert got == 2 and "left.csv: is not there any more" in said, said
    shutil.copy("right.csv", "left.csv")
    got, said = call("explain", "good", "P00001,P00001")
    assert got == 2 and "left.csv: has changed since good was made from it" in said, said
    os.replace("moved.csv", "left.csv")
    done = subprocess.run([MAILLON, "explain", "good", "P00001,P00001"], stdout=subprocess.PIPE, check=True)
    shown = subprocess.run([MAILLON, "explain", "good", "P00001,P00001", "--values"], stdout=subprocess.PIPE, check=True)
    value = next(line for line in open("left.csv", encoding="utf-8") if line.startswith("P00001,")).split(",")[3]
    assert value not in done.stdout.decode(), "a value is shown without --values"
    assert value in shown.stdout.decode(), shown.stdout.decode()


def check_interrupt():
    """Interrupted while it works: later and later until it is done before; at least one must have been in time."""
    stopped = 0
    for wait in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4):
        child = subprocess.Popen([MAILLON, "dedupe", "-q", "allowed.yaml", "large.csv", "-o", "cut", "--threads", "1"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        child.send_signal(signal.SIGINT)
        status = child.wait()
        whole = os.path.exists("cut/manifest.json")
        assert (status == 0) == whole, f"status {status}, whole: {whole}"
        assert status in (0, 130, -signal.SIGINT), status
        assert status == -signal.SIGINT or not os.path.exists("cut.partial"), "half of a result is left"
        stopped += status == 130
        shutil.rmtree("cut", ignore_errors=True)
        shutil.rmtree("cut.partial", ignore_errors=True)
    assert stopped > 0, "no interrupt came in time"


def main():
    with tempfile.TemporaryDirectory(prefix="mln-linkage-") as top:
        os.chdir(top)
        inputs()
        check_cases()
        check_explain()
        check_interrupt()
        os.chdir("/")


main()
