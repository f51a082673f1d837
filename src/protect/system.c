#include "protect/system.h"

#include <stdlib.h>

/* A cell of a table before the same cells of several tables are made one. */
struct draft {
    const char *key;
    size_t table;
    size_t cell;
    uint64_t count;
    uint64_t threshold;
    uint8_t n_totals;
    bool hidden;
};

static bool is_funnel(const struct mln_table *t) {
    return t->view == MLN_VIEW_FUNNEL && t->n_dimensions == 1 && t->dimensions[0].total < 0;
}

static size_t hidden_cells(const struct mln_table *t) {
    return is_funnel(t) ? t->n_cells - 1 : 0;
}

static uint64_t threshold_of(const struct mln_table *t, const struct mln_protect_options *o) {
    return t->detail ? o->threshold_detail : o->threshold;
}

/* ── keys ── */

/* A condition, or a dimension of the table (then `codes` is NULL). */
struct term {
    const char *name;
    const char *codes;
    size_t dimension;
};

enum { MAX_TERMS = MLN_TABLE_MAX_DIMENSIONS + MLN_TABLE_MAX_CONDITIONS };

static int compare_terms(const void *a, const void *b) {
    const struct term *x = a;
    const struct term *y = b;
    const int c = strcmp(x->name, y->name);
    return c != 0 ? c : (x->codes != NULL) - (y->codes != NULL);
}

/* Dimensions and conditions in the byte order of their names, a dimension before the condition of
 * its name; returns how many. */
static size_t order_terms(const struct mln_table *t, struct term *terms) {
    size_t n = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        terms[n++] = (struct term){t->dimensions[d].name, NULL, d};
    }
    for (size_t c = 0; c < t->n_conditions; c++) {
        terms[n++] = (struct term){t->conditions[c].name, t->conditions[c].codes, 0};
    }
    qsort(terms, n, sizeof *terms, compare_terms);
    return n;
}

/* population, name=code of each term (a dimension at TOTAL says nothing; one at a category says
 * more than a condition of its name), count; separated by a byte no text has. */
static uint8_t make_key(const struct mln_table *t, const struct term *terms, size_t n_terms,
                        size_t cell, struct mln_buf *key) {
    size_t index[MLN_TABLE_MAX_DIMENSIONS];
    for (size_t d = t->n_dimensions, rest = cell; d-- > 0; rest /= t->dimensions[d].n) {
        index[d] = rest % t->dimensions[d].n;
    }
    uint8_t n_totals = 0;
    const char *said = "";
    mln_buf_reset(key);
    mln_buf_addz(key, t->population == NULL ? t->unit_fr : t->population);
    for (size_t i = 0; i < n_terms; i++) {
        const char *code = terms[i].codes;
        if (code == NULL) {
            const struct mln_dimension *d = &t->dimensions[terms[i].dimension];
            if ((ptrdiff_t)index[terms[i].dimension] == d->total) {
                n_totals++;
                continue;
            }
            code = d->codes[index[terms[i].dimension]];
        } else if (strcmp(said, terms[i].name) == 0) {
            continue;
        }
        said = terms[i].name;
        mln_buf_addc(key, '\x1F');
        mln_buf_addz(key, terms[i].name);
        mln_buf_addc(key, '=');
        mln_buf_addz(key, code);
    }
    mln_buf_addc(key, '\x1F');
    mln_buf_add_u64(key, t->counts[cell]);
    return n_totals;
}

static enum mln_status draft_table(struct mln_arena *arena, const struct mln_table *t, size_t table,
                                   uint64_t threshold, struct draft *drafts, struct mln_buf *key,
                                   struct mln_err *err) {
    struct term terms[MAX_TERMS];
    const size_t n_terms = order_terms(t, terms);
    for (size_t c = 0; c < t->n_cells + hidden_cells(t); c++) {
        struct draft *d = &drafts[c];
        *d = (struct draft){.table = table, .cell = c, .threshold = threshold};
        if (c < t->n_cells) {
            d->n_totals = make_key(t, terms, n_terms, c, key);
            d->count = t->counts[c];
        } else {
            const size_t step = c - t->n_cells;
            make_key(t, terms, n_terms, step, key);
            mln_buf_addz(key, "\x1F"
                              "drop");
            d->hidden = true;
            d->count =
                t->counts[step] >= t->counts[step + 1] ? t->counts[step] - t->counts[step + 1] : 0;
        }
        MLN_TRY(mln_buf_check(key, "the keys of the cells", err));
        d->key = mln_arena_strdup(arena, mln_buf_view(key));
        if (d->key == NULL) {
            return mln_err_nomem(err, "the keys of the cells");
        }
    }
    return MLN_OK;
}

static int compare_drafts(const void *a, const void *b) {
    const struct draft *x = a;
    const struct draft *y = b;
    const int c = strcmp(x->key, y->key);
    return c != 0 ? c : (x->table > y->table) - (x->table < y->table);
}

/* ── cells ── */

static void number_cells(struct mln_system *s, const struct draft *drafts, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct draft *d = &drafts[i];
        if (i == 0 || strcmp(drafts[i - 1].key, d->key) != 0) {
            s->cells[s->n_cells++] = (struct mln_cell){.key = d->key,
                                                       .count = d->count,
                                                       .threshold = d->threshold,
                                                       .n_totals = d->n_totals,
                                                       .hidden = d->hidden};
        }
        struct mln_cell *cell = &s->cells[s->n_cells - 1];
        cell->threshold = d->threshold < cell->threshold ? d->threshold : cell->threshold;
        cell->n_totals = d->n_totals < cell->n_totals ? d->n_totals : cell->n_totals;
        s->cell_of[d->table][d->cell] = s->n_cells - 1;
    }
}

static enum mln_status build_cells(struct mln_arena *arena, const struct mln_table *tables,
                                   size_t n, const struct mln_protect_options *options,
                                   struct mln_system *s, struct mln_err *err) {
    size_t total = 0;
    s->cell_of = MLN_ARENA_NEW(arena, size_t *, n);
    for (size_t t = 0; s->cell_of != NULL && t < n; t++) {
        const size_t n_cells = tables[t].n_cells + hidden_cells(&tables[t]);
        s->cell_of[t] = MLN_ARENA_NEW(arena, size_t, n_cells);
        if (s->cell_of[t] == NULL) {
            return mln_err_nomem(err, "the cells of the tables");
        }
        total += n_cells;
    }
    struct draft *drafts = MLN_ARENA_NEW(arena, struct draft, total);
    s->cells = MLN_ARENA_NEW(arena, struct mln_cell, total);
    if (s->cell_of == NULL || drafts == NULL || s->cells == NULL) {
        return mln_err_nomem(err, "the cells of the tables");
    }
    struct mln_buf key = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    for (size_t t = 0, at = 0; status == MLN_OK && t < n; t++) {
        status = draft_table(arena, &tables[t], t, threshold_of(&tables[t], options), drafts + at,
                             &key, err);
        at += tables[t].n_cells + hidden_cells(&tables[t]);
    }
    mln_buf_release(&key);
    MLN_TRY(status);
    if (total > 0) {
        qsort(drafts, total, sizeof *drafts, compare_drafts);
    }
    number_cells(s, drafts, total);
    return MLN_OK;
}

/* ── lines ── */

static size_t stride_of(const struct mln_table *t, size_t dimension) {
    size_t stride = 1;
    for (size_t d = dimension + 1; d < t->n_dimensions; d++) {
        stride *= t->dimensions[d].n;
    }
    return stride;
}

static size_t count_lines(const struct mln_table *t, size_t *n_members) {
    size_t n_lines = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        if (t->dimensions[d].total >= 0) {
            n_lines += t->n_cells / t->dimensions[d].n;
            *n_members += t->n_cells;
        }
    }
    *n_members += 3 * hidden_cells(t);
    return n_lines + hidden_cells(t);
}

static int compare_numbers(const void *a, const void *b) {
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void add_line(struct mln_system *s, size_t first, size_t n, uint64_t threshold) {
    qsort(s->members + first + 1, n - 1, sizeof *s->members, compare_numbers);
    s->lines[s->n_lines++] = (struct mln_line){.first = first, .n = n, .threshold = threshold};
}

/* Appends the lines of a table; returns the end of the members. */
static size_t add_lines(struct mln_system *s, const struct mln_table *t, size_t table,
                        uint64_t threshold, size_t at) {
    const size_t *cell_of = s->cell_of[table];
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const struct mln_dimension *dim = &t->dimensions[d];
        const size_t stride = stride_of(t, d);
        for (size_t cell = 0; dim->total >= 0 && cell < t->n_cells; cell++) {
            if (cell / stride % dim->n != 0) {
                continue;
            }
            const size_t first = at;
            s->members[at++] = cell_of[cell + (size_t)dim->total * stride];
            for (size_t i = 0; i < dim->n; i++) {
                if ((ptrdiff_t)i != dim->total) {
                    s->members[at++] = cell_of[cell + i * stride];
                }
            }
            add_line(s, first, dim->n, threshold);
        }
    }
    for (size_t step = 0; step < hidden_cells(t); step++) {
        const struct mln_cell *drop = &s->cells[cell_of[t->n_cells + step]];
        if (!mln_cell_is_small(drop) || !mln_same_unit(t, step, step + 1)) {
            continue; /* whoever subtracts learns nothing that needs protection */
        }
        s->members[at] = cell_of[step];
        s->members[at + 1] = cell_of[step + 1];
        s->members[at + 2] = cell_of[t->n_cells + step];
        add_line(s, at, 3, threshold);
        at += 3;
    }
    return at;
}

/* Lines in the order of their cells. A bottom-up merge sort: the comparison needs the members. */
static int compare_lines(const struct mln_system *s, const struct mln_line *a,
                         const struct mln_line *b) {
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        const size_t x = s->members[a->first + i];
        const size_t y = s->members[b->first + i];
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    return (a->threshold > b->threshold) - (a->threshold < b->threshold);
}

static void sort_lines(struct mln_system *s, struct mln_line *spare) {
    struct mln_line *from = s->lines;
    struct mln_line *to = spare;
    for (size_t width = 1; width < s->n_lines; width *= 2) {
        for (size_t start = 0; start < s->n_lines; start += 2 * width) {
            const size_t mid = start + width < s->n_lines ? start + width : s->n_lines;
            const size_t end = mid + width < s->n_lines ? mid + width : s->n_lines;
            for (size_t i = start, j = mid, k = start; k < end; k++) {
                const bool left =
                    i < mid && (j == end || compare_lines(s, &from[i], &from[j]) <= 0);
                to[k] = left ? from[i++] : from[j++];
            }
        }
        struct mln_line *swap = from;
        from = to;
        to = swap;
    }
    s->lines = from;
}

static enum mln_status index_lines(struct mln_arena *arena, struct mln_system *s,
                                   struct mln_err *err) {
    size_t n_members = 0;
    for (size_t l = 0; l < s->n_lines; l++) {
        n_members += s->lines[l].n;
    }
    s->line_start = MLN_ARENA_NEW(arena, size_t, s->n_cells + 2);
    s->line_of = MLN_ARENA_NEW(arena, size_t, n_members);
    if (s->line_start == NULL || s->line_of == NULL) {
        return mln_err_nomem(err, "the lines of the tables");
    }
    for (size_t i = 0; i < n_members; i++) {
        s->line_start[s->members[i] + 2]++;
    }
    for (size_t c = 0; c < s->n_cells; c++) {
        s->line_start[c + 2] += s->line_start[c + 1];
    }
    for (size_t l = 0; l < s->n_lines; l++) {
        for (size_t i = 0; i < s->lines[l].n; i++) {
            s->line_of[s->line_start[s->members[s->lines[l].first + i] + 1]++] = l;
        }
    }
    return MLN_OK;
}

enum mln_status mln_system_build(struct mln_arena *arena, const struct mln_table *tables, size_t n,
                                 const struct mln_protect_options *options, struct mln_system *out,
                                 struct mln_err *err) {
    *out = (struct mln_system){.n_tables = n};
    MLN_TRY(build_cells(arena, tables, n, options, out, err));
    size_t n_lines = 0;
    size_t n_members = 0;
    for (size_t t = 0; t < n; t++) {
        n_lines += count_lines(&tables[t], &n_members);
    }
    out->lines = MLN_ARENA_NEW(arena, struct mln_line, n_lines);
    struct mln_line *spare = MLN_ARENA_NEW(arena, struct mln_line, n_lines);
    out->members = MLN_ARENA_NEW(arena, size_t, n_members);
    if (out->lines == NULL || spare == NULL || out->members == NULL) {
        return mln_err_nomem(err, "the lines of the tables");
    }
    for (size_t t = 0, at = 0; t < n; t++) {
        at = add_lines(out, &tables[t], t, threshold_of(&tables[t], options), at);
    }
    sort_lines(out, spare);
    return index_lines(arena, out, err);
}

void mln_system_suppress(struct mln_system *s, size_t cell, enum mln_cell_state state) {
    struct mln_cell *c = &s->cells[cell];
    c->state = state;
    for (size_t i = s->line_start[cell]; i < s->line_start[cell + 1]; i++) {
        struct mln_line *line = &s->lines[s->line_of[i]];
        line->n_suppressed++;
        line->suppressed_sum += s->members[line->first] == cell ? 0 : c->count;
    }
}
