#include "link/pairs/late.h"

#include <stdlib.h>

enum mln_status mln_late_init(struct mln_late *late, const struct mln_ladder *ladder,
                              struct mln_err *err) {
    const size_t n = MLN_LATE_PAIRS + MLN_TILE_CAP;
    *late = (struct mln_late){.ladder = ladder};
    if (ladder->n_conditions == 0) {
        return MLN_OK;
    }
    late->left = malloc(n * sizeof *late->left);
    late->right = malloc(n * sizeof *late->right);
    late->pattern = malloc(n * sizeof *late->pattern);
    late->ask = malloc(n * sizeof *late->ask);
    late->ask_left = malloc(n * sizeof *late->ask_left);
    late->ask_right = malloc(n * sizeof *late->ask_right);
    late->holds = malloc(n);
    const bool made = late->left != NULL && late->right != NULL && late->pattern != NULL &&
                      late->ask != NULL && late->ask_left != NULL && late->ask_right != NULL &&
                      late->holds != NULL;
    return made ? MLN_OK : mln_err_nomem(err, "the pairs of a condition");
}

void mln_late_release(struct mln_late *late) {
    free(late->left);
    free(late->right);
    free(late->pattern);
    free(late->ask);
    free(late->ask_left);
    free(late->ask_right);
    free(late->holds);
    free(late->rows);
    *late = (struct mln_late){0};
}

enum mln_status mln_late_add(struct mln_late *late, const struct mln_pair_row *row,
                             struct mln_err *err) {
    if (late->n_rows == late->cap_rows) {
        const size_t cap = late->cap_rows == 0 ? 1024 : 2 * late->cap_rows;
        struct mln_late_row *rows = realloc(late->rows, cap * sizeof *rows);
        if (rows == NULL) {
            return mln_err_nomem(err, "the pairs of a condition");
        }
        late->rows = rows;
        late->cap_rows = cap;
    }
    late->rows[late->n_rows++] = (struct mln_late_row){late->n, row->n, row->rule, row->left};
    for (size_t i = 0; i < row->n; i++) {
        late->left[late->n] = row->left;
        late->right[late->n] = row->right[i];
        late->pattern[late->n++] = row->pattern[i];
    }
    return MLN_OK;
}

enum mln_status mln_late_settle(struct mln_late *late, struct mln_err *err) {
    const struct mln_ladder *ladder = late->ladder;
    for (size_t k = 0; k < ladder->n_conditions; k++) {
        const struct mln_compiled *c = &ladder->comparisons[ladder->condition[k].comparison];
        const uint32_t level = ladder->condition[k].level, radix = c->n_levels + 1U;
        size_t n = 0;
        for (size_t i = 0; i < late->n; i++) {
            if (late->pattern[i] / c->stride % radix > level) {
                late->ask_left[n] = late->left[i];
                late->ask_right[n] = late->right[i];
                late->ask[n++] = (uint32_t)i;
            }
        }
        if (n == 0) {
            continue;
        }
        MLN_TRY(ladder->judge->holds(ladder->judge->ctx, k, late->ask_left, late->ask_right, n,
                                     late->holds, err));
        for (size_t j = 0; j < n; j++) {
            uint32_t *pattern = &late->pattern[late->ask[j]];
            *pattern -=
                late->holds[j] != 0 ? (*pattern / c->stride % radix - level) * c->stride : 0;
        }
    }
    return MLN_OK;
}

enum mln_status mln_late_flush(struct mln_late *late, const struct mln_pairs_sink *sink, void *own,
                               size_t task, struct mln_err *err) {
    MLN_TRY(mln_late_settle(late, err));
    for (size_t r = 0; r < late->n_rows; r++) {
        const struct mln_late_row *row = &late->rows[r];
        const struct mln_pair_row given = {row->left, late->right + row->from,
                                           late->pattern + row->from, row->n, row->rule};
        MLN_TRY(sink->row(sink->ctx, own, task, &given, err));
    }
    late->n = late->n_rows = 0;
    return MLN_OK;
}
