/* The unrestricted Damerau–Levenshtein distance of two runs of symbols, in linear memory. Internal. */
#ifndef MLN_LINK_COMPARE_DAMERAU_H
#define MLN_LINK_COMPARE_DAMERAU_H

#include <stddef.h>
#include <stdint.h>

/* 32-bit cells that mln_damerau_rows needs as scratch. */
static inline size_t mln_damerau_cells(size_t n, size_t n_symbols) {
    return 3 * (n + 2) + n_symbols + 1;
}

/* a: m symbols, b: n symbols, all ≤ n_symbols; equal symbols below n_symbols are equal letters, while
 * n_symbols stands for letters that `a` lacks. O(m n). */
uint32_t mln_damerau_rows(const uint32_t *a, size_t m, const uint32_t *b, size_t n,
                          size_t n_symbols, uint32_t *cells);

#endif
