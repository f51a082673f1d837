/* Lines between tables. Private to this room.
 *
 *   hierarchies   Σ {court = c, rest} over the courts c of a cour d'appel = {cour = C, rest},
 *                 wherever both sides are cells of some table and the counts agree
 *   differences   a cell and the same cell without one of its terms (a category, a condition of its
 *                 table): what is left by subtraction is a count too. Where it is 1..k-1 and no
 *                 table has a TOTAL over that term, it becomes a hidden cell, {all} = {linked} +
 *                 {rest}; likewise a cell and its value in a vintage published before, unless
 *                 rounding by at least k hides the step.
 *
 * Inside one table a TOTAL less one part is the sum of the other parts, which protect themselves.
 */
#ifndef MLN_PROTECT_TIES_H
#define MLN_PROTECT_TIES_H

#include "protect/system.h"

struct mln_ties { /* malloc */
    struct mln_line *lines;
    size_t n_lines, cap_lines;
    size_t *members;
    size_t n_members, cap_members;
};

/* Appends the hidden cells of differences to the system's. `tables`: system->n_tables of them.
 * O(cells × terms × log cells). */
enum mln_status mln_ties_find(struct mln_arena *arena, struct mln_system *s,
                              const struct mln_table *const *tables,
                              const struct mln_protect_context *context,
                              const struct mln_protect_options *options, struct mln_ties *out,
                              struct mln_err *err) MLN_MUST_USE;
void mln_ties_release(struct mln_ties *ties);

#endif
