/* The study's lists and orders as work tables (sql/chain/nomenclatures.sql). */
#ifndef MLN_STAGE_CHAIN_CODES_H
#define MLN_STAGE_CHAIN_CODES_H

#include "stage/study/study_file.h"
#include "stage/zone.h"

/* Reads the project's study and checks it against the nomenclatures it names, as the chain and
 * study stages will: for the check stage. Opens no engine and no key. */
enum mln_status mln_study_check(struct mln_run *run, struct mln_err *err) MLN_MUST_USE;

/* Fills the tables; checks study and nomenclatures against each other. `e` NULL: only checks. */
enum mln_status mln_chain_codes_load(struct mln_run *run, struct mln_engine *e,
                                     const struct mln_study *study, struct mln_err *err)
    MLN_MUST_USE;

/* Fills the table `classe` (code, classe, debut, fin) with the study's classes of offences; nothing
 * when it has none. MLN_BAD_INPUT when a code has two classes on one day. */
enum mln_status mln_chain_classes_load(struct mln_run *run, struct mln_engine *e,
                                       const struct mln_study *study, struct mln_err *err)
    MLN_MUST_USE;

#endif
