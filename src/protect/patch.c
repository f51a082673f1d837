#include "protect/patch.h"

#include <math.h>
#include <stdlib.h>

static double smaller(double a, double b) {
    return a < b ? a : b;
}

double mln_room_below(const struct mln_cell *c) {
    return smaller((double)(c->count - c->known_least), MLN_MOVE_MAX);
}

double mln_room_above(const struct mln_cell *c) {
    return c->known_most == UINT64_MAX ? MLN_MOVE_MAX
                                       : smaller((double)(c->known_most - c->count), MLN_MOVE_MAX);
}

static void fill(size_t *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        values[i] = SIZE_MAX;
    }
}

enum mln_status mln_patch_init(struct mln_patch *p, const struct mln_system *s,
                               struct mln_err *err) {
    *p = (struct mln_patch){.system = s};
    p->column_of = malloc((s->n_cells + 1) * sizeof *p->column_of);
    p->row_of = malloc((s->n_lines + 1) * sizeof *p->row_of);
    if (p->column_of == NULL || p->row_of == NULL) {
        mln_patch_release(p);
        return mln_err_nomem(err, "the linear programs of the protection");
    }
    fill(p->column_of, s->n_cells);
    fill(p->row_of, s->n_lines);
    return MLN_OK;
}

void mln_patch_release(struct mln_patch *p) {
    mln_patch_close(p);
    free(p->column_of);
    free(p->row_of);
    p->column_of = NULL;
    p->row_of = NULL;
}

void mln_patch_close(struct mln_patch *p) {
    const struct mln_system *s = p->system;
    for (size_t i = 0; i < p->n; i++) {
        const size_t cell = p->cells[i];
        p->column_of[cell] = SIZE_MAX;
        for (size_t at = s->line_start[cell]; at < s->line_start[cell + 1]; at++) {
            p->row_of[s->line_of[at]] = SIZE_MAX;
        }
    }
    p->n = 0;
    mln_lp_free(p->lp);
    p->lp = NULL;
    mln_arena_release(&p->arena);
}

/* The matrix: entries of one cell's column, once or twice (gain and loss). */
struct shape {
    int *start;
    int *row;
    double *value;
    size_t n_entries;
    size_t n_rows;
};

static void add_column(struct mln_patch *p, struct shape *m, size_t column, size_t cell,
                       double sign) {
    const struct mln_system *s = p->system;
    for (size_t at = s->line_start[cell]; at < s->line_start[cell + 1]; at++) {
        const size_t line = s->line_of[at];
        if (at + 1 < s->line_start[cell + 1] && s->line_of[at + 1] == line) {
            at++; /* total and part of one line: all else in it is zero, it does not bind the cell
                   */
            continue;
        }
        if (p->row_of[line] == SIZE_MAX) {
            p->row_of[line] = m->n_rows++;
        }
        m->row[m->n_entries] = (int)p->row_of[line];
        m->value[m->n_entries++] = s->members[s->lines[line].first] == cell ? sign : -sign;
    }
    m->start[column + 1] = (int)m->n_entries;
}

static bool allocate(struct mln_patch *p, size_t n_columns, size_t n_entries, struct shape *m) {
    m->start = MLN_ARENA_NEW(&p->arena, int, n_columns + 1);
    m->row = MLN_ARENA_NEW(&p->arena, int, n_entries + 1);
    m->value = MLN_ARENA_NEW(&p->arena, double, n_entries + 1);
    p->low = MLN_ARENA_NEW(&p->arena, double, n_columns + 1);
    p->high = MLN_ARENA_NEW(&p->arena, double, n_columns + 1);
    p->gain = MLN_ARENA_NEW(&p->arena, double, n_columns + 1);
    p->y = MLN_ARENA_NEW(&p->arena, double, p->n + 1);
    p->columns = MLN_ARENA_NEW(&p->arena, double, n_columns + 1);
    return m->start != NULL && m->row != NULL && m->value != NULL && p->low != NULL &&
           p->high != NULL && p->gain != NULL && p->y != NULL && p->columns != NULL;
}

static void set_bounds(struct mln_patch *p) {
    for (size_t i = 0; i < p->n; i++) {
        const struct mln_cell *cell = &p->system->cells[p->cells[i]];
        p->low[i] = p->split ? 0 : -mln_room_below(cell);
        p->high[i] = mln_room_above(cell);
        if (p->split) {
            p->low[p->n + i] = 0;
            p->high[p->n + i] = mln_room_below(cell);
        }
    }
}

enum mln_status mln_patch_open(struct mln_patch *p, const size_t *cells, size_t n, bool split,
                               struct mln_err *err) {
    const struct mln_system *s = p->system;
    p->cells = cells;
    p->n = n;
    p->split = split;
    size_t n_entries = 0;
    for (size_t i = 0; i < n; i++) {
        p->column_of[cells[i]] = i;
        n_entries += s->line_start[cells[i] + 1] - s->line_start[cells[i]];
    }
    const size_t times = split ? 2 : 1;
    struct shape m = {0};
    if (n * times > INT32_MAX / 2 || n_entries * times > INT32_MAX / 2 ||
        !allocate(p, n * times, n_entries * times, &m)) {
        return mln_err_nomem(err, "the linear programs of the protection");
    }
    for (size_t j = 0; j < n * times; j++) {
        add_column(p, &m, j, cells[j % n], j < n ? 1 : -1);
    }
    set_bounds(p);
    p->matrix = (struct mln_lp_matrix){m.n_rows, n * times, m.start, m.row, m.value};
    p->rest = MLN_ARENA_NEW(&p->arena, int64_t, m.n_rows + 1);
    p->lp = p->rest == NULL ? NULL : mln_lp_new(&p->matrix, split);
    return p->lp == NULL ? mln_err_nomem(err, "the linear programs of the protection") : MLN_OK;
}

enum mln_status mln_patch_maximise(struct mln_patch *p, bool *feasible, struct mln_err *err) {
    MLN_TRY(mln_lp_maximise(p->lp, p->low, p->high, p->gain, p->columns, feasible, err));
    for (size_t i = 0; i < p->n; i++) {
        p->y[i] = p->columns[i] - (p->split ? p->columns[p->n + i] : 0);
    }
    return MLN_OK;
}

bool mln_patch_is_whole(const struct mln_patch *p) {
    const struct mln_lp_matrix *m = &p->matrix;
    memset(p->rest, 0, m->n_rows * sizeof *p->rest);
    for (size_t i = 0; i < p->n; i++) {
        const struct mln_cell *c = &p->system->cells[p->cells[i]];
        const double whole = round(p->y[i]);
        if (fabs(whole - p->y[i]) > MLN_MOVE_TOLERANCE || whole < -mln_room_below(c) ||
            whole > mln_room_above(c)) {
            return false;
        }
        for (int at = m->start[i]; at < m->start[i + 1]; at++) {
            p->rest[m->row[at]] += (m->value[at] > 0 ? 1 : -1) * (int64_t)whole;
        }
    }
    for (size_t r = 0; r < m->n_rows; r++) {
        if (p->rest[r] != 0) {
            return false;
        }
    }
    return true;
}
