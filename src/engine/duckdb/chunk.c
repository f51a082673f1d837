/* DuckDB's data chunks as batches and back.
 *
 * Both sides hold fixed-width values as plain arrays and validity as bits, least significant first
 * (DuckDB in 64-bit words, Arrow in bytes: the same memory on a little-endian machine). So numbers
 * and dates are shown without a copy; only text changes its shape:
 *
 *   duckdb_string_t[n]: length, 12 inlined bytes or a pointer   ↔   int32 offsets[n + 1] | bytes
 */
#include <stdlib.h>
#include <string.h>

#include "engine/duckdb/duck.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "validity words are read as bytes");
_Static_assert(sizeof(duckdb_date) == sizeof(int32_t), "a date is a count of days");

/* ── types ── */

static const struct type_row {
    duckdb_type duck;
    enum mln_type ours;
} types[] = {
    {DUCKDB_TYPE_INTEGER, MLN_INT32},     {DUCKDB_TYPE_BIGINT, MLN_INT64},
    {DUCKDB_TYPE_DOUBLE, MLN_DOUBLE},     {DUCKDB_TYPE_DATE, MLN_DATE32},
    {DUCKDB_TYPE_VARCHAR, MLN_UTF8_TEXT}, {DUCKDB_TYPE_BOOLEAN, MLN_INT32},
};
enum { N_TYPES = sizeof types / sizeof *types };

duckdb_type duck_type_of(enum mln_type type) {
    for (size_t i = 0; i < N_TYPES; i++) {
        if (types[i].ours == type) {
            return types[i].duck;
        }
    }
    return DUCKDB_TYPE_INVALID;
}

const char *duck_type_name(duckdb_type type) {
    static const struct {
        duckdb_type type;
        const char *name;
    } names[] = {
        {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},     {DUCKDB_TYPE_TINYINT, "TINYINT"},
        {DUCKDB_TYPE_SMALLINT, "SMALLINT"},   {DUCKDB_TYPE_INTEGER, "INTEGER"},
        {DUCKDB_TYPE_BIGINT, "BIGINT"},       {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
        {DUCKDB_TYPE_USMALLINT, "USMALLINT"}, {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
        {DUCKDB_TYPE_UBIGINT, "UBIGINT"},     {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
        {DUCKDB_TYPE_FLOAT, "FLOAT"},         {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
        {DUCKDB_TYPE_DECIMAL, "DECIMAL"},     {DUCKDB_TYPE_DATE, "DATE"},
        {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"}, {DUCKDB_TYPE_TIME, "TIME"},
        {DUCKDB_TYPE_INTERVAL, "INTERVAL"},   {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
        {DUCKDB_TYPE_BLOB, "BLOB"},           {DUCKDB_TYPE_LIST, "LIST"},
        {DUCKDB_TYPE_STRUCT, "STRUCT"},       {DUCKDB_TYPE_MAP, "MAP"},
        {DUCKDB_TYPE_UUID, "UUID"},           {DUCKDB_TYPE_ENUM, "ENUM"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].type == type) {
            return names[i].name;
        }
    }
    return "another type";
}

/* ── chunk → batch ── */

struct text_scratch { /* of a column that needs another shape */
    int32_t *values;  /* text: offsets; boolean: values */
    char *bytes;
    size_t cap_bytes;
};

struct duck_batch {
    size_t n_columns;
    struct mln_column *columns;
    duckdb_type *duck_types;
    struct text_scratch *scratch;
    char **names;
};

void duck_batch_free(struct duck_batch *b) {
    if (b == NULL) {
        return;
    }
    for (size_t i = 0; i < b->n_columns; i++) {
        if (b->scratch != NULL) {
            free(b->scratch[i].values);
            free(b->scratch[i].bytes);
        }
        if (b->names != NULL) {
            free(b->names[i]);
        }
    }
    free(b->columns);
    free(b->duck_types);
    free(b->scratch);
    free(b->names);
    free(b);
}

static enum mln_status set_column(struct duck_batch *b, size_t i, duckdb_result *result,
                                  const char *label, struct mln_err *err) {
    const char *const name = duckdb_column_name(result, i);
    const duckdb_type type = duckdb_column_type(result, i);
    b->duck_types[i] = type;
    for (size_t t = 0; t < N_TYPES; t++) {
        if (types[t].duck == type) {
            b->names[i] = strdup(name == NULL ? "" : name);
            b->columns[i] = (struct mln_column){.name = b->names[i], .type = types[t].ours};
            if (type == DUCKDB_TYPE_VARCHAR || type == DUCKDB_TYPE_BOOLEAN) {
                b->scratch[i].values =
                    calloc((size_t)duckdb_vector_size() + 1, sizeof *b->scratch[i].values);
            }
            return b->names[i] == NULL ? mln_err_nomem(err, label) : MLN_OK;
        }
    }
    return mln_err_set(err, MLN_INTERNAL,
                       "%s: column %s is %s; CAST it to INTEGER, BIGINT, DOUBLE, DATE, VARCHAR or "
                       "BOOLEAN",
                       label, name, duck_type_name(type));
}

enum mln_status duck_batch_new(duckdb_result *result, const char *label, struct duck_batch **out,
                               struct mln_err *err) {
    const size_t n = (size_t)duckdb_column_count(result);
    struct duck_batch *const b = calloc(1, sizeof *b);
    if (b == NULL) {
        return mln_err_nomem(err, label);
    }
    b->columns = calloc(n + 1, sizeof *b->columns);
    b->duck_types = calloc(n + 1, sizeof *b->duck_types);
    b->scratch = calloc(n + 1, sizeof *b->scratch);
    b->names = calloc(n + 1, sizeof *b->names);
    enum mln_status status = MLN_OK;
    if (b->columns == NULL || b->duck_types == NULL || b->scratch == NULL || b->names == NULL) {
        status = mln_err_nomem(err, label);
    } else {
        b->n_columns = n;
    }
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        status = set_column(b, i, result, label, err);
        if (status == MLN_OK && b->scratch[i].values == NULL &&
            (b->duck_types[i] == DUCKDB_TYPE_VARCHAR || b->duck_types[i] == DUCKDB_TYPE_BOOLEAN)) {
            status = mln_err_nomem(err, label);
        }
    }
    if (status != MLN_OK) {
        duck_batch_free(b);
        return status;
    }
    *out = b;
    return MLN_OK;
}

static bool row_is_valid(const uint64_t *validity, size_t row) {
    return validity == NULL || (validity[row / 64] >> (row % 64) & 1U) != 0;
}

static enum mln_status view_text(struct text_scratch *scratch, struct mln_column *c,
                                 duckdb_string_t *strings, const uint64_t *validity, size_t n,
                                 struct mln_err *err) {
    size_t total = 0;
    for (size_t row = 0; row < n; row++) {
        if (row_is_valid(validity, row)) {
            total += duckdb_string_t_length(strings[row]);
        }
    }
    if (total > INT32_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "column %s: %d consecutive values take more than 2 GiB of text", c->name,
                           (int)n);
    }
    if (total > scratch->cap_bytes || scratch->bytes == NULL) {
        char *const bytes = realloc(scratch->bytes, total + total / 2 + 64);
        if (bytes == NULL) {
            return mln_err_nomem(err, "a batch");
        }
        scratch->bytes = bytes;
        scratch->cap_bytes = total + total / 2 + 64;
    }
    size_t at = 0;
    for (size_t row = 0; row < n; row++) {
        scratch->values[row] = (int32_t)at;
        if (row_is_valid(validity, row)) {
            const size_t length = duckdb_string_t_length(strings[row]);
            memcpy(scratch->bytes + at, duckdb_string_t_data(&strings[row]), length);
            at += length;
        }
    }
    scratch->values[n] = (int32_t)at;
    c->values = scratch->values;
    c->bytes = scratch->bytes;
    return MLN_OK;
}

static enum mln_status view_column(struct duck_batch *b, size_t i, duckdb_vector vector, size_t n,
                                   struct mln_err *err) {
    struct mln_column *const c = &b->columns[i];
    const uint64_t *const validity = duckdb_vector_get_validity(vector);
    void *const data = duckdb_vector_get_data(vector);
    c->validity = (const uint8_t *)validity;
    c->values = data;
    if (b->duck_types[i] == DUCKDB_TYPE_VARCHAR) {
        return view_text(&b->scratch[i], c, data, validity, n, err);
    }
    if (b->duck_types[i] == DUCKDB_TYPE_BOOLEAN) {
        for (size_t row = 0; row < n; row++) {
            b->scratch[i].values[row] =
                row_is_valid(validity, row) ? ((const uint8_t *)data)[row] != 0 : 0;
        }
        c->values = b->scratch[i].values;
    }
    return MLN_OK;
}

enum mln_status duck_batch_view(struct duck_batch *b, duckdb_data_chunk chunk,
                                struct mln_batch *out, struct mln_err *err) {
    static const int64_t nothing[1] = {0};
    const size_t n = chunk == NULL ? 0 : (size_t)duckdb_data_chunk_get_size(chunk);
    for (size_t i = 0; i < b->n_columns; i++) {
        if (chunk != NULL) {
            MLN_TRY(view_column(b, i, duckdb_data_chunk_get_vector(chunk, i), n, err));
        } else {
            b->columns[i].validity = NULL;
            b->columns[i].values = nothing;
            b->columns[i].bytes = b->columns[i].type == MLN_UTF8_TEXT ? "" : NULL;
        }
    }
    *out = (struct mln_batch){.n_rows = n, .n_columns = b->n_columns, .columns = b->columns};
    return MLN_OK;
}

/* ── batch → chunk ── */

static size_t width_of(enum mln_type type) {
    return type == MLN_INT32 || type == MLN_DATE32 ? sizeof(int32_t) : sizeof(int64_t);
}

/* DuckDB's short strings live in the element, zero-padded; longer ones keep a prefix and a pointer
 * (the layout is public: duckdb.h). The bytes stay the batch's. */
static void fill_text(duckdb_string_t *to, const struct mln_column *c, size_t from, size_t n) {
    const int32_t *const at = (const int32_t *)c->values + c->offset + from;
    for (size_t row = 0; row < n; row++) {
        duckdb_string_t s = {0};
        if (mln_is_valid(c, from + row)) {
            const uint32_t length = (uint32_t)(at[row + 1] - at[row]);
            const char *const bytes = c->bytes + at[row];
            s.value.inlined.length = length;
            if (length <= sizeof s.value.inlined.inlined) {
                memcpy(s.value.inlined.inlined, bytes, length);
            } else {
                memcpy(s.value.pointer.prefix, bytes, sizeof s.value.pointer.prefix);
                s.value.pointer.ptr = (char *)(uintptr_t)bytes;
            }
        }
        to[row] = s;
    }
}

static void fill_validity(duckdb_vector vector, const struct mln_column *c, size_t from, size_t n) {
    if (c->validity == NULL) {
        return;
    }
    duckdb_vector_ensure_validity_writable(vector);
    uint64_t *const validity = duckdb_vector_get_validity(vector);
    const size_t first = c->offset + from;
    if (first % 8 == 0) {
        memcpy(validity, c->validity + first / 8, (n + 7) / 8);
        return;
    }
    for (size_t row = 0; row < n; row++) {
        duckdb_validity_set_row_validity(validity, row, mln_is_valid(c, from + row));
    }
}

void duck_chunk_fill(duckdb_data_chunk chunk, const struct mln_batch *batch, size_t from,
                     size_t n) {
    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct mln_column *const c = &batch->columns[i];
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
        void *const data = duckdb_vector_get_data(vector);
        if (c->type == MLN_UTF8_TEXT) {
            fill_text(data, c, from, n);
        } else {
            const size_t width = width_of(c->type);
            memcpy(data, (const char *)c->values + (c->offset + from) * width, n * width);
        }
        fill_validity(vector, c, from, n);
    }
    duckdb_data_chunk_set_size(chunk, n);
}
