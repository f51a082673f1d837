/* Bands of linkage error: one stratum by hand, units of doubt that always or never stand, rates,
 * and bands of 95 % on made-up populations against the truth. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "run.h"
#include "stats/link_band.h"

#define SURE MLN_BAND_SURE

static struct mln_err err;
static const struct mln_band_units no_units;
static const struct mln_band_groups nobody;

/* One stratum: cells look at no size. */
static struct mln_cells one_stratum(void) {
    static const uint32_t zero[1];
    static const uint32_t *const columns[] = {zero};
    const struct mln_strata strata = {1, 1, columns};
    struct mln_cells cells;
    ck_assert_int_eq(mln_cells_build(&strata, &cells, &err), MLN_OK);
    return cells;
}

static const struct mln_band_options options = {
    .seed = 7, .n_draws = 4, .collapse = {.min_matched = 1, .max_weight = INFINITY}};

static struct mln_band_draws drawn(const struct mln_band_units *units,
                                   struct mln_band_groups linked, struct mln_band_groups unlinked) {
    struct mln_cells cells = one_stratum();
    struct mln_band_draws d;
    ck_assert_int_eq(mln_band_draw(units, &cells, linked, unlinked, &options, &d, &err), MLN_OK);
    mln_cells_release(&cells);
    return d;
}

/* Cells: 0 the part, 1 the rest, 2 the whole. */
static struct mln_combined share_of(const struct mln_band_draws *d,
                                    const struct mln_band_group *groups, size_t n) {
    double sum[64 * 3], square[64 * 3];
    mln_band_sums(d, groups, n, 3, sum, square);
    return mln_band_share(d, sum, square, 3, 0, 2, 0, 0.95);
}

static const struct mln_band_group eight[] = {{0, 0, SURE, SURE, 0, 8, false}};
static const struct mln_band_group five_of_eight[] = {{0, 0, SURE, SURE, 0, 5, false},
                                                      {0, 0, SURE, SURE, 1, 3, false},
                                                      {0, 0, SURE, SURE, 2, 8, false}};
static const struct mln_band_group two[] = {{0, 0, SURE, SURE, 0, 2, false}};

/* Eight surely linked, five of them in the part, two who surely miss a link: w = 10/8, p = 5/8.
 * Variance w (w − 1) (5 (3/8)² + 3 (5/8)²) / 10² = 0.3125 × 1.875 / 100 and on the logit scale that
 * over (p (1 − p))² = (15/64)²: 0.10666… */
START_TEST(by_hand) {
    struct mln_band_draws d =
        drawn(&no_units, (struct mln_band_groups){eight, 1}, (struct mln_band_groups){two, 1});
    const struct mln_combined c = share_of(&d, five_of_eight, 3);
    ck_assert_double_eq_tol(c.estimate, 0.625, 1e-12);
    ck_assert_double_eq_tol(c.within, 0.3125 * 1.875 / 100 / (15.0 / 64 * 15 / 64), 1e-12);
    ck_assert_double_eq(c.between, 0);
    ck_assert(c.interval.lower < 0.625 && 0.625 < c.interval.upper);
    mln_band_release(&d);
    /* Nobody misses a link: nothing is unsure. */
    d = drawn(&no_units, (struct mln_band_groups){eight, 1}, nobody);
    const struct mln_combined sure = share_of(&d, five_of_eight, 3);
    ck_assert_double_eq_tol(sure.interval.lower, 0.625, 1e-12);
    ck_assert_double_eq_tol(sure.interval.upper, 0.625, 1e-12);
    mln_band_release(&d);
}
END_TEST

/* None of the eight in the part: p = 0, p̃ = ½ / 11, variance p̃ (1 − p̃) × 8 w (w − 1) / 10² =
 * 21/484 × 2.5 / 100; no draw differs, so the end is 1.96 errors away. */
START_TEST(a_share_of_nothing_is_not_sure) {
    static const struct mln_band_group none[] = {{0, 0, SURE, SURE, 1, 8, false},
                                                 {0, 0, SURE, SURE, 2, 8, false}};
    struct mln_band_draws d =
        drawn(&no_units, (struct mln_band_groups){eight, 1}, (struct mln_band_groups){two, 1});
    const struct mln_combined c = share_of(&d, none, 2);
    ck_assert_double_eq_tol(c.estimate, 0, 1e-12);
    ck_assert_double_eq_tol(c.interval.upper, 1.959963984540054 * sqrt(21.0 / 484 * 2.5 / 100),
                            1e-9);
    mln_band_release(&d);
}
END_TEST

/* Six sure, two of them in the part; unit 0 (two subjects, in the part) never stands, unit 1 (two,
 * in the part) always: 4 of 8, and the two of unit 0 are missing: w = 10/8. An empty whole is
 * undefined. */
START_TEST(a_unit_stands_by_its_probability) {
    static const uint64_t key[] = {11, 12};
    static const double prob[] = {0, 1};
    static const struct mln_band_group linked[] = {{0, 0, SURE, SURE, 0, 6, false},
                                                   {0, 0, 0, SURE, 0, 2, false},
                                                   {0, 0, 1, SURE, 0, 2, false}};
    static const struct mln_band_group groups[] = {
        {0, 0, SURE, SURE, 0, 2, false}, {0, 0, SURE, SURE, 1, 4, false},
        {0, 0, SURE, SURE, 2, 6, false}, {0, 0, 0, SURE, 0, 2, false},
        {0, 0, 0, SURE, 2, 2, false},    {0, 0, 1, SURE, 0, 2, false},
        {0, 0, 1, SURE, 2, 2, false}};
    const struct mln_band_units units = {2, key, prob, NULL, 0, NULL};
    struct mln_band_draws d = drawn(&units, (struct mln_band_groups){linked, 3}, nobody);
    ck_assert_uint_eq(d.stands[0], 0);
    ck_assert_uint_eq(d.stands[1], 15);
    ck_assert_double_eq(d.weight[0], 1.25);
    const struct mln_combined c = share_of(&d, groups, 7);
    ck_assert_double_eq_tol(c.estimate, 0.5, 1e-12);
    ck_assert(isnan(share_of(&d, groups, 0).estimate));
    mln_band_release(&d);
}
END_TEST

/* Who does not belong counts neither as linked nor as missing; who has no affaire is not missing.
 * Unit 0 never stands, unit 1 always. */
START_TEST(who_belongs_and_who_misses) {
    static const uint64_t key[] = {11, 12};
    static const double prob[] = {0, 1};
    static const struct mln_band_group linked[] = {{0, 0, SURE, SURE, 0, 8, false},
                                                   {0, 0, SURE, 0, 0, 5, false},
                                                   {0, 0, SURE, 1, 0, 2, false}};
    static const struct mln_band_group unlinked[] = {{0, 0, 0, SURE, 0, 9, false},
                                                     {0, 0, 1, SURE, 0, 4, false},
                                                     {0, 0, 1, 0, 0, 3, false},
                                                     {0, 0, 1, 1, 0, 1, false}};
    const struct mln_band_units units = {2, key, prob, NULL, 0, NULL};
    struct mln_band_draws d =
        drawn(&units, (struct mln_band_groups){linked, 3}, (struct mln_band_groups){unlinked, 4});
    ck_assert_double_eq(d.weight[0], 15.0 / 10); /* 8 + 2 linked, 4 + 1 missing */
    mln_band_release(&d);
    /* Five who are one thing in the draws where unit 0 stands, another else: never, and always. */
    static const struct mln_band_group either[] = {
        {0, 0, SURE, 0, 0, 5, false}, {0, 0, SURE, 0, 1, 5, true}, {0, 0, SURE, SURE, 2, 5, false}};
    d = drawn(&units, (struct mln_band_groups){either, 2}, nobody);
    ck_assert_double_eq(d.weight[0], 1);
    ck_assert_double_eq(share_of(&d, either, 3).estimate, 0);
    mln_band_release(&d);
}
END_TEST

/* Two classes, 1 of 9 and 0 of 9: r = 1.5 / 19, the prior Beta(1, 19/1.5 − 1). More cases that
 * turned out so than there are (3 of 1) leaves no others. */
START_TEST(rates_by_hand) {
    static const uint64_t e[] = {1, 0}, n[] = {9, 9}, three[] = {3}, one[] = {1};
    struct mln_band_rate r[2];
    mln_band_rates(e, n, 2, r);
    ck_assert_double_eq_tol(r[0].alpha, 2, 1e-12);
    ck_assert_double_eq_tol(r[0].beta, 8 + 19 / 1.5 - 1, 1e-12);
    ck_assert_double_eq_tol(r[1].alpha, 1, 1e-12);
    ck_assert_double_eq_tol(r[1].beta, 9 + 19 / 1.5 - 1, 1e-12);
    mln_band_rates(three, one, 1, r);
    ck_assert_double_eq(r[0].alpha, 4);
    ck_assert_double_eq(r[0].beta, 0.5);
}
END_TEST

enum { MANY = 4000 };

/* Beta(6, 18), and Beta(½, ½) where the sampler goes another way: mean 1/4 and 1/2, variance over
 * draws ab / ((a + b)² (a + b + 1)) = 3/16 / 25 and 1/8. Of 64 draws: mean within 4 standard
 * errors, variance within a factor of 2 (chi-square of 63: beyond 4.5 standard errors). */
START_TEST(rates_are_drawn_from_their_posterior) {
    static const struct mln_band_rate rates[] = {{6, 18}, {0.5, 0.5}};
    static const double mean[] = {0.25, 0.5}, variance[] = {0.1875 / 25, 0.125};
    static uint64_t key[2 * MANY];
    static uint32_t rate[2 * MANY];
    static double prob[2 * MANY];
    for (uint32_t i = 0; i < 2 * MANY; i++) {
        key[i] = i;
        rate[i] = i / MANY;
    }
    const struct mln_band_units units = {2 * MANY, key, prob, rate, 2, rates};
    struct mln_cells cells = one_stratum();
    struct mln_band_options many = options;
    struct mln_band_draws d;
    many.n_draws = 64;
    ck_assert_int_eq(mln_band_draw(&units, &cells, nobody, nobody, &many, &d, &err), MLN_OK);
    for (size_t r = 0; r < 2; r++) {
        double sum = 0, square = 0;
        for (uint32_t m = 0; m < 64; m++) {
            double standing = 0;
            for (size_t i = r * MANY; i < (r + 1) * MANY; i++) {
                standing += (double)(d.stands[i] >> m & 1U);
            }
            sum += standing / MANY;
            square += standing / MANY * (standing / MANY);
        }
        const double got = sum / 64, spread = (square - sum * sum / 64) / 63;
        ck_assert_double_eq_tol(got, mean[r], 4 * sqrt(variance[r] / 64));
        ck_assert_msg(spread > variance[r] / 2 && spread < variance[r] * 2, "%zu: %g", r, spread);
    }
    mln_band_release(&d);
    mln_cells_release(&cells);
}
END_TEST

START_TEST(bad_options_and_numbers) {
    static const uint64_t key[] = {1, 2};
    static const double prob[] = {0.5, 1.5}, good[] = {0.5, 0.5};
    static const uint32_t far[] = {SURE, 1};
    static const struct mln_band_rate rate = {1, 1}, none = {0, 1};
    const struct {
        struct mln_band_units units;
        uint32_t n_draws;
    } bad[] = {{{2, key, prob, NULL, 0, NULL}, 4},
               {{2, key, good, NULL, 0, NULL}, MLN_BAND_MAX_DRAWS + 1},
               {{2, key, good, NULL, 0, NULL}, 1},
               {{2, key, good, far, 1, &rate}, 4},
               {{2, key, good, NULL, 1, &none}, 4}};
    struct mln_cells cells = one_stratum();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mln_band_options o = options;
        struct mln_band_draws d;
        o.n_draws = bad[i].n_draws;
        ck_assert_int_eq(mln_band_draw(&bad[i].units, &cells, nobody, nobody, &o, &d, &err),
                         MLN_BAD_INPUT);
        ck_assert_ptr_null(d.stands);
    }
    mln_cells_release(&cells);
}
END_TEST

/* ── coverage ── */

enum { WORLDS = 300, PEOPLE = 900, STRATA = 3 };

static bool happens(struct mln_rng *rng, double p) {
    return mln_rng_unit(rng) < p;
}

/* What a world tells: its units (links, then belonging, then affaires not found), groups, evidence.
 */
struct world {
    uint32_t stratum[PEOPLE], rate[3 * PEOPLE];
    uint64_t key[3 * PEOPLE];
    double prob[3 * PEOPLE];
    size_t n_units, n_linked, n_unlinked, n_groups;
    struct mln_band_group linked[PEOPLE], unlinked[PEOPLE], groups[2 * PEOPLE];
    uint64_t missing[STRATA], alone[STRATA], known, belonging;
    double part, whole; /* the truth */
};

static uint32_t add_unit(struct world *w, double prob, uint32_t rate) {
    w->key[w->n_units] = w->n_units;
    w->prob[w->n_units] = prob;
    w->rate[w->n_units] = rate;
    return (uint32_t)w->n_units++;
}

/* A person: of the field or not, which is not recorded for one in eight; has an affaire or not; if
 * so, found or not; if found, in one case of five by a link that is right with probability 0.8, and
 * wrong brings the outcome of a stranger of the stratum. Rates: 0 belonging, 1… affaires not found.
 */
static void add_person(struct world *w, struct mln_rng *rng) {
    static const double has[] = {0.95, 0.9, 0.8}, found[] = {0.97, 0.93, 0.85},
                        share[] = {0.2, 0.4, 0.6};
    const uint32_t s = mln_rng_below(rng, STRATA);
    const bool unknown = happens(rng, 0.125), belongs = happens(rng, 0.7);
    const bool has_affaire = happens(rng, has[s]), is_found = happens(rng, found[s]);
    const bool doubtful = happens(rng, 0.2), right = happens(rng, 0.8);
    bool outcome = happens(rng, share[s]);
    const bool of_stranger = happens(rng, share[s]);
    w->known += !unknown;
    w->belonging += !unknown && belongs;
    w->part += belongs && has_affaire && outcome;
    w->whole += belongs && has_affaire;
    w->missing[s] += has_affaire && !is_found;
    w->alone[s] += !has_affaire || !is_found;
    if (!unknown && !belongs) {
        return;
    }
    struct mln_band_group g = {s, s, SURE, unknown ? add_unit(w, 0, 0) : SURE, 0, 1, false};
    if (!has_affaire || !is_found) {
        g.unit = add_unit(w, 0, 1 + s);
        w->unlinked[w->n_unlinked++] = g;
        return;
    }
    outcome = doubtful && !right ? of_stranger : outcome;
    g.unit = doubtful ? add_unit(w, 0.8, SURE) : SURE;
    w->linked[w->n_linked++] = g;
    for (uint32_t cell = outcome ? 0 : 1; cell <= 2; cell += outcome ? 2 : 1) {
        g.cell = cell;
        w->groups[w->n_groups++] = g;
    }
}

static bool is_covered(uint64_t number) {
    static struct world w;
    struct mln_rng rng;
    w = (struct world){0};
    mln_rng_init(&rng, 99, 1, number);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        add_person(&w, &rng);
    }
    static const uint32_t three[] = {0, 1, 2};
    static const uint32_t *const columns[] = {three};
    const struct mln_strata strata = {STRATA, 1, columns};
    struct mln_cells cells;
    ck_assert_int_eq(mln_cells_build(&strata, &cells, &err), MLN_OK);
    struct mln_band_rate rates[1 + STRATA];
    mln_band_rates(&w.belonging, &w.known, 1, rates);
    mln_band_rates(w.missing, w.alone, STRATA, rates + 1);
    const struct mln_band_units units = {w.n_units, w.key, w.prob, w.rate, 1 + STRATA, rates};
    const struct mln_band_options o = {.seed = number, .n_draws = 20, .collapse = {10, 4}};
    struct mln_band_draws d;
    ck_assert_int_eq(mln_band_draw(&units, &cells, (struct mln_band_groups){w.linked, w.n_linked},
                                   (struct mln_band_groups){w.unlinked, w.n_unlinked}, &o, &d,
                                   &err),
                     MLN_OK);
    const struct mln_combined c = share_of(&d, w.groups, w.n_groups);
    mln_band_release(&d);
    mln_cells_release(&cells);
    const double truth = w.part / w.whole;
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

MLN_TEST_MAIN("band_draws", by_hand, a_share_of_nothing_is_not_sure,
              a_unit_stands_by_its_probability, who_belongs_and_who_misses, rates_by_hand,
              rates_are_drawn_from_their_posterior, bad_options_and_numbers, bands_cover_the_truth)
