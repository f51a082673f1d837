/* Controlled rounding: every count of all tables to a multiple of the base, so that the published
 * tables still add up. Private to this room.
 *
 * Zero-restricted (Cox 1987, JASA 82:520; Salazar-González et al. 2004): a multiple of the base
 * stays, any other count goes to one of its two neighbours. In a table of one or two dimensions
 * there is always a solution, and the linear program that pulls every count to its nearer multiple
 * finds the best one (its vertices are whole). In three dimensions and in linked tables there may
 * be none (NP-hard to tell): then
 *
 *   1. what is not whole in the program's solution is fixed, a few cells at a time, to the nearer
 *      whole, and the rest solved again; where that fails, to the other
 *   2. failing that, cells may go to the second next multiple (`n_far`)
 *   3. failing that, the component is rounded cell by cell and does not add up (`n_broken`: lines)
 *
 * The result is checked in integers, line by line; the counts say what was reached. */
#ifndef MLN_PROTECT_ROUND_H
#define MLN_PROTECT_ROUND_H

#include "protect/system.h"

struct mln_rounding {
    uint64_t *rounded; /* per cell of the system */
    size_t n_far;      /* cells further than the next multiple */
    size_t n_broken;   /* lines that do not add up */
    size_t n_programs;
};

/* The system must show all its cells; its states change. base ≥ 2. In the arena. One program a
 * component (cells that are no multiples, tied by lines), more in three dimensions. */
enum mln_status mln_round_system(struct mln_arena *arena, struct mln_system *s, uint64_t base,
                                 struct mln_rounding *out, struct mln_err *err) MLN_MUST_USE;

/* To the nearest multiple, a half up. base < 2: as it is. */
uint64_t mln_round_alone(uint64_t count, uint64_t base);

#endif
