/* The library over rows in memory: against a case worked out by hand, arrays against Arrow, misuse,
 * and every allocation failing in turn. */
#include <maillon/maillon.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/batch.h"
#include "fault.h"
#include "run.h"

#define FIELDS                                      \
    "id: id\n"                                      \
    "fields:\n"                                     \
    "  name: {type: text}\n"                        \
    "  born: {type: date, formats: [yyyy-mm-dd]}\n" \
    "comparisons:\n"

static const char fixed[] =
    "version: 1\nkind: link\n" FIELDS "  - {field: name, levels: [{level: exact, m: 0.9, u: 0.01}, "
    "{jaro_winkler: 0.88, m: 0.08, u: 0.02}, {level: else, m: 0.02, u: 0.97}]}\n"
    "  - {field: born, levels: [{level: exact, m: 0.95, u: 0.001}, "
    "{level: else, m: 0.05, u: 0.999}]}\n"
    "blocking:\n  - [born]\n  - [name]\nlambda: 0.2\n"
    "decision: {threshold: 0.9, assignment: best}\n";
static const char trained[] =
    "version: 1\nkind: dedupe\n" FIELDS
    "  - {field: name, term_frequency: true, levels: [exact, {jaro_winkler: 0.88}, else]}\n"
    "  - {field: born, levels: [exact, {date_digits: 1}, else]}\n"
    "blocking:\n  - [born]\n  - [name]\n"
    "training: {u: {random_pairs: 2000}, starts: 1}\n"
    "decision: {threshold: 0.5, clusters: components}\n";

static const char *const left[] = {"1", "DURAND",  "1980-02-01", "2", "MOREAU", "1975-07-30",
                                   "3", "LEFEVRE", NULL,         "4", "PETIT",  "1990-12-24"};
static const char *const right[] = {"a", "DURANT", "1980-02-01", "b", "LEFEVRE", "1961-03-09",
                                    "c", "MOREAU", "1975-07-30", "d", "PETIT",   "1951-01-01"};

static struct mln_linker *linker_of(const char *model) {
    struct mln_error error;
    struct mln_linker *l = NULL;
    ck_assert_msg(mln_linker_new("test.yaml", model, strlen(model), &l, &error) == 0, "%s",
                  error.message);
    return l;
}

/* Prior log2(.2 / .8) = -2. 1-a: name similar log2(.08 / .02) = 2, born log2(.95 / .001) = 9.8918.
 * 2-c: name log2(.9 / .01) = 6.4919 and born. 3-b: name alone, born missing. 4-d: name, and born
 * apart log2(.05 / .999) = -4.3205: weight .1714, probability .53, below .9. */
static void check_by_hand(const struct mln_linker *l) {
    struct mln_link links[8];
    ck_assert_uint_eq(mln_linker_links(l, links, 8), 3);
    static const double weight[] = {-2 + 2 + 9.8917837, -2 + 6.4918531 + 9.8917837, -2 + 6.4918531};
    static const uint64_t rights[] = {0, 2, 1};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(links[i].left_row, i);
        ck_assert_uint_eq(links[i].right_row, rights[i]);
        ck_assert_double_eq_tol(links[i].weight_log2, weight[i], 1e-6);
        ck_assert_double_eq_tol(links[i].probability, 1 / (1 + exp2(-weight[i])), 1e-9);
    }
}

START_TEST(rows_are_linked_as_worked_out) {
    struct mln_error error;
    struct mln_linker_facts facts;
    struct mln_linker *l = linker_of(fixed);
    ck_assert_str_eq(mln_linker_column(l, 0, 0), "id");
    ck_assert_str_eq(mln_linker_column(l, 1, 2), "born");
    ck_assert_ptr_null(mln_linker_column(l, 0, 3));
    ck_assert_ptr_null(mln_linker_column(l, 2, 0));
    ck_assert_int_eq(mln_linker_add_rows(l, 0, left, 3, &error), 0);
    ck_assert_int_eq(mln_linker_add_rows(l, 0, left + 9, 1, &error), 0);
    ck_assert_int_eq(mln_linker_add_rows(l, 1, right, 4, &error), 0);
    ck_assert_msg(mln_linker_run(l, 1, &facts, &error) == 0, "%s", error.message);
    ck_assert_uint_eq(facts.candidates, 4);
    ck_assert_uint_eq(facts.links, 3);
    check_by_hand(l);
    struct mln_link one[1];
    ck_assert_uint_eq(mln_linker_links(l, one, 1), 3); /* writes one, tells three */
    mln_linker_free(l);
}
END_TEST

/* With one link a record at most, 4 and d are the only ones left to one another: without rivals
 * each pair has odds 2^w S, S = (5 / (5 - L))², L the sum of the four probabilities
 * (link/decide/posterior.h). */
START_TEST(one_to_one_the_last_two_meet) {
    static const double weight[] = {9.8917837, 14.3836368, 4.4918531, .1713683};
    char model[2048];
    const char *at = strstr(fixed, "best");
    (void)snprintf(model, sizeof model, "%.*sone_to_one}\n", (int)(at - fixed), fixed);
    struct mln_error error;
    struct mln_linker *l = linker_of(model);
    ck_assert_int_eq(mln_linker_add_rows(l, 0, left, 4, &error), 0);
    ck_assert_int_eq(mln_linker_add_rows(l, 1, right, 4, &error), 0);
    ck_assert_msg(mln_linker_run(l, 1, NULL, &error) == 0, "%s", error.message);
    struct mln_link links[8];
    ck_assert_uint_eq(mln_linker_links(l, links, 8), 4);
    double p[4] = {0}, all = 0;
    for (int round = 0; round < 100; round++) {
        const double shift = 2 * log2(5 / (5 - all));
        all = 0;
        for (size_t i = 0; i < 4; i++) {
            p[i] = 1 / (1 + exp2(-weight[i] - shift));
            all += p[i];
        }
    }
    for (size_t i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(links[i].weight_log2, weight[i], 1e-6);
        ck_assert_double_eq_tol(links[i].probability, p[i], 1e-4);
    }
    mln_linker_free(l);
}
END_TEST

static void export_side(const char *const *cells, size_t n, struct ArrowSchema *schema,
                        struct ArrowArray *array) {
    static const struct mln_column_spec specs[] = {{"born", MLN_UTF8_TEXT},
                                                   {"name", MLN_UTF8_TEXT},
                                                   {"id", MLN_UTF8_TEXT},
                                                   {"other", MLN_INT32}};
    struct mln_builder *b = mln_builder_new(specs, 4);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < 3; c++) {
            mln_add_str(b, c, mln_str_from(cells[3 * i + (2 - c)]));
        }
        mln_add_i32(b, 3, 7);
    }
    ck_assert_int_eq(mln_builder_export(b, schema, array, NULL), MLN_OK);
    mln_builder_free(b);
}

START_TEST(arrow_batches_give_the_same) {
    struct mln_error error;
    struct mln_linker *l = linker_of(fixed);
    const char *const *sides[] = {left, right};
    for (int side = 0; side < 2; side++) {
        struct ArrowSchema schema;
        struct ArrowArray array;
        export_side(sides[side], 4, &schema, &array);
        ck_assert_msg(mln_linker_add_arrow(l, side, &schema, &array, &error) == 0, "%s",
                      error.message);
        array.release(&array);
        schema.release(&schema);
    }
    ck_assert_int_eq(mln_linker_run(l, 2, NULL, &error), 0);
    check_by_hand(l);
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct mln_column columns[8];
    struct mln_batch batch;
    ck_assert_int_eq(mln_linker_links_arrow(l, &schema, &array, &error), 0);
    ck_assert_int_eq(mln_batch_import(&schema, &array, columns, 8, &batch, NULL), MLN_OK);
    ck_assert_uint_eq(batch.n_rows, 3);
    ck_assert_uint_eq(batch.n_columns, 7);
    ck_assert(mln_str_is(mln_get_str(mln_batch_column(&batch, "right_id"), 1), "c"));
    ck_assert_int_eq(mln_get_i32(mln_batch_column(&batch, "level_name"), 0), 1);
    ck_assert(!mln_is_valid(mln_batch_column(&batch, "level_born"), 2));
    array.release(&array);
    schema.release(&schema);
    mln_linker_free(l);
}
END_TEST

START_TEST(misuse_is_told) {
    struct mln_error error;
    struct mln_linker *l = NULL;
    static const char bad[] = "version: 1\nkind: link\nid: id\nfeilds: {}\n";
    ck_assert_int_eq(mln_linker_new("m.yaml", bad, strlen(bad), &l, &error), MLN_LIB_BAD_INPUT);
    ck_assert_ptr_null(l);
    ck_assert_msg(strncmp(error.message, "m.yaml:", 7) == 0, "%s", error.message);
    l = linker_of(fixed);
    ck_assert_int_eq(mln_linker_add_rows(l, 2, left, 1, &error), MLN_LIB_BAD_INPUT);
    ck_assert_uint_eq(mln_linker_links(l, NULL, 0), 0);
    ck_assert_uint_eq(mln_linker_model(l, NULL, 0), 0);
    ck_assert_int_eq(mln_linker_clusters(l, NULL, 0, &error), MLN_LIB_BAD_INPUT);
    static const char *const no_id[] = {NULL, "X", NULL};
    ck_assert_int_eq(mln_linker_add_rows(l, 0, no_id, 1, &error), MLN_LIB_BAD_INPUT);
    ck_assert_int_eq(mln_linker_add_rows(l, 0, left, 1, &error), MLN_LIB_BAD_INPUT);
    ck_assert_int_eq(mln_linker_run(l, 1, NULL, &error), MLN_LIB_BAD_INPUT);
    mln_linker_free(l);
    mln_linker_free(NULL);
}
END_TEST

/* 40 persons twice, one letter of the second name damaged in some. */
enum { PERSONS = 40 };
static char texts[2 * PERSONS][3][16];
static const char *doubles[2 * PERSONS * 3];

static void make_doubles(void) {
    for (int i = 0; i < 2 * PERSONS; i++) {
        const int person = i % PERSONS;
        snprintf(texts[i][0], sizeof texts[i][0], "%03d", i);
        snprintf(texts[i][1], sizeof texts[i][1], "%c%c%c%c%c%c", 'A' + person % 20,
                 'E' + person % 7, 'B' + person * 7 % 23, 'A' + person * 3 % 25,
                 'C' + person * 5 % 19,
                 i >= PERSONS && person % 9 == 0 ? 'Z' : 'A' + person * 11 % 24);
        snprintf(texts[i][2], sizeof texts[i][2], "19%02d-%02d-%02d", 40 + person * 13 % 60,
                 1 + person * 5 % 12, 1 + person * 7 % 28);
        for (int c = 0; c < 3; c++) {
            doubles[3 * i + c] = texts[i][c];
        }
    }
}

static int deduplicate(char *model, size_t cap, struct mln_error *error) {
    struct mln_linker *l = NULL;
    uint64_t cluster[2 * PERSONS];
    int code = mln_linker_new("test.yaml", trained, strlen(trained), &l, error);
    code = code != 0 ? code : mln_linker_add_rows(l, 0, doubles, 2 * (size_t)PERSONS, error);
    code = code != 0 ? code : mln_linker_run(l, 1, NULL, error);
    code = code != 0 ? code : mln_linker_clusters(l, cluster, 2 * (size_t)PERSONS, error);
    /* No ck_assert here: it allocates too. */
    for (uint64_t i = 0; code == 0 && i < 2 * PERSONS; i++) {
        code = cluster[i] == i % PERSONS ? 0 : -1;
    }
    if (code == 0 && mln_linker_model(l, model, cap) == 0) {
        code = MLN_LIB_NO_MEMORY;
    }
    mln_linker_free(l);
    return code;
}

START_TEST(doubles_are_found_and_the_model_goes_back) {
    struct mln_error error;
    static char model[1 << 14];
    make_doubles();
    ck_assert_msg(deduplicate(model, sizeof model, &error) == 0, "%s", error.message);
    struct mln_linker *l = NULL;
    ck_assert_msg(mln_linker_new("again", model, strlen(model), &l, &error) == 0, "%s",
                  error.message);
    ck_assert_int_eq(mln_linker_add_rows(l, 0, doubles, 2 * (size_t)PERSONS, &error), 0);
    ck_assert_msg(mln_linker_run(l, 1, NULL, &error) == 0, "%s", error.message);
    ck_assert_uint_eq(mln_linker_links(l, NULL, 0), PERSONS);
    mln_linker_free(l);
}
END_TEST

START_TEST(any_allocation_may_fail) {
    struct mln_error error;
    static char model[1 << 14];
    make_doubles();
    const size_t before = fault_live();
    size_t nth = 1;
    for (;; nth++) {
        fault_arm(FAULT_MEMORY, nth);
        const int code = deduplicate(model, sizeof model, &error);
        if (!fault_disarm()) {
            ck_assert_int_eq(code, 0);
            break;
        }
        ck_assert_msg(code == MLN_LIB_NO_MEMORY, "allocation %zu: code %d: %s", nth, code,
                      error.message);
        ck_assert_msg(fault_live() == before, "allocation %zu: %zu not freed", nth,
                      fault_live() - before);
    }
    ck_assert_uint_gt(nth, 100);
}
END_TEST

/* Published: Winkler (1990) and the usual examples of the literature. */
START_TEST(texts_are_compared) {
    ck_assert_double_eq_tol(mln_text_jaro_winkler("MARTHA", 6, "MARHTA", 6, 0.1), 0.9611111, 1e-6);
    ck_assert_double_eq_tol(mln_text_jaro_winkler("MARTHA", 6, "MARHTA", 6, 0), 0.9444444, 1e-6);
    ck_assert_uint_eq(mln_text_levenshtein("kitten", 6, "sitting", 7), 3);
    ck_assert_uint_eq(mln_text_osa("CA", 2, "ABC", 3), 3);
    ck_assert_uint_eq(mln_text_damerau("CA", 2, "ABC", 3), 2);
    ck_assert_uint_eq(mln_text_levenshtein("é", 2, "e", 1), 1); /* code points, not bytes */
    ck_assert_uint_eq(mln_text_levenshtein("\xFF", 1, "e", 1), UINT32_MAX);
    ck_assert(isnan(mln_text_jaro_winkler("\xFF", 1, "e", 1, 0.1)));
}
END_TEST

MLN_TEST_MAIN("api", rows_are_linked_as_worked_out, one_to_one_the_last_two_meet,
              arrow_batches_give_the_same, misuse_is_told,
              doubles_are_found_and_the_model_goes_back, any_allocation_may_fail,
              texts_are_compared)
