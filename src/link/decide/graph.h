/* The edges of an assignment made ready: gains as integers, sorted, doubles merged, cut into
 * connected components. Internal to link/decide. */
#ifndef MLN_LINK_DECIDE_GRAPH_H
#define MLN_LINK_DECIDE_GRAPH_H

#include "link/decide/assign.h"

/* Gains are compared as integers of 2^-32; beyond 2^24 they would not add up in 63 bits. */
#define GRAPH_GAIN_MAX 16777216.0
int64_t graph_gain(double gain);

/* Finite gains within GRAPH_GAIN_MAX, ends below the numbers of records. */
enum mln_status graph_check(const struct mln_edges *edges, uint32_t n_left, uint32_t n_right,
                            struct mln_err *err) MLN_MUST_USE;

struct graph_edge {
    int64_t gain;   /* > 0 */
    uint32_t row;   /* left record */
    uint32_t col;   /* right record; once cut: its number in the component */
    uint32_t given; /* index in the caller's edges */
};

/* A component: edges [first, end) by (row, col); columns numbered 0… in order of appearance. */
struct graph_part {
    uint32_t first, end;
    uint32_t n_rows, n_cols;
};

struct graph {
    struct graph_edge *edges;
    uint32_t n_edges;
    struct graph_part *parts; /* by lowest left record */
    uint32_t n_parts;
};

/* Edges with gain > 0, by (left, right), each pair once with its better gain. The caller releases.
 */
enum mln_status graph_init(struct graph *graph, const struct mln_edges *edges, uint32_t n_left,
                           uint32_t n_right, struct mln_err *err) MLN_MUST_USE;

/* Cuts into components: edges are reordered by (component, left, right). */
enum mln_status graph_cut(struct graph *graph, uint32_t n_left, uint32_t n_right,
                          struct mln_err *err) MLN_MUST_USE;
void graph_release(struct graph *graph);

#endif
