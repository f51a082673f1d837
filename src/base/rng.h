/* Counter-based random numbers (Philox 4×32-10; Salmon et al., SC'11): a number is a pure function
 * of (seed, stream, record, draw), so that threads, partitions and the order of rows never change
 * it. Known-answer vectors of the paper are in the tests. */
#ifndef MLN_BASE_RNG_H
#define MLN_BASE_RNG_H

#include <stdint.h>

struct mln_rng {
    uint32_t key[2];     /* seed */
    uint32_t counter[4]; /* draw, stream, record low, record high */
    uint32_t block[4];
    uint32_t left; /* unread words of the block */
};

void mln_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The sequence of draws of one record in one stream (a stream is a purpose: "dates", "typos"). */
void mln_rng_init(struct mln_rng *rng, uint64_t seed, uint32_t stream, uint64_t record);

uint32_t mln_rng_u32(struct mln_rng *rng);
uint64_t mln_rng_u64(struct mln_rng *rng);
double mln_rng_unit(struct mln_rng *rng);                /* [0, 1), 53 bits */
uint32_t mln_rng_below(struct mln_rng *rng, uint32_t n); /* 0..n-1, unbiased; n > 0 */
double mln_rng_normal(struct mln_rng *rng);              /* mean 0, sd 1 */
double mln_rng_exponential(struct mln_rng *rng);         /* mean 1 */

#endif
