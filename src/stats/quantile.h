/* Quantiles and mean of a histogram of whole numbers (durations in days, ages).
 *
 * A histogram is a list of bins with strictly increasing values. Everything before the last
 * division is an integer, so that the order of rows and the number of threads change nothing.
 *
 * Definition of a quantile: the inverse of the empirical distribution with averaging at its steps
 * (definition 2 of Hyndman & Fan, The American Statistician 50(4), 1996; SAS PCTLDEF=5; R type 2):
 * with j = n p, the mean of the j-th and (j+1)-th values when j is whole, else the value of rank
 * floor(j) + 1. */
#ifndef MLN_STATS_QUANTILE_H
#define MLN_STATS_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

struct mln_bin {
    int32_t value;
    uint64_t n;
};

/* Observations in the histogram (sums of n; below 2^53 in any use of ours). O(n_bins). */
uint64_t mln_histogram_total(const struct mln_bin *bins, size_t n_bins);

/* The quantile of probability per_mille / 1000, per_mille in 1..999. NaN without observations.
 * Bins of n = 0 are allowed. O(n_bins). */
double mln_histogram_quantile(const struct mln_bin *bins, size_t n_bins, uint32_t per_mille);

/* NaN without observations. O(n_bins). */
double mln_histogram_mean(const struct mln_bin *bins, size_t n_bins);

#endif
