/* Streaming: tasks → tiles of records → rows.
 *
 * Blocks that fit are loaded many at a time into one tile, left and right together; a larger block
 * goes through two tiles, its candidates in the outer loop. */
#include "link/pairs/run.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/thread.h"
#include "link/pairs/late.h"

/* ── one thread ── */

struct worker {
    struct worker *next; /* in the pool */
    struct worker *next_made;
    struct mln_row_work row;
    struct mln_tile tiles[2];
    uint32_t *pattern;
    uint8_t *drop;
    uint32_t *kept_row, *kept_pattern; /* of a row with pairs left out */
    uint64_t *new_pairs;               /* per rule */
    struct mln_late late;              /* rows whose conditions are still open */
    void *own;
    bool has_own;
};

struct run {
    const struct mln_blocks *blocks;
    const struct mln_ladder *ladder;
    const struct mln_pairs_options *options;
    const struct mln_pairs_sink *sink;
    size_t first_task;
    bool all_rules;
    uint64_t total;
    pthread_mutex_t lock; /* guards what follows */
    struct worker *pool, *made;
    uint64_t done;
};

static void worker_free(const struct run *run, struct worker *w) {
    if (w->has_own && run->sink->own_end != NULL) {
        run->sink->own_end(run->sink->ctx, w->own);
    }
    mln_row_work_release(&w->row);
    mln_tile_release(&w->tiles[0]);
    mln_tile_release(&w->tiles[1]);
    free(w->pattern);
    free(w->drop);
    free(w->kept_row);
    free(w->kept_pattern);
    free(w->new_pairs);
    mln_late_release(&w->late);
    free(w);
}

static enum mln_status worker_fill(const struct run *run, struct worker *w, struct mln_err *err) {
    const size_t n_rules = run->blocks->n_rules;
    MLN_TRY(mln_row_work_init(&w->row, run->ladder, false, err));
    MLN_TRY(mln_late_init(&w->late, run->ladder, err));
    MLN_TRY(mln_tile_init(&w->tiles[0], &run->ladder->layout, n_rules, err));
    MLN_TRY(mln_tile_init(&w->tiles[1], &run->ladder->layout, n_rules, err));
    w->pattern = calloc(MLN_TILE_CAP, sizeof *w->pattern);
    w->drop = calloc(MLN_TILE_CAP, sizeof *w->drop);
    w->kept_row = calloc(MLN_TILE_CAP, sizeof *w->kept_row);
    w->kept_pattern = calloc(MLN_TILE_CAP, sizeof *w->kept_pattern);
    w->new_pairs = calloc(n_rules + 1, sizeof *w->new_pairs);
    if (w->pattern == NULL || w->drop == NULL || w->kept_row == NULL || w->kept_pattern == NULL ||
        w->new_pairs == NULL) {
        return mln_err_nomem(err, "the stream of pairs");
    }
    if (run->sink->own_new != NULL) {
        MLN_TRY(run->sink->own_new(run->sink->ctx, &w->own, err));
        w->has_own = true;
    }
    return MLN_OK;
}

/* A worker nobody uses; no more are made than threads run. */
static enum mln_status worker_take(struct run *run, struct worker **out, struct mln_err *err) {
    pthread_mutex_lock(&run->lock);
    struct worker *w = run->pool;
    if (w != NULL) {
        run->pool = w->next;
    }
    pthread_mutex_unlock(&run->lock);
    if (w == NULL) {
        w = calloc(1, sizeof *w);
        if (w == NULL) {
            return mln_err_nomem(err, "the stream of pairs");
        }
        const enum mln_status status = worker_fill(run, w, err);
        pthread_mutex_lock(&run->lock);
        w->next_made = run->made;
        run->made = w;
        pthread_mutex_unlock(&run->lock);
        MLN_TRY(status);
    }
    *out = w;
    return MLN_OK;
}

static void worker_give_back(struct run *run, struct worker *w, uint64_t pairs) {
    pthread_mutex_lock(&run->lock);
    w->next = run->pool;
    run->pool = w;
    run->done += pairs;
    if (run->options->progress != NULL) {
        run->options->progress(run->options->progress_ctx, run->done, run->total);
    }
    pthread_mutex_unlock(&run->lock);
}

/* ── one row ── */

struct place {
    const struct run *run;
    struct worker *w;
    size_t task, rule;
    uint32_t known;
    const struct mln_tile *left, *right;
    const uint32_t *elements; /* of the block of a rule with lists */
    struct mln_err *err;
};

/* Pairs that earlier rules made. */
static void drop_earlier(const struct place *p, size_t i, size_t from, size_t n) {
    const struct mln_blocks *b = p->run->blocks;
    uint8_t *drop = p->w->drop;
    for (size_t r = 0; p->run->all_rules && r < p->rule; r++) {
        const struct mln_rule_blocks *rule = &b->rules[r];
        const uint32_t key = mln_tile_keys(p->left, r)[i];
        const uint32_t *keys = mln_tile_keys(p->right, r) + from;
        if (key == MLN_KEY_NONE) {
            continue;
        }
        if (rule->kind == MLN_RULE_WINDOW) {
            p->w->row.kernels->drop_window(drop, keys, n, key, rule->window);
        } else if (rule->n_lists == 0) {
            p->w->row.kernels->drop_equal(drop, keys, n, key);
        } else {
            for (size_t j = 0; j < n; j++) {
                drop[j] = drop[j] != 0 ||
                          (keys[j] == key &&
                           mln_rule_makes(b, r, p->left->row[i], p->right->row[from + j]));
            }
        }
    }
}

/* A pair with several elements in common belongs to the block of the least. */
static void drop_later_elements(const struct place *p, size_t i, size_t from, size_t n) {
    const struct mln_rule_blocks *rule = &p->run->blocks->rules[p->rule];
    for (size_t k = 0; k < rule->n_lists; k++) {
        for (size_t j = 0; j < n; j++) {
            uint32_t first = 0;
            const bool some =
                mln_list_common(rule->list[k], p->left->row[i], p->right->row[from + j], &first);
            p->w->drop[j] |= !some || first != p->elements[k];
        }
    }
}

/* In a neighbourhood both records are candidates of each other: the lesser row makes the pair. */
static void drop_lesser(const struct place *p, size_t i, size_t from, size_t n) {
    for (size_t j = 0; j < n; j++) {
        p->w->drop[j] |= p->right->row[from + j] <= p->left->row[i];
    }
}

static size_t mark_dropped(const struct place *p, size_t i, size_t from, size_t n) {
    const struct mln_rule_blocks *rule = &p->run->blocks->rules[p->rule];
    const bool window = rule->kind == MLN_RULE_WINDOW && p->run->blocks->dedupe;
    const bool earlier = p->run->all_rules && p->rule > 0;
    if (!window && !earlier && rule->n_lists == 0) {
        return 0;
    }
    memset(p->w->drop, 0, n);
    drop_earlier(p, i, from, n);
    drop_later_elements(p, i, from, n);
    if (window) {
        drop_lesser(p, i, from, n);
    }
    size_t dropped = 0;
    for (size_t j = 0; j < n; j++) {
        dropped += p->w->drop[j];
    }
    return dropped;
}

/* The candidates that are left, in w->kept_row and w->kept_pattern; how many. Where most are gone
 * only runs of those left are compared. */
static enum mln_status compare_rest(const struct place *p, size_t i, size_t from, size_t n,
                                    size_t dropped, size_t *kept) {
    struct worker *w = p->w;
    const bool few = dropped > n / 2;
    *kept = 0;
    if (!few) {
        MLN_TRY(
            mln_row_patterns(&w->row, p->left, i, p->right, from, n, p->known, w->pattern, p->err));
    }
    for (size_t j = 0; j < n;) {
        size_t end = j;
        while (end < n && w->drop[end] == 0) {
            w->kept_row[*kept + (end - j)] = p->right->row[from + end];
            w->kept_pattern[*kept + (end - j)] = w->pattern[end];
            end++;
        }
        if (few && end > j) {
            MLN_TRY(mln_row_patterns(&w->row, p->left, i, p->right, from + j, end - j, p->known,
                                     w->kept_pattern + *kept, p->err));
        }
        *kept += end - j;
        j = end + 1;
    }
    return MLN_OK;
}

static enum mln_status flush_late(const struct place *p) {
    return mln_late_flush(&p->w->late, p->run->sink, p->w->own, p->task, p->err);
}

static enum mln_status give_row(const struct place *p, size_t i, size_t from, size_t n) {
    struct worker *w = p->w;
    const size_t dropped = n == 0 ? 0 : mark_dropped(p, i, from, n);
    if (dropped == n) {
        return MLN_OK;
    }
    struct mln_pair_row row = {p->left->row[i], p->right->row + from, w->pattern, n, p->rule};
    if (p->run->sink->ahead != NULL) {
        p->run->sink->ahead(p->run->sink->ctx, row.left);
    }
    if (dropped == 0) {
        MLN_TRY(
            mln_row_patterns(&w->row, p->left, i, p->right, from, n, p->known, w->pattern, p->err));
    } else {
        MLN_TRY(compare_rest(p, i, from, n, dropped, &row.n));
        row.right = w->kept_row;
        row.pattern = w->kept_pattern;
    }
    w->new_pairs[p->rule] += row.n;
    if (p->run->ladder->n_conditions == 0) {
        return p->run->sink->row(p->run->sink->ctx, w->own, p->task, &row, p->err);
    }
    MLN_TRY(mln_late_add(&w->late, &row, p->err));
    return mln_late_is_full(&w->late) ? flush_late(p) : MLN_OK;
}

/* ── blocks ── */

static void load(const struct place *p, struct mln_tile *tile, const uint32_t *rows, size_t n) {
    mln_tile_load(tile, &p->run->ladder->layout, p->run->blocks, p->run->all_rules ? p->rule : 0,
                  rows, n);
}

/* A block inside one tile, from place `at`. */
static enum mln_status small_block(const struct place *p, const struct mln_block *block,
                                   size_t at) {
    for (size_t i = 0; i < block->n_left; i++) {
        if (p->run->blocks->dedupe) {
            MLN_TRY(give_row(p, at + i, at + i + 1, block->n_left - 1 - i));
        } else {
            MLN_TRY(give_row(p, at + i, at + block->n_left, block->n_right));
        }
    }
    return MLN_OK;
}

static enum mln_status big_block(struct place *p, const struct mln_block *block, size_t left_first,
                                 size_t left_last) {
    const bool dedupe = p->run->blocks->dedupe;
    const uint32_t *left = p->run->blocks->rules[p->rule].order + block->start;
    const uint32_t *right = dedupe ? left : left + block->n_left;
    const size_t n_right = dedupe ? block->n_left : block->n_right;
    p->left = &p->w->tiles[0];
    p->right = &p->w->tiles[1];
    for (size_t r = dedupe ? left_first + 1 : 0; r < n_right; r += MLN_TILE) {
        const size_t n = n_right - r < MLN_TILE ? n_right - r : MLN_TILE;
        load(p, &p->w->tiles[1], right + r, n);
        for (size_t l = left_first; l < left_last; l += MLN_TILE) {
            const size_t m = left_last - l < MLN_TILE ? left_last - l : MLN_TILE;
            MLN_TRY(mln_check_interrupt(p->err));
            load(p, &p->w->tiles[0], left + l, m);
            for (size_t i = 0; i < m; i++) {
                const size_t after = dedupe && l + i + 1 > r ? l + i + 1 - r : 0;
                MLN_TRY(give_row(p, i, after, after < n ? n - after : 0));
            }
        }
    }
    return MLN_OK;
}

static const uint32_t *elements_of(const struct mln_rule_blocks *rule, size_t k) {
    return rule->elements + k * rule->n_lists;
}

/* Blocks first … last - 1, as many at a time as a tile holds. */
static enum mln_status run_blocks(struct place *p, size_t first, size_t last) {
    const struct mln_rule_blocks *rule = &p->run->blocks->rules[p->rule];
    struct mln_tile *tile = &p->w->tiles[0];
    for (size_t k = first; k < last;) {
        const size_t start = rule->blocks[k].start;
        size_t end = k, n = 0;
        for (; end < last; end++) {
            const size_t size = (size_t)rule->blocks[end].n_left + rule->blocks[end].n_right;
            if (n + size > MLN_TILE) {
                break;
            }
            n += size;
        }
        MLN_TRY(mln_check_interrupt(p->err));
        if (end == k) {
            p->elements = elements_of(rule, k);
            MLN_TRY(big_block(p, &rule->blocks[k], 0, rule->blocks[k].n_left));
            k++;
            continue;
        }
        load(p, tile, rule->order + start, n);
        p->left = p->right = tile;
        for (; k < end; k++) {
            p->elements = elements_of(rule, k);
            MLN_TRY(small_block(p, &rule->blocks[k], rule->blocks[k].start - start));
        }
    }
    return MLN_OK;
}

/* ── neighbourhoods ── */

/* Left records in order against tiles of the candidates that they reach. */
static enum mln_status run_window(struct place *p, size_t left_first, size_t left_last) {
    const struct mln_rule_blocks *rule = &p->run->blocks->rules[p->rule];
    size_t from = 0, to = 0;
    p->left = &p->w->tiles[0];
    p->right = &p->w->tiles[1];
    for (size_t i = left_first; i < left_last;) {
        /* As many left records as reach no more candidates than a tile holds; at least one. */
        mln_window_range(rule, i, &from, &to);
        const size_t begin = from;
        size_t end = i + 1, from_last = from, to_last = to;
        while (end < left_last && end - i < MLN_TILE) {
            size_t f = from_last, t = to_last;
            mln_window_range(rule, end, &f, &t);
            if (t - begin > MLN_TILE) {
                break;
            }
            from_last = f;
            to_last = t;
            end++;
        }
        MLN_TRY(mln_check_interrupt(p->err));
        load(p, &p->w->tiles[0], rule->left + i, end - i);
        for (size_t tile = begin; tile < to_last; tile += MLN_TILE) {
            const size_t n = to_last - tile < MLN_TILE ? to_last - tile : MLN_TILE;
            size_t f = from, t = to;
            load(p, &p->w->tiles[1], rule->candidate + tile, n);
            for (size_t k = i; k < end; k++) {
                mln_window_range(rule, k, &f, &t);
                const size_t low = f > tile ? f : tile, high = t < tile + n ? t : tile + n;
                MLN_TRY(give_row(p, k - i, low - tile, low < high ? high - low : 0));
            }
        }
        i = end;
    }
    return MLN_OK;
}

/* ── tasks ── */

static enum mln_status run_task(void *ctx, size_t i, struct mln_err *err) {
    struct run *run = ctx;
    const struct mln_task *task = &run->blocks->tasks[run->first_task + i];
    struct worker *w = NULL;
    MLN_TRY(mln_check_interrupt(err));
    MLN_TRY(worker_take(run, &w, err));
    struct place p = {.run = run,
                      .w = w,
                      .task = i,
                      .rule = task->rule,
                      .err = err,
                      .known = mln_ladder_known(run->ladder, task->rule)};
    const struct mln_rule_blocks *rule = &run->blocks->rules[task->rule];
    enum mln_status status;
    if (rule->kind == MLN_RULE_WINDOW) {
        status = run_window(&p, task->left_first, task->left_last);
    } else if (task->left_first < task->left_last) {
        p.elements = elements_of(rule, task->first);
        status = big_block(&p, &rule->blocks[task->first], task->left_first, task->left_last);
    } else {
        status = run_blocks(&p, task->first, task->last);
    }
    if (status == MLN_OK && run->ladder->n_conditions > 0) {
        status = flush_late(&p); /* a task's rows are given before it ends */
    }
    worker_give_back(run, w, task->pairs);
    return status;
}

static void end_workers(struct run *run, uint64_t *new_pairs) {
    for (struct worker *w = run->made; w != NULL;) {
        struct worker *next = w->next_made;
        for (size_t r = 0; w->new_pairs != NULL && r < run->blocks->n_rules; r++) {
            new_pairs[r] += w->new_pairs[r];
        }
        worker_free(run, w);
        w = next;
    }
}

enum mln_status mln_pairs_each(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                               const struct mln_pairs_options *options,
                               const struct mln_pairs_sink *sink, struct mln_err *err) {
    MLN_TRY(mln_ladder_ready(ladder, err));
    struct run run = {.blocks = blocks,
                      .ladder = ladder,
                      .options = options,
                      .sink = sink,
                      .all_rules = options->only_rule == SIZE_MAX};
    if (!run.all_rules && options->only_rule >= blocks->n_rules) {
        return mln_err_set(err, MLN_BAD_INPUT, "there is no blocking rule %zu",
                           options->only_rule + 1);
    }
    const size_t first = run.all_rules ? 0 : options->only_rule;
    const size_t last = run.all_rules ? blocks->n_rules : options->only_rule + 1;
    run.first_task = blocks->rule_task[first];
    for (size_t r = first; r < last; r++) {
        run.total += blocks->rules[r].count.pairs;
    }
    const size_t n_tasks = blocks->rule_task[last] - run.first_task;
    uint64_t *new_pairs = calloc(blocks->n_rules + 1, sizeof *new_pairs);
    if (new_pairs == NULL) {
        return mln_err_nomem(err, "the stream of pairs");
    }
    enum mln_status status = sink->begin == NULL ? MLN_OK : sink->begin(sink->ctx, n_tasks, err);
    if (status == MLN_OK) {
        pthread_mutex_init(&run.lock, NULL);
        status = mln_parallel(options->n_threads, n_tasks, run_task, &run, err);
        end_workers(&run, new_pairs);
        pthread_mutex_destroy(&run.lock);
    }
    for (size_t r = 0; status == MLN_OK && run.all_rules && r < blocks->n_rules; r++) {
        atomic_store(&blocks->new_pairs[r], new_pairs[r]);
    }
    free(new_pairs);
    return status;
}

/* ── the public way ── */

static enum mln_status consumer_begin(void *ctx, size_t n_tasks, struct mln_err *err) {
    const struct mln_pairs_consumer *consumer = ctx;
    return consumer->begin == NULL ? MLN_OK : consumer->begin(consumer->ctx, n_tasks, err);
}

static enum mln_status consumer_row(void *ctx, void *own, size_t task,
                                    const struct mln_pair_row *row, struct mln_err *err) {
    const struct mln_pairs_consumer *consumer = ctx;
    (void)own;
    return consumer->row(consumer->ctx, task, row, err);
}

enum mln_status mln_pairs_run(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                              const struct mln_pairs_options *options,
                              const struct mln_pairs_consumer *consumer, struct mln_err *err) {
    struct mln_pairs_consumer copy = *consumer;
    const struct mln_pairs_sink sink = {.ctx = &copy, .begin = consumer_begin, .row = consumer_row};
    return mln_pairs_each(blocks, ladder, options, &sink, err);
}
