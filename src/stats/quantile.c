#include "stats/quantile.h"

#include <math.h>

uint64_t mln_histogram_total(const struct mln_bin *bins, size_t n_bins) {
    uint64_t total = 0;
    for (size_t i = 0; i < n_bins; i++) {
        total += bins[i].n;
    }
    return total;
}

/* Value of the 1-based rank; the rank is at most the total. */
static int32_t value_of_rank(const struct mln_bin *bins, size_t n_bins, uint64_t rank) {
    size_t i = 0;
    for (uint64_t seen = bins[0].n; seen < rank && i + 1 < n_bins; seen += bins[i].n) {
        i++;
    }
    return bins[i].value;
}

double mln_histogram_quantile(const struct mln_bin *bins, size_t n_bins, uint32_t per_mille) {
    const uint64_t total = mln_histogram_total(bins, n_bins);
    if (total == 0) {
        return NAN;
    }
    /* total × p / 1000 without overflow: total = 1000 q + r. */
    const uint64_t scaled = total % 1000 * per_mille;
    const uint64_t rank = total / 1000 * per_mille + scaled / 1000;
    if (scaled % 1000 != 0) {
        return (double)value_of_rank(bins, n_bins, rank + 1);
    }
    const int64_t low = value_of_rank(bins, n_bins, rank);
    const int64_t high = value_of_rank(bins, n_bins, rank + 1);
    return (double)(low + high) / 2.0;
}

double mln_histogram_mean(const struct mln_bin *bins, size_t n_bins) {
    const uint64_t total = mln_histogram_total(bins, n_bins);
    if (total == 0) {
        return NAN;
    }
    int64_t sum = 0; /* |value| < 2^31 and totals below 2^32 in practice: no overflow */
    for (size_t i = 0; i < n_bins; i++) {
        sum += (int64_t)bins[i].value * (int64_t)bins[i].n;
    }
    return (double)sum / (double)total;
}
