/* How alike two texts are by their q-grams: the runs of q neighbouring code points.
 *
 * With x and y the counts of each q-gram in the two texts:
 *   distance   Σ |x - y|                        0 … m + n; 0 for texts with the same q-grams
 *   Jaccard    shared / all, of distinct q-grams          0 … 1
 *   Dice       2 shared / (distinct of a + of b)          0 … 1
 *   cosine     Σ x y / √(Σ x² Σ y²)                       0 … 1
 * Symmetric; texts with the same q-grams in another order are not told apart (distance 0, similarity 1),
 * so none is a metric on texts. Order matters little, which suits words that change places.
 *
 * A text shorter than q has no q-gram. One side without: the similarities are 0. Both without: 1 when
 * the texts are equal, else 0 (R stringdist gives NaN for cosine there, and 1 for the Jaccard of
 * different texts). No padding is added at the ends.
 *
 * The counts come first, in whole numbers; a measure is one division of them.
 *
 * Sources: Ukkonen, Theoretical Computer Science 92 (1992); Jaccard (1912); Dice (1945). */
#ifndef MLN_LINK_COMPARE_QGRAM_H
#define MLN_LINK_COMPARE_QGRAM_H

#include "link/compare/pair.h"
#include "link/compare/strset.h"

enum { MLN_QGRAM_LONGEST = 6 }; /* q is 1 … 6 */

struct mln_qgram_counts {
    uint64_t total_a, total_b;       /* q-grams, each as often as it occurs */
    uint64_t distinct_a, distinct_b;
    uint64_t distinct_shared;
    uint64_t shared;                 /* Σ min(x, y) */
    uint64_t product, square_a, square_b; /* Σ x y, Σ x², Σ y² */
    bool equal;                      /* the texts are the same */
};

uint64_t mln_qgram_distance(const struct mln_qgram_counts *counts);
double mln_qgram_jaccard(const struct mln_qgram_counts *counts);
double mln_qgram_dice(const struct mln_qgram_counts *counts);
double mln_qgram_cosine(const struct mln_qgram_counts *counts);

/* One pair. Errors: MLN_BAD_INPUT for q outside 1 … 6, MLN_NO_MEMORY. O(n log n). */
enum mln_status mln_qgram_pair(struct mln_points a, struct mln_points b, size_t q,
                               struct mln_compare_work *work, struct mln_qgram_counts *out,
                               struct mln_err *err) MLN_MUST_USE;

/* The q-grams of all values of a set, numbered, for comparisons by the million. */
struct mln_qgrams {
    uint32_t n_grams; /* distinct in the set */
    uint64_t *start;  /* where the grams of each value begin; set->n + 1 of them */
    uint32_t *gram;   /* ascending within a value, repeated as they occur */
};

#define MLN_QGRAMS_INIT ((struct mln_qgrams){0})

/* Numbers depend on the set only. Errors: MLN_BAD_INPUT for q outside 1 … 6 and past 2^31 distinct
 * q-grams, MLN_NO_MEMORY. O(code points); 4 bytes a q-gram. */
enum mln_status mln_qgrams_build(const struct mln_strset *set, size_t q, struct mln_qgrams *out,
                                 struct mln_err *err) MLN_MUST_USE;
void mln_qgrams_release(struct mln_qgrams *qgrams);

/* Two values of the set, not missing. O(q-grams of both). */
void mln_qgrams_compare(const struct mln_qgrams *qgrams, uint32_t a, uint32_t b,
                        struct mln_qgram_counts *out);

#endif
