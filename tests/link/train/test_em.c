#include "link/train/em.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pairs.h"
#include "run.h"

enum { K = MLN_LEVELS_MAX };

static const struct truth four = {
    .n_comparisons = 4,
    .n_levels = {3, 2, 3, 2},
    .m = {[0] = .85, .10, .05, [K] = .9, .1, [2 * K] = .7, .2, .1, [3 * K] = .95, .05},
    .u = {[0] = .01, .04, .95, [K] = .1, .9, [2 * K] = .05, .15, .8, [3 * K] = .5, .5},
    .missing = .05,
};

static void check_near(const struct truth *t, const double *got, const double *want,
                       double within) {
    for (size_t c = 0; c < t->n_comparisons; c++) {
        double sum = 0;
        for (size_t l = 0; l < t->n_levels[c]; l++) {
            ck_assert_double_eq_tol(got[c * K + l], want[c * K + l], within);
            sum += got[c * K + l];
        }
        ck_assert_double_eq_tol(sum, 1, 1e-12);
    }
}

static void must(enum mln_status status, const struct mln_err *err) {
    ck_assert_msg(status == MLN_OK, "%s", err->msg);
}

/* ── by hand ── */

/* Two comparisons of two levels, everything fixed but λ, one session of 4 patterns. With m = .9, u
 * = .1 at both, a pair that agrees twice has m = .81, u = .01; once .09, .09; never .01, .81.
 * Counts 30, 10, 10, 50: the score equation Σ n (m - u)/(λm + (1-λ)u) = 0 has only the first and
 * last terms: 30 × .80/(.01 + .80λ) = 50 × .80/(.81 - .80λ)  →  30 (.81 - .80λ) = 50 (.01 + .80λ)
 * →  24.3 - .5 = 64λ  →  λ = 23.8/64 = .371875. */
START_TEST(lambda_alone_by_hand) {
    static const uint8_t levels[] = {0, 0, 0, 1, 1, 0, 1, 1};
    static const uint64_t count[] = {30, 10, 10, 50};
    static const uint8_t n_levels[] = {2, 2};
    double m[2 * K], u[2 * K];
    m[0] = m[K] = u[1] = u[K + 1] = .9;
    m[1] = m[K + 1] = u[0] = u[K] = .1;
    const struct mln_em_session session = {.levels = levels, .count = count, .n_patterns = 4};
    const struct mln_training training = usual_training();
    const struct mln_em_options options = {.n_levels = n_levels,
                                           .n_comparisons = 2,
                                           .sessions = &session,
                                           .n_sessions = 1,
                                           .n_pairs_all = 100,
                                           .training = &training,
                                           .m_fixed = m,
                                           .u_fixed = u};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&options, &fit, &err), &err);
    ck_assert_double_eq_tol(fit.session_lambda[0], 23.8 / 64, 1e-8);
    ck_assert_double_eq_tol(fit.lambda, 23.8 / 64, 1e-8);
    ck_assert_double_eq_tol(fit.m[0], .9, 1e-15);
    ck_assert_double_eq_tol(fit.u[K + 1], .9, 1e-15);
    const double p2 = .81 * fit.lambda + .01 * (1 - fit.lambda);
    const double p0 = .01 * fit.lambda + .81 * (1 - fit.lambda);
    ck_assert_double_eq_tol(fit.log_likelihood, 30 * log(p2) + 20 * log(.09) + 50 * log(p0), 1e-9);
    /* log2(.9/.1) twice, and the prior */
    const uint8_t both[] = {0, 0}, one[] = {0, MLN_LEVEL_MISSING};
    ck_assert_double_eq_tol(mln_em_weight(&fit, both, 2, false), 2 * log2(9), 1e-12);
    ck_assert_double_eq_tol(mln_em_weight(&fit, one, 2, true),
                            log2(9) + log2(fit.lambda / (1 - fit.lambda)), 1e-12);
}
END_TEST

/* u from 1,000 random pairs: 1 at the first level of comparison 1, 999 at the second; the pair that
 * agrees there also agrees on the other fields, and is a match for sure: it must not count. */
START_TEST(matches_among_random_pairs_do_not_count_in_u) {
    static const uint8_t random_levels[] = {0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1};
    static const uint64_t random_count[] = {1, 99, 150, 750};
    static const uint8_t levels[] = {0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1};
    static const uint64_t count[] = {800, 50, 50, 100, 9000};
    static const uint8_t n_levels[] = {2, 2, 2};
    const struct mln_em_session session = {.levels = levels, .count = count, .n_patterns = 5};
    const struct mln_em_session random = {
        .levels = random_levels, .count = random_count, .n_patterns = 4};
    struct mln_training training = usual_training();
    training.prior_weight = 0;
    training.lambda = .01;
    const struct mln_em_options options = {.n_levels = n_levels,
                                           .n_comparisons = 3,
                                           .sessions = &session,
                                           .n_sessions = 1,
                                           .random = &random,
                                           .n_pairs_all = 1e5,
                                           .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&options, &fit, &err), &err);
    /* not 1/1000 but the floor of half a pair, among 999 */
    ck_assert_double_eq_tol(fit.u[0], .5 / 999.5, 2e-5);
    ck_assert_double_eq_tol(fit.u[K], 99.0 / 999, 1e-4);
    ck_assert_double_eq_tol(fit.u[2 * K], 150.0 / 999, 1e-4);
    ck_assert_double_eq(fit.lambda, .01);
}
END_TEST

START_TEST(labels_by_hand) {
    static const uint8_t levels[] = {0, 0, 0, 1, 1, MLN_LEVEL_MISSING};
    static const uint64_t matches[] = {6, 2, 1}, others[] = {1, 3, 4};
    static const uint8_t n_levels[] = {2, 2};
    const struct mln_em_session sessions[] = {{.levels = levels, .count = matches, .n_patterns = 3},
                                              {.levels = levels, .count = others, .n_patterns = 3}};
    const struct mln_training training = usual_training();
    const struct mln_em_options options = {.n_levels = n_levels,
                                           .n_comparisons = 2,
                                           .sessions = sessions,
                                           .n_sessions = 2,
                                           .n_pairs_all = 900,
                                           .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_from_labels(&options, &fit, &err), &err);
    ck_assert_double_eq_tol(fit.m[0], 8.5 / 10, 1e-12); /* 8 of 9 and half a pseudo-pair of 1 */
    ck_assert_double_eq_tol(fit.m[K], 6.5 / 9, 1e-12);  /* the missing one does not count */
    ck_assert_double_eq_tol(fit.u[0], 4.5 / 9, 1e-12);
    ck_assert_double_eq_tol(fit.u[K], 1.5 / 5, 1e-12);
    ck_assert_double_eq_tol(fit.lambda, 9.0 / 900, 1e-15); /* matches per pair of records */
}
END_TEST

/* ── simulation ── */

enum { N = 200000 };
static uint8_t drawn_levels[3][N * 4];
static uint64_t drawn_count[3][N];

/* With 200,000 pairs and λ = .1 the standard error of an m is near sqrt(.25/20000) = .0035 were
 * the class known; .02 is five of them. */
START_TEST(m_u_lambda_come_back_u_trained) {
    struct mln_rng rng;
    mln_rng_init(&rng, 42, 1, 0);
    const struct mln_em_session s = draw_pairs(&four, &rng, N, .1, drawn_levels[0], drawn_count[0]);
    const struct mln_training training = usual_training();
    const struct mln_em_options options = {.n_levels = four.n_levels,
                                           .n_comparisons = 4,
                                           .sessions = &s,
                                           .n_sessions = 1,
                                           .n_pairs_all = N,
                                           .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&options, &fit, &err), &err);
    check_near(&four, fit.m, four.m, .02);
    check_near(&four, fit.u, four.u, .005);
    ck_assert_double_eq_tol(fit.lambda, .1, .004);
    ck_assert_uint_eq(fit.alarms, 0);
}
END_TEST

/* Two rules: rule 1 keeps pairs equal on comparison 1, rule 2 those equal on comparison 2. A share
 * .85 × .95 of matches satisfies rule 1, .9 × .95 rule 2 (present: on both records counts once
 * here). Sessions hold what Bayes says: at λ = .01, λ_1 = .01 × .85/(.01 × .85 + .99 × .01). */
static void check_two_rules(size_t n_random, double lambda_of_random, double within) {
    struct mln_rng rng;
    mln_rng_init(&rng, 43, 1, 0);
    const double all = 1e9;
    const double lambda = .01;
    const double in1 = all * .95 * (lambda * .85 + (1 - lambda) * .01);
    const double in2 = all * .95 * (lambda * .9 + (1 - lambda) * .1);
    const double lambda1 = lambda * .85 / (lambda * .85 + (1 - lambda) * .01);
    const double lambda2 = lambda * .9 / (lambda * .9 + (1 - lambda) * .1);
    struct mln_em_session s[3];
    s[0] = draw_pairs(&four, &rng, N, lambda1, drawn_levels[0], drawn_count[0]);
    s[1] = draw_pairs(&four, &rng, N, lambda2, drawn_levels[1], drawn_count[1]);
    s[2] = draw_pairs(&four, &rng, n_random, lambda_of_random, drawn_levels[2], drawn_count[2]);
    static const bool out1[] = {true, false, false, false}, out2[] = {false, true, false, false};
    s[0].left_out = out1;
    s[1].left_out = out2;
    for (size_t i = 0; i < N; i++) { /* each drawn pair stands for many */
        drawn_count[0][i] = (uint64_t)llround(in1 / N);
        drawn_count[1][i] = (uint64_t)llround(in2 / N);
    }
    struct mln_training training = usual_training();
    training.u = MLN_U_RANDOM;
    const struct mln_em_options options = {.n_levels = four.n_levels,
                                           .n_comparisons = 4,
                                           .sessions = s,
                                           .n_sessions = 2,
                                           .random = &s[2],
                                           .n_pairs_all = all,
                                           .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&options, &fit, &err), &err);
    check_near(&four, fit.m, four.m, .03);
    check_near(&four, fit.u, four.u, within);
    ck_assert_double_eq_tol(fit.session_lambda[0], lambda1, .01);
    ck_assert_double_eq_tol(fit.session_lambda[1], lambda2, .004);
    ck_assert_double_eq_tol(fit.lambda, lambda, .0005);
    /* a match misses both rules with (1 - .95 × .85)(1 - .95 × .9) */
    ck_assert_double_eq_tol(fit.coverage, 1 - (1 - .95 * .85) * (1 - .95 * .9), .02);
}

START_TEST(lambda_from_random_pairs) {
    check_two_rules(N, .01, .005);
}
END_TEST

/* So few random pairs that they hold no match: the rules' matches and the shares of m tell. */
START_TEST(lambda_from_rules) {
    check_two_rules(3000, 0, .02);
}
END_TEST

/* Who has another's first name often has nearly his e-mail address: among pairs of rule 1 that do
 * not match, the second level of comparison 3 is met in half (.15 among all), and would pass for a
 * sign of a match. The rule's random pairs tell. With the u of all pairs m of comparison 2 would
 * come out at .19 instead of .9. 2,000 random pairs satisfy the rule: a standard error of .01 in
 * its u, where a match in twenty is looked for. */
START_TEST(others_of_a_rule_may_differ_from_others) {
    struct mln_rng rng;
    mln_rng_init(&rng, 44, 1, 0);
    struct truth tied = four;  /* others, where comparison 1 agrees */
    struct truth loose = four; /* others, where it does not */
    tied.missing = loose.missing = 0;
    memcpy(tied.u, (double[]){1, 0, 0}, 3 * sizeof(double));
    memcpy(tied.u + 2 * K, (double[]){.05, .5, .45}, 3 * sizeof(double));
    memcpy(loose.u, (double[]){0, .04 / .99, .95 / .99}, 3 * sizeof(double));
    const double all = 1e9;
    const double lambda1 = .05;
    struct mln_em_session s[3];
    s[0] = draw_pairs(&tied, &rng, N, lambda1, drawn_levels[0], drawn_count[0]);
    s[1] = draw_pairs(&loose, &rng, N / 2, .4, drawn_levels[1], drawn_count[1]);
    s[2] = draw_pairs(&loose, &rng, N / 100 * 99, 0, drawn_levels[2], drawn_count[2]);
    const struct mln_em_session few = draw_pairs(
        &tied, &rng, N / 100, 0, drawn_levels[2] + N / 100 * 99 * 4, drawn_count[2] + N / 100 * 99);
    s[2].n_patterns += few.n_patterns;
    static const bool out1[] = {true, false, false, false}, out2[] = {false, true, false, false};
    s[0].left_out = out1;
    s[1].left_out = out2;
    struct mln_training training = usual_training();
    training.u = MLN_U_RANDOM;
    training.lambda = 1e-4;
    const struct mln_em_options options = {.n_levels = four.n_levels,
                                           .n_comparisons = 4,
                                           .sessions = s,
                                           .n_sessions = 2,
                                           .random = &s[2],
                                           .n_pairs_all = all,
                                           .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&options, &fit, &err), &err);
    check_near(&four, fit.m, four.m, .05);
    ck_assert_double_eq_tol(fit.session_lambda[0], lambda1, .004);
}
END_TEST

/* ── oracle: plain EM on expanded pairs ── */

struct plain {
    double m[4][4], u[4][4], lambda;
};

/* One session, no prior, arithmetic as in the textbook: products of probabilities, pair by pair. */
static double plain_step(const struct mln_em_session *s, size_t n_comparisons, struct plain *p) {
    struct plain sums = {.lambda = 0};
    double total = 0;
    double log_likelihood = 0;
    for (size_t i = 0; i < s->n_patterns; i++) {
        for (uint64_t copy = 0; copy < s->count[i]; copy++) {
            double a = p->lambda;
            double b = 1 - p->lambda;
            for (size_t c = 0; c < n_comparisons; c++) {
                const uint8_t l = s->levels[i * n_comparisons + c];
                a *= l == MLN_LEVEL_MISSING ? 1 : p->m[c][l];
                b *= l == MLN_LEVEL_MISSING ? 1 : p->u[c][l];
            }
            const double w = a / (a + b);
            log_likelihood += log(a + b);
            sums.lambda += w;
            total += 1;
            for (size_t c = 0; c < n_comparisons; c++) {
                const uint8_t l = s->levels[i * n_comparisons + c];
                if (l != MLN_LEVEL_MISSING) {
                    sums.m[c][l] += w;
                    sums.u[c][l] += 1 - w;
                }
            }
        }
    }
    for (size_t c = 0; c < n_comparisons; c++) {
        double m = 0, u = 0;
        for (size_t l = 0; l < 4; l++) {
            m += sums.m[c][l];
            u += sums.u[c][l];
        }
        for (size_t l = 0; l < 4; l++) {
            p->m[c][l] = sums.m[c][l] / m;
            p->u[c][l] = sums.u[c][l] / u;
        }
    }
    p->lambda = sums.lambda / total;
    return log_likelihood;
}

START_TEST(plain_em_reaches_the_same_point) {
    struct mln_rng rng;
    mln_rng_init(&rng, 44, 1, 0);
    static uint8_t levels[3000 * 4];
    static uint64_t count[3000];
    const struct mln_em_session s = draw_pairs(&four, &rng, 3000, .3, levels, count);
    struct mln_training training = usual_training();
    training.prior_weight = 0;
    training.tolerance = 1e-12;
    const struct mln_em_options options = {.n_levels = four.n_levels,
                                           .n_comparisons = 4,
                                           .sessions = &s,
                                           .n_sessions = 1,
                                           .n_pairs_all = 3000,
                                           .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&options, &fit, &err), &err);
    struct plain p = {.lambda = .2};
    for (size_t c = 0; c < 4; c++) {
        for (size_t l = 0; l < four.n_levels[c]; l++) {
            p.m[c][l] = l == 0 ? .8 : .2 / (four.n_levels[c] - 1);
            p.u[c][l] = l == 0 ? .2 : .8 / (four.n_levels[c] - 1);
        }
    }
    double log_likelihood = 0;
    for (int i = 0; i < 4000; i++) {
        log_likelihood = plain_step(&s, 4, &p);
    }
    ck_assert_double_eq_tol(fit.log_likelihood, log_likelihood, 1e-7);
    ck_assert_double_eq_tol(fit.lambda, p.lambda, 1e-6);
    for (size_t c = 0; c < 4; c++) {
        for (size_t l = 0; l < four.n_levels[c]; l++) {
            ck_assert_double_eq_tol(fit.m[c * K + l], p.m[c][l], 1e-6);
            ck_assert_double_eq_tol(fit.u[c * K + l], p.u[c][l], 1e-6);
        }
    }
}
END_TEST

/* ── properties on random small tables ── */

enum { SMALL = 12 };
struct small_table {
    size_t n_comparisons, n_patterns;
    uint8_t n_levels[5];
    uint8_t levels[SMALL * 5];
    uint64_t count[SMALL];
};

static struct small_table small_table(uint64_t seed) {
    struct mln_rng rng;
    mln_rng_init(&rng, seed, 7, 0);
    struct small_table t = {.n_comparisons = 2 + mln_rng_below(&rng, 4),
                            .n_patterns = 1 + mln_rng_below(&rng, SMALL)};
    for (size_t c = 0; c < t.n_comparisons; c++) {
        t.n_levels[c] = (uint8_t)(2 + mln_rng_below(&rng, 3));
    }
    for (size_t i = 0; i < t.n_patterns; i++) {
        t.count[i] = mln_rng_below(&rng, 4) == 0 ? 0 : mln_rng_below(&rng, 1000);
        for (size_t c = 0; c < t.n_comparisons; c++) {
            t.levels[i * t.n_comparisons + c] = mln_rng_below(&rng, 6) == 0
                                                    ? MLN_LEVEL_MISSING
                                                    : (uint8_t)mln_rng_below(&rng, t.n_levels[c]);
        }
    }
    return t;
}

static enum mln_status fit_small(const struct small_table *t, struct mln_em_result *fit,
                                 struct mln_err *err) {
    const struct mln_em_session s = {
        .levels = t->levels, .count = t->count, .n_patterns = t->n_patterns};
    struct mln_training training = usual_training();
    training.max_iterations = 300;
    const struct mln_em_options options = {.n_levels = t->n_levels,
                                           .n_comparisons = t->n_comparisons,
                                           .sessions = &s,
                                           .n_sessions = 1,
                                           .n_pairs_all = 1e5,
                                           .training = &training};
    return mln_em_fit(&options, fit, err);
}

START_TEST(likelihood_never_falls_and_order_does_not_count) {
    size_t fitted = 0;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        struct small_table t = small_table(seed);
        struct mln_em_result fit, again;
        struct mln_err err;
        const enum mln_status status = fit_small(&t, &fit, &err);
        if (status != MLN_OK) {
            ck_assert_int_eq(status, MLN_BAD_INPUT);
            continue;
        }
        fitted++;
        ck_assert_msg((fit.alarms & MLN_EM_NOT_MONOTONE) == 0, "seed %llu",
                      (unsigned long long)seed);
        for (size_t c = 0; c < t.n_comparisons; c++) {
            for (size_t l = 0; l < t.n_levels[c]; l++) {
                ck_assert(fit.m[c * K + l] >= 0 && fit.m[c * K + l] <= 1);
                ck_assert(fit.u[c * K + l] >= 0 && fit.u[c * K + l] <= 1);
            }
        }
        struct small_table r = t; /* the patterns the other way round, the first one in two parts */
        for (size_t i = 0; i < t.n_patterns; i++) {
            r.count[i] = t.count[t.n_patterns - 1 - i];
            memcpy(r.levels + i * t.n_comparisons,
                   t.levels + (t.n_patterns - 1 - i) * t.n_comparisons, t.n_comparisons);
        }
        ck_assert_int_eq(fit_small(&r, &again, &err), MLN_OK);
        ck_assert_msg(memcmp(&fit, &again, sizeof fit) == 0, "seed %llu", (unsigned long long)seed);
    }
    ck_assert_uint_gt(fitted, 2000);
}
END_TEST

/* ── what cannot be trained ── */

static void check_refused(const struct mln_em_options *options, const char *why) {
    struct mln_em_result fit;
    struct mln_err err;
    ck_assert_int_eq(mln_em_fit(options, &fit, &err), MLN_BAD_INPUT);
    ck_assert_msg(strstr(err.msg, why) != NULL, "%s", err.msg);
}

START_TEST(degenerate_data_are_refused_with_the_reason) {
    enum { X = MLN_LEVEL_MISSING };
    static const uint8_t levels[] = {0, 0, 0, 1, 1, X, 1, 1};
    static const uint8_t third_missing[] = {0, 0, X, 0, 1, X, 1, 1, X};
    static const uint8_t n_levels[] = {2, 2, 2}, one_level[] = {2, 1};
    static const uint64_t none[] = {0, 0, 0, 0}, first[] = {5, 0, 0, 0}, some[] = {5, 2, 1, 9};
    const struct mln_str names[] = {MLN_STR_LIT("a"), MLN_STR_LIT("b"), MLN_STR_LIT("dob")};
    const struct mln_training training = usual_training();
    struct mln_em_session s = {.levels = levels, .count = none, .n_patterns = 4};
    struct mln_em_options o = {.n_levels = n_levels,
                               .n_comparisons = 2,
                               .sessions = &s,
                               .n_sessions = 1,
                               .n_pairs_all = 100,
                               .training = &training};
    check_refused(&o, "no pair");
    s.count = first;
    check_refused(&o, "same levels");
    s.levels = third_missing;
    s.count = some;
    s.n_patterns = 3;
    o.n_comparisons = 3;
    check_refused(&o, "comparison 3 is missing");
    o.names = names;
    check_refused(&o, "comparison 3 dob is missing");
    o.n_comparisons = 2;
    o.n_levels = one_level;
    check_refused(&o, "1 levels");
    o.n_levels = n_levels;
    o.n_pairs_all = 0;
    check_refused(&o, "pairs of records");
    o.n_pairs_all = 100;
    static const uint8_t out_of_range[] = {0, 0, 0, 7};
    s.levels = out_of_range;
    s.n_patterns = 2;
    check_refused(&o, "level 7");
    double fixed[2 * K];
    for (size_t i = 0; i < 2 * K; i++) {
        fixed[i] = .7;
    }
    s.levels = levels;
    o.m_fixed = fixed;
    check_refused(&o, "sum to 1.4");
    fixed[0] = 1.5;
    check_refused(&o, "not in 0..1");
}
END_TEST

/* Random pairs that agree as the rule's pairs do: nothing is a match. */
START_TEST(a_single_class_is_refused) {
    struct mln_rng rng;
    mln_rng_init(&rng, 45, 1, 0);
    struct truth t = four;
    memcpy(t.m, t.u, sizeof t.m);
    const struct mln_em_session s[] = {
        draw_pairs(&t, &rng, 20000, 0, drawn_levels[0], drawn_count[0]),
        draw_pairs(&t, &rng, 20000, 0, drawn_levels[1], drawn_count[1])};
    const struct mln_training training = usual_training();
    struct mln_em_options o = {.n_levels = t.n_levels,
                               .n_comparisons = 4,
                               .sessions = s,
                               .n_sessions = 1,
                               .n_pairs_all = 20000,
                               .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    const enum mln_status status = mln_em_fit(&o, &fit, &err);
    ck_assert(status == MLN_BAD_INPUT || (fit.alarms & MLN_EM_ONE_CLASS) != 0);
    o.n_sessions = 0;
    check_refused(&o, "no pair");
}
END_TEST

/* ── alarms ── */

START_TEST(alarms_name_their_comparisons) {
    struct mln_rng rng;
    mln_rng_init(&rng, 46, 1, 0);
    const struct truth household = {
        .n_comparisons = 4,
        .n_levels = {2, 2, 2, 2},
        .m = {[0] = .98, .02, [K] = .97, .03, [2 * K] = .2, .8, [3 * K] = .98, .02},
        .u = {[0] = .05, .95, [K] = .05, .95, [2 * K] = .1, .9, [3 * K] = .05, .95},
    };
    const struct mln_em_session s =
        draw_pairs(&household, &rng, N, .2, drawn_levels[0], drawn_count[0]);
    const struct mln_training training = usual_training();
    const struct mln_em_options o = {.n_levels = household.n_levels,
                                     .n_comparisons = 4,
                                     .sessions = &s,
                                     .n_sessions = 1,
                                     .n_pairs_all = N,
                                     .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&o, &fit, &err), &err);
    ck_assert_uint_eq(fit.alarms, MLN_EM_HOUSEHOLD);
    ck_assert_uint_eq(fit.alarm_comparisons[4], 1U << 2);
    for (unsigned bit = 0; bit < MLN_EM_ALARMS; bit++) {
        ck_assert(mln_em_alarm_word(bit) != NULL && mln_em_alarm_text(bit) != NULL);
    }
    ck_assert_ptr_null(mln_em_alarm_word(MLN_EM_ALARMS));
}
END_TEST

/* One rule on comparison 1's field: its m is read off the rule's own pairs, and the alarm says so.
 */
START_TEST(a_comparison_never_seen_has_the_rules_levels_and_an_alarm) {
    struct mln_rng rng;
    mln_rng_init(&rng, 47, 1, 0);
    struct mln_em_session s[2];
    s[0] = draw_pairs(&four, &rng, N, .3, drawn_levels[0], drawn_count[0]);
    s[1] = draw_pairs(&four, &rng, N, 1e-5, drawn_levels[1], drawn_count[1]);
    for (size_t i = 0; i < N; i++) {
        drawn_levels[0][i * 4] = 0;
    }
    static const bool out[] = {true, false, false, false};
    s[0].left_out = out;
    const struct mln_training training = usual_training();
    const struct mln_em_options o = {.n_levels = four.n_levels,
                                     .n_comparisons = 4,
                                     .sessions = s,
                                     .n_sessions = 1,
                                     .random = &s[1],
                                     .n_pairs_all = 1e7,
                                     .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&o, &fit, &err), &err);
    ck_assert_uint_eq(fit.alarms, MLN_EM_NEVER_SEEN);
    ck_assert_uint_eq(fit.alarm_comparisons[7], 1);
    ck_assert_double_gt(fit.m[0], .99);
    ck_assert_double_eq_tol(fit.u[0], four.u[0], .002);
}
END_TEST

/* A second forename that no pair of the rule has on both sides, but some random pairs do: it says
 * nothing, and the alarm names it. */
START_TEST(a_comparison_missing_in_all_pairs_says_nothing) {
    enum { X = MLN_LEVEL_MISSING };
    static const uint8_t levels[] = {0, 0, 0, X, 0, 1, 0, X, 1, 0, 0, X, 1, 1, 1, X};
    static const uint64_t count[] = {90, 5, 5, 900};
    static const uint8_t by_chance[] = {1, 1, 1, X, 0, 1, 1, X, 1, 0, 1, X,
                                        1, 1, 0, X, 1, 1, 1, 0, 1, 1, 1, 1};
    static const uint64_t chance_count[] = {8000, 200, 300, 400, 30, 70};
    static const uint8_t n_levels[] = {2, 2, 2, 2};
    const struct mln_em_session s = {.levels = levels, .count = count, .n_patterns = 4};
    const struct mln_em_session random = {
        .levels = by_chance, .count = chance_count, .n_patterns = 6};
    struct mln_training training = usual_training();
    training.u = MLN_U_RANDOM;
    const struct mln_em_options o = {.n_levels = n_levels,
                                     .n_comparisons = 4,
                                     .sessions = &s,
                                     .n_sessions = 1,
                                     .random = &random,
                                     .n_pairs_all = 9000,
                                     .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    must(mln_em_fit(&o, &fit, &err), &err);
    ck_assert_double_eq_tol(fit.u[3 * K], .3, .01); /* 30 of 100 */
    ck_assert_double_eq(fit.m[3 * K], fit.u[3 * K]);
    ck_assert_double_eq(fit.m[3 * K + 1], fit.u[3 * K + 1]);
    ck_assert((fit.alarms & MLN_EM_NEVER_SEEN) != 0);
    ck_assert_uint_eq(fit.alarm_comparisons[7], 1U << 3);
}
END_TEST

START_TEST(probabilities_at_the_ends) {
    ck_assert_double_eq(mln_em_probability(INFINITY), 1);
    ck_assert_double_eq(mln_em_probability(-INFINITY), 0);
    ck_assert_double_eq(mln_em_probability(0), .5);
    ck_assert_double_eq_tol(mln_em_probability(log2(9)), .9, 1e-15);
}
END_TEST

MLN_TEST_MAIN("em", lambda_alone_by_hand, matches_among_random_pairs_do_not_count_in_u,
              labels_by_hand, m_u_lambda_come_back_u_trained, lambda_from_random_pairs,
              lambda_from_rules, others_of_a_rule_may_differ_from_others,
              plain_em_reaches_the_same_point, likelihood_never_falls_and_order_does_not_count,
              degenerate_data_are_refused_with_the_reason, a_single_class_is_refused,
              alarms_name_their_comparisons,
              a_comparison_never_seen_has_the_rules_levels_and_an_alarm,
              a_comparison_missing_in_all_pairs_says_nothing, probabilities_at_the_ends)
