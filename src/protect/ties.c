#include "protect/ties.h"

#include <stdlib.h>

#include "protect/keys.h"

void mln_ties_release(struct mln_ties *ties) {
    free(ties->lines);
    free(ties->members);
    *ties = (struct mln_ties){0};
}

static bool grow(void **items, size_t *cap, size_t n, size_t size) {
    if (n <= *cap) {
        return true;
    }
    const size_t wanted = n + n / 2 + 16;
    void *moved = wanted > SIZE_MAX / size ? NULL : realloc(*items, wanted * size);
    if (moved == NULL) {
        return false;
    }
    *items = moved;
    *cap = wanted;
    return true;
}

static bool add_member(struct mln_ties *ties, size_t cell) {
    if (!grow((void **)&ties->members, &ties->cap_members, ties->n_members + 1,
              sizeof *ties->members)) {
        return false;
    }
    ties->members[ties->n_members++] = cell;
    return true;
}

/* The line of the members from `first` on. */
static bool close_line(struct mln_ties *ties, size_t first, uint64_t threshold) {
    if (!grow((void **)&ties->lines, &ties->cap_lines, ties->n_lines + 1, sizeof *ties->lines)) {
        return false;
    }
    ties->lines[ties->n_lines++] =
        (struct mln_line){.first = first, .n = ties->n_members - first, .threshold = threshold};
    return true;
}

struct search {
    struct mln_arena *arena;
    struct mln_system *system;
    size_t n_named; /* cells before any difference */
    struct mln_ties *out;
    struct mln_buf key;
    const struct mln_protect_options *options;
};

/* The first cell whose key is not before `key`. */
static size_t lower_bound(const struct search *f, const char *key) {
    size_t low = 0;
    size_t high = f->n_named;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (strcmp(f->system->cells[mid].key, key) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static size_t find_cell(const struct search *f) {
    const size_t at = lower_bound(f, f->key.p);
    return at < f->n_named && strcmp(f->system->cells[at].key, f->key.p) == 0 ? at : SIZE_MAX;
}

/* ── hierarchies ── */

struct child {
    const char *parent;
    const char *code;
    size_t place; /* in the table's dimension */
};

static int by_code(const void *a, const void *b) {
    return strcmp(((const struct child *)a)->code, ((const struct child *)b)->code);
}

static int by_parent(const void *a, const void *b) {
    const struct child *x = a;
    const struct child *y = b;
    const int c = strcmp(x->parent, y->parent);
    return c != 0 ? c : strcmp(x->code, y->code);
}

struct climb {
    const struct mln_hierarchy *hierarchy;
    const struct mln_table *table;
    const size_t *cell_of;
    size_t dimension;
    size_t stride;
    struct child *children; /* of the hierarchy that the table has, by parent */
    size_t n_children;
    struct mln_term terms[MLN_TERMS_MOST];
    size_t n_terms;
    size_t parent_term;
};

/* One line: children[from .. to) and their parent, along the cells that start at `base`. */
static bool tie_parent(struct search *f, struct climb *c, size_t base, size_t from, size_t to) {
    const size_t first = f->out->n_members;
    uint64_t sum = 0;
    for (size_t i = from; i < to; i++) {
        sum += c->table->counts[base + c->children[i].place * c->stride];
    }
    c->terms[c->parent_term].codes = c->children[from].parent;
    (void)mln_key_make(c->table, c->terms, c->n_terms, base, sum, &f->key, NULL);
    if (f->key.failed) {
        return false;
    }
    const size_t total = find_cell(f);
    if (total == SIZE_MAX) {
        return true;
    }
    bool ok = add_member(f->out, total);
    for (size_t i = from; ok && i < to; i++) {
        ok = add_member(f->out, c->cell_of[base + c->children[i].place * c->stride]);
    }
    return ok && close_line(f->out, first, f->system->cells[total].threshold);
}

/* The terms of the table with the parent's name in the place of the child's. */
static bool set_terms(struct climb *c) {
    c->n_terms = mln_terms_of(c->table, c->terms);
    for (size_t i = 0; i < c->n_terms; i++) {
        if (strcmp(c->terms[i].name, c->hierarchy->parent) == 0) {
            return false; /* the table has both, or a condition on the parent */
        }
        if (c->terms[i].codes == NULL && c->terms[i].dimension == c->dimension) {
            c->terms[i] = (struct mln_term){c->hierarchy->parent, "", 0};
        }
    }
    mln_terms_sort(c->terms, c->n_terms);
    for (size_t i = 0; i < c->n_terms; i++) {
        if (strcmp(c->terms[i].name, c->hierarchy->parent) == 0) {
            c->parent_term = i;
        }
    }
    return true;
}

/* The pairs of the hierarchy whose child is a category of the table. */
static bool find_children(struct search *f, struct climb *c) {
    const struct mln_hierarchy *h = c->hierarchy;
    const struct mln_dimension *d = &c->table->dimensions[c->dimension];
    struct child *codes = MLN_ARENA_NEW(f->arena, struct child, d->n + 1);
    c->children = MLN_ARENA_NEW(f->arena, struct child, d->n + 1);
    if (codes == NULL || c->children == NULL) {
        return false;
    }
    for (size_t i = 0; i < d->n; i++) {
        codes[i] = (struct child){NULL, d->codes[i], i};
    }
    qsort(codes, d->n, sizeof *codes, by_code);
    for (size_t i = 0; i < h->n; i++) {
        const struct child wanted = {NULL, h->child_codes[i], 0};
        const struct child *found = bsearch(&wanted, codes, d->n, sizeof *codes, by_code);
        if (found != NULL && (ptrdiff_t)found->place != d->total && c->n_children < d->n) {
            c->children[c->n_children++] =
                (struct child){h->parent_codes[i], found->code, found->place};
        }
    }
    if (c->n_children > 0) {
        qsort(c->children, c->n_children, sizeof *c->children, by_parent);
    }
    return true;
}

static bool climb_table(struct search *f, struct climb *c) {
    const struct mln_dimension *d = &c->table->dimensions[c->dimension];
    c->stride = 1;
    for (size_t i = c->dimension + 1; i < c->table->n_dimensions; i++) {
        c->stride *= c->table->dimensions[i].n;
    }
    if (!set_terms(c)) {
        return true;
    }
    if (!find_children(f, c)) {
        return false;
    }
    for (size_t from = 0, to = 0; from < c->n_children; from = to) {
        while (to < c->n_children &&
               strcmp(c->children[to].parent, c->children[from].parent) == 0) {
            to++;
        }
        for (size_t cell = 0; cell < c->table->n_cells; cell++) {
            if (cell / c->stride % d->n == 0 && !tie_parent(f, c, cell, from, to)) {
                return false;
            }
        }
    }
    return true;
}

static bool climb_all(struct search *f, const struct mln_table *const *tables,
                      const struct mln_protect_context *context) {
    for (size_t h = 0; context != NULL && h < context->n_hierarchies; h++) {
        for (size_t t = 0; t < f->system->n_tables; t++) {
            for (size_t d = 0; d < tables[t]->n_dimensions; d++) {
                struct climb c = {.hierarchy = &context->hierarchies[h],
                                  .table = tables[t],
                                  .cell_of = f->system->cell_of[t],
                                  .dimension = d};
                if (strcmp(tables[t]->dimensions[d].name, c.hierarchy->child) == 0 &&
                    !climb_table(f, &c)) {
                    return false;
                }
            }
        }
    }
    return true;
}

/* ── differences ── */

/* The hidden cell larger - smaller, and its line. */
static bool tie_difference(struct search *f, size_t larger, size_t smaller) {
    struct mln_system *s = f->system;
    const struct mln_cell *a = &s->cells[larger];
    const struct mln_cell *b = &s->cells[smaller];
    const uint64_t threshold = a->threshold < b->threshold ? a->threshold : b->threshold;
    if (a->count <= b->count || a->count - b->count >= threshold) {
        return true;
    }
    mln_buf_reset(&f->key);
    mln_buf_addf(&f->key, "%s\x1E%s", a->key, b->key);
    const char *key = f->key.failed ? NULL : mln_arena_strdup(f->arena, mln_buf_view(&f->key));
    if (key == NULL) {
        return false;
    }
    const uint64_t count = a->count - b->count;
    const size_t first = f->out->n_members;
    if (s->n_cells == s->cap_cells) {
        struct mln_cell *more = MLN_ARENA_NEW(f->arena, struct mln_cell, 2 * s->cap_cells + 16);
        if (more == NULL) {
            return false;
        }
        memcpy(more, s->cells, s->n_cells * sizeof *more);
        s->cells = more;
        s->cap_cells = 2 * s->cap_cells + 16;
    }
    s->cells[s->n_cells] = (struct mln_cell){.key = key,
                                             .count = count,
                                             .threshold = threshold,
                                             .known_most = UINT64_MAX,
                                             .hidden = true};
    s->n_differences++;
    return add_member(f->out, larger) && add_member(f->out, smaller) &&
           add_member(f->out, s->n_cells++) && close_line(f->out, first, threshold);
}

/* Cells described by the text in f->key (which ends with the break before the count): how many, and
 * the first. */
static size_t described(const struct search *f, size_t *first) {
    *first = lower_bound(f, f->key.p);
    size_t n = 0;
    while (*first + n < f->n_named) {
        const char *key = f->system->cells[*first + n].key;
        if (strncmp(key, f->key.p, f->key.n) != 0 ||
            strspn(key + f->key.n, "0123456789") != strlen(key + f->key.n)) {
            break;
        }
        n++;
    }
    return n;
}

/* Breaks of a key: places of the byte 1F; returns how many (at least 1: before the count). */
static size_t find_breaks(const char *key, const char **at, size_t most) {
    size_t n = 0;
    for (const char *z = strchr(key, MLN_KEY_BREAK); z != NULL && n < most;
         z = strchr(z + 1, MLN_KEY_BREAK)) {
        at[n++] = z;
    }
    return n;
}

static void add_text(struct mln_buf *out, const char *from, const char *to) {
    mln_buf_add(out, from, (size_t)(to - from));
}

static bool subtract_terms(struct search *f, size_t cell) {
    const char *breaks[MLN_TERMS_MOST + 2];
    const char *key = f->system->cells[cell].key;
    const size_t n = find_breaks(key, breaks, MLN_TERMS_MOST + 1);
    for (size_t drop = 0; drop + 1 < n; drop++) {
        if ((f->system->cells[cell].summed >> drop & 1) != 0) {
            continue; /* a line of some table says it */
        }
        mln_buf_reset(&f->key);
        add_text(&f->key, key, breaks[drop]);
        add_text(&f->key, breaks[drop + 1], breaks[n - 1] + 1);
        if (f->key.failed) {
            return false;
        }
        size_t first = 0;
        const size_t found = described(f, &first);
        for (size_t i = 0; i < found; i++) {
            if (!tie_difference(f, first + i, cell)) {
                return false;
            }
        }
    }
    return true;
}

/* The same description with other counts, one of them published before. */
static bool subtract_vintages(struct search *f, size_t cell) {
    const struct mln_system *s = f->system;
    const struct mln_cell *past = &s->cells[cell];
    if (!past->fixed && !past->was_hidden) {
        return true;
    }
    mln_buf_reset(&f->key);
    mln_buf_add(&f->key, past->key, (size_t)(strrchr(past->key, MLN_KEY_BREAK) + 1 - past->key));
    size_t first = 0;
    const size_t found = f->key.failed ? 0 : described(f, &first);
    for (size_t i = 0; i < found; i++) {
        const size_t other = first + i;
        const bool both_past = (s->cells[other].fixed || s->cells[other].was_hidden);
        if (both_past || other == cell) {
            continue;
        }
        if (!tie_difference(f, cell, other) || !tie_difference(f, other, cell)) {
            return false;
        }
    }
    return !f->key.failed;
}

static bool subtract_all(struct search *f) {
    const bool rounded = f->options->rounding_base >= f->options->threshold;
    for (size_t c = 0; c < f->n_named; c++) {
        if (!f->system->cells[c].hidden &&
            (!subtract_terms(f, c) || (!rounded && !subtract_vintages(f, c)))) {
            return false;
        }
    }
    return true;
}

enum mln_status mln_ties_find(struct mln_arena *arena, struct mln_system *s,
                              const struct mln_table *const *tables,
                              const struct mln_protect_context *context,
                              const struct mln_protect_options *options, struct mln_ties *out,
                              struct mln_err *err) {
    struct search f = {.arena = arena,
                       .system = s,
                       .n_named = s->n_cells,
                       .out = out,
                       .key = MLN_BUF_INIT,
                       .options = options};
    const bool ok = climb_all(&f, tables, context) && subtract_all(&f);
    mln_buf_release(&f.key);
    return ok ? MLN_OK : mln_err_nomem(err, "the lines between the tables");
}
