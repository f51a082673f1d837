#include "stage/fingerprint.h"

#include "base/file.h"
#include "base/thread.h"
#include "secret/keys.h"
#include "stage/ingest/ingest.h"
#include "stage/publish/publish.h"
#include "stage/sealed.h"

static void add_line(struct mln_buf *text, const char *name, struct mln_str value) {
    mln_buf_addf(text, "%s %zu ", name, value.n);
    mln_buf_add_str(text, value);
    mln_buf_addc(text, '\n');
}

static enum mln_status add_file_text(struct mln_buf *text, const char *name, const char *path,
                                     struct mln_err *err) {
    struct mln_digest digest;
    MLN_TRY(mln_digest_file(path, &digest, err));
    add_line(text, name, mln_str_from(digest.hex));
    return MLN_OK;
}

enum mln_status mln_dependencies_read(struct mln_dependencies *d, struct mln_err *err) {
    const struct mln_project *const p = d->project;
    if (p->nomenclatures == NULL) {
        return MLN_OK;
    }
    if (!mln_path_exists(d->project->nomenclatures)) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: the project's folder of nomenclatures is not there; make it (it may "
            "be empty), or take the line 'nomenclatures:' out of %s",
            d->project->nomenclatures, d->project->path);
    }
    const char **paths = NULL;
    size_t n = 0;
    MLN_TRY(mln_dir_list(d->arena, d->project->nomenclatures, ".csv", &paths, &n, err));
    d->nomenclatures = MLN_ARENA_NEW(d->arena, struct mln_input_file, n);
    if (d->nomenclatures == NULL) {
        return mln_err_nomem(err, "the list of nomenclatures");
    }
    for (size_t i = 0; i < n; i++) {
        struct mln_input_file *file = &d->nomenclatures[i];
        file->path = mln_project_relative(d->project, paths[i]);
        MLN_TRY(mln_file_stamp(paths[i], &file->stamp, err));
        MLN_TRY(mln_digest_file(paths[i], &file->digest, err));
    }
    d->n_nomenclatures = n;
    return MLN_OK;
}

static void add_nomenclatures(const struct mln_dependencies *d, struct mln_buf *text) {
    for (size_t i = 0; i < d->n_nomenclatures; i++) {
        add_line(text, "nomenclature", mln_str_from(d->nomenclatures[i].path));
        add_line(text, "digest", mln_str_from(d->nomenclatures[i].digest.hex));
    }
}

/* All that protect reads of the project, and the files of the vintage before. */
static enum mln_status add_protection(const struct mln_dependencies *d, struct mln_buf *text,
                                      struct mln_err *err) {
    const struct mln_project *p = d->project;
    const struct mln_protect_options *o = &p->protect;
    mln_buf_addf(text, "protect %d %llu %llu %llu %llu %d %llu %d %u %u %.17g\n", (int)o->method,
                 (unsigned long long)o->threshold, (unsigned long long)p->detail_threshold,
                 (unsigned long long)o->rounding_base, (unsigned long long)o->quantile_threshold,
                 o->share_decimals, (unsigned long long)o->interval_width, (int)o->protect_zeros,
                 o->noise_max, o->noise_smallest, o->noise_variance);
    for (size_t i = 0; i < p->n_sensitive; i++) {
        add_line(text, "sensitive", mln_str_from(p->sensitive[i]));
    }
    for (size_t i = 0; i < p->n_hierarchies; i++) {
        const struct mln_project_hierarchy *h = &p->hierarchies[i];
        add_line(text, "child", mln_str_from(h->child));
        add_line(text, "parent", mln_str_from(h->parent));
        add_line(text, "nomenclature", mln_str_from(h->nomenclature));
        add_line(text, "child_column", mln_str_from(h->child_column));
        add_line(text, "parent_column", mln_str_from(h->parent_column));
    }
    static const char *const stages[] = {"study", "protect"};
    for (size_t i = 0; p->previous != NULL && i < 2; i++) {
        struct mln_buf path = MLN_BUF_INIT;
        struct mln_digest digest;
        mln_buf_addf(&path, "%s/%s/" MLN_TABLES_FILE, p->previous, stages[i]);
        enum mln_status status = mln_buf_check(&path, "a path", err);
        if (status == MLN_OK) {
            status = mln_digest_file(path.p, &digest, err);
        }
        mln_buf_release(&path);
        MLN_TRY(status);
        add_line(text, "previous", mln_str_from(digest.hex));
    }
    return MLN_OK;
}

static enum mln_status add_key_ids(const struct mln_dependencies *d,
                                   const struct mln_stage_depends *stage, struct mln_buf *text,
                                   struct mln_err *err) {
    for (size_t i = 0; i < MLN_STAGE_KEYS_MAX && stage->keys[i] != NULL; i++) {
        const struct mln_keyring ring = mln_project_ring(d->project);
        char id[MLN_KEY_ID_CHARS + 1] = "none"; /* the permutation: where there is no key for it */
        if (strcmp(stage->keys[i], "permute") != 0 || mln_keyring_has(&ring, stage->keys[i])) {
            MLN_TRY(mln_keyring_id(&ring, stage->keys[i], id, err));
        }
        mln_buf_addf(text, "key %s %s\n", stage->keys[i], id);
    }
    return MLN_OK;
}

static const struct mln_input_file *known_path(const struct mln_stage_state *before,
                                               const char *path) {
    for (size_t i = 0; before != NULL && i < before->n_inputs; i++) {
        if (strcmp(before->inputs[i].path, path) == 0) {
            return &before->inputs[i];
        }
    }
    return NULL;
}

static const struct mln_input_file *known_input(const struct mln_stage_state *before,
                                                const char *path,
                                                const struct mln_file_stamp *stamp) {
    const struct mln_input_file *f = known_path(before, path);
    return f != NULL && f->stamp.bytes == stamp->bytes && f->stamp.mtime_ns == stamp->mtime_ns &&
                   f->stamp.inode == stamp->inode
               ? f
               : NULL;
}

struct digest_work {
    const char *const *paths;
    struct mln_input_file *files;
    const struct mln_stage_state *before;
};

static enum mln_status digest_one(void *ctx, size_t i, struct mln_err *err) {
    struct digest_work *work = ctx;
    struct mln_input_file *file = &work->files[i];
    if (!mln_path_exists(work->paths[i])) {
        /* Extracts may be destroyed once they are in the zones: what was made of them stays good.
         * If it must be made again, reading them tells that they are not there. */
        const struct mln_input_file *gone = known_path(work->before, file->path);
        if (gone != NULL) {
            *file = *gone;
            return MLN_OK;
        }
    }
    MLN_TRY(mln_file_stamp(work->paths[i], &file->stamp, err));
    const struct mln_input_file *same = known_input(work->before, file->path, &file->stamp);
    if (same != NULL) {
        file->digest = same->digest;
        return MLN_OK;
    }
    return mln_digest_file(work->paths[i], &file->digest, err);
}

/* The source files with their digests; those whose stamp did not change are not read again. */
static enum mln_status digest_inputs(const struct mln_dependencies *d, struct mln_run *run,
                                     const struct mln_stage_state *before,
                                     struct mln_stage_state *now, struct mln_err *err) {
    const char *const *paths = NULL;
    MLN_TRY(mln_ingest_inputs(run, &paths, &now->n_inputs, err));
    now->inputs = MLN_ARENA_NEW(d->arena, struct mln_input_file, now->n_inputs);
    if (now->inputs == NULL) {
        return mln_err_nomem(err, "the list of inputs");
    }
    for (size_t i = 0; i < now->n_inputs; i++) {
        now->inputs[i].path = mln_project_relative(d->project, paths[i]);
    }
    struct digest_work work = {paths, now->inputs, before};
    return mln_parallel(d->project->n_threads, now->n_inputs, digest_one, &work, err);
}

enum mln_status mln_fingerprint(const struct mln_dependencies *d,
                                const struct mln_stage_depends *stage, struct mln_run *run,
                                const struct mln_stage_state *before, struct mln_stage_state *now,
                                struct mln_err *err) {
    const struct mln_project *p = d->project;
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    add_line(&text, "stage", mln_str_from(stage->name));
    add_line(&text, "program", mln_str_from(d->program.hex));
    if (stage->after != NULL) {
        add_line(&text, "after", mln_str_from(stage->after->hex));
    }
    if ((stage->on & MLN_ON_FILES) != 0) {
        MLN_TRY_GOTO(status, add_file_text(&text, "contract", p->contract, err), done);
        mln_buf_addf(&text, "rejects_max_share %.17g\n", p->rejects_max_share);
        MLN_TRY_GOTO(status, digest_inputs(d, run, before, now, err), done);
        for (size_t i = 0; i < now->n_inputs; i++) {
            add_line(&text, "file", mln_str_from(now->inputs[i].path));
            add_line(&text, "digest", mln_str_from(now->inputs[i].digest.hex));
        }
    }
    if ((stage->on & MLN_ON_NOMENCLATURES) != 0) {
        add_nomenclatures(d, &text);
    }
    if ((stage->on & MLN_ON_STUDY) != 0) {
        MLN_TRY_GOTO(status, add_file_text(&text, "study", p->study, err), done);
    }
    if ((stage->on & MLN_ON_OBSERVATION) != 0) {
        mln_buf_addf(&text, "observation_day %d\n", (int)p->observation_day);
    }
    if ((stage->on & MLN_ON_RECORD_KEYS) != 0 && p->protect.method == MLN_METHOD_CELL_KEY) {
        mln_buf_addz(&text, "record keys\n");
    }
    if ((stage->on & MLN_ON_PROTECTION) != 0) {
        MLN_TRY_GOTO(status, add_protection(d, &text, err), done);
    }
    if ((stage->on & MLN_ON_REPORT) != 0) {
        add_line(&text, "lang", mln_str_from(p->lang));
        add_line(&text, "name", mln_str_from(p->name));
        add_line(&text, "purpose", mln_str_from(p->purpose));
    }
    MLN_TRY_GOTO(status, add_key_ids(d, stage, &text, err), done);
    MLN_TRY_GOTO(status, mln_buf_check(&text, "a fingerprint", err), done);
    mln_digest_text(mln_buf_view(&text), &now->fingerprint);
done:
    mln_buf_release(&text);
    return status;
}
