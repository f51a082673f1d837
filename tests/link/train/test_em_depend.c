/* Two-way terms: found where they are, left out where they are not, probabilities that sum to 1. */
#include <math.h>
#include <string.h>

#include "pairs.h"
#include "run.h"

enum { C = 5, N = 60000, K = MLN_LEVELS_MAX, LEVELS = 2 };

static const struct truth five = {
    .n_comparisons = C,
    .n_levels = {LEVELS, LEVELS, LEVELS, LEVELS, LEVELS},
    .m = {[0] = .8, .2, [K] = .8, .2, [2 * K] = .85, .15, [3 * K] = .9, .1, [4 * K] = .9, .1},
    .u = {[0] = .05, .95, [K] = .05, .95, [2 * K] = .1, .9, [3 * K] = .1, .9, [4 * K] = .1, .9},
};

static uint8_t levels[N * C];
static uint64_t count[N];

/* A share of pairs have at comparison 1 what they have at comparison 0: margins stay. */
static struct mln_em_session draw_into(uint64_t seed, double lambda, double share, uint8_t *to,
                                       uint64_t *ones) {
    struct mln_rng rng;
    mln_rng_init(&rng, seed, 1, 0);
    const struct mln_em_session s = draw_pairs(&five, &rng, N, lambda, to, ones);
    for (size_t i = 0; i < N; i++) {
        if (mln_rng_unit(&rng) < share) {
            to[i * C + 1] = to[i * C];
        }
    }
    return s;
}

static struct mln_em_session draw_tied(uint64_t seed, double share) {
    return draw_into(seed, .2, share, levels, count);
}

/* Random pairs: no match among them. They hold u, so that a strong tie cannot pass for a class. */
static struct mln_em_session draw_random(uint64_t seed, double share) {
    static uint8_t random_levels[N * C];
    static uint64_t random_count[N];
    return draw_into(seed, 0, share, random_levels, random_count);
}

static struct mln_em_result fit(const struct mln_em_session *s, const struct mln_em_session *random,
                                bool dependence) {
    struct mln_training training = usual_training();
    training.dependence = dependence;
    const struct mln_em_options options = {.n_levels = five.n_levels,
                                           .n_comparisons = C,
                                           .sessions = s,
                                           .n_sessions = 1,
                                           .random = random,
                                           .n_pairs_all = N,
                                           .training = &training};
    struct mln_em_result result;
    struct mln_err err;
    ck_assert_msg(mln_em_fit(&options, &result, &err) == MLN_OK, "%s", err.msg);
    return result;
}

/* Half of all pairs, matches or not, agree on 1 as they do on 0. Among matches P(both agree) is
 * then .5 × .8 + .5 × .64 = .72, among others .5 × .05 + .5 × .0025 = .02625, and the term of the
 * two agreements is log2(.72/.64) - log2(.02625/.0025) = .170 - 3.392: agreeing twice is worth 3.2
 * bits less. */
START_TEST(a_tie_is_found_and_measured) {
    const struct mln_em_session s = draw_tied(51, .5);
    const struct mln_em_result with = fit(&s, NULL, true);
    ck_assert_uint_eq(with.n_interactions, 1);
    ck_assert_uint_eq(with.interactions[0].a, 0);
    ck_assert_uint_eq(with.interactions[0].b, 1);
    ck_assert_double_eq_tol(with.interactions[0].weight_log2[0][0], .170 - 3.392, .25);
    ck_assert_double_eq_tol(with.lambda, .2, .008);
    for (size_t c = 0; c < C; c++) {
        ck_assert_double_eq_tol(with.m[c * K], five.m[c * K], .02);
        ck_assert_double_eq_tol(with.u[c * K], five.u[c * K], .01);
    }
    const uint8_t agree[] = {0, 0, 1, 1, 1}, alone[] = {0, MLN_LEVEL_MISSING, 1, 1, 1};
    double sum = 0;
    for (size_t c = 0; c < C; c++) {
        const size_t k = c * K + agree[c];
        sum += log2(with.m[k] / with.u[k]);
    }
    ck_assert_double_eq_tol(mln_em_weight(&with, agree, C, false),
                            sum + with.interactions[0].weight_log2[0][0], 1e-9);
    ck_assert_double_eq_tol(mln_em_weight(&with, alone, C, false),
                            sum - log2(with.m[K] / with.u[K]), 1e-9);
}
END_TEST

START_TEST(independent_comparisons_get_no_term) {
    const struct mln_em_session s = draw_tied(52, 0);
    const struct mln_em_result with = fit(&s, NULL, true);
    const struct mln_em_result without = fit(&s, NULL, false);
    ck_assert_uint_eq(with.n_interactions, 0);
    ck_assert_mem_eq(&with, &without, sizeof with);
}
END_TEST

/* The posterior mean of matches is λ n, and weights are those of two distributions: Σ_γ P(γ |
 * other) = Σ_γ P(γ | match) 2^-w(γ) = 1. Only matches are tied here (others' draws are put back),
 * so that P(γ | other) is the product of u: Σ Π u 2^w = 1. */
START_TEST(probabilities_sum_to_one) {
    struct mln_rng rng;
    mln_rng_init(&rng, 53, 1, 0);
    struct truth matches = five;
    memcpy(matches.u, matches.m, sizeof matches.u);
    const struct mln_em_session s = draw_pairs(&five, &rng, N, 0, levels, count);
    static uint8_t tied[N / 5 * C];
    static uint64_t ones[N / 5];
    (void)draw_pairs(&matches, &rng, N / 5, 1, tied, ones);
    for (size_t i = 0; i < N / 5; i++) {
        if (mln_rng_unit(&rng) < .8) {
            tied[i * C + 1] = tied[i * C];
        }
        memcpy(levels + i * C, tied + i * C, C);
    }
    const struct mln_em_session random = draw_random(55, 0);
    const struct mln_em_result r = fit(&s, &random, true);
    ck_assert_uint_eq(r.n_interactions, 1);
    double all = 0;
    double without_third = 0;
    for (unsigned pattern = 0; pattern < 1U << C; pattern++) {
        uint8_t g[C];
        double u = 1;
        for (size_t c = 0; c < C; c++) {
            g[c] = (uint8_t)(pattern >> c & 1U);
            u *= r.u[c * K + g[c]];
        }
        all += u * exp2(mln_em_weight(&r, g, C, false));
        if (g[2] == 0) {
            u /= r.u[2 * K];
            g[2] = MLN_LEVEL_MISSING;
            without_third += u * exp2(mln_em_weight(&r, g, C, false));
        }
    }
    ck_assert_double_eq_tol(all, 1, 1e-6);
    ck_assert_double_eq_tol(without_third, 1, 1e-6);
}
END_TEST

/* Nine pairs in ten agree on 1 as on 0. Agreeing on these two only: among matches .9 × .8 + .1 ×
 * .64 = .784 times .15 × .1 × .1, among others .9 × .05 + .1 × .0025 = .04525 times .9 × .9 × .9;
 * odds .25 × .784 × .0015/(.04525 × .729) = .00891. Without terms it would be (.8/.05)² in place
 * of 17.3: odds .13, a probability of .116. */
START_TEST(terms_mend_probabilities) {
    const struct mln_em_session s = draw_tied(54, .9);
    const uint8_t two[] = {0, 0, 1, 1, 1};
    const struct mln_em_session random = draw_random(56, .9);
    struct mln_em_result with = fit(&s, &random, true);
    struct mln_em_result without = fit(&s, &random, false);
    with.lambda = with.session_lambda[0];
    without.lambda = without.session_lambda[0];
    const double p = mln_em_probability(mln_em_weight(&with, two, C, true));
    ck_assert_double_eq_tol(p, .00884, .004);
    ck_assert_double_gt(mln_em_probability(mln_em_weight(&without, two, C, true)), .03);
}
END_TEST

MLN_TEST_MAIN("em_depend", a_tie_is_found_and_measured, independent_comparisons_get_no_term,
              probabilities_sum_to_one, terms_mend_probabilities)
