/* The distinct raw values of one source of values, each kept once, numbered in the order they come.
 *
 *   cells ─▶ number of the value, one a row     values: 4 bytes of length, then the bytes
 *
 * Files of persons hold few distinct names and days: rows take 4 bytes, and what follows (cleaning,
 * parsing) is done once a value. Numbers depend on the order of rows; nothing that leaves the
 * builder does. Private to the records. */
#ifndef MLN_LINK_RECORDS_DICT_H
#define MLN_LINK_RECORDS_DICT_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* ── bytes that stay where they are ── */

struct mln_bytes_chunk;
struct mln_bytes {
    struct mln_bytes_chunk *last;
    size_t used, cap; /* of the last chunk */
};

/* A copy with its length before it; NULL when there is no memory or it has 2^32 bytes. */
const char *mln_bytes_add(struct mln_bytes *bytes, struct mln_str value);
void mln_bytes_release(struct mln_bytes *bytes);

static inline struct mln_str mln_bytes_get(const char *at) {
    uint32_t n;
    memcpy(&n, at, sizeof n);
    return (struct mln_str){at + sizeof n, n};
}

/* ── values ── */

struct mln_dict {
    struct mln_bytes bytes;
    const char **values; /* by number; read them with mln_bytes_get */
    uint32_t *count[2];  /* by number: rows of each side that hold it. Apart, as each side has its
                            thread */
    size_t n, cap;
    uint64_t *slots; /* hash in the upper half, number + 1 in the lower; 0 is free */
    size_t n_slots;  /* a power of 2, at least twice the entries */
};

#define MLN_DICT_INIT ((struct mln_dict){0})
void mln_dict_release(struct mln_dict *dict);
/* Gives back the table that finds values; none can be added any more. */
void mln_dict_close(struct mln_dict *dict);

/* Numbers the values (n of them, `stride` apart; {NULL, 0} and "" are missing: UINT32_MAX) of rows
 * of `side`. On failure *failed is the index of the row. Errors: MLN_BAD_INPUT for a value that is
 * not UTF-8 (without a message: the caller knows the column), MLN_NO_MEMORY. O(bytes). */
enum mln_status mln_dict_add(struct mln_dict *dict, size_t side, const struct mln_str *values,
                             size_t stride, size_t n, uint32_t *numbers, size_t *failed)
    MLN_MUST_USE;

#endif
