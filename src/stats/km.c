#include "stats/km.h"

#include <math.h>

/* As in R survival: a probability this near 1 − p is taken for equal (sums of rounding errors). */
static const double near = 1.4901161193847656e-08; /* square root of the double's epsilon */

void mln_km_fit(const struct mln_km_bin *bins, size_t n_bins, struct mln_km_point *out) {
    uint64_t at_risk = 0;
    for (size_t i = 0; i < n_bins; i++) {
        at_risk += bins[i].n_ended + bins[i].n_censored;
    }
    double running = at_risk == 0 ? NAN : 1.0;
    double greenwood = 0.0;
    for (size_t i = 0; i < n_bins; i++) {
        const struct mln_km_bin *bin = &bins[i];
        if (bin->n_ended > 0) {
            const double n = (double)at_risk;
            const double left = (double)(at_risk - bin->n_ended);
            running *= left / n;
            greenwood += left > 0 ? (double)bin->n_ended / (n * left) : NAN;
        }
        out[i] = (struct mln_km_point){.day = bin->day,
                                       .n_risk = at_risk,
                                       .n_ended = bin->n_ended,
                                       .n_censored = bin->n_censored,
                                       .running = running,
                                       .std_err = running * sqrt(greenwood)};
        at_risk -= bin->n_ended + bin->n_censored;
    }
}

double mln_km_quantile(const struct mln_km_point *points, size_t n_points, uint32_t per_mille) {
    const double target = 1.0 - (double)per_mille / 1000.0;
    for (size_t i = 0; i < n_points; i++) {
        if (!(points[i].running <= target + near)) {
            continue;
        }
        if (points[i].running < target - near) {
            return (double)points[i].day;
        }
        /* Flat on the target from here to the next event, or to the last day known of. */
        size_t j = i + 1 < n_points ? i + 1 : i;
        while (j + 1 < n_points && points[j].n_ended == 0) {
            j++;
        }
        return ((double)points[i].day + (double)points[j].day) / 2.0;
    }
    return NAN;
}

double mln_km_ended_by(const struct mln_km_point *points, size_t n_points, int32_t day) {
    if (n_points == 0) {
        return NAN;
    }
    const struct mln_km_point *last = &points[n_points - 1];
    if (day > last->day) {
        return last->running == 0.0 ? 1.0 : NAN;
    }
    double running = isnan(last->running) ? NAN : 1.0;
    for (size_t i = 0; i < n_points && points[i].day <= day; i++) {
        running = points[i].running;
    }
    return 1.0 - running;
}

void mln_aalen_johansen(const uint64_t *ended, const uint64_t *censored, size_t n_days,
                        size_t n_causes, double *incidence) {
    uint64_t at_risk = 0;
    for (size_t i = 0; i < n_days; i++) {
        at_risk += censored[i];
        for (size_t k = 0; k < n_causes; k++) {
            at_risk += ended[i * n_causes + k];
        }
    }
    const double start = at_risk == 0 ? NAN : 0.0;
    double running = 1.0;
    for (size_t i = 0; i < n_days; i++) {
        const uint64_t *day = ended + i * n_causes;
        const double *before = i == 0 ? NULL : incidence + (i - 1) * n_causes;
        double *now = incidence + i * n_causes;
        uint64_t day_ended = 0;
        for (size_t k = 0; k < n_causes; k++) {
            const double base = before == NULL ? start : before[k];
            now[k] = day[k] == 0 ? base : base + running * ((double)day[k] / (double)at_risk);
            day_ended += day[k];
        }
        if (day_ended > 0) {
            running *= (double)(at_risk - day_ended) / (double)at_risk;
        }
        at_risk -= day_ended + censored[i];
    }
}
