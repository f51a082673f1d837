#include "stats/counts.h"

#include <math.h>
#include <string.h>

static enum mln_status check(const struct mln_spells *s, size_t n_groups, size_t n_causes,
                             const double *horizon, size_t n_horizons, struct mln_err *err) {
    if (s->entry != NULL || s->weight != NULL) {
        return mln_err_set(err, MLN_BAD_INPUT, "counts take neither late entries nor weights");
    }
    for (size_t h = 0; h < n_horizons; h++) {
        if (!(horizon[h] >= 0.0 && (h == 0 || horizon[h] > horizon[h - 1]))) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "horizon %zu is not a time after the one before it", h + 1);
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!(s->exit[i] >= 0.0 && s->exit[i] < INFINITY) || s->end[i] > n_causes ||
            (s->group == NULL ? 0 : s->group[i]) >= n_groups) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "spell %zu: the exit is not a time from 0, or the end or the group is "
                "unknown",
                i + 1);
        }
    }
    return MLN_OK;
}

/* Horizons before t (strict) or up to it. */
static size_t horizons_before(const double *horizon, size_t n, double t, bool strict) {
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strict ? horizon[middle] < t : horizon[middle] <= t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

enum mln_status mln_count_ends(const struct mln_spells *spells, size_t n_groups, size_t n_causes,
                               const double *horizon, size_t n_horizons, uint64_t *counts,
                               struct mln_err *err) {
    MLN_TRY(check(spells, n_groups, n_causes, horizon, n_horizons, err));
    const size_t width = n_causes + 2;
    memset(counts, 0, n_groups * n_horizons * width * sizeof *counts);
    /* First the horizon at which a spell changes kind, and the kind it takes; then sums over
     * horizons. Its running is counted as size less all others. */
    for (size_t i = 0; i < spells->n; i++) {
        const size_t g = spells->group == NULL ? 0 : spells->group[i];
        const uint32_t end = spells->end[i];
        const size_t h = horizons_before(horizon, n_horizons, spells->exit[i], end != 0);
        uint64_t *cohort = counts + g * n_horizons * width;
        if (h < n_horizons) {
            cohort[h * width + (end == 0 ? n_causes + 1 : end - 1)]++;
        }
        if (n_horizons > 0) {
            cohort[n_causes]++;
        }
    }
    for (size_t g = 0; g < n_groups; g++) {
        uint64_t *cohort = counts + g * n_horizons * width;
        const uint64_t size = n_horizons == 0 ? 0 : cohort[n_causes];
        for (size_t h = 0; h < n_horizons; h++) {
            uint64_t gone = 0;
            for (size_t k = 0; k < width; k++) {
                uint64_t *cell = &cohort[h * width + k];
                if (k != n_causes) {
                    *cell += h == 0 ? 0 : cell[-(ptrdiff_t)width];
                    gone += *cell;
                }
            }
            cohort[h * width + n_causes] = size - gone;
        }
    }
    return MLN_OK;
}
