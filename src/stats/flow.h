/* The influence of one cluster carried over many steps at once. Internal to this room.
 *
 * Over steps a..b-1 a cluster whose weights at risk W do not change has
 *
 *     U ← U A + W B      its influence on the state probabilities
 *     V ← V + U G + W D  the integral of U over time (when areas are wanted)
 *
 * Runs of 32 steps (more where the tree would pass 128 MiB) are leaves of a tree whose nodes hold
 * the four matrices of aligned runs:
 *
 *     |   0..127    |            a carry over steps 20..300 takes single steps to 32, then the
 * nodes | 0..63|64..127|           32..63, 64..127, 128..255, 256..287, then single steps to 300
 *     |0|32|64|96|
 */
#ifndef MLN_STATS_FLOW_H
#define MLN_STATS_FLOW_H

#include "stats/steps.h"

struct mln_influence {
    double *u, *v, *w; /* n_states each; v NULL when areas are not wanted */
};

struct mln_flow {
    const struct mln_steps *steps;
    bool areas;
    size_t run; /* steps of a leaf, a power of 2 */
    size_t n_leaves, n_levels;
    double *nodes; /* level by level from the leaves; each 4 n_states², or 2 without areas */
    size_t level_start[64];
};

/* The forces of the steps' cells must be set. */
enum mln_status mln_flow_init(struct mln_flow *flow, const struct mln_steps *steps, bool areas,
                              struct mln_err *err) MLN_MUST_USE;
void mln_flow_release(struct mln_flow *flow);

/* Carries x over steps from..to-1: waits each gap, then moves. O(n_states² log + 2 runs' cells). */
void mln_flow_carry(const struct mln_flow *flow, size_t from, size_t to, struct mln_influence x);

#endif
