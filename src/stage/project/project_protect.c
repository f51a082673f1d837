/* The section `protect` of a project. */
#include "base/file.h"
#include "protect/cell_key.h"
#include "stage/project/project.h"

const char *const mln_method_words[] = {"suppression", "rounding", "cell_key", NULL};

static const char *const zero_words[] = {"shown", "protected", NULL};

static enum mln_status keep_text(struct mln_arena *arena, const struct mln_yaml *node,
                                 const char **out, struct mln_err *err) {
    struct mln_str text = {0};
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    if (text.n == 0) {
        return mln_yaml_error(node, err, "an empty word");
    }
    *out = mln_arena_strdup(arena, text);
    return *out == NULL ? mln_err_nomem(err, "the project") : MLN_OK;
}

static enum mln_status read_sensitive(struct mln_arena *arena, struct mln_yaml *map,
                                      struct mln_project *p, struct mln_err *err) {
    struct mln_yaml *list = mln_yaml_get(map, "sensitive");
    if (list == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_list(list, err));
    const char **names = MLN_ARENA_NEW(arena, const char *, list->n + 1);
    if (names == NULL) {
        return mln_err_nomem(err, "the project");
    }
    for (const struct mln_yaml *item = list->first; item != NULL; item = item->next) {
        MLN_TRY(keep_text(arena, item, &names[p->n_sensitive++], err));
    }
    p->sensitive = names;
    return MLN_OK;
}

static enum mln_status read_hierarchy(struct mln_arena *arena, struct mln_yaml *map,
                                      struct mln_project_hierarchy *h, struct mln_err *err) {
    const struct {
        const char *key;
        const char **out;
    } fields[] = {{"child", &h->child},
                  {"parent", &h->parent},
                  {"nomenclature", &h->nomenclature},
                  {"child_column", &h->child_column},
                  {"parent_column", &h->parent_column}};
    MLN_TRY(mln_yaml_as_map(map, err));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct mln_yaml *node = NULL;
        MLN_TRY(mln_yaml_need(map, fields[i].key, &node, err));
        MLN_TRY(keep_text(arena, node, fields[i].out, err));
    }
    return mln_yaml_done(map, err);
}

static enum mln_status read_hierarchies(struct mln_arena *arena, struct mln_yaml *map,
                                        struct mln_project *p, struct mln_err *err) {
    struct mln_yaml *list = mln_yaml_get(map, "hierarchies");
    if (list == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_list(list, err));
    struct mln_project_hierarchy *all =
        MLN_ARENA_NEW(arena, struct mln_project_hierarchy, list->n + 1);
    if (all == NULL) {
        return mln_err_nomem(err, "the project");
    }
    for (struct mln_yaml *item = list->first; item != NULL; item = item->next) {
        MLN_TRY(read_hierarchy(arena, item, &all[p->n_hierarchies++], err));
    }
    p->hierarchies = all;
    return MLN_OK;
}

static enum mln_status read_previous(struct mln_arena *arena, struct mln_yaml *map,
                                     struct mln_project *p, struct mln_err *err) {
    struct mln_str path = {0};
    struct mln_buf full = MLN_BUF_INIT;
    MLN_TRY(mln_yaml_opt_str(map, "previous", &path, err));
    if (path.n == 0) {
        return MLN_OK;
    }
    mln_path_join(&full, p->dir, path);
    p->previous = full.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&full));
    mln_buf_release(&full);
    return p->previous == NULL ? mln_err_nomem(err, "the project") : MLN_OK;
}

static enum mln_status read_numbers(struct mln_yaml *map, struct mln_project *p,
                                    struct mln_err *err) {
    int64_t threshold = 5, detail = 11, rounding = 5, quantile = 11, decimals = 1, width = 0;
    int64_t noise_max = 5, noise_smallest = 3;
    double noise_variance = 3;
    size_t method = 0, zeros = 0;
    if (map != NULL) {
        MLN_TRY(mln_yaml_opt_word(map, "method", mln_method_words, &method, err));
        MLN_TRY(mln_yaml_opt_i64(map, "threshold", 1, 1000, &threshold, err));
        MLN_TRY(mln_yaml_opt_i64(map, "detail_threshold", 1, 1000, &detail, err));
        MLN_TRY(mln_yaml_opt_i64(map, "rounding", 1, 1000, &rounding, err));
        MLN_TRY(mln_yaml_opt_i64(map, "quantile_threshold", 1, 100000, &quantile, err));
        MLN_TRY(mln_yaml_opt_i64(map, "share_decimals", 0, 3, &decimals, err));
        MLN_TRY(mln_yaml_opt_i64(map, "interval_width", 1, 100000, &width, err));
        MLN_TRY(mln_yaml_opt_word(map, "zeros", zero_words, &zeros, err));
        MLN_TRY(mln_yaml_opt_i64(map, "noise_max", 1, MLN_NOISE_MOST, &noise_max, err));
        MLN_TRY(
            mln_yaml_opt_i64(map, "noise_smallest", 1, MLN_SMALLEST_MOST, &noise_smallest, err));
        MLN_TRY(mln_yaml_opt_f64(map, "noise_variance", 0.01, 1000, &noise_variance, err));
    }
    if (detail < threshold) {
        return mln_yaml_error(map, err,
                              "detail_threshold is under threshold; details need at least the "
                              "protection of totals");
    }
    if (method == MLN_METHOD_ROUNDING && rounding < 3) {
        return mln_yaml_error(map, err, "the method rounding needs 'rounding' of 3 or more");
    }
    if (noise_smallest > noise_max + 1 || noise_variance >= (double)noise_max * (double)noise_max) {
        return mln_yaml_error(map, err,
                              "noise_smallest is at most noise_max + 1, and noise_variance below "
                              "the square of noise_max");
    }
    if (method == MLN_METHOD_CELL_KEY && rounding < threshold) {
        return mln_yaml_error(map, err,
                              "with cell keys the funnel is rounded: 'rounding' must be at least "
                              "the threshold");
    }
    p->protect = (struct mln_protect_options){.method = (enum mln_method)method,
                                              .threshold = (uint64_t)threshold,
                                              .rounding_base = (uint64_t)rounding,
                                              .quantile_threshold = (uint64_t)quantile,
                                              .share_decimals = (int)decimals,
                                              .interval_width = (uint64_t)width,
                                              .protect_zeros = zeros == 1,
                                              .noise_max = (uint32_t)noise_max,
                                              .noise_smallest = (uint32_t)noise_smallest,
                                              .noise_variance = noise_variance};
    p->detail_threshold = (uint64_t)detail;
    return MLN_OK;
}

enum mln_status mln_project_read_protect(struct mln_arena *arena, struct mln_yaml *top,
                                         struct mln_project *p, struct mln_err *err) {
    struct mln_yaml *map = mln_yaml_get(top, "protect");
    if (map != NULL) {
        MLN_TRY(mln_yaml_as_map(map, err));
    }
    MLN_TRY(read_numbers(map, p, err));
    if (map == NULL) {
        return MLN_OK;
    }
    MLN_TRY(read_sensitive(arena, map, p, err));
    MLN_TRY(read_hierarchies(arena, map, p, err));
    MLN_TRY(read_previous(arena, map, p, err));
    return mln_yaml_done(map, err);
}
