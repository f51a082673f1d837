/* The study's lists and orders as work tables (sql/chain/nomenclatures.sql). Private to the chain
 * stage. */
#ifndef MLN_STAGE_CHAIN_CODES_H
#define MLN_STAGE_CHAIN_CODES_H

#include "stage/study_file.h"
#include "stage/zone.h"

/* Fills the tables; checks study and nomenclatures against each other. */
enum mln_status mln_chain_codes_load(struct mln_run *run, struct mln_engine *e,
                                     const struct mln_study *study, struct mln_err *err)
    MLN_MUST_USE;

#endif
