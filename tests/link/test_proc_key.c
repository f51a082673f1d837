#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "link/proc_key.h"

static const char *key_text(struct mln_buf *buf, const char *force, const char *unit, int32_t year,
                            const char *number) {
    const struct mln_proc_key key = {mln_str_from(force), mln_str_from(unit), year,
                                     mln_str_from(number)};
    mln_buf_reset(buf);
    return mln_proc_key_add(&key, buf) ? mln_buf_view(buf).p : NULL;
}

START_TEST(canonical_text) {
    struct mln_buf b = MLN_BUF_INIT;
    ck_assert_str_eq(key_text(&b, "PN", "00321", 2021, "01234"), "PN|00321|2021|1234");
    ck_assert_str_eq(key_text(&b, "gn", " 2a0 04 ", 2021, "0 0 7"), "GN|2A004|2021|7");
    ck_assert_str_eq(key_text(&b, "GN", "0", 2021, "000"), "GN|0|2021|0");
    ck_assert_str_eq(key_text(&b, "GN", "1", 2021, "0\xC2\xA0""12"), "GN|1|2021|12");
    ck_assert_str_eq(key_text(&b, "GN", "1", 2021, "0012b"), "GN|1|2021|0012B");
    /* the separator inside a part cannot make two keys one */
    ck_assert_str_eq(key_text(&b, "PN", "1|2021", 3, "4"), "PN|1\\|2021|3|4");
    ck_assert_str_eq(key_text(&b, "PN", "1\\", 3, "4"), "PN|1\\\\|3|4");
    /* incomplete: nothing is added */
    ck_assert_ptr_null(key_text(&b, NULL, "00321", 2021, "1"));
    ck_assert_ptr_null(key_text(&b, "PN", "", 2021, "1"));
    ck_assert_ptr_null(key_text(&b, "PN", " \xC2\xA0", 2021, "1"));
    ck_assert_ptr_null(key_text(&b, "PN", "00321", 0, "1"));
    ck_assert_ptr_null(key_text(&b, "PN", "00321", 2021, NULL));
    ck_assert_uint_eq(b.n, 0);
    mln_buf_release(&b);
}
END_TEST

static struct mln_unit_successor row(const char *unit, const char *next, int32_t year,
                                     uint64_t line) {
    return (struct mln_unit_successor){MLN_STR_LIT("GN"), mln_str_from(unit), mln_str_from(next),
                                       mln_day_from_civil(year, 7, 1), line};
}

static void check_current(const struct mln_unit_map *map, const char *unit, int32_t year,
                          const char *expected) {
    const struct mln_str got =
        mln_unit_map_current(map, MLN_STR_LIT("GN"), mln_str_from(unit), year);
    ck_assert_msg(mln_str_is(got, expected), "%s in %d: got %.*s, not %s", unit, (int)year,
                  (int)got.n, got.p, expected);
}

START_TEST(chains_are_followed) {
    /* 1 → 2 (2018) → 3 (2020); 4 → 3 (2021); 5 → 6 (2015), used anew, 5 → 7 (2022);
     * 8 → 9 (2020), but 9 → 10 dates from 2012: an older unit of that code */
    const struct mln_unit_successor rows[] = {
        row("2", "3", 2020, 3), row("1", "2", 2018, 2),  row("4", "3", 2021, 4),
        row("5", "7", 2022, 6), row("5", "6", 2015, 5),  row("8", "9", 2020, 7),
        row("9", "10", 2012, 8),
    };
    struct mln_unit_map *map = NULL;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_unit_map_new(rows, 7, &map, &err), MLN_OK);
    check_current(map, "1", 2017, "3");
    check_current(map, "1", 2023, "3"); /* the old code written late */
    check_current(map, "2", 2021, "3");
    check_current(map, "3", 2021, "3");
    check_current(map, "4", 2019, "3");
    check_current(map, "5", 2015, "6"); /* the year of the change still is the old unit's */
    check_current(map, "5", 2016, "7");
    check_current(map, "5", 2023, "7");
    check_current(map, "8", 2019, "9");
    check_current(map, "9", 2011, "10");
    check_current(map, " 1 ", 2017, "3"); /* compared in canonical form */
    check_current(map, "none", 2017, "none");
    const struct mln_str police =
        mln_unit_map_current(map, MLN_STR_LIT("PN"), MLN_STR_LIT("1"), 2017);
    ck_assert(mln_str_is(police, "1")); /* another force's unit */
    mln_unit_map_free(map);
}
END_TEST

START_TEST(rows_that_cannot_be_are_refused) {
    struct mln_unit_map *map = NULL;
    struct mln_err err = {0};
    const struct mln_unit_successor round_trip[] = {row("1", "2", 2018, 2), row("2", "3", 2019, 3),
                                                    row("3", "1", 2020, 4)};
    ck_assert_int_eq(mln_unit_map_new(round_trip, 3, &map, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "comes back"));
    ck_assert_ptr_null(map);
    const struct mln_unit_successor itself[] = {row("1", "1", 2018, 2)};
    ck_assert_int_eq(mln_unit_map_new(itself, 1, &map, &err), MLN_BAD_INPUT);
    const struct mln_unit_successor twice[] = {row("1", "2", 2018, 2), row("1", "3", 2018, 9)};
    ck_assert_int_eq(mln_unit_map_new(twice, 2, &map, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "lines 2 and 9"));
    const struct mln_unit_successor nothing[] = {row("1", " ", 2018, 5)};
    ck_assert_int_eq(mln_unit_map_new(nothing, 1, &map, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "line 5"));
    /* two ways to the same unit are no cycle */
    const struct mln_unit_successor diamond[] = {row("1", "2", 2018, 2), row("1", "3", 2019, 3),
                                                 row("2", "4", 2020, 4), row("3", "4", 2020, 5)};
    ck_assert_int_eq(mln_unit_map_new(diamond, 4, &map, &err), MLN_OK);
    mln_unit_map_free(map);
    ck_assert_int_eq(mln_unit_map_new(NULL, 0, &map, &err), MLN_OK);
    check_current(map, "1", 2020, "1");
    mln_unit_map_free(map);
}
END_TEST

/* A chain as long as the table, walked without recursion. */
START_TEST(long_chain) {
    enum { N = 20000 };
    struct mln_unit_successor *rows = calloc(N, sizeof *rows);
    char (*codes)[16] = calloc(N + 1, sizeof *codes);
    ck_assert(rows != NULL && codes != NULL);
    for (int i = 0; i <= N; i++) {
        snprintf(codes[i], sizeof codes[i], "U%d", i);
    }
    for (int i = 0; i < N; i++) {
        rows[i] = (struct mln_unit_successor){MLN_STR_LIT("GN"), mln_str_from(codes[i]),
                                              mln_str_from(codes[i + 1]), 10000 + i,
                                              (uint64_t)i + 2};
    }
    struct mln_unit_map *map = NULL;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_unit_map_new(rows, N, &map, &err), MLN_OK);
    check_current(map, "U0", 1990, codes[N]);
    mln_unit_map_free(map);
    rows[N - 1].successor = mln_str_from(codes[0]);
    ck_assert_int_eq(mln_unit_map_new(rows, N, &map, &err), MLN_BAD_INPUT);
    free(rows);
    free(codes);
}
END_TEST

START_TEST(kernels_skip_incomplete_keys) {
    static const struct mln_column_spec in_specs[] = {{"idx", MLN_INT64},
                                                      {"force", MLN_UTF8_TEXT},
                                                      {"code_unite", MLN_UTF8_TEXT},
                                                      {"annee", MLN_INT32},
                                                      {"numero", MLN_UTF8_TEXT}};
    static const struct mln_column_spec out_specs[] = {
        {"idx", MLN_INT64}, {"cle", MLN_UTF8_TEXT}, {"cle_actuelle", MLN_UTF8_TEXT},
        {"numero", MLN_UTF8_TEXT}};
    const struct mln_unit_successor rows[] = {row("1", "2", 2018, 2)};
    struct mln_unit_map *map = NULL;
    ck_assert_int_eq(mln_unit_map_new(rows, 1, &map, NULL), MLN_OK);
    struct mln_builder *in = mln_builder_new(in_specs, 5);
    struct mln_builder *out = mln_builder_new(out_specs, 4);
    ck_assert(in != NULL && out != NULL);
    for (int64_t i = 0; i < 2; i++) {
        mln_add_i64(in, 0, 40 + i);
        mln_add_str(in, 1, MLN_STR_LIT("GN"));
        mln_add_str(in, 2, MLN_STR_LIT("1"));
        if (i == 0) {
            mln_add_null(in, 3);
        } else {
            mln_add_i32(in, 3, 2017);
        }
        mln_add_str(in, 4, MLN_STR_LIT("007"));
    }
    struct mln_batch batch;
    struct mln_batch got;
    ck_assert_int_eq(mln_builder_view(in, &batch, NULL), MLN_OK);
    ck_assert_int_eq(mln_proc_key_kernel(map, &batch, out, NULL), MLN_OK);
    ck_assert_int_eq(mln_builder_view(out, &got, NULL), MLN_OK);
    ck_assert_uint_eq(got.n_rows, 1);
    ck_assert_int_eq(mln_get_i64(&got.columns[0], 0), 41);
    ck_assert(mln_str_is(mln_get_str(&got.columns[1], 0), "GN|1|2017|7"));
    ck_assert(mln_str_is(mln_get_str(&got.columns[2], 0), "GN|2|2017|7"));
    ck_assert(mln_str_is(mln_get_str(&got.columns[3], 0), "7"));
    ck_assert_int_eq(mln_unit_key_kernel(NULL, &batch, out, NULL), MLN_INTERNAL);
    mln_builder_free(in);
    mln_builder_free(out);
    mln_unit_map_free(map);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("proc_key");
    TCase *tc = tcase_create("proc_key");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, canonical_text);
    tcase_add_test(tc, chains_are_followed);
    tcase_add_test(tc, rows_that_cannot_be_are_refused);
    tcase_add_test(tc, long_chain);
    tcase_add_test(tc, kernels_skip_incomplete_keys);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
