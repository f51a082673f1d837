/* One-to-one assignment of a large component by auction with ε-scaling (Bertsekas 1988; forward and
 * reverse bids of Bertsekas & Castañon 1992 for records that may stay alone). Internal to
 * link/decide.
 *
 * Prices q of columns, all ≥ 0, and profits π of rows keep, at every end of a phase and for every
 * edge, gain - q ≤ π + ε; a used edge has π = gain - q ≥ -ε, a row alone π = 0, a column alone
 * q = 0. What is used is then within n_rows × ε of the best total. Gains are multiplied by
 * n_rows + 1 and the last ε is 1: within less than one unit, hence the optimum itself. */
#ifndef MLN_LINK_DECIDE_AUCTION_H
#define MLN_LINK_DECIDE_AUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Edges of row i: [row_start[i], row_start[i + 1]), gain > 0. */
struct auction_part {
    uint32_t n_rows, n_cols;
    const uint32_t *row_start; /* n_rows + 1 */
    const uint32_t *row_of, *col;
    const int64_t *gain;
};

struct auction; /* workspace */

enum mln_status auction_new(uint32_t n_rows, uint32_t n_cols, uint32_t n_edges,
                            struct auction **out, struct mln_err *err) MLN_MUST_USE;
void auction_free(struct auction *auction);

/* used[e] for each edge. False, and nothing done, when gains × (n_rows + 1) do not fit in 61 bits.
 * Ties fall by the order of edges. Some tens of scans of the edges where gains have no structure.
 */
bool auction_solve(struct auction *auction, const struct auction_part *part, bool *used);

#endif
