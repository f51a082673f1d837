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

/* Stable names from one run to the next: former names (record → name) are given to the new clusters, the
 * largest number of shared records first (ties: the lowest name, then the lowest record), a name once and
 * a cluster one name; clusters that get none take fresh names from *next_name on, by lowest record. */
enum mln_cluster_change {
    MLN_CLUSTER_SAME,   /* the records it had */
    MLN_CLUSTER_NEW,    /* only records without a former name */
    MLN_CLUSTER_GROWN,  /* took in records without a former name */
    MLN_CLUSTER_MERGED, /* all of `other`'s records came into `name` */
    MLN_CLUSTER_SPLIT,  /* `name` took a part of `other`'s records */
    MLN_CLUSTER_GONE,   /* nobody has the name any more */
};
struct mln_cluster_event {
    enum mln_cluster_change change;
    uint64_t name, other; /* other: of MERGED and SPLIT; else UINT64_MAX */
};

/* cluster: as the functions above give it. former[i]: name of record i before, UINT64_MAX when it is new;
 * a former name with no record left is not known here. names[i]: out. The journal tells each change, by
 * cluster's lowest record, then former name; GONE at the end: as many as cap_events are written (events
 * may be NULL when it is 0), *n_events counts all. At most 2 × n_records + 1. O(n log n).
 * Errors: MLN_BAD_INPUT (a former name at or above *next_name), MLN_NO_MEMORY. */
enum mln_status mln_cluster_stable(const uint32_t *cluster, const uint64_t *former,
                                   uint32_t n_records, uint64_t *next_name, uint64_t *names,
                                   struct mln_cluster_event *events, size_t cap_events,
                                   size_t *n_events, struct mln_err *err) MLN_MUST_USE;

#endif
