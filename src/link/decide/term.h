/* Term frequencies: agreeing on a rare value says more than agreeing on a common one.
 *
 * Of two random records, both hold the value v with probability f(v)², while a match holds it with
 * probability m f(v): the factor of agreeing on v is m / f(v), against m / u on average. So
 *
 *   adjustment(v) = weight × log2( u / max(f(v), minimum) )
 *
 * is added to the match weight of the level (Winkler 1989; Newcombe 1959), u being that of the
 * level "exact" and f the share of v among the values present. For a level of similar values the
 * commoner of the two speaks (as in Splink), with the u of the exact level: what such a level says
 * beyond it is in its own m and u. */
#ifndef MLN_LINK_DECIDE_TERM_H
#define MLN_LINK_DECIDE_TERM_H

#include <stddef.h>
#include <stdint.h>

struct mln_term_options {
    double u_exact; /* > 0 */
    double weight;  /* 0 … 1 */
    double minimum; /* share below which values count as it; 0: none */
};

/* adjustment_log2[v] for n values held count[v] ≥ 1 times (strset's count). A count of 0 has 0.
 * O(n). */
void mln_term_adjustments(const uint64_t *count, size_t n, const struct mln_term_options *options,
                          double *adjustment_log2);

/* Of a pair of values: the lesser adjustment (the commoner value's); equal ids: that value's. */
static inline double mln_term_pair(const double *adjustment_log2, uint32_t a, uint32_t b) {
    const double x = adjustment_log2[a];
    const double y = adjustment_log2[b];
    return x < y ? x : y;
}

#endif
