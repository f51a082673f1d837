/* What the result of a stage depends on, as one digest: equal fingerprints mean equal results,
 * since stages are deterministic (docs/decisions/0002).
 *
 *     mln_dependencies_read (once a run) → mln_fingerprint (per stage)
 *
 * Files are digested anew only when their stamp changed since the state that is given; a source
 * file that is gone keeps the digest it had. */
#ifndef MLN_STAGE_FINGERPRINT_H
#define MLN_STAGE_FINGERPRINT_H

#include "stage/state.h"

/* What of the project a stage depends on, besides the stage before it. */
enum mln_depends {
    MLN_ON_FILES = 1,         /* the contract and the source files */
    MLN_ON_NOMENCLATURES = 2, /* the project's own code tables */
    MLN_ON_STUDY = 4,         /* the study file */
    MLN_ON_OBSERVATION = 8,   /* the observation date */
    MLN_ON_PROTECTION = 16,   /* the parameters of statistical secrecy */
    MLN_ON_REPORT = 32,       /* language, name, purpose */
    MLN_ON_RECORD_KEYS = 64,  /* whether tables carry cell keys */
};
enum { MLN_STAGE_KEYS_MAX = 8 };

/* Of one stage. */
struct mln_stage_depends {
    const char *name;
    unsigned on;             /* of enum mln_depends */
    const char *const *keys; /* names whose ids count: MLN_STAGE_KEYS_MAX, or fewer and NULL */
    const struct mln_digest *after; /* fingerprint of the stage before; NULL: the first */
};

/* Of all of them. */
struct mln_dependencies {
    struct mln_arena *arena; /* lives as long as the run */
    const struct mln_project *project;
    struct mln_digest program;
    struct mln_input_file *nomenclatures; /* the project's own, with their digests */
    size_t n_nomenclatures;
};

/* Digests the project's code tables; arena, project and program are set. MLN_BAD_INPUT when their
 * folder is not there. */
enum mln_status mln_dependencies_read(struct mln_dependencies *d, struct mln_err *err) MLN_MUST_USE;

/* Fills now->fingerprint and, for a stage of files, now->inputs (in the arena). `before`: the state
 * of the last run of the stage, or NULL. */
enum mln_status mln_fingerprint(const struct mln_dependencies *d,
                                const struct mln_stage_depends *stage, struct mln_run *run,
                                const struct mln_stage_state *before, struct mln_stage_state *now,
                                struct mln_err *err) MLN_MUST_USE;

#endif
