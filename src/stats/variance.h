/* The variance of one state's probability from the moment matrix of influence functions, kept
 * precise where it falls towards 0. Internal to this room.
 *
 * Influences sum to 0 over the states, so M_kk is also the sum of all M_ij with i, j ≠ k. Rounding
 * errors of a state that is left shrink with it, those of an absorbing state stay: when nearly all
 * have ended in state k, its variance falls to 0 while M_kk keeps errors of the size of its peak;
 * the other states' sum has none of them. When state k is rare it is the other way round. The form
 * with the smaller bound on its errors is taken. */
#ifndef MLN_STATS_VARIANCE_H
#define MLN_STATS_VARIANCE_H

#include <stdbool.h>
#include <stddef.h>

/* Keeps in peak[k] the largest M_kk so far; call it at each time before mln_variance_of. */
static inline void mln_variance_peaks(const double *moment, size_t stride, size_t n, double *peak) {
    for (size_t k = 0; k < n; k++) {
        const double now = moment[k * stride + k];
        peak[k] = now > peak[k] ? now : peak[k];
    }
}

static inline double mln_variance_of(const double *moment, size_t stride, size_t n, size_t k,
                                     const double *peak, const bool *absorbing) {
    double bound = 0.0;
    for (size_t i = 0; i < n; i++) {
        bound += i == k ? 0.0 : absorbing[i] ? peak[i] : moment[i * stride + i];
    }
    double variance = moment[k * stride + k];
    if (absorbing[k] && bound < peak[k]) {
        variance = 0.0;
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                variance += i == k || j == k ? 0.0 : moment[i * stride + j];
            }
        }
    }
    return variance > 0.0 ? variance : 0.0;
}

#endif
