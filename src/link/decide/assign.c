#include "link/decide/assign.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "link/decide/flow.h"
#include "link/decide/graph.h"

/* ── bounds on one side only: the best of each record ── */

static int by_row_gain(const void *a, const void *b) {
    const struct graph_edge *x = a;
    const struct graph_edge *y = b;
    if (x->row != y->row) {
        return x->row < y->row ? -1 : 1;
    }
    if (x->gain != y->gain) {
        return x->gain > y->gain ? -1 : 1;
    }
    return (x->col > y->col) - (x->col < y->col);
}

/* Keeps the `most` best edges of each row. */
static void keep_best_of_rows(struct graph *graph, uint32_t most, bool *kept) {
    qsort(graph->edges, graph->n_edges, sizeof *graph->edges, by_row_gain);
    uint32_t n = 0;
    for (uint32_t e = 0; e < graph->n_edges; e++) {
        n = e > 0 && graph->edges[e].row == graph->edges[e - 1].row ? n + 1 : 0;
        kept[graph->edges[e].given] = n < most;
    }
}

/* Rows and columns are records again; columns become rows when `swap`. */
static void records_again(struct graph *graph, const struct mln_edges *edges, bool swap) {
    for (uint32_t e = 0; e < graph->n_edges; e++) {
        const uint32_t given = graph->edges[e].given;
        graph->edges[e].row = swap ? edges->right[given] : edges->left[given];
        graph->edges[e].col = swap ? edges->left[given] : edges->right[given];
    }
}

/* ── bounds on both sides: a flow per component ── */

struct job {
    const struct graph *graph;
    const struct mln_assign_options *options;
    uint32_t n_tasks;
    bool *used; /* n_edges of the graph */
};

/* First component of a task: tasks hold about the same number of edges. */
static uint32_t task_start(const struct job *job, size_t task) {
    const uint64_t from = (uint64_t)job->graph->n_edges * task / job->n_tasks;
    uint32_t lo = 0;
    uint32_t hi = job->graph->n_parts;
    while (lo < hi) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (job->graph->parts[mid].first < from) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static enum mln_status solve_task(void *ctx, size_t task, struct mln_err *err) {
    const struct job *job = ctx;
    const uint32_t first = task_start(job, task);
    const uint32_t end = task + 1 == job->n_tasks ? job->graph->n_parts : task_start(job, task + 1);
    uint32_t rows = 0;
    uint32_t cols = 0;
    uint32_t edges = 0;
    for (uint32_t i = first; i < end; i++) {
        const struct graph_part *p = &job->graph->parts[i];
        rows = p->n_rows > rows ? p->n_rows : rows;
        cols = p->n_cols > cols ? p->n_cols : cols;
        edges = p->end - p->first > edges ? p->end - p->first : edges;
    }
    struct flow *flow;
    MLN_TRY(flow_new(rows, cols, edges, &flow, err));
    enum mln_status status = MLN_OK;
    for (uint32_t i = first; i < end && status == MLN_OK; i++) {
        const struct graph_part *p = &job->graph->parts[i];
        status = mln_check_interrupt(err);
        flow_solve(flow, job->graph->edges, p, job->options->left_max, job->options->right_max,
                   job->used + p->first);
    }
    flow_free(flow);
    return status;
}

static enum mln_status solve(struct graph *graph, const struct mln_assign_options *options,
                             bool *kept, struct mln_err *err) {
    struct job job = {graph, options, 0, NULL};
    job.n_tasks = graph->n_edges / 4096 + 1;
    job.n_tasks = job.n_tasks > 64 ? 64 : job.n_tasks;
    job.used = malloc((size_t)graph->n_edges + 1);
    if (job.used == NULL) {
        return mln_err_nomem(err, "the assignment of links");
    }
    const enum mln_status status =
        mln_parallel(options->n_threads, job.n_tasks, solve_task, &job, err);
    for (uint32_t e = 0; e < graph->n_edges && status == MLN_OK; e++) {
        kept[graph->edges[e].given] = job.used[e];
    }
    free(job.used);
    return status;
}

/* ── the decision ── */

static enum mln_status decide(struct graph *graph, const struct mln_edges *edges,
                              const struct mln_assign_options *options, bool *kept,
                              struct mln_err *err) {
    if (options->left_max > 0 && options->right_max > 0) {
        return solve(graph, options, kept, err);
    }
    records_again(graph, edges, options->right_max > 0);
    const uint32_t most = options->left_max > 0 ? options->left_max : options->right_max;
    if (most > 0) {
        keep_best_of_rows(graph, most, kept);
    }
    for (uint32_t e = 0; e < graph->n_edges && most == 0; e++) {
        kept[graph->edges[e].given] = true;
    }
    return MLN_OK;
}

/* The links that may be kept, in the order of (left, right). */
static uint32_t *order_of(const struct graph *graph) {
    uint32_t *order = malloc(((size_t)graph->n_edges + 1) * sizeof *order);
    for (uint32_t e = 0; order != NULL && e < graph->n_edges; e++) {
        order[e] = graph->edges[e].given;
    }
    return order;
}

static void sum_up(const struct graph *graph, const uint32_t *order, const struct mln_edges *edges,
                   const bool *kept, struct mln_assign_result *result) {
    double rest = 0; /* what rounding took off the total (Kahan) */
    for (uint32_t e = 0; e < graph->n_edges; e++) {
        if (kept[order[e]]) {
            const double x = edges->gain[order[e]] - rest;
            const double t = result->total + x;
            rest = (t - result->total) - x;
            result->total = t;
            result->n_kept++;
        }
    }
    result->n_components = graph->n_parts;
    for (uint32_t p = 0; p < graph->n_parts; p++) {
        const size_t n = graph->parts[p].end - graph->parts[p].first;
        result->largest_component = n > result->largest_component ? n : result->largest_component;
    }
}

enum mln_status mln_assign(const struct mln_edges *edges, const struct mln_assign_options *options,
                           bool *kept, struct mln_assign_result *result, struct mln_err *err) {
    *result = (struct mln_assign_result){0};
    if (edges->n > 0) {
        memset(kept, 0, edges->n * sizeof *kept);
    }
    struct graph graph;
    MLN_TRY(graph_init(&graph, edges, options->n_left, options->n_right, err));
    enum mln_status status = MLN_OK;
    uint32_t *order = order_of(&graph);
    if (order == NULL) {
        status = mln_err_nomem(err, "the links to decide on");
        goto done;
    }
    MLN_TRY_GOTO(status, graph_cut(&graph, options->n_left, options->n_right, err), done);
    MLN_TRY_GOTO(status, decide(&graph, edges, options, kept, err), done);
    sum_up(&graph, order, edges, kept, result);
done:
    free(order);
    graph_release(&graph);
    return status;
}

enum mln_status mln_assign_best(const struct mln_edges *edges, uint32_t n_left, bool *kept,
                                struct mln_err *err) {
    if (edges->n > 0) {
        memset(kept, 0, edges->n * sizeof *kept);
    }
    MLN_TRY(graph_check(edges, n_left, UINT32_MAX, err));
    uint32_t *best = malloc(((size_t)n_left + 1) * sizeof *best);
    if (best == NULL) {
        return mln_err_nomem(err, "the best links");
    }
    memset(best, 0xFF, (size_t)n_left * sizeof *best);
    for (uint32_t e = 0; e < edges->n; e++) {
        const uint32_t now = best[edges->left[e]];
        const int64_t gain = graph_gain(edges->gain[e]);
        const int64_t former = now == UINT32_MAX ? 0 : graph_gain(edges->gain[now]);
        if (gain > former ||
            (now != UINT32_MAX && gain == former && edges->right[e] < edges->right[now])) {
            best[edges->left[e]] = e;
        }
    }
    for (uint32_t i = 0; i < n_left; i++) {
        if (best[i] != UINT32_MAX) {
            kept[best[i]] = true;
        }
    }
    free(best);
    return MLN_OK;
}
