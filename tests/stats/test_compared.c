/* Log-rank and Gray's tests, intervals and distributions by hand; what may not change them. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "run.h"
#include "stats/dist.h"
#include "stats/gray.h"
#include "stats/interval.h"

static struct mln_risk_sets build(size_t n, const double *exit, const uint32_t *end,
                                  const uint32_t *group, size_t n_groups, size_t n_causes) {
    const struct mln_spells spells = {.n = n, .exit = exit, .end = end, .group = group};
    struct mln_risk_sets sets;
    ck_assert(mln_risk_build(&spells, n_groups, n_causes, &sets, NULL) == MLN_OK);
    return sets;
}

/* Group 0 ends at 1 and 3, group 1 at 2 (and is last seen at 4). Expected in group 0: 2/4 + 1/3 +
 * 1/2 = 4/3 of 2; variance 1/4 + 2/9 + 1/4 = 13/18; chi² = (2/3)² / (13/18) = 8/13. A third group
 * without spells takes no part. */
START_TEST(logrank_by_hand) {
    static const double exit[] = {1, 3, 2, 4};
    static const uint32_t end[] = {1, 1, 1, 0}, group[] = {0, 0, 1, 1};
    struct mln_risk_sets sets = build(4, exit, end, group, 3, 1);
    const struct mln_compared compared = {sets.groups, 3, 1, 0};
    double observed[3], expected[3], variance[9];
    struct mln_test test;
    ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_OK);
    ck_assert_double_eq(observed[0], 2);
    ck_assert_double_eq(observed[1], 1);
    ck_assert_double_eq_tol(expected[0], 4.0 / 3, 1e-15);
    ck_assert_double_eq(expected[2], 0);
    ck_assert_double_eq_tol(variance[0], 13.0 / 18, 1e-15);
    ck_assert_double_eq_tol(test.chi2, 8.0 / 13, 1e-14);
    ck_assert_uint_eq(test.df, 1);
    ck_assert_double_eq_tol(test.p_value, erfc(sqrt(4.0 / 13)), 1e-15);
    mln_risk_release(&sets);
}
END_TEST

/* The same, but group 1 enters after 1: at 1 only group 0 is at risk (2 of 2), at 2 and 3 as
 * before: expected 1 + 1/3 + 1/2 = 11/6, variance 0 + 2/9 + 1/4 = 17/36, chi² = (1/6)² / (17/36) =
 * 1/17. */
START_TEST(logrank_with_late_entries_by_hand) {
    static const double exit[] = {1, 3, 2, 4}, entry[] = {0, 0, 1, 1.5};
    static const uint32_t end[] = {1, 1, 1, 0}, group[] = {0, 0, 1, 1};
    const struct mln_spells spells = {4, exit, end, entry, group, NULL};
    struct mln_risk_sets sets;
    ck_assert(mln_risk_build(&spells, 2, 1, &sets, NULL) == MLN_OK);
    const struct mln_compared compared = {sets.groups, 2, 1, 0};
    double observed[2], expected[2], variance[4];
    struct mln_test test;
    ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_OK);
    ck_assert_double_eq_tol(expected[0], 11.0 / 6, 1e-15);
    ck_assert_double_eq_tol(test.chi2, 1.0 / 17, 1e-14);
    ck_assert(mln_gray(&compared, 1, NULL, NULL, &test, NULL) == MLN_BAD_INPUT);
    mln_risk_release(&sets);
}
END_TEST

/* Group 0: cause 1 at 1, cause 2 at 3. Group 1: cause 1 at 2, last seen at 4. Score of group 0 for
 * cause 1: t = 1: R = (2, 2): 1 − 2/4 = 1/2;  then S_0 = 1/2, F_0 = 1/2 t = 2: h_0 = 1 / (1/2) = 2,
 * R_0 = 2 · 1/2 = 1, R_1 = 2: 0 − 1/3 in sum 1/6. */
START_TEST(gray_score_by_hand) {
    static const double exit[] = {1, 3, 2, 4};
    static const uint32_t end[] = {1, 2, 1, 0}, group[] = {0, 0, 1, 1};
    struct mln_risk_sets sets = build(4, exit, end, group, 2, 2);
    const struct mln_compared compared = {sets.groups, 2, 1, 0};
    double score, variance;
    struct mln_test test;
    ck_assert(mln_gray(&compared, 1, &score, &variance, &test, NULL) == MLN_OK);
    ck_assert_double_eq_tol(score, 1.0 / 6, 1e-15);
    ck_assert_double_eq_tol(test.chi2, score * score / variance, 1e-15);
    ck_assert_uint_eq(test.df, 1);
    mln_risk_release(&sets);
}
END_TEST

enum { N = 600 };

struct drawn {
    double exit[N];
    uint32_t end[N], group[N];
};

static void draw(struct drawn *d, uint64_t seed) {
    for (size_t i = 0; i < N; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 3, i);
        d->group[i] = mln_rng_below(&rng, 3);
        d->exit[i] = 1 + mln_rng_below(&rng, 20 + 5 * d->group[i]);
        d->end[i] = mln_rng_below(&rng, 3);
    }
}

/* chi² does not depend on which group is the last, nor on which stratum is named first. */
START_TEST(names_of_groups_and_strata_do_not_matter) {
    static struct drawn d;
    for (uint64_t seed = 1; seed < 6; seed++) {
        double chi2[2][2];
        draw(&d, seed);
        for (size_t turned = 0; turned < 2; turned++) {
            uint32_t group[N];
            for (size_t i = 0; i < N; i++) {
                const uint32_t g = turned ? (d.group[i] + 1) % 3 : d.group[i];
                const uint32_t stratum = turned ? 1 - i % 2 : i % 2;
                group[i] = 3 * stratum + g;
            }
            struct mln_risk_sets sets = build(N, d.exit, d.end, group, 6, 2);
            const struct mln_compared compared = {sets.groups, 3, 2, 0.5};
            double observed[3], expected[3], variance[9];
            struct mln_test test;
            ck_assert(mln_gray(&compared, 2, NULL, NULL, &test, NULL) == MLN_OK);
            chi2[turned][0] = test.chi2;
            ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_OK);
            chi2[turned][1] = test.chi2;
            mln_risk_release(&sets);
        }
        ck_assert_double_eq_tol(chi2[0][0], chi2[1][0], 1e-9 * chi2[0][0]);
        ck_assert_double_eq_tol(chi2[0][1], chi2[1][1], 1e-9 * chi2[0][1]);
    }
}
END_TEST

/* Under equality chi² of 2 degrees of freedom passes 5.99 in 5 % of draws: over 1000 draws between
 * 25 and 80 times (0.05 ± 4 standard deviations of 0.0069), for draws made by this seed. */
START_TEST(level_under_equality) {
    size_t passed[2] = {0, 0};
    for (uint64_t seed = 0; seed < 1000; seed++) {
        double exit[90], observed[3], expected[3], variance[9];
        uint32_t end[90], group[90];
        for (size_t i = 0; i < 90; i++) {
            struct mln_rng rng;
            mln_rng_init(&rng, seed, 4, i);
            exit[i] = 1 + mln_rng_below(&rng, 60);
            end[i] = mln_rng_below(&rng, 3);
            group[i] = (uint32_t)(i % 3);
        }
        struct mln_risk_sets sets = build(90, exit, end, group, 3, 2);
        const struct mln_compared compared = {sets.groups, 3, 1, 0};
        struct mln_test test;
        ck_assert(mln_gray(&compared, 1, NULL, NULL, &test, NULL) == MLN_OK);
        passed[0] += test.p_value < 0.05;
        ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_OK);
        passed[1] += test.p_value < 0.05;
        mln_risk_release(&sets);
    }
    for (size_t t = 0; t < 2; t++) {
        ck_assert_msg(passed[t] >= 25 && passed[t] <= 80, "test %zu: %zu of 1000", t, passed[t]);
    }
}
END_TEST

START_TEST(nothing_to_compare) {
    static const double exit[] = {1, 3, 2, 4}, weight[] = {1, 1, 1, 1};
    static const uint32_t end[] = {0, 0, 0, 0}, group[] = {0, 0, 1, 1};
    struct mln_risk_sets sets = build(4, exit, end, group, 2, 2);
    struct mln_compared compared = {sets.groups, 2, 1, 0};
    double observed[2], expected[2], variance[4];
    struct mln_test test;
    ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_OK);
    ck_assert(test.chi2 == 0 && test.df == 0 && isnan(test.p_value)); /* no end */
    ck_assert(mln_gray(&compared, 1, NULL, NULL, &test, NULL) == MLN_OK);
    ck_assert(isnan(test.chi2));
    ck_assert(mln_gray(&compared, 3, NULL, NULL, &test, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_gray(&compared, 0, NULL, NULL, &test, NULL) == MLN_BAD_INPUT);
    compared.n_groups = 1;
    ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_BAD_INPUT);
    compared.n_groups = 2;
    compared.rho = NAN;
    ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_BAD_INPUT);
    mln_risk_release(&sets);
    const struct mln_spells weighted = {4, exit, end, NULL, group, weight};
    ck_assert(mln_risk_build(&weighted, 2, 2, &sets, NULL) == MLN_OK);
    compared = (struct mln_compared){sets.groups, 2, 1, 0};
    ck_assert(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_BAD_INPUT);
    mln_risk_release(&sets);
}
END_TEST

/* p = 1/4, se = 1/8, z = 2: plain 0 to 1/2; log 1/4 e^±1; log-log (1/4)^exp(±1/ln(1/4)). */
START_TEST(intervals_by_hand) {
    const struct mln_interval plain = mln_interval_of(0.25, 0.125, MLN_INTERVAL_PLAIN, 2);
    ck_assert_double_eq(plain.lower, 0);
    ck_assert_double_eq(plain.upper, 0.5);
    const struct mln_interval by_log = mln_interval_of(0.25, 0.125, MLN_INTERVAL_LOG, 2);
    ck_assert_double_eq_tol(by_log.lower, 0.25 / exp(1), 1e-16);
    ck_assert_double_eq_tol(by_log.upper, 0.25 * exp(1), 1e-15);
    const struct mln_interval log_log = mln_interval_of(0.25, 0.125, MLN_INTERVAL_LOG_LOG, 2);
    ck_assert_double_eq_tol(log_log.lower, pow(0.25, exp(1 / log(4))), 1e-15);
    ck_assert_double_eq_tol(log_log.upper, pow(0.25, exp(-1 / log(4))), 1e-15);
    ck_assert_double_eq(mln_interval_of(0.9, 0.2, MLN_INTERVAL_PLAIN, 2).upper, 1);
    ck_assert_double_eq(mln_interval_of(0.9, 0.2, MLN_INTERVAL_LOG, 2).upper, 1);
    ck_assert(isnan(mln_interval_of(0, 0, MLN_INTERVAL_LOG, 2).lower));
    ck_assert(isnan(mln_interval_of(1, 0, MLN_INTERVAL_LOG_LOG, 2).upper));
    ck_assert(isnan(mln_interval_of(NAN, 0.1, MLN_INTERVAL_PLAIN, 2).upper));
    ck_assert(isnan(mln_interval_of(0.5, NAN, MLN_INTERVAL_PLAIN, 2).lower));
    ck_assert_double_eq_tol(mln_interval_z(0.95), 1.959963984540054, 1e-15);
    ck_assert(isnan(mln_interval_z(0)) && isnan(mln_interval_z(1)) && isnan(mln_interval_z(NAN)));
}
END_TEST

START_TEST(distributions) {
    ck_assert_double_eq(mln_normal_quantile(0.5), 0);
    ck_assert(isinf(mln_normal_quantile(1)) && mln_normal_quantile(0) < 0);
    ck_assert(isnan(mln_normal_quantile(1.5)) && isnan(mln_normal_quantile(NAN)));
    for (double p = 0.001; p < 1; p += 0.001) { /* erfc is the inverse */
        ck_assert_double_eq_tol(0.5 * erfc(-mln_normal_quantile(p) / sqrt(2)), p, 1e-15);
    }
    ck_assert_double_eq_tol(mln_chi2_tail(2, 2), exp(-1), 1e-16);
    ck_assert_double_eq(mln_chi2_tail(0, 5), 1);
    ck_assert_double_eq(mln_chi2_tail(-1, 5), 1);
    ck_assert(isnan(mln_chi2_tail(NAN, 1)) && isnan(mln_chi2_tail(1, 0)));
}
END_TEST

MLN_TEST_MAIN("curves_compared", logrank_by_hand, logrank_with_late_entries_by_hand,
              gray_score_by_hand, names_of_groups_and_strata_do_not_matter, level_under_equality,
              nothing_to_compare, intervals_by_hand, distributions)
