/* Scratch of a comparison and the symbols that a pair shares. Internal to this room. */
#ifndef MLN_LINK_COMPARE_WORK_H
#define MLN_LINK_COMPARE_WORK_H

#include "link/compare/pair.h"

enum { /* the buffers of struct mln_compare_work and who uses them */
    MLN_WORK_SIDE = 0,   /* and 1: decoded texts */
    MLN_WORK_TABLE = 2,  /* code point → symbol */
    MLN_WORK_PATTERN = 3,
    MLN_WORK_TEXT = 4,
    MLN_WORK_MASKS = 5,
    MLN_WORK_ROWS = 6,
    MLN_WORK_MANY = 7,
};

/* At least `bytes` of buffer `which`, contents lost; NULL when there is no memory. */
void *mln_work_need(struct mln_compare_work *work, size_t which, size_t bytes);

/* A pair in symbols of its own: those of the pattern are 0 … n_symbols - 1 in order of first
 * appearance, every other code point of the text is n_symbols. */
struct mln_pair_symbols {
    uint32_t *pattern, *text; /* in MLN_WORK_PATTERN and MLN_WORK_TEXT */
    uint32_t n_symbols;
};
enum mln_status mln_pair_symbols(struct mln_points pattern, struct mln_points text,
                                 struct mln_compare_work *work, struct mln_pair_symbols *out,
                                 struct mln_err *err) MLN_MUST_USE;

/* The same for the word kernels: a pattern of at most 64 code points as masks (256), a text in bytes
 * (in MLN_WORK_TEXT). */
enum mln_status mln_pair_masks(struct mln_points pattern, struct mln_points text,
                               struct mln_compare_work *work, uint64_t *masks,
                               const uint8_t **text_symbols, struct mln_err *err) MLN_MUST_USE;

/* The pattern as rows of words, row s for symbol s (and one row without bits for n_symbols), each of
 * *n_words words (in MLN_WORK_MASKS). */
enum mln_status mln_pair_mask_rows(const struct mln_pair_symbols *pair, size_t n_pattern,
                                   struct mln_compare_work *work, uint64_t **rows, size_t *n_words,
                                   struct mln_err *err) MLN_MUST_USE;

#endif
