/* A former result, read back: what its manifest says, its trained model, and the records made again
 * from the same files. */
#ifndef MLN_LINKAGE_RESULT_H
#define MLN_LINKAGE_RESULT_H

#include "linkage/linkage.h"
#include "linkage/score.h"

struct mln_linkage_result {
    const char *out;        /* the folder */
    const char *model_path; /* OUT/model.yaml */
    struct mln_link_model model;
    const char *input[2]; /* as the manifest has them; right NULL in a deduplication */
    const char *digest[2];
    const char *encoding, *delimiter; /* NULL: not given */
    double threshold;                 /* of probability */
    double shift_log2; /* what a pair without rivals has beyond its weight (linkage/decide.h) */
};

/* Everything lives in the arena. Errors: MLN_BAD_INPUT (OUT is no result of maillon link or dedupe:
 * which file lacks what), MLN_IO, MLN_NO_MEMORY. */
enum mln_status mln_linkage_result_read(const char *out, struct mln_arena *arena,
                                        struct mln_linkage_result *result, struct mln_err *err)
    MLN_MUST_USE;

/* MLN_BAD_INPUT when an input is not where it was, or is not the same file any more: the message
 * says which, and what to do. Reads the files whole. */
enum mln_status mln_linkage_result_check_inputs(const struct mln_linkage_result *result,
                                                struct mln_err *err) MLN_MUST_USE;

/* <out>/<name> in the arena; NULL without memory. */
const char *mln_linkage_result_path(const char *out, const char *name, struct mln_arena *arena);

#endif
