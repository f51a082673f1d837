#include "base/batch_builder.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_ROWS = 256, FIRST_BYTES = 4096 };

/* Zero rows still have a first offset, and empty text an address: {NULL, 0} is missing. */
static const int32_t no_offsets[1] = {0};
static const char no_bytes[1] = "";

static size_t width_of(enum mln_type type) {
    return type == MLN_INT64 || type == MLN_DOUBLE ? 8 : 4;
}

const struct mln_column *mln_batch_column(const struct mln_batch *batch, const char *name) {
    for (size_t c = 0; c < batch->n_columns; c++) {
        if (strcmp(batch->columns[c].name, name) == 0) {
            return &batch->columns[c];
        }
    }
    return NULL;
}

struct mln_builder *mln_builder_new(const struct mln_column_spec *specs, size_t n_columns) {
    struct mln_builder *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return NULL;
    }
    const size_t at_least_one = n_columns == 0 ? 1 : n_columns;
    b->n_columns = n_columns;
    b->columns = calloc(at_least_one, sizeof *b->columns);
    b->shown = calloc(at_least_one, sizeof *b->shown);
    if (b->columns == NULL || b->shown == NULL) {
        free(b->columns);
        free(b->shown);
        free(b);
        return NULL;
    }
    for (size_t c = 0; c < n_columns; c++) {
        b->columns[c].name = specs[c].name;
        b->columns[c].type = specs[c].type;
    }
    return b;
}

void mln_builder_free(struct mln_builder *b) {
    if (b == NULL) {
        return;
    }
    for (size_t c = 0; c < b->n_columns; c++) {
        free(b->columns[c].validity);
        free(b->columns[c].values);
        free(b->columns[c].bytes);
    }
    free(b->columns);
    free(b->shown);
    free(b);
}

void mln_builder_reset(struct mln_builder *b) {
    for (size_t c = 0; c < b->n_columns; c++) {
        b->columns[c].n = 0;
        b->columns[c].n_null = 0;
        b->columns[c].n_bytes = 0;
    }
    b->out_of_memory = false;
    b->too_long = false;
}

/* Room for one more row; on failure the column keeps what it has. */
static bool grow_rows(struct mln_builder *b, struct builder_column *c) {
    const size_t cap = c->cap_rows == 0 ? FIRST_ROWS : c->cap_rows + c->cap_rows / 2;
    if (cap > SIZE_MAX / 16) {
        b->out_of_memory = true;
        return false;
    }
    void *values = realloc(c->values, (cap + 1) * width_of(c->type));
    if (values != NULL) {
        c->values = values;
    }
    uint8_t *validity = realloc(c->validity, (cap + 7) / 8);
    if (validity != NULL) {
        c->validity = validity;
    }
    if (values == NULL || validity == NULL) {
        b->out_of_memory = true;
        return false;
    }
    if (c->cap_rows == 0) {
        memset(c->values, 0, width_of(c->type)); /* the first offset of text */
    }
    c->cap_rows = cap;
    return true;
}

static bool grow_bytes(struct mln_builder *b, struct builder_column *c, size_t extra) {
    if (extra > (size_t)INT32_MAX - c->n_bytes) {
        b->too_long = true;
        return false;
    }
    const size_t need = c->n_bytes + extra;
    size_t cap = c->cap_bytes == 0 ? FIRST_BYTES : c->cap_bytes;
    while (cap < need) {
        cap += cap / 2;
    }
    char *bytes = realloc(c->bytes, cap);
    if (bytes == NULL) {
        b->out_of_memory = true;
        return false;
    }
    c->bytes = bytes;
    c->cap_bytes = cap;
    return true;
}

/* The column, with room for a row and its validity bit set to present; NULL when out of memory. */
static struct builder_column *open_row(struct mln_builder *b, size_t column) {
    assert(column < b->n_columns);
    struct builder_column *c = &b->columns[column];
    if (c->n == c->cap_rows && !grow_rows(b, c)) {
        return NULL;
    }
    if (c->n_null > 0) {
        c->validity[c->n / 8] |= (uint8_t)(1U << (c->n % 8));
    }
    return c;
}

void mln_add_i32(struct mln_builder *b, size_t column, int32_t value) {
    struct builder_column *c = open_row(b, column);
    if (c != NULL) {
        assert(c->type == MLN_INT32 || c->type == MLN_DATE32);
        ((int32_t *)c->values)[c->n++] = value;
    }
}

void mln_add_i64(struct mln_builder *b, size_t column, int64_t value) {
    struct builder_column *c = open_row(b, column);
    if (c != NULL) {
        assert(c->type == MLN_INT64);
        ((int64_t *)c->values)[c->n++] = value;
    }
}

void mln_add_f64(struct mln_builder *b, size_t column, double value) {
    struct builder_column *c = open_row(b, column);
    if (c != NULL) {
        assert(c->type == MLN_DOUBLE);
        ((double *)c->values)[c->n++] = value;
    }
}

void mln_add_str(struct mln_builder *b, size_t column, struct mln_str value) {
    if (value.p == NULL) {
        mln_add_null(b, column);
        return;
    }
    struct builder_column *c = open_row(b, column);
    if (c == NULL) {
        return;
    }
    assert(c->type == MLN_UTF8_TEXT);
    if (value.n > c->cap_bytes - c->n_bytes && !grow_bytes(b, c, value.n)) {
        return;
    }
    if (value.n > 0) {
        memcpy(c->bytes + c->n_bytes, value.p, value.n);
        c->n_bytes += value.n;
    }
    ((int32_t *)c->values)[++c->n] = (int32_t)c->n_bytes;
}

void mln_add_null(struct mln_builder *b, size_t column) {
    struct builder_column *c = open_row(b, column);
    if (c == NULL) {
        return;
    }
    if (c->n_null == 0) {
        memset(c->validity, 0xFF, c->n / 8 + 1); /* everything before it is present */
    }
    c->validity[c->n / 8] &= (uint8_t) ~(1U << (c->n % 8));
    c->n_null++;
    /* A missing value is written as zero so that equal batches have equal bytes. */
    if (c->type == MLN_UTF8_TEXT) {
        ((int32_t *)c->values)[c->n + 1] = (int32_t)c->n_bytes;
    } else {
        const size_t width = width_of(c->type);
        memset((char *)c->values + c->n * width, 0, width);
    }
    c->n++;
}

size_t mln_builder_rows(const struct mln_builder *b) {
    size_t rows = b->n_columns == 0 ? 0 : b->columns[0].n;
    for (size_t c = 1; c < b->n_columns; c++) {
        rows = b->columns[c].n < rows ? b->columns[c].n : rows;
    }
    return rows;
}

size_t mln_builder_bytes(const struct mln_builder *b) {
    size_t bytes = 0;
    for (size_t i = 0; i < b->n_columns; i++) {
        const struct builder_column *c = &b->columns[i];
        bytes += c->n * width_of(c->type) + c->n_bytes + (c->n_null > 0 ? (c->n + 7) / 8 : 0);
    }
    return bytes;
}

enum mln_status mln_builder_check(const struct mln_builder *b, struct mln_err *err) {
    if (b->out_of_memory) {
        return mln_err_nomem(err, "a batch");
    }
    if (b->too_long) {
        return mln_err_set(err, MLN_INTERNAL,
                           "a text column of one batch passes 2 GiB; flush the batch earlier");
    }
    for (size_t c = 1; c < b->n_columns; c++) {
        if (b->columns[c].n != b->columns[0].n) {
            return mln_err_set(err, MLN_INTERNAL,
                               "columns '%s' and '%s' of a batch differ in length",
                               b->columns[0].name, b->columns[c].name);
        }
    }
    return MLN_OK;
}

enum mln_status mln_builder_view(const struct mln_builder *b, struct mln_batch *out,
                                 struct mln_err *err) {
    MLN_TRY(mln_builder_check(b, err));
    for (size_t i = 0; i < b->n_columns; i++) {
        const struct builder_column *c = &b->columns[i];
        b->shown[i] = (struct mln_column){
            .name = c->name,
            .type = c->type,
            .validity = c->n_null > 0 ? c->validity : NULL,
            .values = c->values != NULL ? c->values : no_offsets,
            .bytes = c->bytes != NULL ? c->bytes : no_bytes,
        };
    }
    *out = (struct mln_batch){mln_builder_rows(b), b->n_columns, b->shown};
    return MLN_OK;
}
