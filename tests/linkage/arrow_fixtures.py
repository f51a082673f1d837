#!/usr/bin/env python3
"""Writes the files of arrow/, one table of invented persons in every format, for test_arrow.py: arrow_fixtures.py DIR

Made once with pyarrow 26.0.1; not run by the tests."""
import csv
import datetime
import os
import random
import sys

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

FIRST = ["Anne", "Éloïse", "Paul", "Jean-Luc", "Zoé", "Omar", "Inès", "Hugo"]
LAST = ["Martin", "Durand", "d'Aubigné", "Le Goff", "Ben Ali", "Nguyen", "Œuvrard", "Petit", "Roux", "Fabre"]


def persons(seed, n):
    draw = random.Random(seed)
    day0 = datetime.date(1950, 1, 1)
    for i in range(n):
        yield [i + 1, draw.choice(FIRST), draw.choice(LAST), day0 + datetime.timedelta(draw.randrange(18000)),
               "%02d%03d" % (draw.randrange(1, 10), draw.randrange(5)), ["0%d" % draw.randrange(600, 640) for _ in range(draw.randrange(3))],
               round(draw.uniform(0, 100), 2)]


def noisy(rows, seed):
    draw = random.Random(seed)
    for r in rows:
        r = list(r)
        if draw.random() < 0.15:
            r[2] = r[2][1:]
        if draw.random() < 0.1:
            r[3] = None
        if draw.random() < 0.1:
            r[4] = None
        yield r


NAMES = ["id", "first_name", "surname", "dob", "commune", "phones", "score"]


def table(rows, joined):
    phones = pa.array(["|".join(r[5]) or None for r in rows]) if joined else pa.array([r[5] for r in rows], pa.list_(pa.string()))
    columns = [pa.array([r[0] for r in rows], pa.int32()), pa.array([r[1] for r in rows]).dictionary_encode(),
               pa.array([r[2] for r in rows], pa.string() if joined else pa.string_view()),
               pa.array([r[3] for r in rows], pa.date32()), pa.array([r[4] for r in rows], pa.large_string()), phones,
               pa.array([r[6] for r in rows], pa.float64())]
    return pa.table(columns, names=NAMES)


def main():
    os.chdir(sys.argv[1])
    left = list(persons(1, 120))
    right = list(noisy(left[:90], 2)) + [[r[0] + 90] + r[1:] for r in persons(3, 30)]
    for name, rows in (("left", left), ("right", right)):
        with open(name + ".csv", "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f, lineterminator="\n")
            out.writerow(NAMES)
            for r in rows:
                out.writerow(["" if v is None else "|".join(v) if isinstance(v, list) else v for v in r])
        lists = table(rows, False)
        with pa.ipc.new_file(name + ".arrow", lists.schema) as out:
            out.write_table(lists, max_chunksize=50)
        with pa.ipc.new_stream(name + ".arrows", lists.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as out:
            out.write_table(lists, max_chunksize=50)
        pa.feather.write_feather(lists, name + ".feather", compression="lz4")
        pa.parquet.write_table(table(rows, True), name + ".parquet")


main()
