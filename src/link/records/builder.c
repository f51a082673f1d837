/* Cells in: which columns, and what is kept of them. */
#include <stdlib.h>

#include "link/records/inside.h"

static const char *const side_names[] = {"left", "right"};

/* ── columns ── */

/* Every column a model reads on a side, each once: the id first, then in the order of the fields.
 * `visit` gets the names; returns how many. */
static size_t list_columns(const struct mln_link_model *model, size_t side, struct mln_str *names) {
    size_t n = 0;
    if (model->id[side].n > 0) {
        names[n++] = model->id[side];
    }
    for (size_t f = 0; f < model->n_fields; f++) {
        const struct mln_link_field *field = &model->fields[f];
        for (size_t c = 0; field->from == SIZE_MAX && c < field->n_columns[side]; c++) {
            size_t known = 0;
            while (known < n && !mln_str_eq(names[known], field->columns[side][c])) {
                known++;
            }
            if (known == n) {
                names[n++] = field->columns[side][c];
            }
        }
    }
    return n;
}

static size_t most_columns(const struct mln_link_model *model, size_t side) {
    size_t n = 1;
    for (size_t f = 0; f < model->n_fields; f++) {
        n += model->fields[f].from == SIZE_MAX ? model->fields[f].n_columns[side] : 0;
    }
    return n;
}

enum mln_status mln_records_columns(const struct mln_link_model *model, size_t side,
                                    struct mln_arena *arena, const struct mln_str **columns,
                                    size_t *n, struct mln_err *err) {
    struct mln_str *names = MLN_ARENA_NEW(arena, struct mln_str, most_columns(model, side));
    if (names == NULL) {
        return mln_err_nomem(err, "the columns of a model");
    }
    *n = list_columns(model, side, names);
    *columns = names;
    return MLN_OK;
}

/* ── new, free ── */

static bool same_columns(const struct mln_link_field *a, const struct mln_link_field *b) {
    for (size_t side = 0; side < 2; side++) {
        if (a->n_columns[side] != b->n_columns[side]) {
            return false;
        }
        for (size_t c = 0; c < a->n_columns[side]; c++) {
            if (!mln_str_eq(a->columns[side][c], b->columns[side][c])) {
                return false;
            }
        }
    }
    /* Several columns are joined, in a way that depends on the type. */
    const bool joined = a->n_columns[0] > 1 || a->n_columns[1] > 1;
    return !joined || (a->type == b->type && a->separator == b->separator);
}

static size_t place_of(const struct mln_records_builder *b, size_t side, struct mln_str column) {
    size_t place = 0;
    while (!mln_str_eq(b->columns[side][place], column)) { /* it is there: list_columns took it */
        place++;
    }
    return place;
}

static enum mln_status add_source(struct mln_records_builder *b, size_t f) {
    const struct mln_link_field *field = &b->model->fields[f];
    for (size_t s = 0; s < b->n_sources; s++) {
        if (same_columns(b->sources[s].field, field)) {
            b->source_of[f] = s;
            b->sources[s].n_fields_left++;
            return MLN_OK;
        }
    }
    struct mln_record_source *source = &b->sources[b->n_sources];
    *source = (struct mln_record_source){.field = field, .n_fields_left = 1};
    pthread_mutex_init(&source->lock, NULL);
    b->source_of[f] = b->n_sources++;
    for (size_t side = 0; side < 2; side++) {
        source->cells[side] = calloc(field->n_columns[side] + 1, sizeof *source->cells[side]);
        if (source->cells[side] == NULL) {
            return MLN_NO_MEMORY;
        }
        for (size_t c = 0; c < field->n_columns[side]; c++) {
            source->cells[side][c] = place_of(b, side, field->columns[side][c]);
        }
    }
    return MLN_OK;
}

static enum mln_status fill_builder(struct mln_records_builder *b) {
    const size_t n = b->model->n_fields;
    b->sources = calloc(n + 1, sizeof *b->sources);
    b->source_of = calloc(n + 1, sizeof *b->source_of);
    b->counts = calloc(2 * n + 1, sizeof *b->counts);
    if (b->sources == NULL || b->source_of == NULL || b->counts == NULL) {
        return MLN_NO_MEMORY;
    }
    for (size_t side = 0; side < 2; side++) {
        b->ids[side].has_column = b->model->id[side].n > 0;
        b->columns[side] = calloc(most_columns(b->model, side), sizeof *b->columns[side]);
        if (b->columns[side] == NULL) {
            return MLN_NO_MEMORY;
        }
        b->n_columns[side] = list_columns(b->model, side, b->columns[side]);
    }
    for (size_t f = 0; f < n; f++) {
        b->source_of[f] = SIZE_MAX;
        if (b->model->fields[f].from == SIZE_MAX) {
            MLN_TRY(add_source(b, f));
        }
    }
    return MLN_OK;
}

enum mln_status mln_records_builder_new(const struct mln_link_model *model,
                                        struct mln_records_builder **out, struct mln_err *err) {
    struct mln_records_builder *b = calloc(1, sizeof *b);
    *out = NULL;
    if (b == NULL) {
        return mln_err_nomem(err, "the records");
    }
    b->model = model;
    if (fill_builder(b) != MLN_OK) {
        mln_records_builder_free(b);
        return mln_err_nomem(err, "the records");
    }
    *out = b;
    return MLN_OK;
}

void mln_records_builder_free(struct mln_records_builder *b) {
    if (b == NULL) {
        return;
    }
    for (size_t s = 0; s < b->n_sources; s++) {
        mln_dict_release(&b->sources[s].dict);
        pthread_mutex_destroy(&b->sources[s].lock);
        for (size_t side = 0; side < 2; side++) {
            free(b->sources[s].rows[side]);
            free(b->sources[s].cells[side]);
        }
    }
    for (size_t side = 0; side < 2; side++) {
        free(b->columns[side]);
        mln_buf_release(&b->joined[side]);
        mln_side_ids_release(&b->ids[side]);
    }
    free(b->sources);
    free(b->source_of);
    free(b->counts);
    free(b);
}

/* ── add ── */

static enum mln_status add_ids(struct mln_records_builder *b, size_t side, uint64_t first_row,
                               const struct mln_str *cells, size_t n_rows, struct mln_err *err) {
    size_t failed;
    bool missing;
    const enum mln_status status = mln_side_ids_add(&b->ids[side], first_row, cells,
                                                    b->n_columns[side], n_rows, &failed, &missing);
    if (status == MLN_NO_MEMORY) {
        return mln_err_nomem(err, "the ids of the records");
    }
    if (status != MLN_OK && failed == SIZE_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT, "the %s file: rows are numbered from 1 to 2^32 - 2",
                           side_names[side]);
    }
    if (status != MLN_OK) {
        return mln_err_set(err, status, "the %s file, row %zu, column '%.*s': %s", side_names[side],
                           (size_t)first_row + failed, MLN_STR_ARG(b->model->id[side]),
                           missing ? "the id is missing; every record needs one"
                                   : "not valid UTF-8; convert the file when reading it");
    }
    return MLN_OK;
}

static enum mln_status make_room(struct mln_record_source *source, size_t side, size_t n) {
    if (n > source->cap[side]) {
        size_t cap = source->cap[side] == 0 ? 4096 : source->cap[side];
        while (cap < n) {
            cap *= 2;
        }
        uint32_t *rows = realloc(source->rows[side], cap * sizeof *rows);
        if (rows == NULL) {
            return MLN_NO_MEMORY;
        }
        source->rows[side] = rows;
        source->cap[side] = cap;
    }
    return MLN_OK;
}

/* The value of several columns: joined by a blank (lists: by their separator), without those that
 * are missing; of a place, all or nothing. */
static struct mln_str join_cells(struct mln_records_builder *b,
                                 const struct mln_record_source *source, size_t side,
                                 const struct mln_str *row) {
    const struct mln_link_field *field = source->field;
    struct mln_buf *joined = &b->joined[side];
    const char between = field->type == MLN_FIELD_LIST ? field->separator : ' ';
    mln_buf_reset(joined);
    for (size_t c = 0; c < field->n_columns[side]; c++) {
        const struct mln_str cell = row[source->cells[side][c]];
        if (cell.n == 0) {
            if (field->type == MLN_FIELD_GEO) {
                return (struct mln_str){NULL, 0};
            }
            continue;
        }
        if (joined->n > 0) {
            mln_buf_addc(joined, between);
        }
        mln_buf_add_str(joined, cell);
    }
    return mln_buf_view(joined);
}

static enum mln_status add_values(struct mln_records_builder *b, struct mln_record_source *source,
                                  size_t side, const struct mln_str *cells, size_t n_rows,
                                  size_t first, size_t *failed) {
    const size_t stride = b->n_columns[side];
    MLN_TRY(make_room(source, side, first + n_rows));
    uint32_t *numbers = source->rows[side] + first;
    if (source->field->n_columns[side] == 1) {
        return mln_dict_add(&source->dict, side, cells + source->cells[side][0], stride, n_rows,
                            numbers, failed);
    }
    for (size_t i = 0; i < n_rows; i++) {
        const struct mln_str value = join_cells(b, source, side, cells + i * stride);
        size_t unused;
        *failed = i;
        if (b->joined[side].failed) {
            return MLN_NO_MEMORY;
        }
        MLN_TRY(mln_dict_add(&source->dict, side, &value, 1, 1, &numbers[i], &unused));
    }
    return MLN_OK;
}

enum mln_status mln_records_add(struct mln_records_builder *b, size_t side, uint64_t first_row,
                                const struct mln_str *cells, size_t n_rows, struct mln_err *err) {
    const size_t first = b->ids[side].n;
    if (n_rows == 0) {
        return MLN_OK;
    }
    if (atomic_fetch_add(&b->n_rows, n_rows) + n_rows > UINT32_MAX - 1) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "more than 2^32 - 2 records; link the files in parts");
    }
    MLN_TRY(add_ids(b, side, first_row, cells, n_rows, err));
    for (size_t s = 0; s < b->n_sources; s++) {
        struct mln_record_source *source = &b->sources[s];
        size_t failed = 0;
        pthread_mutex_lock(&source->lock);
        const enum mln_status status = add_values(b, source, side, cells, n_rows, first, &failed);
        pthread_mutex_unlock(&source->lock);
        if (status == MLN_NO_MEMORY) {
            return mln_err_nomem(err, "the values of the records");
        }
        if (status != MLN_OK) {
            return mln_err_set(err, status,
                               "the %s file, row %zu, column '%.*s': not valid UTF-8; convert the "
                               "file when reading it",
                               side_names[side], (size_t)first_row + failed,
                               MLN_STR_ARG(source->field->columns[side][0]));
        }
    }
    return MLN_OK;
}

void mln_records_counts(const struct mln_records_builder *b, size_t side,
                        struct mln_field_count *counts) {
    for (size_t f = 0; f < b->model->n_fields; f++) {
        counts[f] = b->counts[2 * f + side];
    }
}
