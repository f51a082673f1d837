#include "linkage/result.h"

#include <math.h>

#include "base/file.h"
#include "base/yaml.h"
#include "secret/digest.h"

enum { RESULT_BYTES_MAX = 16 << 20 };

const char *mln_linkage_result_path(const char *out, const char *name, struct mln_arena *arena) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/%s", out, name);
    const char *kept = path.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&path));
    mln_buf_release(&path);
    return kept;
}

static enum mln_status no_result(const char *out, struct mln_err *err) {
    return mln_err_set(
        err, MLN_BAD_INPUT,
        "%s: is no result of maillon link or dedupe (its manifest.json is missing or of "
        "another command); name the folder that was given with -o",
        out);
}

static enum mln_status text_of(struct mln_yaml *map, const char *key, struct mln_arena *arena,
                               const char **out, struct mln_err *err) {
    struct mln_str text = {NULL, 0};
    MLN_TRY(mln_yaml_opt_str(map, key, &text, err));
    *out = text.p == NULL ? NULL : mln_arena_strdup(arena, text);
    return text.p != NULL && *out == NULL ? mln_err_nomem(err, "the manifest") : MLN_OK;
}

static enum mln_status read_inputs(struct mln_yaml *inputs, struct mln_arena *arena,
                                   struct mln_linkage_result *r, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(inputs, err));
    size_t s = 0;
    for (struct mln_yaml *at = inputs->first; at != NULL && s < 2; at = at->next, s++) {
        MLN_TRY(mln_yaml_as_map(at, err));
        MLN_TRY(text_of(at, "path", arena, &r->input[s], err));
        MLN_TRY(text_of(at, "blake2b", arena, &r->digest[s], err));
        if (r->input[s] == NULL || r->digest[s] == NULL) {
            return mln_yaml_error(at, err, "an input without its path or digest");
        }
    }
    const size_t wanted = r->model.kind == MLN_LINK_DEDUPE ? 1 : 2;
    return s == wanted ? MLN_OK : mln_yaml_error(inputs, err, "%zu input(s) are needed", wanted);
}

static enum mln_status read_manifest(const char *path, struct mln_arena *arena,
                                     struct mln_linkage_result *r, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_yaml *root = NULL, *inputs = NULL, *decision = NULL;
    const char *command = NULL;
    enum mln_status status = mln_file_read(path, RESULT_BYTES_MAX, &text, err);
    if (status == MLN_OK) {
        status = mln_yaml_parse(arena, path, mln_buf_view(&text), &root, err);
    }
    mln_buf_release(&text);
    MLN_TRY(status);
    MLN_TRY(mln_yaml_as_map(root, err));
    MLN_TRY(text_of(root, "command", arena, &command, err));
    if (command == NULL || (strcmp(command, "link") != 0 && strcmp(command, "dedupe") != 0)) {
        return no_result(r->out, err);
    }
    MLN_TRY(text_of(root, "encoding", arena, &r->encoding, err));
    MLN_TRY(text_of(root, "delimiter", arena, &r->delimiter, err));
    MLN_TRY(mln_yaml_need(root, "inputs", &inputs, err));
    MLN_TRY(read_inputs(inputs, arena, r, err));
    MLN_TRY(mln_yaml_need(root, "decision", &decision, err));
    MLN_TRY(mln_yaml_as_map(decision, err));
    r->threshold = NAN;
    r->shift_log2 = 0;
    MLN_TRY(mln_yaml_opt_f64(decision, "one_link_a_record_log2", 0, 1000, &r->shift_log2, err));
    return mln_yaml_opt_f64(decision, "threshold_probability", 0, 1, &r->threshold, err);
}

static enum mln_status read_model(struct mln_arena *arena, struct mln_linkage_result *r,
                                  struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = mln_file_read(r->model_path, RESULT_BYTES_MAX, &text, err);
    if (status == MLN_OK) {
        status = mln_link_model_read(arena, r->model_path, mln_buf_view(&text), &r->model, err);
    }
    mln_buf_release(&text);
    return status;
}

enum mln_status mln_linkage_result_read(const char *out, struct mln_arena *arena,
                                        struct mln_linkage_result *result, struct mln_err *err) {
    *result = (struct mln_linkage_result){.out = out};
    const char *manifest = mln_linkage_result_path(out, "manifest.json", arena);
    result->model_path = mln_linkage_result_path(out, "model.yaml", arena);
    if (manifest == NULL || result->model_path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    if (!mln_path_exists(manifest) || !mln_path_exists(result->model_path)) {
        return no_result(out, err);
    }
    MLN_TRY(read_model(arena, result, err));
    return read_manifest(manifest, arena, result, err);
}

enum mln_status mln_linkage_result_check_inputs(const struct mln_linkage_result *r,
                                                struct mln_err *err) {
    for (size_t s = 0; s < 2 && r->input[s] != NULL; s++) {
        if (!mln_path_exists(r->input[s])) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "%s: is not there any more; %s was made from it: put it back, run from "
                "the folder its path starts from, or link again",
                r->input[s], r->out);
        }
        struct mln_digest now;
        MLN_TRY(mln_digest_file(r->input[s], &now, err));
        if (strcmp(now.hex, r->digest[s]) != 0) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "%s: has changed since %s was made from it (another digest than in its "
                "manifest.json); link again",
                r->input[s], r->out);
        }
    }
    return MLN_OK;
}
