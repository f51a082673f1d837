/* manifest.json: what a result was made from, and where every row went. No clock and no machine in
 * it: the same inputs give the same bytes. */
#ifndef MLN_STAGE_MANIFEST_H
#define MLN_STAGE_MANIFEST_H

#include "stage/state.h"

struct mln_manifest_stage {
    const char *name;
    const struct mln_stage_state *state;
};

enum mln_status mln_manifest_write(const char *path, const struct mln_project *project,
                                   const struct mln_manifest_stage *stages, size_t n_stages,
                                   struct mln_err *err) MLN_MUST_USE;

#endif
