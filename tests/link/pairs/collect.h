/* A consumer that keeps every pair, task by task. */
#ifndef MLN_TESTS_PAIRS_COLLECT_H
#define MLN_TESTS_PAIRS_COLLECT_H

#include "link/pairs/pairs.h"

struct seen {
    uint32_t left, right, pattern;
    size_t rule;
};

struct collected {
    size_t n_tasks;
    struct task_pairs {
        struct seen *pairs;
        size_t n, cap;
    } * tasks;
    struct seen *all; /* after collect(): sorted by left, right */
    size_t n;
};

/* Runs and keeps; the status of the run. */
enum mln_status collect(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                        size_t n_threads, size_t only_rule, struct collected *out,
                        struct mln_err *err);
void collected_release(struct collected *c);

/* The same pairs with the same patterns in the same order in each task. */
bool collected_same(const struct collected *a, const struct collected *b);

#endif
