#include <check.h>
#include <stdlib.h>

#include "link/numero_parquet.h"

/* By hand; NULL: missing. */
static const struct {
    const char *text;
    const char *digits;
} cases[] = {
    {"21123000456", "21123000456"},
    {"21.123.000456", "21123000456"},
    {" 21 123-000/456 ", "21123000456"},
    {"21\xC2\xA0" "123\xC2\xA0" "000456", "21123000456"},
    {"20366000001", "20366000001"}, /* 2020 is a leap year */
    {"00366000001", "00366000001"}, /* so is 2000 */
    {"21366000001", NULL},          /* 2021 is not */
    {"20367000001", NULL},
    {"21000000456", NULL},
    {"2112300045", NULL},   /* ten digits */
    {"211230004567", NULL}, /* twelve */
    {"21123O00456", NULL},  /* the letter O */
    {"", NULL},
    {"\xC2", NULL},
};

START_TEST(by_hand) {
    char out[MLN_NUMERO_PARQUET_DIGITS];
    const bool read = mln_numero_parquet_read(mln_str_from(cases[_i].text), out);
    ck_assert_int_eq(read, cases[_i].digits != NULL);
    if (read) {
        ck_assert(mln_str_is((struct mln_str){out, sizeof out}, cases[_i].digits));
    }
}
END_TEST

START_TEST(missing_and_nul_bytes) {
    char out[MLN_NUMERO_PARQUET_DIGITS];
    ck_assert(!mln_numero_parquet_read((struct mln_str){NULL, 0}, out));
    ck_assert(!mln_numero_parquet_read((struct mln_str){"21123\0" "000456", 12}, out));
}
END_TEST

/* Writing the digits with any separators between them changes nothing. */
START_TEST(separators_do_not_count) {
    for (unsigned mask = 0; mask < 1U << 12; mask++) {
        char text[32];
        size_t n = 0;
        for (unsigned i = 0; i < 12; i++) {
            if (mask >> i & 1U) {
                text[n++] = " .-/"[i % 4];
            }
            if (i < 11) {
                text[n++] = "22031654321"[i];
            }
        }
        char out[MLN_NUMERO_PARQUET_DIGITS];
        ck_assert(mln_numero_parquet_read((struct mln_str){text, n}, out));
        ck_assert(mln_str_is((struct mln_str){out, sizeof out}, "22031654321"));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("numero_parquet");
    TCase *tc = tcase_create("numero_parquet");
    tcase_add_loop_test(tc, by_hand, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, missing_and_nul_bytes);
    tcase_add_test(tc, separators_do_not_count);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
