/* Patterns of random pairs: what two records look like that have nothing to do with each other. */
#include <pthread.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/thread.h"
#include "link/pairs/late.h"

enum { STREAM_PAIRS = 0x50414952 }; /* a purpose of its own among the random numbers of a seed */

struct draw {
    const struct mln_records *records;
    bool dedupe;
    const struct mln_ladder *ladder;
    uint64_t seed, n_pairs;
    bool every_pair; /* no more pairs exist than are wanted */
    uint64_t share;  /* pairs of a task; with every_pair, left records */
    pthread_mutex_t lock;
    struct mln_tally *sum;
};

struct drawer {
    struct mln_row_work row;
    struct mln_tile tiles[2];
    uint32_t left[MLN_TILE], right[MLN_TILE];
    uint32_t pattern[MLN_TILE_CAP];
    struct mln_tally *tally;
    struct mln_late late; /* pairs whose conditions are still open */
};

static void drawer_free(struct drawer *d) {
    if (d != NULL) {
        mln_row_work_release(&d->row);
        mln_tile_release(&d->tiles[0]);
        mln_tile_release(&d->tiles[1]);
        mln_tally_free(d->tally);
        mln_late_release(&d->late);
        free(d);
    }
}

static enum mln_status drawer_new(const struct draw *draw, struct drawer **out,
                                  struct mln_err *err) {
    struct drawer *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return mln_err_nomem(err, "random pairs");
    }
    enum mln_status status = MLN_OK;
    const struct mln_layout *layout = &draw->ladder->layout;
    MLN_TRY_GOTO(status, mln_row_work_init(&d->row, draw->ladder, false, err), done);
    MLN_TRY_GOTO(status, mln_tile_init(&d->tiles[0], layout, 0, err), done);
    MLN_TRY_GOTO(status, mln_tile_init(&d->tiles[1], layout, 0, err), done);
    MLN_TRY_GOTO(status, mln_tally_new(draw->ladder->n_patterns, &d->tally, err), done);
    MLN_TRY_GOTO(status, mln_late_init(&d->late, draw->ladder, err), done);
    *out = d;
    return MLN_OK;
done:
    drawer_free(d);
    return status;
}

/* ── counting ── */

static enum mln_status count_late(struct drawer *d, struct mln_err *err) {
    MLN_TRY(mln_late_settle(&d->late, err));
    const size_t n = d->late.n;
    d->late.n = d->late.n_rows = 0;
    return mln_tally_add(d->tally, d->late.pattern, n, err);
}

/* Now, or once the conditions of many pairs are known. */
static enum mln_status count_row(const struct draw *draw, struct drawer *d,
                                 const struct mln_pair_row *row, struct mln_err *err) {
    if (draw->ladder->n_conditions == 0) {
        return mln_tally_add(d->tally, row->pattern, row->n, err);
    }
    MLN_TRY(mln_late_add(&d->late, row, err));
    return mln_late_is_full(&d->late) ? count_late(d, err) : MLN_OK;
}

/* ── drawn pairs ── */

/* Pair number k, a function of seed and k only: the left record by chance within the k-th of
 * n_pairs equal shares of the left file (neighbours in memory, so that only the other record is
 * fetched from afar), the other one by chance among all. Every pair is as likely as any other. */
static void draw_pair(const struct draw *draw, uint64_t k, uint32_t *left, uint32_t *right) {
    const struct mln_records *r = draw->records;
    struct mln_rng rng;
    mln_rng_init(&rng, draw->seed, STREAM_PAIRS, k);
    const uint32_t other = mln_rng_below(&rng, draw->dedupe ? r->n_left - 1 : r->n_right);
    const double within = mln_rng_u32(&rng) * 0x1p-32;
    const double place = ((double)k + within) * ((double)r->n_left / (double)draw->n_pairs);
    const uint32_t a = place < r->n_left ? (uint32_t)place : r->n_left - 1;
    if (!draw->dedupe) {
        *left = a;
        *right = r->n_left + other;
        return;
    }
    const uint32_t b = other + (other >= a);
    *left = a < b ? a : b;
    *right = a < b ? b : a;
}

static enum mln_status count_drawn(const struct draw *draw, struct drawer *d, uint64_t first,
                                   uint64_t last, struct mln_err *err) {
    const struct mln_layout *layout = &draw->ladder->layout;
    for (uint64_t k = first; k < last; k += MLN_TILE) {
        const size_t n = last - k < MLN_TILE ? (size_t)(last - k) : MLN_TILE;
        for (size_t i = 0; i < n; i++) {
            draw_pair(draw, k + i, &d->left[i], &d->right[i]);
        }
        mln_tile_load(&d->tiles[0], layout, NULL, 0, d->left, n);
        mln_tile_load(&d->tiles[1], layout, NULL, 0, d->right, n);
        for (size_t i = 0; i < n; i++) {
            MLN_TRY(mln_row_patterns(&d->row, &d->tiles[0], i, &d->tiles[1], i, 1, 0,
                                     &d->pattern[i], err));
        }
        if (draw->ladder->n_conditions == 0) {
            MLN_TRY(mln_tally_add(d->tally, d->pattern, n, err));
        }
        for (size_t i = 0; draw->ladder->n_conditions > 0 && i < n; i++) {
            const struct mln_pair_row one = {d->left[i], &d->right[i], &d->pattern[i], 1, 0};
            MLN_TRY(count_row(draw, d, &one, err));
        }
    }
    return MLN_OK;
}

/* ── every pair ── */

static enum mln_status count_row_of_all(const struct draw *draw, struct drawer *d, size_t i,
                                        uint32_t left, uint32_t first_right, size_t n,
                                        struct mln_err *err) {
    const size_t skip = !draw->dedupe || left < first_right ? 0 : (size_t)(left - first_right) + 1;
    if (skip >= n) {
        return MLN_OK;
    }
    MLN_TRY(mln_row_patterns(&d->row, &d->tiles[0], i, &d->tiles[1], skip, n - skip, 0, d->pattern,
                             err));
    const struct mln_pair_row row = {left, d->right + skip, d->pattern, n - skip, 0};
    return count_row(draw, d, &row, err);
}

/* Left records first … last - 1, fewer than a tile holds. */
static enum mln_status count_all(const struct draw *draw, struct drawer *d, uint32_t first,
                                 uint32_t last, struct mln_err *err) {
    const struct mln_layout *layout = &draw->ladder->layout;
    const uint32_t right_first = draw->dedupe ? first : draw->records->n_left;
    const uint32_t n_all = mln_records_n(draw->records);
    for (uint32_t i = first; i < last; i++) {
        d->left[i - first] = i;
    }
    mln_tile_load(&d->tiles[0], layout, NULL, 0, d->left, last - first);
    for (uint32_t r = right_first; r < n_all;) {
        const uint32_t n = n_all - r < MLN_TILE ? n_all - r : MLN_TILE;
        for (uint32_t j = 0; j < n; j++) {
            d->right[j] = r + j;
        }
        mln_tile_load(&d->tiles[1], layout, NULL, 0, d->right, n);
        for (uint32_t i = first; i < last; i++) {
            MLN_TRY(count_row_of_all(draw, d, i - first, i, r, n, err));
        }
        r += n;
    }
    return MLN_OK;
}

/* ── tasks ── */

static enum mln_status draw_task(void *ctx, size_t i, struct mln_err *err) {
    struct draw *draw = ctx;
    struct drawer *d = NULL;
    MLN_TRY(mln_check_interrupt(err));
    MLN_TRY(drawer_new(draw, &d, err));
    const uint64_t n = draw->every_pair ? draw->records->n_left : draw->n_pairs;
    const uint64_t first = i * draw->share;
    const uint64_t last = n - first < draw->share ? n : first + draw->share;
    enum mln_status status = draw->every_pair
                                 ? count_all(draw, d, (uint32_t)first, (uint32_t)last, err)
                                 : count_drawn(draw, d, first, last, err);
    if (status == MLN_OK && draw->ladder->n_conditions > 0) {
        status = count_late(d, err);
    }
    if (status == MLN_OK) {
        pthread_mutex_lock(&draw->lock);
        status = mln_tally_merge(draw->sum, d->tally, err);
        pthread_mutex_unlock(&draw->lock);
    }
    drawer_free(d);
    return status;
}

enum mln_status mln_pairs_random(const struct mln_records *records, enum mln_link_kind kind,
                                 const struct mln_ladder *ladder, uint64_t seed, uint64_t n_pairs,
                                 size_t n_threads, struct mln_pattern_counts *out,
                                 struct mln_err *err) {
    *out = (struct mln_pattern_counts){0};
    MLN_TRY(mln_ladder_ready(ladder, err));
    const bool dedupe = kind == MLN_LINK_DEDUPE;
    const uint64_t n_left = records->n_left;
    const uint64_t all =
        dedupe ? (n_left == 0 ? 0 : n_left * (n_left - 1) / 2) : n_left * records->n_right;
    struct draw draw = {.records = records,
                        .dedupe = dedupe,
                        .ladder = ladder,
                        .seed = seed,
                        .n_pairs = n_pairs,
                        .every_pair = all <= n_pairs};
    draw.share = draw.every_pair ? 256 : (uint64_t)1 << 16;
    const uint64_t n = draw.every_pair ? (all == 0 ? 0 : n_left) : n_pairs;
    MLN_TRY(mln_tally_new(ladder->n_patterns, &draw.sum, err));
    pthread_mutex_init(&draw.lock, NULL);
    enum mln_status status =
        mln_parallel(n_threads, (size_t)((n + draw.share - 1) / draw.share), draw_task, &draw, err);
    pthread_mutex_destroy(&draw.lock);
    if (status == MLN_OK) {
        status = mln_tally_counts(draw.sum, out, err);
    }
    mln_tally_free(draw.sum);
    return status;
}
