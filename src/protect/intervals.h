/* How closely can an attacker bound what is suppressed? Private to this room.
 *
 * The attacker knows every shown count, every line, that no count is negative, and the public
 * bounds. The counts that fit all that form a polytope; on it a suppressed cell has a least and a
 * largest value: its feasibility interval (Fischetti & Salazar 2001; Hundepool et al., Statistical
 * Disclosure Control, 2012, §4.3). A cell that needs a width (mln_cell.need) is
 *
 *     wide, in whole numbers   two tables of whole counts that fit and differ there by at least the
 *                              width were found and checked in integers
 *     wide                     two such tables of real numbers were found: those who know that
 *                              counts are whole could know more (not in one or two dimensions,
 *                              where vertices are whole)
 *     narrow                   the linear programs say that no such two exist
 *
 * The polytope falls apart into components (suppressed cells tied by lines), each a program by
 * itself. A solution proves for all its cells at once: first all doubtful cells are raised together
 * as far as they need, then lowered, again and again while that helps (the filtering of
 * optimality-based bound tightening, Gleixner et al. 2017), and only cells that are doubtful still
 * are asked one by one, from where the last program stood. */
#ifndef MLN_PROTECT_INTERVALS_H
#define MLN_PROTECT_INTERVALS_H

#include "protect/patch.h"

enum mln_width {
    MLN_WIDTH_NOT_ASKED,
    MLN_WIDTH_DOUBTFUL,
    MLN_WIDTH_WHOLE,
    MLN_WIDTH_REAL,
    MLN_WIDTH_NARROW
};

struct mln_intervals {
    double *below; /* per cell: how far down and up a fitting table was seen; ≥ 0. For a narrow */
    double *above; /* cell, as far as there is one */
    double *whole_below; /* the same, tables of whole numbers only */
    double *whole_above;
    uint8_t *width; /* enum mln_width */
    size_t n_asked, n_whole, n_real, n_narrow;
    size_t n_components, largest_component; /* of the last audit; cells */
    size_t n_programs;                      /* of all audits since init */
};

/* All zero. In the arena. */
enum mln_status mln_intervals_init(struct mln_arena *arena, const struct mln_system *s,
                                   struct mln_intervals *out, struct mln_err *err) MLN_MUST_USE;

/* Asks for every suppressed cell with a need that is not yet known to be wide: what was proven
 * holds while suppressions are only added. One to a few programs a component, plus two a narrow
 * cell. */
enum mln_status mln_intervals_audit(const struct mln_system *s, struct mln_intervals *out,
                                    struct mln_err *err) MLN_MUST_USE;

/* The cheap part of it: cells may stay doubtful. */
enum mln_status mln_intervals_look(const struct mln_system *s, struct mln_intervals *out,
                                   struct mln_err *err) MLN_MUST_USE;

/* Takes the last move of a patch as a witness for every cell of it. */
void mln_intervals_learn(const struct mln_patch *p, struct mln_intervals *out);
bool mln_is_wide(const struct mln_intervals *intervals, size_t cell);

/* Forgets what was proven: after a cell is shown again. */
void mln_intervals_reset(const struct mln_system *s, struct mln_intervals *out);

/* The whole interval of one suppressed cell: how far it can go from its true count. For reports and
 * tests; two programs. */
enum mln_status mln_interval_feasible(const struct mln_system *s, size_t cell, double *below,
                                double *above, struct mln_err *err) MLN_MUST_USE;

/* Suppressed cells by component, each component ascending, components by their first cell:
 * cells[start[i] .. start[i + 1] - 1]. In the arena. */
struct mln_components {
    size_t n;
    size_t *start;
    size_t *cells;
};
enum mln_status mln_components_find(struct mln_arena *arena, const struct mln_system *s,
                                    struct mln_components *out, struct mln_err *err) MLN_MUST_USE;

#endif
