#include "stats/link_band.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void mln_band_release(struct mln_band_draws *draws) {
    free(draws->stands);
    free(draws->weight);
    *draws = (struct mln_band_draws){0};
}

static bool stands_in(const struct mln_band_draws *d, uint32_t unit, uint32_t draw) {
    return unit == MLN_BAND_SURE || (d->stands[unit] >> draw & 1U) != 0;
}

struct scratch {
    size_t *first, *chosen;
    uint64_t *n_matched;
};

static enum mln_status draw_links(const uint64_t *key, const double *prob, uint64_t seed,
                                  const struct scratch *s, struct mln_band_draws *out,
                                  struct mln_err *err) {
    for (size_t i = 0; i <= out->n_units; i++) {
        s->first[i] = i;
    }
    const struct mln_link_candidates candidates = {out->n_units, key, s->first, prob};
    for (uint32_t m = 0; m < out->n_draws; m++) {
        MLN_TRY(mln_link_draw(&candidates, seed, m, s->chosen, err));
        for (size_t i = 0; i < out->n_units; i++) {
            out->stands[i] |= (uint64_t)(s->chosen[i] != MLN_NO_LINK) << m;
        }
    }
    return MLN_OK;
}

static enum mln_status weigh(const struct mln_cells *strata, const struct mln_band_group *linked,
                             size_t n_linked, const struct mln_collapse *collapse,
                             uint64_t *n_matched, const struct mln_band_draws *d, uint32_t draw,
                             struct mln_err *err) {
    struct mln_weights w = {0};
    memset(n_matched, 0, strata->n_cells * sizeof *n_matched);
    for (size_t i = 0; i < n_linked; i++) {
        n_matched[linked[i].stratum] += stands_in(d, linked[i].unit, draw) ? linked[i].n : 0;
    }
    MLN_TRY(mln_weights_build(strata, n_matched, collapse, &w, err));
    for (size_t c = 0; c < strata->n_cells; c++) {
        d->weight[draw * strata->n_cells + c] = w.classes[w.class_of[c]].weight;
    }
    mln_weights_release(&w);
    return MLN_OK;
}

enum mln_status mln_band_draw(size_t n_units, const uint64_t *key, const double *prob,
                              const struct mln_cells *strata, const struct mln_band_group *linked,
                              size_t n_linked, const struct mln_band_options *options,
                              struct mln_band_draws *out, struct mln_err *err) {
    *out = (struct mln_band_draws){
        .n_draws = options->n_draws, .n_units = n_units, .n_strata = strata->n_cells};
    if (options->n_draws < 2 || options->n_draws > MLN_BAND_MAX_DRAWS) {
        return mln_err_set(err, MLN_BAD_INPUT, "draws of links: 2 to %d", MLN_BAND_MAX_DRAWS);
    }
    out->stands = calloc(n_units + 1, sizeof *out->stands);
    out->weight = malloc((options->n_draws * strata->n_cells + 1) * sizeof *out->weight);
    const struct scratch s = {malloc((n_units + 1) * sizeof *s.first),
                              malloc((n_units + 1) * sizeof *s.chosen),
                              malloc((strata->n_cells + 1) * sizeof *s.n_matched)};
    const bool room = out->stands != NULL && out->weight != NULL && s.first != NULL &&
                      s.chosen != NULL && s.n_matched != NULL;
    enum mln_status status = room ? MLN_OK : mln_err_nomem(err, "the draws of links");
    if (status == MLN_OK) {
        status = draw_links(key, prob, options->seed, &s, out, err);
    }
    for (uint32_t m = 0; status == MLN_OK && m < out->n_draws; m++) {
        status = weigh(strata, linked, n_linked, &options->collapse, s.n_matched, out, m, err);
    }
    free(s.first);
    free(s.chosen);
    free(s.n_matched);
    if (status != MLN_OK) {
        mln_band_release(out);
    }
    return status;
}

void mln_band_sums(const struct mln_band_draws *draws, const struct mln_band_group *groups,
                   size_t n_groups, size_t n_cells, double *sum, double *square) {
    for (uint32_t m = 0; m < draws->n_draws; m++) {
        double *const w_sum = sum + m * n_cells;
        double *const w_square = square + m * n_cells;
        const double *weight = draws->weight + m * draws->n_strata;
        memset(w_sum, 0, n_cells * sizeof *w_sum);
        memset(w_square, 0, n_cells * sizeof *w_square);
        for (size_t i = 0; i < n_groups; i++) {
            if (stands_in(draws, groups[i].unit, m)) {
                const double w = weight[groups[i].stratum];
                w_sum[groups[i].cell] += (double)groups[i].n * w;
                w_square[groups[i].cell] += (double)groups[i].n * w * (w - 1);
            }
        }
    }
}

struct mln_combined mln_band_share(const struct mln_band_draws *draws, const double *sum,
                                   const double *square, size_t n_cells, size_t part, size_t whole,
                                   double level) {
    double estimate[MLN_BAND_MAX_DRAWS], variance[MLN_BAND_MAX_DRAWS];
    for (uint32_t m = 0; m < draws->n_draws; m++) {
        const double *s = sum + m * n_cells;
        const double *v = square + m * n_cells;
        /* Rounding of sums in another order: a part that is the whole may pass it by a hair. */
        const double p = s[whole] > 0 ? fmin(1, s[part] / s[whole]) : NAN;
        const double rest = fmax(0, v[whole] - v[part]);
        estimate[m] = p;
        variance[m] = (v[part] * (1 - p) * (1 - p) + rest * p * p) / (s[whole] * s[whole]);
    }
    return mln_combine(estimate, variance, draws->n_draws, MLN_SCALE_LOGIT, level);
}
