/* How many pairs have each pattern. Whole numbers: the sum does not depend on who counted what. */
#include <stdlib.h>

#include "link/pairs/run.h"

/* Most pairs of a row have the same few patterns: several counters for each, so that an addition
 * need not wait for the one before. */
enum { LANES = 4 };
static const uint32_t lanes_up_to = 4096, array_up_to = (uint32_t)1 << 20;

struct cell {
    uint64_t count; /* 0: free */
    uint32_t pattern;
};

struct mln_tally {
    uint32_t n_patterns;
    uint32_t lanes;  /* 0: hash table */
    uint64_t *array; /* lanes × n_patterns */
    struct cell *cells;
    size_t n_cells, used; /* a power of two */
};

enum mln_status mln_tally_new(uint32_t n_patterns, struct mln_tally **out, struct mln_err *err) {
    struct mln_tally *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return mln_err_nomem(err, "the counts of patterns");
    }
    t->n_patterns = n_patterns;
    t->lanes = n_patterns <= lanes_up_to ? LANES : n_patterns <= array_up_to ? 1 : 0;
    t->n_cells = 1024;
    if (t->lanes > 0) {
        t->array = calloc((size_t)t->lanes * n_patterns, sizeof *t->array);
    } else {
        t->cells = calloc(t->n_cells, sizeof *t->cells);
    }
    if (t->array == NULL && t->cells == NULL) {
        mln_tally_free(t);
        return mln_err_nomem(err, "the counts of patterns");
    }
    *out = t;
    return MLN_OK;
}

void mln_tally_free(struct mln_tally *tally) {
    if (tally != NULL) {
        free(tally->array);
        free(tally->cells);
        free(tally);
    }
}

/* ── hash table ── */

static struct cell *find(struct cell *cells, size_t n_cells, uint32_t pattern) {
    size_t at = (size_t)(pattern * 0x9E3779B97F4A7C15U >> 20) & (n_cells - 1);
    while (cells[at].count != 0 && cells[at].pattern != pattern) {
        at = (at + 1) & (n_cells - 1);
    }
    return &cells[at];
}

static enum mln_status grow(struct mln_tally *t, struct mln_err *err) {
    const size_t n_cells = 2 * t->n_cells;
    struct cell *cells = calloc(n_cells, sizeof *cells);
    if (cells == NULL) {
        return mln_err_nomem(err, "the counts of patterns");
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        if (t->cells[i].count != 0) {
            *find(cells, n_cells, t->cells[i].pattern) = t->cells[i];
        }
    }
    free(t->cells);
    t->cells = cells;
    t->n_cells = n_cells;
    return MLN_OK;
}

static enum mln_status add_count(struct mln_tally *t, uint32_t pattern, uint64_t count,
                                 struct mln_err *err) {
    if (t->lanes > 0) {
        t->array[pattern] += count;
        return MLN_OK;
    }
    if (2 * t->used >= t->n_cells) {
        MLN_TRY(grow(t, err));
    }
    struct cell *cell = find(t->cells, t->n_cells, pattern);
    t->used += cell->count == 0;
    cell->pattern = pattern;
    cell->count += count;
    return MLN_OK;
}

/* ── adding ── */

enum mln_status mln_tally_add(struct mln_tally *tally, const uint32_t *pattern, size_t n,
                              struct mln_err *err) {
    size_t j = 0;
    if (tally->lanes == LANES) {
        uint64_t *const a = tally->array, *const b = a + tally->n_patterns;
        uint64_t *const c = b + tally->n_patterns, *const d = c + tally->n_patterns;
        for (; j + LANES <= n; j += LANES) {
            a[pattern[j]]++;
            b[pattern[j + 1]]++;
            c[pattern[j + 2]]++;
            d[pattern[j + 3]]++;
        }
    }
    for (; j < n; j++) {
        MLN_TRY(add_count(tally, pattern[j], 1, err));
    }
    return MLN_OK;
}

static uint64_t array_count(const struct mln_tally *t, uint32_t pattern) {
    uint64_t count = 0;
    for (uint32_t l = 0; l < t->lanes; l++) {
        count += t->array[(size_t)l * t->n_patterns + pattern];
    }
    return count;
}

enum mln_status mln_tally_merge(struct mln_tally *into, const struct mln_tally *from,
                                struct mln_err *err) {
    for (uint32_t p = 0; from->lanes > 0 && p < from->n_patterns; p++) {
        MLN_TRY(add_count(into, p, array_count(from, p), err));
    }
    for (size_t i = 0; from->lanes == 0 && i < from->n_cells; i++) {
        if (from->cells[i].count > 0) {
            MLN_TRY(add_count(into, from->cells[i].pattern, from->cells[i].count, err));
        }
    }
    return MLN_OK;
}

/* ── giving ── */

static int by_pattern(const void *a, const void *b) {
    const uint32_t x = ((const struct cell *)a)->pattern, y = ((const struct cell *)b)->pattern;
    return (x > y) - (x < y);
}

/* The cells in use, ascending; the caller frees. */
static struct cell *list_cells(const struct mln_tally *t, size_t *n) {
    size_t cap = t->used;
    for (uint32_t p = 0; t->lanes > 0 && p < t->n_patterns; p++) {
        cap += array_count(t, p) > 0;
    }
    struct cell *cells = malloc((cap + 1) * sizeof *cells);
    *n = 0;
    for (uint32_t p = 0; cells != NULL && t->lanes > 0 && p < t->n_patterns; p++) {
        const uint64_t count = array_count(t, p);
        if (count > 0) {
            cells[(*n)++] = (struct cell){count, p};
        }
    }
    for (size_t i = 0; cells != NULL && t->lanes == 0 && i < t->n_cells; i++) {
        if (t->cells[i].count > 0) {
            cells[(*n)++] = t->cells[i];
        }
    }
    if (cells != NULL) {
        qsort(cells, *n, sizeof *cells, by_pattern);
    }
    return cells;
}

enum mln_status mln_tally_counts(const struct mln_tally *tally, struct mln_pattern_counts *out,
                                 struct mln_err *err) {
    *out = (struct mln_pattern_counts){0};
    size_t n;
    struct cell *cells = list_cells(tally, &n);
    if (cells != NULL) {
        out->pattern = malloc((n + 1) * sizeof *out->pattern);
        out->count = malloc((n + 1) * sizeof *out->count);
    }
    if (cells == NULL || out->pattern == NULL || out->count == NULL) {
        free(cells);
        mln_pattern_counts_release(out);
        return mln_err_nomem(err, "the counts of patterns");
    }
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        out->pattern[i] = cells[i].pattern;
        out->count[i] = cells[i].count;
        out->total += cells[i].count;
    }
    free(cells);
    return MLN_OK;
}

void mln_pattern_counts_release(struct mln_pattern_counts *counts) {
    free(counts->pattern);
    free(counts->count);
    *counts = (struct mln_pattern_counts){0};
}

/* ── the pairs of the rules ── */

struct counting {
    const struct mln_ladder *ladder;
    struct mln_tally *sum;
    enum mln_status status; /* of the merges */
};

static enum mln_status count_new(void *ctx, void **own, struct mln_err *err) {
    const struct counting *counting = ctx;
    struct mln_tally *tally = NULL;
    MLN_TRY(mln_tally_new(counting->ladder->n_patterns, &tally, err));
    *own = tally;
    return MLN_OK;
}

static void count_end(void *ctx, void *own) {
    struct counting *counting = ctx;
    if (counting->status == MLN_OK) {
        counting->status = mln_tally_merge(counting->sum, own, NULL);
    }
    mln_tally_free(own);
}

static enum mln_status count_row(void *ctx, void *own, size_t task, const struct mln_pair_row *row,
                                 struct mln_err *err) {
    (void)ctx;
    (void)task;
    return mln_tally_add(own, row->pattern, row->n, err);
}

enum mln_status mln_pairs_count(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                                const struct mln_pairs_options *options,
                                struct mln_pattern_counts *out, struct mln_err *err) {
    *out = (struct mln_pattern_counts){0};
    struct counting counting = {ladder, NULL, MLN_OK};
    MLN_TRY(mln_tally_new(ladder->n_patterns, &counting.sum, err));
    const struct mln_pairs_sink sink = {
        .ctx = &counting, .own_new = count_new, .own_end = count_end, .row = count_row};
    enum mln_status status = mln_pairs_each(blocks, ladder, options, &sink, err);
    if (status == MLN_OK && counting.status != MLN_OK) {
        status = mln_err_nomem(err, "the counts of patterns");
    }
    if (status == MLN_OK) {
        status = mln_tally_counts(counting.sum, out, err);
    }
    mln_tally_free(counting.sum);
    return status;
}
