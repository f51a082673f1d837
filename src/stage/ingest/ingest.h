/* What the runner asks of ingest besides running it. */
#ifndef MLN_STAGE_INGEST_H
#define MLN_STAGE_INGEST_H

#include "stage/stage.h"

/* The source files the contract names, in its order; in the run's arena. Reads only the contract.
 */
enum mln_status mln_ingest_inputs(struct mln_run *run, const char *const **paths, size_t *n,
                                  struct mln_err *err) MLN_MUST_USE;

#endif
