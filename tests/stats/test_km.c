/* Kaplan–Meier and Aalen–Johansen against R survival 3.5-3 and by hand. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "stats/km.h"

static const double tolerance = 1e-13; /* R prints 15 digits */

/* survfit(Surv(c(1,1,2,3,3,3,5,7,7,10,12,12), c(1,1,0,1,1,0,1,1,0,0,1,0)) ~ 1), survival 3.5-3 */
static const struct mln_km_bin twelve[] = {{1, 2, 0}, {2, 0, 1},  {3, 2, 1}, {5, 1, 0},
                                           {7, 1, 1}, {10, 0, 1}, {12, 1, 1}};
static const double twelve_surv[] = {0.833333333333333, 0.833333333333333, 0.648148148148148,
                                     0.540123456790124, 0.432098765432099, 0.432098765432099,
                                     0.216049382716049};
static const double twelve_se[] = {0.107582870727984, 0.107582870727984, 0.142611296940098,
                                   0.154428117821791, 0.156838181071272, 0.156838181071272,
                                   0.171721348837089};

START_TEST(twelve_durations_as_in_r) {
    struct mln_km_point points[7];
    static const uint64_t risk[] = {12, 10, 9, 6, 5, 3, 2};
    mln_km_fit(twelve, 7, points);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_double_eq_tol(points[i].running, twelve_surv[i], tolerance);
        ck_assert_double_eq_tol(points[i].std_err, twelve_se[i], tolerance);
        ck_assert_uint_eq(points[i].n_risk, risk[i]);
    }
    /* quantile(f, c(.1,.25,.5,.75,.9)): 1 3 7 12 NA */
    ck_assert_double_eq(mln_km_quantile(points, 7, 100), 1);
    ck_assert_double_eq(mln_km_quantile(points, 7, 250), 3);
    ck_assert_double_eq(mln_km_quantile(points, 7, 500), 7);
    ck_assert_double_eq(mln_km_quantile(points, 7, 750), 12);
    ck_assert(isnan(mln_km_quantile(points, 7, 900)));
    ck_assert_double_eq(mln_km_ended_by(points, 7, 0), 0);
    ck_assert_double_eq_tol(mln_km_ended_by(points, 7, 4), 1 - twelve_surv[2], tolerance);
    ck_assert_double_eq_tol(mln_km_ended_by(points, 7, 12), 1 - twelve_surv[6], tolerance);
    ck_assert(isnan(mln_km_ended_by(points, 7, 13)));
}
END_TEST

/* survfit(Surv(time, status) ~ 1, data = aml[aml$x == "Nonmaintained", ]), survival 3.5-3 (data of
 * Miller, Survival Analysis, 1981) */
START_TEST(aml_nonmaintained_as_in_r) {
    static const struct mln_km_bin aml[] = {{5, 2, 0},  {8, 2, 0},  {12, 1, 0}, {16, 0, 1},
                                            {23, 1, 0}, {27, 1, 0}, {30, 1, 0}, {33, 1, 0},
                                            {43, 1, 0}, {45, 1, 0}};
    static const double surv[] = {0.8333333333333334, 0.6666666666666667,
                                  0.5833333333333334, 0.5833333333333334,
                                  0.4861111111111112, 0.3888888888888890,
                                  0.2916666666666667, 0.1944444444444445,
                                  0.0972222222222222, 0};
    struct mln_km_point points[10];
    mln_km_fit(aml, 10, points);
    for (size_t i = 0; i < 10; i++) {
        ck_assert_double_eq_tol(points[i].running, surv[i], tolerance);
    }
    ck_assert_double_eq_tol(points[8].std_err, 0.0918663649675205, tolerance);
    ck_assert(isnan(points[9].std_err)); /* NaN in R too */
    ck_assert_double_eq(mln_km_quantile(points, 10, 250), 8);
    ck_assert_double_eq(mln_km_quantile(points, 10, 500), 23);
    ck_assert_double_eq(mln_km_quantile(points, 10, 750), 33);
    ck_assert_double_eq(mln_km_ended_by(points, 10, 1000), 1);
}
END_TEST

/* R: quantile(survfit(Surv(t, s) ~ 1), p): the middle where the curve lies on 1 − p. */
START_TEST(flat_stretches_as_in_r) {
    struct mln_km_point points[4];
    static const struct mln_km_bin to_next[] = {{1, 1, 0}, {2, 1, 0}, {3, 0, 1}, {4, 1, 0}};
    mln_km_fit(to_next, 4, points); /* quantiles .25 .5 .75: 1.5 3.0 4.0 */
    ck_assert_double_eq(mln_km_quantile(points, 4, 250), 1.5);
    ck_assert_double_eq(mln_km_quantile(points, 4, 500), 3);
    ck_assert_double_eq(mln_km_quantile(points, 4, 750), 4);
    static const struct mln_km_bin to_last[] = {{1, 1, 0}, {2, 1, 0}, {5, 0, 1}, {6, 0, 1}};
    mln_km_fit(to_last, 4, points); /* 0.5: 4 */
    ck_assert_double_eq(mln_km_quantile(points, 4, 500), 4);
}
END_TEST

/* Without censoring the curve is one minus the empirical distribution. */
START_TEST(without_censoring_it_is_the_empirical_curve) {
    struct mln_km_bin bins[50];
    struct mln_km_point points[50];
    uint64_t total = 0, so_far = 0;
    for (size_t i = 0; i < 50; i++) {
        bins[i] = (struct mln_km_bin){(int32_t)(3 * i), i * 7919 % 13, 0};
        total += bins[i].n_ended;
    }
    mln_km_fit(bins, 50, points);
    for (size_t i = 0; i < 50; i++) {
        so_far += bins[i].n_ended;
        ck_assert_double_eq_tol(points[i].running, 1 - (double)so_far / (double)total, 1e-14);
    }
}
END_TEST

START_TEST(nothing_observed_is_not_zero) {
    static const struct mln_km_bin empty[] = {{1, 0, 0}, {2, 0, 0}};
    struct mln_km_point points[2];
    mln_km_fit(empty, 2, points);
    ck_assert(isnan(points[1].running));
    ck_assert(isnan(mln_km_quantile(points, 2, 500)));
    ck_assert(isnan(mln_km_quantile(points, 0, 500)));
    ck_assert(isnan(mln_km_ended_by(points, 0, 500)));
    ck_assert(isnan(mln_km_ended_by(points, 2, 0)));
    static const uint64_t none[2] = {0, 0};
    double incidence[2];
    mln_aalen_johansen(none, none, 2, 1, incidence);
    ck_assert(isnan(incidence[0]) && isnan(incidence[1]));
}
END_TEST

/* survfit(Surv(t, factor(c(1,2,0,1,2,0,1,1,2,0,1,0), 0:2)) ~ 1), t as above, survival 3.5-3 */
START_TEST(competing_ends_as_in_r) {
    static const uint64_t ended[7 * 2] = {1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0};
    static const uint64_t censored[7] = {0, 1, 1, 0, 0, 1, 1};
    static const double first[] = {0.0833333333333333, 0.0833333333333333, 0.1759259259259259,
                                   0.2839506172839506, 0.3919753086419753, 0.3919753086419753,
                                   0.5540123456790124};
    static const double second[] = {0.0833333333333333, 0.0833333333333333, 0.1759259259259259,
                                    0.1759259259259259, 0.2839506172839507, 0.2839506172839507,
                                    0.2839506172839507};
    double incidence[7 * 2];
    mln_aalen_johansen(ended, censored, 7, 2, incidence);
    struct mln_km_bin bins[7];
    struct mln_km_point points[7];
    for (size_t i = 0; i < 7; i++) {
        bins[i] = (struct mln_km_bin){(int32_t)i, ended[2 * i] + ended[2 * i + 1], censored[i]};
        ck_assert_double_eq_tol(incidence[2 * i], first[i], tolerance);
        ck_assert_double_eq_tol(incidence[2 * i + 1], second[i], tolerance);
    }
    mln_km_fit(bins, 7, points);
    for (size_t i = 0; i < 7; i++) { /* the parts make the whole */
        ck_assert_double_eq_tol(incidence[2 * i] + incidence[2 * i + 1] + points[i].running, 1,
                                1e-14);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("km");
    TCase *tc = tcase_create("km");
    tcase_add_test(tc, twelve_durations_as_in_r);
    tcase_add_test(tc, aml_nonmaintained_as_in_r);
    tcase_add_test(tc, flat_stretches_as_in_r);
    tcase_add_test(tc, without_censoring_it_is_the_empirical_curve);
    tcase_add_test(tc, nothing_observed_is_not_zero);
    tcase_add_test(tc, competing_ends_as_in_r);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
