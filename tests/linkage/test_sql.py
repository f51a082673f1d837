#!/usr/bin/env python3
"""Levels in SQL: test_sql.py MAILLON

Oracle: conditions in SQL that say what a level of the ladder says give the same links, candidates and weights to the byte,
through training, scoring and deduplication. By hand: NULLs. And all that is refused."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402

MAILLON = os.path.abspath(sys.argv[1])
MODEL = """version: 1
kind: %s
id: id
fields:
  first_name: {clean: [upper_fold, letters]}
  surname: {clean: [upper_fold, letters]}
  dob: {type: date}
  year: {column: birth_year, type: number}
  commune: {type: code}
comparisons:
  - {field: first_name, levels: [exact, %s, else]}
  - {field: surname, levels: [%s, %s, {jaro_winkler: 0.8}, else]}
  - {field: dob, levels: [exact, %s, {years: 2}, else]}
  - {field: year, levels: [exact, %s, missing, else]}
  - {field: commune, levels: [%s, %s, else]}
blocking: [[dob], [surname, first_name], [first_name, commune]]
training: {u: {random_pairs: 70000}}
"""
PLAIN = ("{damerau: 1, label: a}", "{level: exact, label: b}", "{swapped: first_name, label: c}", "{days: 31, label: d}",
         "{number: 1, label: e}", "{level: exact, label: f}", "{prefix: 2, label: g}")
SQL = ('{sql: "damerau_levenshtein(l.first_name, r.first_name) <= 1", label: a}', '{sql: "l.surname = r.surname", label: b}',
       '{sql: "l.surname = r.first_name and l.first_name = r.surname", label: c}',
       "{sql: \"abs(date_diff('day', l.dob, r.dob)) <= 31\", label: d}", '{sql: "abs(l.year - r.year) <= 1", label: e}',
       '{sql: "l.\\"commune\\" = r.commune", label: f}', '{sql: "l.commune[1:2] = r.commune[1:2]", label: g}')


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def call(*words):
    done = subprocess.run([MAILLON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def run(*words):
    status, out, told = call(*words)
    assert status == 0, (words, told)
    return out


def add_year(path):
    """Every seventh is missing."""
    lines = open(path, encoding="utf-8").read().splitlines()
    lines = [lines[0] + ",birth_year"] + ["%s,%s" % (x, "" if i % 7 == 0 else x.split(",")[3][:4]) for i, x in enumerate(lines[1:])]
    write(path, "\n".join(lines) + "\n")


def same(a, b, names=("pairs.parquet", "candidates.parquet")):
    for name in names:
        assert read(os.path.join(a, name)) == read(os.path.join(b, name)), (a, b, name)


def oracle():
    for kind, files in (("link", ["left.csv", "right.csv"]), ("dedupe", ["left.csv"])):
        write("plain.yaml", MODEL % ((kind,) + PLAIN))
        write("sql.yaml", MODEL % ((kind,) + SQL))
        run(kind, "-q", "plain.yaml", *files, "-o", "plain")
        run(kind, "-q", "sql.yaml", *files, "-o", "sql", "--threads", "1")
        same("plain", "sql")
        assert len(read("sql/pairs.parquet")) > 2000
        for threads in ("2", "8") if kind == "link" else ("8",):
            run(kind, "-q", "sql.yaml", *files, "-o", "more", "--threads", threads)
            same("sql", "more", ("pairs.parquet", "candidates.parquet", "model.yaml", "manifest.json", "report.html", "review.csv"))
        run(kind, "-q", "sql/model.yaml", *files, "-o", "again")  # trained, given back
        same("sql", "again", ("pairs.parquet", "candidates.parquet", "model.yaml"))
        if kind == "link":
            ids = [line.replace(b'"', b"").split(b",")[:2] for line in read("sql/review.csv").splitlines()[1:6]]
            for left, right in ids:
                pair = left.decode() + "," + right.decode()
                assert run("explain", "plain", pair) == run("explain", "sql", pair), pair


def turned_rows():
    for name in ("left", "right"):
        lines = open(name + ".csv", encoding="utf-8").read().splitlines()
        write(name + "_turned.csv", "\n".join([lines[0]] + lines[:0:-1]) + "\n")
    write("sql.yaml", MODEL % (("link",) + SQL))
    run("link", "-q", "sql.yaml", "left.csv", "right.csv", "-o", "sql")
    run("link", "-q", "sql.yaml", "left_turned.csv", "right_turned.csv", "-o", "turned")
    same("sql", "turned", ("pairs.parquet", "candidates.parquet", "model.yaml"))


HAND = """version: 1
id: id
fields: {k: , a: {type: number}, d: {type: date}}
comparisons:
  - field: a
    levels:
      - {sql: "%s", m: {fixed: 0.9}, u: {fixed: 0.1}}
      - {level: else, m: {fixed: 0.1}, u: {fixed: 0.9}}
blocking: [[k]]
lambda: 0.5
decision: {keep_from: 0.0001}
"""


def level(sql, pair="1,1"):
    write("hand.yaml", HAND % sql)
    run("link", "-q", "hand.yaml", "hl.csv", "hr.csv", "-o", "hand")
    line = next(x for x in run("explain", "hand", pair).splitlines() if x.startswith("a "))
    return "missing" if "missing" in line else "else" if "else" in line else "holds"


def by_hand():
    """Record 1: a is missing on the left, 3 on the right, d is incomplete on the left. Record 2: 2 and 3, whole dates."""
    write("hl.csv", "id,k,a,d\n1,x,,2001-03\n2,y,2,2001-03-04\n")
    write("hr.csv", "id,k,a,d\n1,x,3,2001-03-05\n2,y,3,2001-03-05\n")
    # NULL: the level is not met; the comparison's own field is missing, so the pair has no level at all
    assert level("l.a < r.a") == "missing"
    assert level("l.a < r.a", "2,2") == "holds"
    assert level("l.a > r.a", "2,2") == "else"
    assert level("l.a is null and r.a = 3") == "holds"  # a condition may ask for what is missing
    assert level("coalesce(l.a, 0) < r.a") == "holds"
    # an incomplete date is no DATE: NULL
    assert level("l.d is null and r.d = date '2001-03-05'") == "holds"
    assert level("r.d - l.d = 1", "2,2") == "holds"
    assert level("extract(year from l.d) = 2001", "2,2") == "holds"
    assert level("l.d::VARCHAR = '2001-03-04'", "2,2") == "holds"


REFUSED = [
    ("l.price < r.a", "hand.yaml:7:15: 'sql' must be one of k, a, d, not 'price'"),
    ("a < 3", "it names no field; write l.field and r.field"),
    ("l.a < ", "the SQL of this level is not understood: Parser Error: syntax error"),
    ("l.a < r.k", "the SQL of this level is not understood: Binder Error: Cannot compare values of type DOUBLE and type VARCHAR"),
    ("l.a and frobnicate(r.a)", "the SQL of this level is not understood: Catalog Error: Scalar Function with name frobnicate does not exist!"),
    ("l.a + r.a", "is no condition on one pair"),
    ("count(l.a) > 1", "is no condition on one pair"),
    ("l.a = (select 1)", "'select' has no place in a condition on one pair"),
    ("l.a in (from range(3))", "'from' has no place in a condition on one pair"),
    ("l.a > 0 and exists (from read_csv('hl.csv'))", "'from' has no place in a condition on one pair"),
    ("row_number() over () > l.a", "'over' has no place in a condition on one pair"),
    ("random() < l.a", "random() does not always give the same of the same values"),
    ("l.a < 3 or now() > r.d", "now() does not always give the same of the same values"),
    ("l.d < current_date", "'current_date' has no place in a condition on one pair"),
    ("l.a < 3) or (r.a < 3", "is one condition"),
    ("l.a < 3) from x where (1 = 1", "a parenthesis is closed that was not opened"),
    ("(l.a < 3", "a parenthesis is not closed"),
    ("l.a < 3; drop table x", "it holds a character of another kind of statement"),
    ("l.a < 3 -- and more", "a quote is not closed, or there is a comment"),
    ("l.a < $1", "it holds a character of another kind of statement"),
    ("l.k = 'x", "a quote is not closed, or there is a comment"),
    ("l.a = 3, r.a = 3", "the SQL of this level"),
    ("cast(l.k as integer) = 3", "the SQL of this level fails on a value of the records (values are never shown)"),
]


def refused():
    for sql, message in REFUSED:
        write("hand.yaml", HAND % sql)
        status, _, told = call("link", "-q", "hand.yaml", "hl.csv", "hr.csv", "-o", "bad")
        assert status == 2 and message in told and told.startswith("maillon: hand.yaml:7:"), (sql, status, told)
        assert told.count("\n") == 1 and not os.path.exists("bad"), (sql, told)


def main():
    with tempfile.TemporaryDirectory() as room:
        os.chdir(room)
        left, right = people.files(1500)
        people.write("left.csv", left)
        people.write("right.csv", right)
        add_year("left.csv")
        add_year("right.csv")
        oracle()
        turned_rows()
        by_hand()
        refused()


main()
