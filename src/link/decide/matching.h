/* Marginals of one component of pairs under P(M) ∝ Π z over its matchings M. Internal to
 * link/decide. */
#ifndef MLN_LINK_DECIDE_MATCHING_H
#define MLN_LINK_DECIDE_MATCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The edges of each record of one side: those of record i at edge[start[i]] … edge[start[i + 1] -
 * 1]. */
struct matching_side {
    uint32_t n;
    uint32_t *start; /* n + 1 */
    uint32_t *edge;
    bool one; /* a record has at most one edge of a matching */
};

struct matching {
    struct matching_side side[2];
    uint32_t *end[2]; /* of an edge: its records */
    uint32_t n;       /* edges */
    double *z;        /* of an edge; 2^-400 … 2^400 */
};

/* Belief propagation from and into the messages of each edge, one from each of its ends: the
 * probability that the end has no other edge, the edge itself being taken away. True: the
 * probabilities of the edges moved by no more than `tolerance` in the last pass. (Messages may go
 * on drifting where equal rivals hold one another up: their product, which is what counts, does
 * not.) The odds of an edge are z × both messages. `room` and `probability` hold n. */
bool matching_propagate(const struct matching *m, double tolerance, double *message[2],
                        double *room, double *probability);

/* log2 odds of each edge by sums over the subsets of the lesser side. Both sides have at most one
 * edge a record. room: matching_exact_room(m) doubles. Cost: edges × 2^lesser side. */
size_t matching_exact_room(const struct matching *m);
void matching_exact(const struct matching *m, double *room, double *log2_odds);

#endif
