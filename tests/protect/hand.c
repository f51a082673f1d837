#include "protect/hand.h"

#include <stdlib.h>

static void *need(void *p) {
    if (p == NULL) {
        abort();
    }
    return p;
}

struct mln_dimension hand_dimension(const char *name, const char *const *codes, size_t n,
                                    bool total) {
    return (struct mln_dimension){.name = name,
                                  .label_fr = name,
                                  .label_en = name,
                                  .n = n,
                                  .codes = codes,
                                  .labels_fr = codes,
                                  .labels_en = codes,
                                  .total = total ? (ptrdiff_t)n - 1 : -1};
}

struct mln_table hand_table(struct mln_arena *arena, const struct mln_dimension *dimensions,
                            size_t n_dimensions, const uint64_t *counts) {
    struct mln_table t = {.name = "essai",
                          .title_fr = "Essai",
                          .title_en = "Trial",
                          .unit_fr = "victimes",
                          .unit_en = "victims",
                          .observation_day = 19723,
                          .n_dimensions = n_dimensions,
                          .n_cells = 1};
    t.dimensions = need(MLN_ARENA_NEW(arena, struct mln_dimension, n_dimensions));
    for (size_t d = 0; d < n_dimensions; d++) {
        t.dimensions[d] = dimensions[d];
        t.n_cells *= dimensions[d].n;
    }
    t.counts = need(MLN_ARENA_NEW(arena, uint64_t, t.n_cells));
    memcpy(t.counts, counts, t.n_cells * sizeof *counts);
    return t;
}

void hand_add_share(struct mln_arena *arena, struct mln_table *table, size_t dimension) {
    struct mln_measure *all = need(MLN_ARENA_NEW(arena, struct mln_measure, table->n_measures + 1));
    if (table->n_measures > 0) {
        memcpy(all, table->measures, table->n_measures * sizeof *all);
    }
    all[table->n_measures++] = (struct mln_measure){.kind = MLN_MEASURE_SHARE,
                                                    .name = "part",
                                                    .label_fr = "Part",
                                                    .label_en = "Share",
                                                    .share_of = dimension};
    table->measures = all;
}
