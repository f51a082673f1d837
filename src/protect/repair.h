/* The cheapest secondary suppressions that give one cell the width it needs. Private to this room.
 *
 * A cell p is wide enough when one move lowers it by w, another raises it by need - w. Among all
 * moves of the cells around p, those of least cost are found by two linear programs, first down as
 * far as it goes, then up by the rest:
 *
 *     maximise   reward · |y_p| - Σ cost_c · |y_c|      subject to   A y = 0
 *
 * and every shown cell that they move is suppressed (the incremental attacker heuristics of Kelly,
 * Golden & Assad 1992; Fischetti & Salazar 2001). What is suppressed already costs next to nothing,
 * so that a cell that needs no help gets none. A cell that such a move passes is never determined.
 *
 * The cells around p: the cheapest few of each of its lines, then, round by round, every cell in
 * which two lines that were touched meet (they close the rectangles and boxes of a table of two or
 * three dimensions). When a neighbourhood is too small, a wider one is tried, at last all cells.
 *
 * Costs: a part before a TOTAL, a small count before a large one, a zero only when nothing else
 * serves (counts are not negative, so it can only be raised); a zero in a row that discloses its
 * group hides it as well as any count. */
#ifndef MLN_PROTECT_REPAIR_H
#define MLN_PROTECT_REPAIR_H

#include "protect/intervals.h"

struct mln_repair {
    struct mln_system *system;
    struct mln_intervals *intervals;
    struct mln_patch patch;
    double *cost;      /* per cell */
    size_t *near;      /* the neighbourhood */
    size_t *pending;   /* cells in which two touched lines meet */
    size_t *in_near;   /* per cell: the search that put it there */
    size_t *touched;   /* per line: the search that touched it */
    size_t *met;       /* per cell: the search that met it once */
    double *down, *up; /* moves */
    size_t n_pending;
    size_t search;
};

/* In the arena, but for the patch. */
enum mln_status mln_repair_init(struct mln_arena *arena, struct mln_system *s,
                                struct mln_intervals *intervals, struct mln_repair *out,
                                struct mln_err *err) MLN_MUST_USE;
void mln_repair_release(struct mln_repair *r);

/* Suppresses what is missing and keeps the moves as witnesses. *wide is false when even all cells
 * that may be suppressed do not suffice (cells published before cannot). */
enum mln_status mln_repair_cell(struct mln_repair *r, size_t cell, bool *wide, struct mln_err *err)
    MLN_MUST_USE;

#endif
