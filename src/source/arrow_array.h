/* The columns of a record batch: which buffers of its body are whose, taken out of their
 * compression. Private to the Arrow reader.
 *
 * An array refers to the body and to what was decompressed into the arena. What a load has checked
 * is that the buffers hold as many values as the array has; what a value refers to (offsets of
 * texts and lists, indices of dictionaries, parts of views) is checked when it is read, so that
 * loading costs no pass over the values. */
#ifndef MLN_SOURCE_ARROW_ARRAY_H
#define MLN_SOURCE_ARROW_ARRAY_H

#include "source/arrow_schema.h"

struct mln_arrow_bytes {
    const unsigned char *p;
    size_t n;
};

struct mln_arrow_array {
    const struct mln_arrow_field *field;
    bool indices;    /* values are indices into a dictionary */
    bool is_bounded; /* its length was checked against bytes: nulls alone are not */
    size_t length;
    struct mln_arrow_bytes validity; /* p NULL: nothing is missing */
    struct mln_arrow_bytes values;   /* of fixed width; offsets of texts and lists; views */
    struct mln_arrow_bytes data;     /* of texts */
    struct mln_arrow_bytes *parts;   /* of views */
    size_t n_parts;
    struct mln_arrow_array *element; /* of lists */
};

/* What a load gives. */
enum mln_arrow_load {
    MLN_ARROW_LOADED,
    MLN_ARROW_DAMAGED,
    MLN_ARROW_NO_MEMORY,
    MLN_ARROW_CODEC, /* a compression that is not known */
};

/* The arrays of the fields with wanted[i], of a RecordBatch message over its body; `version`: the
 * message's (4: V5). `as_values`: the batch of a dictionary, whose field's own values it holds.
 * arrays: n, in the arena's time. */
enum mln_arrow_load mln_arrow_load_batch(const struct mln_flat_table *batch, int64_t version,
                                         struct mln_arrow_bytes body,
                                         const struct mln_arrow_field *fields, size_t n,
                                         const bool *wanted, bool as_values,
                                         struct mln_arena *arena, struct mln_arrow_array *arrays,
                                         size_t *length);

/* A signed or unsigned whole number of a buffer, little-endian. Unchecked. */
static inline int64_t mln_arrow_whole(const unsigned char *p, size_t bytes, bool is_signed) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)p[i] << (8 * i);
    }
    const unsigned shift = (unsigned)(64 - 8 * bytes);
    return is_signed ? (int64_t)(value << shift) >> shift : (int64_t)value;
}

static inline bool mln_arrow_missing(const struct mln_arrow_array *a, size_t i) {
    return a->validity.p != NULL && (a->validity.p[i / 8] >> (i % 8) & 1) == 0;
}

#endif
