/* Bands of linkage error: one stratum by hand, doubtful links that always or never stand, and bands
 * of 95 % on made-up populations against the truth. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "run.h"
#include "stats/link_band.h"

static struct mln_err err;

/* One stratum of `n` units. */
static struct mln_cells one_stratum(size_t n) {
    static const uint32_t zeros[64];
    static const uint32_t *const columns[] = {zeros};
    const struct mln_strata strata = {n, 1, columns};
    struct mln_cells cells;
    ck_assert_int_eq(mln_cells_build(&strata, &cells, &err), MLN_OK);
    return cells;
}

static const struct mln_band_options options = {
    .seed = 7, .n_draws = 4, .collapse = {.min_matched = 1, .max_weight = INFINITY}};

/* Cells: 0 the part, 1 the rest, 2 the whole. */
static struct mln_combined share_of(const struct mln_band_draws *d,
                                    const struct mln_band_group *groups, size_t n) {
    double sum[64 * 3], square[64 * 3];
    mln_band_sums(d, groups, n, 3, sum, square);
    return mln_band_share(d, sum, square, 3, 0, 2, 0.95);
}

/* Ten subjects, eight surely linked, five of them in the part: w = 10/8, p = 5/8. Variance
 *     w (w − 1) (5 (3/8)² + 3 (5/8)²) / 10² = 0.3125 × 1.875 / 100
 * and on the logit scale that over (p (1 − p))² = (15/64)²: 0.10666… */
START_TEST(by_hand) {
    struct mln_cells cells = one_stratum(10);
    static const struct mln_band_group linked[] = {{0, MLN_BAND_SURE, 0, 8}};
    static const struct mln_band_group groups[] = {
        {0, MLN_BAND_SURE, 0, 5}, {0, MLN_BAND_SURE, 1, 3}, {0, MLN_BAND_SURE, 2, 8}};
    struct mln_band_draws d;
    ck_assert_int_eq(mln_band_draw(0, NULL, NULL, &cells, linked, 1, &options, &d, &err), MLN_OK);
    const struct mln_combined c = share_of(&d, groups, 3);
    ck_assert_double_eq_tol(c.estimate, 0.625, 1e-12);
    ck_assert_double_eq_tol(c.within, 0.3125 * 1.875 / 100 / (15.0 / 64 * 15 / 64), 1e-12);
    ck_assert_double_eq(c.between, 0);
    ck_assert(c.interval.lower < 0.625 && 0.625 < c.interval.upper);
    mln_band_release(&d);
    /* All ten linked: nothing is unsure. */
    static const struct mln_band_group all[] = {{0, MLN_BAND_SURE, 0, 10}};
    static const struct mln_band_group full[] = {
        {0, MLN_BAND_SURE, 0, 5}, {0, MLN_BAND_SURE, 1, 5}, {0, MLN_BAND_SURE, 2, 10}};
    ck_assert_int_eq(mln_band_draw(0, NULL, NULL, &cells, all, 1, &options, &d, &err), MLN_OK);
    const struct mln_combined sure = share_of(&d, full, 3);
    ck_assert_double_eq_tol(sure.interval.lower, 0.5, 1e-12);
    ck_assert_double_eq_tol(sure.interval.upper, 0.5, 1e-12);
    mln_band_release(&d);
    mln_cells_release(&cells);
}
END_TEST

/* Six sure, two of them in the part; unit 0 (two subjects, in the part) never stands, unit 1 (two,
 * in the part) always: 4 of 8, as were unit 0 not linked. An empty whole is undefined. */
START_TEST(a_unit_stands_by_its_probability) {
    struct mln_cells cells = one_stratum(10);
    static const uint64_t key[] = {11, 12};
    static const double prob[] = {0, 1};
    static const struct mln_band_group linked[] = {
        {0, MLN_BAND_SURE, 0, 6}, {0, 0, 0, 2}, {0, 1, 0, 2}};
    static const struct mln_band_group groups[] = {{0, MLN_BAND_SURE, 0, 2},
                                                   {0, MLN_BAND_SURE, 1, 4},
                                                   {0, MLN_BAND_SURE, 2, 6},
                                                   {0, 0, 0, 2},
                                                   {0, 0, 2, 2},
                                                   {0, 1, 0, 2},
                                                   {0, 1, 2, 2}};
    struct mln_band_draws d;
    ck_assert_int_eq(mln_band_draw(2, key, prob, &cells, linked, 3, &options, &d, &err), MLN_OK);
    ck_assert_uint_eq(d.stands[0], 0);
    ck_assert_uint_eq(d.stands[1], 15);
    ck_assert_double_eq(d.weight[0], 1.25);
    const struct mln_combined c = share_of(&d, groups, 7);
    ck_assert_double_eq_tol(c.estimate, 0.5, 1e-12);
    ck_assert(isnan(share_of(&d, groups, 0).estimate));
    mln_band_release(&d);
    static const double bad[] = {0.5, 1.5};
    ck_assert_int_eq(mln_band_draw(2, key, bad, &cells, linked, 3, &options, &d, &err),
                     MLN_BAD_INPUT);
    struct mln_band_options many = options;
    many.n_draws = MLN_BAND_MAX_DRAWS + 1;
    ck_assert_int_eq(mln_band_draw(2, key, prob, &cells, linked, 3, &many, &d, &err),
                     MLN_BAD_INPUT);
    mln_cells_release(&cells);
}
END_TEST

/* ── coverage ── */

enum { WORLDS = 300, PEOPLE = 900 };

/* Three strata with other link rates and other shares. One link in five is doubtful: right with
 * probability 0.8; a wrong one brings the outcome of a stranger of the stratum. */
static bool is_covered(uint64_t world) {
    static const double rate[] = {0.9, 0.8, 0.6}, share[] = {0.2, 0.4, 0.6};
    static uint32_t stratum[PEOPLE];
    static uint64_t key[PEOPLE];
    static double prob[PEOPLE];
    static struct mln_band_group linked[PEOPLE], groups[2 * PEOPLE];
    size_t n_units = 0, n_linked = 0, n_groups = 0;
    double truth = 0;
    struct mln_rng rng;
    mln_rng_init(&rng, 99, 1, world);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        stratum[i] = mln_rng_below(&rng, 3);
    }
    const uint32_t *const columns[] = {stratum};
    const struct mln_strata strata = {PEOPLE, 1, columns};
    struct mln_cells cells;
    ck_assert_int_eq(mln_cells_build(&strata, &cells, &err), MLN_OK);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        bool outcome = mln_rng_unit(&rng) < share[stratum[i]];
        const bool is_linked = mln_rng_unit(&rng) < rate[stratum[i]];
        const bool doubtful = mln_rng_unit(&rng) < 0.2;
        const bool right = mln_rng_unit(&rng) < 0.8;
        const bool of_stranger = mln_rng_unit(&rng) < share[stratum[i]];
        truth += outcome;
        if (!is_linked) {
            continue;
        }
        outcome = doubtful && !right ? of_stranger : outcome;
        struct mln_band_group g = {cells.cell_of[i], MLN_BAND_SURE, 0, 1};
        if (doubtful) {
            key[n_units] = (world << 32U) + i;
            prob[n_units] = 0.8;
            g.unit = (uint32_t)n_units++;
        }
        linked[n_linked++] = g;
        g.cell = outcome ? 0 : 1;
        groups[n_groups++] = g;
        g.cell = 2;
        groups[n_groups++] = g;
    }
    const struct mln_band_options o = {.seed = 3, .n_draws = 20, .collapse = {10, 4}};
    struct mln_band_draws d;
    ck_assert_int_eq(mln_band_draw(n_units, key, prob, &cells, linked, n_linked, &o, &d, &err),
                     MLN_OK);
    const struct mln_combined c = share_of(&d, groups, n_groups);
    mln_band_release(&d);
    mln_cells_release(&cells);
    truth /= PEOPLE;
    return c.interval.lower <= truth && truth <= c.interval.upper;
}

/* 285 of 300 are expected; 3.5 standard errors are 13. */
START_TEST(bands_cover_the_truth) {
    size_t covered = 0;
    for (uint64_t world = 0; world < WORLDS; world++) {
        covered += is_covered(world);
    }
    printf("bands that cover the truth: %zu of %d\n", covered, WORLDS);
    ck_assert_uint_ge(covered, 272);
    ck_assert_uint_le(covered, 298);
}
END_TEST

MLN_TEST_MAIN("band_draws", by_hand, a_unit_stands_by_its_probability, bands_cover_the_truth)
