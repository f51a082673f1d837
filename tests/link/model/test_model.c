#include <math.h>
#include <stdio.h>

#include "assets/assets.h"
#include "base/file.h"
#include "link/model/model.h"
#include "run.h"
#include "same.h"

/* A whole model around the part under test. */
#define TOP "version: 1\n"
#define FIELDS \
    "fields: {a: , b: , d: {type: date}, n: {type: number}, l: {type: list}, g: {type: geo}}\n"
#define COMPARISONS "comparisons: [a]\n"
#define BLOCKING "blocking: [[a]]\n"
#define TWO                                                                     \
    TOP FIELDS "comparisons: [{field: a, levels: [exact]}, {field: b, levels: " \
               "[exact]}]\n" BLOCKING

static struct mln_arena arena;
static struct mln_link_model model;
static struct mln_err err;

static enum mln_status read_text(const char *text) {
    mln_arena_release(&arena);
    err.msg[0] = '\0';
    return mln_link_model_read(&arena, "m.yaml", mln_str_from(text), &model, &err);
}

static void must_read(const char *text) {
    ck_assert_msg(read_text(text) == MLN_OK, "%s", err.msg);
}

/* ── by hand ── */

START_TEST(a_whole_model_is_read_as_written) {
    must_read("version: 1\n"
              "id: {left: rec, right: id}\n"
              "fields:\n"
              "  year: {from: dob, date_part: year}\n" /* before what it is made from */
              "  surname: {column: {left: nom, right: name}}\n"
              "  dob: {type: date, formats: [yyyymmdd]}\n"
              "  given: {columns: [p1, p2], clean: [upper_fold, {missing: [x, Élan]}]}\n"
              "comparisons:\n"
              "  - {field: surname, name: nom, term_frequency: {weight: 0.5}}\n"
              "  - field: given\n"
              "    levels: [{level: exact, m: 0.9, u: {fixed: 0.25}}, {jaro_winkler: 0.9}, "
              "{swapped: surname}]\n"
              "blocking:\n"
              "  - [year, surname]\n"
              "  - {window: 5, fields: [surname], train: false}\n"
              "training: {seed: 7, u: em, lambda: 0.001}\n"
              "decision: {threshold: {fdr: 0.01}, assignment: {left: 2}}\n");
    ck_assert_int_eq(model.kind, MLN_LINK_TWO_FILES);
    ck_assert(mln_str_is(model.id[0], "rec") && mln_str_is(model.id[1], "id"));
    /* the fields in an order where `year` comes after `dob`, else as written */
    ck_assert_uint_eq(model.n_fields, 4);
    ck_assert_uint_eq(mln_link_model_field(&model, MLN_STR_LIT("surname")), 0);
    ck_assert_uint_eq(mln_link_model_field(&model, MLN_STR_LIT("dob")), 1);
    ck_assert_uint_eq(mln_link_model_field(&model, MLN_STR_LIT("given")), 2);
    ck_assert_uint_eq(mln_link_model_field(&model, MLN_STR_LIT("year")), 3);
    ck_assert_uint_eq(mln_link_model_field(&model, MLN_STR_LIT("p1")), SIZE_MAX);
    ck_assert_uint_eq(model.fields[3].from, 1);
    ck_assert_int_eq(model.fields[3].type, MLN_FIELD_TEXT);
    ck_assert_int_eq(model.fields[3].steps[0].op, MLN_CLEAN_DATE_YEAR);
    ck_assert(mln_str_is(model.fields[0].columns[0][0], "nom"));
    ck_assert(mln_str_is(model.fields[0].columns[1][0], "name"));
    ck_assert_uint_eq(model.fields[0].n_steps, 2); /* upper_fold, letters */
    const struct mln_clean_step *missing = &model.fields[2].steps[1];
    ck_assert_uint_eq(missing->n_words, 2); /* folded by the step before, sorted */
    ck_assert(mln_str_is(missing->words[0], "ELAN") && mln_str_is(missing->words[1], "X"));

    const struct mln_comparison *c = model.comparisons;
    ck_assert(mln_str_is(c[0].name, "nom") && c[0].field == 0 && c[0].n_levels == 4);
    ck_assert(c[0].levels[0].term_frequency && !c[0].levels[1].term_frequency);
    ck_assert_double_eq(c[0].tf_weight, 0.5);
    ck_assert_uint_eq(c[1].n_levels, 4); /* else is added */
    ck_assert_int_eq(c[1].levels[3].kind, MLN_LEVEL_ELSE);
    ck_assert(c[1].levels[0].m == 0.9 && !c[1].levels[0].m_fixed);
    ck_assert(c[1].levels[0].u == 0.25 && c[1].levels[0].u_fixed);
    ck_assert(isnan(c[1].levels[1].m) && c[1].levels[1].at == 0.9);
    ck_assert_double_eq(c[1].levels[1].prefix_weight, 0.1);
    ck_assert_uint_eq(c[1].levels[2].other_field, 0);
    ck_assert(mln_str_is(c[1].levels[1].label, "jaro_winkler ≥ 0.9"));
    ck_assert(mln_str_is(c[1].levels[2].label, "swapped surname"));

    ck_assert_uint_eq(model.n_rules, 2);
    ck_assert(mln_str_is(model.rules[0].name, "year+surname") && model.rules[0].train);
    ck_assert(model.rules[0].fields[0] == 3 && model.rules[0].fields[1] == 0);
    ck_assert(mln_str_is(model.rules[1].name, "window 5: surname") && !model.rules[1].train);
    ck_assert(model.training.seed == 7 && model.training.u == MLN_U_EM);
    ck_assert(model.training.lambda == 0.001 && model.training.starts == 3);
    ck_assert(isnan(model.decision.threshold) && model.decision.fdr_max == 0.01);
    ck_assert(model.decision.left_max == 2 && model.decision.right_max == 0);
    ck_assert(isnan(model.lambda));
}
END_TEST

START_TEST(what_is_not_written_has_a_sane_default) {
    must_read(TOP "fields: {a: , c: {type: code}, d: {type: date}, n: {type: number}, "
                  "l: {type: list}, g: {type: geo, columns: [lat, lon]}}\n"
                  "comparisons: [a, c, d, n, l, g]\n" BLOCKING);
    static const size_t n_levels[] = {4, 2, 7, 5, 4, 4};
    for (size_t c = 0; c < 6; c++) {
        ck_assert_uint_eq(model.comparisons[c].n_levels, n_levels[c]);
        ck_assert_int_eq(model.comparisons[c].levels[n_levels[c] - 1].kind, MLN_LEVEL_ELSE);
        ck_assert(!model.comparisons[c].levels[0].term_frequency);
    }
    ck_assert_uint_eq(model.fields[2].n_formats, 4);
    ck_assert_uint_eq(model.fields[3].n_steps, 0);
    ck_assert(mln_str_is(model.fields[0].columns[1][0], "a"));
    ck_assert_int_eq(model.decision.assignment, MLN_ASSIGN_ALL);
    ck_assert_int_eq(model.decision.clusters, MLN_CLUSTER_NONE);
    ck_assert_uint_eq(model.training.random_pairs, 2000000);
    ck_assert(model.id[0].n == 0);
    must_read(TOP "kind: dedupe\n" FIELDS COMPARISONS BLOCKING);
    ck_assert_int_eq(model.decision.clusters, MLN_CLUSTER_ROBUST);
}
END_TEST

/* ── messages: where, what is allowed, the nearest word ── */

static const struct {
    const char *text, *says;
} faults[] = {
    {"", "m.yaml:1:1: "},
    {"version: 2\n", "m.yaml:1:10: 'version' must be a whole number from 1 to 1"},
    {TOP "kind: dedup\n",
     "m.yaml:2:7: 'kind' must be one of link, dedupe, not 'dedup'; did you mean "
     "'dedupe'?"},
    {TOP "kind: dedupe\nid: {left: a, right: b}\n", "m.yaml:3:5: a deduplication reads one file"},
    {TOP FIELDS COMPARISONS "blocking: automatic\n", "m.yaml:4:11: "},
    {TOP FIELDS COMPARISONS "blocking: []\n", "m.yaml:4:11: a model has 1 to 64 blocking rules"},
    {TOP FIELDS COMPARISONS BLOCKING "desicion: {}\n",
     "m.yaml:5:1: unknown word 'desicion'; did you "
     "mean 'decision'?"},
    /* fields */
    {TOP "fields: {}\n", "m.yaml:2:9: a model has 1 to 256 fields"},
    {TOP "fields: {a: {colum: x}}\n", "m.yaml:2:14: unknown word 'colum'; did you mean 'column'?"},
    {TOP "fields: {a: {column: x, from: a}}\n", "one of them, not several"},
    {TOP "fields: {a: {from: b}}\n", "m.yaml:2:20: 'from' must be one of a, not 'b'"},
    {TOP "fields: {a: {from: b}, b: {from: a}}\n", "field 'a' is made from itself"},
    {TOP "fields: {a: {from: a}}\n", "field 'a' is made from itself"},
    {TOP "fields: {a: {type: dat}}\n", "did you mean 'date'?"},
    {TOP "fields: {a: {formats: [yyyy]}}\n", "formats are for dates"},
    {TOP "fields: {a: {type: date, formats: [yyyy-dd]}}\n",
     "m.yaml:2:36: date format 'yyyy-dd': a day "
     "needs a month"},
    {TOP "fields: {a: {separator: \",\"}}\n", "a separator is for lists"},
    {TOP "fields: {a: {type: list, separator: ab}}\n", "one ASCII character"},
    {TOP "fields: {a: {clean: [uper_fold]}}\n",
     "m.yaml:2:22: this value must be one of trim, upper_fold"},
    {TOP "fields: {a: {clean: [prefix]}}\n", "'prefix' needs a value: {prefix: 3}"},
    {TOP "fields: {a: {clean: [{trim: 1}]}}\n", "'trim' takes no value"},
    {TOP "fields: {a: {clean: [{prefix: 0}]}}\n", "a whole number from 1 to 1000"},
    {TOP "fields: {a: {clean: [{date_part: year}]}}\n",
     "date_part is the first step of a field made from a "
     "date field"},
    {TOP "fields: {a: {clean: [upper_fold, {table: {é: x, E: y}}]}}\n",
     "the table gives two values for "
     "one"},
    {TOP "fields: {a: {clean: [digits, {missing: [nc]}]}}\n", "leave nothing of this word"},
    {TOP "fields: {a: , d: {type: date}, y: {from: d}}\n", "write date_part: year"},
    {TOP "fields: {a: , y: {from: a, type: date}}\n", "a text or a list can be made, no date"},
    {TOP "fields: {n: {type: number}, y: {from: n}}\n", "nothing can be made from a number"},
    {TOP "fields: {a: {prefix: 3}}\n", "makes a field from another one"},
    {TOP "fields: {g: {type: geo, columns: [a, b, c]}}\n", "latitude and longitude"},
    {TOP "fields: {\"a\\nb\": }\n", "no control characters"},
    {TOP "kind: dedupe\nfields: {a: {column: {left: x, right: y}}}\n",
     "a deduplication reads one file"},
    /* comparisons */
    {TOP FIELDS "comparisons: []\n", "a model has 1 to 24 comparisons"},
    {TOP FIELDS "comparisons: [c]\n", "m.yaml:3:15: this value must be one of a, b, d, n, l, g"},
    {TOP FIELDS "comparisons: [a, a]\n", "m.yaml:3:18: two comparisons are named 'a'"},
    {TOP FIELDS "comparisons: [{field: a, levels: [jaro]}]\n", "'jaro' needs a value: {jaro: 0.9}"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{exact: 1}]}]\n", "'exact' takes no value"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{jaro: 1.4}]}]\n",
     "m.yaml:3:42: 'jaro' must be a number "
     "from 0 to 1, not '1.4'"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{jaro: 0}]}]\n", "always holds"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{osa: 1.5}]}]\n",
     "a whole number from 1 to 1000"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{jaro_winkle: 0.9}]}]\n",
     "did you mean 'jaro_winkler'?"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{jaro: 0.9, q: 2}]}]\n", "unknown word 'q'"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{days: 1}]}]\n",
     "'days' does not compare a field of type "
     "text ('a')"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{swapped: d}]}]\n",
     "needs another field of type text"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{swapped: a}]}]\n",
     "needs another field of type text"},
    {TOP FIELDS "comparisons: [{field: a, levels: [else]}]\n",
     "a ladder needs a level besides else"},
    {TOP FIELDS "comparisons: [{field: a, levels: [exact, else, {jaro: 0.5}]}]\n",
     "nothing comes after else"},
    {TOP FIELDS "comparisons: [{field: a, levels: [exact, exact]}]\n", "level 'exact' never holds"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{jaro: 0.8}, {jaro: 0.9}]}]\n",
     "level 'jaro ≥ 0.9' never "
     "holds: a pair that reaches "
     "it has reached 'jaro ≥ "
     "0.8' before"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{osa: 1}, {levenshtein: 1}]}]\n", "never holds"},
    {TOP FIELDS "comparisons: [{field: a, levels: [{jaro: 0.8}, exact]}]\n",
     "level 'exact' never holds"},
    {TOP FIELDS "comparisons: [{field: d, levels: [{years: 1}, {years: 1}]}]\n", "never holds"},
    {TOP FIELDS "comparisons: [{field: l, levels: [{overlap: 1}, {overlap: 2}]}]\n", "never holds"},
    {TOP FIELDS
     "comparisons: [{field: a, levels: [{level: exact, m: {fixed: 0.7}}, {jaro: 0.9, m: {fixed: "
     "0.4}}]}]\n",
     "the fixed m of these levels add up to 1.1"},
    {TOP FIELDS
     "comparisons: [{field: a, levels: [{level: exact, u: {fixed: 0.7}}, {level: else, u: {fixed: "
     "0.2}}]}]\n",
     "the fixed u of these levels add up to 0.9"},
    {TOP FIELDS "comparisons: [{field: d, term_frequency: true}]\n",
     "needs an exact level on a text field"},
    {TOP FIELDS
     "comparisons: [{field: a, levels: [{level: exact, field: b}], term_frequency: true}]\n",
     "needs an exact level on a text field"},
    /* blocking, training, decision */
    {TOP FIELDS COMPARISONS "blocking: [[a, a]]\n", "'a' is written twice in this rule"},
    {TOP FIELDS COMPARISONS "blocking: [[g]]\n", "put in blocks by a field of type geo"},
    {TOP FIELDS COMPARISONS "blocking: [{window: 3, fields: [l]}]\n",
     "ordered by a field of type list"},
    {TOP FIELDS COMPARISONS "blocking: [[a], [a]]\n",
     "m.yaml:4:17: this rule makes the pairs, or has the name, "
     "of rule 1"},
    {TOP FIELDS COMPARISONS "blocking: [{fields: [a], train: false}]\n",
     "at least one rule must take part"},
    {TOP FIELDS COMPARISONS "blocking: [[surnme]]\n", "this value must be one of a, b"},
    {TOP FIELDS COMPARISONS BLOCKING "training: {lambda: 2}\n",
     "'lambda' must be 'estimated' or a number"},
    {TOP FIELDS COMPARISONS BLOCKING "training: {u: {random: 5}}\n",
     "'random_pairs' is missing here"},
    {TOP FIELDS COMPARISONS BLOCKING "decision: {threshold: 1.4}\n",
     "m.yaml:5:23: 'threshold' must be "
     "'estimated' or a number from 0 to 1"},
    {TOP FIELDS COMPARISONS BLOCKING "decision: {assignment: {}}\n",
     "'assignment' needs left or right"},
    {TOP "kind: dedupe\n" FIELDS COMPARISONS BLOCKING "decision: {assignment: best}\n",
     "has no sides"},
    /* what was trained */
    {TWO "interactions: [{between: [a], weight_log2: []}]\n", "is between two comparisons"},
    {TWO "interactions: [{between: [a, c], weight_log2: []}]\n", "one of a, b, not 'c'"},
    {TWO "interactions: [{between: [b, a], weight_log2: []}]\n", "in the order they have"},
    {TWO "interactions: [{between: [a, a], weight_log2: []}]\n", "in the order they have"},
    {TWO "interactions: [{between: [a, b], weight_log2: [[1, 2]]}]\n",
     "m.yaml:5:47: 1 lists; one each is needed for the 2 levels of 'a'"},
    {TWO "interactions: [{between: [a, b], weight_log2: [[1, 2], [3]]}]\n",
     "1 numbers; a number each is needed for the 2 levels of 'b'"},
    {TWO "interactions: [{between: [a, b], weight_log2: [[1, 2], [3, x]]}]\n", "a number"},
    {TWO "interactions: [{between: [a, b], weight_log2: [[1, 2], [3, 2001]]}]\n", "2000"},
    {TWO "interactions: [{between: [a, b], weight_log2: [[1, 2], [3, 4]]}, "
         "{between: [a, b], weight_log2: [[1, 2], [3, 4]]}]\n",
     "interaction 1 is of the same two comparisons"},
    {TWO "coverage: 1.1\n", "'coverage'"},
    {TWO "random: {pairs: 10}\n", "'matches' is missing here"},
    {TWO "random: {pairs: 10, matches: 11}\n", "'matches'"},
};

START_TEST(every_fault_has_its_place_and_its_remedy) {
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        ck_assert_msg(read_text(faults[i].text) == MLN_BAD_INPUT, "%s", faults[i].text);
        ck_assert_msg(strncmp(err.msg, "m.yaml:", 7) == 0, "%s", err.msg);
        ck_assert_msg(strstr(err.msg, faults[i].says) != NULL, "%zu: '%s' lacks '%s'", i, err.msg,
                      faults[i].says);
    }
}
END_TEST

/* Eleven comparisons of 8 levels: 9^10 passes 2^31 at the tenth: 9^9 = 387,420,489; 9^10 > 2^31. */
START_TEST(too_many_patterns_are_refused_where_they_pass) {
    char text[4096] = TOP "fields: {a: }\ncomparisons:\n";
    for (int c = 0; c < 11; c++) {
        (void)snprintf(
            text + strlen(text), sizeof text - strlen(text),
            "  - {field: a, name: c%d, levels: [exact, {osa: 1}, {osa: 2}, {osa: 3}, {osa: 4}, "
            "{osa: 5}, {osa: 6}]}\n",
            c);
    }
    strcat(text, BLOCKING);
    ck_assert_int_eq(read_text(text), MLN_BAD_INPUT);
    ck_assert_msg(strstr(err.msg, "m.yaml:13:5: up to this comparison") == err.msg, "%s", err.msg);
}
END_TEST

/* ── round trip ── */

static void must_round_trip(const char *name) {
    struct mln_buf text = MLN_BUF_INIT, again = MLN_BUF_INIT;
    struct mln_arena second = MLN_ARENA_INIT;
    struct mln_link_model back;
    mln_link_model_write(&model, &text);
    ck_assert_msg(mln_link_model_read(&second, "again.yaml", mln_buf_view(&text), &back, &err) ==
                      MLN_OK,
                  "%s: %s\n%s", name, err.msg, text.p);
    const char *difference = model_difference(&model, &back);
    ck_assert_msg(difference == NULL, "%s: %s differs after\n%s", name, difference, text.p);
    mln_link_model_write(&back, &again);
    ck_assert_str_eq(text.p, again.p);
    mln_buf_release(&text);
    mln_buf_release(&again);
    mln_arena_release(&second);
}

/* Without comparisons, one of each field of the file; without rules, they are left to the values.
 */
START_TEST(comparisons_and_rules_may_be_left_out) {
    must_read(TOP "fields: {a: , b: {type: date}, a_3: {from: a, prefix: 3}, c: {type: code}}\n");
    ck_assert_uint_eq(model.n_comparisons, 3);
    ck_assert(mln_str_is(model.comparisons[1].name, "b"));
    ck_assert_uint_eq(model.comparisons[1].field, 1);
    ck_assert_uint_eq(model.comparisons[1].n_levels, 7);
    ck_assert(mln_str_is(model.comparisons[2].name, "c"));
    ck_assert_uint_eq(model.n_rules, 0);
    /* a_4, b_month, b_year are offered for rules, and not again when they are there */
    ck_assert_uint_eq(model.n_fields, 7);
    ck_assert_uint_eq(mln_link_model_field(&model, mln_str_from("a_4")), 4);
    ck_assert_uint_eq(model.fields[6].from, 1);
    ck_assert_uint_eq(mln_link_model_field(&model, mln_str_from("c_4")), SIZE_MAX);
    must_read(TOP FIELDS COMPARISONS "blocking: auto\n");
    ck_assert_uint_eq(model.n_rules, 0);
    must_round_trip("auto");
}
END_TEST

START_TEST(a_model_written_reads_back_to_the_same_bits) {
    must_read(
        "version: 1\nkind: link\nid: {left: \"a\\\"b\\\\\", right: é}\n"
        "fields:\n"
        "  t: {columns: {left: [a, b], right: [c]}, clean: [trim, upper_fold, letters, alnum, "
        "digits, "
        "no_particles, sort_words, {no_particles: [\"1\", \"2\"]}, {table: {\"3\": \"\", \"4\": "
        "\"5 6\"}}, "
        "{missing: [\"9\"]}, {prefix: 3}, {suffix: 2}, first_word, last_word, soundex, "
        "phonex_fr]}\n"
        "  o: {column: \"not here \\u2028\"}\n"
        "  d: {type: date, formats: [\"dd/mm/yyyy HH:MM:SS\", yyyy-mm-ddTHH:MMZ, yy.mm]}\n"
        "  m: {from: d, date_part: month}\n"
        "  w: {from: t, type: list, clean: [soundex]}\n"
        "  v: {from: w, make: first_word}\n"
        "  l: {type: list, separator: \"\\\\\"}\n"
        "  g: {type: geo, columns: [x, y]}\n"
        "  n: {type: number}\n"
        "comparisons:\n"
        "  - {field: t, term_frequency: {weight: 0.3333333333333333, minimum: 1e-9}, levels: "
        "[{level: exact, "
        "m: 0.1, u: {fixed: 1e-300}}, {jaro_winkler: 0.95, prefix_weight: 0.25, term_frequency: "
        "true}, "
        "{jaro: 0.9}, {levenshtein: 1}, {osa: 2}, {damerau: 3}, {indel: 4}, {jaccard: 0.7, q: 3}, "
        "{dice: 0.6}, {cosine: 0.5, q: 1}, {prefix: 3}, {contains: 4}, {words: 1}, {other: o}, "
        "missing]}\n"
        "  - {field: o, name: \"à l'envers\", levels: [{swapped: t, label: \"t \\\\ o\"}, "
        "{level: exact, field: t}]}\n"
        "  - {field: d, levels: [exact, {days: 0}, day_month, {date_digits: 1}, {months: 0}, "
        "{years: 0}, "
        "compatible]}\n"
        "  - {field: l, levels: [exact, {jaccard: 0.5}, {overlap: 1}]}\n"
        "  - {field: g, levels: [{km: 0.5}]}\n"
        "  - {field: n, levels: [{number: 0.1}, {percent: 5}]}\n"
        "blocking: [[t, o], {window: 3, fields: [d, t], name: w}, {fields: [l], allow_large: true, "
        "train: "
        "false}]\n"
        "training: {seed: 9223372036854775807, u: {random_pairs: 5}, starts: 1, max_iterations: 2, "
        "tolerance: 1e-12, prior_weight: 0.1, lambda: 1e-9, dependence: true, labels: {left: a, "
        "right: b}}\n"
        "decision: {threshold: 0.1, keep_from: 0, assignment: {left: 2, right: 3}, clusters: "
        "components, "
        "cluster_threshold: 0.99, block_share_max: 1, pairs_max: 1}\n"
        "lambda: 1.2345678901234567e-8\n"
        "coverage: 0.30000000000000004\n"
        "random: {pairs: 2000000, matches: 254.10000000000002}\n"
        "interactions:\n"
        "  - {between: [t, \"à l'envers\"], weight_log2: ["
        "[0.1, 1e-17, -0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], "
        "[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], "
        "[-3.3333333333333335, 0.30000000000000004, 2000]]}\n"
        "  - {between: [g, n], weight_log2: [[1, 2, 3], [-1, -2, -3]]}\n");
    ck_assert_uint_eq(model.n_interactions, 2);
    ck_assert_double_eq(model.interactions[0].weight_log2[15][1], 0.30000000000000004);
    ck_assert_double_eq(model.interactions[1].weight_log2[1][2], -3);
    must_round_trip("a model with everything");
    must_read(TOP "kind: dedupe\n" FIELDS COMPARISONS BLOCKING
                  "decision: {threshold: {fdr: 0.05}}\n"
                  "training: {u: all}\n");
    must_round_trip("a short model");
    must_read(TOP FIELDS COMPARISONS BLOCKING "decision: {assignment: best}\n");
    must_round_trip("another");
    must_read(TOP FIELDS COMPARISONS BLOCKING "decision: {assignment: one_to_one}\n");
    ck_assert(model.decision.left_max == 1 && model.decision.right_max == 1);
    must_round_trip("a third");
}
END_TEST

START_TEST(the_shipped_models_are_read_and_round_trip) {
    static const char *const names[] = {"models/persons.yaml",        "models/febrl4.yaml",
                                        "models/historical_50k.yaml", "models/febrl3.yaml",
                                        "models/few_fields.yaml",     "models/transactions.yaml"};
    static const char *const truths[] = {"cluster", "rec_id", "unique_id"};
    for (size_t i = 0; i < 6; i++) {
        const struct mln_asset *asset = mln_asset_find(names[i]);
        ck_assert_ptr_nonnull(asset);
        mln_arena_release(&arena);
        ck_assert_msg(mln_link_model_read(&arena, names[i], asset->text, &model, &err) == MLN_OK,
                      "%s", err.msg);
        if (model.n_rules > 0) { /* a model is written once its rules are chosen */
            must_round_trip(names[i]);
        }
        for (size_t f = 0; f < model.n_fields; f++) {
            for (size_t c = 0; model.fields[f].from == SIZE_MAX && c < model.fields[f].n_columns[0];
                 c++) {
                for (size_t t = 0; t < 3; t++) {
                    ck_assert(!mln_str_is(model.fields[f].columns[0][c], truths[t]));
                }
            }
        }
    }
}
END_TEST

/* ── documented ── */

/* Every block of docs/model.md between ```yaml and ``` is a model. */
START_TEST(the_models_of_the_manual_are_read) {
    struct mln_buf page = MLN_BUF_INIT;
    ck_assert_msg(mln_file_read(MLN_DOCS "/model.md", 1 << 20, &page, &err) == MLN_OK, "%s",
                  err.msg);
    size_t n = 0;
    for (char *at = page.p; (at = strstr(at, "```yaml\n")) != NULL; n++) {
        char *end = strstr(at + 8, "```");
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        must_read(at + 8);
        must_round_trip(at + 8);
        at = end + 1;
    }
    ck_assert_uint_eq(n, 7);
    mln_buf_release(&page);
}
END_TEST

MLN_TEST_MAIN("link_model", a_whole_model_is_read_as_written,
              what_is_not_written_has_a_sane_default, comparisons_and_rules_may_be_left_out,
              every_fault_has_its_place_and_its_remedy,
              too_many_patterns_are_refused_where_they_pass,
              a_model_written_reads_back_to_the_same_bits,
              the_shipped_models_are_read_and_round_trip, the_models_of_the_manual_are_read)
