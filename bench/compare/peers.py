#!/usr/bin/env python3
"""Runs rapidfuzz and DuckDB over the names that bench_compare timed, and prints all side by side."""
import importlib.metadata
import subprocess
import sys
import time

import duckdb
import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, DamerauLevenshtein, Indel, JaroWinkler, Levenshtein

program, names_file = sys.argv[1], sys.argv[2]
names = open(names_file, encoding="utf-8").read().splitlines()
SHORT = 400  # rows of the slow peers' matrix

RAPIDFUZZ = {
    "jaro_winkler": dict(scorer=JaroWinkler.similarity, dtype=np.float32),
    # rapidfuzz 3.14.6 gives 0 to pairs that it finds at exactly 0.8 without a cutoff (PREN, PRANDEIP)
    "jaro_winkler_cutoff_.8": dict(scorer=JaroWinkler.similarity, dtype=np.float32, score_cutoff=0.8 - 1e-9),
    "levenshtein": dict(scorer=Levenshtein.distance, dtype=np.uint8),
    "osa": dict(scorer=OSA.distance, dtype=np.uint8),
    "damerau": dict(scorer=DamerauLevenshtein.distance, dtype=np.uint8),
    "indel": dict(scorer=Indel.distance, dtype=np.uint8),
    "levenshtein_cutoff_2": dict(scorer=Levenshtein.distance, dtype=np.uint8, score_cutoff=2),
}
DUCKDB = {
    "jaro_winkler": "jaro_winkler_similarity(a.name, b.name)",
    "jaro_winkler_cutoff_.8": "jaro_winkler_similarity(a.name, b.name, 0.8)",
    "levenshtein": "levenshtein(a.name, b.name)",
    "damerau": "damerau_levenshtein(a.name, b.name)",
}


def cpu(f):
    start = time.process_time()
    result = f()
    return time.process_time() - start, result


def ours(path):
    text = subprocess.run([program, names_file, path], check=True, capture_output=True, text=True).stdout
    return {k: (float(ns), float(total)) for k, ns, total in (line.split("\t") for line in text.splitlines())}


def rapidfuzz(name):
    rows = names[:SHORT] if name == "damerau" else names
    best, total = 1e9, 0.0
    for _ in range(1 if name == "damerau" else 2):
        took, matrix = cpu(lambda: process.cdist(rows, names, workers=1, **RAPIDFUZZ[name]))
        best, total = min(best, took), float(matrix.sum(dtype=np.float64))
    return best * 1e9 / (len(rows) * len(names)), total if rows is names else None


def duck(db, name):
    sql = f"SELECT sum({DUCKDB[name]}) FROM (SELECT * FROM n LIMIT {SHORT}) a CROSS JOIN n b"
    base, _ = cpu(lambda: db.execute(f"SELECT sum(length(a.name) + length(b.name)) FROM (SELECT * FROM n LIMIT {SHORT}) a CROSS JOIN n b").fetchall())
    took, _ = cpu(lambda: db.execute(sql).fetchall())
    return (took - base) * 1e9 / (SHORT * len(names))


def main():
    db = duckdb.connect(config={"threads": 1})
    db.execute("CREATE TABLE n(name VARCHAR)")
    db.executemany("INSERT INTO n VALUES (?)", [(n,) for n in names])
    best, portable = ours("best"), ours("portable")
    print(f"rapidfuzz {importlib.metadata.version('rapidfuzz')}, DuckDB {duckdb.__version__}, {len(names)} names, all pairs, "
          "one thread, CPU ns per pair")
    print(f"{'':36}{'maillon':>9}{'portable':>10}{'rapidfuzz':>11}{'ratio':>7}{'DuckDB':>9}{'ratio':>7}  same sum")
    for name, (ns, total) in best.items():
        line = f"{name:36}{ns:9.2f}{portable[name][0]:10.1f}"
        same = ""
        if name in RAPIDFUZZ:
            peer, peer_total = rapidfuzz(name)
            line += f"{peer:11.2f}{peer / ns:7.1f}"
            if peer_total is not None and "cutoff_2" not in name:
                same = "yes" if abs(peer_total - total) < 1e-6 * total else f"NO: {peer_total} {total}"
        else:
            line += " " * 18
        if name in DUCKDB:
            peer = duck(db, name)
            line += f"{peer:9.1f}{peer / ns:7.1f}"
        else:
            line += " " * 16
        print(line + "  " + same)


main()
