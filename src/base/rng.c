#include "base/rng.h"

#include <math.h>

/* Constants of Philox-4×32: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11,
 * and Random123's philox.h. */
enum { ROUNDS = 10 };
static const uint32_t mul_0 = 0xD2511F53;
static const uint32_t mul_1 = 0xCD9E8D57;
static const uint32_t weyl_0 = 0x9E3779B9; /* golden ratio */
static const uint32_t weyl_1 = 0xBB67AE85; /* sqrt(3) - 1 */

void mln_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)mul_0 * c0;
        const uint64_t p1 = (uint64_t)mul_1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += weyl_0;
        k1 += weyl_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void mln_rng_init(struct mln_rng *rng, uint64_t seed, uint32_t stream, uint64_t record) {
    *rng = (struct mln_rng){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .counter = {0, stream, (uint32_t)record, (uint32_t)(record >> 32)},
    };
}

uint32_t mln_rng_u32(struct mln_rng *rng) {
    if (rng->left == 0) {
        mln_philox4x32(rng->counter, rng->key, rng->block);
        rng->counter[0]++;
        rng->left = 4;
    }
    return rng->block[4 - rng->left--];
}

uint64_t mln_rng_u64(struct mln_rng *rng) {
    const uint64_t low = mln_rng_u32(rng);
    return (uint64_t)mln_rng_u32(rng) << 32 | low;
}

double mln_rng_unit(struct mln_rng *rng) {
    return (double)(mln_rng_u64(rng) >> 11) * 0x1p-53;
}

/* D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019. */
uint32_t mln_rng_below(struct mln_rng *rng, uint32_t n) {
    uint64_t product = (uint64_t)mln_rng_u32(rng) * n;
    if ((uint32_t)product < n) {
        const uint32_t threshold = (0 - n) % n;
        while ((uint32_t)product < threshold) {
            product = (uint64_t)mln_rng_u32(rng) * n;
        }
    }
    return (uint32_t)(product >> 32);
}

/* log(x) for a normal x > 0, in plain arithmetic. The C library's log may differ in its last bit
 * from one processor to another (it picks a fused multiply-add variant at run time); the extracts
 * of one seed may not. x = 2^e m with m in [1/√2, √2); log m = 2 atanh s, s = (m-1)/(m+1), |s| <
 * 0.172: the series to s^23 errs by less than 1e-19. */
static double portable_log(double x) {
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752440) {
        m *= 2;
        exponent--;
    }
    const double s = (m - 1) / (m + 1);
    const double s2 = s * s;
    double sum = 0;
    for (int k = 23; k >= 3; k -= 2) {
        sum = (sum + 1.0 / k) * s2;
    }
    const double log_m = 2 * (s + s * sum);
    const double ln2_high = 0x1.62e42fefa38p-1; /* its last bits are zero: e × ln2_high is exact */
    const double ln2_low = 0x1.ef35793c7673p-45;
    return exponent * ln2_high + (log_m + exponent * ln2_low);
}

/* A value in (0, 1), never an end. */
static double open_unit(struct mln_rng *rng) {
    return ((double)(mln_rng_u64(rng) >> 12) + 0.5) * 0x1p-52;
}

static double horner(const double *c, double x) {
    double sum = c[7];
    for (int k = 6; k >= 0; k--) {
        sum = sum * x + c[k];
    }
    return sum;
}

/* Quantile of the normal law: M. Wichura, algorithm AS 241 (PPND16), Applied Statistics 37(3),
 * 1988; relative error about 1e-16. One uniform a value, so that draws can be counted. */
static double normal_quantile(double p) {
    static const double a[8] = {3.387132872796366608,  133.14166789178437745, 1971.5909503065514427,
                                13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                                33430.575583588128105, 2509.0809287301226727};
    static const double b[8] = {1,
                                42.313330701600911252,
                                687.1870074920579083,
                                5394.1960214247511077,
                                21213.794301586595867,
                                39307.89580009271061,
                                28729.085735721942674,
                                5226.495278852545925};
    static const double c[8] = {1.42343711074968357734,   4.6303378461565452959,
                                5.7694972214606914055,    3.64784832476320460504,
                                1.27045825245236838258,   0.24178072517745061177,
                                0.0227238449892691845833, 7.7454501427834140764e-4};
    static const double d[8] = {1,
                                2.05319162663775882187,
                                1.6763848301838038494,
                                0.68976733498510000455,
                                0.14810397642748007459,
                                0.0151986665636164571966,
                                5.475938084995344946e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.6579046435011037772,     5.4637849111641143699,
                                1.7848265399172913358,     0.29656057182850489123,
                                0.026532189526576123093,   0.0012426609473880784386,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1,
                                0.59983220655588793769,
                                0.13692988092273580531,
                                0.0148753612908506148525,
                                7.868691311456132591e-4,
                                1.8463183175100546818e-5,
                                1.4215117583164458887e-7,
                                2.04426310338993978564e-15};
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * horner(a, r) / horner(b, r);
    }
    const double r = sqrt(-portable_log(q < 0 ? p : 1 - p));
    const double tail =
        r <= 5 ? horner(c, r - 1.6) / horner(d, r - 1.6) : horner(e, r - 5) / horner(f, r - 5);
    return q < 0 ? -tail : tail;
}

double mln_rng_normal(struct mln_rng *rng) {
    return normal_quantile(open_unit(rng));
}

double mln_rng_exponential(struct mln_rng *rng) {
    return -portable_log(open_unit(rng));
}
