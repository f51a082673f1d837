/* Times the noise of the cell-key method: prints millions of cells a second, CPU time, one thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/rng.h"
#include "protect/cell_key.h"

enum { CELLS = 1 << 20, RUNS = 20 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_ptable t;
    struct mln_err err = {0};
    const struct mln_ptable_options options = {.max_noise = 5, .variance = 3, .smallest = 3};
    uint64_t *counts = malloc(CELLS * sizeof *counts);
    uint64_t *keys = malloc(CELLS * sizeof *keys);
    uint64_t *out = malloc(CELLS * sizeof *out);
    if (counts == NULL || keys == NULL || out == NULL ||
        mln_ptable_make(&arena, &options, &t, &err) != MLN_OK) {
        fprintf(stderr, "bench_cell_key: %s\n", err.msg);
        return 1;
    }
    for (size_t i = 0; i < CELLS; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 3, 1, i);
        counts[i] =
            mln_rng_below(&rng, 4) == 0 ? mln_rng_below(&rng, 8) : mln_rng_below(&rng, 5000);
        keys[i] = mln_rng_u64(&rng);
    }
    uint64_t sum = 0;
    const double start = now();
    for (int run = 0; run < RUNS; run++) {
        mln_cell_key_perturb(&t, counts, keys, CELLS, out);
        sum += out[(size_t)run * 7919 % CELLS];
    }
    const double took = now() - start;
    printf("%.1f million cells a second (check %llu)\n", 1e-6 * CELLS * RUNS / took,
           (unsigned long long)sum);
    free(counts);
    free(keys);
    free(out);
    mln_arena_release(&arena);
    return 0;
}
