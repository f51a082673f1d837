/* Weights with the cells they are of, for the tests of post-strata and of bands. */
#ifndef MLN_TESTS_STATS_WEIGHED_H
#define MLN_TESTS_STATS_WEIGHED_H

#include "run.h"
#include "stats/post_strata.h"

struct weighed {
    struct mln_cells cells;
    struct mln_weights weights;
};

static inline struct weighed weigh_matched(const struct mln_strata *strata, const uint8_t *matched,
                                           const struct mln_collapse *collapse) {
    struct weighed w;
    ck_assert(mln_cells_build(strata, &w.cells, NULL) == MLN_OK);
    uint64_t *n_matched = calloc(w.cells.n_cells + 1, sizeof *n_matched);
    ck_assert(n_matched != NULL);
    for (size_t i = 0; i < strata->n_units; i++) {
        n_matched[w.cells.cell_of[i]] += matched[i];
    }
    ck_assert(mln_weights_build(&w.cells, n_matched, collapse, &w.weights, NULL) == MLN_OK);
    free(n_matched);
    return w;
}

static inline uint32_t class_of(const struct weighed *w, size_t unit) {
    return w->weights.class_of[w->cells.cell_of[unit]];
}

static inline void weighed_release(struct weighed *w) {
    mln_cells_release(&w->cells);
    mln_weights_release(&w->weights);
}

#endif
