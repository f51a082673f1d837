/* Cutting the pairs of all rules into tasks of about equal numbers of pairs. Depends on the data
 * only. */
#include <stdlib.h>

#include "link/pairs/blocks.h"

enum { TASKS_WANTED = 256 };
static const uint64_t least_pairs = (uint64_t)1 << 14, most_pairs = (uint64_t)1 << 20;

struct cutter {
    struct mln_blocks *blocks;
    uint64_t target;
    size_t n, cap;
};

static enum mln_status add(struct cutter *c, struct mln_task task, struct mln_err *err) {
    if (task.pairs == 0) {
        return MLN_OK;
    }
    if (c->n == c->cap) {
        const size_t cap = 2 * c->cap + 64;
        struct mln_task *tasks = realloc(c->blocks->tasks, cap * sizeof *tasks);
        if (tasks == NULL) {
            return mln_err_nomem(err, "the tasks of a run");
        }
        c->blocks->tasks = tasks;
        c->cap = cap;
    }
    c->blocks->tasks[c->n++] = task;
    return MLN_OK;
}

/* A block larger than a task: its left records in runs. */
static enum mln_status cut_block(struct cutter *c, size_t rule, size_t k, struct mln_err *err) {
    const struct mln_block *block = &c->blocks->rules[rule].blocks[k];
    struct mln_task task = {rule, k, k + 1, 0, 0, 0};
    for (size_t i = 0; i < block->n_left; i++) {
        task.pairs += c->blocks->dedupe ? block->n_left - 1 - i : block->n_right;
        task.left_last = i + 1;
        if (task.pairs >= c->target || task.left_last == block->n_left) {
            MLN_TRY(add(c, task, err));
            task = (struct mln_task){rule, k, k + 1, i + 1, i + 1, 0};
        }
    }
    return MLN_OK;
}

static enum mln_status cut_equal(struct cutter *c, size_t rule, struct mln_err *err) {
    const struct mln_rule_blocks *r = &c->blocks->rules[rule];
    struct mln_task task = {rule, 0, 0, 0, 0, 0};
    for (size_t k = 0; k < r->n_blocks; k++) {
        const uint64_t pairs = mln_block_pairs(&r->blocks[k], c->blocks->dedupe);
        if (pairs > 2 * c->target) {
            MLN_TRY(add(c, task, err));
            MLN_TRY(cut_block(c, rule, k, err));
            task = (struct mln_task){rule, k + 1, k + 1, 0, 0, 0};
            continue;
        }
        task.last = k + 1;
        task.pairs += pairs;
        if (task.pairs >= c->target) {
            MLN_TRY(add(c, task, err));
            task = (struct mln_task){rule, k + 1, k + 1, 0, 0, 0};
        }
    }
    return add(c, task, err);
}

static enum mln_status cut_window(struct cutter *c, size_t rule, struct mln_err *err) {
    const struct mln_rule_blocks *r = &c->blocks->rules[rule];
    struct mln_task task = {rule, 0, 0, 0, 0, 0};
    size_t from = 0, to = 0;
    for (size_t i = 0; i < r->n_left_order; i++) {
        mln_window_range(r, i, &from, &to);
        task.pairs += mln_window_pairs(c->blocks, r, i, from, to);
        task.left_last = i + 1;
        if (task.pairs >= c->target) {
            MLN_TRY(add(c, task, err));
            task = (struct mln_task){rule, 0, 0, i + 1, i + 1, 0};
        }
    }
    return add(c, task, err);
}

enum mln_status mln_tasks_cut(struct mln_blocks *blocks, struct mln_err *err) {
    struct cutter c = {blocks, blocks->total / TASKS_WANTED, 0, 0};
    c.target = c.target < least_pairs ? least_pairs : c.target > most_pairs ? most_pairs : c.target;
    for (size_t r = 0; r < blocks->n_rules; r++) {
        blocks->rule_task[r] = c.n;
        MLN_TRY(blocks->rules[r].kind == MLN_RULE_WINDOW ? cut_window(&c, r, err)
                                                         : cut_equal(&c, r, err));
    }
    blocks->rule_task[blocks->n_rules] = c.n;
    blocks->n_tasks = c.n;
    return MLN_OK;
}
