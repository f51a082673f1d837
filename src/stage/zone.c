#include "stage/zone.h"

#include <sys/stat.h>

#include "base/file.h"
#include "secret/ring.h"

static const char spill[] = "spill";

/* A stage is a chain of statements over tables that pass through once: past this it mostly keeps
 * what it will not read again. The peaks of a million procedures: bench/results/chain-study.md. */
#define STAGE_MEMORY_LEAST_MOST (UINT64_C(3) << 29)

/* What is joined must fit, and grows with the extracts: a million procedures make zones of 310 MB,
 * and four million ran out in 1.5 GiB. */
enum { MEMORY_BY_ZONE = 5 };

static uint64_t size_of(const char *path) {
    struct stat s;
    return path != NULL && stat(path, &s) == 0 && s.st_size > 0 ? (uint64_t)s.st_size : 0;
}

static uint64_t memory_most(struct mln_run *run) {
    const uint64_t zones = size_of(mln_run_path(run, "ingest", "id.db")) +
                           size_of(mln_run_path(run, "ingest", "content.db"));
    const uint64_t wanted = MEMORY_BY_ZONE * zones;
    return wanted > STAGE_MEMORY_LEAST_MOST ? wanted : STAGE_MEMORY_LEAST_MOST;
}

enum mln_status mln_zone_open(struct mln_run *run, struct mln_engine **out, struct mln_err *err) {
    const struct mln_engine_options options = {.n_threads = run->project->n_threads,
                                               .memory_bytes = run->project->memory_bytes,
                                               .memory_most = memory_most(run),
                                               .spill_dir = mln_run_partial(run, spill),
                                               .talk = run->talk};
    *out = NULL;
    if (options.spill_dir == NULL) {
        return mln_err_nomem(err, "a path");
    }
    return mln_engine_open_duckdb(&options, out, err);
}

struct attempt {
    struct mln_engine *e;
    const char *catalog, *path, *key_name;
};

/* Whether a retired version of the key opens the file: one from before a rotation. */
static bool try_retired(struct mln_run *run, const struct attempt *a, struct mln_err *err) {
    const struct mln_keyring ring = mln_project_ring(run->project);
    struct mln_key_list list;
    bool open = false;
    if (mln_ring_list(&ring, &list, NULL) != MLN_OK) {
        return false; /* what the active key said stays */
    }
    for (size_t i = list.n; !open && i-- > 0;) {
        const struct mln_key_entry *const entry = &list.entries[i];
        struct mln_key key;
        if (entry->state == MLN_KEY_IS_RETIRED && strcmp(entry->name, a->key_name) == 0 &&
            mln_keyring_load_version(&ring, entry->name, entry->version, &key, NULL) == MLN_OK) {
            open = a->e->ops->attach(a->e, a->catalog, a->path, key.bytes, MLN_ATTACH_READ, NULL) ==
                   MLN_OK;
            mln_key_release(&key);
        }
    }
    mln_key_list_release(&list);
    if (open && err != NULL) {
        *err = (struct mln_err){0};
    }
    return open;
}

enum mln_status mln_zone_attach(struct mln_run *run, struct mln_engine *e, const char *catalog,
                                const char *path, const char *key_name, enum mln_attach_mode mode,
                                struct mln_err *err) {
    struct mln_key key;
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_project_key(run->project, key_name, &key, err));
    enum mln_status status = e->ops->attach(e, catalog, path, key.bytes, mode, err);
    mln_key_release(&key);
    if (status == MLN_KEY && mode == MLN_ATTACH_READ) {
        const struct attempt a = {e, catalog, path, key_name};
        status = try_retired(run, &a, err) ? MLN_OK : status;
    }
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
