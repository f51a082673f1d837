/* The stages of the main job: check → ingest → link-chain → chain → study → protect → report.
 *
 * A stage reads the project and the directories of earlier stages, writes only into its own
 * *partial* directory (work/.<name>.partial), and tells its counts. The runner (run.c) decides
 * whether it must run at all (fingerprint of its inputs), moves the partial directory into place
 * (work/<name>) when the stage ends well, and writes work/<name>.json. So a kill at any point
 * leaves either the former result or the new one, never half of one.
 *
 *   work/ingest/     id.db  content.db  rejets.csv    keys id, content      role linker
 *   work/link-chain/ pivot.db                         key pivot             role linker
 *   work/chain/      base.db                          key base              role analyst
 *   work/study/      tables.sealed                    key study             role analyst
 *   work/protect/    tables.sealed                    key publish           role publisher
 *   out/             report.html  tables/<name>.{csv,parquet}  manifest.json   clear, protected
 */
#ifndef MLN_STAGE_STAGE_H
#define MLN_STAGE_STAGE_H

#include "base/buf.h"
#include "base/talk.h"
#include "stage/project/project.h"

/* One line of the manifest: rows that went in and where they went. `read` must equal
 * accepted + rejected, or the stage fails (checked when it is added). */
struct mln_stage_count {
    const char *what; /* "procedure", "passe cle_pv", … in the run's arena */
    uint64_t read, accepted, rejected;
};

/* Names that others than their stage read: of link-chain, the procedures (rows: all of them), and
 * those that owe their first link to a pass, whose word follows. */
#define MLN_LINKED "procedures"
#define MLN_LINKED_BY_PASS "procedures liees par "

/* A figure the stage tells besides (a share, a duration): free name, printed in the manifest. */
struct mln_stage_figure {
    const char *name;
    double value;
};

struct mln_run {
    const struct mln_project *project;
    struct mln_talk *talk;
    struct mln_arena *arena;  /* lives as long as the run */
    const char *partial_dir;  /* exists and is empty when the stage starts */
    struct mln_stage_count *counts;
    size_t n_counts, cap_counts;
    struct mln_stage_figure *figures;
    size_t n_figures, cap_figures;
};

enum mln_status mln_run_count(struct mln_run *run, const char *what, uint64_t read,
                              uint64_t accepted, uint64_t rejected, struct mln_err *err)
    MLN_MUST_USE;
enum mln_status mln_run_figure(struct mln_run *run, const char *name, double value,
                               struct mln_err *err) MLN_MUST_USE;

/* Path of a finished file of another stage: mln_run_path(run, "ingest", "id.db"). NULL: no memory. */
const char *mln_run_path(struct mln_run *run, const char *stage, const char *file);
/* The finished directory of a stage. */
const char *mln_run_dir(struct mln_run *run, const char *stage);
/* Path in this stage's partial directory. */
const char *mln_run_partial(struct mln_run *run, const char *file);

/* The stages (one file each in src/stage/). */
enum mln_status mln_stage_check(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_stage_ingest(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_stage_link_chain(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_stage_chain(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_stage_study(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_stage_protect(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_stage_report(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;

#endif
