#include "stats/link_error.h"

#include <math.h>

#include "base/rng.h"
#include "stats/dist.h"

/* ── draws ── */

/* Streams of other purposes are small numbers. */
static const uint32_t stream_of_draws = 0x4C4B0000;

static enum mln_status check_unit(const struct mln_link_candidates *c, size_t unit,
                                  struct mln_err *err) {
    double sum = 0.0;
    for (size_t j = c->first[unit]; j < c->first[unit + 1]; j++) {
        if (!(c->prob[j] >= 0.0 && c->prob[j] <= 1.0)) {
            return mln_err_set(err, MLN_BAD_INPUT, "unit %zu: a link's probability is not in 0..1",
                               unit + 1);
        }
        sum += c->prob[j];
    }
    return sum <= 1.0 + 1e-9 ? MLN_OK
                             : mln_err_set(err, MLN_BAD_INPUT,
                                           "unit %zu: the probabilities of its links sum to more "
                                           "than 1",
                                           unit + 1);
}

enum mln_status mln_link_draw(const struct mln_link_candidates *c, uint64_t seed, uint32_t draw,
                              size_t *chosen, struct mln_err *err) {
    for (size_t unit = 0; unit < c->n; unit++) {
        MLN_TRY(check_unit(c, unit, err));
        struct mln_rng rng;
        mln_rng_init(&rng, seed, stream_of_draws + draw, c->key[unit]);
        double left = mln_rng_unit(&rng);
        chosen[unit] = MLN_NO_LINK;
        for (size_t j = c->first[unit]; j < c->first[unit + 1]; j++) {
            if (left < c->prob[j]) {
                chosen[unit] = j;
                break;
            }
            left -= c->prob[j];
        }
    }
    return MLN_OK;
}

enum mln_status mln_link_update(const struct mln_link_candidates *c, const double *ratio,
                                double *updated, struct mln_err *err) {
    for (size_t unit = 0; unit < c->n; unit++) {
        const size_t first = c->first[unit], end = c->first[unit + 1];
        MLN_TRY(check_unit(c, unit, err));
        double none = 1.0, all = 0.0;
        for (size_t j = first; j < end; j++) {
            if (!(ratio[j] >= 0.0 && ratio[j] < INFINITY)) {
                return mln_err_set(err, MLN_BAD_INPUT,
                                   "unit %zu: a link's ratio is not a finite number from 0",
                                   unit + 1);
            }
            none -= c->prob[j];
            all += c->prob[j] * ratio[j];
        }
        all += none > 0.0 ? none : 0.0;
        for (size_t j = first; j < end; j++) {
            updated[j] = all > 0.0 ? c->prob[j] * ratio[j] / all : c->prob[j];
        }
    }
    return MLN_OK;
}

/* ── combination ── */

static double to_scale(double x, enum mln_scale scale) {
    return scale == MLN_SCALE_LOG ? log(x) : scale == MLN_SCALE_LOGIT ? log(x / (1.0 - x)) : x;
}

static double from_scale(double y, enum mln_scale scale) {
    return scale == MLN_SCALE_LOG ? exp(y) : scale == MLN_SCALE_LOGIT ? 1.0 / (1.0 + exp(-y)) : y;
}

/* Derivative of the scale at x. */
static double slope(double x, enum mln_scale scale) {
    return scale == MLN_SCALE_LOG     ? 1.0 / x
           : scale == MLN_SCALE_LOGIT ? 1.0 / (x * (1.0 - x))
                                      : 1.0;
}

static enum mln_scale usable_scale(const double *estimate, size_t n, enum mln_scale scale) {
    for (size_t m = 0; m < n; m++) {
        if ((scale != MLN_SCALE_PLAIN && !(estimate[m] > 0.0)) ||
            (scale == MLN_SCALE_LOGIT && !(estimate[m] < 1.0))) {
            return MLN_SCALE_PLAIN;
        }
    }
    return scale;
}

struct mln_combined mln_combine(const double *estimate, const double *variance, size_t n_draws,
                                enum mln_scale scale, double level) {
    struct mln_combined out = {
        NAN, NAN, NAN, NAN, NAN, {NAN, NAN}, usable_scale(estimate, n_draws, scale)};
    const double m = (double)n_draws;
    double mean = 0.0, within = 0.0, between = 0.0;
    for (size_t i = 0; i < n_draws; i++) {
        const double by = slope(estimate[i], out.scale);
        mean += to_scale(estimate[i], out.scale) / m;
        within += variance == NULL ? 0.0 : by * by * variance[i] / m;
    }
    for (size_t i = 0; i < n_draws; i++) {
        const double off = to_scale(estimate[i], out.scale) - mean;
        between += off * off / (m - 1.0);
    }
    if (n_draws < 2 || isnan(mean) || isnan(within)) {
        return out;
    }
    const double added = (1.0 + 1.0 / m) * between;
    const double ratio = 1.0 + within / added;
    out.df = added > 0.0 ? (m - 1.0) * ratio * ratio : INFINITY;
    out.estimate = from_scale(mean, out.scale);
    out.within = within;
    out.between = between;
    out.total = within + added;
    const double reach = mln_t_quantile(1.0 - (1.0 - level) / 2.0, out.df) * sqrt(out.total);
    out.interval = (struct mln_interval){from_scale(mean - reach, out.scale),
                                         from_scale(mean + reach, out.scale)};
    return out;
}

/* ── bounds ── */

struct mln_interval mln_share_bounds(uint64_t n_with, uint64_t n_known, uint64_t n_all) {
    if (n_all == 0) {
        return (struct mln_interval){NAN, NAN};
    }
    const uint64_t most = n_with + (n_all - n_known);
    return (struct mln_interval){(double)n_with / (double)n_all, (double)most / (double)n_all};
}

/* The value of 1-based rank among known values that come after n_before unknown ones. */
static double value_of_rank(const struct mln_bin *bins, size_t n_bins, uint64_t n_before,
                            uint64_t rank) {
    uint64_t seen = n_before;
    if (rank <= seen) {
        return -INFINITY;
    }
    for (size_t i = 0; i < n_bins; i++) {
        seen += bins[i].n;
        if (rank <= seen) {
            return bins[i].value;
        }
    }
    return INFINITY;
}

static double quantile_after(const struct mln_bin *bins, size_t n_bins, uint64_t n_before,
                             uint64_t total, uint32_t per_mille) {
    /* As mln_histogram_quantile: total × p / 1000 without overflow. */
    const uint64_t scaled = total % 1000 * per_mille;
    const uint64_t rank = total / 1000 * per_mille + scaled / 1000;
    if (scaled % 1000 != 0) {
        return value_of_rank(bins, n_bins, n_before, rank + 1);
    }
    const double low = value_of_rank(bins, n_bins, n_before, rank);
    const double high = value_of_rank(bins, n_bins, n_before, rank + 1);
    return low == high ? low : (low + high) / 2.0;
}

struct mln_interval mln_quantile_bounds(const struct mln_bin *bins, size_t n_bins,
                                        uint64_t n_unknown, uint32_t per_mille) {
    const uint64_t total = mln_histogram_total(bins, n_bins) + n_unknown;
    if (total == 0) {
        return (struct mln_interval){NAN, NAN};
    }
    return (struct mln_interval){quantile_after(bins, n_bins, n_unknown, total, per_mille),
                                 quantile_after(bins, n_bins, 0, total, per_mille)};
}
