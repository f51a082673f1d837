/* The joint pass of link-chain: procedures and affaires that keys left open, scored with their persons.
 *
 *   conjoint_candidat (SQL) ─▶ records of cases and of persons ─▶ weights, learnt from the pairs that
 *   keys linked ─▶ probability ─▶ conjoint_lien(procedure_no, affaire_no, probabilite)
 *
 * Model and parameters: models/penal-chain.yaml. Method: docs/linkage.md. */
#ifndef MLN_STAGE_LINK_JOINT_H
#define MLN_STAGE_LINK_JOINT_H

#include "engine/engine.h"
#include "stage/stage.h"

/* Runs `sql` (a file of sql/link-chain without its ending) into a sink; what link_chain.c lends. */
struct mln_link_joint {
    struct mln_run *run;
    struct mln_engine *e;
    void *ctx;
    enum mln_status (*scan)(void *ctx, const char *file, mln_sink_fn *sink, void *sink_ctx,
                            struct mln_err *err);
};

/* Fills {work}.conjoint_lien from {work}.conjoint_candidat. Without a candidate, or without a pair linked by
 * keys to learn from, it stays empty. */
enum mln_status mln_link_joint(const struct mln_link_joint *pass, struct mln_err *err) MLN_MUST_USE;

#endif
