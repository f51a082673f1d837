#include "protect/system.h"

#include "protect/keys.h"
#include "protect/ties.h"

#include <stdlib.h>

/* A cell of a table before the same cells of several tables are made one. */
struct draft {
    const char *key;
    size_t table;
    size_t cell;
    uint64_t count;
    uint64_t threshold;
    uint8_t n_totals;
    uint32_t summed;
    bool hidden;
};

/* The tables to protect, then those published before. */
struct all_tables {
    size_t n;
    const struct mln_table **tables;
    const uint8_t **states; /* NULL: to protect */
};

static bool is_funnel(const struct mln_table *t) {
    return t->view == MLN_VIEW_FUNNEL && t->n_dimensions == 1 && t->dimensions[0].total < 0;
}

/* Cells that nobody prints: the drops of a funnel, what a balance holds. */
static size_t hidden_cells(const struct mln_table *t) {
    if (t->view == MLN_VIEW_BALANCE) {
        return t->n_cells / MLN_BALANCE_PARTS;
    }
    return is_funnel(t) ? t->n_cells - 1 : 0;
}

/* The cell that gives a cell its name: an opening stock is the closing one of the period before. */
static size_t named_by(const struct mln_table *t, size_t cell) {
    if (t->view != MLN_VIEW_BALANCE || cell % MLN_BALANCE_PARTS != MLN_BALANCE_OPENING) {
        return cell;
    }
    const size_t period = t->dimensions[1].n * MLN_BALANCE_PARTS;
    return cell < period ? cell : cell - period + MLN_BALANCE_CLOSING;
}

/* The cell that gives a hidden one its name, and the count of the hidden one. */
static size_t hidden_by(const struct mln_table *t, size_t hidden, uint64_t *count) {
    const uint64_t *n = t->counts;
    if (t->view == MLN_VIEW_BALANCE) {
        const size_t cell = hidden * MLN_BALANCE_PARTS;
        *count = n[cell + MLN_BALANCE_LEFT] + n[cell + MLN_BALANCE_CLOSING];
        return cell + MLN_BALANCE_CLOSING;
    }
    *count = n[hidden] >= n[hidden + 1] ? n[hidden] - n[hidden + 1] : 0;
    return hidden;
}

static uint64_t threshold_of(const struct mln_table *t, const struct mln_protect_options *o) {
    return t->detail ? o->threshold_detail : o->threshold;
}

static enum mln_status draft_table(struct mln_arena *arena, const struct mln_table *t, size_t table,
                                   uint64_t threshold, struct draft *drafts, struct mln_buf *key,
                                   struct mln_err *err) {
    struct mln_term terms[MLN_TERMS_MOST];
    const size_t n_terms = mln_terms_of(t, terms);
    for (size_t c = 0; c < t->n_cells + hidden_cells(t); c++) {
        struct draft *d = &drafts[c];
        *d = (struct draft){.table = table, .cell = c, .threshold = threshold};
        if (c < t->n_cells) {
            d->n_totals =
                mln_key_make(t, terms, n_terms, named_by(t, c), t->counts[c], key, &d->summed);
            d->count = t->counts[c];
        } else {
            const size_t by = hidden_by(t, c - t->n_cells, &d->count);
            (void)mln_key_make(t, terms, n_terms, by, t->counts[by], key, NULL);
            mln_buf_addz(key, "\x1F"
                              "drop");
            d->hidden = true;
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
                                                       .known_most = UINT64_MAX,
                                                       .n_totals = d->n_totals,
                                                       .hidden = d->hidden};
        }
        struct mln_cell *cell = &s->cells[s->n_cells - 1];
        cell->threshold = d->threshold < cell->threshold ? d->threshold : cell->threshold;
        cell->summed |= d->summed;
        cell->n_totals = d->n_totals < cell->n_totals ? d->n_totals : cell->n_totals;
        s->cell_of[d->table][d->cell] = s->n_cells - 1;
    }
}

/* What was published before keeps its states; a shown cell cannot be hidden any more. */
static void keep_past(const struct all_tables *all, struct mln_system *s) {
    for (size_t t = 0; t < all->n; t++) {
        for (size_t c = 0; all->states[t] != NULL && c < all->tables[t]->n_cells; c++) {
            if (all->states[t][c] == MLN_CELL_SHOWN) {
                s->cells[s->cell_of[t][c]].fixed = true;
            } else {
                s->cells[s->cell_of[t][c]].was_hidden = true;
            }
        }
    }
}

static enum mln_status number_of_cells(struct mln_arena *arena, const struct all_tables *all,
                                       struct mln_system *s, size_t *total, struct mln_err *err) {
    *total = 0;
    s->cell_of = MLN_ARENA_NEW(arena, size_t *, all->n + 1);
    for (size_t t = 0; s->cell_of != NULL && t < all->n; t++) {
        const size_t n_cells = all->tables[t]->n_cells + hidden_cells(all->tables[t]);
        s->cell_of[t] = MLN_ARENA_NEW(arena, size_t, n_cells);
        if (s->cell_of[t] == NULL) {
            return mln_err_nomem(err, "the cells of the tables");
        }
        *total += n_cells;
    }
    return s->cell_of == NULL ? mln_err_nomem(err, "the cells of the tables") : MLN_OK;
}

static enum mln_status build_cells(struct mln_arena *arena, const struct all_tables *all,
                                   const struct mln_protect_options *options, struct mln_system *s,
                                   struct mln_err *err) {
    size_t total = 0;
    MLN_TRY(number_of_cells(arena, all, s, &total, err));
    struct draft *drafts = MLN_ARENA_NEW(arena, struct draft, total);
    s->cells = MLN_ARENA_NEW(arena, struct mln_cell, total);
    s->cap_cells = total;
    if (drafts == NULL || s->cells == NULL) {
        return mln_err_nomem(err, "the cells of the tables");
    }
    struct mln_buf key = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    for (size_t t = 0, at = 0; status == MLN_OK && t < all->n; t++) {
        status = draft_table(arena, all->tables[t], t, threshold_of(all->tables[t], options),
                             drafts + at, &key, err);
        at += all->tables[t]->n_cells + hidden_cells(all->tables[t]);
    }
    mln_buf_release(&key);
    MLN_TRY(status);
    if (total > 0) {
        qsort(drafts, total, sizeof *drafts, compare_drafts);
    }
    number_cells(s, drafts, total);
    keep_past(all, s);
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
    const size_t n_hidden = hidden_cells(t);
    const bool balance = t->view == MLN_VIEW_BALANCE;
    *n_members += n_hidden * (balance ? MLN_BALANCE_PARTS + 2 : 3);
    return n_lines + n_hidden * (balance ? 2 : 1);
}

static int compare_numbers(const void *a, const void *b) {
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void add_line(struct mln_system *s, size_t first, size_t n, uint64_t threshold,
                     bool sensitive) {
    qsort(s->members + first + 1, n - 1, sizeof *s->members, compare_numbers);
    s->lines[s->n_lines++] =
        (struct mln_line){.first = first, .n = n, .threshold = threshold, .sensitive = sensitive};
}

static bool is_sensitive(const struct mln_protect_context *context, const char *dimension) {
    for (size_t i = 0; context != NULL && i < context->n_sensitive; i++) {
        if (strcmp(context->sensitive[i], dimension) == 0) {
            return true;
        }
    }
    return false;
}

/* What a balance holds, from both sides; returns the end of the members. */
static size_t add_balances(struct mln_system *s, const struct mln_table *t, const size_t *cell_of,
                           uint64_t threshold, size_t at) {
    static const size_t sides[] = {MLN_BALANCE_OPENING, MLN_BALANCE_LEFT, MLN_BALANCE_PARTS};
    for (size_t held = 0; held < hidden_cells(t); held++) {
        for (size_t side = 0; side < 2; side++) {
            const size_t first = at;
            s->members[at++] = cell_of[t->n_cells + held];
            for (size_t part = sides[side]; part < sides[side + 1]; part++) {
                s->members[at++] = cell_of[held * MLN_BALANCE_PARTS + part];
            }
            add_line(s, first, at - first, threshold, false);
        }
    }
    return at;
}

/* Appends the lines of a table; returns the end of the members. */
static size_t add_lines(struct mln_system *s, const struct mln_table *t, size_t table,
                        const struct mln_protect_context *context, uint64_t threshold, size_t at) {
    const size_t *cell_of = s->cell_of[table];
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const struct mln_dimension *dim = &t->dimensions[d];
        const bool sensitive = is_sensitive(context, dim->name);
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
            add_line(s, first, dim->n, threshold, sensitive);
        }
    }
    if (t->view == MLN_VIEW_BALANCE) {
        return add_balances(s, t, cell_of, threshold, at);
    }
    for (size_t step = 0; step < hidden_cells(t); step++) {
        const struct mln_cell *drop = &s->cells[cell_of[t->n_cells + step]];
        if (!mln_cell_is_small(drop) || !mln_same_unit(t, step, step + 1)) {
            continue; /* whoever subtracts learns nothing that needs protection */
        }
        s->members[at] = cell_of[step];
        s->members[at + 1] = cell_of[step + 1];
        s->members[at + 2] = cell_of[t->n_cells + step];
        add_line(s, at, 3, threshold, false);
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

/* The same line of several tables (a margin) is one line, with the stricter threshold. */
static void drop_repeated_lines(struct mln_system *s) {
    size_t n = 0;
    for (size_t l = 0; l < s->n_lines; l++) {
        const struct mln_line *line = &s->lines[l];
        const struct mln_line *last = n > 0 ? &s->lines[n - 1] : NULL;
        const bool repeated = last != NULL && last->n == line->n &&
                              memcmp(s->members + last->first, s->members + line->first,
                                     line->n * sizeof *s->members) == 0;
        const bool sensitive = line->sensitive || (repeated && last->sensitive);
        n -= repeated; /* sorted by threshold among equals: the last is the strictest */
        s->lines[n++] = *line;
        s->lines[n - 1].sensitive = sensitive;
    }
    s->n_lines = n;
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
    for (size_t l = 0; l < s->n_lines; l++) {
        for (size_t i = 0; i < s->lines[l].n; i++) {
            s->line_start[s->members[s->lines[l].first + i] + 2]++;
        }
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

/* The lines of the tables, then those between tables. */
static enum mln_status build_lines(struct mln_arena *arena, const struct all_tables *all,
                                   const struct mln_protect_context *context,
                                   const struct mln_protect_options *options,
                                   const struct mln_ties *ties, struct mln_system *out,
                                   struct mln_err *err) {
    size_t n_lines = ties->n_lines;
    size_t n_members = ties->n_members;
    for (size_t t = 0; t < all->n; t++) {
        n_lines += count_lines(all->tables[t], &n_members);
    }
    out->lines = MLN_ARENA_NEW(arena, struct mln_line, n_lines);
    struct mln_line *spare = MLN_ARENA_NEW(arena, struct mln_line, n_lines);
    out->members = MLN_ARENA_NEW(arena, size_t, n_members);
    if (out->lines == NULL || spare == NULL || out->members == NULL) {
        return mln_err_nomem(err, "the lines of the tables");
    }
    size_t at = 0;
    for (size_t t = 0; t < all->n; t++) {
        at = add_lines(out, all->tables[t], t, context, threshold_of(all->tables[t], options), at);
    }
    for (size_t l = 0; l < ties->n_lines; l++) {
        const struct mln_line *line = &ties->lines[l];
        memcpy(out->members + at, ties->members + line->first, line->n * sizeof *out->members);
        add_line(out, at, line->n, line->threshold, false);
        at += line->n;
    }
    sort_lines(out, spare);
    drop_repeated_lines(out);
    return index_lines(arena, out, err);
}

static enum mln_status list_tables(struct mln_arena *arena, const struct mln_table *tables,
                                   size_t n, const struct mln_protect_context *context,
                                   struct all_tables *all, struct mln_err *err) {
    const size_t n_past = context == NULL ? 0 : context->n_past;
    all->tables = MLN_ARENA_NEW(arena, const struct mln_table *, n + n_past + 1);
    all->states = MLN_ARENA_NEW(arena, const uint8_t *, n + n_past + 1);
    if (all->tables == NULL || all->states == NULL) {
        return mln_err_nomem(err, "a list of tables");
    }
    all->n = n + n_past;
    for (size_t t = 0; t < n; t++) {
        all->tables[t] = &tables[t];
    }
    for (size_t t = 0; t < n_past; t++) {
        all->tables[n + t] = &context->past[t].table;
        all->states[n + t] = context->past[t].states;
    }
    return MLN_OK;
}

static void know(struct mln_system *s, const struct mln_protect_context *context) {
    for (size_t i = 0; context != NULL && i < context->n_known; i++) {
        const struct mln_known_bounds *k = &context->known[i];
        struct mln_cell *c = &s->cells[s->cell_of[k->table][k->cell]];
        c->known_least = k->least > c->known_least ? k->least : c->known_least;
        c->known_most = k->most < c->known_most ? k->most : c->known_most;
    }
}

enum mln_status mln_system_build(struct mln_arena *arena, const struct mln_table *tables, size_t n,
                                 const struct mln_protect_context *context,
                                 const struct mln_protect_options *options, struct mln_system *out,
                                 struct mln_err *err) {
    struct all_tables all = {0};
    MLN_TRY(list_tables(arena, tables, n, context, &all, err));
    *out = (struct mln_system){.n_tables = all.n};
    MLN_TRY(build_cells(arena, &all, options, out, err));
    struct mln_ties ties = {0};
    enum mln_status status = mln_ties_find(arena, out, all.tables, context, options, &ties, err);
    if (status == MLN_OK) {
        know(out, context);
        status = build_lines(arena, &all, context, options, &ties, out, err);
    }
    mln_ties_release(&ties);
    return status;
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

void mln_system_show(struct mln_system *s, size_t cell) {
    struct mln_cell *c = &s->cells[cell];
    c->state = MLN_CELL_SHOWN;
    for (size_t i = s->line_start[cell]; i < s->line_start[cell + 1]; i++) {
        struct mln_line *line = &s->lines[s->line_of[i]];
        line->n_suppressed--;
        line->suppressed_sum -= s->members[line->first] == cell ? 0 : c->count;
    }
}

bool mln_is_known_zero(const struct mln_system *s, size_t cell) {
    for (size_t i = s->line_start[cell]; i < s->line_start[cell + 1]; i++) {
        if (s->cells[s->members[s->lines[s->line_of[i]].first]].count == 0) {
            return true;
        }
    }
    return false;
}
