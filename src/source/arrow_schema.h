/* The schema of an Arrow file: its fields with their types. Private to the Arrow reader. */
#ifndef MLN_SOURCE_ARROW_SCHEMA_H
#define MLN_SOURCE_ARROW_SCHEMA_H

#include "base/arena.h"
#include "base/err.h"
#include "source/arrow_flat.h"

/* Numbers of the union Type in Arrow's Schema.fbs. */
enum mln_arrow_type {
    MLN_ARROW_NULL = 1,
    MLN_ARROW_INT,
    MLN_ARROW_FLOAT,
    MLN_ARROW_BINARY,
    MLN_ARROW_UTF8,
    MLN_ARROW_BOOL,
    MLN_ARROW_DECIMAL,
    MLN_ARROW_DATE,
    MLN_ARROW_TIME,
    MLN_ARROW_TIMESTAMP,
    MLN_ARROW_INTERVAL,
    MLN_ARROW_LIST,
    MLN_ARROW_STRUCT,
    MLN_ARROW_UNION,
    MLN_ARROW_FIXED_BINARY,
    MLN_ARROW_FIXED_LIST,
    MLN_ARROW_MAP,
    MLN_ARROW_DURATION,
    MLN_ARROW_LARGE_BINARY,
    MLN_ARROW_LARGE_UTF8,
    MLN_ARROW_LARGE_LIST,
    MLN_ARROW_RUN_END,
    MLN_ARROW_BINARY_VIEW,
    MLN_ARROW_UTF8_VIEW,
    MLN_ARROW_LIST_VIEW,
    MLN_ARROW_LARGE_LIST_VIEW,
    MLN_ARROW_TYPES
};
enum mln_arrow_unit { MLN_ARROW_SECOND, MLN_ARROW_MILLI, MLN_ARROW_MICRO, MLN_ARROW_NANO };

struct mln_arrow_field {
    struct mln_str name;      /* in the arena */
    enum mln_arrow_type type; /* of the values, also where they are in a dictionary */
    uint32_t bits;            /* INT, FLOAT, DECIMAL, DATE, TIME: of a value */
    bool is_signed;           /* INT */
    bool zoned;               /* TIMESTAMP with a zone */
    bool dense;               /* UNION */
    enum mln_arrow_unit unit; /* TIME, TIMESTAMP */
    int32_t scale;            /* DECIMAL */
    int64_t list_size;        /* FIXED_LIST */
    bool in_dictionary;       /* what stands in record batches are indices: */
    int64_t dictionary;       /* the dictionary's id */
    uint32_t index_bits;
    bool index_signed;
    struct mln_arrow_field *children;
    size_t n_children;
};

struct mln_arrow_schema {
    struct mln_arrow_field *fields;
    size_t n;
    bool big_endian;
};

enum { MLN_ARROW_DEPTH = 32, MLN_ARROW_FIELDS_MAX = 1 << 16 };

/* False when it is damaged, deeper than MLN_ARROW_DEPTH, has more than MLN_ARROW_FIELDS_MAX fields,
 * or there is no memory (*no_memory). Types are checked for their widths, so that a reader may
 * trust them. */
bool mln_arrow_schema_read(const struct mln_flat_table *schema, struct mln_arena *arena,
                           struct mln_arrow_schema *out, bool *no_memory);

/* What messages call a type ("struct"). */
const char *mln_arrow_type_word(enum mln_arrow_type type);

#endif
