/* Bands of shares and medians with doubtful and missing links, over 200 made-up populations: they
 * cover the truth as often as they say. */
#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "run.h"
#include "stats/km.h"
#include "stats/link_error.h"
#include "weighed.h"

enum { UNITS = 1200, STRATA = 4, DRAWS = 20, SEEDS = 200 };

static const double odds_of_stratum[STRATA] = {0.2, 0.35, 0.5, 0.65};
static const double odds_of_others =
    0.45; /* of an affaire at random, when wrong partners are unlike */

/* Each unit has a true outcome by its stratum, and with probability 0.9 one candidate, right with
 * the probability stated. A right candidate brings the true outcome and delay; a wrong one those of
 * another affaire. */
struct world {
    uint64_t key[UNITS];
    size_t first[UNITS + 1];
    double prob[UNITS];
    uint32_t stratum[UNITS];
    uint8_t truth[UNITS], brought[UNITS]; /* outcome; by candidate */
    double delay_brought[UNITS];          /* by candidate */
    double true_share;
};

static double draw_delay(struct mln_rng *rng, size_t stratum) {
    return ceil(mln_rng_exponential(rng) * 100 * (1 + (double)stratum));
}

static void make_world(struct world *w, uint64_t seed, bool alike) {
    static const double levels[] = {0.55, 0.8, 0.95, 0.99};
    size_t n = 0;
    w->true_share = 0;
    for (size_t i = 0; i < UNITS; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 9, i);
        const uint32_t s = mln_rng_below(&rng, STRATA);
        w->key[i] = seed << 32 | i;
        w->stratum[i] = s;
        w->truth[i] = mln_rng_unit(&rng) < odds_of_stratum[s];
        const double delay = draw_delay(&rng, s);
        w->true_share += w->truth[i] / (double)UNITS;
        w->first[i] = n;
        if (mln_rng_unit(&rng) < 0.9) {
            const double prob = levels[mln_rng_below(&rng, 4)];
            const bool right = mln_rng_unit(&rng) < prob;
            const double odds = alike ? odds_of_stratum[s] : odds_of_others;
            w->prob[n] = prob;
            w->brought[n] = right ? w->truth[i] : mln_rng_unit(&rng) < odds;
            w->delay_brought[n] =
                right ? delay : draw_delay(&rng, alike ? s : mln_rng_below(&rng, STRATA));
            n++;
        }
    }
    w->first[UNITS] = n;
}

/* Links of one draw, and the weights of the linked. */
static struct weighed draw_once(const struct world *w, const double *prob, uint64_t seed,
                                uint32_t draw, size_t *chosen) {
    const struct mln_link_candidates candidates = {UNITS, w->key, w->first, prob};
    uint8_t matched[UNITS];
    ck_assert(mln_link_draw(&candidates, seed, draw, chosen, NULL) == MLN_OK);
    for (size_t i = 0; i < UNITS; i++) {
        matched[i] = chosen[i] != MLN_NO_LINK;
    }
    const uint32_t *const code[] = {w->stratum};
    const struct mln_strata strata = {UNITS, 1, code};
    static const struct mln_collapse collapse = {20, 10};
    return weigh_matched(&strata, matched, &collapse);
}

static struct mln_share share_of_draw(const struct world *w, const struct weighed *weights,
                                      const size_t *chosen) {
    uint64_t n_with[UNITS] = {0};
    for (size_t i = 0; i < UNITS; i++) {
        n_with[class_of(weights, i)] += chosen[i] != MLN_NO_LINK && w->brought[chosen[i]];
    }
    return mln_weighted_share(&weights->weights, n_with);
}

static struct mln_combined share_band(const struct world *w, const double *prob, uint64_t seed) {
    double estimate[DRAWS], variance[DRAWS];
    for (uint32_t m = 0; m < DRAWS; m++) {
        size_t chosen[UNITS];
        struct weighed weights = draw_once(w, prob, seed, m, chosen);
        const struct mln_share share = share_of_draw(w, &weights, chosen);
        estimate[m] = share.share;
        variance[m] = share.variance;
        weighed_release(&weights);
    }
    return mln_combine(estimate, variance, DRAWS, MLN_SCALE_LOGIT, 0.95);
}

static bool covers(const struct mln_interval band, double truth) {
    return band.lower <= truth && truth <= band.upper;
}

/* 200 bands of 95 %: 190 should cover, with a standard deviation of 3.1. */
static void check_coverage(size_t covered) {
    ck_assert_msg(covered >= 181 && covered <= 199, "%zu of %d bands cover", covered, SEEDS);
}

START_TEST(bands_of_shares_cover) {
    static struct world w;
    size_t covered = 0, sure = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        make_world(&w, seed, true);
        covered += covers(share_band(&w, w.prob, seed).interval, w.true_share);
        /* What is never wrong: links of probability 1 − ε apart, bounds hold always when only right
         * links count. */
        uint64_t n_known = 0, n_with = 0;
        for (size_t i = 0; i < UNITS; i++) {
            const size_t j = w.first[i];
            const bool known = j < w.first[i + 1] && w.brought[j] == w.truth[i] && w.prob[j] > 0.9;
            n_known += known;
            n_with += known && w.brought[j];
        }
        sure += covers(mln_share_bounds(n_with, n_known, UNITS), w.true_share);
    }
    printf("shares: %zu of %d bands cover\n", covered, SEEDS);
    check_coverage(covered);
    ck_assert_uint_eq(sure, SEEDS);
}
END_TEST

/* Wrong partners unlike right ones: probabilities as they are lean, updated by the outcomes they do
 * not. The shares of each stratum are found with the probabilities, by steps of the EM kind. */
static void update(const struct world *w, double *prob) {
    const struct mln_link_candidates candidates = {UNITS, w->key, w->first, w->prob};
    double odds[STRATA] = {0.4, 0.4, 0.4, 0.4}, ratio[UNITS];
    for (int step = 0; step < 30; step++) {
        double with[STRATA] = {0}, all[STRATA] = {0};
        for (size_t i = 0; i < UNITS; i++) {
            const double p = odds[w->stratum[i]];
            for (size_t j = w->first[i]; j < w->first[i + 1]; j++) {
                ratio[j] = w->brought[j] ? p / odds_of_others : (1 - p) / (1 - odds_of_others);
            }
        }
        ck_assert(mln_link_update(&candidates, ratio, prob, NULL) == MLN_OK);
        for (size_t i = 0; i < UNITS; i++) {
            for (size_t j = w->first[i]; j < w->first[i + 1]; j++) {
                with[w->stratum[i]] += prob[j] * w->brought[j];
                all[w->stratum[i]] += prob[j];
            }
        }
        for (size_t s = 0; s < STRATA; s++) {
            odds[s] = with[s] / all[s];
        }
    }
}

/* The share of stratum 0 alone, which wrong partners pull up most. */
static struct mln_combined first_stratum_band(const struct world *w, const double *prob,
                                              uint64_t seed) {
    double estimate[DRAWS], variance[DRAWS];
    for (uint32_t m = 0; m < DRAWS; m++) {
        size_t chosen[UNITS];
        struct weighed weights = draw_once(w, prob, seed, m, chosen);
        struct mln_weights one = {1, weights.weights.classes, NULL};
        uint64_t n_with = 0;
        for (size_t i = 0; i < UNITS; i++) {
            n_with += w->stratum[i] == 0 && chosen[i] != MLN_NO_LINK && w->brought[chosen[i]];
        }
        const struct mln_share share = mln_weighted_share(&one, &n_with);
        estimate[m] = share.share;
        variance[m] = share.variance;
        weighed_release(&weights);
    }
    return mln_combine(estimate, variance, DRAWS, MLN_SCALE_LOGIT, 0.95);
}

START_TEST(updated_probabilities_do_not_lean) {
    static struct world w;
    static double prob[UNITS];
    size_t covered = 0, as_they_are = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        make_world(&w, seed, false);
        double truth = 0, n = 0;
        for (size_t i = 0; i < UNITS; i++) {
            n += w.stratum[i] == 0;
            truth += w.stratum[i] == 0 && w.truth[i];
        }
        update(&w, prob);
        covered += covers(first_stratum_band(&w, prob, seed).interval, truth / n);
        as_they_are += covers(first_stratum_band(&w, w.prob, seed).interval, truth / n);
    }
    printf("unlike partners: %zu of %d bands cover, %zu without the update\n", covered, SEEDS,
           as_they_are);
    check_coverage(covered);
    ck_assert_uint_lt(as_they_are, 181);
}
END_TEST

/* The median delay of all units: the weighted Kaplan–Meier curve of each draw, its median's
 * variance from its interval. Truth: the median of the mixture of four exponentials, found by
 * bisection. */
static double true_median(void) {
    double low = 0, high = 1000;
    while (high - low > 1e-9) {
        const double t = (low + high) / 2;
        double running = 0;
        for (size_t s = 0; s < STRATA; s++) {
            running += exp(-t / (100 * (1 + (double)s))) / STRATA;
        }
        *(running > 0.5 ? &low : &high) = t;
    }
    return (low + high) / 2;
}

static struct mln_interval median_band(const struct world *w, uint64_t seed) {
    double estimate[DRAWS], variance[DRAWS];
    const double z = mln_interval_z(0.95);
    for (uint32_t m = 0; m < DRAWS; m++) {
        size_t chosen[UNITS], n = 0;
        double exit[UNITS], weight[UNITS];
        uint32_t end[UNITS];
        struct mln_km_point points[UNITS];
        struct weighed weights = draw_once(w, w->prob, seed, m, chosen);
        for (size_t i = 0; i < UNITS; i++) {
            if (chosen[i] != MLN_NO_LINK) {
                const double limit = 500; /* the end of observation */
                const double delay = w->delay_brought[chosen[i]];
                exit[n] = delay < limit ? delay : limit;
                end[n] = delay < limit;
                weight[n++] = weights.weights.classes[class_of(&weights, i)].weight;
            }
        }
        weighed_release(&weights);
        const struct mln_spells spells = {.n = n, .exit = exit, .end = end, .weight = weight};
        struct mln_risk_sets sets;
        ck_assert(mln_risk_build(&spells, 1, 1, &sets, NULL) == MLN_OK);
        ck_assert(mln_km_fit(sets.groups, MLN_KM_ROBUST, points, NULL) == MLN_OK);
        const struct mln_interval ends =
            mln_km_quantile_interval(points, sets.groups->n_times, 0.5, MLN_INTERVAL_LOG_LOG, z);
        const double se = (ends.upper - ends.lower) / (2 * z);
        estimate[m] = mln_km_quantile(points, sets.groups->n_times, 0.5);
        variance[m] = se * se;
        mln_risk_release(&sets);
    }
    return mln_combine(estimate, variance, DRAWS, MLN_SCALE_LOG, 0.95).interval;
}

START_TEST(bands_of_medians_cover) {
    static struct world w;
    const double truth = true_median() + 0.5; /* delays are rounded up to days */
    size_t covered = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        make_world(&w, seed, true);
        covered += covers(median_band(&w, seed), truth);
    }
    printf("medians: %zu of %d bands cover\n", covered, SEEDS);
    check_coverage(covered);
}
END_TEST

MLN_TEST_MAIN("link_bands", bands_of_shares_cover, updated_probabilities_do_not_lean,
              bands_of_medians_cover)
