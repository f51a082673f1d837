/* manifest.json: what a result was made from, where every row went, and what came out. No clock and
 * no machine in it: the same inputs give the same bytes.
 *
 *   work/manifest.json   for the linkage unit: exact counts, figures, ids of the keys
 *   out/manifest.json    may leave with the results: no key id, no figure; counts of units of the
 *                        study are rounded
 *
 * In both, read = accepted + rejected on every line. Rounding, in out/: read and accepted go to the
 * nearest multiple of the larger of the project's rounding and threshold, and rejected is their
 * difference. So no line says that a group of less than the threshold exists, or how many it has.
 * Rows of source files (ingest) and cells of tables (protect) are no units and stay exact. */
#ifndef MLN_STAGE_MANIFEST_H
#define MLN_STAGE_MANIFEST_H

#include "stage/state.h"

struct mln_manifest_stage {
    const char *name;
    bool counts_units; /* procedures, victims, …: rounded in out/ */
    const struct mln_stage_state *state;
};

struct mln_manifest_key {
    const char *name;
    const char *id;
};

struct mln_manifest {
    const struct mln_project *project;
    struct mln_digest program;                  /* of the program's file */
    const struct mln_input_file *nomenclatures; /* of the project; stamps are not used */
    size_t n_nomenclatures;
    const struct mln_manifest_key *keys;
    size_t n_keys;
    const struct mln_manifest_stage *stages; /* in their order; their inputs are the source files */
    size_t n_stages;
};

/* Writes both files; out_dir holds report.html and tables/ already, whose digests they carry. */
enum mln_status mln_manifest_write(const struct mln_manifest *manifest, struct mln_err *err)
    MLN_MUST_USE;

/* Appends one of them. `results`: files of out_dir with their digests, by path. */
enum mln_status mln_manifest_text(const struct mln_manifest *manifest, bool published,
                                  const struct mln_input_file *results, size_t n_results,
                                  struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;

/* A count as out/ tells it. */
struct mln_stage_count mln_manifest_rounded(const struct mln_project *project,
                                            struct mln_stage_count count);

#endif
