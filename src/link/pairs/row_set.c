/* Words, q-grams and list elements: bounds on marks first, then the sets themselves. */
#include "link/pairs/row.h"

bool mln_set_reaches(enum mln_level_kind kind, double at, const struct mln_qgram_counts *counts) {
    switch (kind) {
    case MLN_LEVEL_EXACT:
        return counts->distinct_a == counts->distinct_b &&
               counts->distinct_shared == counts->distinct_a;
    case MLN_LEVEL_JACCARD: return mln_qgram_jaccard(counts) >= at;
    case MLN_LEVEL_DICE: return mln_qgram_dice(counts) >= at;
    case MLN_LEVEL_COSINE: return mln_qgram_cosine(counts) >= at;
    default: return (double)counts->distinct_shared >= at; /* WORDS, OVERLAP */
    }
}

struct marks {
    uint64_t mark;
    uint32_t n, owner;
};

/* Whether the marks leave one of the thresholds possible: what one side's marks lack is not shared.
 */
static bool sets_near(const struct mln_step *step, const struct marks *a, const struct marks *b) {
    if (step->no_bound || (a->mark & b->mark) == 0) {
        return step->no_bound; /* nothing is shared */
    }
    const uint32_t most_a = a->n - (uint32_t)__builtin_popcountll(a->mark & ~b->mark);
    const uint32_t most_b = b->n - (uint32_t)__builtin_popcountll(b->mark & ~a->mark);
    const uint64_t shared = most_a < most_b ? most_a : most_b;
    const struct mln_qgram_counts best = {.total_a = a->n,
                                          .total_b = b->n,
                                          .distinct_a = a->n,
                                          .distinct_b = b->n,
                                          .distinct_shared = shared};
    for (size_t t = 0; t < step->n_thresholds; t++) {
        const struct mln_threshold *threshold = &step->thresholds[t];
        if (threshold->kind == MLN_LEVEL_COSINE ||
            mln_set_reaches(threshold->kind, threshold->at, &best)) {
            return true;
        }
    }
    return false;
}

static void count_set(const struct mln_sets *sets, uint32_t a, uint32_t b,
                      struct mln_qgram_counts *out) {
    uint64_t i = sets->start[a], j = sets->start[b], shared = 0;
    const uint64_t end_a = sets->start[a + 1], end_b = sets->start[b + 1];
    while (i < end_a && j < end_b) {
        const uint32_t x = sets->item[i], y = sets->item[j];
        shared += x == y;
        i += x <= y;
        j += y <= x;
    }
    const uint64_t n_a = sets->distinct[a], n_b = sets->distinct[b];
    *out = (struct mln_qgram_counts){.total_a = n_a,
                                     .total_b = n_b,
                                     .distinct_a = n_a,
                                     .distinct_b = n_b,
                                     .distinct_shared = shared,
                                     .shared = shared,
                                     .product = shared,
                                     .square_a = n_a,
                                     .square_b = n_b,
                                     .equal = shared == n_a && shared == n_b};
}

static void one_set(const struct mln_row *row, const struct mln_step *step,
                    const struct mln_sets *sets, uint32_t a, uint32_t b, size_t j) {
    struct mln_qgram_counts counts;
    if (step->q > 0) {
        const struct mln_qgrams grams = {.start = sets->start, .gram = sets->item};
        mln_qgrams_compare(&grams, a, b, &counts);
    } else {
        count_set(sets, a, b, &counts);
    }
    for (size_t t = 0; t < step->n_thresholds; t++) {
        const struct mln_threshold *threshold = &step->thresholds[t];
        if (threshold->level < row->level[j] &&
            mln_set_reaches(threshold->kind, threshold->at, &counts)) {
            row->level[j] = threshold->level;
        }
    }
}

void mln_row_set(const struct mln_row *row, const struct mln_step *step) {
    const struct mln_tile_column *c = step->column[0];
    const uint32_t *owner = mln_tile_part(row->right, c, 0), *n = mln_tile_part(row->right, c, 1);
    const uint64_t *mark = mln_tile_part(row->right, c, 2);
    const uint32_t *left_owner = mln_tile_part(row->left, c, 0);
    const uint32_t *left_n = mln_tile_part(row->left, c, 1);
    const uint64_t *left_mark = mln_tile_part(row->left, c, 2);
    const struct marks a = {left_mark[row->i], left_n[row->i], left_owner[row->i]};
    const bool list = c->type == MLN_FIELD_LIST;
    if (list ? a.n == 0 : a.owner == c->sets.n) {
        return;
    }
    for (size_t k = 0; k < row->n; k++) {
        const size_t j = row->from + k;
        const struct marks b = {mark[j], n[j], owner[j]};
        if (row->level[k] <= step->level || (list ? b.n == 0 : b.owner == c->sets.n)) {
            continue;
        }
        if ((!list && a.owner == b.owner) || sets_near(step, &a, &b)) {
            one_set(row, step, &c->sets, a.owner, b.owner, k);
        }
    }
}
