/* A project in a temporary folder whose ingest and link-chain are the hand-worked case of
 * chain_case.sql. */
#ifndef MLN_TESTS_HAND_CASE_H
#define MLN_TESTS_HAND_CASE_H

#include <check.h>

#include "stage/stage.h"

extern const char *hand_sources; /* folder of the .sql files */
extern struct mln_arena arena;
extern struct mln_project project;
extern struct mln_run run; /* of the stage that ran last */
extern struct mln_err err;

#define OK(call) ck_assert_msg((call) == MLN_OK, "%s", err.msg)

void set_up(void); /* folder, keys, the shipped study but for age_unknown: drop */
void tear_down(void);

const char *under(const char *name);   /* a path in the folder */
void begin_stage(const char *partial); /* a fresh run with that partial directory, made */
void make_zones(int sens);             /* content.db and pivot.db; rows and idx backwards if -1 */
void change_study(const char *from, const char *to); /* the first `from` */
const char *query(const char *sql); /* lines of the one text column; base.db as catalog base */

#endif
