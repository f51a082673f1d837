/* The inside of a builder, shared by batch.c (append) and batch_arrow.c (export). Private. */
#ifndef MLN_BASE_BATCH_BUILDER_H
#define MLN_BASE_BATCH_BUILDER_H

#include "base/batch.h"

/* One column being built. The bitmap exists only from the first missing value on: until then its
 * bytes are not written, and the view says NULL (nothing missing). */
struct builder_column {
    const char *name;
    enum mln_type type;
    size_t n;
    size_t n_null;
    size_t cap_rows;
    size_t n_bytes;
    size_t cap_bytes;
    uint8_t *validity;
    void *values; /* text: cap_rows + 1 offsets */
    char *bytes;
};

struct mln_builder {
    size_t n_columns;
    bool out_of_memory;
    bool too_long; /* a text column passed 2^31 - 1 bytes, what Arrow's int32 offsets can say */
    struct builder_column *columns;
    struct mln_column *shown; /* what a view points to */
};

/* All columns of one length, and no append failed. */
enum mln_status mln_builder_check(const struct mln_builder *b, struct mln_err *err) MLN_MUST_USE;

#endif
