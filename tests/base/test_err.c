#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

START_TEST(message_and_status_are_kept) {
    struct mln_err err = {0};
    ck_assert_int_eq(mln_err_set(&err, MLN_IO, "%s: cannot open", "a.csv"), MLN_IO);
    ck_assert_str_eq(err.msg, "a.csv: cannot open");
    mln_err_prefix(&err, "stage %s: ", "ingest");
    ck_assert_str_eq(err.msg, "stage ingest: a.csv: cannot open");
    ck_assert_int_eq(err.status, MLN_IO);
    ck_assert_int_eq(mln_err_set(NULL, MLN_KEY, "no one reads this"), MLN_KEY);
}
END_TEST

START_TEST(long_messages_are_cut_at_a_character) {
    struct mln_err err = {0};
    char e_acute[2 * 1100 + 1];
    for (size_t i = 0; i < 1100; i++) {
        memcpy(e_acute + 2 * i, "\xC3\xA9", 2);
    }
    e_acute[2 * 1100] = '\0';
    mln_err_set(&err, MLN_BAD_INPUT, "x%s", e_acute);
    const size_t n = strlen(err.msg);
    ck_assert_uint_lt(n, sizeof err.msg);
    ck_assert_str_eq(err.msg + n - 3, "\xE2\x80\xA6");
    ck_assert_uint_eq((n - 3 - 1) % 2, 0); /* x, then whole two-byte characters */
    mln_err_prefix(&err, "before: ");
    ck_assert_int_eq(strncmp(err.msg, "before: x\xC3\xA9", 11), 0);
    ck_assert_uint_lt(strlen(err.msg), sizeof err.msg);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("err");
    TCase *tc = tcase_create("err");
    tcase_add_test(tc, message_and_status_are_kept);
    tcase_add_test(tc, long_messages_are_cut_at_a_character);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
