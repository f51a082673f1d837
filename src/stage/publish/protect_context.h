/* What protect knows besides the tables: hierarchies from nomenclatures, the vintage before. */
#ifndef MLN_STAGE_PROTECT_CONTEXT_H
#define MLN_STAGE_PROTECT_CONTEXT_H

#include "stage/stage.h"

/* In the run's arena. Needs the keys study (study tables of the vintage before) and publish (what of
 * them was shown) when the project names a vintage before; its tables must be in the same order in
 * both files, as the stages write them. */
enum mln_status mln_protect_context_read(struct mln_run *run, struct mln_protect_context *out,
                                         struct mln_err *err) MLN_MUST_USE;

/* The study's tables, as sealed in a work folder. */
enum mln_status mln_study_tables_read(struct mln_run *run, const char *work_dir,
                                      struct mln_table **tables, size_t *n, struct mln_err *err)
    MLN_MUST_USE;

#endif
