/* manifest.json of OUT: what the result was made from, where every row and pair went, and what was learnt.
 * No clock and no machine in it: the same inputs give the same bytes. */
#ifndef MLN_LINKAGE_MANIFEST_H
#define MLN_LINKAGE_MANIFEST_H

#include "linkage/codes.h"
#include "linkage/decide.h"
#include "linkage/frequency.h"
#include "linkage/linkage.h"
#include "secret/digest.h"

struct mln_linkage_told {
    const struct mln_linkage_options *options;
    const struct mln_linkage_work *work;
    const struct mln_field_count *fields; /* 2 × n_fields */
    const struct mln_rule_count *rules;   /* n_rules */
    const struct mln_em_result *fit;
    bool trained;                         /* in this run */
    const struct mln_scored_pairs *scores;
    const struct mln_linkage_decision *decision;
    struct mln_digest input[2], model;
    const struct mln_linkage_code_file *codes;
    const struct mln_linkage_tables *tables;
    struct mln_digest labels, previous; /* previous: of its manifest.json; empty without them */
};

enum mln_status mln_linkage_write_manifest(const struct mln_linkage_told *told, const char *path,
                                           struct mln_err *err) MLN_MUST_USE;

#endif
