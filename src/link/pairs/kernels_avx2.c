#include <math.h>
#include <string.h>

#include "link/pairs/kernels_avx2.h"

#if defined(__AVX2__)
#include <immintrin.h>

#define NAME(x) avx2_##x
#include "link/pairs/kernels.inc"

const struct mln_kernels *mln_kernels_avx2(void) {
    static const struct mln_kernels kernels = KERNELS;
    return __builtin_cpu_supports("avx2") ? &kernels : NULL;
}

#else

const struct mln_kernels *mln_kernels_avx2(void) {
    return NULL;
}

#endif
