/* Records of one person: clusters from scored pairs.
 *
 * Components joins whatever a chain of links ties. Robust resists chaining: inside each component,
 * clusters are merged best first by the mean log-odds between them, a pair that no rule made counting
 * `absent_log2` (Bansal, Blum & Chawla 2004 name the aim; the greedy mean-link form is Hausdorf's and
 * others'), and only while that mean is above 0.
 *
 * A cluster is named by its lowest record; results do not depend on the order of edges or threads. */
#ifndef MLN_LINK_DECIDE_CLUSTER_H
#define MLN_LINK_DECIDE_CLUSTER_H

#include "link/decide/assign.h"

struct mln_cluster_options {
    uint32_t n_records;
    double absent_log2; /* log-odds of a pair inside a component that no rule made; ≤ 0 */
    size_t n_threads;
};

/* cluster[i] is the lowest record of i's cluster (n_records, the caller's); a record without an edge is
 * alone. Edges with gain ≤ 0 do not tie. O(n + edges). */
enum mln_status mln_cluster_components(const struct mln_edges *edges,
                                       const struct mln_cluster_options *options,
                                       uint32_t *cluster, struct mln_err *err) MLN_MUST_USE;

/* All edges speak here, also those with gain ≤ 0; a pair given twice counts with its better one; log-odds
 * beyond ±1024 count as that, and all are integers of 2^-20: the merges are exact. Ties: the clusters
 * with the lower records first. One thread: O(e log e) but for a record whose many neighbours all
 * keep growing; about 100 bytes an edge. MLN_BAD_INPUT when absent_log2 is above 0. */
enum mln_status mln_cluster_robust(const struct mln_edges *edges,
                                   const struct mln_cluster_options *options, uint32_t *cluster,
                                   struct mln_err *err) MLN_MUST_USE;

/* Stable names from one run to the next: given former (record → name) and new clusters, each new cluster
 * takes the name of the former cluster with which it shares most records (ties: the lowest name), a
 * name being given once; others get fresh names from *next_name on. The journal tells each change. */
enum mln_cluster_change { MLN_CLUSTER_SAME, MLN_CLUSTER_NEW, MLN_CLUSTER_GROWN, MLN_CLUSTER_MERGED,
                          MLN_CLUSTER_SPLIT, MLN_CLUSTER_GONE };
struct mln_cluster_event {
    enum mln_cluster_change change;
    uint64_t name, other; /* MERGED: other was merged into name; SPLIT: name came out of other */
};
/* former[i]: name of record i before, UINT64_MAX when it is new. names[i]: out. Events: as many as
 * cap_events are written, *n_events counts all. */
enum mln_status mln_cluster_stable(const uint32_t *cluster, const uint64_t *former,
                                   uint32_t n_records, uint64_t *next_name, uint64_t *names,
                                   struct mln_cluster_event *events, size_t cap_events,
                                   size_t *n_events, struct mln_err *err) MLN_MUST_USE;

#endif
