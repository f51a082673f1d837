#!/usr/bin/env python3
"""Writes the two Arrow files of this folder, the rows of ../test_formats.c: make.py

Made once with pyarrow 26.0.1; not run by the tests. Invented values."""
import datetime
import os

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc

day = datetime.date
at = datetime.datetime
os.chdir(os.path.dirname(os.path.abspath(__file__)))


def word(values):
    return pa.array(values).dictionary_encode()


procedure = pa.table({
    "force": word(["PN", "GN", "GN", "GN"]), "code_unite": ["00321", "04567", "04567", "04567"],
    "numero": ["01234", "00017", "00018", "00019"], "annee": pa.array([2021, 2021, 1821, 2021], pa.int16()),
    "date_enregistrement": pa.array([at(2021, 3, 1), at(2021, 1, 10), at(2021, 1, 10), at(2020, 2, 29)], pa.timestamp("ms")),
    "date_faits_debut": ["28/02/2021", "2021", "2021", None], "date_faits_fin": ["03/2021", None, None, None],
    "commune_faits": ["01004", "2A004", None, None], "date_transmission": pa.array([day(2021, 3, 5), None, None, None], pa.date32()),
    "juridiction_destinataire": pa.array(["tj01053", None, None, None], pa.string_view()),
    "nb_mis_en_cause": pa.array([1.0, None, None, 0.0]), "nb_victimes": pa.array([1, None, None, 12], pa.uint8())})
tie = pa.table({
    "affaire_id": ["A1", "A2", "A2"], "rang": [1, 1, 2], "force": ["PN", None, None], "code_unite": ["00321", None, None],
    "numero": ["01234", None, None], "annee": pa.array([2021, None, None]),
    "reference_pv": pa.array([None, "  PV écrit n° 17/21 ", "€uro œuvre"], pa.large_string()), "idj_pv": pa.nulls(3),
    "numero_parquet": pa.array([21065000001, None, None], pa.decimal128(11, 0)), "type_creation": ["flux", "saisie", "reprise"]})
with pa.ipc.new_stream("procedure.arrow", procedure.schema) as out:
    out.write_table(procedure)
pa.feather.write_feather(tie, "correspondance.arrow", compression="zstd")
