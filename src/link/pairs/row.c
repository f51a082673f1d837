/* The patterns of one record with a run of candidates. */
#include "link/pairs/row.h"

#include <stdlib.h>

enum { SINGLES = 3 }; /* up to so many candidates, loops over lanes cost more than they spare */

enum mln_status mln_row_work_init(struct mln_row_work *work, const struct mln_ladder *ladder,
                                  bool portable, struct mln_err *err) {
    *work = (struct mln_row_work){.ladder = ladder,
                                  .kernels = mln_kernels_for(portable),
                                  .path = portable ? MLN_PATH_PORTABLE : MLN_PATH_BEST};
    work->level = calloc(MLN_TILE_CAP, sizeof *work->level);
    work->index = calloc(MLN_TILE_CAP, sizeof *work->index);
    work->ids = calloc(MLN_TILE_CAP, sizeof *work->ids);
    work->distance = calloc(MLN_TILE_CAP, sizeof *work->distance);
    work->similarity = calloc(MLN_TILE_CAP, sizeof *work->similarity);
    work->queries = calloc(ladder->n_queries + 1, sizeof *work->queries);
    if (work->level == NULL || work->index == NULL || work->ids == NULL || work->distance == NULL ||
        work->similarity == NULL || work->queries == NULL) {
        mln_row_work_release(work);
        return mln_err_nomem(err, "the comparison of a block");
    }
    return MLN_OK;
}

void mln_row_work_release(struct mln_row_work *work) {
    free(work->level);
    free(work->index);
    free(work->ids);
    free(work->distance);
    free(work->similarity);
    for (size_t k = 0; work->queries != NULL && k < work->ladder->n_queries; k++) {
        mln_query_release(&work->queries[k]);
    }
    free(work->queries);
    mln_candidates_release(&work->candidates);
    *work = (struct mln_row_work){0};
}

static void only_equal(const struct mln_row *row, const struct mln_compiled *c, uint32_t *pattern) {
    const uint32_t word = mln_left_word(row, c->presence_column);
    const bool text = c->presence_column->type == MLN_FIELD_TEXT;
    const uint32_t none = text ? MLN_STRSET_MISSING : MLN_DIGITS_MISSING;
    uint32_t values[3] = {2 * c->stride, 0, c->stride}; /* missing, equal, other */
    if (word == none) {
        values[1] = values[2] = values[0];
    } else if (!mln_is_value(c->presence_column, word)) {
        values[1] = values[2]; /* an incomplete date equals none */
    }
    row->work->kernels->add_equal(pattern, mln_right_words(row, c->presence_column), row->n, none,
                                  word, values);
}

/* ── a row ── */

enum mln_status mln_row_patterns(struct mln_row_work *work, const struct mln_tile *left, size_t i,
                                 const struct mln_tile *right, size_t from, size_t n,
                                 uint32_t known, uint32_t *pattern, struct mln_err *err) {
    const struct mln_ladder *ladder = work->ladder;
    const struct mln_row row = {work, left, right, i, from, n, work->level};
    if (n <= SINGLES) {
        for (size_t k = 0; k < n; k++) {
            const struct mln_row one = {work, left, right, i, from + k, 1, work->level};
            MLN_TRY(mln_row_single(&one, known, &pattern[k], err));
        }
        return MLN_OK;
    }
    memset(pattern, 0, ((n + 31) & ~(size_t)31) * sizeof *pattern);
    for (size_t c = 0; c < ladder->n; c++) {
        const struct mln_compiled *compiled = &ladder->comparisons[c];
        if ((known >> c & 1) != 0) {
            continue; /* level 0 adds nothing */
        }
        if (compiled->only_equal) {
            only_equal(&row, compiled, pattern);
            continue;
        }
        mln_row_fill(&row, compiled->presence_column, (uint8_t)(compiled->n_levels - 1),
                     compiled->n_levels);
        for (size_t s = 0; s < compiled->n_steps; s++) {
            MLN_TRY(mln_row_step(&row, &compiled->steps[s], err));
        }
        work->kernels->add(pattern, work->level, n, compiled->stride);
    }
    return MLN_OK;
}
