/* The distinct values of a text field, decoded once for comparison by code points.
 *
 *   text values, any order ──▶ ids   0 … n-1, by (length in code points, bytes)
 *                              symbols  one byte a code point, most frequent first
 *
 * A comparison by code points that decodes UTF-8 for each pair spends its time decoding. Here every
 * distinct value is decoded once and re-mapped to the alphabet of the field: the 254 most frequent
 * code points become symbols 0…253, so that a value is a short run of bytes and the common letters
 * fall into the first 32 symbols (two 16-entry tables of a vector shuffle). A value holding a code
 * point outside those 254 is *wide*: it keeps its code points, 4 bytes each.
 *
 * Invariants. Equal values have equal ids, unequal values unequal ids; ids, symbols and counts depend
 * on the set of values only, never on the order of rows nor on the number of threads. Ids ascend by
 * length: ascending ids put values of equal length side by side, which the lanes of candidates.h like.
 *
 * Caveats. Values are compared as they are: canonical equivalence (é as one or two code points), case
 * and accents are the business of cleaning. A set is read-only after its build and may be read by
 * any number of threads. */
#ifndef MLN_LINK_COMPARE_STRSET_H
#define MLN_LINK_COMPARE_STRSET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define MLN_STRSET_MISSING UINT32_MAX /* the id of a missing value */

enum {
    MLN_SYMBOLS = 254,       /* at most this many symbols in an alphabet */
    MLN_SYMBOL_FOREIGN = 254, /* a code point that the set does not know: equal to none of its symbols */
    MLN_SYMBOL_PAD = 255,    /* fills narrow values to a multiple of 8; equal to nothing */
};

/* Which letters a value has, to bound their common number without reading them: symbols 0…31 take two
 * bits each (there once, there twice), what does not fit is counted in `more`. */
struct mln_bag {
    uint64_t seen;
    uint32_t more;
};

/* What a value looks like to a comparator: one of the two runs. */
struct mln_sequence {
    const uint8_t *symbols; /* narrow: `length` symbols, then padding; NULL when wide */
    const uint32_t *points; /* wide: `length` code points; NULL when narrow */
    uint32_t length;
};

struct mln_strset {
    uint32_t n;         /* distinct values */
    uint32_t n_symbols; /* of the alphabet */
    uint32_t alphabet[MLN_SYMBOLS]; /* code point of each symbol */
    uint32_t *length;   /* code points of each value */
    uint32_t *at;       /* where: bit 31 wide; else ×8 symbols */
    uint64_t *count;    /* rows that hold each value: term frequencies; at least 1 */
    struct mln_bag *bag;
    uint8_t *narrow;    /* 64 readable bytes follow the last value */
    uint32_t *wide;
    struct mln_symbol_of { uint32_t point, symbol; } *by_point; /* alphabet by code point */
    uint8_t latin1[256]; /* symbol of each code point below 256, or MLN_SYMBOL_FOREIGN */
};

#define MLN_STRSET_INIT ((struct mln_strset){0})

/* Builds the set of `values` (n_rows, in any order; {NULL, 0} is missing, "" is a value) and writes the
 * id of each row into `ids` (n_rows, the caller's; MLN_STRSET_MISSING where missing). `out` is
 * overwritten. n_threads 0: all processors. The two sides of a linkage go into one set: put one
 * after the other.
 * Errors: MLN_BAD_INPUT for a value that is not UTF-8 (the row is named, never the value) and past
 * 2^32 - 2 rows or 2^31 wide code points; MLN_NO_MEMORY.
 * Cost: O(bytes) to hash, O(d log d) for d distinct values; about 13 bytes + the value a distinct
 * value, 16 a row while building. */
enum mln_status mln_strset_build(const struct mln_str *values, size_t n_rows, size_t n_threads,
                                 struct mln_strset *out, uint32_t *ids,
                                 struct mln_err *err) MLN_MUST_USE;
void mln_strset_release(struct mln_strset *set);

/* The symbol of a code point; MLN_SYMBOL_FOREIGN when the alphabet lacks it. O(log alphabet). */
uint32_t mln_strset_symbol(const struct mln_strset *set, uint32_t point);

static inline struct mln_sequence mln_strset_view(const struct mln_strset *set, uint32_t id) {
    const uint32_t at = set->at[id];
    if (at >> 31 != 0) {
        return (struct mln_sequence){NULL, set->wide + (at & 0x7FFFFFFFU), set->length[id]};
    }
    return (struct mln_sequence){set->narrow + (size_t)at * 8, NULL, set->length[id]};
}

/* At most this many letters are common to both, each counted as often as it is in both: never too
 * low. Hence Levenshtein, OSA and Damerau–Levenshtein distances are at least
 * max(lengths) - common (the "bag distance" of Bartolini, Ciaccia & Patella, SPIRE 2002). */
static inline uint32_t mln_bag_common(struct mln_bag a, struct mln_bag b) {
    return (uint32_t)__builtin_popcountll(a.seen & b.seen) + (a.more < b.more ? a.more : b.more);
}

/* The bag of a run of n symbols. */
struct mln_bag mln_bag_of(const uint8_t *symbols, size_t n);

#endif
