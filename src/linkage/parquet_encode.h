/* Encodings of Parquet's values (github.com/apache/parquet-format, Encodings.md), appended to a
 * buffer.
 *
 *   hybrid   runs of one number, and numbers packed in a fixed count of bits: what is missing, and
 *            places in a dictionary
 *   delta    whole numbers as differences of neighbours, packed by 32: ids in their order take few
 * bits prefix   texts as what they share with the one before, and the rest
 *
 * Running out of memory is the buffer's (mln_buf_check). Pure; no encoding depends on anything but
 * the values. */
#ifndef MLN_LINKAGE_PARQUET_ENCODE_H
#define MLN_LINKAGE_PARQUET_ENCODE_H

#include "base/buf.h"

/* 7 bits a byte, the lowest first (LEB128). */
void mln_parquet_varint(struct mln_buf *out, uint64_t value);
/* Small numbers of either sign as small numbers. */
void mln_parquet_zigzag(struct mln_buf *out, int64_t value);

/* RLE/bit-packing hybrid of n numbers below 2^bits, 1 ≤ bits ≤ 32, without length or width before
 * it. */
void mln_parquet_hybrid(struct mln_buf *out, const uint32_t *values, size_t n, unsigned bits);

/* DELTA_BINARY_PACKED, blocks of 128 in 4 parts. n may be 0. */
void mln_parquet_delta(struct mln_buf *out, const int64_t *values, size_t n);

/* DELTA_BYTE_ARRAY. `lengths` has room for 2 n numbers. Texts below 2 GiB. */
void mln_parquet_prefix(struct mln_buf *out, const struct mln_str *values, size_t n,
                        int64_t *lengths);

#endif
