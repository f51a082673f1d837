/* Names of the numbers in Parquet's structures (parquet.thrift), and Thrift's compact protocol as
 * far as they need it. Private to the writer of Parquet. */
#ifndef MLN_LINKAGE_PARQUET_FORMAT_H
#define MLN_LINKAGE_PARQUET_FORMAT_H

#include "linkage/parquet_encode.h"

enum { PARQUET_INT32 = 1, PARQUET_INT64 = 2, PARQUET_DOUBLE = 5, PARQUET_BYTE_ARRAY = 6 };
enum { PARQUET_OPTIONAL = 1 };
enum { PARQUET_CONVERTED_UTF8 = 0, PARQUET_CONVERTED_DATE = 6 };
enum { PARQUET_LOGICAL_STRING = 1, PARQUET_LOGICAL_DATE = 6 };
enum { PARQUET_DATA_PAGE = 0, PARQUET_DICTIONARY_PAGE = 2 };
enum {
    PARQUET_PLAIN = 0,
    PARQUET_RLE = 3,
    PARQUET_DELTA_BINARY_PACKED = 5,
    PARQUET_DELTA_BYTE_ARRAY = 7,
    PARQUET_RLE_DICTIONARY = 8
};
enum { THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_BINARY = 8, THRIFT_LIST = 9, THRIFT_STRUCT = 12 };

/* A structure being written: fields in ascending order, each at most 15 after the one before. */
struct thrift {
    struct mln_buf *out;
    unsigned last;
};

static inline void thrift_field(struct thrift *t, unsigned id, unsigned type) {
    mln_buf_addc(t->out, (char)((id - t->last) << 4 | type));
    t->last = id;
}

static inline void thrift_i32(struct thrift *t, unsigned id, int32_t value) {
    thrift_field(t, id, THRIFT_I32);
    mln_parquet_zigzag(t->out, value);
}

static inline void thrift_i64(struct thrift *t, unsigned id, uint64_t value) {
    thrift_field(t, id, THRIFT_I64);
    mln_parquet_zigzag(t->out, (int64_t)value);
}

static inline void thrift_bytes(struct mln_buf *out, struct mln_str text) {
    mln_parquet_varint(out, text.n);
    mln_buf_add_str(out, text);
}

static inline void thrift_text(struct thrift *t, unsigned id, struct mln_str text) {
    thrift_field(t, id, THRIFT_BINARY);
    thrift_bytes(t->out, text);
}

/* The n elements follow, without anything between them. */
static inline void thrift_list(struct thrift *t, unsigned id, unsigned type, size_t n) {
    thrift_field(t, id, THRIFT_LIST);
    mln_buf_addc(t->out, (char)((n < 15 ? n : 15) << 4 | type));
    if (n >= 15) {
        mln_parquet_varint(t->out, n);
    }
}

/* The structure inside; its end is said by thrift_end. */
static inline struct thrift thrift_struct(struct thrift *t, unsigned id) {
    thrift_field(t, id, THRIFT_STRUCT);
    return (struct thrift){t->out, 0};
}

static inline void thrift_end(struct thrift *t) {
    mln_buf_addc(t->out, '\0');
}

#endif
