/* Simulated pairs for tests of training: drawn from known m, u, lambda. */
#ifndef MLN_TESTS_LINK_TRAIN_PAIRS_H
#define MLN_TESTS_LINK_TRAIN_PAIRS_H

#include "base/rng.h"
#include "link/train/em.h"

struct truth {
    size_t n_comparisons;
    uint8_t n_levels[MLN_COMPARISONS_MAX];
    double m[MLN_COMPARISONS_MAX * MLN_LEVELS_MAX], u[MLN_COMPARISONS_MAX * MLN_LEVELS_MAX];
    double missing; /* share of values missing, at random */
};

/* A session of one row a pair: count 1. Storage is the caller's (n × n_comparisons, n). */
struct mln_em_session draw_pairs(const struct truth *truth, struct mln_rng *rng, size_t n,
                                 double lambda, uint8_t *levels, uint64_t *count);

/* The usual options; the rest is the test's. */
struct mln_training usual_training(void);

#endif
