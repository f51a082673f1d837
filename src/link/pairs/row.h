/* A row under way: one record of one tile and a run of candidates of another. Internal to this
 * room. */
#ifndef MLN_LINK_PAIRS_ROW_H
#define MLN_LINK_PAIRS_ROW_H

#include "link/pairs/ladder.h"

/* From this many candidates on, laying them out in lanes pays. */
enum { MLN_LANES_FROM = 12 };

/* One record of one tile and candidates of another. */
struct mln_row {
    struct mln_row_work *work;
    const struct mln_tile *left, *right;
    size_t i, from, n;
    uint8_t *level;
};

static inline uint32_t mln_left_word(const struct mln_row *row, const struct mln_tile_column *c) {
    return ((const uint32_t *)mln_tile_part(row->left, c, 0))[row->i];
}

static inline const uint32_t *mln_right_words(const struct mln_row *row,
                                              const struct mln_tile_column *c) {
    return (const uint32_t *)mln_tile_part(row->right, c, 0) + row->from;
}

static inline double mln_left_double(const struct mln_row *row, const struct mln_tile_column *c,
                                     size_t part) {
    return ((const double *)mln_tile_part(row->left, c, part))[row->i];
}

static inline const double *mln_right_doubles(const struct mln_row *row,
                                              const struct mln_tile_column *c, size_t part) {
    return (const double *)mln_tile_part(row->right, c, part) + row->from;
}

/* Words of a date that are no date, and of a text that is missing, equal nothing. */
static inline bool mln_is_value(const struct mln_tile_column *c, uint32_t word) {
    return c->type == MLN_FIELD_DATE ? word > MLN_DIGITS_INCOMPLETE : word != MLN_STRSET_MISSING;
}

static inline struct mln_span mln_left_interval(const struct mln_row *row,
                                                    const struct mln_tile_column *c) {
    const int32_t *low = mln_tile_part(row->left, c, 0);
    const int32_t *high = mln_tile_part(row->left, c, 1);
    return (struct mln_span){low[row->i], high[row->i]};
}

static inline const int32_t *mln_right_bounds(const struct mln_row *row,
                                              const struct mln_tile_column *c, size_t part) {
    return (const int32_t *)mln_tile_part(row->right, c, part) + row->from;
}

/* Letters of a tile from a place on. */
static inline struct mln_letters mln_tile_letters(const struct mln_tile *tile,
                                                  const struct mln_tile_column *c, size_t from) {
    return (struct mln_letters){(const uint64_t *)mln_tile_part(tile, c, 0) + from,
                                (const uint32_t *)mln_tile_part(tile, c, 1) + from,
                                (const uint8_t *)mln_tile_part(tile, c, 2) + from,
                                (const uint8_t *)mln_tile_part(tile, c, 3) + from};
}

/* level[j] = missing where the field of a presence column is, else present. */
void mln_row_fill(const struct mln_row *row, const struct mln_tile_column *c, uint8_t present,
                  uint8_t missing);

/* Lowers the levels of the row by one step. The only error is MLN_NO_MEMORY. */
enum mln_status mln_row_step(const struct mln_row *row, const struct mln_step *step,
                             struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_row_text(const struct mln_row *row, const struct mln_step *step,
                             struct mln_err *err) MLN_MUST_USE;
void mln_row_set(const struct mln_row *row, const struct mln_step *step);

/* What letters in common bound for a distance of this kind. */
static inline enum mln_bound mln_bound_of(enum mln_level_kind kind) {
    return kind == MLN_LEVEL_INDEL      ? MLN_BOUND_INDEL
           : kind == MLN_LEVEL_CONTAINS ? MLN_BOUND_PART
                                        : MLN_BOUND_EDIT;
}

/* The pattern of a row of one candidate. */
enum mln_status mln_row_single(const struct mln_row *row, uint32_t known, uint32_t *pattern,
                               struct mln_err *err) MLN_MUST_USE;

#endif
