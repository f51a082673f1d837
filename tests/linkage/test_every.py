#!/usr/bin/env python3
"""Every step of cleaning, level and kind of rule of docs/model.md, once through the program: test_every.py MAILLON MODEL.md

Each has a value written out and what must become of it. What the manual names and this test lacks, or the reverse, fails."""
import os
import re
import subprocess
import sys
import tempfile

MAILLON = os.path.abspath(sys.argv[1])
MANUAL = open(sys.argv[2], encoding="utf-8").read()

# ── cleaning: field (over one column), cell, what --values shows; None: missing ──
CLEANING = [
    ("trim", "{clean: [trim]}", "  de   la ", "de la"),
    ("upper_fold", "{clean: [upper_fold]}", "Éléonore d'Œ", "ELEONORE D'OE"),
    ("letters", "{clean: [letters]}", "O'Brien-Smith", "O Brien Smith"),
    ("alnum", "{clean: [alnum]}", "2A-004", "2A004"),
    ("digits", "{clean: [digits]}", "12/03", "1203"),
    ("no_particles", "{clean: [upper_fold, no_particles]}", "de la Tour", "TOUR"),
    ("sort_words", "{clean: [sort_words]}", "PAUL JEAN", "JEAN PAUL"),
    ("table", "{clean: [upper_fold, {table: {Bob: ROBERT}}]}", "bob", "ROBERT"),
    ("missing", "{clean: [upper_fold, {missing: [NC, inconnu]}]}", "Inconnu", None),
    ("prefix", "{clean: [{prefix: 3}]}", "MARTIN", "MAR"),
    ("suffix", "{clean: [{suffix: 3}]}", "MARTIN", "TIN"),
    ("first_word", "{clean: [first_word]}", "JEAN PAUL", "JEAN"),
    ("last_word", "{clean: [last_word]}", "JEAN PAUL", "PAUL"),
    ("soundex", "{clean: [soundex]}", "Tymczak", "T522"),
    ("phonex_fr", "{clean: [phonex_fr]}", "Dupond", "TUTON"),
]
DATES = [("31/12/1999", "1999-12-31"), ("19991231", "1999-12-31"), ("1999-12-31", "1999-12-31"), ("12/1999", "1999-12-01 … 1999-12-31"),
         ("1999", "1999-01-01 … 1999-12-31"), ("00/03/1954", "1954-03-01 … 1954-03-31"), ("31/02/1999", None), ("31-12-99", "1999-12-31")]

# ── levels: type of the field, level, left and right where it holds, left and right where it does not ──
LEVELS = [
    ("exact", "text", "exact", ("Éva", "EVA"), ("Eva", "Ava")),
    ("exact", "date", "exact", ("2001-03-04", "04/03/2001"), ("2001-03", "2001-03")),  # not a complete day
    ("exact", "list", "exact", ("a b a", "b a"), ("a b", "a")),
    ("jaro", "text", "{jaro: 0.94}", ("MARTHA", "MARHTA"), ("DIXON", "DICKSONX")),  # .9444 and .7667
    ("jaro_winkler", "text", "{jaro_winkler: 0.961}", ("MARTHA", "MARHTA"), ("DWAYNE", "DUANE")),  # .9611 and .84
    ("jaro_winkler", "text", "{jaro_winkler: 0.92, prefix_weight: 0.1}", ("MARTHA", "MARTHO"), ("MARTHA", "MARTOO")),  # .8889 + 4 · .1 · .1111
    ("jaro_winkler", "text", "{jaro_winkler: 0.91, prefix_weight: 0.05}", ("MARTHA", "MARTHO"), ("MARTHA", "MARTOO")),  # + 4 · .05 · .1111
    ("levenshtein", "text", "{levenshtein: 2}", ("ABCD", "BACD"), ("ABCDE", "BADCE")),  # a swap is two
    ("osa", "text", "{osa: 2}", ("ABCDE", "BADCE"), ("CA", "ABCX")),
    ("damerau", "text", "{damerau: 2}", ("CA", "ABC"), ("CA", "ABCX")),  # osa says 3
    ("indel", "text", "{indel: 2}", ("ABC", "ABD"), ("ABC", "ADE")),
    ("jaccard", "text", "{jaccard: 0.5}", ("NIGHTS", "NIGHT"), ("NIGHT", "NACHT")),  # bigrams: 4 of 5; 1 of 7
    ("jaccard", "list", "{jaccard: 0.5}", ("a b", "b"), ("a b c", "c")),
    ("dice", "text", "{dice: 0.25, q: 2}", ("NIGHT", "NACHT"), ("NIGHT", "NACXT")),  # 2 · 1 / 8
    ("cosine", "text", "{cosine: 0.25, q: 2}", ("NIGHT", "NACHT"), ("NIGHT", "NACXT")),  # 1 / 4
    ("prefix", "code", "{prefix: 2}", ("75001", "75116"), ("75001", "76001")),
    ("contains", "text", "{contains: 4}", ("JEANPAUL", "PAUL"), ("JEANPAUL", "JAUL")),
    ("words", "text", "{words: 2}", ("A B C", "C A"), ("A B", "A C")),
    ("number", "number", "{number: 10}", ("1000", "1010"), ("1000", "1010.5")),
    ("percent", "number", "{percent: 5}", ("95", "100"), ("94", "100")),
    ("days", "date", "{days: 30}", ("2001-03-04", "2001-04-03"), ("2001-03-04", "2001-04-04")),
    ("months", "date", "{months: 1}", ("2001-03-01", "2001-04-30"), ("2001-03-31", "2001-05-01")),
    ("years", "date", "{years: 1}", ("2001-01-01", "2002-12-31"), ("2001-12-31", "2003-01-01")),
    ("day_month", "date", "day_month", ("2001-03-04", "2001-04-03"), ("2001-03-04", "2001-03-05")),
    ("date_digits", "date", "{date_digits: 1}", ("2001-03-04", "2001-08-04"), ("2001-03-04", "2001-08-05")),
    ("compatible", "date", "compatible", ("2001-03", "2001-03-14"), ("2001-03", "2001-04-14")),
    ("swapped", "text", "{swapped: other}", ("ANNE/MARIE", "MARIE/ANNE"), ("ANNE/MARIE", "MARIE/ANNA")),
    ("other", "text", "{other: other}", ("ANNE/MARIE", "MARIE/ANNA"), ("ANNE/MARIE", "ANNA/ROSE")),
    ("overlap", "list", "{overlap: 2}", ("11 12 13", "13 11"), ("11 12", "12 13")),
    ("km", "geo", "{km: 400}", ("48.8566 2.3522", "45.7640 4.8357"), ("48.8566 2.3522", "43.2965 5.3698")),  # Paris–Lyon 392, –Marseille 661
    ("sql", "number", '{sql: "l.v * 2 = r.v"}', ("2", "4"), ("4", "2")),
    ("missing", "text", "missing", ("A", ""), ("A", "B")),
]


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def call(*words):
    done = subprocess.run([MAILLON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, (words, done.stderr.decode())
    return done.stdout.decode()


def words_of(title, table_head):
    """The words in backquotes at the beginning of the rows of a table of the manual."""
    part = MANUAL.split(title, 1)[1].split(table_head, 1)[1].split("\n\n", 1)[0]
    found = set()
    for line in part.splitlines()[1:]:
        for word in re.findall(r"`\{?(\w+)", line.split("|")[1]):
            found.add(word)
    return found


FIXED = "m: {fixed: 0.9}, u: {fixed: 0.1}"
REST = "{level: else, m: {fixed: 0.1}, u: {fixed: 0.9}}"
HEAD = "version: 1\nid: id\nlambda: 0.5\ndecision: {keep_from: 0.0001}\nblocking: [[k]]\n"


def cleaned(field, cell):
    write("m.yaml", HEAD + "fields: {k: , v: %s}\ncomparisons:\n  - {field: v, levels: [{level: exact, %s}, %s]}\n"
          % (field.replace("{", "{column: v, ", 1), FIXED, REST))
    for side in "lr":
        write(side + ".csv", 'id,k,v\n1,a,"%s"\n2,b,"ZZ 1999-01-01"\n' % cell)
    call("link", "-q", "m.yaml", "l.csv", "r.csv", "-o", "out")
    line = next(x for x in call("explain", "out", "1,1", "--values").splitlines() if x.strip().startswith("v: "))
    shown = line.strip()[3:].split("  ~  ")[0]
    return None if shown == "∅" else shown


def cells(kind, value):
    """Columns v and other: two values are written with a slash."""
    return (value.split("/") if "/" in value and kind == "text" else [value, "zz"])


def holds(kind, level, left, right):
    named = level if level.startswith("{") else "{level: %s}" % level
    write("m.yaml", HEAD + "fields: {k: , v: {type: %s}, other: }\ncomparisons:\n  - {field: v, levels: [%s, %s]}\n"
          % (kind, named[:-1] + ", label: it holds, " + FIXED + "}", REST))
    for side, value in (("l", left), ("r", right)):
        write(side + ".csv", 'id,k,v,other\n1,a,"%s","%s"\n2,b,"%s",x\n' % (*cells(kind, value), left if kind != "text" else "QQ"))
    call("link", "-q", "m.yaml", "l.csv", "r.csv", "-o", "out")
    return " it holds " in next(x for x in call("explain", "out", "1,1").splitlines() if x.startswith("v "))


def rules():
    """Five records in a line: s is their name, t a list, d a date. Pairs counted by hand."""
    write("one.csv", "id,s,t,d\n1,ANNA,a b,2001-01-01\n2,ANNE,b c,2001-02-01\n3,BERT,c,2002-01-01\n4,BERTA,,2002-01-02\n5,,a,\n")
    cases = [
        ("[[s3]]", 2, "equality on an expression: ANN, BER"),
        ("[[t]]", 3, "exploded list: 1-5 by a, 1-2 by b, 2-3 by c"),
        ("[[t, year]]", 1, "both: 1-2"),
        ("[{window: 1, fields: [s]}]", 3, "neighbours in the order of names; 5 has none"),
        ("[{window: 2, fields: [d]}]", 5, "within two places in the order of dates, of four: 12 13 23 24 34"),
        ("[[s3], [t]]", 4, "several rules, each pair once: 12 34, then 15 23"),
        ("[{fields: [month], allow_large: true, train: true, name: m}]", 1, "3-4 of one month"),
    ]
    for blocking, n, why in cases:
        write("d.yaml", "version: 1\nkind: dedupe\nid: id\nlambda: 0.3\nfields: {s: , t: {type: list}, d: {type: date}, s3: {from: s, prefix: 3},"
              " year: {from: d, date_part: year}, month: {from: d, date_part: month}}\ncomparisons:\n  - {field: s, levels: [{level: exact, %s}, %s]}\n"
              "blocking: %s\n" % (FIXED, REST, blocking))
        told = call("dedupe", "-q", "d.yaml", "one.csv", "-o", "out")
        assert int(told.split("candidates")[1].split()[0]) == n, (blocking, why, told)


def main():
    with tempfile.TemporaryDirectory() as room:
        os.chdir(room)
        assert {c[0] for c in CLEANING} == words_of("### Cleaning", "| step |"), "steps of the manual"
        assert {c[0] for c in LEVELS} | {"else"} == words_of("## Comparisons", "| level |"), "levels of the manual"
        for step, field, cell, expected in CLEANING:
            assert cleaned(field, cell) == expected, (step, cleaned(field, cell))
        for cell, expected in DATES:
            formats = "{type: date, formats: [dd/mm/yyyy, yyyymmdd, yyyy-mm-dd, dd-mm-yy]}"
            assert cleaned(formats, cell) == expected, (cell, cleaned(formats, cell))
        assert cleaned("{type: date}", "1999-12-31 00:00:00") == "1999-12-31"  # a timestamp, by the default formats
        for word, kind, level, yes, no in LEVELS:
            assert holds(kind, level, *yes), (word, level, yes)
            assert not holds(kind, level, *no), (word, level, no)
        rules()


main()
