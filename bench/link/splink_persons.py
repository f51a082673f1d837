"""Splink on DuckDB over the persons of persons.py: train, predict, links at a threshold.

    splink_persons.py LEFT.parquet RIGHT.parquet OUT.parquet [MAX_PAIRS_FOR_U]

The model is that of models/persons.yaml as Splink's users would write it. Prints the time of each step.
"""
import sys
import time

import duckdb
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def main() -> None:
    left, right, out = sys.argv[1:4]
    max_pairs = float(sys.argv[4]) if len(sys.argv) > 4 else 1e6
    start = time.time()
    con = duckdb.connect()
    con.execute("SET threads = 2")
    api = DuckDBAPI(connection=con)
    con.execute(f"CREATE TABLE l AS SELECT * FROM '{left}'")
    con.execute(f"CREATE TABLE r AS SELECT * FROM '{right}'")
    sides = [api.register("l", dataset_display_name="left"), api.register("r", dataset_display_name="right")]
    rules = [block_on("dob"), block_on("surname", "first_name"), block_on("surname", "commune")]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8]).configure(
                term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(
                term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
            cl.ExactMatch("sexe"),
            cl.ExactMatch("commune").configure(term_frequency_adjustments=True),
        ],
    )
    linker = Linker(sides, settings, log_level=None)
    read = time.time()
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=max_pairs)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("surname", "first_name"))
    trained = time.time()
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    con.execute(
        f"COPY (SELECT id_l AS left_id, id_r AS right_id, match_weight AS weight_log2,"
        f" match_probability AS probability FROM {pairs.physical_name}) TO '{out}' (FORMAT parquet)")
    done = time.time()
    print(f"splink {splink.__version__} duckdb {duckdb.__version__}: read {read - start:.1f} s, "
          f"train {trained - read:.1f} s, predict {done - trained:.1f} s, whole {done - start:.1f} s")


main()
