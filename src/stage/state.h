/* What is remembered of a finished stage, in work/<stage>.json: enough to know whether it is up to
 * date, and its part of the manifest. */
#ifndef MLN_STAGE_STATE_H
#define MLN_STAGE_STATE_H

#include "base/file.h"
#include "secret/digest.h"
#include "stage/stage.h"

/* A file a stage read, and what tells that it has not changed. The digest is taken again only
 * when the stamp differs. */
struct mln_input_file {
    const char *path; /* relative to the project's folder */
    struct mln_file_stamp stamp;
    struct mln_digest digest;
};

struct mln_stage_state {
    struct mln_digest fingerprint;
    struct mln_input_file *inputs;
    size_t n_inputs;
    struct mln_stage_count *counts;
    size_t n_counts;
    struct mln_stage_figure *figures;
    size_t n_figures;
};

/* False (without an error) when there is no state or it cannot be understood: the stage then
 * simply runs again. Memory trouble is an error. */
enum mln_status mln_state_read(struct mln_arena *arena, const char *path, bool *found,
                               struct mln_stage_state *out, struct mln_err *err) MLN_MUST_USE;

enum mln_status mln_state_write(const char *path, const struct mln_stage_state *state,
                                struct mln_err *err) MLN_MUST_USE;

#endif
