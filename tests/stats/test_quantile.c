/* Quantiles of histograms: against R type 2, and against a sort of the spelled-out values. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "stats/quantile.h"

/* R: x <- c(3,1,4,1,5,9,2,6,5,3,5); quantile(x, c(.1,.25,.5,.75,.9), type = 2): 1 2 4 5 6
 *    x <- c(x, 8); quantile(x, c(.001,.1,.25,.5,.75,.9,.999), type = 2): 1 1 2.5 4.5 5.5 8 9 */
START_TEST(pi_as_in_r) {
    struct mln_bin bins[] = {{1, 2}, {2, 1}, {3, 2}, {4, 1}, {5, 3}, {6, 1}, {8, 0}, {9, 1}};
    static const uint32_t p[] = {100, 250, 500, 750, 900};
    static const double eleven[] = {1, 2, 4, 5, 6};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_double_eq(mln_histogram_quantile(bins, 8, p[i]), eleven[i]);
    }
    bins[6].n = 1;
    static const uint32_t p12[] = {1, 100, 250, 500, 750, 900, 999};
    static const double twelve[] = {1, 1, 2.5, 4.5, 5.5, 8, 9};
    for (size_t i = 0; i < 7; i++) {
        ck_assert_double_eq(mln_histogram_quantile(bins, 8, p12[i]), twelve[i]);
    }
    ck_assert_double_eq(mln_histogram_mean(bins, 8), 52.0 / 12.0);
}
END_TEST

START_TEST(edges) {
    static const struct mln_bin none[] = {{1, 0}};
    ck_assert(isnan(mln_histogram_quantile(none, 1, 500)));
    ck_assert(isnan(mln_histogram_quantile(none, 0, 500)));
    ck_assert(isnan(mln_histogram_mean(none, 1)));
    static const struct mln_bin one[] = {{-7, 0}, {-3, 1}};
    ck_assert_double_eq(mln_histogram_quantile(one, 2, 1), -3);
    ck_assert_double_eq(mln_histogram_quantile(one, 2, 999), -3);
    static const struct mln_bin wide[] = {{INT32_MIN, 1}, {INT32_MAX, 1}};
    ck_assert_double_eq(mln_histogram_quantile(wide, 2, 500), -0.5);
    /* 2 × 10^15 observations: total × p does not fit 64 bits if done naively with p = 999 × 10^k */
    static const struct mln_bin huge[] = {{1, UINT64_C(1000000000000000)},
                                          {2, UINT64_C(1000000000000000)}};
    ck_assert_double_eq(mln_histogram_quantile(huge, 2, 500), 1.5);
    ck_assert_double_eq(mln_histogram_quantile(huge, 2, 501), 2);
}
END_TEST

/* Oracle: the definition on the spelled-out, sorted values, in doubles exact at this size. */
START_TEST(random_histograms_against_the_definition) {
    uint32_t state = 20260101; /* a plain LCG: any numbers do */
    for (size_t round = 0; round < 300; round++) {
        struct mln_bin bins[12];
        double values[12 * 9];
        size_t n = 0;
        for (size_t i = 0; i < 12; i++) {
            state = state * 1664525U + 1013904223U;
            bins[i] = (struct mln_bin){(int32_t)(i * i) - 20, state >> 24U & 7U};
            for (size_t j = 0; j < bins[i].n; j++) {
                values[n++] = bins[i].value;
            }
        }
        for (uint32_t p = 1; n > 0 && p < 1000; p += 7) {
            const size_t whole = n * p / 1000;
            const double expected =
                n * p % 1000 == 0 ? (values[whole - 1] + values[whole]) / 2.0 : values[whole];
            ck_assert_double_eq(mln_histogram_quantile(bins, 12, p), expected);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("quantile");
    TCase *tc = tcase_create("quantile");
    tcase_add_test(tc, pi_as_in_r);
    tcase_add_test(tc, edges);
    tcase_add_test(tc, random_histograms_against_the_definition);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
