/* A stage's engine and the encrypted files it opens.
 *
 *     mln_zone_open → mln_zone_attach… → (work) → mln_zone_detach → mln_zone_close
 *
 * Work tables that need not outlive the stage go to the catalog MLN_WORK (in memory, spilled
 * encrypted when it is large). */
#ifndef MLN_STAGE_ZONE_H
#define MLN_STAGE_ZONE_H

#include "engine/engine.h"
#include "stage/stage.h"

#define MLN_WORK "memory"

/* The embedded engine with the project's threads and memory; spill under the partial directory. */
enum mln_status mln_zone_open(struct mln_run *run, struct mln_engine **out, struct mln_err *err)
    MLN_MUST_USE;

/* Opens `path` as `catalog` under the key keys/<key>.key, which is held only during the call. To
 * read, a retired version of the key serves too. */
enum mln_status mln_zone_attach(struct mln_run *run, struct mln_engine *e, const char *catalog,
                                const char *path, const char *key, enum mln_attach_mode mode,
                                struct mln_err *err) MLN_MUST_USE;

/* Closes the engine (NULL is fine) and removes its spill. */
void mln_zone_close(struct mln_run *run, struct mln_engine *e);

#endif
