#include <stdlib.h>

#include "protect/audit.h"
#include "protect/primary.h"
#include "protect/repair.h"

/* How well a cell hides another. Zeros hide badly, since counts are not negative; one that stands
 * under a TOTAL of zero, or is such a TOTAL, is no secret at all: suppressing it only calls for the
 * rest of its line, and theirs. */
enum worth { NONZERO, ZERO, KNOWN_ZERO };

/* What a secondary suppression costs, least first: field by field. A TOTAL is what readers come
 * for, a lonely suppression calls for another. */
struct cost {
    enum worth worth;
    size_t n_totals;
    size_t lonely; /* lines where it would be the only suppressed cell */
    uint64_t count;
};

static struct cost cost_of(const struct mln_system *s, size_t cell) {
    const struct mln_cell *c = &s->cells[cell];
    struct cost cost = {.worth = c->count == 0 && !c->hides_group ? ZERO : NONZERO,
                        .n_totals = c->n_totals,
                        .count = c->hidden ? 0 : c->count}; /* nobody misses it */
    for (size_t i = s->line_start[cell]; i < s->line_start[cell + 1]; i++) {
        const struct mln_line *line = &s->lines[s->line_of[i]];
        cost.lonely += line->n_suppressed == 0;
        if (s->cells[s->members[line->first]].count == 0) {
            cost.worth = KNOWN_ZERO;
        }
    }
    return cost;
}

static bool is_cheaper(struct cost a, struct cost b) {
    if (a.worth != b.worth) {
        return a.worth < b.worth;
    }
    if (a.n_totals != b.n_totals) {
        return a.n_totals < b.n_totals;
    }
    if (a.lonely != b.lonely) {
        return a.lonely < b.lonely;
    }
    return a.count < b.count;
}

/* The cheapest shown cell found so far, in one line or several; the first among equals. */
struct choice {
    size_t cell; /* n_cells: none */
    struct cost cost;
    enum worth worst; /* no cell worse than this is taken */
};

static struct choice no_choice(const struct mln_system *s, enum worth worst) {
    return (struct choice){.cell = s->n_cells, .worst = worst};
}

static void consider_line(const struct mln_system *s, const struct mln_line *line,
                          struct choice *choice) {
    for (size_t i = 0; i < line->n; i++) {
        const size_t cell = s->members[line->first + i];
        if (s->cells[cell].state != MLN_CELL_SHOWN || s->cells[cell].fixed) {
            continue;
        }
        const struct cost cost = cost_of(s, cell);
        if (cost.worth <= choice->worst &&
            (choice->cell == s->n_cells || is_cheaper(cost, choice->cost) ||
             (!is_cheaper(choice->cost, cost) && cell < choice->cell))) {
            choice->cell = cell;
            choice->cost = cost;
        }
    }
}

static void consider_lines_of(const struct mln_system *s, size_t cell, struct choice *choice) {
    for (size_t i = s->line_start[cell]; i < s->line_start[cell + 1]; i++) {
        consider_line(s, &s->lines[s->line_of[i]], choice);
    }
}

static bool suppress_choice(struct mln_system *s, const struct choice *choice) {
    if (choice->cell != s->n_cells) {
        mln_system_suppress(s, choice->cell, MLN_CELL_SECONDARY);
    }
    return choice->cell != s->n_cells;
}

/* A line gives something away when one cell is suppressed alone, and when its total is shown and
 * the suppressed ones together are fewer than the threshold: the total less the shown ones is a
 * count too. */
static bool line_gives_away(const struct mln_system *s, const struct mln_line *line) {
    if (line->n_suppressed == 0) {
        return false;
    }
    if (line->n_suppressed == 1) {
        return true;
    }
    return s->cells[s->members[line->first]].state == MLN_CELL_SHOWN &&
           line->suppressed_sum < line->threshold;
}

static void sweep(struct mln_system *s) {
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t l = 0; l < s->n_lines; l++) {
            while (line_gives_away(s, &s->lines[l])) {
                struct choice choice = no_choice(s, KNOWN_ZERO);
                consider_line(s, &s->lines[l], &choice);
                if (!suppress_choice(s, &choice)) {
                    break; /* all of the line is suppressed */
                }
                changed = true;
            }
        }
    }
}

/* Suppresses the cheapest cell in a line of the given cell; failing that, in a line of a cell that
 * shares one with it. */
static bool help(struct mln_system *s, size_t cell) {
    struct choice choice = no_choice(s, ZERO);
    consider_lines_of(s, cell, &choice);
    for (size_t i = s->line_start[cell]; choice.cell == s->n_cells && i < s->line_start[cell + 1];
         i++) {
        const struct mln_line *line = &s->lines[s->line_of[i]];
        for (size_t k = 0; k < line->n; k++) {
            consider_lines_of(s, s->members[line->first + k], &choice);
        }
    }
    return suppress_choice(s, &choice);
}

/* The cheapest cell of any line that has a suppressed one: when those of `help` are exhausted. */
static bool help_anywhere(struct mln_system *s, enum worth worst) {
    struct choice choice = no_choice(s, worst);
    for (size_t l = 0; l < s->n_lines; l++) {
        if (s->lines[l].n_suppressed > 0) {
            consider_line(s, &s->lines[l], &choice);
        }
    }
    return suppress_choice(s, &choice);
}

/* Helps the cells that were given away, in their order; a cell that shares a line with one already
 * helped waits for the next audit, which may find it safe. Returns how many there were. */
static size_t help_given_away(struct mln_system *s, const bool *given_away, bool *touched) {
    size_t n = 0;
    memset(touched, 0, s->n_lines * sizeof *touched);
    bool helped = false;
    for (size_t c = 0; c < s->n_cells; c++) {
        bool waits = false;
        for (size_t i = s->line_start[c]; given_away[c] && i < s->line_start[c + 1]; i++) {
            waits = waits || touched[s->line_of[i]];
        }
        n += given_away[c];
        if (!given_away[c] || waits || !help(s, c)) {
            continue;
        }
        helped = true;
        for (size_t i = s->line_start[c]; i < s->line_start[c + 1]; i++) {
            touched[s->line_of[i]] = true;
        }
    }
    if (n > 0 && !helped) {
        helped = help_anywhere(s, ZERO) || help_anywhere(s, KNOWN_ZERO);
    }
    return helped ? n : 0;
}

/* ── the whole ── */

enum { FROM_NOTHING_MOST = 4000, SPARE_MOST = 400 };

struct work {
    struct mln_system *system;
    struct mln_intervals intervals;
    struct mln_repair repair;
    bool *given_away; /* cells */
    bool *touched;    /* lines */
};

static enum mln_status gives_away(struct work *w, size_t *n, struct mln_err *err) {
    MLN_TRY(mln_audit(w->system, w->given_away, err));
    *n = 0;
    for (size_t c = 0; c < w->system->n_cells; c++) {
        *n += w->given_away[c];
    }
    return MLN_OK;
}

/* Until no line and no combination of lines gives a suppressed cell away. */
static enum mln_status close_lines(struct work *w, struct mln_err *err) {
    for (size_t n = 1; n > 0;) {
        sweep(w->system);
        MLN_TRY(gives_away(w, &n, err));
        if (n > 0 && help_given_away(w->system, w->given_away, w->touched) == 0) {
            return mln_err_set(
                err, MLN_CHECK_FAILED,
                "protection: a suppressed cell can still be computed from the others "
                "and nothing is left to suppress; publish fewer tables together");
        }
    }
    return MLN_OK;
}

static size_t count_hidden(const struct mln_system *s) {
    size_t n = 0;
    for (size_t c = 0; c < s->n_cells; c++) {
        n += s->cells[c].state != MLN_CELL_SHOWN;
    }
    return n;
}

static enum mln_status repair_narrow(struct work *w, struct mln_err *err) {
    const struct mln_system *s = w->system;
    for (size_t c = 0; c < s->n_cells; c++) {
        if (s->cells[c].need == 0 || mln_is_wide(&w->intervals, c)) {
            continue;
        }
        bool wide = false;
        MLN_TRY(mln_repair_cell(&w->repair, c, &wide, err));
        if (!wide) {
            return mln_err_set(
                err, MLN_CHECK_FAILED,
                "protection: what is already published leaves too little doubt about "
                "a small count; leave out a table that repeats its margins");
        }
    }
    return MLN_OK;
}

/* Suppresses until all holds: small systems from nothing, large ones from what the lines ask. */
static enum mln_status suppress(struct work *w, struct mln_err *err) {
    struct mln_system *s = w->system;
    if (s->n_cells > FROM_NOTHING_MOST) {
        MLN_TRY(close_lines(w, err));
        MLN_TRY(mln_intervals_look(s, &w->intervals, err));
    }
    for (size_t before = SIZE_MAX, now = 0; before != now;) {
        MLN_TRY(repair_narrow(w, err));
        before = count_hidden(s);
        MLN_TRY(close_lines(w, err));
        now = count_hidden(s);
    }
    return MLN_OK;
}

/* ── what can be shown again ── */

static bool lines_give_away(const struct mln_system *s, size_t cell) {
    for (size_t i = s->line_start[cell]; i < s->line_start[cell + 1]; i++) {
        if (line_gives_away(s, &s->lines[s->line_of[i]])) {
            return true;
        }
    }
    return false;
}

/* Shows a cell and looks whether everything still holds; otherwise takes it back. */
static enum mln_status try_to_show(struct work *w, size_t cell, struct mln_err *err) {
    struct mln_system *s = w->system;
    size_t n_given_away = 0;
    mln_system_show(s, cell);
    bool safe = !lines_give_away(s, cell);
    if (safe) {
        MLN_TRY(gives_away(w, &n_given_away, err));
        safe = n_given_away == 0;
    }
    if (safe) {
        mln_intervals_reset(s, &w->intervals);
        MLN_TRY(mln_intervals_audit(s, &w->intervals, err));
        safe = w->intervals.n_narrow == 0;
    }
    if (!safe) {
        mln_system_suppress(s, cell, MLN_CELL_SECONDARY);
    }
    return MLN_OK;
}

struct candidate {
    struct cost cost;
    size_t cell;
};

/* The dearest first. */
static int by_cost(const void *a, const void *b) {
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (is_cheaper(x->cost, y->cost) != is_cheaper(y->cost, x->cost)) {
        return is_cheaper(x->cost, y->cost) ? 1 : -1;
    }
    return (x->cell > y->cell) - (x->cell < y->cell);
}

static enum mln_status spare(struct work *w, struct mln_arena *arena, struct mln_err *err) {
    struct mln_system *s = w->system;
    struct candidate *candidates = MLN_ARENA_NEW(arena, struct candidate, s->n_cells + 1);
    size_t n = 0;
    if (candidates == NULL) {
        return mln_err_nomem(err, "the secondary suppression");
    }
    for (size_t c = 0; c < s->n_cells; c++) {
        if (s->cells[c].state == MLN_CELL_SECONDARY && !s->cells[c].was_hidden) {
            candidates[n++] = (struct candidate){cost_of(s, c), c};
        }
    }
    if (n == 0 || count_hidden(s) > SPARE_MOST) {
        return MLN_OK;
    }
    qsort(candidates, n, sizeof *candidates, by_cost);
    for (size_t i = 0; i < n; i++) {
        MLN_TRY(try_to_show(w, candidates[i].cell, err));
    }
    mln_intervals_reset(s, &w->intervals);
    return MLN_OK;
}

/* The audit of the result, over all cells, whatever the way to it. */
static enum mln_status prove(struct work *w, struct mln_err *err) {
    MLN_TRY(mln_intervals_audit(w->system, &w->intervals, err));
    if (w->intervals.n_narrow > 0) {
        return mln_err_set(err, MLN_INTERNAL,
                           "protection: the audit finds a primary cell too narrow");
    }
    return MLN_OK;
}

static void tell(const struct work *w, struct mln_protect_outcome *out) {
    const struct mln_system *s = w->system;
    const struct mln_intervals *i = &w->intervals;
    out->n_differences = s->n_differences;
    for (size_t c = 0; c < s->n_cells; c++) {
        if (!s->cells[c].hidden) {
            out->n_cells++;
            out->n_primary += s->cells[c].state == MLN_CELL_PRIMARY;
            out->n_secondary += s->cells[c].state == MLN_CELL_SECONDARY;
            out->n_groups += s->cells[c].group && s->cells[c].state == MLN_CELL_PRIMARY;
        }
    }
    out->n_proven = i->n_whole + i->n_real;
    out->n_whole = i->n_whole;
    out->n_components = i->n_components;
    out->largest_component = i->largest_component;
    out->n_programs = i->n_programs;
}

static enum mln_status protect_with(struct work *w, struct mln_arena *arena,
                                    struct mln_protect_outcome *outcome, struct mln_err *err) {
    struct mln_system *s = w->system;
    w->given_away = MLN_ARENA_NEW(arena, bool, s->n_cells + 1);
    w->touched = MLN_ARENA_NEW(arena, bool, s->n_lines + 1);
    if (w->given_away == NULL || w->touched == NULL) {
        return mln_err_nomem(err, "the audit of suppression");
    }
    MLN_TRY(mln_intervals_init(arena, s, &w->intervals, err));
    MLN_TRY(mln_repair_init(arena, s, &w->intervals, &w->repair, err));
    enum mln_status status = suppress(w, err);
    if (status == MLN_OK) {
        status = spare(w, arena, err);
    }
    if (status == MLN_OK) {
        status = prove(w, err);
    }
    mln_repair_release(&w->repair);
    if (status == MLN_OK) {
        tell(w, outcome);
    }
    return status;
}

enum mln_status mln_system_protect(struct mln_system *s, const struct mln_protect_options *options,
                                   struct mln_protect_outcome *outcome, struct mln_err *err) {
    struct mln_arena scratch = MLN_ARENA_INIT;
    struct work w = {.system = s};
    *outcome = (struct mln_protect_outcome){0};
    mln_primary(s, options);
    const enum mln_status status = protect_with(&w, &scratch, outcome, err);
    mln_arena_release(&scratch);
    return status;
}
