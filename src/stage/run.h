/* The runner: which stages must run, one run at a time, results moved into place whole.
 *
 * A stage is up to date when its directory is there and work/<stage>.json carries the fingerprint
 * that its inputs have now: files, settings, key ids, the program, and the fingerprint of the stage
 * before it. Stages are deterministic, so equal fingerprints mean equal results.
 *
 * A run begins and ends with a line of the journal (audit.h); `check` alone, which opens no data of
 * the project, does not. With a role, only its stages run, and only their inputs are looked at: the
 * analyst need not reach the extracts, nor have the linker's keys. */
#ifndef MLN_STAGE_RUN_H
#define MLN_STAGE_RUN_H

#include "stage/project/role.h"
#include "stage/stage.h"

struct mln_run_options {
    const char *from;      /* NULL: the first; this stage runs even if it is up to date */
    const char *to;        /* NULL: the last */
    size_t n_threads;      /* 0: the project's */
    uint64_t memory_bytes; /* 0: the project's */
    const char *lang;      /* NULL: the project's */
    const char *command;   /* for the journal */
    const char *purpose;   /* NULL: the project's */
    enum mln_role role;    /* whose stages run; the results of the others are taken as they are */
    const struct mln_key *lock; /* opens sealed keys; NULL: clear keys only */
    struct mln_talk *talk;
};

/* Runs the stages of a project file from..to. With `from` given, the stages before it must be
 * up to date. */
enum mln_status mln_run_project(const char *path, const struct mln_run_options *options,
                                struct mln_err *err) MLN_MUST_USE;

/* Whether `from` and `to` are stages, in this order. MLN_BAD_INPUT otherwise. */
enum mln_status mln_run_check(const struct mln_run_options *options, struct mln_err *err)
    MLN_MUST_USE;

/* Names of the stages in their order; NULL-terminated. */
extern const char *const mln_stage_names[];

#endif
