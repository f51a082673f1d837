/* `maillon link`, `dedupe` and `explain`: any two files (or one) and a model in; links, clusters, the
 * trained model, a report and a manifest out.
 *
 *   read → records → blocks, ladder → train (if the model is not trained) → score → decide → write
 *
 * OUT is written aside and moved into place whole. The bytes of what is written depend on the rows of
 * the files, the model and the program: not on the order of rows, nor on the number of threads. */
#ifndef MLN_LINKAGE_LINKAGE_H
#define MLN_LINKAGE_LINKAGE_H

#include <stdio.h>

#include "base/talk.h"
#include "link/model/model.h"

struct mln_linkage_options {
    const char *model;      /* path of the model */
    const char *input[2];   /* paths; right NULL when one file is deduplicated */
    const char *encoding;   /* of CSV; NULL: UTF-8 */
    const char *delimiter;  /* of CSV; NULL: found in the header */
    const char *out;        /* folder to write */
    const char *previous;   /* OUT of a former run, whose cluster names are kept; NULL */
    const char *labels;     /* file of labelled pairs to train by; NULL: without examples */
    bool retrain;           /* train again a model that carries m and u */
    bool no_report;
    bool french;            /* report.html in French; else English */
    size_t n_threads;       /* 0: all */
    uint64_t memory_bytes;  /* of the engine that reads Parquet; 0: half of the machine, at most 3 GiB, each */
    struct mln_talk *talk;
};

/* Counts of a run, as the manifest and the summary give them. */
struct mln_linkage_counts {
    uint64_t rows[2];
    uint64_t candidates; /* distinct pairs that some rule made */
    uint64_t links;
    uint64_t clusters;   /* of two records or more; deduplication */
};

enum mln_status mln_linkage_run(const struct mln_linkage_options *options,
                                struct mln_linkage_counts *counts, struct mln_err *err)
    MLN_MUST_USE;

/* Tells on `to` why two records were linked or not: the prior, each comparison's level and weight, the
 * decision. `pair` is "LEFT,RIGHT", two ids. The values themselves are shown only with `values`.
 * Reads the inputs again from where the manifest of `out` says they were; their digests must be the same. */
enum mln_status mln_linkage_explain(const char *out, const char *pair, bool values,
                                    size_t n_threads, FILE *to, struct mln_err *err) MLN_MUST_USE;

#endif
