#include "protect/round.h"

#include <math.h>

#include "protect/intervals.h"

uint64_t mln_round_alone(uint64_t count, uint64_t base) {
    return base < 2 ? count : (count + base / 2) / base * base;
}

/* One component; all numbers in units of the base. */
struct dive {
    const struct mln_system *system;
    struct mln_patch *patch;
    struct mln_rounding *out;
    double base;
    size_t *loose;    /* columns not whole yet */
    double *kept_low; /* their bounds before the last fixing */
    double *kept_high;
    double widened; /* multiples beyond the next */
};

static double exact(const struct dive *d, size_t column) {
    return (double)d->system->cells[d->patch->cells[column]].count / d->base;
}

static double off_whole(const struct dive *d, size_t column) {
    const double x = exact(d, column) + d->patch->y[column];
    return fabs(x - round(x));
}

/* Bounds, and gains that pull each count to its nearer multiple: from floor to ceiling the cost
 * goes in a straight line from the distance below to the distance above. */
static void set_up(struct dive *d) {
    struct mln_patch *p = d->patch;
    for (size_t j = 0; j < p->n; j++) {
        const double at = exact(d, j);
        const double below = at - floor(at);
        const double lowest = floor(at) - d->widened;
        p->low[j] = (lowest > 0 ? lowest : 0) - at;
        p->high[j] = ceil(at) + d->widened - at;
        p->gain[j] = 2 * below - 1;
    }
}

static enum mln_status solve(struct dive *d, bool *feasible, struct mln_err *err) {
    d->out->n_programs++;
    return mln_patch_maximise(d->patch, feasible, err);
}

/* Columns that are not whole, the nearest to whole first (few: insertion). */
static size_t list_loose(struct dive *d) {
    size_t n = 0;
    for (size_t j = 0; j < d->patch->n; j++) {
        const double off = off_whole(d, j);
        if (off <= MLN_MOVE_TOLERANCE) {
            continue;
        }
        size_t at = n++;
        for (; at > 0 && off_whole(d, d->loose[at - 1]) > off; at--) {
            d->loose[at] = d->loose[at - 1];
        }
        d->loose[at] = j;
    }
    return n;
}

static void fix(struct dive *d, size_t column, double whole) {
    d->patch->low[column] = d->patch->high[column] = whole - exact(d, column);
}

/* Fixes the first `n` loose columns to the nearer whole (or the only one to the other) and solves;
 * undone when that cannot be. */
static enum mln_status fix_and_solve(struct dive *d, size_t n, bool other, bool *feasible,
                                     struct mln_err *err) {
    struct mln_patch *p = d->patch;
    for (size_t i = 0; i < n; i++) {
        const size_t j = d->loose[i];
        const double x = exact(d, j) + p->y[j];
        const double near = round(x);
        d->kept_low[i] = p->low[j];
        d->kept_high[i] = p->high[j];
        fix(d, j, !other ? near : near > x ? near - 1 : near + 1);
    }
    MLN_TRY(solve(d, feasible, err));
    for (size_t i = 0; !*feasible && i < n; i++) {
        p->low[d->loose[i]] = d->kept_low[i];
        p->high[d->loose[i]] = d->kept_high[i];
    }
    return MLN_OK;
}

static enum mln_status dive_down(struct dive *d, bool *done, struct mln_err *err) {
    set_up(d);
    bool feasible = true;
    MLN_TRY(solve(d, &feasible, err));
    *done = false;
    while (feasible) {
        const size_t n = list_loose(d);
        if (n == 0) {
            *done = true;
            return MLN_OK;
        }
        MLN_TRY(fix_and_solve(d, n / 8 + 1, false, &feasible, err));
        if (!feasible && n / 8 > 0) {
            MLN_TRY(fix_and_solve(d, 1, false, &feasible, err));
        }
        if (!feasible) {
            MLN_TRY(fix_and_solve(d, 1, true, &feasible, err));
        }
    }
    return MLN_OK;
}

static void keep(struct dive *d, bool additive) {
    const struct mln_patch *p = d->patch;
    for (size_t j = 0; j < p->n; j++) {
        const uint64_t count = d->system->cells[p->cells[j]].count;
        const double x = round(exact(d, j) + p->y[j]);
        uint64_t *rounded = &d->out->rounded[p->cells[j]];
        *rounded =
            additive ? (uint64_t)x * (uint64_t)d->base : mln_round_alone(count, (uint64_t)d->base);
        d->out->n_far += fabs((double)*rounded - (double)count) >= d->base;
    }
}

static enum mln_status round_component(struct dive *d, const size_t *cells, size_t n,
                                       struct mln_err *err) {
    bool done = false;
    enum mln_status status = mln_patch_open(d->patch, cells, n, false, err);
    for (d->widened = 0; status == MLN_OK && !done && d->widened < 2; d->widened++) {
        status = dive_down(d, &done, err);
    }
    if (status == MLN_OK) {
        keep(d, done);
    }
    mln_patch_close(d->patch);
    return status;
}

static size_t count_broken(const struct mln_system *s, const uint64_t *rounded) {
    size_t n = 0;
    for (size_t l = 0; l < s->n_lines; l++) {
        const size_t *members = s->members + s->lines[l].first;
        uint64_t sum = 0;
        for (size_t k = 1; k < s->lines[l].n; k++) {
            sum += rounded[members[k]];
        }
        n += sum != rounded[members[0]];
    }
    return n;
}

static enum mln_status round_all(struct mln_arena *scratch, struct dive *d,
                                 const struct mln_system *s, struct mln_err *err) {
    struct mln_components parts;
    d->loose = MLN_ARENA_NEW(scratch, size_t, s->n_cells + 1);
    d->kept_low = MLN_ARENA_NEW(scratch, double, s->n_cells + 1);
    d->kept_high = MLN_ARENA_NEW(scratch, double, s->n_cells + 1);
    if (d->loose == NULL || d->kept_low == NULL || d->kept_high == NULL) {
        return mln_err_nomem(err, "the rounded tables");
    }
    MLN_TRY(mln_components_find(scratch, s, &parts, err));
    for (size_t i = 0; i < parts.n; i++) {
        MLN_TRY(round_component(d, parts.cells + parts.start[i],
                                parts.start[i + 1] - parts.start[i], err));
    }
    d->out->n_broken = count_broken(s, d->out->rounded);
    return MLN_OK;
}

enum mln_status mln_round_system(struct mln_arena *arena, struct mln_system *s, uint64_t base,
                                 struct mln_rounding *out, struct mln_err *err) {
    *out = (struct mln_rounding){.rounded = MLN_ARENA_NEW(arena, uint64_t, s->n_cells + 1)};
    if (out->rounded == NULL) {
        return mln_err_nomem(err, "the rounded tables");
    }
    for (size_t c = 0; c < s->n_cells; c++) {
        out->rounded[c] = s->cells[c].count;
        if (s->cells[c].count % base != 0) {
            mln_system_suppress(s, c, MLN_CELL_SECONDARY); /* it moves */
        }
    }
    struct mln_arena scratch = MLN_ARENA_INIT;
    struct mln_patch patch;
    enum mln_status status = mln_patch_init(&patch, s, err);
    if (status == MLN_OK) {
        struct dive d = {.system = s, .patch = &patch, .out = out, .base = (double)base};
        status = round_all(&scratch, &d, s, err);
        mln_patch_release(&patch);
    }
    mln_arena_release(&scratch);
    return status;
}
