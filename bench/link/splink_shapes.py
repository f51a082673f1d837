"""Splink on DuckDB over files of other shapes, by the models of its own published examples.

    splink_shapes.py febrl OUT FILE.csv               its example "Deduplicating the febrl3 dataset"
    splink_shapes.py few OUT FILE.csv                 its example on fake_1000 ("accuracy analysis from labels column")
    splink_shapes.py names OUT FILE.csv               RLdata: no example of its own; as its users would write it
    splink_shapes.py transactions OUT LEFT.csv RIGHT.csv     its example "Linking banking transactions"; without its rule on
                                                      unique_id, which it calls cheating: the number is the truth

Settings, deterministic rules, recalls and training blocks are those of Splink's documentation, the data columns only renamed where
they must be. Writes OUT/pairs.parquet (left_id, right_id, weight_log2, probability) from probability 0.001 on and, for one file,
OUT/clusters.parquet at the threshold .95 of its documentation. Prints seconds."""
import os
import sys
import time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def febrl():
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="rec_id",
        blocking_rules_to_generate_predictions=[block_on("soc_sec_id"), block_on("given_name"), block_on("surname"),
                                                block_on("date_of_birth"), block_on("postcode")],
        comparisons=[
            cl.NameComparison("given_name"), cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True)])
    rules = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"),
             "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"]
    return settings, rules, 0.9, [block_on("date_of_birth"), block_on("postcode")]


def few():
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="unique_id",
        blocking_rules_to_generate_predictions=[block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")],
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname"), cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email")])
    rules = ["l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
             "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
             "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2", "l.email = r.email"]
    return settings, rules, 0.7, [block_on("dob"), block_on("email")]


def names():
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on("fname_c1", "lname_c1"), block_on("by", "bm", "bd"),
                                                block_on("lname_c1", "by"), block_on("fname_c1", "bm", "bd")],
        comparisons=[
            cl.NameComparison("fname_c1"), cl.NameComparison("lname_c1"), cl.ExactMatch("fname_c2"),
            cl.ExactMatch("by"), cl.ExactMatch("bm"), cl.ExactMatch("bd")])
    rules = [block_on("fname_c1", "lname_c1", "by"), block_on("lname_c1", "by", "bm", "bd")]
    return settings, rules, 0.8, [block_on("by", "bm", "bd"), block_on("fname_c1", "lname_c1")]


def transactions(n):
    same_amount = "round(l.amount/2,0)*2 = round(r.amount/2,0)*2 and yearweek(r.transaction_date) = yearweek(l.transaction_date)"
    next_amount = ("round(l.amount/2,0)*2 = round((r.amount+1)/2,0)*2 and "
                   "yearweek(r.transaction_date) = yearweek(l.transaction_date + 4)")
    month = ("strftime(l.transaction_date{}, '%Y%m') = strftime(r.transaction_date, '%Y%m') and "
             "substr(l.memo, 1,3) = substr(r.memo,1,3) and l.amount/r.amount > 0.7 and l.amount/r.amount < 1.3")
    within = "transaction_date_r - transaction_date_l <= {} and transaction_date_r >= transaction_date_l"
    amount = {"output_column_name": "amount", "comparison_levels": [
        cll.NullLevel("amount"), cll.ExactMatchLevel("amount"), *(cll.PercentageDifferenceLevel("amount", x) for x in (.01, .03, .1, .3)),
        cll.ElseLevel()]}
    day = {"output_column_name": "transaction_date", "comparison_levels": [
        cll.NullLevel("transaction_date"),
        *({"sql_condition": within.format(n), "label_for_charts": f"{n} days"} for n in (1, 4, 10, 30)), cll.ElseLevel()]}
    settings = SettingsCreator(
        link_type="link_only", unique_id_column_name="unique_id", probability_two_random_records_match=1 / n,
        blocking_rules_to_generate_predictions=[month.format(""), month.format("+15"), block_on("substr(memo,1,9)"), same_amount,
                                                next_amount],
        comparisons=[amount, cl.LevenshteinAtThresholds("memo", [2, 6, 10]), day])
    return settings, None, None, [block_on("memo"), block_on("amount")]


def main():
    kind, out, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.makedirs(out, exist_ok=True)
    begin = time.time()
    con = duckdb.connect()
    con.execute("SET threads = 2")
    api = DuckDBAPI(connection=con)
    typed = ("all_varchar = true" if kind != "transactions" else
             "types = {'transaction_date': 'DATE', 'amount': 'DOUBLE', 'memo': 'VARCHAR', 'unique_id': 'BIGINT', 'cluster': 'VARCHAR'}")
    sides = []
    for i, path in enumerate(files):
        con.execute(f"CREATE TABLE side{i} AS SELECT * FROM read_csv('{path}', header = true, {typed})")
        sides.append(api.register(f"side{i}", dataset_display_name=f"side{i}"))
    settings, rules, recall, blocks = ({"febrl": febrl, "few": few, "names": names}[kind]() if kind != "transactions" else
                                       transactions(con.execute("SELECT count(*) FROM side0").fetchall()[0][0]))
    linker = Linker(sides if len(sides) > 1 else sides[0], settings, log_level=None)
    if rules:
        linker.training.estimate_probability_two_random_records_match(rules, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=5 if kind == "few" else None)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(block)
    pairs = linker.inference.predict(threshold_match_probability=0.001)
    key = {"febrl": "rec_id", "names": "id"}.get(kind, "unique_id")
    con.execute(f"COPY (SELECT {key}_l::VARCHAR AS left_id, {key}_r::VARCHAR AS right_id, match_weight AS weight_log2, "
                f"match_probability AS probability FROM {pairs.physical_name}) TO '{out}/pairs.parquet' (FORMAT parquet)")
    if len(files) == 1:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.95)
        con.execute(f"COPY (SELECT {key}::VARCHAR AS id, cluster_id FROM {clusters.physical_name}) TO '{out}/clusters.parquet' (FORMAT parquet)")
    print(f"{time.time() - begin:.1f}")


main()
