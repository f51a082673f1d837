#include "link/decide/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "link/decide/sets.h"

int64_t graph_gain(double gain) {
    return (int64_t)llround(ldexp(gain, 32));
}

enum mln_status graph_check(const struct mln_edges *edges, uint32_t n_left, uint32_t n_right,
                            struct mln_err *err) {
    if (edges->n >= UINT32_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "decision: %zu links to decide on; at most %u can be: raise keep_from",
                           edges->n, UINT32_MAX - 1);
    }
    for (size_t e = 0; e < edges->n; e++) {
        if (!(fabs(edges->gain[e]) <= GRAPH_GAIN_MAX)) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "decision: link %zu has a gain that is no number within ±2^24", e);
        }
        if (edges->left[e] >= n_left || edges->right[e] >= n_right) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "decision: link %zu is of a record that does not exist", e);
        }
    }
    return MLN_OK;
}

/* Stable counting sort of `from` into `to` by row or by column. `at` holds n_keys + 1 numbers. */
static void sort_by(const struct graph_edge *from, struct graph_edge *to, uint32_t n, bool by_row,
                    uint32_t *at, uint32_t n_keys) {
    memset(at, 0, ((size_t)n_keys + 1) * sizeof *at);
    for (uint32_t e = 0; e < n; e++) {
        at[(by_row ? from[e].row : from[e].col) + 1]++;
    }
    for (uint32_t k = 0; k < n_keys; k++) {
        at[k + 1] += at[k];
    }
    for (uint32_t e = 0; e < n; e++) {
        to[at[by_row ? from[e].row : from[e].col]++] = from[e];
    }
}

static uint32_t take_edges(const struct mln_edges *edges, struct graph_edge *out) {
    uint32_t n = 0;
    for (size_t e = 0; e < edges->n; e++) {
        const int64_t gain = graph_gain(edges->gain[e]);
        if (gain > 0) {
            out[n++] = (struct graph_edge){gain, edges->left[e], edges->right[e], (uint32_t)e};
        }
    }
    return n;
}

static uint32_t merge_doubles(struct graph_edge *edges, uint32_t n) {
    uint32_t kept = 0;
    for (uint32_t e = 0; e < n; e++) {
        struct graph_edge *const last = kept > 0 ? &edges[kept - 1] : NULL;
        if (last == NULL || last->row != edges[e].row || last->col != edges[e].col) {
            edges[kept++] = edges[e];
        } else if (edges[e].gain > last->gain) {
            *last = edges[e];
        }
    }
    return kept;
}

enum mln_status graph_init(struct graph *graph, const struct mln_edges *edges, uint32_t n_left,
                           uint32_t n_right, struct mln_err *err) {
    *graph = (struct graph){0};
    MLN_TRY(graph_check(edges, n_left, n_right, err));
    const uint32_t n_keys = n_left > n_right ? n_left : n_right;
    struct graph_edge *scratch = malloc((edges->n + 1) * sizeof *scratch);
    uint32_t *at = malloc(((size_t)n_keys + 1) * sizeof *at);
    graph->edges = malloc((edges->n + 1) * sizeof *graph->edges);
    if (scratch == NULL || at == NULL || graph->edges == NULL) {
        free(scratch);
        free(at);
        graph_release(graph);
        return mln_err_nomem(err, "the links to decide on");
    }
    const uint32_t n = take_edges(edges, graph->edges);
    sort_by(graph->edges, scratch, n, false, at, n_right);
    sort_by(scratch, graph->edges, n, true, at, n_left);
    graph->n_edges = merge_doubles(graph->edges, n);
    free(scratch);
    free(at);
    return MLN_OK;
}

void graph_release(struct graph *graph) {
    free(graph->edges);
    free(graph->parts);
    *graph = (struct graph){0};
}

/* ── components ── */

struct cut {
    uint32_t *parent;  /* of left records, then right ones */
    uint32_t *part_of; /* of a left record at the root of its set */
    uint32_t *col_no;  /* of a right record in its part; UINT32_MAX: not met */
    struct graph_edge *sorted;
};

static bool cut_alloc(struct cut *cut, const struct graph *graph, uint32_t n_left,
                      uint32_t n_right) {
    cut->parent = malloc(((size_t)n_left + n_right + 1) * sizeof *cut->parent);
    cut->part_of = malloc(((size_t)n_left + 1) * sizeof *cut->part_of);
    cut->col_no = malloc(((size_t)n_right + 1) * sizeof *cut->col_no);
    cut->sorted = malloc(((size_t)graph->n_edges + 1) * sizeof *cut->sorted);
    return cut->parent != NULL && cut->part_of != NULL && cut->col_no != NULL &&
           cut->sorted != NULL;
}

static void cut_free(struct cut *cut) {
    free(cut->parent);
    free(cut->part_of);
    free(cut->col_no);
    free(cut->sorted);
}

/* Numbers parts in the order of their lowest left record; a set's root is its lowest member, and a
 * left one since left records come first. */
static uint32_t number_parts(const struct graph *graph, struct cut *cut, uint32_t n_left) {
    for (uint32_t e = 0; e < graph->n_edges; e++) {
        sets_join(cut->parent, graph->edges[e].row, n_left + graph->edges[e].col);
    }
    uint32_t n_parts = 0;
    for (uint32_t e = 0; e < graph->n_edges; e++) {
        const uint32_t root = sets_find(cut->parent, graph->edges[e].row);
        if (root == graph->edges[e].row && cut->part_of[root] == UINT32_MAX) {
            cut->part_of[root] = n_parts++;
        }
    }
    return n_parts;
}

/* Counts edges a part, lays parts one after the other, and moves each edge to its part. */
static void fill_parts(struct graph *graph, struct cut *cut) {
    for (uint32_t e = 0; e < graph->n_edges; e++) {
        graph->parts[cut->part_of[sets_find(cut->parent, graph->edges[e].row)]].end++;
    }
    uint32_t first = 0;
    for (uint32_t p = 0; p < graph->n_parts; p++) {
        const uint32_t n = graph->parts[p].end;
        graph->parts[p].first = graph->parts[p].end = first;
        first += n;
    }
    uint32_t last_row = UINT32_MAX;
    for (uint32_t e = 0; e < graph->n_edges; e++) {
        struct graph_edge edge = graph->edges[e];
        struct graph_part *const part =
            &graph->parts[cut->part_of[sets_find(cut->parent, edge.row)]];
        part->n_rows += edge.row != last_row;
        last_row = edge.row;
        if (cut->col_no[edge.col] == UINT32_MAX) {
            cut->col_no[edge.col] = part->n_cols++;
        }
        edge.col = cut->col_no[edge.col];
        cut->sorted[part->end++] = edge;
    }
    struct graph_edge *const unsorted = graph->edges;
    graph->edges = cut->sorted;
    cut->sorted = unsorted;
}

enum mln_status graph_cut(struct graph *graph, uint32_t n_left, uint32_t n_right,
                          struct mln_err *err) {
    if ((uint64_t)n_left + n_right >= UINT32_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT, "decision: more than 2^32 - 2 records");
    }
    struct cut cut = {0};
    enum mln_status status = MLN_OK;
    if (!cut_alloc(&cut, graph, n_left, n_right)) {
        status = mln_err_nomem(err, "the components of links");
        goto done;
    }
    sets_init(cut.parent, n_left + n_right);
    memset(cut.part_of, 0xFF, (size_t)n_left * sizeof *cut.part_of);
    memset(cut.col_no, 0xFF, (size_t)n_right * sizeof *cut.col_no);
    graph->n_parts = number_parts(graph, &cut, n_left);
    graph->parts = calloc((size_t)graph->n_parts + 1, sizeof *graph->parts);
    if (graph->parts == NULL) {
        status = mln_err_nomem(err, "the components of links");
        goto done;
    }
    fill_parts(graph, &cut);
done:
    cut_free(&cut);
    return status;
}
