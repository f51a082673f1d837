/* Kaplan–Meier and restricted means by hand, and on curves of R survival 3.5-3 quoted here. Many
 * more numbers of R are in test_reference.c. */
#include <math.h>

#include "run.h"
#include "stats/km.h"
#include "stats/rmean.h"

enum { MOST = 64 };

/* A curve from a histogram of (time, ended, censored). */
struct bin {
    double time, n_ended, n_censored;
};

static size_t fit(const struct bin *bins, size_t n, enum mln_km_variance variance,
                  struct mln_km_point *points) {
    double time[MOST], n_end[2 * MOST], n_risk[MOST];
    for (size_t i = 0; i < n; i++) {
        time[i] = bins[i].time;
        n_end[2 * i] = bins[i].n_censored;
        n_end[2 * i + 1] = bins[i].n_ended;
    }
    const struct mln_risk risk = mln_risk_of_counts(n, 1, time, n_end, n_risk);
    ck_assert(mln_km_fit(&risk, variance, points, NULL) == MLN_OK);
    return n;
}

/* Five spells: ends at 2 and 4, censored at 2, 3 and 5. At 2 all five are at risk (the end comes
 * before the censoring): S = 4/5, se² = (4/5)² 1/(5·4) = 4/125. At 4 two are: S = 4/5 · 1/2 = 2/5,
 * se² = (2/5)² (1/20 + 1/2) = 4/25 · 11/20 = 11/125. */
static const struct bin five[] = {{2, 1, 1}, {3, 0, 1}, {4, 1, 0}, {5, 0, 1}};

START_TEST(five_spells_in_fractions) {
    for (int variance = MLN_KM_GREENWOOD; variance <= MLN_KM_ROBUST; variance++) {
        struct mln_km_point p[4];
        fit(five, 4, (enum mln_km_variance)variance, p);
        static const double risk[] = {5, 3, 2, 1}, running[] = {0.8, 0.8, 0.4, 0.4};
        const double std_err[] = {sqrt(4.0 / 125), sqrt(4.0 / 125), sqrt(11.0 / 125),
                                  sqrt(11.0 / 125)};
        for (size_t i = 0; i < 4; i++) {
            ck_assert_double_eq(p[i].n_risk, risk[i]);
            ck_assert_double_eq_tol(p[i].running, running[i], 1e-15);
            ck_assert_double_eq_tol(p[i].std_err, std_err[i], 1e-15);
        }
        ck_assert_double_eq(mln_km_quantile(p, 4, 0.5), 4);
        ck_assert(isnan(mln_km_quantile(p, 4, 0.7)));
        ck_assert_double_eq_tol(mln_km_ended_by(p, 4, 3.5), 0.2, 1e-15);
        ck_assert_double_eq(mln_km_ended_by(p, 4, 1), 0);
        ck_assert(isnan(mln_km_ended_by(p, 4, 5.5)));
    }
}
END_TEST

/* Up to 5: area 2 · 1 + 2 · 4/5 + 1 · 2/5 = 4. Areas right of the ends: 2 from 2 on (8/5 + 2/5),
 * 2/5 from 4 on; variance 2² · 1/20 + (2/5)² · 1/2 = 1/5 + 2/25 = 7/25. Up to 3: 2 + 4/5, variance
 * (4/5)² / 20 = 4/125. */
START_TEST(restricted_mean_in_fractions) {
    struct mln_km_point p[4];
    fit(five, 4, MLN_KM_GREENWOOD, p);
    const struct mln_rmean five_days = mln_km_rmean(p, 4, 5), three = mln_km_rmean(p, 4, 3);
    ck_assert_double_eq_tol(five_days.mean, 4, 1e-15);
    ck_assert_double_eq_tol(five_days.std_err, sqrt(7.0 / 25), 1e-15);
    ck_assert_double_eq_tol(three.mean, 2.8, 1e-15);
    ck_assert_double_eq_tol(three.std_err, sqrt(4.0 / 125), 1e-15);
    const struct mln_rmean early = mln_km_rmean(p, 4, 1);
    ck_assert_double_eq(early.mean, 1);
    ck_assert_double_eq(early.std_err, 0);
    ck_assert(isnan(mln_km_rmean(p, 4, -1).mean));
    ck_assert(isnan(mln_km_rmean(p, 4, NAN).mean));
    ck_assert(isnan(mln_km_rmean(p, 0, 3).mean));
}
END_TEST

/* survfit(Surv(time, status) ~ 1, data = aml[aml$x == "Nonmaintained", ]), survival 3.5-3 (data of
 * Miller, Survival Analysis, 1981) */
START_TEST(aml_nonmaintained_as_in_r) {
    static const struct bin aml[] = {{5, 2, 0},  {8, 2, 0},  {12, 1, 0}, {16, 0, 1}, {23, 1, 0},
                                     {27, 1, 0}, {30, 1, 0}, {33, 1, 0}, {43, 1, 0}, {45, 1, 0}};
    static const double surv[] = {0.8333333333333334, 0.6666666666666667,
                                  0.5833333333333334, 0.5833333333333334,
                                  0.4861111111111112, 0.3888888888888890,
                                  0.2916666666666667, 0.1944444444444445,
                                  0.0972222222222222, 0};
    struct mln_km_point points[10];
    fit(aml, 10, MLN_KM_GREENWOOD, points);
    for (size_t i = 0; i < 10; i++) {
        ck_assert_double_eq_tol(points[i].running, surv[i], 1e-15);
    }
    ck_assert_double_eq_tol(points[8].std_err, 0.0918663649675205, 1e-15);
    ck_assert(isnan(points[9].std_err)); /* NaN in R too */
    ck_assert_double_eq(mln_km_quantile(points, 10, 0.25), 8);
    ck_assert_double_eq(mln_km_quantile(points, 10, 0.5), 23);
    ck_assert_double_eq(mln_km_quantile(points, 10, 0.75), 33);
    ck_assert_double_eq(mln_km_ended_by(points, 10, 1000), 1);
    fit(aml, 10, MLN_KM_ROBUST, points);
    ck_assert_double_eq(points[9].std_err, 0);
}
END_TEST

/* R: quantile(survfit(Surv(t, s) ~ 1), p): the middle where the curve lies on 1 − p. */
START_TEST(flat_stretches_as_in_r) {
    struct mln_km_point points[4];
    static const struct bin to_next[] = {{1, 1, 0}, {2, 1, 0}, {3, 0, 1}, {4, 1, 0}};
    fit(to_next, 4, MLN_KM_GREENWOOD, points); /* quantiles .25 .5 .75: 1.5 3.0 4.0 */
    ck_assert_double_eq(mln_km_quantile(points, 4, 0.25), 1.5);
    ck_assert_double_eq(mln_km_quantile(points, 4, 0.5), 3);
    ck_assert_double_eq(mln_km_quantile(points, 4, 0.75), 4);
    static const struct bin to_last[] = {{1, 1, 0}, {2, 1, 0}, {5, 0, 1}, {6, 0, 1}};
    fit(to_last, 4, MLN_KM_GREENWOOD, points); /* 0.5: 4 */
    ck_assert_double_eq(mln_km_quantile(points, 4, 0.5), 4);
}
END_TEST

/* Plain ends of the five spells at z = 1: 4/5 ± √(4/125) = 0.62, 0.98 and 2/5 ± √(11/125) = 0.10,
 * 0.70. For the median: the lower end is ≤ 1/2 first at 4; the upper one never. For p = 0.25: the
 * lower end at 2 (0.62 ≤ 0.75), the upper at 4 (0.70). */
START_TEST(quantile_intervals_by_inversion) {
    struct mln_km_point p[4];
    fit(five, 4, MLN_KM_GREENWOOD, p);
    const struct mln_interval half = mln_km_quantile_interval(p, 4, 0.5, MLN_INTERVAL_PLAIN, 1.0);
    ck_assert_double_eq(half.lower, 4);
    ck_assert(isnan(half.upper));
    const struct mln_interval quarter =
        mln_km_quantile_interval(p, 4, 0.25, MLN_INTERVAL_PLAIN, 1.0);
    ck_assert_double_eq(quarter.lower, 2);
    ck_assert_double_eq(quarter.upper, 4);
}
END_TEST

/* Without censoring the curve is one minus the empirical distribution, and its error the binomial
 * one. */
START_TEST(without_censoring_it_is_the_empirical_curve) {
    struct bin bins[50];
    struct mln_km_point points[50];
    double total = 0, so_far = 0;
    for (size_t i = 0; i < 50; i++) {
        bins[i] = (struct bin){3.0 * (double)i, (double)(i * 7919 % 13), 0};
        total += bins[i].n_ended;
    }
    fit(bins, 50, MLN_KM_GREENWOOD, points);
    for (size_t i = 0; i < 49; i++) {
        so_far += bins[i].n_ended;
        const double running = 1 - so_far / total;
        ck_assert_double_eq_tol(points[i].running, running, 1e-14);
        ck_assert_double_eq_tol(points[i].std_err, sqrt(running * (1 - running) / total), 1e-14);
    }
}
END_TEST

START_TEST(nothing_observed_is_not_zero) {
    static const struct bin empty[] = {{1, 0, 0}, {2, 0, 0}};
    struct mln_km_point points[2];
    fit(empty, 2, MLN_KM_GREENWOOD, points);
    ck_assert(isnan(points[1].running) && isnan(points[1].std_err));
    ck_assert(isnan(mln_km_quantile(points, 2, 0.5)));
    ck_assert(isnan(mln_km_quantile(points, 0, 0.5)));
    ck_assert(isnan(mln_km_ended_by(points, 0, 500)));
    ck_assert(isnan(mln_km_ended_by(points, 2, 0)));
    ck_assert(isnan(mln_km_rmean(points, 2, 1).mean));
}
END_TEST

/* No end: all run, without error. One spell that ends: S falls to 0. */
START_TEST(no_end_and_one_end) {
    static const struct bin running[] = {{4, 0, 2}, {9, 0, 1}};
    struct mln_km_point points[2];
    fit(running, 2, MLN_KM_GREENWOOD, points);
    ck_assert_double_eq(points[1].running, 1);
    ck_assert_double_eq(points[1].std_err, 0);
    ck_assert(isnan(mln_km_quantile(points, 2, 0.5)));
    ck_assert_double_eq(mln_km_rmean(points, 2, 9).mean, 9);
    static const struct bin one[] = {{7, 1, 0}};
    fit(one, 1, MLN_KM_GREENWOOD, points);
    ck_assert_double_eq(points[0].running, 0);
    ck_assert(isnan(points[0].std_err));
    ck_assert_double_eq(mln_km_quantile(points, 1, 0.5), 7);
    const struct mln_rmean mean = mln_km_rmean(points, 1, 10);
    ck_assert_double_eq(mean.mean, 7);
    ck_assert_double_eq(mean.std_err, 0);
}
END_TEST

/* Histograms of days before the start are allowed: a decision dated before the recording. */
START_TEST(times_below_zero_in_histograms) {
    static const struct bin early[] = {{-3, 1, 0}, {5, 1, 0}};
    struct mln_km_point points[2];
    fit(early, 2, MLN_KM_GREENWOOD, points);
    ck_assert_double_eq(mln_km_quantile(points, 2, 0.5), 1);
    ck_assert_double_eq(mln_km_rmean(points, 2, 5).mean, 1); /* mean of −3 and 5 */
}
END_TEST

MLN_TEST_MAIN("km", five_spells_in_fractions, restricted_mean_in_fractions,
              aml_nonmaintained_as_in_r, flat_stretches_as_in_r, quantile_intervals_by_inversion,
              without_censoring_it_is_the_empirical_curve, nothing_observed_is_not_zero,
              no_end_and_one_end, times_below_zero_in_histograms)
