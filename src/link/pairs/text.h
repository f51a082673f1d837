/* The values of a strset as text again: prefixes, words, values common to two sets. Internal to
 * this room. All are computed once a distinct value, never a pair. */
#ifndef MLN_LINK_PAIRS_TEXT_H
#define MLN_LINK_PAIRS_TEXT_H

#include "link/compare/strset.h"

static inline uint32_t mln_sequence_point(const struct mln_strset *set, struct mln_sequence value,
                                          uint32_t i) {
    return value.symbols != NULL ? set->alphabet[value.symbols[i]] : value.points[i];
}

/* Place of each value (set->n) in the byte order of the values. O(d log d). */
enum mln_status mln_text_ranks(const struct mln_strset *set, uint32_t *rank, struct mln_err *err)
    MLN_MUST_USE;

/* A number for the first n code points of each value, equal where these are equal;
 * MLN_STRSET_MISSING where a value is shorter. */
enum mln_status mln_text_prefixes(const struct mln_strset *set, uint32_t n, uint32_t *out,
                                  struct mln_err *err) MLN_MUST_USE;

/* Numbers for the values of two sets, equal where the values are equal. */
enum mln_status mln_text_joint(const struct mln_strset *a, const struct mln_strset *b,
                               uint32_t *of_a, uint32_t *of_b, struct mln_err *err) MLN_MUST_USE;

/* The distinct words of each value (runs without a blank, U+0020), numbered: ascending from
 * (*start)[id] to (*start)[id + 1]. The caller frees both. */
enum mln_status mln_text_words(const struct mln_strset *set, uint64_t **start, uint32_t **word,
                               struct mln_err *err) MLN_MUST_USE;

#endif
