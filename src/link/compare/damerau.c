#include "link/compare/damerau.h"

#include "link/compare/pair.h"
#include "link/compare/work.h"

enum { NONE = 0, FAR = 1 << 30 }; /* rows and columns count from 1; FAR is above any distance */

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Lowrance & Wagner: D(i, j) is the least of the three edits of Levenshtein and of
 * D(k - 1, l - 1) + (i - k - 1) + 1 + (j - l - 1), where k < i is the last row whose letter is b[j] and
 * l < j the last column whose letter is a[i]: swap the two, delete and insert what stood between.
 * Zhao & Sahni: only swaps with k = i - 1 or l = j - 1 can be the least, so that of all former rows
 * two kinds of cells must be kept:
 *   skipped[j]   D(k - 1, j - 2) where k is the last row that matched column j  (l = j - 1)
 *   across       D(i - 2, l - 1) where l is the last match of this row          (k = i - 1) */
uint32_t mln_damerau_rows(const uint32_t *a, size_t m, const uint32_t *b, size_t n,
                          size_t n_symbols, uint32_t *cells) {
    uint32_t *before = cells + 1, *row = before + n + 2; /* both have a cell at -1 */
    uint32_t *skipped = row + n + 1, *last_row = skipped + n + 1;
    before[-1] = row[-1] = FAR;
    for (size_t j = 0; j <= n; j++) {
        row[j] = (uint32_t)j;
        before[j] = FAR;
        skipped[j] = FAR;
    }
    for (size_t s = 0; s <= n_symbols; s++) {
        last_row[s] = NONE;
    }
    for (uint32_t i = 1; i <= m; i++) {
        uint32_t *swap = before; /* `row` takes the place of the row before the last */
        before = row;
        row = swap;
        uint32_t last_match = NONE, across = FAR, two_up = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= n; j++) {
            const bool same = a[i - 1] == b[j - 1];
            uint32_t d = least(before[j - 1] + !same, least(row[j - 1], before[j]) + 1);
            if (same) {
                last_match = j;
                skipped[j] = before[(ptrdiff_t)j - 2]; /* D(i - 1, j - 2) */
                across = two_up;
            } else {
                const uint32_t k = last_row[b[j - 1]];
                if (last_match != NONE && last_match + 1 == j) {
                    d = least(d, skipped[j] + (i - k));
                } else if (k != NONE && k + 1 == i) {
                    d = least(d, across + (j - last_match));
                }
            }
            two_up = row[j]; /* D(i - 2, j), about to be overwritten */
            row[j] = d;
        }
        last_row[a[i - 1]] = i;
    }
    return row[n];
}

enum mln_status mln_damerau(struct mln_points a, struct mln_points b, uint32_t cutoff,
                            struct mln_compare_work *work, uint32_t *out, struct mln_err *err) {
    const size_t apart = a.n < b.n ? b.n - a.n : a.n - b.n;
    if (apart > cutoff) {
        *out = cutoff + 1;
        return MLN_OK;
    }
    struct mln_pair_symbols pair;
    MLN_TRY(mln_pair_symbols(a, b, work, &pair, err));
    uint32_t *cells =
        mln_work_need(work, MLN_WORK_ROWS, mln_damerau_cells(b.n, pair.n_symbols) * sizeof *cells);
    if (cells == NULL) {
        return mln_err_nomem(err, "the comparison of two long texts");
    }
    const uint32_t d = mln_damerau_rows(pair.pattern, a.n, pair.text, b.n, pair.n_symbols, cells);
    *out = d > cutoff ? cutoff + 1 : d;
    return MLN_OK;
}
