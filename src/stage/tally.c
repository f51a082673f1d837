/* What a stage tells of itself, and where its files are. */
#include "stage/stage.h"

/* Room for one more element of `size` bytes in an arena-held list; NULL when there is no memory. */
static void *grown(struct mln_arena *arena, void *list, size_t n, size_t *cap, size_t size) {
    if (n < *cap) {
        return list;
    }
    const size_t wider = *cap == 0 ? 16 : 2 * *cap;
    void *copy = mln_arena_alloc(arena, wider, size);
    if (copy != NULL && n > 0) {
        memcpy(copy, list, n * size);
    }
    *cap = copy != NULL ? wider : *cap;
    return copy;
}

enum mln_status mln_run_count(struct mln_run *run, const char *what, uint64_t read,
                              uint64_t accepted, uint64_t rejected, struct mln_err *err) {
    if (accepted > read || read - accepted != rejected) {
        return mln_err_set(err, MLN_INTERNAL,
                           "%s: %llu rows read, %llu accepted, %llu rejected: rows were lost", what,
                           (unsigned long long)read, (unsigned long long)accepted,
                           (unsigned long long)rejected);
    }
    struct mln_stage_count *list =
        grown(run->arena, run->counts, run->n_counts, &run->cap_counts, sizeof *list);
    const char *kept = mln_arena_strdup(run->arena, mln_str_from(what));
    if (list == NULL || kept == NULL) {
        return mln_err_nomem(err, "the counts of a stage");
    }
    run->counts = list;
    list[run->n_counts++] = (struct mln_stage_count){kept, read, accepted, rejected};
    return MLN_OK;
}

enum mln_status mln_run_figure(struct mln_run *run, const char *name, double value,
                               struct mln_err *err) {
    struct mln_stage_figure *list =
        grown(run->arena, run->figures, run->n_figures, &run->cap_figures, sizeof *list);
    const char *kept = mln_arena_strdup(run->arena, mln_str_from(name));
    if (list == NULL || kept == NULL) {
        return mln_err_nomem(err, "the figures of a stage");
    }
    run->figures = list;
    list[run->n_figures++] = (struct mln_stage_figure){kept, value};
    return MLN_OK;
}

static const char *joined(struct mln_arena *arena, const char *a, const char *b, const char *c) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/%s", a, b);
    if (c != NULL) {
        mln_buf_addf(&path, "/%s", c);
    }
    const char *kept = path.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&path));
    mln_buf_release(&path);
    return kept;
}

const char *mln_run_path(struct mln_run *run, const char *stage, const char *file) {
    return joined(run->arena, run->project->work_dir, stage, file);
}

const char *mln_run_dir(struct mln_run *run, const char *stage) {
    return joined(run->arena, run->project->work_dir, stage, NULL);
}

const char *mln_run_partial(struct mln_run *run, const char *file) {
    return joined(run->arena, run->partial_dir, file, NULL);
}
