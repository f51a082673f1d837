#include "build.h"

#include <stdlib.h>

#include "base/thread.h"
#include "base/utf8.h"

static enum mln_status add_side(struct mln_records_builder *b, size_t side,
                                const struct side_cells *cells, size_t batch, struct mln_err *err) {
    if (cells->arrival == NULL) {
        for (size_t row = 0; row < cells->n_rows; row += batch) {
            const size_t n = row + batch < cells->n_rows ? batch : cells->n_rows - row;
            MLN_TRY(
                mln_records_add(b, side, row + 1, cells->cells + row * cells->n_columns, n, err));
        }
        return MLN_OK;
    }
    for (size_t i = 0; i < cells->n_rows; i++) {
        const size_t row = cells->arrival[i];
        MLN_TRY(mln_records_add(b, side, row + 1, cells->cells + row * cells->n_columns, 1, err));
    }
    return MLN_OK;
}

struct adding {
    struct mln_records_builder *b;
    const struct side_cells *sides;
    size_t batch;
};

static enum mln_status add_task(void *ctx, size_t side, struct mln_err *err) {
    const struct adding *a = ctx;
    return add_side(a->b, side, &a->sides[side], a->batch, err);
}

enum mln_status build_records(const struct mln_link_model *model, const struct side_cells sides[2],
                              size_t batch, size_t n_threads, struct mln_records *out,
                              struct mln_field_count *counts, struct mln_err *err) {
    struct mln_records_builder *b;
    *out = (struct mln_records){0};
    enum mln_status status = mln_records_builder_new(model, &b, err);
    if (status == MLN_OK) {
        struct adding adding = {b, sides, batch};
        status = mln_parallel(n_threads, 2, add_task, &adding, err);
    }
    if (status == MLN_OK) {
        status = mln_records_finish(b, n_threads, out, err);
    }
    for (size_t side = 0; status == MLN_OK && counts != NULL && side < 2; side++) {
        mln_records_counts(b, side, counts + side * model->n_fields);
    }
    mln_records_builder_free(b);
    return status;
}

static bool same(const void *a, const void *b, size_t n) {
    return (a == NULL) == (b == NULL) && (a == NULL || n == 0 || memcmp(a, b, n) == 0);
}

static const char *set_difference(const struct mln_strset *a, const struct mln_strset *b) {
    if (a->n != b->n || a->n_symbols != b->n_symbols ||
        !same(a->alphabet, b->alphabet, a->n_symbols * sizeof *a->alphabet)) {
        return "an alphabet";
    }
    return !same(a->count, b->count, a->n * sizeof *a->count)      ? "term frequencies"
           : !same(a->length, b->length, a->n * sizeof *a->length) ? "lengths"
           : !same(a->at, b->at, a->n * sizeof *a->at)             ? "places of values"
                                                                   : NULL;
}

const char *records_difference(const struct mln_records *a, const struct mln_records *b) {
    const size_t n = mln_records_n(a);
    if (a->n_left != b->n_left || a->n_right != b->n_right || a->n_fields != b->n_fields) {
        return "sizes";
    }
    for (uint32_t row = 0; row < n; row++) {
        char x[MLN_ID_ROOM], y[MLN_ID_ROOM];
        if (!mln_str_eq(mln_records_id(a, row, x), mln_records_id(b, row, y)) ||
            a->row_no[row] != b->row_no[row]) {
            return "an id";
        }
    }
    for (size_t f = 0; f < a->n_fields; f++) {
        const struct mln_field_column *x = &a->fields[f], *y = &b->fields[f];
        if (x->type != y->type || !same(x->ids, y->ids, n * sizeof *x->ids) ||
            !same(x->first, y->first, n * sizeof *x->first) ||
            !same(x->last, y->last, n * sizeof *x->last) ||
            !same(x->number, y->number, n * sizeof *x->number) ||
            !same(x->latitude, y->latitude, n * sizeof *x->latitude) ||
            !same(x->longitude, y->longitude, n * sizeof *x->longitude) ||
            !same(x->start, y->start, (n + 1) * sizeof *x->start) ||
            (x->item != NULL && !same(x->item, y->item, x->start[n] * sizeof *x->item))) {
            return "a column";
        }
        if (set_difference(&x->set, &y->set) != NULL) {
            return set_difference(&x->set, &y->set);
        }
    }
    return NULL;
}

void set_text(const struct mln_strset *set, uint32_t id, char *out) {
    const struct mln_sequence v = mln_strset_view(set, id);
    for (uint32_t i = 0; i < v.length; i++) {
        out += mln_utf8_put(v.symbols != NULL ? set->alphabet[v.symbols[i]] : v.points[i], out);
    }
    *out = '\0';
}
