/* Two short values of a strset: the comparators of pair.h without laying out either side.
 *
 * many.h pays once a query (its masks) and once a candidate (its lane); for the handful of
 * candidates that bounds leave over that costs more than the comparisons. Here the masks of a pair
 * come from comparing one value as a vector with each symbol of the other. Results equal those of
 * many.h bit for bit.
 *
 * Values are the symbols of a strset (narrow ones), of one set, at most MLN_FEW of them; MLN_FEW
 * bytes may be read of each, what follows the value has no meaning. */
#ifndef MLN_LINK_COMPARE_FEW_H
#define MLN_LINK_COMPARE_FEW_H

#include "link/compare/pair.h"

enum { MLN_FEW = 16 };

struct mln_short_value {
    const uint8_t *symbols;
    uint32_t length;
};

/* As in pair.h. O(length). */
double mln_few_jaro_winkler(struct mln_short_value a, struct mln_short_value b,
                            const struct mln_jaro_winkler *options);
uint32_t mln_few_levenshtein(struct mln_short_value a, struct mln_short_value b);
uint32_t mln_few_osa(struct mln_short_value a, struct mln_short_value b);
uint32_t mln_few_indel(struct mln_short_value a, struct mln_short_value b);

#endif
