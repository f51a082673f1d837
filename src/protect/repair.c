#include "protect/repair.h"

#include <math.h>

#define REWARD 1e6
#define COST_SUPPRESSED 0.01
#define COST_HIDDEN 0.5 /* nobody prints it */
#define COST_ZERO 64.0
#define COST_KNOWN_ZERO 4096.0

enum { PICKS_MOST = 16, LEVELS = 5, ROUNDS = 3 };

/* ── costs ── */

static double cost_of(const struct mln_system *s, size_t cell) {
    const struct mln_cell *c = &s->cells[cell];
    if (c->count == 0 && !c->hides_group) {
        return mln_is_known_zero(s, cell) ? COST_KNOWN_ZERO : COST_ZERO;
    }
    if (c->hidden) {
        return COST_HIDDEN;
    }
    const double part = 1 + log2(1 + (double)c->count) / 4;
    return part * (1 + 2 * (double)c->n_totals);
}

static double cost_now(const struct mln_repair *r, size_t cell) {
    return r->system->cells[cell].state == MLN_CELL_SHOWN ? r->cost[cell] : COST_SUPPRESSED;
}

static bool may_move(const struct mln_cell *c) {
    return c->state != MLN_CELL_SHOWN || !c->fixed;
}

enum mln_status mln_repair_init(struct mln_arena *arena, struct mln_system *s,
                                struct mln_intervals *intervals, struct mln_repair *r,
                                struct mln_err *err) {
    *r = (struct mln_repair){.system = s,
                             .intervals = intervals,
                             .cost = MLN_ARENA_NEW(arena, double, s->n_cells + 1),
                             .near = MLN_ARENA_NEW(arena, size_t, s->n_cells + 1),
                             .pending = MLN_ARENA_NEW(arena, size_t, s->n_cells + 1),
                             .in_near = MLN_ARENA_NEW(arena, size_t, s->n_cells + 1),
                             .touched = MLN_ARENA_NEW(arena, size_t, s->n_lines + 1),
                             .met = MLN_ARENA_NEW(arena, size_t, s->n_cells + 1),
                             .down = MLN_ARENA_NEW(arena, double, s->n_cells + 1),
                             .up = MLN_ARENA_NEW(arena, double, s->n_cells + 1)};
    if (r->cost == NULL || r->near == NULL || r->pending == NULL || r->in_near == NULL ||
        r->touched == NULL || r->met == NULL || r->down == NULL || r->up == NULL) {
        return mln_err_nomem(err, "the secondary suppression");
    }
    for (size_t c = 0; c < s->n_cells; c++) { /* among equals the first */
        r->cost[c] = cost_of(s, c) * (1 + 1e-4 * (double)c / (double)s->n_cells);
    }
    return mln_patch_init(&r->patch, s, err);
}

void mln_repair_release(struct mln_repair *r) {
    mln_patch_release(&r->patch);
}

/* ── the neighbourhood ── */

static void reach(struct mln_repair *r, size_t cell, size_t *n) {
    if (r->in_near[cell] != r->search && may_move(&r->system->cells[cell])) {
        r->in_near[cell] = r->search;
        r->near[(*n)++] = cell;
    }
}

/* The `most` cheapest cells of a line, the larger count among equals. */
static void reach_cheapest(struct mln_repair *r, const struct mln_line *line, size_t most,
                           size_t *n) {
    const struct mln_system *s = r->system;
    size_t best[PICKS_MOST + 1];
    size_t n_best = 0;
    for (size_t k = 0; k < line->n; k++) {
        const size_t cell = s->members[line->first + k];
        const double cost = cost_now(r, cell);
        if (!may_move(&s->cells[cell])) {
            continue;
        }
        size_t at = n_best;
        for (; at > 0; at--) {
            const size_t other = best[at - 1];
            const double gap = cost_now(r, other) - cost;
            if (gap < 0 || (gap <= 0 && s->cells[other].count >= s->cells[cell].count)) {
                break;
            }
            best[at] = other;
        }
        best[at] = cell;
        n_best += n_best < most;
    }
    for (size_t i = 0; i < n_best; i++) {
        reach(r, best[i], n);
    }
}

/* Notes the cells in which a second touched line passes. */
static void touch_line(struct mln_repair *r, size_t l) {
    const struct mln_system *s = r->system;
    r->touched[l] = r->search;
    for (size_t k = 0; k < s->lines[l].n; k++) {
        const size_t cell = s->members[s->lines[l].first + k];
        if (r->met[cell] == r->search) {
            r->pending[r->n_pending] = cell;
            r->n_pending += r->in_near[cell] != r->search && r->n_pending < s->n_cells;
        }
        r->met[cell] = r->search;
    }
}

static size_t gather_few(struct mln_repair *r, size_t start, const uint8_t *picks, size_t most) {
    const struct mln_system *s = r->system;
    size_t n = 0;
    r->search++;
    reach(r, start, &n);
    for (size_t i = 0, level = 0, end = 1; level < LEVELS && picks[level] > 0 && n < most;
         level++, end = n) {
        for (; i < end; i++) {
            const size_t cell = r->near[i];
            for (size_t at = s->line_start[cell]; at < s->line_start[cell + 1]; at++) {
                reach_cheapest(r, &s->lines[s->line_of[at]], picks[level], &n);
            }
        }
    }
    for (size_t round = 0, from = 0; round < ROUNDS && from < n && n < most; round++) {
        r->n_pending = 0;
        for (; from < n; from++) {
            const size_t cell = r->near[from];
            for (size_t at = s->line_start[cell]; at < s->line_start[cell + 1]; at++) {
                if (r->touched[s->line_of[at]] != r->search) {
                    touch_line(r, s->line_of[at]);
                }
            }
        }
        for (size_t i = 0; i < r->n_pending; i++) {
            reach(r, r->pending[i], &n);
        }
    }
    return n;
}

/* Breadth first over whole lines. */
static size_t gather_many(struct mln_repair *r, size_t start, size_t most) {
    const struct mln_system *s = r->system;
    size_t n = 0;
    r->search++;
    reach(r, start, &n);
    for (size_t i = 0; i < n && n < most; i++) {
        for (size_t at = s->line_start[r->near[i]]; at < s->line_start[r->near[i] + 1]; at++) {
            const struct mln_line *line = &s->lines[s->line_of[at]];
            for (size_t k = 0; k < line->n; k++) {
                reach(r, s->members[line->first + k], &n);
            }
        }
    }
    return n;
}

/* ── moves ── */

/* The cheapest move of column 0 by at most `aim` (up or down), into `move`; returns how far it
 * goes. Shown cells that `other` moves already are to be suppressed and cost little. */
static enum mln_status move_target(struct mln_repair *r, bool up, double aim, const double *other,
                                   double *move, double *far, struct mln_err *err) {
    struct mln_patch *p = &r->patch;
    for (size_t j = 0; j < p->n; j++) {
        const bool used = other != NULL && fabs(other[j]) > MLN_MOVE_TOLERANCE;
        p->gain[j] = p->gain[p->n + j] = used ? -COST_SUPPRESSED : -cost_now(r, p->cells[j]);
    }
    const size_t way = up ? 0 : p->n;
    const size_t other_way = up ? p->n : 0;
    const double room = up ? mln_room_above(&r->system->cells[p->cells[0]])
                           : mln_room_below(&r->system->cells[p->cells[0]]);
    p->gain[way] = REWARD;
    p->high[way] = aim < room ? aim : room;
    p->high[other_way] = 0;
    r->intervals->n_programs++;
    MLN_TRY(mln_patch_maximise(p, NULL, err));
    memcpy(move, p->y, p->n * sizeof *move);
    *far = fabs(p->y[0]);
    return MLN_OK;
}

/* Suppresses what a move passes, then keeps it as a witness. */
static void take(struct mln_repair *r, const double *move) {
    struct mln_patch *p = &r->patch;
    for (size_t j = 0; j < p->n; j++) {
        if (fabs(move[j]) > MLN_MOVE_TOLERANCE &&
            r->system->cells[p->cells[j]].state == MLN_CELL_SHOWN) {
            mln_system_suppress(r->system, p->cells[j], MLN_CELL_SECONDARY);
        }
    }
    memcpy(p->y, move, p->n * sizeof *move);
    mln_intervals_learn(p, r->intervals);
}

/* In the open patch, whose first cell is the target. */
static enum mln_status widen(struct mln_repair *r, size_t cell, struct mln_err *err) {
    const double need = (double)r->system->cells[cell].need;
    double down = 0;
    double up = 0;
    MLN_TRY(move_target(r, false, need, NULL, r->down, &down, err));
    if (down < need - MLN_MOVE_TOLERANCE) {
        MLN_TRY(move_target(r, true, need - down, r->down, r->up, &up, err));
    }
    if (down + up >= need - MLN_MOVE_TOLERANCE) {
        take(r, r->down);
        if (up > 0) {
            take(r, r->up);
        }
    }
    return MLN_OK;
}

enum mln_status mln_repair_cell(struct mln_repair *r, size_t cell, bool *wide,
                                struct mln_err *err) {
    static const uint8_t picks[][LEVELS] = {{4, 2}, {8, 3, 1}, {12, 3, 2, 1}, {16, 6, 3, 2, 1}};
    static const size_t most[] = {1000, 2000, 4000, 8000};
    enum { FEW = sizeof picks / sizeof *picks, SIZES = FEW + 1 };
    *wide = mln_is_wide(r->intervals, cell);
    for (size_t i = 0; i < SIZES && !*wide; i++) {
        const size_t n = i < FEW ? gather_few(r, cell, picks[i], most[i])
                                 : gather_many(r, cell, r->system->n_cells);
        enum mln_status status = mln_patch_open(&r->patch, r->near, n, true, err);
        if (status == MLN_OK) {
            status = widen(r, cell, err);
        }
        mln_patch_close(&r->patch);
        MLN_TRY(status);
        *wide = mln_is_wide(r->intervals, cell);
    }
    return MLN_OK;
}
