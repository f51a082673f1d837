/* maillon eval: a finished run on synthetic extracts against the truth that `maillon synth` kept.
 *
 * Precision (right / found) and recall (right / true) of the links of the three levels, in all and
 * by pass; each published figure as obtained and as it truly is; whether each victim's own outcome
 * is the true one. Recall counts every true link, also of rows that ingest rejected.
 *
 * Needs the keys id and base: for the linker, on synthetic data. Only aggregates are told. */
#ifndef MLN_STAGE_EVAL_H
#define MLN_STAGE_EVAL_H

#include <stdio.h>

#include "base/talk.h"
#include "stage/project/project.h"

/* Reads the four files of `truth_dir` (docs/architecture.md), work/ingest/id.db,
 * work/link-chain/pivot.db and work/chain/base.db; prints tables to `out`; writes the same figures
 * to work/eval.json. MLN_BAD_INPUT when a file of the truth is missing or damaged, MLN_IO when one of
 * the run is (it did not end). */
enum mln_status mln_eval(const struct mln_project *project, const char *truth_dir,
                         struct mln_talk *talk, FILE *out, struct mln_err *err) MLN_MUST_USE;

#endif
