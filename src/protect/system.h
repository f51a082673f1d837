/* The published equations: every cell that a reader will see in any of the tables, once, and every
 * line that ties cells by a sum. Private to this room.
 *
 *     table 1: annee × issue        table 2: genre × issue
 *        F   a   b   c | T                    …             the margin "issue" of both is the same
 *      2021  .   .   . | .   ─┐                             cells: suppressed in one, suppressed
 *     TOTAL  .   .   . | .   ─┴─ one line a row, one a column   in the other
 *
 * A cell is known by its unit, its categories other than TOTAL, and its count: two tables that
 * count the same thing under the same names share it; where the counts differ they count other
 * things. Cells are numbered in the byte order of that key, and lines in the order of their cells,
 * so that nothing below depends on the order of tables, dimensions or categories.
 *
 * Between two steps of a funnel lies a drop that nobody prints but everybody can subtract: it is a
 * hidden cell, total = next step + drop. What a balance holds in a period and stage is one too:
 * held = opening + entered + returned, held = left + closing. The opening of a period is the same
 * cell as the closing of the one before. */
#ifndef MLN_PROTECT_SYSTEM_H
#define MLN_PROTECT_SYSTEM_H

#include "protect/table.h"

struct mln_cell {
    const char *key;
    uint64_t count;
    uint64_t threshold; /* the least of its tables': a national cell stays one in a detail table */
    uint64_t need;      /* width that its interval must have; 0: none (intervals.h) */
    uint64_t known_least; /* what everybody knows without the tables: at least, and at most */
    uint64_t known_most;  /* UINT64_MAX: nothing */
    uint8_t n_totals;     /* dimensions at TOTAL: the fewest in any of its tables */
    uint32_t summed;      /* bit i: some table has a TOTAL over the i-th term of the key */
    bool hidden;          /* nobody prints it, everybody can subtract */
    bool fixed;           /* published before: what was shown stays shown */
    bool was_hidden;      /* in a table published before: stays hidden */
    bool group;           /* the only category of a row where that is a secret */
    bool hides_group;     /* a zero beside the only category of its row */
    enum mln_cell_state state;
};

static inline bool mln_cell_is_small(const struct mln_cell *c) {
    return c->count > 0 && c->count < c->threshold;
}

/* members[first] = sum of members[first + 1 .. first + n - 1] (cell numbers, ascending). */
struct mln_line {
    size_t first;
    size_t n;
    uint64_t threshold; /* of its table */
    bool sensitive;     /* along a dimension where one category for all is a secret */
    size_t n_suppressed;
    uint64_t suppressed_sum; /* of the suppressed cells other than the total */
};

struct mln_system {
    size_t n_cells;
    size_t cap_cells;
    struct mln_cell *cells;
    size_t n_lines;
    struct mln_line *lines;
    size_t *members;
    size_t *line_start; /* lines of cell c: line_of[line_start[c] .. line_start[c + 1] - 1] */
    size_t *line_of;
    size_t n_tables;  /* those to protect, then those already published */
    size_t **cell_of; /* table × its cell → cell number */
    size_t n_differences;
};

/* Tables must have passed mln_table_check; context may be NULL. In the arena.
 * O(cells × dimensions × log cells). */
enum mln_status mln_system_build(struct mln_arena *arena, const struct mln_table *tables, size_t n,
                                 const struct mln_protect_context *context,
                                 const struct mln_protect_options *options, struct mln_system *out,
                                 struct mln_err *err) MLN_MUST_USE;

/* Marks a cell that was shown, and keeps its lines' tallies; and back. */
void mln_system_suppress(struct mln_system *s, size_t cell, enum mln_cell_state state);
void mln_system_show(struct mln_system *s, size_t cell);

/* Part of a TOTAL of zero, or such a TOTAL: known to be zero. */
bool mln_is_known_zero(const struct mln_system *s, size_t cell);

/* Primary and secondary suppression, and the audit (table.h). */
enum mln_status mln_system_protect(struct mln_system *s, const struct mln_protect_options *options,
                                   struct mln_protect_outcome *outcome, struct mln_err *err)
    MLN_MUST_USE;

#endif
