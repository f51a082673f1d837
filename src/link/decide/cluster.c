#include "link/decide/cluster.h"

#include "link/decide/graph.h"
#include "link/decide/sets.h"

enum mln_status mln_cluster_components(const struct mln_edges *edges,
                                       const struct mln_cluster_options *options, uint32_t *cluster,
                                       struct mln_err *err) {
    MLN_TRY(graph_check(edges, options->n_records, options->n_records, err));
    sets_init(cluster, options->n_records);
    for (size_t e = 0; e < edges->n; e++) {
        if (edges->gain[e] > 0) {
            sets_join(cluster, edges->left[e], edges->right[e]);
        }
    }
    for (uint32_t i = 0; i < options->n_records; i++) { /* lower ones are done: one step suffices */
        cluster[i] = cluster[cluster[i]];
    }
    return MLN_OK;
}
