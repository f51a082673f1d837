#include "stage/state.h"

#include "base/json.h"
#include "base/yaml.h"

/* A state lists at most the source files and a line a count: far below this. */
enum { MAX_STATE_BYTES = 16 * 1024 * 1024, STATE_VERSION = 1 };

/* ── writing ── */

static void put_inputs(struct mln_json *j, const struct mln_stage_state *s) {
    mln_json_key(j, "inputs");
    mln_json_begin_array(j);
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct mln_input_file *f = &s->inputs[i];
        mln_json_begin_object(j);
        mln_json_member_strz(j, "path", f->path);
        mln_json_member_u64(j, "bytes", f->stamp.bytes);
        mln_json_member_i64(j, "mtime_ns", f->stamp.mtime_ns);
        mln_json_member_u64(j, "inode", f->stamp.inode);
        mln_json_member_strz(j, "digest", f->digest.hex);
        mln_json_end(j);
    }
    mln_json_end(j);
}

static void put_counts(struct mln_json *j, const struct mln_stage_state *s) {
    mln_json_key(j, "counts");
    mln_json_begin_array(j);
    for (size_t i = 0; i < s->n_counts; i++) {
        mln_json_begin_object(j);
        mln_json_member_strz(j, "what", s->counts[i].what);
        mln_json_member_u64(j, "read", s->counts[i].read);
        mln_json_member_u64(j, "accepted", s->counts[i].accepted);
        mln_json_member_u64(j, "rejected", s->counts[i].rejected);
        mln_json_end(j);
    }
    mln_json_end(j);
}

static void put_figures(struct mln_json *j, const struct mln_stage_state *s) {
    mln_json_key(j, "figures");
    mln_json_begin_array(j);
    for (size_t i = 0; i < s->n_figures; i++) {
        mln_json_begin_object(j);
        mln_json_member_strz(j, "name", s->figures[i].name);
        mln_json_member_f64(j, "value", s->figures[i].value);
        mln_json_end(j);
    }
    mln_json_end(j);
}

enum mln_status mln_state_write(const char *path, const struct mln_stage_state *state,
                                struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_json j;
    mln_json_init(&j, &text);
    mln_json_begin_object(&j);
    mln_json_member_i64(&j, "version", STATE_VERSION);
    mln_json_member_strz(&j, "fingerprint", state->fingerprint.hex);
    put_inputs(&j, state);
    put_counts(&j, state);
    put_figures(&j, state);
    mln_json_end(&j);
    enum mln_status status = mln_json_finish(&j, err);
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&text), err);
    }
    mln_buf_release(&text);
    return status;
}

/* ── reading ── */

static enum mln_status get_text(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                const char **out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    struct mln_str text;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    *out = mln_arena_strdup(arena, text);
    return *out == NULL ? mln_err_nomem(err, "the state of a stage") : MLN_OK;
}

static enum mln_status get_digest(struct mln_yaml *map, const char *key, struct mln_digest *out,
                                  struct mln_err *err) {
    struct mln_yaml *node = NULL;
    struct mln_str text;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    if (text.n != MLN_DIGEST_CHARS) {
        return mln_yaml_error(node, err, "is no digest");
    }
    memcpy(out->hex, text.p, MLN_DIGEST_CHARS);
    out->hex[MLN_DIGEST_CHARS] = '\0';
    return MLN_OK;
}

/* A whole number as it was written: the YAML reader's own stop at 2^63. */
static enum mln_status get_u64(struct mln_yaml *map, const char *key, uint64_t *out,
                               struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    if (node->kind != MLN_YAML_SCALAR || node->text.n == 0 || node->text.n > 20) {
        return mln_yaml_error(node, err, "is no number");
    }
    uint64_t value = 0;
    for (size_t i = 0; i < node->text.n; i++) {
        const unsigned digit = (unsigned)((unsigned char)node->text.p[i] - '0');
        if (digit > 9 || value > (UINT64_MAX - digit) / 10) {
            return mln_yaml_error(node, err, "is no number");
        }
        value = value * 10 + digit;
    }
    *out = value;
    return MLN_OK;
}

static enum mln_status get_input(struct mln_arena *arena, struct mln_yaml *map, void *element,
                                 struct mln_err *err) {
    struct mln_input_file *f = element;
    struct mln_yaml *node = NULL;
    MLN_TRY(get_text(arena, map, "path", &f->path, err));
    MLN_TRY(get_u64(map, "bytes", &f->stamp.bytes, err));
    MLN_TRY(mln_yaml_need(map, "mtime_ns", &node, err));
    MLN_TRY(mln_yaml_as_i64(node, INT64_MIN, INT64_MAX, &f->stamp.mtime_ns, err));
    MLN_TRY(get_u64(map, "inode", &f->stamp.inode, err));
    return get_digest(map, "digest", &f->digest, err);
}

static enum mln_status get_count(struct mln_arena *arena, struct mln_yaml *map, void *element,
                                 struct mln_err *err) {
    struct mln_stage_count *c = element;
    MLN_TRY(get_text(arena, map, "what", &c->what, err));
    MLN_TRY(get_u64(map, "read", &c->read, err));
    MLN_TRY(get_u64(map, "accepted", &c->accepted, err));
    return get_u64(map, "rejected", &c->rejected, err);
}

static enum mln_status get_figure(struct mln_arena *arena, struct mln_yaml *map, void *element,
                                  struct mln_err *err) {
    struct mln_stage_figure *f = element;
    struct mln_yaml *node = NULL;
    MLN_TRY(get_text(arena, map, "name", &f->name, err));
    MLN_TRY(mln_yaml_need(map, "value", &node, err));
    if (node->kind == MLN_YAML_NULL) {
        f->value = 0.0 / 0.0;
        return MLN_OK;
    }
    return mln_yaml_as_f64(node, -1e308, 1e308, &f->value, err);
}

static enum mln_status
get_list(struct mln_arena *arena, struct mln_yaml *top, const char *key, size_t size,
         enum mln_status (*get)(struct mln_arena *arena, struct mln_yaml *map, void *element,
                                struct mln_err *err),
         void **out, size_t *n, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(mln_yaml_need(top, key, &list, err));
    MLN_TRY(mln_yaml_as_list(list, err));
    char *elements = mln_arena_alloc(arena, list->n + 1, size);
    if (elements == NULL) {
        return mln_err_nomem(err, "the state of a stage");
    }
    *out = elements;
    *n = 0;
    for (struct mln_yaml *item = list->first; item != NULL; item = item->next) {
        MLN_TRY(mln_yaml_as_map(item, err));
        MLN_TRY(get(arena, item, elements + *n * size, err));
        (*n)++;
    }
    return MLN_OK;
}

static enum mln_status parse(struct mln_arena *arena, const char *path, struct mln_str text,
                             struct mln_stage_state *out, struct mln_err *err) {
    struct mln_yaml *top = NULL;
    struct mln_yaml *node = NULL;
    int64_t version = 0;
    void *list = NULL;
    MLN_TRY(mln_yaml_parse(arena, path, text, &top, err));
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_need(top, "version", &node, err));
    MLN_TRY(mln_yaml_as_i64(node, STATE_VERSION, STATE_VERSION, &version, err));
    MLN_TRY(get_digest(top, "fingerprint", &out->fingerprint, err));
    MLN_TRY(
        get_list(arena, top, "inputs", sizeof *out->inputs, get_input, &list, &out->n_inputs, err));
    out->inputs = list;
    MLN_TRY(
        get_list(arena, top, "counts", sizeof *out->counts, get_count, &list, &out->n_counts, err));
    out->counts = list;
    MLN_TRY(get_list(arena, top, "figures", sizeof *out->figures, get_figure, &list,
                     &out->n_figures, err));
    out->figures = list;
    return MLN_OK;
}

enum mln_status mln_state_read(struct mln_arena *arena, const char *path, bool *found,
                               struct mln_stage_state *out, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    *found = false;
    *out = (struct mln_stage_state){0};
    if (!mln_path_exists(path)) {
        return MLN_OK;
    }
    struct mln_err why = {0};
    enum mln_status status = mln_file_read(path, MAX_STATE_BYTES, &text, &why);
    if (status == MLN_OK) {
        status = parse(arena, path, mln_buf_view(&text), out, &why);
    }
    mln_buf_release(&text);
    if (status == MLN_NO_MEMORY) {
        return mln_err_nomem(err, "the state of a stage");
    }
    *found = status == MLN_OK;
    if (!*found) {
        *out = (struct mln_stage_state){0};
    }
    return MLN_OK;
}
