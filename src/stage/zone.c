#include "stage/zone.h"

#include "base/file.h"
#include "secret/keys.h"

static const char spill[] = "spill";

enum mln_status mln_zone_open(struct mln_run *run, struct mln_engine **out, struct mln_err *err) {
    const struct mln_engine_options options = {.n_threads = run->project->n_threads,
                                               .memory_bytes = run->project->memory_bytes,
                                               .spill_dir = mln_run_partial(run, spill),
                                               .talk = run->talk};
    *out = NULL;
    if (options.spill_dir == NULL) {
        return mln_err_nomem(err, "a path");
    }
    return mln_engine_open_duckdb(&options, out, err);
}

enum mln_status mln_zone_attach(struct mln_run *run, struct mln_engine *e, const char *catalog,
                                const char *path, const char *key_name, enum mln_attach_mode mode,
                                struct mln_err *err) {
    struct mln_key key;
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_key_load(run->project->keys_dir, key_name, &key, err));
    const enum mln_status status = e->ops->attach(e, catalog, path, key.bytes, mode, err);
    mln_key_release(&key);
    return status;
}

void mln_zone_close(struct mln_run *run, struct mln_engine *e) {
    if (e == NULL) {
        return;
    }
    e->ops->close(e);
    const char *dir = mln_run_partial(run, spill);
    if (dir != NULL) {
        const enum mln_status removed = mln_dir_remove(dir, NULL);
        (void)removed; /* empty but for a lock; the runner clears partial directories anyway */
    }
}
