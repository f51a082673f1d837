#!/usr/bin/env python3
"""Writes the Arrow files of ../fuzz/corpus/arrow, which test_arrow.c reads and knows by hand: arrow_fixtures.py DIR

Made once with pyarrow 26.0.1, another implementation than the one that reads them; not run by the tests. All values are
invented."""
import datetime
import decimal
import os
import sys

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc

D = decimal.Decimal
day = datetime.date
at = datetime.datetime


def typed():
    """Every type that has a text; the third row is missing throughout."""
    columns = [
        ("utf8", pa.string(), ["été", "", None, "d"]),
        ("large", pa.large_string(), ["a", "bc", None, ""]),
        ("view", pa.string_view(), ["short", "longer than twelve bytes", None, "x"]),
        ("word", pa.dictionary(pa.int8(), pa.string()), ["PN", "GN", None, "PN"]),
        ("code", pa.dictionary(pa.int32(), pa.int64()), [7, 8, None, 7]),
        ("i8", pa.int8(), [-128, 127, None, 0]),
        ("u64", pa.uint64(), [18446744073709551615, 0, None, 1]),
        ("i64", pa.int64(), [-9223372036854775808, 42, None, 1]),
        ("f32", pa.float32(), [0.1, 3.0, None, -2.5]),
        ("f64", pa.float64(), [0.1, 1e300, None, 1234567.0]),
        ("bool", pa.bool_(), [True, False, None, True]),
        ("d32", pa.date32(), [day(2021, 3, 1), day(1582, 1, 1), None, day(1, 1, 1)]),
        ("d64", pa.date64(), [day(2021, 3, 1), day(1969, 12, 31), None, day(9999, 12, 31)]),
        ("ts", pa.timestamp("s"), [at(2021, 3, 1, 12, 30, 5), at(1969, 12, 31, 23, 59, 59), None, at(1970, 1, 1)]),
        ("tus", pa.timestamp("us", "Europe/Paris"), [at(2021, 3, 1, 12, 30, 5, 250000), at(1960, 1, 1), None, at(1970, 1, 1)]),
        ("t32", pa.time32("ms"), [datetime.time(1, 2, 3, 40000), datetime.time(0), None, datetime.time(23, 59, 59)]),
        ("dec", pa.decimal128(10, 2), [D("12.50"), D("-0.05"), None, D("99999999.99")]),
        ("nul", pa.null(), [None] * 4),
        ("list", pa.list_(pa.string()), [["a", "b c"], [], None, ["d", None, ""]]),
        ("nums", pa.large_list(pa.int32()), [[1, 2], [3], None, [None]]),
        ("three", pa.list_(pa.int16(), 3), [[1, 2, 3], [4, 5, 6], None, [7, 8, 9]]),
    ]
    return pa.table([pa.array(v, t) for _, t, v in columns], names=[n for n, _, _ in columns])


def small():
    return pa.table({"id": pa.array([1, 2, 3], pa.int32()), "nom": ["A", None, "C"]})


def write(name, table, stream=False, rows=2, **options):
    opener = pa.ipc.new_stream if stream else pa.ipc.new_file
    with opener(name, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        out.write_table(table, max_chunksize=rows)


def main():
    os.chdir(sys.argv[1])
    write("types.arrow", typed())
    write("types.arrows", typed(), stream=True)
    write("types_zstd.arrow", typed(), rows=4, compression="zstd")
    write("types_lz4.arrows", typed(), stream=True, rows=4, compression="lz4")
    write("small.arrow", small())
    write("small.arrows", small(), stream=True)
    pa.feather.write_feather(small(), "small.feather")
    long = pa.table({"nom": ["A" * 200, "B" * 200]})
    write("long_zstd.arrows", long, stream=True, compression="zstd")
    write("long_lz4.arrows", long, stream=True, compression="lz4")
    write("empty.arrow", small().slice(0, 0))
    write("empty.arrows", small().slice(0, 0), stream=True)
    # the dictionary grows from one record batch to the next, and is replaced
    grows = pa.chunked_array([pa.array(["a", "b"]).dictionary_encode(), pa.array(["a", "b", "c"]).dictionary_encode().slice(2)])
    write("delta.arrows", pa.table({"mot": grows}), stream=True, emit_dictionary_deltas=True)
    replaced = pa.chunked_array([pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "d"]).dictionary_encode()])
    write("replaced.arrows", pa.table({"mot": replaced}), stream=True)
    write("struct.arrow", pa.table({"id": [1, 2], "s": [{"x": 1}, {"x": 2}], "b": [b"a", b"b"],
                                    "l": [[[1]], [[2]]], "nom": ["A", "B"]}))
    pa.feather.write_feather(small().drop(["nom"]), "version1.feather", version=1)


main()
