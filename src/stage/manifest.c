#include "stage/manifest.h"

#include "base/date.h"
#include "base/json.h"
#include "stage/publish/publish.h"

/* ── pieces ── */

static void put_file(struct mln_json *j, const char *path, uint64_t bytes, const char *digest) {
    mln_json_begin_object(j);
    mln_json_member_strz(j, "path", path);
    mln_json_member_u64(j, "bytes", bytes);
    mln_json_member_strz(j, "blake2b_256", digest);
    mln_json_end(j);
}

static void put_files(struct mln_json *j, const char *key, const struct mln_project *project,
                      const struct mln_input_file *files, size_t n) {
    mln_json_key(j, key);
    mln_json_begin_array(j);
    for (size_t i = 0; i < n; i++) {
        put_file(j, mln_project_relative(project, files[i].path), files[i].stamp.bytes,
                 files[i].digest.hex);
    }
    mln_json_end(j);
}

/* A file of the project by its path: its size and digest as they are now. */
static enum mln_status put_project_file(struct mln_json *j, const char *key,
                                        const struct mln_project *project, const char *path,
                                        struct mln_err *err) {
    struct mln_input_file file = {.path = path};
    MLN_TRY(mln_file_stamp(path, &file.stamp, err));
    MLN_TRY(mln_digest_file(path, &file.digest, err));
    mln_json_key(j, key);
    put_file(j, mln_project_relative(project, path), file.stamp.bytes, file.digest.hex);
    return MLN_OK;
}

static void put_settings(struct mln_json *j, const struct mln_project *p) {
    char day[16] = "";
    (void)mln_day_to_iso(p->observation_day, day);
    mln_json_key(j, "settings");
    mln_json_begin_object(j);
    mln_json_member_strz(j, "observation_date", day);
    mln_json_member_f64(j, "rejects_max_share", p->rejects_max_share);
    mln_json_member_strz(j, "protection", mln_method_words[p->protect.method]);
    mln_json_member_strz(j, "method", mln_method_words[p->protect.method]);
    mln_json_member_u64(j, "threshold", p->protect.threshold);
    mln_json_member_u64(j, "detail_threshold", p->detail_threshold);
    mln_json_member_u64(j, "interval_width", p->protect.interval_width);
    mln_json_member_u64(j, "rounding", p->protect.rounding_base);
    mln_json_member_u64(j, "quantile_threshold", p->protect.quantile_threshold);
    mln_json_member_u64(j, "share_decimals", (uint64_t)p->protect.share_decimals);
    mln_json_member_strz(j, "lang", p->lang);
    mln_json_end(j);
}

static void put_keys(struct mln_json *j, const struct mln_manifest *m) {
    mln_json_key(j, "keys");
    mln_json_begin_object(j);
    for (size_t i = 0; i < m->n_keys; i++) {
        mln_json_member_strz(j, m->keys[i].name, m->keys[i].id);
    }
    mln_json_end(j);
}

/* ── counts ── */

static uint64_t nearest(uint64_t value, uint64_t grid) {
    const uint64_t below = value - value % grid;
    return value % grid * 2 >= grid && below <= UINT64_MAX - grid ? below + grid : below;
}

struct mln_stage_count mln_manifest_rounded(const struct mln_project *project,
                                            struct mln_stage_count count) {
    uint64_t grid = project->protect.rounding_base;
    grid = grid < project->protect.threshold ? project->protect.threshold : grid;
    grid = grid == 0 ? 1 : grid;
    count.read = nearest(count.read, grid);
    count.accepted = nearest(count.accepted, grid);
    count.rejected = count.read - count.accepted;
    return count;
}

static void put_counts(struct mln_json *j, const struct mln_manifest *m,
                       const struct mln_manifest_stage *stage, bool published) {
    mln_json_key(j, "counts");
    mln_json_begin_array(j);
    for (size_t i = 0; i < stage->state->n_counts; i++) {
        struct mln_stage_count c = stage->state->counts[i];
        if (published && stage->counts_units) {
            c = mln_manifest_rounded(m->project, c);
        }
        mln_json_begin_object(j);
        mln_json_member_strz(j, "what", c.what);
        mln_json_member_u64(j, "read", c.read);
        mln_json_member_u64(j, "accepted", c.accepted);
        mln_json_member_u64(j, "rejected", c.rejected);
        mln_json_end(j);
    }
    mln_json_end(j);
}

static void put_figures(struct mln_json *j, const struct mln_stage_state *state) {
    mln_json_key(j, "figures");
    mln_json_begin_array(j);
    for (size_t i = 0; i < state->n_figures; i++) {
        mln_json_begin_object(j);
        mln_json_member_strz(j, "name", state->figures[i].name);
        mln_json_member_f64(j, "value", state->figures[i].value);
        mln_json_end(j);
    }
    mln_json_end(j);
}

static void put_stages(struct mln_json *j, const struct mln_manifest *m, bool published) {
    mln_json_key(j, "stages");
    mln_json_begin_array(j);
    for (size_t i = 0; i < m->n_stages; i++) {
        mln_json_begin_object(j);
        mln_json_member_strz(j, "stage", m->stages[i].name);
        mln_json_member_bool(j, "rounded", published && m->stages[i].counts_units);
        put_counts(j, m, &m->stages[i], published);
        if (!published) {
            put_figures(j, m->stages[i].state);
        }
        mln_json_end(j);
    }
    mln_json_end(j);
}

/* ── the whole ── */

static enum mln_status put_inputs(struct mln_json *j, const struct mln_manifest *m,
                                  struct mln_err *err) {
    mln_json_key(j, "inputs");
    mln_json_begin_object(j);
    MLN_TRY(put_project_file(j, "project", m->project, m->project->path, err));
    MLN_TRY(put_project_file(j, "contract", m->project, m->project->contract, err));
    MLN_TRY(put_project_file(j, "study", m->project, m->project->study, err));
    put_files(j, "nomenclatures", m->project, m->nomenclatures, m->n_nomenclatures);
    mln_json_key(j, "sources");
    mln_json_begin_array(j);
    for (size_t i = 0; i < m->n_stages; i++) {
        const struct mln_stage_state *s = m->stages[i].state;
        for (size_t f = 0; f < s->n_inputs; f++) {
            put_file(j, s->inputs[f].path, s->inputs[f].stamp.bytes, s->inputs[f].digest.hex);
        }
    }
    mln_json_end(j);
    mln_json_end(j);
    return MLN_OK;
}

enum mln_status mln_manifest_text(const struct mln_manifest *m, bool published,
                                  const struct mln_input_file *results, size_t n_results,
                                  struct mln_buf *out, struct mln_err *err) {
    struct mln_json j;
    mln_json_init(&j, out);
    mln_json_begin_object(&j);
    mln_json_member_u64(&j, "manifest", 1);
    mln_json_key(&j, "program");
    mln_json_begin_object(&j);
    mln_json_member_strz(&j, "version", MLN_VERSION);
    mln_json_member_strz(&j, "blake2b_256", m->program.hex);
    mln_json_end(&j);
    mln_json_member_strz(&j, "name", m->project->name);
    mln_json_member_strz(&j, "purpose", m->project->purpose);
    put_settings(&j, m->project);
    if (!published) {
        put_keys(&j, m);
    }
    MLN_TRY(put_inputs(&j, m, err));
    put_stages(&j, m, published);
    mln_json_key(&j, "results");
    mln_json_begin_array(&j);
    for (size_t i = 0; i < n_results; i++) {
        put_file(&j, results[i].path, results[i].stamp.bytes, results[i].digest.hex);
    }
    mln_json_end(&j);
    mln_json_end(&j);
    return mln_json_finish(&j, err);
}

/* ── the files ── */

static enum mln_status digest_result(const char *dir, struct mln_input_file *file,
                                     struct mln_err *err) {
    MLN_TRY(mln_file_stamp(file->path, &file->stamp, err));
    MLN_TRY(mln_digest_file(file->path, &file->digest, err));
    file->path += strlen(dir) + 1;
    return MLN_OK;
}

static enum mln_status list_results(struct mln_arena *arena, const char *dir,
                                    struct mln_input_file **out, size_t *n, struct mln_err *err) {
    struct mln_buf page = MLN_BUF_INIT;
    struct mln_buf tables = MLN_BUF_INIT;
    const char **paths = NULL;
    size_t n_paths = 0;
    mln_buf_addf(&page, "%s/report.html", dir);
    mln_buf_addf(&tables, "%s/tables", dir);
    const char *page_path = page.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&page));
    enum mln_status status =
        page_path == NULL ? mln_err_nomem(err, "a path") : mln_buf_check(&tables, "a path", err);
    if (status == MLN_OK) {
        status = mln_dir_list(arena, tables.p, "", &paths, &n_paths, err);
    }
    mln_buf_release(&page);
    mln_buf_release(&tables);
    MLN_TRY(status);
    struct mln_input_file *files = MLN_ARENA_NEW(arena, struct mln_input_file, n_paths + 1);
    if (files == NULL) {
        return mln_err_nomem(err, "the list of results");
    }
    files[0].path = page_path;
    for (size_t i = 0; i < n_paths; i++) {
        files[i + 1].path = paths[i];
    }
    *out = files;
    *n = n_paths + 1;
    for (size_t i = 0; i < *n; i++) {
        MLN_TRY(digest_result(dir, &files[i], err));
    }
    return MLN_OK;
}

static enum mln_status write_one(const struct mln_manifest *m, const char *dir, bool published,
                                 const struct mln_input_file *results, size_t n_results,
                                 struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/manifest.json", dir);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_manifest_text(m, published, results, n_results, &text, err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path.p, mln_buf_view(&text), err);
    }
    mln_buf_release(&path);
    mln_buf_release(&text);
    return status;
}

enum mln_status mln_manifest_write(const struct mln_manifest *m, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_input_file *results = NULL;
    size_t n = 0;
    enum mln_status status = list_results(&arena, m->project->out_dir, &results, &n, err);
    if (status == MLN_OK) {
        status = write_one(m, m->project->work_dir, false, results, n, err);
    }
    if (status == MLN_OK) { /* the last thing a run writes: it names a whole result */
        status = write_one(m, m->project->out_dir, true, results, n, err);
    }
    mln_arena_release(&arena);
    return status;
}
