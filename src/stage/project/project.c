#include "stage/project/project.h"

#include "assets/assets.h"
#include "base/date.h"
#include "base/file.h"

enum { PROJECT_BYTES_MAX = 1 << 20, NOMENCLATURE_BYTES_MAX = 256 << 20 };

static const char *resolved(struct mln_arena *arena, const char *dir, struct mln_str name) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, dir, name);
    const char *kept = path.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&path));
    mln_buf_release(&path);
    return kept;
}

/* A needed text: not empty. */
static enum mln_status need_text(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                 const char **out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    struct mln_str text = {0};
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    if (mln_str_trim(text).n == 0) {
        return mln_yaml_error(node, err, "'%s' is empty; it must be said", key);
    }
    *out = mln_arena_strdup(arena, text);
    return *out == NULL ? mln_err_nomem(err, "the project") : MLN_OK;
}

static enum mln_status need_path(struct mln_arena *arena, struct mln_yaml *map, const char *dir,
                                 const char *key, const char **out, struct mln_err *err) {
    MLN_TRY(need_text(arena, map, key, out, err));
    *out = resolved(arena, dir, mln_str_from(*out));
    return *out == NULL ? mln_err_nomem(err, "the project") : MLN_OK;
}

static enum mln_status read_limits(struct mln_yaml *top, struct mln_project *p,
                                   struct mln_err *err) {
    struct mln_yaml *map = mln_yaml_get(top, "limits");
    int64_t threads = 0;
    int64_t memory_mib = 0;
    p->rejects_max_share = 0.02;
    if (map == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_yaml_opt_i64(map, "threads", 0, 1024, &threads, err));
    MLN_TRY(mln_yaml_opt_i64(map, "memory_mib", 0, 1 << 24, &memory_mib, err));
    MLN_TRY(mln_yaml_opt_f64(map, "rejects_max_share", 0, 1, &p->rejects_max_share, err));
    p->n_threads = (size_t)threads;
    p->memory_bytes = (uint64_t)memory_mib << 20;
    return mln_yaml_done(map, err);
}

/* The default rule: ten years from the publication of the first study, 18 December 2025. */
static enum mln_status read_retention(struct mln_yaml *top, struct mln_project *p,
                                      struct mln_err *err) {
    struct mln_yaml *map = mln_yaml_get(top, "retention");
    int32_t first = mln_day_from_civil(2025, 12, 18);
    int32_t until = MLN_DAY_NONE;
    int64_t years = 10;
    p->retention.warn_days = 180;
    if (map != NULL) {
        MLN_TRY(mln_yaml_as_map(map, err));
        struct mln_yaml *const from = mln_yaml_get(map, "first_publication");
        struct mln_yaml *const to = mln_yaml_get(map, "until");
        MLN_TRY(from == NULL ? MLN_OK : mln_yaml_as_day(from, &first, err));
        MLN_TRY(to == NULL ? MLN_OK : mln_yaml_as_day(to, &until, err));
        MLN_TRY(mln_yaml_opt_i64(map, "years", 0, 100, &years, err));
        MLN_TRY(mln_yaml_opt_i64(map, "warn_days", 0, 3650, &p->retention.warn_days, err));
        MLN_TRY(mln_yaml_done(map, err));
        if (to != NULL && (from != NULL || mln_yaml_get(map, "years") != NULL)) {
            return mln_yaml_error(to, err,
                                  "'until' is the end itself; drop it, or first_publication and "
                                  "years, from which it would follow");
        }
    }
    if (until == MLN_DAY_NONE) {
        const struct mln_civil c = mln_civil_from_day(first);
        until = mln_day_from_civil(c.year + (int32_t)years, c.month, c.day);
        until = until != MLN_DAY_NONE ? until /* 29 February: the day before 1 March */
                                      : mln_day_from_civil(c.year + (int32_t)years, 2, 28);
    }
    p->retention.until_day = until;
    return MLN_OK;
}

static enum mln_status opt_path(struct mln_arena *arena, struct mln_yaml *map, const char *dir,
                                const char *key, const char *fallback, const char **out,
                                struct mln_err *err) {
    struct mln_str name = mln_str_from(fallback);
    MLN_TRY(mln_yaml_opt_str(map, key, &name, err));
    if (name.n == 0) {
        return MLN_OK;
    }
    *out = resolved(arena, dir, name);
    return *out == NULL ? mln_err_nomem(err, "the project") : MLN_OK;
}

static enum mln_status read_report(struct mln_yaml *top, struct mln_project *p,
                                   struct mln_err *err) {
    static const char *const langs[] = {"fr", "en", NULL};
    size_t lang = 0;
    struct mln_yaml *map = mln_yaml_get(top, "report");
    if (map != NULL) {
        MLN_TRY(mln_yaml_as_map(map, err));
        MLN_TRY(mln_yaml_opt_word(map, "lang", langs, &lang, err));
        MLN_TRY(mln_yaml_done(map, err));
    }
    p->lang = langs[lang];
    return MLN_OK;
}

static enum mln_status read_version(struct mln_yaml *top, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    int64_t version = 0;
    MLN_TRY(mln_yaml_need(top, "version", &node, err));
    return mln_yaml_as_i64(node, 1, 1, &version, err);
}

static enum mln_status read_top(struct mln_arena *arena, struct mln_yaml *top,
                                struct mln_project *p, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(read_version(top, err));
    MLN_TRY(need_text(arena, top, "name", &p->name, err));
    MLN_TRY(need_text(arena, top, "purpose", &p->purpose, err));
    struct mln_yaml *observation = NULL;
    MLN_TRY(mln_yaml_need(top, "observation_date", &observation, err));
    MLN_TRY(mln_yaml_as_day(observation, &p->observation_day, err));
    MLN_TRY(need_path(arena, top, p->dir, "contract", &p->contract, err));
    MLN_TRY(need_path(arena, top, p->dir, "study", &p->study, err));
    MLN_TRY(need_path(arena, top, p->dir, "keys", &p->keys_dir, err));
    MLN_TRY(need_path(arena, top, p->dir, "work", &p->work_dir, err));
    MLN_TRY(need_path(arena, top, p->dir, "out", &p->out_dir, err));
    MLN_TRY(opt_path(arena, top, p->dir, "journal", "journal", &p->journal_dir, err));
    MLN_TRY(opt_path(arena, top, p->dir, "nomenclatures", "", &p->nomenclatures, err));
    MLN_TRY(opt_path(arena, top, p->dir, "processing", "", &p->processing, err));
    MLN_TRY(read_retention(top, p, err));
    MLN_TRY(read_limits(top, p, err));
    MLN_TRY(mln_project_read_protect(arena, top, p, err));
    MLN_TRY(read_report(top, p, err));
    return mln_yaml_done(top, err);
}

enum mln_status mln_project_read(struct mln_arena *arena, const char *path, struct mln_project *out,
                                 struct mln_err *err) {
    *out = (struct mln_project){0};
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf dir = MLN_BUF_INIT;
    struct mln_yaml *top = NULL;
    enum mln_status status = MLN_OK;
    MLN_TRY_GOTO(status, mln_file_read(path, PROJECT_BYTES_MAX, &text, err), done);
    mln_path_dir(&dir, path);
    out->path = mln_arena_strdup(arena, mln_str_from(path));
    out->dir = mln_arena_strdup(arena, mln_buf_view(&dir));
    out->text = (struct mln_str){mln_arena_strdup(arena, mln_buf_view(&text)), text.n};
    if (dir.failed || out->path == NULL || out->dir == NULL || out->text.p == NULL) {
        status = mln_err_nomem(err, "the project");
        goto done;
    }
    MLN_TRY_GOTO(status, mln_yaml_parse(arena, path, out->text, &top, err), done);
    status = read_top(arena, top, out, err);
done:
    mln_buf_release(&dir);
    mln_buf_release(&text);
    return status;
}

struct mln_keyring mln_project_ring(const struct mln_project *project) {
    struct mln_keyring ring = {.dir = project->keys_dir};
    if (project->lock != NULL) {
        ring.lock = *project->lock;
    }
    return ring;
}

enum mln_status mln_project_key(const struct mln_project *project, const char *name,
                                struct mln_key *out, struct mln_err *err) {
    const struct mln_keyring ring = mln_project_ring(project);
    return mln_keyring_load(&ring, name, out, err);
}

const char *mln_project_relative(const struct mln_project *project, const char *path) {
    const size_t n = strlen(project->dir);
    if (strncmp(path, project->dir, n) != 0) {
        return path;
    }
    if (path[n] == '/') {
        return path + n + 1;
    }
    return n > 0 && project->dir[n - 1] == '/' && path[n] != '\0' ? path + n : path;
}

bool mln_project_has_nomenclature(const struct mln_project *project, const char *name) {
    struct mln_buf path = MLN_BUF_INIT;
    if (project->nomenclatures != NULL) {
        mln_buf_addf(&path, "%s/%s.csv", project->nomenclatures, name);
    }
    const bool has = path.n > 0 && !path.failed && mln_path_exists(path.p);
    mln_buf_release(&path);
    return has;
}

enum mln_status mln_project_nomenclature(const struct mln_project *project, struct mln_arena *arena,
                                         const char *name, struct mln_str *out,
                                         struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    *out = (struct mln_str){0};
    if (project->nomenclatures != NULL) {
        mln_buf_addf(&path, "%s/%s.csv", project->nomenclatures, name);
        MLN_TRY_GOTO(status, mln_buf_check(&path, "a path", err), done);
        if (mln_path_exists(path.p)) {
            MLN_TRY_GOTO(status, mln_file_read(path.p, NOMENCLATURE_BYTES_MAX, &text, err), done);
            out->p = mln_arena_strdup(arena, mln_buf_view(&text));
            out->n = text.n;
            status = out->p == NULL ? mln_err_nomem(err, "a nomenclature") : MLN_OK;
            goto done;
        }
        mln_buf_reset(&path);
    }
    mln_buf_addf(&path, "nomenclatures/%s.csv", name);
    MLN_TRY_GOTO(status, mln_buf_check(&path, "a path", err), done);
    const struct mln_asset *asset = mln_asset_find(path.p);
    if (asset == NULL) {
        status = mln_err_set(err, MLN_BAD_INPUT,
                             "there is no nomenclature '%s': neither %s.csv in the project's "
                             "nomenclatures folder nor a shipped one",
                             name, name);
        goto done;
    }
    *out = asset->text;
done:
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}
