/* Internal to this room. */
#ifndef MLN_LINK_PAIRS_KERNELS_AVX2_H
#define MLN_LINK_PAIRS_KERNELS_AVX2_H

#include "link/pairs/kernels.h"

/* In single precision c (m + n) is exact and need × m n off by less than this: no candidate that
 * could reach the threshold is lost. */
#define MLN_JARO_SLACK 0.01F

/* NULL where the processor lacks AVX2 or the build is for another one. */
const struct mln_kernels *mln_kernels_avx2(void);

#endif
