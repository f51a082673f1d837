#include <math.h>
#include <string.h>

#include "link/pairs/kernels.h"
#include "link/pairs/kernels_avx2.h"

#define NAME(x) portable_##x
#include "link/pairs/kernels.inc"

const struct mln_kernels mln_kernels_portable = KERNELS;

const struct mln_kernels *mln_kernels_for(bool portable) {
    const struct mln_kernels *best = portable ? NULL : mln_kernels_avx2();
    return best == NULL ? &mln_kernels_portable : best;
}

void mln_jaro_needs(double at, double prefix_weight, float need[8]) {
    for (size_t l = 0; l < 8; l++) {
        const double raise = prefix_weight * (double)(l < 4 ? l : 4);
        const double jaro = raise < 1 ? (at - raise) / (1 - raise) : 0;
        need[l] = (float)(3 * jaro - 1);
    }
}
