/* Competing ends and multi-state histories: in fractions by hand; errors against the derivative by
 * each cluster's weight, taken numerically; identities between the estimators; bad rows. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "run.h"
#include "stats/aalen_johansen.h"
#include "stats/km.h"
#include "stats/rmean.h"
#include "stats/transition.h"

/* ── by hand ── */

/* Four spells: cause 1 at 1, cause 2 at 2, censored at 2, cause 1 at 3.
 *   t = 1: n = 4, p = (3/4, 1/4, 0)
 *   t = 2: n = 3, p = (1/2, 1/4, 1/4)
 *   t = 3: n = 1, p = (0, 3/4, 1/4)
 * Variances (multinomial steps): at 1, of all p: 3/4 · 1/4 / 4 = 3/64 for p_0 and p_1.
 *   t = 2: p_0: (2/3)² 3/64 + (3/4)² (2/3 · 1/3) / 3 = 1/48 + 1/24 = 1/16
 *          p_2: (1/3)² 3/64 + 1/24 = 1/192 + 8/192 = 3/64;  p_1: 3/64
 *   t = 3: p_1 = 1 − p_2: 3/64; p_0: 0 */
START_TEST(four_spells_in_fractions) {
    static const double exit[] = {1, 2, 2, 3};
    static const uint32_t end[] = {1, 2, 0, 1};
    const struct mln_spells spells = {.n = 4, .exit = exit, .end = end};
    static const double expected[] = {0.75, 0.25, 0, 0.5, 0.25, 0.25, 0, 0.75, 0.25};
    static const double variance[] = {3.0 / 64, 3.0 / 64, 0,        1.0 / 16, 3.0 / 64,
                                      3.0 / 64, 0,        3.0 / 64, 3.0 / 64};
    struct mln_risk_sets sets;
    double prob[9], std_err[9], alone[9];
    ck_assert(mln_risk_build(&spells, 1, 2, &sets, NULL) == MLN_OK);
    ck_assert(mln_aalen_johansen(sets.groups, prob, std_err, NULL) == MLN_OK);
    ck_assert(mln_aalen_johansen(sets.groups, alone, NULL, NULL) == MLN_OK);
    for (size_t i = 0; i < 9; i++) {
        ck_assert_double_eq_tol(prob[i], expected[i], 1e-15);
        ck_assert_double_eq_tol(alone[i], expected[i], 1e-15);
        ck_assert_double_eq_tol(std_err[i], sqrt(variance[i]), 1e-15);
    }
    /* Up to 3: running 1 + 3/4 + 1/2 = 9/4, lost 1/4 + 1/4 = 1/2 to cause 1 and 1/4 to cause 2. */
    struct mln_rmean mean[3];
    ck_assert(mln_aj_rmean(sets.groups, 3, mean, NULL) == MLN_OK);
    ck_assert_double_eq_tol(mean[0].mean, 2.25, 1e-15);
    ck_assert_double_eq_tol(mean[1].mean, 0.5, 1e-15);
    ck_assert_double_eq_tol(mean[2].mean, 0.25, 1e-15);
    /* Cause 2 is lost from 2 to 3 only: the error of p_2 at 2. */
    ck_assert_double_eq_tol(mean[2].std_err, sqrt(3.0 / 64), 1e-15);
    mln_risk_release(&sets);
}
END_TEST

/* Illness and death: 0 well, 1 ill, 2 dead. Three start well at 0: A falls ill at 1 and dies at 3;
 * B dies at 2; C is well until 4 (censored). H(1): 0→1 1/3. H(2): two are well (B, C), 0→2 1/2.
 * H(3): 1→2 1. p(1) = (2/3, 1/3, 0), p(2) = (1/3, 1/3, 1/3), p(3) = (1/3, 0, 2/3). Mean times to 4:
 * 1 + 2/3 + 1/3 + 1/3 = 7/3; 1/3 + 1/3 = 2/3; 1/3 + 2/3 = 1. From 1 on: P_00(1, 3) = 1/2, P_02 =
 * 1/2, P_12 = 1. */
static const uint32_t abc_subject[] = {0, 2, 1, 0}, abc_from[] = {1, 0, 0, 0},
                      abc_to[] = {2, MLN_STAYS, 2, 1};
static const double abc_entry[] = {1, 0, 0, 0}, abc_exit[] = {3, 4, 2, 1};
static const bool illness[9] = {0, 1, 1, 1, 0, 1, 0, 0, 0};
static const struct mln_multistate_model three_states = {3, illness};

START_TEST(illness_in_fractions) {
    const struct mln_stays stays = {4,        abc_subject, abc_entry, abc_exit,
                                    abc_from, abc_to,      NULL,      NULL};
    const struct mln_multistate_options options = {.tau = 4};
    struct mln_multistate fit;
    ck_assert(mln_multistate_fit(&stays, &three_states, &options, &fit, NULL) == MLN_OK);
    static const double prob[] = {2, 1, 0, 1, 1, 1, 1, 0, 2, 1, 0, 2}; /* thirds */
    ck_assert_uint_eq(fit.n_times, 4);
    for (size_t i = 0; i < 12; i++) {
        ck_assert_double_eq_tol(fit.prob[i], prob[i] / 3, 1e-15);
    }
    /* At 2 nobody has been censored: shares of three, so binomial errors √(1/3 · 2/3 / 3). */
    for (size_t k = 0; k < 3; k++) {
        ck_assert_double_eq_tol(fit.std_err[3 + k], sqrt(2.0 / 27), 1e-15);
        ck_assert_double_eq(fit.p0[k], k == 0);
        ck_assert_double_eq(fit.p0_std_err[k], 0);
    }
    static const double mean[] = {7.0 / 3, 2.0 / 3, 1};
    for (size_t k = 0; k < 3; k++) {
        ck_assert_double_eq_tol(fit.mean_time[k].mean, mean[k], 1e-15);
    }
    /* Nobody is censored before 4: times in state are means of (1, 2, 4), (2, 0, 0), (1, 2, 0),
     * whose errors are √(Σ (x − mean)² / 9). */
    static const double squares[] = {42.0 / 9, 24.0 / 9, 2};
    for (size_t k = 0; k < 3; k++) {
        ck_assert_double_eq_tol(fit.mean_time[k].std_err, sqrt(squares[k] / 9), 1e-14);
    }
    mln_multistate_release(&fit);
    double transition[9], covariance[81];
    static const double three = 3;
    ck_assert(mln_transition_fit(&stays, &three_states, 1, &three, 1, transition, covariance,
                                 NULL) == MLN_OK);
    static const double from_1[] = {0.5, 0, 0.5, 0, 0, 1, 0, 0, 1};
    for (size_t i = 0; i < 9; i++) {
        ck_assert_double_eq_tol(transition[i], from_1[i], 1e-15);
    }
    ck_assert_double_eq_tol(covariance[0], 0.125, 1e-15);  /* 1/2 · 1/2 / 2 */
    ck_assert_double_eq_tol(covariance[2], -0.125, 1e-15); /* P_00, P_02 */
    ck_assert_double_eq_tol(covariance[2 * 9 + 2], 0.125, 1e-15);
    ck_assert_double_eq(covariance[5 * 9 + 5], 0); /* P_12: one at risk, who dies */
}
END_TEST

/* ── random histories ── */

enum { SUBJECTS = 40, ROWS = 400, STATES = 4 };

static const bool moves[STATES * STATES] = {0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0};
static const struct mln_multistate_model four_states = {STATES, moves};

struct histories {
    size_t n;
    uint32_t subject[ROWS], from[ROWS], to[ROWS], cluster[ROWS];
    double entry[ROWS], exit[ROWS], weight[ROWS];
};

static void add_row(struct histories *h, uint32_t subject, double entry, double exit, uint32_t from,
                    uint32_t to, double weight) {
    h->subject[h->n] = subject;
    h->entry[h->n] = entry;
    h->exit[h->n] = exit;
    h->from[h->n] = from;
    h->to[h->n] = to;
    h->weight[h->n] = weight;
    h->cluster[h->n++] = subject % 13;
}

/* Late entries, gaps, returns, rows that go on without a move; `unit` 1: heavy ties; 0.01: hardly
 * any. */
static void draw(struct histories *h, uint64_t seed, double unit) {
    h->n = 0;
    for (uint32_t s = 0; s < SUBJECTS; s++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 1, s);
        double t = mln_rng_below(&rng, 3) == 0 ? 2 + mln_rng_below(&rng, 3) : 0;
        uint32_t state = mln_rng_below(&rng, 3);
        const double weight = 0.25 * (1 + mln_rng_below(&rng, 8));
        const size_t n = 1 + mln_rng_below(&rng, 8);
        for (size_t i = 0; i < n && state != 3; i++) {
            const double exit = t + unit * (1 + mln_rng_below(&rng, (uint32_t)(6 / unit)));
            uint32_t to = i % 3 == 2                    ? MLN_STAYS
                          : mln_rng_below(&rng, 8) == 0 ? 3
                                                        : mln_rng_below(&rng, 3);
            to = to == state || i + 1 == n ? MLN_STAYS : to;
            add_row(h, s, t, exit, state, to, weight);
            state = to == MLN_STAYS ? state : to;
            t = exit + (mln_rng_below(&rng, 9) == 0 ? 1 : 0); /* now and then out of sight */
        }
    }
}

static struct mln_multistate fit(const struct histories *h, const double *weight, bool clusters,
                                 const struct mln_multistate_options *options) {
    const struct mln_stays stays = {h->n,    h->subject, h->entry, h->exit,
                                    h->from, h->to,      weight,   clusters ? h->cluster : NULL};
    struct mln_multistate out;
    struct mln_err err = {0};
    ck_assert_msg(mln_multistate_fit(&stays, &four_states, options, &out, &err) == MLN_OK, "%s",
                  err.msg);
    return out;
}

/* Σ over clusters of squared derivatives by the log of the cluster's weight, central differences.
 */
static void numerical_errors(const struct histories *h, bool clusters,
                             const struct mln_multistate_options *with, size_t n_cells,
                             double *squares, double *mean_squares) {
    const double step = 1e-3;
    struct mln_multistate_options options = *with;
    options.no_errors = true;
    memset(squares, 0, n_cells * sizeof *squares);
    memset(mean_squares, 0, STATES * sizeof *mean_squares);
    for (uint32_t c = 0; c < (clusters ? 13 : SUBJECTS); c++) {
        double up[ROWS], down[ROWS];
        for (size_t i = 0; i < h->n; i++) {
            const bool mine = (clusters ? h->cluster[i] : h->subject[i]) == c;
            up[i] = h->weight[i] * (mine ? 1 + step : 1);
            down[i] = h->weight[i] * (mine ? 1 - step : 1);
        }
        struct mln_multistate a = fit(h, up, clusters, &options),
                              b = fit(h, down, clusters, &options);
        for (size_t i = 0; i < n_cells; i++) {
            const double derivative = (a.prob[i] - b.prob[i]) / (2 * step);
            squares[i] += derivative * derivative;
        }
        for (size_t k = 0; k < STATES; k++) {
            const double derivative = (a.mean_time[k].mean - b.mean_time[k].mean) / (2 * step);
            mean_squares[k] += derivative * derivative;
        }
        mln_multistate_release(&a);
        mln_multistate_release(&b);
    }
}

START_TEST(errors_are_those_of_the_derivative) {
    static const double p0[STATES] = {0.5, 0.25, 0.25, 0};
    static struct histories h;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        draw(&h, seed, seed % 2 == 0 ? 1 : 0.01);
        const struct mln_multistate_options options = {.start = seed % 3 == 0 ? 3.5 : 0,
                                                       .p0 = seed % 4 < 2 ? NULL : p0,
                                                       .tau = seed % 5 == 0 ? 500 : 12.25};
        const bool clusters = seed % 6 < 3;
        struct mln_multistate all = fit(&h, h.weight, clusters, &options);
        const size_t n = all.n_times * STATES;
        ck_assert(seed % 2 == 0 || all.n_times > 70); /* long enough for the tree of runs */
        double *squares = malloc(n * sizeof *squares), mean_squares[STATES];
        ck_assert(squares != NULL);
        numerical_errors(&h, clusters, &options, n, squares, mean_squares);
        for (size_t i = 0; i < n; i++) {
            ck_assert_msg(fabs(all.std_err[i] - sqrt(squares[i])) < 2e-6,
                          "seed %u, cell %zu: %g, %g", (unsigned)seed, i, all.std_err[i],
                          sqrt(squares[i]));
        }
        for (size_t k = 0; k < STATES; k++) {
            ck_assert_double_eq_tol(all.mean_time[k].std_err, sqrt(mean_squares[k]), 2e-5);
        }
        free(squares);
        mln_multistate_release(&all);
    }
}
END_TEST

START_TEST(states_sum_to_one) {
    static struct histories h;
    draw(&h, 99, 1);
    const struct mln_multistate_options options = {.tau = 20};
    struct mln_multistate all = fit(&h, h.weight, false, &options);
    for (size_t i = 0; i < all.n_times; i++) {
        double sum = 0;
        for (size_t k = 0; k < STATES; k++) {
            sum += all.prob[i * STATES + k];
        }
        ck_assert_double_eq_tol(sum, 1, 1e-14);
    }
    double time = 0;
    for (size_t k = 0; k < STATES; k++) {
        time += all.mean_time[k].mean;
    }
    ck_assert_double_eq_tol(time, 20, 1e-12);
    mln_multistate_release(&all);
}
END_TEST

static void turn(struct histories *h) {
    static struct histories was;
    was = *h;
    for (size_t i = 0; i < h->n; i++) {
        const size_t j = h->n - 1 - i;
        h->subject[i] = was.subject[j];
        h->cluster[i] = was.cluster[j];
        h->from[i] = was.from[j];
        h->to[i] = was.to[j];
        h->entry[i] = was.entry[j];
        h->exit[i] = was.exit[j];
        h->weight[i] = was.weight[j];
    }
}

START_TEST(any_order_of_rows_gives_the_same_bits) {
    static struct histories h;
    for (uint64_t seed = 40; seed < 44; seed++) {
        draw(&h, seed, 1);
        const struct mln_multistate_options options = {.tau = 9};
        struct mln_multistate a = fit(&h, h.weight, seed % 2 == 0, &options);
        turn(&h);
        struct mln_multistate b = fit(&h, h.weight, seed % 2 == 0, &options);
        ck_assert_uint_eq(a.n_times, b.n_times);
        ck_assert(memcmp(a.numbers, b.numbers, (a.n_times * (1 + 3 * STATES)) * sizeof(double)) ==
                  0);
        ck_assert(memcmp(a.mean_time, b.mean_time, STATES * sizeof *a.mean_time) == 0);
        mln_multistate_release(&a);
        mln_multistate_release(&b);
    }
}
END_TEST

/* ── one row a subject without entries: the general way and the short ones agree ── */

enum { SPELLS = 300 };

struct spells {
    double exit[SPELLS], weight[SPELLS];
    uint32_t end[SPELLS], from[SPELLS], to[SPELLS];
    struct mln_stays stays;
    struct mln_risk_sets sets;
    double prob[91 * STATES], std_err[91 * STATES];
};

static void draw_spells(struct spells *s, bool weighted) {
    for (size_t i = 0; i < SPELLS; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 7, 2, i);
        s->exit[i] = 1 + mln_rng_below(&rng, 90);
        s->end[i] = mln_rng_below(&rng, STATES);
        s->weight[i] = 0.5 + mln_rng_unit(&rng);
        s->from[i] = 0;
        s->to[i] = s->end[i] == 0 ? MLN_STAYS : s->end[i];
    }
    const double *w = weighted ? s->weight : NULL;
    const struct mln_spells spells = {SPELLS, s->exit, s->end, NULL, NULL, w};
    s->stays = (struct mln_stays){SPELLS, NULL, NULL, s->exit, s->from, s->to, w, NULL};
    ck_assert(mln_risk_build(&spells, 1, STATES - 1, &s->sets, NULL) == MLN_OK);
    ck_assert(mln_aalen_johansen(s->sets.groups, s->prob, s->std_err, NULL) == MLN_OK);
}

static void compare_multistate(const struct spells *s) {
    const struct mln_multistate_options options = {.tau = 60.5};
    struct mln_multistate all;
    struct mln_rmean mean[STATES];
    ck_assert(mln_multistate_fit(&s->stays, &four_states, &options, &all, NULL) == MLN_OK);
    ck_assert_uint_eq(s->sets.groups->n_times, all.n_times);
    for (size_t i = 0; i < all.n_times * STATES; i++) {
        ck_assert_double_eq_tol(s->prob[i], all.prob[i], 1e-13);
        ck_assert_double_eq_tol(s->std_err[i], all.std_err[i], 1e-13);
    }
    ck_assert(mln_aj_rmean(s->sets.groups, 60.5, mean, NULL) == MLN_OK);
    for (size_t k = 0; k < STATES; k++) {
        ck_assert_double_eq_tol(mean[k].mean, all.mean_time[k].mean, 1e-11);
        ck_assert_double_eq_tol(mean[k].std_err, all.mean_time[k].std_err, 1e-11);
    }
    mln_multistate_release(&all);
}

static void compare_kaplan_meier(const struct spells *s, bool weighted) {
    struct mln_km_point points[91];
    struct mln_rmean mean[STATES];
    const struct mln_risk *risk = s->sets.groups;
    ck_assert(mln_km_fit(risk, MLN_KM_ROBUST, points, NULL) == MLN_OK);
    for (size_t i = 0; i < risk->n_times; i++) {
        ck_assert_double_eq_tol(points[i].running, s->prob[i * STATES], 1e-14);
        ck_assert_double_eq_tol(points[i].std_err, s->std_err[i * STATES], 1e-14);
    }
    ck_assert(mln_aj_rmean(risk, 60.5, mean, NULL) == MLN_OK);
    ck_assert(mln_km_fit(risk, MLN_KM_GREENWOOD, points, NULL) == MLN_OK);
    const struct mln_rmean km = mln_km_rmean(points, risk->n_times, 60.5);
    ck_assert_double_eq_tol(km.mean, mean[0].mean, 1e-12);
    ck_assert(weighted || fabs(km.std_err - mean[0].std_err) < 1e-12);
}

/* Without weights Greenwood's covariance is the infinitesimal jackknife's. */
static void compare_transitions(const struct spells *s) {
    static const double at[] = {60.5};
    double p[STATES * STATES], cov[STATES * STATES * STATES * STATES];
    ck_assert(mln_transition_fit(&s->stays, &four_states, 0, at, 1, p, cov, NULL) == MLN_OK);
    size_t i = s->sets.groups->n_times;
    while (s->sets.groups->time[i - 1] > 60.5) {
        i--;
    }
    for (size_t k = 0; k < STATES; k++) {
        const double se = s->std_err[(i - 1) * STATES + k];
        ck_assert_double_eq_tol(p[k], s->prob[(i - 1) * STATES + k], 1e-14);
        ck_assert_double_eq_tol(cov[k * STATES * STATES + k], se * se, 1e-15);
    }
}

START_TEST(competing_ends_in_several_ways) {
    static struct spells s;
    for (int weighted = 0; weighted < 2; weighted++) {
        draw_spells(&s, weighted == 1);
        compare_multistate(&s);
        compare_kaplan_meier(&s, weighted == 1);
        if (weighted == 0) {
            compare_transitions(&s);
        }
        mln_risk_release(&s.sets);
    }
}
END_TEST

/* ── edges ── */

START_TEST(nothing_observed_is_not_zero) {
    static const double time[] = {1, 2};
    static const double none[6] = {0};
    double n_risk[2], prob[6], std_err[6];
    struct mln_rmean mean[3];
    const struct mln_risk risk = mln_risk_of_counts(2, 2, time, none, n_risk);
    ck_assert(mln_aalen_johansen(&risk, prob, std_err, NULL) == MLN_OK);
    ck_assert(isnan(prob[0]) && isnan(prob[5]) && isnan(std_err[3]));
    ck_assert(mln_aj_rmean(&risk, 2, mean, NULL) == MLN_OK);
    ck_assert(isnan(mean[0].mean) && isnan(mean[2].std_err));
    const struct mln_stays nobody = {0};
    const struct mln_multistate_options options = {.tau = 3};
    struct mln_multistate fit0;
    ck_assert(mln_multistate_fit(&nobody, &three_states, &options, &fit0, NULL) == MLN_OK);
    ck_assert_uint_eq(fit0.n_times, 0);
    ck_assert(isnan(fit0.p0[0]) && isnan(fit0.mean_time[0].mean));
    mln_multistate_release(&fit0);
}
END_TEST

/* All censored: p stays p0. One subject. A landmark past everybody. */
START_TEST(no_move_and_one_subject) {
    static const double exit[] = {2, 5};
    static const uint32_t from[] = {0, 1}, stay[] = {MLN_STAYS, MLN_STAYS};
    const struct mln_stays two = {2, NULL, NULL, exit, from, stay, NULL, NULL};
    struct mln_multistate_options options = {.tau = 4};
    struct mln_multistate out;
    ck_assert(mln_multistate_fit(&two, &three_states, &options, &out, NULL) == MLN_OK);
    ck_assert_uint_eq(out.n_times, 2);
    ck_assert_double_eq(out.prob[3], out.p0[0]);
    ck_assert_double_eq(out.p0[1], 1); /* at the last time only the second is at risk, as in R */
    mln_multistate_release(&out);
    static const uint32_t dies[] = {2};
    const struct mln_stays one = {1, NULL, NULL, exit, from, dies, NULL, NULL};
    ck_assert(mln_multistate_fit(&one, &three_states, &options, &out, NULL) == MLN_OK);
    ck_assert_double_eq(out.prob[2], 1);
    ck_assert_double_eq(out.std_err[2], 0);
    ck_assert_double_eq(out.mean_time[0].mean, 2);
    mln_multistate_release(&out);
    options.start = 9;
    ck_assert(mln_multistate_fit(&one, &three_states, &options, &out, NULL) == MLN_OK);
    ck_assert_uint_eq(out.n_times, 0);
    mln_multistate_release(&out);
}
END_TEST

/* One subject that goes to and fro 100,000 times: always surely where it is. */
START_TEST(a_hundred_thousand_moves_of_one_subject) {
    enum { MOVES = 100000 };
    uint32_t *codes = calloc(3 * MOVES, sizeof *codes);
    double *times = malloc(2 * MOVES * sizeof *times);
    ck_assert(codes != NULL && times != NULL);
    for (size_t i = 0; i < MOVES; i++) {
        codes[MOVES + i] = i % 2;
        codes[2 * MOVES + i] = 1 - i % 2;
        times[i] = (double)i;
        times[MOVES + i] = (double)(i + 1);
    }
    const struct mln_stays stays = {
        MOVES, codes, times, times + MOVES, codes + MOVES, codes + 2 * MOVES, NULL, NULL};
    const struct mln_multistate_options options = {.tau = MOVES};
    struct mln_multistate out;
    ck_assert(mln_multistate_fit(&stays, &four_states, &options, &out, NULL) == MLN_OK);
    ck_assert_uint_eq(out.n_times, MOVES);
    for (size_t i = 0; i < MOVES; i++) {
        ck_assert_double_eq(out.prob[i * STATES + (i + 1) % 2], 1);
        ck_assert_double_eq(out.std_err[i * STATES], 0);
    }
    ck_assert_double_eq(out.mean_time[1].mean, MOVES / 2.0);
    ck_assert_double_eq(out.mean_time[1].std_err, 0);
    mln_multistate_release(&out);
    free(codes);
    free(times);
}
END_TEST

START_TEST(bad_stays_are_named) {
    static const struct {
        uint32_t subject, from, to;
        double entry, exit, weight;
        const char *message;
    } bad[] = {
        {9, 0, 2, 0, NAN, 1, "stay 2: the exit is not a time; use finite numbers from 0"},
        {9, 0, 2, 0, -3, 1, "stay 2: the exit is not a time; use finite numbers from 0"},
        {9, 0, 2, 3, 3, 1, "stay 2: the entry is not a time before the exit"},
        {9, 0, 2, -1, 3, 1, "stay 2: the entry is not a time before the exit"},
        {9, 0, 2, 0, 3, NAN, "stay 2: the weight is not a finite number from 0"},
        {9, 3, 2, 0, 3, 1, "stay 2: unknown state"},
        {9, 0, 3, 0, 3, 1, "stay 2: unknown state"},
        {9, 0, 0, 0, 3, 1, "stay 2: a move into the same state; say that it stays"},
        {9, 2, 0, 0, 3, 1, "stay 2: a move that the model does not allow"},
        {7, 1, 2, 1, 3, 1, "stays 1 and 2 of one subject overlap"},
        {7, 0, 2, 2, 3, 1, "stay 2 begins in another state than stay 1 of the same subject led to"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const uint32_t subject[] = {7, bad[i].subject}, from[] = {0, bad[i].from},
                       to[] = {1, bad[i].to};
        const double entry[] = {0, bad[i].entry}, exit[] = {2, bad[i].exit},
                     weight[] = {1, bad[i].weight};
        const struct mln_stays stays = {2, subject, entry, exit, from, to, weight, NULL};
        const struct mln_multistate_options options = {0};
        struct mln_multistate out;
        struct mln_err err = {0};
        ck_assert(mln_multistate_fit(&stays, &three_states, &options, &out, &err) == MLN_BAD_INPUT);
        ck_assert_str_eq(err.msg, bad[i].message);
    }
}
END_TEST

START_TEST(bad_options_are_refused) {
    const struct mln_stays stays = {4,        abc_subject, abc_entry, abc_exit,
                                    abc_from, abc_to,      NULL,      NULL};
    static const double short_p0[] = {0.5, 0.25, 0}, negative[] = {1.5, -0.5, 0},
                        weight[4] = {1, 1, 1, 1};
    static const double down[] = {3, 2};
    struct mln_multistate out;
    double prob[18];
    struct mln_multistate_options options = {.start = NAN};
    ck_assert(mln_multistate_fit(&stays, &three_states, &options, &out, NULL) == MLN_BAD_INPUT);
    options = (struct mln_multistate_options){.p0 = short_p0};
    ck_assert(mln_multistate_fit(&stays, &three_states, &options, &out, NULL) == MLN_BAD_INPUT);
    options.p0 = negative;
    ck_assert(mln_multistate_fit(&stays, &three_states, &options, &out, NULL) == MLN_BAD_INPUT);
    const struct mln_multistate_model none = {1, illness}, many = {MLN_MAX_STATES + 1, illness};
    options = (struct mln_multistate_options){0};
    ck_assert(mln_multistate_fit(&stays, &none, &options, &out, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_multistate_fit(&stays, &many, &options, &out, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_transition_fit(&stays, &three_states, 0, down, 2, prob, NULL, NULL) ==
              MLN_BAD_INPUT);
    ck_assert(mln_transition_fit(&stays, &three_states, 4, down, 1, prob, NULL, NULL) ==
              MLN_BAD_INPUT);
    struct mln_stays weighted = stays;
    weighted.weight = weight;
    ck_assert(mln_transition_fit(&weighted, &three_states, 0, down, 1, prob, NULL, NULL) ==
              MLN_BAD_INPUT);
    /* Late entries need the general way. */
    const double exit[] = {3, 4}, entry[] = {0, 1};
    const uint32_t end[] = {1, 1};
    const struct mln_spells late = {.n = 2, .exit = exit, .end = end, .entry = entry};
    struct mln_risk_sets sets;
    struct mln_km_point points[4];
    struct mln_rmean mean[2];
    ck_assert(mln_risk_build(&late, 1, 1, &sets, NULL) == MLN_OK);
    ck_assert(mln_aalen_johansen(sets.groups, prob, prob + 8, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_aalen_johansen(sets.groups, prob, NULL, NULL) == MLN_OK);
    ck_assert(mln_aj_rmean(sets.groups, 3, mean, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_km_fit(sets.groups, MLN_KM_ROBUST, points, NULL) == MLN_BAD_INPUT);
    mln_risk_release(&sets);
}
END_TEST

MLN_TEST_MAIN("states", four_spells_in_fractions, illness_in_fractions,
              errors_are_those_of_the_derivative, states_sum_to_one,
              any_order_of_rows_gives_the_same_bits, competing_ends_in_several_ways,
              nothing_observed_is_not_zero, no_move_and_one_subject,
              a_hundred_thousand_moves_of_one_subject, bad_stays_are_named, bad_options_are_refused)
