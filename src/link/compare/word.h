/* The comparators on one machine word: a pattern of at most 64 symbols as bit masks, a text of bytes.
 * Internal to this room.
 *
 * masks[s] has bit i set where symbol i of the pattern is s; a symbol that the pattern lacks has no
 * bit. Notation as in Hyyrö's papers: vp, vn say where the column of the edit matrix rises or falls
 * by one from a row to the next, hp, hn the same along the row, d0 where the diagonal stays. */
#ifndef MLN_LINK_COMPARE_WORD_H
#define MLN_LINK_COMPARE_WORD_H

#include <stdint.h>

enum { MLN_WORD = 64, MLN_MASKS = 256 };

/* Bits 0 … n - 1, for n in 0 … 64. */
static inline uint64_t mln_low_bits(uint32_t n) {
    return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

static inline uint32_t mln_count_bits(uint64_t word) {
    return (uint32_t)__builtin_popcountll(word);
}

/* The distance is the last cell of the matrix: the cell above the last column (n) plus its rises. */
static inline uint32_t mln_word_levenshtein(const uint64_t *masks, uint32_t m, const uint8_t *text,
                                            uint32_t n) {
    uint64_t vp = UINT64_MAX, vn = 0;
    for (uint32_t j = 0; j < n; j++) {
        const uint64_t eq = masks[text[j]];
        const uint64_t d0 = (((eq & vp) + vp) ^ vp) | eq | vn;
        const uint64_t hp = (vn | ~(d0 | vp)) << 1 | 1;
        const uint64_t hn = (d0 & vp) << 1;
        vp = hn | ~(d0 | hp);
        vn = d0 & hp;
    }
    const uint64_t all = mln_low_bits(m);
    return n + mln_count_bits(vp & all) - mln_count_bits(vn & all);
}

static inline uint32_t mln_word_osa(const uint64_t *masks, uint32_t m, const uint8_t *text,
                                    uint32_t n) {
    uint64_t vp = UINT64_MAX, vn = 0, d0 = 0, eq_before = 0;
    for (uint32_t j = 0; j < n; j++) {
        const uint64_t eq = masks[text[j]];
        const uint64_t swap = ((~d0 & eq) << 1) & eq_before;
        d0 = (((eq & vp) + vp) ^ vp) | eq | vn | swap;
        const uint64_t hp = (vn | ~(d0 | vp)) << 1 | 1;
        const uint64_t hn = (d0 & vp) << 1;
        vp = hn | ~(d0 | hp);
        vn = d0 & hp;
        eq_before = eq;
    }
    const uint64_t all = mln_low_bits(m);
    return n + mln_count_bits(vp & all) - mln_count_bits(vn & all);
}

/* Length of the longest common subsequence. */
static inline uint32_t mln_word_lcs(const uint64_t *masks, uint32_t m, const uint8_t *text,
                                    uint32_t n) {
    uint64_t rest = UINT64_MAX;
    for (uint32_t j = 0; j < n; j++) {
        const uint64_t u = rest & masks[text[j]];
        rest = (rest + u) | (rest - u);
    }
    return mln_count_bits(~rest & mln_low_bits(m));
}

struct mln_jaro_counts {
    uint32_t common, out_of_order;
};

/* How far away a letter may be found: max(m, n) / 2 - 1, at least 0. */
static inline uint32_t mln_jaro_reach(uint32_t m, uint32_t n) {
    const uint32_t half = (m > n ? m : n) / 2;
    return half == 0 ? 0 : half - 1;
}

/* For m and n ≤ 64. */
static inline struct mln_jaro_counts mln_word_jaro(const uint64_t *masks, uint32_t m,
                                                   const uint8_t *text, uint32_t n) {
    const uint32_t reach = mln_jaro_reach(m, n);
    uint64_t window = mln_low_bits(reach + 1); /* the places of the pattern near text[j] */
    uint64_t found = 0, found_text = 0;
    for (uint32_t j = 0; j < n; j++) {
        const uint64_t here = masks[text[j]] & window & ~found;
        found |= here & (0 - here); /* the first of them */
        found_text |= (uint64_t)(here != 0) << j;
        window = window << 1 | (j < reach);
    }
    struct mln_jaro_counts counts = {mln_count_bits(found), 0};
    for (; found != 0; found &= found - 1, found_text &= found_text - 1) {
        const uint64_t k = found & (0 - found);
        counts.out_of_order += (masks[text[__builtin_ctzll(found_text)]] & k) == 0;
    }
    return counts;
}

#endif
