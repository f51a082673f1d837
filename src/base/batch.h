/* Columnar batches in the Arrow C Data Interface layout: what kernels take and give.
 *
 *   struct mln_batch ─┬─ column 0: validity bitmap | values            (int32 int64 double date32)
 *                     └─ column 1: validity bitmap | int32 offsets | bytes        (utf8)
 *
 * A *view* borrows its buffers (from DuckDB, from Spark, from a builder); a *builder* owns them.
 * Buffers are exactly Arrow's, so import and export copy nothing. Booleans travel as int32 0/1.
 * validity == NULL means that no value is missing. Bit i of byte i/8, least significant first. */
#ifndef MLN_BASE_BATCH_H
#define MLN_BASE_BATCH_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum mln_type { MLN_INT32, MLN_INT64, MLN_DOUBLE, MLN_DATE32, MLN_UTF8_TEXT };

struct mln_column {
    const char *name;
    enum mln_type type;
    const uint8_t *validity; /* may be NULL */
    const void *values;      /* fixed width: n values; text: n + 1 int32 offsets */
    const char *bytes;       /* text only */
    size_t offset;           /* first row, in values (Arrow arrays may be sliced) */
};

struct mln_batch {
    size_t n_rows;
    size_t n_columns;
    const struct mln_column *columns;
};

static inline bool mln_is_valid(const struct mln_column *c, size_t row) {
    const size_t i = c->offset + row;
    return c->validity == NULL || (c->validity[i / 8] >> (i % 8) & 1U) != 0;
}
static inline int32_t mln_get_i32(const struct mln_column *c, size_t row) {
    return ((const int32_t *)c->values)[c->offset + row];
}
static inline int64_t mln_get_i64(const struct mln_column *c, size_t row) {
    return ((const int64_t *)c->values)[c->offset + row];
}
static inline double mln_get_f64(const struct mln_column *c, size_t row) {
    return ((const double *)c->values)[c->offset + row];
}
/* {NULL, 0} when missing. */
static inline struct mln_str mln_get_str(const struct mln_column *c, size_t row) {
    if (!mln_is_valid(c, row)) {
        return (struct mln_str){NULL, 0};
    }
    const int32_t *at = (const int32_t *)c->values + c->offset + row;
    return (struct mln_str){c->bytes + at[0], (size_t)(at[1] - at[0])};
}

/* The column of a name; NULL when there is none. */
const struct mln_column *mln_batch_column(const struct mln_batch *batch, const char *name);

/* ── builder ── */
struct mln_column_spec {
    const char *name; /* borrowed for the life of the builder */
    enum mln_type type;
};

struct mln_builder; /* opaque: buffers grow together */

struct mln_builder *mln_builder_new(const struct mln_column_spec *specs, size_t n_columns);
void mln_builder_free(struct mln_builder *b);
void mln_builder_reset(struct mln_builder *b); /* no rows, keeps capacity */

/* Append to one column. Out of memory is sticky and told by mln_builder_view. */
void mln_add_i32(struct mln_builder *b, size_t column, int32_t value); /* int32, date32 */
void mln_add_i64(struct mln_builder *b, size_t column, int64_t value);
void mln_add_f64(struct mln_builder *b, size_t column, double value);
void mln_add_str(struct mln_builder *b, size_t column, struct mln_str value); /* p NULL: missing */
void mln_add_null(struct mln_builder *b, size_t column);

size_t mln_builder_rows(const struct mln_builder *b); /* rows of the shortest column */
size_t mln_builder_bytes(const struct mln_builder *b);

/* The batch built so far; valid until the next append. Fails when memory ran out or the columns
 * have unequal lengths (MLN_INTERNAL). */
enum mln_status mln_builder_view(const struct mln_builder *b, struct mln_batch *out,
                                 struct mln_err *err) MLN_MUST_USE;

/* ── Arrow C Data Interface (arrow.apache.org/docs/format/CDataInterface.html) ── */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif

/* A view of an imported struct array; `columns` (caller's, at least schema->n_children long)
 * receives the columns. Types other than i l g tdD u are MLN_BAD_INPUT. Copies nothing. */
enum mln_status mln_batch_import(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                 struct mln_column *columns, size_t n_columns,
                                 struct mln_batch *out, struct mln_err *err) MLN_MUST_USE;

/* Moves a builder's rows out as Arrow structs with their release callbacks; the builder is empty
 * afterwards. */
enum mln_status mln_builder_export(struct mln_builder *b, struct ArrowSchema *schema,
                                   struct ArrowArray *array, struct mln_err *err) MLN_MUST_USE;

#endif
