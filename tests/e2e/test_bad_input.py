"""Extracts that are wrong in every way that was thought of: the run stops with exit code 2 (or 3) and
says file and place, or goes on with the rows set aside; no message ever shows a value."""

import os
import re
import shutil

from project import Place, call, make, twin

SECRET = "MEUNIER-SECRET"  # stands in every planted cell: never in a message or in the rejects


def data(folder, name):
    return os.path.join(folder, "data", name)


def lines(folder, name):
    return open(data(folder, name), "rb").read().splitlines(keepends=True)


def put(folder, name, content):
    with open(data(folder, name), "wb") as f:
        f.write(content if isinstance(content, bytes) else b"".join(content))


def set_cell(folder, name, row, column, value):
    rows = lines(folder, name)
    head = rows[0].decode().strip().split(";")
    cells = rows[row].rstrip(b"\r\n").split(b";")
    cells[head.index(column)] = value
    rows[row] = b";".join(cells) + b"\n"
    put(folder, name, rows)


def header(change):
    def edit(folder):
        rows = lines(folder, "procedure.csv")
        put(folder, "procedure.csv", [change(rows[0])] + rows[1:])
    return edit


def contract(folder, old, new):
    path = os.path.join(folder, "contract.yaml")
    text = open(path, encoding="utf-8").read()
    assert old in text, old
    open(path, "w", encoding="utf-8").write(text.replace(old, new, 1))


def as_format(kind, content):
    """procedure.csv becomes a file of another format with these bytes (a function of the right ones)."""
    def edit(folder):
        name = "procedure." + kind
        right = open(os.path.join(other_formats, name), "rb").read() if kind == "parquet" else b""
        put(folder, name, content(right))
        contract(folder, "    file: procedure.csv", f"    file: {name}\n    format: {kind}")
    return edit


def cell(column, value, name="procedure.csv", row=3):
    return lambda folder: set_cell(folder, name, row, column, value)


def no_newline_quote(folder):
    rows = lines(folder, "procedure.csv")
    rows[5] = b'"' + SECRET.encode() + b";" + rows[5]
    put(folder, "procedure.csv", rows)


secret = SECRET.encode()
# name, what is done, status, what stderr must say (a pattern), what rejets.csv must hold (a pattern)
CASES = [
    ("empty file", lambda f: put(f, "procedure.csv", b""), 2, r"procedure\.csv.*empty", None),
    ("header only", lambda f: put(f, "lien_affaire.csv", lines(f, "lien_affaire.csv")[:1]), 0, "", None),
    ("absent file", lambda f: os.remove(data(f, "evenement.csv")), (2, 3), r"evenement\.csv", None),
    ("a folder", lambda f: (os.remove(data(f, "evenement.csv")), os.mkdir(data(f, "evenement.csv"))),
     (2, 3), r"evenement\.csv", None),
    ("missing column", header(lambda h: h.replace(b"numero;", b"numro;")), 2,
     r"procedure\.csv.*numero", None),
    ("doubled column", header(lambda h: h.replace(b"numero;", b"annee;")), 2,
     r"procedure\.csv.*annee", None),
    ("unclosed quote", no_newline_quote, 2, r"procedure\.csv: row 5, column 1: a quote", None),
    ("wrong encoding", cell("commune_faits", b"\xe9t\xe9" + secret), 0, "", r"procedure\.csv;3;"),
    ("a NUL", cell("code_unite", secret + b"\0"), 0, "", r"procedure\.csv;3;"),
    ("a field of 10 MiB", cell("code_unite", secret * (10 << 20 >> 3)), (0, 2), "", None),
    ("2^31 as rank", cell("rang", b"2147483648", "proc_personne.csv"), 0, "",
     r"proc_personne\.csv;3;rang;"),
    ("31 February", cell("date_enregistrement", b"31/02/2021"), 0, "",
     r"procedure\.csv;3;date_enregistrement;"),
    ("year 0", cell("date_enregistrement", b"01/01/0000"), 0, "",
     r"procedure\.csv;3;date_enregistrement;"),
    ("text as date", cell("date_enregistrement", secret), 0, "",
     r"procedure\.csv;3;date_enregistrement;"),
    ("a code of no list", cell("role", secret, "proc_personne.csv"), 0, "",
     r"proc_personne\.csv;3;role;"),
    ("required, empty", cell("numero", b""), 0, "", r"procedure\.csv;3;numero;"),
    ("a key twice", lambda f: put(f, "procedure.csv", lines(f, "procedure.csv")
                                  + lines(f, "procedure.csv")[2:3]), 0, "", r"procedure\.csv;\d+;"),
    ("an orphan", cell("numero", b"999999", "proc_personne.csv"), 0, "", r"proc_personne\.csv;3;"),
    ("a row too short", lambda f: put(f, "procedure.csv", lines(f, "procedure.csv") + [b"PN;1\n"]), 0,
     "", r"procedure\.csv;\d+;"),
    ("a row too long", lambda f: put(f, "procedure.csv", lines(f, "procedure.csv")
                                     + [b"PN;" + secret + b";" * 40 + b"\n"]), 0, "",
     r"procedure\.csv;\d+;"),
    ("a third of rows rejected", lambda f: put(
        f, "procedure.csv", [l if n % 3 else l.replace(b"/", b"-") for n, l in
                             enumerate(lines(f, "procedure.csv"))]), 2, r"procedure", None),
    ("bytes of nothing", lambda f: put(f, "procedure.csv", bytes(range(256)) * 64), 2,
     r"procedure\.csv", None),
    ("Parquet cut short", as_format("parquet", lambda b: b[:len(b) // 2]), (2, 3),
     r"procedure\.parquet", None),
    ("Parquet of 0 bytes", as_format("parquet", lambda b: b""), (2, 3), r"procedure\.parquet", None),
    ("Parquet damaged inside", as_format("parquet", lambda b: b[:2000] + b"\xff" * 64 + b[2064:]),
     (2, 3), r"procedure\.parquet|ingest", None),
    ("a CSV called Parquet", as_format("parquet", lambda b: b"force;code_unite\n" + secret), (2, 3),
     r"procedure\.parquet", None),
    ("SAS of 0 bytes", as_format("sas7bdat", lambda b: b""), (2, 3), r"procedure\.sas7bdat", None),
    ("SAS of noise", as_format("sas7bdat", lambda b: secret * 5000), (2, 3), r"procedure\.sas7bdat",
     None),
    ("contract: unknown word", lambda f: contract(f, "encoding:", "encodng:"), 2,
     r"contract\.yaml:\d+:\d+: .*encodng.*encoding", None),
    ("contract: unknown encoding", lambda f: contract(f, "utf-8", "utf-9"), 2,
     r"contract\.yaml:\d+:\d+: .*utf-9", None),
    ("contract: unknown table", lambda f: contract(f, "  procedure:\n", "  procedures:\n"), 2,
     r"contract\.yaml:\d+:\d+: .*procedures", None),
    ("contract: a tab", lambda f: contract(f, "  folder:", "\tfolder:"), 2,
     r"contract\.yaml:\d+:\d+: a tab", None),
    ("study: unknown column", lambda f: study(f, "  age_min: 15", "  age_mini: 15"), 2,
     r"study\.yaml:\d+:\d+: .*age_mini", None),
]


def study(folder, old, new):
    path = os.path.join(folder, "study.yaml")
    text = open(path, encoding="utf-8").read()
    assert old in text, old
    open(path, "w", encoding="utf-8").write(text.replace(old, new, 1))


failed = []
with Place() as place:
    original = make(place, procedures=300)
    other_formats = place / "parquet"
    call("synth", "-q", other_formats, "--procedures", 300, "--seed", 7, "--format", "parquet")
    for n, (name, change, status, said, rejected) in enumerate(CASES):
        copy = twin(original, f"case{n}")
        change(copy)
        done = call("run", os.path.join(copy, "project.yaml"), "--to", "ingest", expect=None)
        path = os.path.join(copy, "work", "ingest", "rejets.csv")
        rejects = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
        problems = []
        if done.code not in (status if isinstance(status, tuple) else (status,)):
            problems.append(f"expected status {status}")
        if not re.search(said, done.err):
            problems.append(f"stderr lacks {said}")
        if rejected and not re.search("^data/" + rejected, rejects, re.M):
            problems.append(f"rejets.csv lacks {rejected}:\n{rejects}")
        if SECRET in done.err + done.out + rejects:
            problems.append("a value is shown")
        if done.code != 0 and os.path.exists(os.path.join(copy, "work", "ingest.json")):
            problems.append("a result is left")
        print(f"{name}: {done.code} {done.err.strip().splitlines()[-1][:150]}", flush=True)
        if problems:
            failed.append(f"{name}: {'; '.join(problems)}\n{done}")
        shutil.rmtree(copy)
assert not failed, "\n\n".join(failed)
