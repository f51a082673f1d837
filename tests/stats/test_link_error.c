/* Draws of links, their combination, weights for the unmatched, bounds: by hand; and over 200
 * made-up populations bands that cover the truth as often as they say. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "run.h"
#include "stats/link_error.h"
#include "weighed.h"

/* ── draws ── */

START_TEST(sure_links_and_none) {
    static const uint64_t key[] = {11, 12, 13, 14};
    static const size_t first[] = {0, 1, 3, 3, 4};
    static const double prob[] = {1, 0, 1, 0};
    const struct mln_link_candidates c = {4, key, first, prob};
    for (uint32_t draw = 0; draw < 20; draw++) {
        size_t chosen[4];
        ck_assert(mln_link_draw(&c, 1, draw, chosen, NULL) == MLN_OK);
        ck_assert_uint_eq(chosen[0], 0);
        ck_assert_uint_eq(chosen[1], 2);
        ck_assert_uint_eq(chosen[2], MLN_NO_LINK); /* no candidate */
        ck_assert_uint_eq(chosen[3], MLN_NO_LINK);
    }
}
END_TEST

enum { MANY = 20000 };

/* Two candidates of 0.6 and 0.3: over 20,000 units 12,000 and 6,000, within 5 standard deviations
 * (69 and 65). A unit alone draws as among all. */
START_TEST(draws_follow_the_probabilities) {
    static uint64_t key[MANY];
    static size_t first[MANY + 1], chosen[MANY];
    static double prob[2 * MANY];
    for (size_t i = 0; i < MANY; i++) {
        key[i] = i * 7919;
        first[i + 1] = 2 * (i + 1);
        prob[2 * i] = 0.6;
        prob[2 * i + 1] = 0.3;
    }
    const struct mln_link_candidates c = {MANY, key, first, prob};
    size_t n[3] = {0, 0, 0}, changed = 0;
    ck_assert(mln_link_draw(&c, 42, 0, chosen, NULL) == MLN_OK);
    for (size_t i = 0; i < MANY; i++) {
        n[chosen[i] == MLN_NO_LINK ? 2 : chosen[i] % 2]++;
        const struct mln_link_candidates alone = {1, &key[i], first, prob + 2 * i};
        size_t one, other;
        ck_assert(mln_link_draw(&alone, 42, 0, &one, NULL) == MLN_OK);
        ck_assert(one == MLN_NO_LINK ? chosen[i] == one : chosen[i] == one + 2 * i);
        ck_assert(mln_link_draw(&alone, 42, 1, &other, NULL) == MLN_OK);
        changed += one != other;
    }
    ck_assert_msg(fabs((double)n[0] - 12000) < 350 && fabs((double)n[1] - 6000) < 325, "%zu %zu",
                  n[0], n[1]);
    /* Another draw differs with probability 1 − 0.36 − 0.09 − 0.01 = 0.54: 10,800 ± 350 */
    ck_assert_msg(fabs((double)changed - 10800) < 350, "%zu", changed);
}
END_TEST

START_TEST(bad_probabilities_are_named) {
    static const uint64_t key[] = {1, 2};
    static const size_t first[] = {0, 1, 3};
    static const struct {
        double prob[3];
        const char *message;
    } bad[] = {{{0.5, 0.6, 0.5}, "unit 2: the probabilities of its links sum to more than 1"},
               {{1.5, 0, 0}, "unit 1: a link's probability is not in 0..1"},
               {{0.5, NAN, 0}, "unit 2: a link's probability is not in 0..1"},
               {{0.5, 0, -0.1}, "unit 2: a link's probability is not in 0..1"}};
    static const double ratio[] = {1, 1, NAN};
    size_t chosen[2];
    double updated[3];
    struct mln_err err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct mln_link_candidates c = {2, key, first, bad[i].prob};
        ck_assert(mln_link_draw(&c, 1, 0, chosen, &err) == MLN_BAD_INPUT);
        ck_assert_str_eq(err.msg, bad[i].message);
        ck_assert(mln_link_update(&c, ratio, updated, NULL) == MLN_BAD_INPUT);
    }
    static const double good[] = {0.5, 0.5, 0.25};
    const struct mln_link_candidates c = {2, key, first, good};
    ck_assert(mln_link_update(&c, ratio, updated, &err) == MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "unit 2: a link's ratio is not a finite number from 0");
}
END_TEST

/* Prior 1/2 and 1/4 (none 1/4), ratios 3 and 2: 3/2, 1/2, 1/4 of 9/4: 2/3 and 2/9. A sure link
 * stays, whatever its ratio. */
START_TEST(update_by_bayes_rule) {
    static const uint64_t key[] = {1, 2};
    static const size_t first[] = {0, 2, 3};
    static const double prob[] = {0.5, 0.25, 1}, ratio[] = {3, 2, 0};
    const struct mln_link_candidates c = {2, key, first, prob};
    double updated[3];
    ck_assert(mln_link_update(&c, ratio, updated, NULL) == MLN_OK);
    ck_assert_double_eq_tol(updated[0], 2.0 / 3, 1e-15);
    ck_assert_double_eq_tol(updated[1], 2.0 / 9, 1e-15);
    ck_assert_double_eq(updated[2], 1);
}
END_TEST

/* ── combination ── */

/* Q = 1, 2, 3, U = 1/2: W = 1/2, B = 1, T = 1/2 + 4/3 = 11/6, df = 2 (1 + 3/8)² = 121/32.
 * t(0.975, 3.78125) = 2.84095256 by R's qt (tests.tsv). */
START_TEST(three_draws_by_hand) {
    static const double q[] = {1, 2, 3}, u[] = {0.5, 0.5, 0.5};
    const struct mln_combined c = mln_combine(q, u, 3, MLN_SCALE_PLAIN, 0.95);
    ck_assert_double_eq(c.estimate, 2);
    ck_assert_double_eq(c.within, 0.5);
    ck_assert_double_eq(c.between, 1);
    ck_assert_double_eq_tol(c.total, 11.0 / 6, 1e-15);
    ck_assert_double_eq_tol(c.df, 121.0 / 32, 1e-14);
    ck_assert_double_eq_tol(c.interval.upper - 2, 2.84095256 * sqrt(11.0 / 6), 1e-7);
    ck_assert_double_eq_tol(c.interval.upper + c.interval.lower, 4, 1e-14);
    const struct mln_combined whole = mln_combine(q, NULL, 3, MLN_SCALE_PLAIN, 0.95);
    ck_assert_double_eq(whole.within, 0);
    ck_assert_double_eq_tol(whole.df, 2, 1e-15);
}
END_TEST

/* Logit of 1/5 and 4/5: −ln 4 and ln 4, mean 0: 1/2. A variance of 0.01 becomes 0.01 / (4/25)²
 * there. */
START_TEST(scales) {
    static const double q[] = {0.2, 0.8}, u[] = {0.01, 0.01}, equal[] = {0.25, 0.25},
                        edge[] = {0, 0.5};
    const struct mln_combined c = mln_combine(q, u, 2, MLN_SCALE_LOGIT, 0.95);
    ck_assert_double_eq_tol(c.estimate, 0.5, 1e-15);
    ck_assert_double_eq_tol(c.within, 0.01 * 625 / 16, 1e-14);
    ck_assert_double_eq_tol(c.between, 2 * log(4) * log(4), 1e-14);
    ck_assert(c.interval.lower > 0 && c.interval.upper < 1);
    const struct mln_combined same = mln_combine(equal, u, 2, MLN_SCALE_LOG, 0.95);
    ck_assert_double_eq_tol(same.estimate, 0.25, 1e-15);
    ck_assert(isinf(same.df) && same.between == 0);
    ck_assert_double_eq_tol(same.interval.upper, 0.25 * exp(1.959963984540054 * 0.4), 1e-14);
    const struct mln_combined plain = mln_combine(edge, u, 2, MLN_SCALE_LOGIT, 0.95);
    ck_assert(plain.scale == MLN_SCALE_PLAIN && plain.estimate == 0.25);
}
END_TEST

START_TEST(undefined_in_a_draw) {
    static const double q[] = {0.2, NAN}, u[] = {0.1, NAN}, good[] = {0.2, 0.3};
    ck_assert(isnan(mln_combine(q, NULL, 2, MLN_SCALE_LOGIT, 0.95).estimate));
    ck_assert(isnan(mln_combine(good, u, 2, MLN_SCALE_PLAIN, 0.95).interval.lower));
    ck_assert(isnan(mln_combine(good, NULL, 1, MLN_SCALE_PLAIN, 0.95).estimate));
    ck_assert(isnan(mln_combine(good, NULL, 0, MLN_SCALE_PLAIN, 0.95).total));
}
END_TEST

/* ── bounds ── */

/* Of 10 units 6 are sure, 3 of them with the outcome: 3/10 to 7/10. Sure values 1, 2, 2, 5, 7, 9
 * and 4 unknown: the median is the mean of ranks 5 and 6 of 10. All unknown below: ranks 1 and 2 of
 * the sure, 1 and 2: 1.5. All above: 7 and 9 have ranks 5 and 6: 8. The quantile 0.2 may lie
 * anywhere below, 0.7 (ranks 7, 8) anywhere above. */
START_TEST(bounds_by_hand) {
    const struct mln_interval share = mln_share_bounds(3, 6, 10);
    ck_assert_double_eq(share.lower, 0.3);
    ck_assert_double_eq(share.upper, 0.7);
    static const struct mln_bin bins[] = {{1, 1}, {2, 2}, {3, 0}, {5, 1}, {7, 1}, {9, 1}};
    const struct mln_interval median = mln_quantile_bounds(bins, 6, 4, 500);
    ck_assert_double_eq(median.lower, 1.5);
    ck_assert_double_eq(median.upper, 8);
    const struct mln_interval low = mln_quantile_bounds(bins, 6, 4, 200);
    ck_assert(isinf(low.lower) && low.lower < 0);
    ck_assert_double_eq(low.upper, 2);
    ck_assert(isinf(mln_quantile_bounds(bins, 6, 4, 700).upper));
    const struct mln_interval exact = mln_quantile_bounds(bins, 6, 0, 500);
    ck_assert_double_eq(exact.lower, mln_histogram_quantile(bins, 6, 500));
    ck_assert_double_eq(exact.upper, exact.lower);
    ck_assert(isnan(mln_share_bounds(0, 0, 0).lower));
    ck_assert(isnan(mln_quantile_bounds(bins, 0, 0, 500).lower));
    const struct mln_interval none = mln_quantile_bounds(bins, 0, 3, 500);
    ck_assert(isinf(none.lower) && isinf(none.upper));
}
END_TEST

/* ── weights ── */

enum { MOST_UNITS = 4000 };

/* Cells as (codes, units, matched), spelled out. */
struct cells {
    uint32_t code[2][MOST_UNITS];
    uint8_t matched[MOST_UNITS];
    size_t n;
};

static void add_cell(struct cells *c, uint32_t a, uint32_t b, size_t n_units, size_t n_matched) {
    for (size_t i = 0; i < n_units; i++) {
        c->code[0][c->n] = a;
        c->code[1][c->n] = b;
        c->matched[c->n++] = i < n_matched;
    }
}

static struct weighed weigh(const struct cells *c, size_t n_variables, uint64_t min_matched,
                            double max_weight) {
    const uint32_t *const code[] = {c->code[0], c->code[1]};
    const struct mln_strata strata = {c->n, n_variables, code};
    const struct mln_collapse collapse = {min_matched, max_weight};
    return weigh_matched(&strata, c->matched, &collapse);
}

static void check_class(const struct mln_weights *w, size_t c, uint64_t n_units, uint64_t n_matched,
                        uint32_t variables, bool small) {
    ck_assert(c < w->n_classes);
    ck_assert_uint_eq(w->classes[c].n_units, n_units);
    ck_assert_uint_eq(w->classes[c].n_matched, n_matched);
    ck_assert_uint_eq(w->classes[c].variables, variables);
    ck_assert(w->classes[c].small == small);
}

/* The example of the header: under court 0, kind 0 is a class; kinds 1 and 2, 17 units with 9
 * matched, join it. Court 1: kinds of 6 and 7 matched are pooled into one. Court 2: 4 matched
 * alone, waits; joins the class with the fewest matched, that of court 1. */
START_TEST(cells_are_collapsed_by_hand) {
    static struct cells c;
    c.n = 0;
    add_cell(&c, 2, 0, 5, 4);
    add_cell(&c, 0, 0, 90, 70);
    add_cell(&c, 1, 1, 9, 7);
    add_cell(&c, 0, 2, 8, 5);
    add_cell(&c, 0, 1, 9, 4);
    add_cell(&c, 1, 0, 11, 6);
    struct weighed w = weigh(&c, 2, 10, INFINITY);
    ck_assert_uint_eq(w.weights.n_classes, 2);
    check_class(&w.weights, 0, 107, 79, 1, false);
    check_class(&w.weights, 1, 25, 17, 0, false);
    ck_assert_double_eq(w.weights.classes[1].weight, 25.0 / 17);
    ck_assert_uint_eq(class_of(&w, 0), 1);
    ck_assert_uint_eq(class_of(&w, 5), 0);
    weighed_release(&w);
    w = weigh(&c, 0, 10, INFINITY); /* no variable: one class */
    ck_assert_uint_eq(w.weights.n_classes, 1);
    check_class(&w.weights, 0, 132, 96, 0, false);
    weighed_release(&w);
}
END_TEST

/* 40 of 100 matched weighs 2.5: past 2, the cell waits although large; with a cell of 90 of 100 the
 * whole weighs 200 / 130 = 1.54. */
START_TEST(heavy_weights_are_collapsed) {
    static struct cells c;
    c.n = 0;
    add_cell(&c, 0, 0, 100, 40);
    add_cell(&c, 1, 0, 100, 90);
    struct weighed w = weigh(&c, 1, 5, 2.0);
    ck_assert_uint_eq(w.weights.n_classes, 1);
    check_class(&w.weights, 0, 200, 130, 0, false);
    weighed_release(&w);
    w = weigh(&c, 1, 5, 3.0);
    ck_assert_uint_eq(w.weights.n_classes, 2);
    weighed_release(&w);
}
END_TEST

START_TEST(nobody_matched_and_nobody) {
    static struct cells c;
    c.n = 0;
    struct weighed w = weigh(&c, 2, 1, INFINITY);
    ck_assert_uint_eq(w.weights.n_classes, 0);
    ck_assert(isnan(mln_weighted_share(&w.weights, NULL).share));
    weighed_release(&w);
    add_cell(&c, 0, 0, 3, 0);
    add_cell(&c, 1, 0, 2, 0);
    w = weigh(&c, 2, 1, INFINITY);
    ck_assert_uint_eq(w.weights.n_classes, 1);
    check_class(&w.weights, 0, 5, 0, 0, true);
    ck_assert(isnan(w.weights.classes[0].weight));
    static const uint64_t none[] = {0};
    ck_assert(isnan(mln_weighted_share(&w.weights, none).share));
    weighed_release(&w);
    const struct mln_strata many = {0, MLN_MAX_STRATA_VARIABLES + 1, NULL};
    struct mln_cells cells;
    struct mln_weights weights;
    ck_assert(mln_cells_build(&many, &cells, NULL) == MLN_BAD_INPUT);
    const struct mln_collapse good = {1, 2}, no_min = {0, 2}, no_max = {1, NAN};
    uint64_t size[] = {3}, too_many[] = {4};
    const struct mln_cells one = {.n_units = 3, .n_cells = 1, .size = size};
    ck_assert(mln_weights_build(&one, size, &no_min, &weights, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_weights_build(&one, size, &no_max, &weights, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_weights_build(&one, too_many, &good, &weights, NULL) == MLN_BAD_INPUT);
}
END_TEST

/* Every unit is in a class; weights of the matched sum to all; classes are large enough unless
 * marked; the order of units does not matter. */
START_TEST(random_cells_keep_their_totals) {
    static struct cells c, turned;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 5, 0);
        c.n = 0;
        for (uint32_t cell = 0; cell < 30; cell++) {
            const uint32_t n = 1 + mln_rng_below(&rng, 60);
            add_cell(&c, cell % 6, cell / 6, n, mln_rng_below(&rng, n + 1));
        }
        turned.n = c.n;
        for (size_t i = 0; i < c.n; i++) {
            turned.code[0][i] = c.code[0][c.n - 1 - i];
            turned.code[1][i] = c.code[1][c.n - 1 - i];
            turned.matched[i] = c.matched[c.n - 1 - i];
        }
        struct weighed w = weigh(&c, 2, 20, 3.0), again = weigh(&turned, 2, 20, 3.0);
        double sum = 0;
        uint64_t units = 0;
        ck_assert_uint_eq(w.weights.n_classes, again.weights.n_classes);
        for (size_t i = 0; i < c.n; i++) {
            ck_assert_uint_eq(class_of(&w, i), class_of(&again, c.n - 1 - i));
            sum += c.matched[i] ? w.weights.classes[class_of(&w, i)].weight : 0;
        }
        for (size_t k = 0; k < w.weights.n_classes; k++) {
            units += w.weights.classes[k].n_units;
            ck_assert(w.weights.classes[k].small ||
                      (w.weights.classes[k].n_matched >= 20 && w.weights.classes[k].weight <= 3.0));
        }
        ck_assert_uint_eq(units, c.n);
        ck_assert_double_eq_tol(sum, (double)c.n, 1e-9);
        weighed_release(&w);
        weighed_release(&again);
    }
}
END_TEST

/* Classes 10 of which 5 matched, 2 with; 10 of which 10, 5 with: share (0.4 + 0.5) / 2, variance
 * (1/2)² · 1/2 · 0.24 / 4 = 0.0075, nothing from the second. A class of 4 with one matched: (1 −
 * 1/4) / 4. */
START_TEST(weighted_share_by_hand) {
    struct mln_weight_class classes[] = {{10, 5, 2, 0, false}, {10, 10, 1, 0, false}};
    const struct mln_weights w = {2, classes, NULL};
    static const uint64_t n_with[] = {2, 5};
    const struct mln_share share = mln_weighted_share(&w, n_with);
    ck_assert_double_eq_tol(share.share, 0.45, 1e-15);
    ck_assert_double_eq_tol(share.variance, 0.0075, 1e-16);
    struct mln_weight_class one[] = {{4, 1, 4, 0, true}};
    const struct mln_weights alone = {1, one, NULL};
    static const uint64_t with[] = {1};
    ck_assert_double_eq_tol(mln_weighted_share(&alone, with).variance, 3.0 / 16, 1e-15);
}
END_TEST

MLN_TEST_MAIN("link_error", sure_links_and_none, draws_follow_the_probabilities,
              bad_probabilities_are_named, update_by_bayes_rule, three_draws_by_hand, scales,
              undefined_in_a_draw, bounds_by_hand, cells_are_collapsed_by_hand,
              heavy_weights_are_collapsed, nobody_matched_and_nobody,
              random_cells_keep_their_totals, weighted_share_by_hand)
