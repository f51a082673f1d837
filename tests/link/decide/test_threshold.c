#include "link/decide/threshold.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "link/decide/term.h"
#include "run.h"

static void must(enum mln_status status, const struct mln_err *err) {
    ck_assert_msg(status == MLN_OK, "%s", err->msg);
}

static double weight_of(double p) {
    return log2(p / (1 - p));
}

/* ── by hand ── */

/* 4 ± 2: as many as a Poisson count of 4. */
static const struct mln_unmade four = {4, 2}, no_more = {0, 0};

/* 10 pairs at .9, 10 at .5 (in two entries), 100 at .1; 4 matches that no rule makes.
 * At .5: kept 20, true 9 + 5 = 14, lost 10 + 4. precision .7, recall 14/28 = .5, F1 28/48.
 * Variances: kept 10 × .09 + 10 × .25 = 3.4; below 100 × .09 = 9, with the unmade 13. */
START_TEST(quality_by_hand) {
    const double weight[] = {weight_of(.1), 0, weight_of(.9), 0};
    static const uint64_t count[] = {100, 4, 10, 6};
    struct mln_scores scores;
    struct mln_err err;
    must(mln_scores_init(weight, count, 4, &scores, &err), &err);
    ck_assert_uint_eq(scores.n, 3);
    const struct mln_quality q = mln_quality_at(&scores, 0, &four, 2);
    ck_assert_double_eq_tol(q.kept, 20, 1e-12);
    ck_assert_double_eq_tol(q.true_kept, 14, 1e-12);
    ck_assert_double_eq_tol(q.false_kept, 6, 1e-12);
    ck_assert_double_eq_tol(q.lost_below, 10, 1e-12);
    ck_assert_double_eq_tol(q.precision.value, .7, 1e-12);
    ck_assert_double_eq_tol(q.precision.high - .7, 2 * sqrt(3.4) / 20, 1e-12);
    ck_assert_double_eq_tol(q.recall.value, .5, 1e-12);
    ck_assert_double_eq_tol(.5 - q.recall.low, 2 * 14 * sqrt(3.4 + 13) / (28 * 28), 1e-12);
    ck_assert_double_eq_tol(q.f1.value, 28.0 / 48, 1e-12);
    ck_assert_double_eq_tol(q.f1.value - q.f1.low,
                            2 * 2 * sqrt(34 * 34 * 3.4 + 14 * 14 * 13) / (48 * 48), 1e-12);
    ck_assert_double_eq_tol(q.fdr, .3, 1e-12);
    ck_assert_double_eq_tol(q.fnr, .5, 1e-12);
    /* F1: at .9 18/(10 + 28), at .5 28/48, at .1 48/148: the second. FDR ≤ .3: .5 too; ≤ .05: none.
     */
    ck_assert_double_eq(mln_threshold_choose(&scores, MLN_THRESHOLD_F1, 0, 4), 0);
    ck_assert_double_eq(mln_threshold_choose(&scores, MLN_THRESHOLD_FDR, .3 + 1e-12, 4), 0);
    ck_assert(isinf(mln_threshold_choose(&scores, MLN_THRESHOLD_FDR, .05, 4)));
    ck_assert_double_eq_tol(mln_threshold_choose(&scores, MLN_THRESHOLD_FIXED, .9, 4),
                            weight_of(.9), 1e-12);
    const struct mln_quality none = mln_quality_at(&scores, INFINITY, &four, 2);
    ck_assert(isnan(none.precision.value));
    ck_assert_double_eq(none.recall.value, 0);
    mln_scores_release(&scores);
}
END_TEST

/* Matches at 20 and 30, others at -9: 0 keeps the two as 20 does. All above 0: halfway. All below:
 * the weight itself. */
START_TEST(thresholds_are_no_more_severe_than_they_must_be) {
    static const double gap[] = {30, 20, -9}, above[] = {30, 20, 2}, low[] = {-1, -9, -20};
    static const uint64_t count[] = {10, 10, 100};
    struct mln_scores scores;
    struct mln_err err;
    must(mln_scores_init(gap, count, 3, &scores, &err), &err);
    ck_assert_double_eq(mln_threshold_choose(&scores, MLN_THRESHOLD_F1, 0, 0), 0);
    ck_assert_double_eq(mln_threshold_choose(&scores, MLN_THRESHOLD_FDR, .01, 0), 0);
    mln_scores_release(&scores);
    must(mln_scores_init(above, count, 3, &scores, &err), &err);
    ck_assert_double_eq(mln_threshold_choose(&scores, MLN_THRESHOLD_FDR, .01, 0), 11);
    mln_scores_release(&scores);
    must(mln_scores_init(low, count, 3, &scores, &err), &err);
    ck_assert_double_eq(mln_threshold_choose(&scores, MLN_THRESHOLD_F1, 0, 0), -1);
    mln_scores_release(&scores);
}
END_TEST

START_TEST(scores_at_the_ends) {
    struct mln_scores scores;
    struct mln_err err;
    static const double ends[] = {INFINITY, -INFINITY, INFINITY};
    must(mln_scores_init(ends, NULL, 3, &scores, &err), &err);
    const struct mln_quality q = mln_quality_at(&scores, 0, &no_more, 1.96);
    ck_assert_double_eq(q.true_kept, 2);
    ck_assert_double_eq(q.recall.value, 1);
    mln_scores_release(&scores);
    static const double bad[] = {NAN};
    ck_assert_int_eq(mln_scores_init(bad, NULL, 1, &scores, &err), MLN_BAD_INPUT);
    must(mln_scores_init(NULL, NULL, 0, &scores, &err), &err);
    ck_assert(isinf(mln_threshold_choose(&scores, MLN_THRESHOLD_F1, 0, 0)));
    ck_assert(isnan(mln_quality_at(&scores, 0, &no_more, 1).recall.value));
    mln_scores_release(&scores);
}
END_TEST

/* Pairs drawn with the probabilities their weights say: the truth lies inside 99.9 % intervals, and
 * the chosen threshold is near the best one. */
START_TEST(estimates_hold_when_probabilities_are_true) {
    enum { N = 20000 };
    static double weight[N];
    static bool match[N];
    struct mln_rng rng;
    mln_rng_init(&rng, 91, 1, 0);
    double matches = 0;
    for (size_t i = 0; i < N; i++) {
        weight[i] = 4 * mln_rng_normal(&rng) - 2;
        match[i] = mln_rng_unit(&rng) < 1 / (1 + exp2(-weight[i]));
        matches += match[i];
    }
    struct mln_scores scores;
    struct mln_err err;
    must(mln_scores_init(weight, NULL, N, &scores, &err), &err);
    const double chosen = mln_threshold_choose(&scores, MLN_THRESHOLD_F1, 0, 0);
    double best = 0, at_chosen = 0;
    for (double t = -6; t < 6; t += .25) {
        double kept = 0, true_kept = 0, kept_c = 0, true_c = 0;
        for (size_t i = 0; i < N; i++) {
            kept += weight[i] >= t;
            true_kept += weight[i] >= t && match[i];
            kept_c += weight[i] >= chosen;
            true_c += weight[i] >= chosen && match[i];
        }
        const struct mln_quality q = mln_quality_at(&scores, t, &no_more, 3.3);
        ck_assert(q.precision.low <= true_kept / kept && true_kept / kept <= q.precision.high);
        ck_assert(q.recall.low <= true_kept / matches && true_kept / matches <= q.recall.high);
        best = fmax(best, 2 * true_kept / (kept + matches));
        at_chosen = 2 * true_c / (kept_c + matches);
    }
    ck_assert_double_gt(at_chosen, best - .003);
    mln_scores_release(&scores);
}
END_TEST

/* ── what no rule makes ── */

/* Found 90 of a coverage of .9: 10 more, give or take 20. Of 1,000 random pairs of 10,000, 25 are
 * matches: 250 in all, hence 160 more, ±√25 × 10 = 50. Together (10/400 + 160/2500)/(1/400 +
 * 1/2500) = .089/.0029 = 30.7, sd 1/√.0029. */
START_TEST(unmade_matches_from_two_readings) {
    struct mln_unmade u = mln_unmade_matches(90, .9, 0, 0, 1e4);
    ck_assert_double_eq_tol(u.matches, 10, 1e-12);
    ck_assert_double_eq_tol(u.sd, 20, 1e-12);
    u = mln_unmade_matches(90, 0, 25, 1000, 1e4);
    ck_assert_double_eq_tol(u.matches, 160, 1e-12);
    ck_assert_double_eq_tol(u.sd, 50, 1e-12);
    u = mln_unmade_matches(90, .9, 25, 1000, 1e4);
    ck_assert_double_eq_tol(u.matches, .089 / .0029, 1e-9);
    ck_assert_double_eq_tol(u.sd, 1 / sqrt(.0029), 1e-9);
    u = mln_unmade_matches(90, 1, 0, 0, 1e4); /* all reached: 0, give or take 1 */
    ck_assert(u.matches == 0 && u.sd == 1);
    u = mln_unmade_matches(300, 0, 25, 1000, 1e4); /* more found than there should be */
    ck_assert_double_eq(u.matches, 0);
    ck_assert(isnan(mln_unmade_matches(90, 0, 0, 0, 1e4).matches));
}
END_TEST

/* ── coverage ── */

enum { NOT = MLN_RULE_ASKS_NOT };

/* Rules {0}, {1,2}: 1 - (1 - .8)(1 - .5 × .4) = .84. A third rule takes comparison 1 down to its
 * second level, where .7 are, and nothing else: it reaches what rule {1,2} does and more, 1 - (1 -
 * .8)(1 - .7). */
START_TEST(coverage_by_hand) {
    static const double reach[] = {.8, .8, .5, .7, .4, .4};
    static const uint8_t asked_to[] = {0, NOT, NOT, NOT, 0, 0, NOT, 1, NOT};
    ck_assert_double_eq_tol(mln_rule_coverage(reach, 2, 3, asked_to, 2), .84, 1e-15);
    ck_assert_double_eq(mln_rule_coverage(reach, 2, 3, asked_to, 0), 0);
    ck_assert_double_eq_tol(mln_rule_coverage(reach, 2, 3, asked_to, 3), 1 - .2 * .3, 1e-15);
    static const uint8_t all[] = {0, NOT, NOT, NOT, NOT, NOT};
    ck_assert_double_eq(mln_rule_coverage(reach, 2, 3, all, 2), 1);
}
END_TEST

/* Oracle: sum over all combinations of levels: 3 of each of 6 comparisons, and missing. */
START_TEST(coverage_by_enumeration) {
    enum { C = 6, L = 3, WAYS = 4096 };
    struct mln_rng rng;
    mln_rng_init(&rng, 92, 1, 0);
    for (int round = 0; round < 100; round++) {
        double reach[C * L];
        uint8_t asked_to[6 * C];
        const size_t n_rules = mln_rng_below(&rng, 7);
        for (size_t k = 0; k < C * L; k++) {
            const double before = k % L == 0 ? 0 : reach[k - 1];
            reach[k] = before + (1 - before) * mln_rng_unit(&rng);
        }
        memset(asked_to, NOT, sizeof asked_to);
        for (size_t r = 0; r < n_rules; r++) {
            asked_to[r * C + mln_rng_below(&rng, C)] = (uint8_t)mln_rng_below(&rng, L);
            asked_to[r * C + mln_rng_below(&rng, C)] = (uint8_t)mln_rng_below(&rng, L);
        }
        double want = 0;
        for (uint32_t way = 0; way < WAYS; way++) { /* 2 bits a comparison: its level, 3: missing */
            double p = 1;
            bool some = false;
            for (size_t c = 0; c < C; c++) {
                const uint32_t l = way >> 2 * c & 3U;
                p *= (l == 3 ? 1 : reach[c * L + l]) - (l == 0 ? 0 : reach[c * L + l - 1]);
            }
            for (size_t r = 0; r < n_rules; r++) {
                bool holds = true;
                for (size_t c = 0; c < C; c++) {
                    holds = holds && (asked_to[r * C + c] == NOT ||
                                      (way >> 2 * c & 3U) <= asked_to[r * C + c]);
                }
                some = some || holds;
            }
            want += some ? p : 0;
        }
        ck_assert_double_eq_tol(mln_rule_coverage(reach, L, C, asked_to, n_rules), want, 1e-12);
    }
}
END_TEST

/* ── sample ── */

START_TEST(sample_is_stratified_and_does_not_depend_on_order) {
    enum { N = 5000, DRAW = 200, STRATA = 10 };
    static double weight[N];
    static uint64_t key[N];
    struct mln_rng rng;
    mln_rng_init(&rng, 93, 1, 0);
    for (size_t i = 0; i < N; i++) {
        weight[i] = 30 * mln_rng_unit(&rng) - 15;
        key[i] = (uint64_t)i << 32 | 7;
    }
    const struct mln_sample_options o = {DRAW, STRATA, -10, 10, 5};
    struct mln_sampled out[DRAW], again[DRAW];
    size_t n = 0, n_again = 0;
    struct mln_err err;
    must(mln_clerical_sample(weight, key, N, &o, out, &n, &err), &err);
    ck_assert_uint_eq(n, DRAW);
    double represented = 0, inside = 0;
    size_t of[STRATA] = {0};
    for (size_t i = 0; i < n; i++) {
        const double w = weight[out[i].pair];
        ck_assert(w >= -10 + 2 * (double)out[i].stratum && w <= -8 + 2 * (double)out[i].stratum);
        represented += out[i].represents;
        of[out[i].stratum]++;
    }
    for (size_t i = 0; i < N; i++) {
        inside += weight[i] >= -10 && weight[i] <= 10;
    }
    ck_assert_double_eq_tol(represented, inside, 1e-6);
    ck_assert_uint_ge(of[0], 2);
    ck_assert_uint_gt(of[5], of[0]);
    static double turned_weight[N];
    static uint64_t turned_key[N];
    for (size_t i = 0; i < N; i++) {
        turned_weight[i] = weight[N - 1 - i];
        turned_key[i] = key[N - 1 - i];
    }
    must(mln_clerical_sample(turned_weight, turned_key, N, &o, again, &n_again, &err), &err);
    ck_assert_uint_eq(n_again, n);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_eq(turned_key[again[i].pair], key[out[i].pair]);
    }
}
END_TEST

/* More asked than there is: every pair inside, once. */
START_TEST(a_small_set_is_drawn_whole) {
    static const double weight[] = {0, 1, 50, -3};
    static const uint64_t key[] = {1, 2, 3, 4};
    const struct mln_sample_options o = {10, 3, -5, 5, 1};
    struct mln_sampled out[10];
    size_t n;
    struct mln_err err;
    must(mln_clerical_sample(weight, key, 4, &o, out, &n, &err), &err);
    ck_assert_uint_eq(n, 3);
    bool seen[4] = {false};
    for (size_t i = 0; i < n; i++) {
        ck_assert(!seen[out[i].pair] && out[i].pair != 2);
        seen[out[i].pair] = true;
        ck_assert_double_eq(out[i].represents, 1);
    }
    const struct mln_sample_options bad = {10, 0, -5, 5, 1};
    ck_assert_int_eq(mln_clerical_sample(weight, key, 4, &bad, out, &n, &err), MLN_BAD_INPUT);
}
END_TEST

/* ── term frequencies ── */

/* 4 values: 60, 30, 9, 1 of 100. u = .01: the commonest loses log2(60), the rarest nothing. */
START_TEST(term_adjustments_by_hand) {
    static const uint64_t count[] = {60, 30, 9, 1, 0};
    struct mln_term_options o = {.01, 1, 0};
    double a[5];
    mln_term_adjustments(count, 5, &o, a);
    ck_assert_double_eq_tol(a[0], -log2(60), 1e-12);
    ck_assert_double_eq_tol(a[3], 0, 1e-12);
    ck_assert_double_eq(a[4], 0);
    ck_assert_double_eq(mln_term_pair(a, 2, 0), a[0]);
    o = (struct mln_term_options){.01, .5, .05};
    mln_term_adjustments(count, 5, &o, a);
    ck_assert_double_eq_tol(a[1], .5 * -log2(30), 1e-12);
    ck_assert_double_eq_tol(a[3], .5 * -log2(5), 1e-12);
}
END_TEST

MLN_TEST_MAIN("threshold", quality_by_hand, thresholds_are_no_more_severe_than_they_must_be,
              scores_at_the_ends, estimates_hold_when_probabilities_are_true,
              unmade_matches_from_two_readings, coverage_by_hand, coverage_by_enumeration,
              sample_is_stratified_and_does_not_depend_on_order, a_small_set_is_drawn_whole,
              term_adjustments_by_hand)
