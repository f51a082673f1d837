/* The loops over the candidates of one record. Internal to this room.
 *
 * `n` is the number of candidates; arrays are read and written up to the next multiple of 32, whose
 * places past n have no meaning. A level is the least that holds: a kernel lowers level[j] to its
 * own where the pair passes, so that kernels may run in any order, the cheap ones first.
 *
 * The same source is compiled for AVX2 and for any processor (kernels.inc); only the bounds on
 * letters are written twice, in whole numbers and exact: all paths keep the same candidates. */
#ifndef MLN_LINK_PAIRS_KERNELS_H
#define MLN_LINK_PAIRS_KERNELS_H

#include "link/pairs/layout.h"

struct mln_letters { /* of the candidates, from a tile */
    const uint64_t *seen;
    const uint32_t *prefix;
    const uint8_t *length, *more;
};

enum mln_bound {
    MLN_BOUND_EDIT,  /* max(lengths) - letters in common ≤ at */
    MLN_BOUND_INDEL, /* sum of lengths - 2 × letters in common ≤ at */
    MLN_BOUND_PART,  /* all letters of the shorter, of at least `at`, are common */
};

struct mln_kernels {
    void (*fill_word)(uint8_t *level, const uint32_t *word, size_t n, uint32_t none,
                      uint8_t present, uint8_t missing);
    void (*fill_number)(uint8_t *level, const double *x, size_t n, uint8_t present,
                        uint8_t missing);
    void (*equal)(uint8_t *level, const uint32_t *word, size_t n, uint32_t query, uint8_t to);
    void (*swapped)(uint8_t *level, const uint32_t *a, const uint32_t *b, size_t n,
                    uint32_t query_a, uint32_t query_b, uint8_t to);
    void (*other)(uint8_t *level, const uint32_t *a, const uint32_t *b, size_t n, uint32_t query_a,
                  uint32_t query_b, uint8_t to);
    void (*gap)(uint8_t *level, const int32_t *low, const int32_t *high, size_t n,
                struct mln_span query, int32_t at, uint8_t to);
    void (*compatible)(uint8_t *level, const int32_t *low, const int32_t *high,
                       const uint32_t *digits, size_t n, struct mln_span query,
                       uint32_t query_digits, uint8_t to);
    void (*digits)(uint8_t *level, const uint32_t *digits, size_t n, uint32_t query, uint32_t at,
                   uint8_t to);
    void (*number)(uint8_t *level, const double *x, size_t n, double query, double at, uint8_t to);
    void (*percent)(uint8_t *level, const double *x, size_t n, double query, double at, uint8_t to);
    void (*chord)(uint8_t *level, const double *const place[3], size_t n, const double query[3],
                  double chord2, uint8_t to);
    /* pattern[j] += level[j] × stride */
    void (*add)(uint32_t *pattern, const uint8_t *level, size_t n, uint32_t stride);
    /* pattern[j] += missing where word is none, equal where it is the query, else other */
    void (*add_equal)(uint32_t *pattern, const uint32_t *word, size_t n, uint32_t none,
                      uint32_t query, const uint32_t values[3]);
    /* Candidates that letters, lengths and prefix leave possible, ascending; how many. */
    size_t (*near_jaro)(uint32_t *index, const struct mln_letters *letters, size_t n,
                        const struct mln_text_card *query, const float need[8]);
    size_t (*near_edit)(uint32_t *index, const struct mln_letters *letters, size_t n,
                        const struct mln_text_card *query, enum mln_bound bound, int32_t at);
    /* The same for one pair: place i of one run of letters, j of another. */
    bool (*pair_jaro)(const struct mln_letters *a, size_t i, const struct mln_letters *b, size_t j,
                      const float need[8]);
    bool (*pair_edit)(const struct mln_letters *a, size_t i, const struct mln_letters *b, size_t j,
                      enum mln_bound bound, int32_t at);
    /* drop[j] |= an earlier rule made the pair */
    void (*drop_equal)(uint8_t *drop, const uint32_t *key, size_t n, uint32_t query);
    void (*drop_window)(uint8_t *drop, const uint32_t *rank, size_t n, uint32_t query,
                        uint32_t window);
};

/* need[l] of near_jaro, by length of the common prefix: with c letters in common Jaro is at most
 * (c/m + c/n + 1)/3, and Jaro–Winkler reaches `at` only if c (m + n) ≥ need[l] m n. */
void mln_jaro_needs(double at, double prefix_weight, float need[8]);

extern const struct mln_kernels mln_kernels_portable;
/* Those for this processor; the portable ones on demand. */
const struct mln_kernels *mln_kernels_for(bool portable);

#endif
