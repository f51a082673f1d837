#include "protect/intervals.h"

#include <math.h>

enum { EXACT_MOST = 2500 };

/* ── components ── */

static size_t find_root(size_t *parent, size_t c) {
    while (parent[c] != c) {
        parent[c] = parent[parent[c]];
        c = parent[c];
    }
    return c;
}

static bool is_hidden(const struct mln_system *s, size_t cell) {
    return s->cells[cell].state != MLN_CELL_SHOWN;
}

/* The root is the smallest cell of a component. */
static void join_lines(const struct mln_system *s, size_t *parent) {
    for (size_t l = 0; l < s->n_lines; l++) {
        size_t first = SIZE_MAX;
        for (size_t k = 0; s->lines[l].n_suppressed > 1 && k < s->lines[l].n; k++) {
            const size_t cell = s->members[s->lines[l].first + k];
            if (!is_hidden(s, cell)) {
                continue;
            }
            const size_t root = find_root(parent, cell);
            first = first == SIZE_MAX ? root : find_root(parent, first);
            parent[root > first ? root : first] = root > first ? first : root;
        }
    }
}

enum mln_status mln_components_find(struct mln_arena *arena, const struct mln_system *s,
                                    struct mln_components *out, struct mln_err *err) {
    size_t *parent = MLN_ARENA_NEW(arena, size_t, s->n_cells + 1);
    size_t *number = MLN_ARENA_NEW(arena, size_t, s->n_cells + 1);
    *out = (struct mln_components){.start = MLN_ARENA_NEW(arena, size_t, s->n_cells + 2),
                                   .cells = MLN_ARENA_NEW(arena, size_t, s->n_cells + 1)};
    if (parent == NULL || number == NULL || out->start == NULL || out->cells == NULL) {
        return mln_err_nomem(err, "the components of the suppressed cells");
    }
    for (size_t c = 0; c < s->n_cells; c++) {
        parent[c] = c;
    }
    join_lines(s, parent);
    for (size_t c = 0; c < s->n_cells; c++) {
        if (is_hidden(s, c)) {
            const size_t root = find_root(parent, c);
            number[c] = root == c ? out->n++ : number[root];
            out->start[number[c] + 2]++;
        }
    }
    for (size_t i = 0; i < out->n; i++) {
        out->start[i + 2] += out->start[i + 1];
    }
    for (size_t c = 0; c < s->n_cells; c++) {
        if (is_hidden(s, c)) {
            out->cells[out->start[number[c] + 1]++] = c;
        }
    }
    return MLN_OK;
}

/* ── intervals ── */

void mln_intervals_reset(const struct mln_system *s, struct mln_intervals *out) {
    const size_t bytes = s->n_cells * sizeof *out->below;
    memset(out->below, 0, bytes);
    memset(out->above, 0, bytes);
    memset(out->whole_below, 0, bytes);
    memset(out->whole_above, 0, bytes);
    memset(out->width, 0, s->n_cells);
}

enum mln_status mln_intervals_init(struct mln_arena *arena, const struct mln_system *s,
                                   struct mln_intervals *out, struct mln_err *err) {
    *out = (struct mln_intervals){.below = MLN_ARENA_NEW(arena, double, s->n_cells + 1),
                                  .above = MLN_ARENA_NEW(arena, double, s->n_cells + 1),
                                  .whole_below = MLN_ARENA_NEW(arena, double, s->n_cells + 1),
                                  .whole_above = MLN_ARENA_NEW(arena, double, s->n_cells + 1),
                                  .width = MLN_ARENA_NEW(arena, uint8_t, s->n_cells + 1)};
    const bool ok = out->below != NULL && out->above != NULL && out->whole_below != NULL &&
                    out->whole_above != NULL && out->width != NULL;
    return ok ? MLN_OK : mln_err_nomem(err, "the intervals of the suppressed cells");
}

bool mln_is_wide(const struct mln_intervals *intervals, size_t cell) {
    return intervals->width[cell] == MLN_WIDTH_WHOLE || intervals->width[cell] == MLN_WIDTH_REAL;
}

/* One component under audit. */
struct audit {
    const struct mln_system *system;
    struct mln_patch *patch;
    struct mln_intervals *out;
    size_t *doubtful; /* columns of the patch */
    size_t n_doubtful;
    bool to_the_end; /* no cell stays doubtful */
};

static void keep_larger(double *kept, double value) {
    *kept = value > *kept ? value : *kept;
}

void mln_intervals_learn(const struct mln_patch *p, struct mln_intervals *out) {
    const bool whole = mln_patch_is_whole(p);
    for (size_t i = 0; i < p->n; i++) {
        const size_t cell = p->cells[i];
        const uint64_t need = p->system->cells[cell].need;
        keep_larger(&out->above[cell], p->y[i]);
        keep_larger(&out->below[cell], -p->y[i]);
        if (whole) {
            keep_larger(&out->whole_above[cell], round(p->y[i]));
            keep_larger(&out->whole_below[cell], -round(p->y[i]));
        }
        if (need == 0) {
            continue;
        }
        if (out->whole_above[cell] + out->whole_below[cell] >= (double)need) {
            out->width[cell] = MLN_WIDTH_WHOLE;
        } else if (out->above[cell] + out->below[cell] >= (double)need - MLN_MOVE_TOLERANCE) {
            out->width[cell] = MLN_WIDTH_REAL;
        }
    }
}

/* Takes the last move as a witness, and drops the cells that are wide by now. */
static void learn(struct audit *a) {
    mln_intervals_learn(a->patch, a->out);
    size_t n = 0;
    for (size_t i = 0; i < a->n_doubtful; i++) {
        if (!mln_is_wide(a->out, a->patch->cells[a->doubtful[i]])) {
            a->doubtful[n++] = a->doubtful[i];
        }
    }
    a->n_doubtful = n;
}

static enum mln_status solve(struct audit *a, struct mln_err *err) {
    a->out->n_programs++;
    MLN_TRY(mln_patch_maximise(a->patch, NULL, err));
    learn(a);
    return MLN_OK;
}

static void free_bounds(struct audit *a) {
    struct mln_patch *p = a->patch;
    for (size_t j = 0; j < p->n; j++) {
        p->low[j] = -mln_room_below(&a->system->cells[p->cells[j]]);
        p->high[j] = mln_room_above(&a->system->cells[p->cells[j]]);
    }
}

/* All doubtful cells up (or down) together, none further than it needs. */
static enum mln_status push_all(struct audit *a, bool up, struct mln_err *err) {
    struct mln_patch *p = a->patch;
    free_bounds(a);
    memset(p->gain, 0, p->n * sizeof *p->gain);
    for (size_t i = 0; i < a->n_doubtful; i++) {
        const size_t j = a->doubtful[i];
        const size_t cell = p->cells[j];
        const double need = (double)a->system->cells[cell].need;
        const double up_to = need - a->out->below[cell];
        const double down_to = need - a->out->above[cell];
        p->gain[j] = up ? 1 : -1;
        if (up && up_to < p->high[j]) {
            p->high[j] = up_to;
        }
        if (!up && -down_to > p->low[j]) {
            p->low[j] = -down_to;
        }
    }
    return solve(a, err);
}

/* One cell alone, as far as it goes, up then down; what is not wide after that is narrow. */
static enum mln_status ask_one(struct audit *a, size_t column, struct mln_err *err) {
    struct mln_patch *p = a->patch;
    const size_t cell = p->cells[column];
    memset(p->gain, 0, p->n * sizeof *p->gain);
    for (int direction = 1; direction >= -1; direction -= 2) {
        p->gain[column] = direction;
        MLN_TRY(solve(a, err));
        if (mln_is_wide(a->out, cell)) {
            return MLN_OK;
        }
    }
    a->out->width[cell] = MLN_WIDTH_NARROW;
    a->n_doubtful--; /* it was the first: see ask_doubtful */
    memmove(a->doubtful, a->doubtful + 1, a->n_doubtful * sizeof *a->doubtful);
    return MLN_OK;
}

/* Upwards again and again, since small counts have little room below. */
static enum mln_status push_doubtful(struct audit *a, struct mln_err *err) {
    MLN_TRY(push_all(a, true, err));
    if (a->n_doubtful > 0) {
        MLN_TRY(push_all(a, false, err));
    }
    for (size_t before = SIZE_MAX; a->n_doubtful > 0 && before - a->n_doubtful > before / 16;) {
        before = a->n_doubtful;
        MLN_TRY(push_all(a, true, err));
    }
    return MLN_OK;
}

static enum mln_status ask_doubtful(struct audit *a, struct mln_err *err) {
    free_bounds(a);
    while (a->n_doubtful > 0) {
        MLN_TRY(ask_one(a, a->doubtful[0], err));
    }
    return MLN_OK;
}

static enum mln_status audit_component(struct audit *a, const size_t *cells, size_t n,
                                       struct mln_err *err) {
    a->n_doubtful = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t *width = &a->out->width[cells[i]];
        if (a->system->cells[cells[i]].need > 0 && !mln_is_wide(a->out, cells[i])) {
            *width = MLN_WIDTH_DOUBTFUL;
            a->doubtful[a->n_doubtful++] = i;
        }
    }
    if (a->n_doubtful == 0) {
        return MLN_OK;
    }
    enum mln_status status = mln_patch_open(a->patch, cells, n, false, err);
    if (status == MLN_OK) {
        status = push_doubtful(a, err);
    }
    if (status == MLN_OK && (a->to_the_end || n <= EXACT_MOST)) {
        status = ask_doubtful(a, err);
    }
    mln_patch_close(a->patch);
    return status;
}

static void count(const struct mln_system *s, struct mln_intervals *out) {
    out->n_asked = out->n_whole = out->n_real = out->n_narrow = 0;
    for (size_t c = 0; c < s->n_cells; c++) {
        out->n_asked += out->width[c] != MLN_WIDTH_NOT_ASKED;
        out->n_whole += out->width[c] == MLN_WIDTH_WHOLE;
        out->n_real += out->width[c] == MLN_WIDTH_REAL;
        out->n_narrow += out->width[c] == MLN_WIDTH_NARROW;
    }
}

static enum mln_status audit_all(struct audit *a, struct mln_arena *scratch, struct mln_err *err) {
    struct mln_components parts;
    a->doubtful = MLN_ARENA_NEW(scratch, size_t, a->system->n_cells + 1);
    if (a->doubtful == NULL) {
        return mln_err_nomem(err, "the audit of the suppressed cells");
    }
    MLN_TRY(mln_components_find(scratch, a->system, &parts, err));
    a->out->n_components = parts.n;
    a->out->largest_component = 0;
    for (size_t i = 0; i < parts.n; i++) {
        const size_t n = parts.start[i + 1] - parts.start[i];
        a->out->largest_component = n > a->out->largest_component ? n : a->out->largest_component;
        MLN_TRY(audit_component(a, parts.cells + parts.start[i], n, err));
    }
    count(a->system, a->out);
    return MLN_OK;
}

static enum mln_status run(const struct mln_system *s, struct mln_intervals *out, bool to_the_end,
                           struct mln_err *err) {
    struct mln_arena scratch = MLN_ARENA_INIT;
    struct mln_patch patch;
    enum mln_status status = mln_patch_init(&patch, s, err);
    if (status == MLN_OK) {
        struct audit a = {.system = s, .patch = &patch, .out = out, .to_the_end = to_the_end};
        status = audit_all(&a, &scratch, err);
        mln_patch_release(&patch);
    }
    mln_arena_release(&scratch);
    return status;
}

enum mln_status mln_intervals_audit(const struct mln_system *s, struct mln_intervals *out,
                                    struct mln_err *err) {
    return run(s, out, true, err);
}

enum mln_status mln_intervals_look(const struct mln_system *s, struct mln_intervals *out,
                                   struct mln_err *err) {
    return run(s, out, false, err);
}

static enum mln_status whole_interval(struct mln_patch *p, const struct mln_components *parts,
                                      size_t cell, double *below, double *above,
                                      struct mln_err *err) {
    for (size_t i = 0; i < parts->n; i++) {
        for (size_t k = parts->start[i]; k < parts->start[i + 1]; k++) {
            if (parts->cells[k] != cell) {
                continue;
            }
            const size_t column = k - parts->start[i];
            MLN_TRY(mln_patch_open(p, parts->cells + parts->start[i],
                                   parts->start[i + 1] - parts->start[i], false, err));
            p->gain[column] = 1;
            MLN_TRY(mln_patch_maximise(p, NULL, err));
            *above = p->y[column];
            p->gain[column] = -1;
            MLN_TRY(mln_patch_maximise(p, NULL, err));
            *below = -p->y[column];
            return MLN_OK;
        }
    }
    *below = *above = 0; /* shown */
    return MLN_OK;
}

enum mln_status mln_interval_feasible(const struct mln_system *s, size_t cell, double *below,
                                double *above, struct mln_err *err) {
    struct mln_arena scratch = MLN_ARENA_INIT;
    struct mln_components parts;
    struct mln_patch patch;
    enum mln_status status = mln_patch_init(&patch, s, err);
    if (status == MLN_OK) {
        status = mln_components_find(&scratch, s, &parts, err);
        if (status == MLN_OK) {
            status = whole_interval(&patch, &parts, cell, below, above, err);
        }
        mln_patch_release(&patch);
    }
    mln_arena_release(&scratch);
    return status;
}
