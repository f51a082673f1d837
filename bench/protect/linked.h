/* Linked tables of an invented population, for bench and tests of size: persons with skewed, tied
 * attributes (a département lies in a region, a court in a département and under a cour d'appel),
 * counted by many sets of attributes. No person behind them: the numbers come from the seed. */
#ifndef MLN_BENCH_LINKED_H
#define MLN_BENCH_LINKED_H

#include "protect/table.h"

struct linked {
    struct mln_arena arena;
    size_t n_tables;
    struct mln_table *tables;
    size_t n_cells; /* of all tables */
};

/* 50 tables with about 10,000 cells (scale 1) to 100,000 (scale 10). Aborts without memory. */
void linked_make(struct linked *out, size_t n_persons, size_t scale, uint64_t seed);
void linked_release(struct linked *l);

#endif
