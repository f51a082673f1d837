#include "pairs.h"

#include <math.h>

static uint8_t draw_level(const double *p, size_t n_levels, struct mln_rng *rng) {
    double left = mln_rng_unit(rng);
    for (size_t l = 0; l + 1 < n_levels; l++) {
        left -= p[l];
        if (left < 0) {
            return (uint8_t)l;
        }
    }
    return (uint8_t)(n_levels - 1);
}

struct mln_em_session draw_pairs(const struct truth *truth, struct mln_rng *rng, size_t n,
                                 double lambda, uint8_t *levels, uint64_t *count) {
    for (size_t i = 0; i < n; i++) {
        const bool match = mln_rng_unit(rng) < lambda;
        count[i] = 1;
        for (size_t c = 0; c < truth->n_comparisons; c++) {
            const double *p = (match ? truth->m : truth->u) + c * MLN_LEVELS_MAX;
            const uint8_t level = draw_level(p, truth->n_levels[c], rng);
            const bool missing = mln_rng_unit(rng) < truth->missing;
            levels[i * truth->n_comparisons + c] = missing ? MLN_LEVEL_MISSING : level;
        }
    }
    return (struct mln_em_session){.levels = levels, .count = count, .n_patterns = n};
}

struct mln_training usual_training(void) {
    return (struct mln_training){.seed = 1,
                                 .u = MLN_U_EM,
                                 .starts = 3,
                                 .max_iterations = 5000,
                                 .tolerance = 1e-9,
                                 .prior_weight = 1,
                                 .lambda = NAN};
}
