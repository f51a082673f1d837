/* Optimal assignment with bounds inside one component, by shortest augmenting paths. Internal to
 * link/decide.
 *
 * Duals p of rows and q of columns, all ≥ 0, keep for every edge
 *   p + q ≥ gain where it is not used,  p + q ≤ gain where it is,
 * a column with room left has q = 0, and a row that dropped a unit has p = 0: complementary
 * slackness, so what is used is optimal at every moment for the units put in so far. A unit of a
 * row is put in by the shortest path, in reduced costs, to a column with room or to a row (itself
 * too) that drops one. */
#ifndef MLN_LINK_DECIDE_FLOW_H
#define MLN_LINK_DECIDE_FLOW_H

#include "link/decide/graph.h"

struct flow; /* workspace: one a task */

/* Room for components of up to these sizes. */
enum mln_status flow_new(uint32_t n_rows, uint32_t n_cols, uint32_t n_edges, struct flow **out,
                         struct mln_err *err) MLN_MUST_USE;
void flow_free(struct flow *flow);

/* used[e - part->first] for the edges of the part; bounds ≥ 1. Each augmentation is a search over
 * the part of the component it must look at: O(units × edges log nodes) at worst, near O(edges)
 * when few compete. */
void flow_solve(struct flow *flow, const struct graph_edge *edges, const struct graph_part *part,
                uint32_t left_max, uint32_t right_max, bool *used);

#endif
