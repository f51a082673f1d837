#include "protect/audit.h"
#include "protect/system.h"

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
    struct cost cost = {
        .worth = c->count == 0 ? ZERO : NONZERO, .n_totals = c->n_totals, .count = c->count};
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
        if (s->cells[cell].state != MLN_CELL_SHOWN) {
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

static enum mln_status close_system(struct mln_system *s, bool *given_away, bool *touched,
                                    struct mln_err *err) {
    for (;;) {
        sweep(s);
        MLN_TRY(mln_audit(s, given_away, err));
        if (help_given_away(s, given_away, touched) == 0) {
            break;
        }
    }
    for (size_t c = 0; c < s->n_cells; c++) {
        if (given_away[c]) {
            return mln_err_set(
                err, MLN_INTERNAL,
                "a suppressed cell can still be computed from the others and nothing "
                "is left to suppress; publish fewer tables together");
        }
    }
    return MLN_OK;
}

enum mln_status mln_system_protect(struct mln_system *s, struct mln_err *err) {
    for (size_t c = 0; c < s->n_cells; c++) {
        if (mln_cell_is_small(&s->cells[c])) {
            mln_system_suppress(s, c, MLN_CELL_PRIMARY);
        }
    }
    struct mln_arena scratch = MLN_ARENA_INIT;
    bool *given_away = MLN_ARENA_NEW(&scratch, bool, s->n_cells + 1);
    bool *touched = MLN_ARENA_NEW(&scratch, bool, s->n_lines + 1);
    const enum mln_status status = given_away == NULL || touched == NULL
                                       ? mln_err_nomem(err, "the audit of suppression")
                                       : close_system(s, given_away, touched, err);
    mln_arena_release(&scratch);
    return status;
}
