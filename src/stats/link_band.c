#include "stats/link_band.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

void mln_band_release(struct mln_band_draws *draws) {
    free(draws->stands);
    free(draws->weight);
    *draws = (struct mln_band_draws){0};
}

static bool stands_in(const struct mln_band_draws *d, uint32_t unit, uint32_t draw) {
    return unit == MLN_BAND_SURE || (d->stands[unit] >> draw & 1U) != 0;
}

static bool belongs_in(const struct mln_band_draws *d, const struct mln_band_group *g,
                       uint32_t draw) {
    return stands_in(d, g->member, draw) != g->unless;
}

static bool counts_in(const struct mln_band_draws *d, const struct mln_band_group *g,
                      uint32_t draw) {
    return stands_in(d, g->unit, draw) && belongs_in(d, g, draw);
}

/* ── rates ── */

void mln_band_rates(const uint64_t *e, const uint64_t *n, size_t n_rates,
                    struct mln_band_rate *out) {
    double all_e = 0, all_n = 0;
    for (size_t i = 0; i < n_rates; i++) {
        all_e += (double)e[i];
        all_n += (double)n[i];
    }
    const double rest = (all_n + 1) / (all_e + 0.5) - 1;
    for (size_t i = 0; i < n_rates; i++) {
        const double others = fmax(0, (double)n[i] - (double)e[i]);
        out[i] = (struct mln_band_rate){(double)e[i] + 1, fmax(0.5, others + rest)};
    }
}

/* Streams of other purposes are small numbers, or the draws of links (link_error.c). */
static const uint32_t stream_of_rates = 0x4C4C0000;

/* Gamma(shape, 1), shape > 0: Marsaglia & Tsang, ACM Trans. Math. Softw. 26 (2000). */
static double gamma_draw(struct mln_rng *rng, double shape) {
    if (shape < 1) {
        const double of_one_more = gamma_draw(rng, shape + 1);
        return of_one_more * pow(1 - mln_rng_unit(rng), 1 / shape);
    }
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = mln_rng_normal(rng);
        const double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
        if (v > 0 && log(1 - mln_rng_unit(rng)) < x * x / 2 + d - d * v + d * log(v)) {
            return d * v;
        }
    }
}

static double rate_draw(const struct mln_band_rate *rate, uint64_t seed, uint32_t draw,
                        size_t number) {
    struct mln_rng rng;
    mln_rng_init(&rng, seed, stream_of_rates + draw, number);
    const double a = gamma_draw(&rng, rate->alpha);
    return a / (a + gamma_draw(&rng, rate->beta));
}

static enum mln_status check_rates(const struct mln_band_units *units, struct mln_err *err) {
    for (size_t i = 0; i < units->n_rates; i++) {
        const struct mln_band_rate *r = &units->rates[i];
        if (!(r->alpha > 0 && r->alpha < INFINITY && r->beta > 0 && r->beta < INFINITY)) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "rate %zu of doubts: alpha and beta are finite numbers above 0",
                               i + 1);
        }
    }
    for (size_t i = 0; units->rate != NULL && i < units->n; i++) {
        if (units->rate[i] != MLN_BAND_SURE && units->rate[i] >= units->n_rates) {
            return mln_err_set(err, MLN_BAD_INPUT, "unit %zu of doubt: there is no such rate",
                               i + 1);
        }
    }
    return MLN_OK;
}

/* ── draws ── */

struct scratch {
    size_t *first, *chosen;
    double *prob, *rate;
    uint64_t *n_matched, *size;
};

static enum mln_status draw_units(const struct mln_band_units *units, uint64_t seed,
                                  const struct scratch *s, struct mln_band_draws *out,
                                  struct mln_err *err) {
    for (size_t i = 0; i <= units->n; i++) {
        s->first[i] = i;
    }
    const struct mln_link_candidates candidates = {units->n, units->key, s->first, s->prob};
    for (uint32_t m = 0; m < out->n_draws; m++) {
        for (size_t r = 0; r < units->n_rates; r++) {
            s->rate[r] = rate_draw(&units->rates[r], seed, m, r);
        }
        for (size_t i = 0; i < units->n; i++) {
            const bool rated = units->rate != NULL && units->rate[i] != MLN_BAND_SURE;
            s->prob[i] = rated ? s->rate[units->rate[i]] : units->prob[i];
        }
        MLN_TRY(mln_link_draw(&candidates, seed, m, s->chosen, err));
        for (size_t i = 0; i < units->n; i++) {
            out->stands[i] |= (uint64_t)(s->chosen[i] != MLN_NO_LINK) << m;
        }
    }
    return MLN_OK;
}

/* Of each cell, in a draw: who has an affaire, and whose link stands. */
static enum mln_status weigh(const struct mln_cells *strata, struct mln_band_groups linked,
                             struct mln_band_groups unlinked, const struct mln_collapse *collapse,
                             const struct scratch *s, const struct mln_band_draws *d, uint32_t draw,
                             struct mln_err *err) {
    struct mln_weights w = {0};
    memset(s->n_matched, 0, strata->n_cells * sizeof *s->n_matched);
    memset(s->size, 0, strata->n_cells * sizeof *s->size);
    for (size_t i = 0; i < linked.n; i++) {
        const struct mln_band_group *g = &linked.list[i];
        const bool stands = stands_in(d, g->unit, draw);
        const uint64_t n = belongs_in(d, g, draw) ? g->n : 0;
        s->size[stands ? g->stratum : g->lost] += n;
        s->n_matched[g->stratum] += stands ? n : 0;
    }
    for (size_t i = 0; i < unlinked.n; i++) {
        const struct mln_band_group *g = &unlinked.list[i];
        s->size[g->stratum] += counts_in(d, g, draw) ? g->n : 0;
    }
    struct mln_cells drawn = *strata;
    drawn.size = s->size;
    MLN_TRY(mln_weights_build(&drawn, s->n_matched, collapse, &w, err));
    for (size_t c = 0; c < strata->n_cells; c++) {
        d->weight[draw * strata->n_cells + c] = w.classes[w.class_of[c]].weight;
    }
    mln_weights_release(&w);
    return MLN_OK;
}

static bool make_room(struct scratch *s, const struct mln_band_units *units,
                      const struct mln_cells *strata, struct mln_band_draws *out) {
    out->stands = calloc(units->n + 1, sizeof *out->stands);
    out->weight = malloc((out->n_draws * strata->n_cells + 1) * sizeof *out->weight);
    *s = (struct scratch){malloc((units->n + 1) * sizeof *s->first),
                          malloc((units->n + 1) * sizeof *s->chosen),
                          malloc((units->n + 1) * sizeof *s->prob),
                          malloc((units->n_rates + 1) * sizeof *s->rate),
                          malloc((strata->n_cells + 1) * sizeof *s->n_matched),
                          malloc((strata->n_cells + 1) * sizeof *s->size)};
    return out->stands != NULL && out->weight != NULL && s->first != NULL && s->chosen != NULL &&
           s->prob != NULL && s->rate != NULL && s->n_matched != NULL && s->size != NULL;
}

enum mln_status mln_band_draw(const struct mln_band_units *units, const struct mln_cells *strata,
                              struct mln_band_groups linked, struct mln_band_groups unlinked,
                              const struct mln_band_options *options, struct mln_band_draws *out,
                              struct mln_err *err) {
    *out = (struct mln_band_draws){
        .n_draws = options->n_draws, .n_units = units->n, .n_strata = strata->n_cells};
    if (options->n_draws < 2 || options->n_draws > MLN_BAND_MAX_DRAWS) {
        return mln_err_set(err, MLN_BAD_INPUT, "draws of links: 2 to %d", MLN_BAND_MAX_DRAWS);
    }
    MLN_TRY(check_rates(units, err));
    struct scratch s;
    enum mln_status status =
        make_room(&s, units, strata, out) ? MLN_OK : mln_err_nomem(err, "the draws of links");
    if (status == MLN_OK) {
        status = draw_units(units, options->seed, &s, out, err);
    }
    for (uint32_t m = 0; status == MLN_OK && m < out->n_draws; m++) {
        status = weigh(strata, linked, unlinked, &options->collapse, &s, out, m, err);
    }
    free(s.first);
    free(s.chosen);
    free(s.prob);
    free(s.rate);
    free(s.n_matched);
    free(s.size);
    if (status != MLN_OK) {
        mln_band_release(out);
    }
    return status;
}

/* ── shares ── */

void mln_band_sums(const struct mln_band_draws *draws, const struct mln_band_group *groups,
                   size_t n_groups, size_t n_cells, double *sum, double *square) {
    for (uint32_t m = 0; m < draws->n_draws; m++) {
        double *const w_sum = sum + m * n_cells;
        double *const w_square = square + m * n_cells;
        const double *weight = draws->weight + m * draws->n_strata;
        memset(w_sum, 0, n_cells * sizeof *w_sum);
        memset(w_square, 0, n_cells * sizeof *w_square);
        for (size_t i = 0; i < n_groups; i++) {
            if (counts_in(draws, &groups[i], m)) {
                const double w = weight[groups[i].stratum];
                w_sum[groups[i].cell] += (double)groups[i].n * w;
                w_square[groups[i].cell] += (double)groups[i].n * w * (w - 1);
            }
        }
    }
}

struct mln_combined mln_band_share(const struct mln_band_draws *draws, const double *sum,
                                   const double *square, size_t n_cells, size_t part, size_t whole,
                                   double unseen, double level) {
    double estimate[MLN_BAND_MAX_DRAWS], variance[MLN_BAND_MAX_DRAWS];
    for (uint32_t m = 0; m < draws->n_draws; m++) {
        const double *s = sum + m * n_cells;
        const double *v = square + m * n_cells;
        /* Rounding of sums in another order: a part that is the whole may pass it by a hair. */
        const double p = s[whole] > 0 ? fmin(1, s[part] / s[whole]) : NAN;
        const double rest = fmax(0, v[whole] - v[part]);
        estimate[m] = p;
        const double smooth = (fmin(s[part], s[whole]) + 0.5) / (s[whole] + 1);
        const bool degenerate = part != whole && (p <= 0 || p >= 1);
        const double spread = degenerate ? v[whole] * smooth * (1 - smooth)
                                         : v[part] * (1 - p) * (1 - p) + rest * p * p;
        const double q = degenerate ? smooth * (1 - smooth) : p * (1 - p);
        variance[m] =
            spread / (s[whole] * s[whole]) + q * unseen / (s[whole] * (1 + unseen) * (1 + unseen));
    }
    return mln_combine(estimate, variance, draws->n_draws, MLN_SCALE_LOGIT, level);
}
