/* Sets of values: ids, symbols, counts; the same whatever the order of rows and the threads. */
#include <check.h>
#include <stdlib.h>

#include "link/compare/oracle.h"
#include "link/compare/strset.h"

/* By hand. Values by (length, bytes): "" · AB · BA · ÉA · ABB. Letters of distinct values: A 4, B 4,
 * É 1; ties by code point: A = 0, B = 1, É = 2. */
START_TEST(a_small_field) {
    const struct mln_str rows[] = {MLN_STR_LIT("ABB"), MLN_STR_LIT("BA"), {NULL, 0},
                                   MLN_STR_LIT("AB"),  MLN_STR_LIT(""),   MLN_STR_LIT("ÉA"),
                                   MLN_STR_LIT("AB"),  {NULL, 0},         MLN_STR_LIT("AB")};
    static const uint32_t wanted[] = {4, 2, MLN_STRSET_MISSING, 1, 0, 3, 1, MLN_STRSET_MISSING, 1};
    struct mln_strset set;
    uint32_t ids[9];
    ck_assert_int_eq(mln_strset_build(rows, 9, 1, &set, ids, NULL), MLN_OK);
    ck_assert_uint_eq(set.n, 5);
    ck_assert_mem_eq(ids, wanted, sizeof ids);
    static const uint64_t counts[] = {1, 3, 1, 1, 1};
    ck_assert_mem_eq(set.count, counts, sizeof counts);
    ck_assert_uint_eq(set.n_symbols, 3);
    ck_assert_uint_eq(set.alphabet[0], 'A');
    ck_assert_uint_eq(set.alphabet[1], 'B');
    ck_assert_uint_eq(set.alphabet[2], 0xC9);
    ck_assert_uint_eq(mln_strset_symbol(&set, 0xC9), 2);
    ck_assert_uint_eq(mln_strset_symbol(&set, 'C'), MLN_SYMBOL_FOREIGN);
    ck_assert_uint_eq(mln_strset_symbol(&set, 0x1F600), MLN_SYMBOL_FOREIGN);
    const struct mln_sequence abb = mln_strset_view(&set, 4);
    static const uint8_t symbols[] = {0, 1, 1, 255, 255, 255, 255, 255};
    ck_assert_mem_eq(abb.symbols, symbols, 8);
    ck_assert_uint_eq(abb.length, 3);
    ck_assert_uint_eq(set.length[0], 0);
    ck_assert_uint_eq(mln_bag_common(set.bag[4], set.bag[1]), 2);
    ck_assert_uint_eq(mln_bag_common(set.bag[4], set.bag[3]), 1);
    mln_strset_release(&set);
}
END_TEST

START_TEST(nothing_and_only_missing) {
    struct mln_strset set;
    uint32_t id = 7;
    ck_assert_int_eq(mln_strset_build(NULL, 0, 2, &set, NULL, NULL), MLN_OK);
    ck_assert_uint_eq(set.n, 0);
    mln_strset_release(&set);
    const struct mln_str missing = {NULL, 0};
    ck_assert_int_eq(mln_strset_build(&missing, 1, 2, &set, &id, NULL), MLN_OK);
    ck_assert_uint_eq(set.n, 0);
    ck_assert_uint_eq(id, MLN_STRSET_MISSING);
    mln_strset_release(&set);
}
END_TEST

START_TEST(text_that_is_not_utf8_is_refused_with_its_row) {
    const struct mln_str rows[] = {MLN_STR_LIT("SECRET"), MLN_STR_LIT("SECRET\xC3")};
    struct mln_strset set;
    struct mln_err err;
    uint32_t ids[2];
    ck_assert_int_eq(mln_strset_build(rows, 2, 1, &set, ids, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "row 2"));
    ck_assert_ptr_null(strstr(err.msg, "SECRET"));
    ck_assert_ptr_null(set.length);
}
END_TEST

/* Every value reads back from its symbols or code points; equal ids exactly for equal texts. */
START_TEST(values_read_back) {
    struct corpus corpus;
    corpus_make(&corpus, 20000, (enum corpus_kind)_i, 3);
    struct mln_strset set;
    uint32_t *ids = malloc(corpus.n * sizeof *ids);
    ck_assert_int_eq(mln_strset_build(corpus.texts, corpus.n, 2, &set, ids, NULL), MLN_OK);
    uint64_t rows = 0;
    size_t n_wide = 0;
    for (size_t id = 0; id < set.n; id++) {
        rows += set.count[id];
        ck_assert(id == 0 || set.length[id - 1] <= set.length[id]);
    }
    ck_assert_uint_eq(rows, corpus.n);
    for (size_t row = 0; row < corpus.n; row++) {
        const struct mln_sequence v = mln_strset_view(&set, ids[row]);
        bool same = v.length == corpus.points[row].n;
        for (size_t i = 0; same && i < v.length; i++) {
            const uint32_t point =
                v.symbols == NULL ? v.points[i] : set.alphabet[v.symbols[i]];
            same = point == corpus.points[row].p[i];
        }
        n_wide += v.symbols == NULL;
        if (!same) {
            ck_abort_msg("row %zu does not read back", row);
        }
    }
    ck_assert((n_wide > 0) == (_i == PLANES)); /* the other alphabets fit in symbols */
    mln_strset_release(&set);
    free(ids);
    corpus_release(&corpus);
}
END_TEST

static void check_same_set(const struct mln_strset *a, const struct mln_strset *b) {
    ck_assert_uint_eq(a->n, b->n);
    ck_assert_uint_eq(a->n_symbols, b->n_symbols);
    ck_assert_mem_eq(a->alphabet, b->alphabet, sizeof a->alphabet);
    ck_assert_mem_eq(a->at, b->at, a->n * sizeof *a->at);
    ck_assert_mem_eq(a->count, b->count, a->n * sizeof *a->count);
    for (uint32_t id = 0; id < a->n; id++) {
        const struct mln_sequence x = mln_strset_view(a, id), y = mln_strset_view(b, id);
        const bool same = x.length == y.length &&
                          (x.symbols == NULL ? memcmp(x.points, y.points, x.length * 4) == 0
                                             : memcmp(x.symbols, y.symbols, x.length) == 0);
        if (!same) {
            ck_abort_msg("value %u differs", id);
        }
    }
}

/* 150,000 rows: several chunks; the rows of the second build are the first's, reversed. */
START_TEST(order_and_threads_leave_no_trace) {
    const size_t n = 150000;
    struct corpus corpus;
    corpus_make(&corpus, 30000, PLANES, 9);
    struct mln_str *rows = malloc(n * sizeof *rows), *reversed = malloc(n * sizeof *rows);
    uint32_t *ids = malloc(n * sizeof *ids), *other = malloc(n * sizeof *ids);
    for (size_t i = 0; i < n; i++) {
        rows[i] = i % 50 == 0 ? (struct mln_str){NULL, 0} : corpus.texts[i * 7919 % corpus.n];
        reversed[n - 1 - i] = rows[i];
    }
    struct mln_strset first, second;
    ck_assert_int_eq(mln_strset_build(rows, n, 1, &first, ids, NULL), MLN_OK);
    for (size_t threads = 1; threads <= 8; threads *= 2) {
        ck_assert_int_eq(mln_strset_build(reversed, n, threads, &second, other, NULL), MLN_OK);
        check_same_set(&first, &second);
        for (size_t i = 0; i < n; i++) {
            if (ids[i] != other[n - 1 - i]) {
                ck_abort_msg("row %zu has another id", i);
            }
        }
        mln_strset_release(&second);
    }
    mln_strset_release(&first);
    free(rows);
    free(reversed);
    free(ids);
    free(other);
    corpus_release(&corpus);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("strset");
    TCase *tc = tcase_create("strset");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, a_small_field);
    tcase_add_test(tc, nothing_and_only_missing);
    tcase_add_test(tc, text_that_is_not_utf8_is_refused_with_its_row);
    tcase_add_loop_test(tc, values_read_back, 0, CORPUS_KINDS);
    tcase_add_test(tc, order_and_threads_leave_no_trace);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
