#include "stats/flow.h"

#include <stdlib.h>

enum { SHORTEST_RUN = 32, MOST_NUMBERS = 1 << 24 }; /* of the tree: 128 MiB */

static void one_step(const struct mln_steps *s, size_t i, struct mln_influence x) {
    double moved[MLN_MAX_STATES];
    if (x.v != NULL) {
        for (size_t k = 0; k < s->n_states; k++) {
            x.v[k] += s->gap[i] * x.u[k];
        }
    }
    mln_steps_move(s, i, x.u, moved);
    mln_steps_drift(s, i, x.w, moved);
    for (size_t k = 0; k < s->n_states; k++) {
        x.u[k] = moved[k];
    }
}

/* ── nodes: A, B, then G, D ── */

static double *node_at(const struct mln_flow *flow, size_t level, size_t place) {
    const size_t s = flow->steps->n_states;
    return flow->nodes + (flow->level_start[level] + place) * (flow->areas ? 4 : 2) * s * s;
}

/* Row h of A and G is what becomes of U = e_h, row h of B and D of W = e_h. */
static void make_leaf(const struct mln_flow *flow, size_t place) {
    const size_t s = flow->steps->n_states;
    double *node = node_at(flow, 0, place);
    for (size_t row = 0; row < 2 * s; row++) {
        double w[MLN_MAX_STATES] = {0.0};
        struct mln_influence x = {node + row * s, flow->areas ? node + 2 * s * s + row * s : NULL,
                                  w};
        for (size_t k = 0; k < s; k++) {
            x.u[k] = 0.0;
            if (flow->areas) {
                x.v[k] = 0.0;
            }
        }
        *(row < s ? &x.u[row] : &w[row - s]) = 1.0;
        for (size_t i = place * flow->run; i < (place + 1) * flow->run; i++) {
            one_step(flow->steps, i, x);
        }
    }
}

/* y += x M, all rows of n. */
static void add_row_times(const double *x, const double *m, size_t n, double *y) {
    for (size_t h = 0; h < n; h++) {
        if (x[h] != 0.0) {
            for (size_t k = 0; k < n; k++) {
                y[k] += x[h] * m[h * n + k];
            }
        }
    }
}

static void apply(const struct mln_flow *flow, const double *node, struct mln_influence x) {
    const size_t s = flow->steps->n_states;
    double u[MLN_MAX_STATES] = {0.0};
    add_row_times(x.u, node, s, u);
    add_row_times(x.w, node + s * s, s, u);
    if (x.v != NULL) {
        add_row_times(x.u, node + 2 * s * s, s, x.v);
        add_row_times(x.w, node + 3 * s * s, s, x.v);
    }
    for (size_t k = 0; k < s; k++) {
        x.u[k] = u[k];
    }
}

/* The rows of the first node carried over the second; W rows carry their weight along. */
static void join(const struct mln_flow *flow, const double *first, const double *second,
                 double *out) {
    const size_t s = flow->steps->n_states;
    for (size_t row = 0; row < 2 * s; row++) {
        double w[MLN_MAX_STATES] = {0.0};
        struct mln_influence x = {out + row * s, flow->areas ? out + 2 * s * s + row * s : NULL, w};
        for (size_t k = 0; k < s; k++) {
            x.u[k] = first[row * s + k];
            if (flow->areas) {
                x.v[k] = first[2 * s * s + row * s + k];
            }
        }
        if (row >= s) {
            w[row - s] = 1.0;
        }
        apply(flow, second, x);
    }
}

enum mln_status mln_flow_init(struct mln_flow *flow, const struct mln_steps *steps, bool areas,
                              struct mln_err *err) {
    const size_t size = (areas ? 4 : 2) * steps->n_states * steps->n_states;
    *flow = (struct mln_flow){.steps = steps, .areas = areas, .run = SHORTEST_RUN};
    while (steps->n_times / flow->run * 2 * size > MOST_NUMBERS) {
        flow->run *= 2;
    }
    flow->n_leaves = steps->n_times / flow->run;
    size_t total = 0;
    for (size_t n = flow->n_leaves; n > 0; n /= 2) {
        flow->level_start[flow->n_levels++] = total;
        total += n;
    }
    flow->nodes = malloc((total * size + 1) * sizeof *flow->nodes);
    if (flow->nodes == NULL) {
        return mln_err_nomem(err, "the influence of histories");
    }
    for (size_t place = 0; place < flow->n_leaves; place++) {
        make_leaf(flow, place);
    }
    for (size_t level = 1; level < flow->n_levels; level++) {
        for (size_t place = 0; place < flow->n_leaves >> level; place++) {
            join(flow, node_at(flow, level - 1, 2 * place), node_at(flow, level - 1, 2 * place + 1),
                 node_at(flow, level, place));
        }
    }
    return MLN_OK;
}

void mln_flow_release(struct mln_flow *flow) {
    free(flow->nodes);
    *flow = (struct mln_flow){0};
}

void mln_flow_carry(const struct mln_flow *flow, size_t from, size_t to, struct mln_influence x) {
    const size_t run = flow->run;
    size_t at = from;
    for (; at < to && at % run != 0; at++) {
        one_step(flow->steps, at, x);
    }
    while (at + run <= to) {
        const size_t place = at / run;
        size_t level = 0;
        while (place % ((size_t)2 << level) == 0 && at + (run << (level + 1)) <= to) {
            level++;
        }
        apply(flow, node_at(flow, level, place >> level), x);
        at += run << level;
    }
    for (; at < to; at++) {
        one_step(flow->steps, at, x);
    }
}
