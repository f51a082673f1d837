#include "link/pairs/collect.h"

#include <stdlib.h>

static enum mln_status begin(void *ctx, size_t n_tasks, struct mln_err *err) {
    struct collected *c = ctx;
    c->n_tasks = n_tasks;
    c->tasks = calloc(n_tasks + 1, sizeof *c->tasks);
    return c->tasks == NULL ? mln_err_nomem(err, "the test") : MLN_OK;
}

static enum mln_status keep(void *ctx, size_t task, const struct mln_pair_row *row,
                            struct mln_err *err) {
    struct task_pairs *t = &((struct collected *)ctx)->tasks[task];
    if (t->n + row->n > t->cap) {
        const size_t cap = 2 * (t->n + row->n);
        struct seen *pairs = realloc(t->pairs, cap * sizeof *pairs);
        if (pairs == NULL) {
            return mln_err_nomem(err, "the test");
        }
        t->pairs = pairs;
        t->cap = cap;
    }
    for (size_t j = 0; j < row->n; j++) {
        t->pairs[t->n++] = (struct seen){row->left, row->right[j], row->pattern[j], row->rule};
    }
    return MLN_OK;
}

static int by_rows(const void *a, const void *b) {
    const struct seen *x = a, *y = b;
    if (x->left != y->left) {
        return (x->left > y->left) - (x->left < y->left);
    }
    return (x->right > y->right) - (x->right < y->right);
}

enum mln_status collect(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                        size_t n_threads, size_t only_rule, struct collected *out,
                        struct mln_err *err) {
    *out = (struct collected){0};
    const struct mln_pairs_options options = {.n_threads = n_threads, .only_rule = only_rule};
    const struct mln_pairs_consumer consumer = {out, begin, keep};
    const enum mln_status status = mln_pairs_run(blocks, ladder, &options, &consumer, err);
    if (status != MLN_OK) {
        return status;
    }
    for (size_t t = 0; t < out->n_tasks; t++) {
        out->n += out->tasks[t].n;
    }
    out->all = malloc((out->n + 1) * sizeof *out->all);
    if (out->all == NULL) {
        return mln_err_nomem(err, "the test");
    }
    size_t n = 0;
    for (size_t t = 0; t < out->n_tasks; t++) {
        for (size_t i = 0; i < out->tasks[t].n; i++) {
            out->all[n++] = out->tasks[t].pairs[i];
        }
    }
    qsort(out->all, n, sizeof *out->all, by_rows);
    return MLN_OK;
}

void collected_release(struct collected *c) {
    for (size_t t = 0; c->tasks != NULL && t < c->n_tasks; t++) {
        free(c->tasks[t].pairs);
    }
    free(c->tasks);
    free(c->all);
    *c = (struct collected){0};
}

static bool same(const struct seen *a, const struct seen *b) {
    return a->left == b->left && a->right == b->right && a->pattern == b->pattern &&
           a->rule == b->rule;
}

bool collected_same(const struct collected *a, const struct collected *b) {
    if (a->n_tasks != b->n_tasks || a->n != b->n) {
        return false;
    }
    for (size_t t = 0; t < a->n_tasks; t++) {
        if (a->tasks[t].n != b->tasks[t].n) {
            return false;
        }
        for (size_t i = 0; i < a->tasks[t].n; i++) {
            if (!same(&a->tasks[t].pairs[i], &b->tasks[t].pairs[i])) {
                return false;
            }
        }
    }
    return true;
}
