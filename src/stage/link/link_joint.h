/* The joint pass of link-chain: procedures and affaires that keys left open, scored with their persons;
 * then the persons that keys left unmatched inside links.
 *
 *   conjoint_candidat (SQL) ─▶ records of cases and of persons ─▶ weights, learnt from the pairs that
 *   keys linked ─▶ probability ─▶ conjoint_lien(procedure_no, affaire_no, probabilite)
 *   conjoint_restes (SQL)   ─▶ records of persons ─▶ assignment ─▶ conjoint_personne_liee
 *
 * Model and parameters: models/penal-chain.yaml. Method: docs/linkage.md. */
#ifndef MLN_STAGE_LINK_JOINT_H
#define MLN_STAGE_LINK_JOINT_H

#include "engine/engine.h"
#include "stage/stage.h"

/* A query of sql/link-chain (without its ending), and what stands for its {liste} and {personne}, where it
 * has them. */
struct mln_joint_query {
    const char *file, *list, *persons;
};

/* What link_chain.c lends: `run_file` executes a file, `scan` a query into a sink. */
struct mln_link_joint {
    struct mln_run *run;
    struct mln_engine *e;
    void *ctx;
    enum mln_status (*run_file)(void *ctx, const char *file, struct mln_err *err);
    enum mln_status (*scan)(void *ctx, const struct mln_joint_query *query, mln_sink_fn *sink,
                            void *sink_ctx, struct mln_err *err);
};

struct mln_joint_pass; /* what the first step learnt, for the second */

/* Fills conjoint_lien from conjoint_candidat. Without a candidate to decide, or with too few pairs linked
 * by keys to learn from, it stays empty. *out is to be freed whatever comes back. */
enum mln_status mln_link_joint_cases(const struct mln_link_joint *pass, struct mln_joint_pass **out,
                                     struct mln_err *err) MLN_MUST_USE;

/* Fills conjoint_personne_liee, unless nothing was learnt: then *done is false. */
enum mln_status mln_link_joint_persons(struct mln_joint_pass *j, bool *done,
                                       struct mln_err *err) MLN_MUST_USE;

void mln_link_joint_free(struct mln_joint_pass *j); /* NULL is fine */

#endif
