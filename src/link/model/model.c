/* Words of a model, its top level, training and decision. */
#include "link/model/model.h"

#include <math.h>

#include "link/model/inside.h"

const char *const mln_level_words[] = {
    "exact",     "jaro",        "jaro_winkler", "levenshtein", "osa",    "damerau",
    "indel",     "jaccard",     "dice",         "cosine",      "prefix", "contains",
    "words",     "number",      "percent",      "days",        "months", "years",
    "day_month", "date_digits", "compatible",   "swapped",     "other",  "overlap",
    "km",        "sql",         "missing",      "else",        NULL};

const char *const mln_clean_words[] = {
    "trim",       "upper_fold", "letters",   "alnum",     "digits",    "no_particles",
    "sort_words", "table",      "missing",   "prefix",    "suffix",    "first_word",
    "last_word",  "soundex",    "phonex_fr", "date_part", "date_part", NULL};

const char *const mln_field_type_words[] = {"text", "date", "number", "list", "geo", NULL};

static const char *const kind_words[] = {"link", "dedupe", NULL};

size_t mln_link_model_field(const struct mln_link_model *model, struct mln_str name) {
    for (size_t f = 0; f < model->n_fields; f++) {
        if (mln_str_eq(model->fields[f].name, name)) {
            return f;
        }
    }
    return SIZE_MAX;
}

/* ── shared by the readers ── */

enum mln_status mln_model_nomem(struct mln_model_reader *r) {
    return mln_err_nomem(r->err, "the model");
}

enum mln_status mln_model_keep(struct mln_model_reader *r, struct mln_buf *buf,
                               struct mln_str *out) {
    enum mln_status status = mln_buf_check(buf, "the model", r->err);
    if (status == MLN_OK) {
        out->n = buf->n;
        out->p = mln_arena_strdup(r->arena, mln_buf_view(buf));
        status = out->p == NULL ? mln_model_nomem(r) : MLN_OK;
    }
    mln_buf_release(buf);
    return status;
}

enum mln_status mln_model_name(const struct mln_yaml *node, struct mln_str *out,
                               struct mln_err *err) {
    MLN_TRY(mln_yaml_as_str(node, out, err));
    bool plain = out->n >= 1 && out->n <= MLN_NAME_BYTES_MAX;
    for (size_t i = 0; i < out->n; i++) {
        plain = plain && (unsigned char)out->p[i] >= 0x20 && out->p[i] != 0x7F;
    }
    return plain ? MLN_OK
                 : mln_yaml_error(node, err, "a name has 1 to %d bytes and no control characters",
                                  MLN_NAME_BYTES_MAX);
}

enum mln_status mln_model_field_of(struct mln_model_reader *r, const struct mln_yaml *node,
                                   size_t *out) {
    return mln_yaml_as_word(node, r->field_words, out, r->err);
}

/* ── training ── */

static enum mln_status read_u(struct mln_yaml *map, struct mln_training *t, struct mln_err *err) {
    static const char *const words[] = {"random", "all", "em", NULL};
    struct mln_yaml *node = mln_yaml_get(map, "u");
    if (node == NULL || node->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    if (node->kind != MLN_YAML_MAP) {
        size_t word = 0;
        MLN_TRY(mln_yaml_as_word(node, words, &word, err));
        t->u = (enum mln_u_source)word;
        return MLN_OK;
    }
    int64_t pairs = 0;
    struct mln_yaml *value = NULL;
    MLN_TRY(mln_yaml_need(node, "random_pairs", &value, err));
    MLN_TRY(mln_yaml_as_i64(value, 1, INT64_C(1) << 40, &pairs, err));
    t->random_pairs = (uint64_t)pairs;
    return mln_yaml_done(node, err);
}

/* `estimated`, or a number. */
static enum mln_status read_estimated(const struct mln_yaml *node, double min, double max,
                                      double *out, struct mln_err *err) {
    if (node->kind == MLN_YAML_SCALAR && mln_str_is(node->text, "estimated")) {
        *out = NAN;
        return MLN_OK;
    }
    double value = 0;
    if (mln_yaml_as_f64(node, min, max, &value, NULL) != MLN_OK) {
        struct mln_buf range = MLN_BUF_INIT;
        mln_buf_addf(&range, "%g to %g", min, max);
        enum mln_status status = mln_buf_check(&range, "a message", err);
        if (status == MLN_OK) {
            status = mln_yaml_error(node, err, "'%.*s' must be 'estimated' or a number from %s",
                                    MLN_STR_ARG(node->key), range.p);
        }
        mln_buf_release(&range);
        return status;
    }
    *out = value;
    return MLN_OK;
}

static enum mln_status read_labels(struct mln_yaml *map, struct mln_training *t,
                                   struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "labels");
    struct mln_yaml *left = NULL, *right = NULL;
    if (node == NULL || node->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_need(node, "left", &left, err));
    MLN_TRY(mln_yaml_need(node, "right", &right, err));
    MLN_TRY(mln_model_name(left, &t->labels_left, err));
    MLN_TRY(mln_model_name(right, &t->labels_right, err));
    return mln_yaml_done(node, err);
}

enum mln_status mln_model_read_training(struct mln_model_reader *r, struct mln_yaml *map) {
    struct mln_training *t = &r->model->training;
    *t = (struct mln_training){
        .seed = 1,
        .u = MLN_U_RANDOM,
        .random_pairs = 2000000,
        .starts = 3,
        .max_iterations = 500,
        .tolerance = 1e-7,
        .prior_weight = 1,
        .lambda = NAN,
        .labels_left = MLN_STR_LIT(""),
        .labels_right = MLN_STR_LIT(""),
    };
    if (map == NULL || map->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    int64_t seed = 1, starts = 3, iterations = 500;
    MLN_TRY(mln_yaml_opt_i64(map, "seed", 0, INT64_MAX, &seed, r->err));
    MLN_TRY(read_u(map, t, r->err));
    MLN_TRY(mln_yaml_opt_i64(map, "starts", 1, 100, &starts, r->err));
    MLN_TRY(mln_yaml_opt_i64(map, "max_iterations", 1, 1000000, &iterations, r->err));
    MLN_TRY(mln_yaml_opt_f64(map, "tolerance", 1e-15, 0.1, &t->tolerance, r->err));
    MLN_TRY(mln_yaml_opt_f64(map, "prior_weight", 0, 1e6, &t->prior_weight, r->err));
    MLN_TRY(mln_yaml_opt_bool(map, "dependence", &t->dependence, r->err));
    const struct mln_yaml *lambda = mln_yaml_get(map, "lambda");
    if (lambda != NULL && lambda->kind != MLN_YAML_NULL) {
        MLN_TRY(read_estimated(lambda, 1e-15, 0.999, &t->lambda, r->err));
    }
    MLN_TRY(read_labels(map, t, r->err));
    t->seed = (uint64_t)seed;
    t->starts = (size_t)starts;
    t->max_iterations = (size_t)iterations;
    return mln_yaml_done(map, r->err);
}

/* ── decision ── */

static enum mln_status read_threshold(struct mln_yaml *map, struct mln_decision *d,
                                      struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "threshold");
    if (node == NULL || node->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    if (node->kind != MLN_YAML_MAP) {
        return read_estimated(node, 0, 1, &d->threshold, err);
    }
    struct mln_yaml *fdr = NULL;
    MLN_TRY(mln_yaml_need(node, "fdr", &fdr, err));
    MLN_TRY(mln_yaml_as_f64(fdr, 0, 1, &d->fdr_max, err));
    return mln_yaml_done(node, err);
}

static enum mln_status read_assignment(struct mln_yaml *map, struct mln_decision *d,
                                       struct mln_err *err) {
    static const char *const words[] = {"all", "best", "one_to_one", NULL};
    struct mln_yaml *node = mln_yaml_get(map, "assignment");
    if (node == NULL || node->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    if (node->kind != MLN_YAML_MAP) {
        size_t word = 0;
        MLN_TRY(mln_yaml_as_word(node, words, &word, err));
        d->assignment = (enum mln_assignment)word;
        d->left_max = d->right_max = word == MLN_ASSIGN_OPTIMAL;
        return MLN_OK;
    }
    int64_t left = 0, right = 0; /* not written: no bound */
    MLN_TRY(mln_yaml_opt_i64(node, "left", 1, UINT32_MAX, &left, err));
    MLN_TRY(mln_yaml_opt_i64(node, "right", 1, UINT32_MAX, &right, err));
    if (left == 0 && right == 0) {
        return mln_yaml_error(node, err,
                              "'assignment' needs left or right: how many links a record "
                              "of that side may have; without any bound write all");
    }
    d->assignment = MLN_ASSIGN_OPTIMAL;
    d->left_max = (uint32_t)left;
    d->right_max = (uint32_t)right;
    return mln_yaml_done(node, err);
}

enum mln_status mln_model_read_decision(struct mln_model_reader *r, struct mln_yaml *map) {
    static const char *const cluster_words[] = {"none", "components", "robust", NULL};
    struct mln_decision *d = &r->model->decision;
    const bool dedupe = r->model->kind == MLN_LINK_DEDUPE;
    *d = (struct mln_decision){
        .threshold = NAN,
        .fdr_max = NAN,
        .keep_from = 0.01,
        .assignment = MLN_ASSIGN_ALL,
        .clusters = dedupe ? MLN_CLUSTER_ROBUST : MLN_CLUSTER_NONE,
        .cluster_threshold = NAN,
        .block_share_max = 0.1,
        .pairs_max = 2000000000,
    };
    if (map == NULL || map->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    size_t clusters = d->clusters;
    int64_t pairs_max = (int64_t)d->pairs_max;
    MLN_TRY(read_threshold(map, d, r->err));
    MLN_TRY(mln_yaml_opt_f64(map, "keep_from", 0, 1, &d->keep_from, r->err));
    MLN_TRY(read_assignment(map, d, r->err));
    MLN_TRY(mln_yaml_opt_word(map, "clusters", cluster_words, &clusters, r->err));
    MLN_TRY(mln_yaml_opt_f64(map, "cluster_threshold", 0, 1, &d->cluster_threshold, r->err));
    MLN_TRY(mln_yaml_opt_f64(map, "block_share_max", 0, 1, &d->block_share_max, r->err));
    MLN_TRY(mln_yaml_opt_i64(map, "pairs_max", 1, INT64_C(1) << 50, &pairs_max, r->err));
    d->clusters = (enum mln_cluster_method)clusters;
    d->pairs_max = (uint64_t)pairs_max;
    if (dedupe && d->assignment != MLN_ASSIGN_ALL) {
        return mln_yaml_error(mln_yaml_get(map, "assignment"), r->err,
                              "a deduplication has no sides to assign to one another; take this "
                              "out and use clusters");
    }
    return mln_yaml_done(map, r->err);
}

/* ── the file ── */

static enum mln_status read_id(struct mln_model_reader *r, struct mln_yaml *top) {
    struct mln_yaml *node = mln_yaml_get(top, "id");
    struct mln_str *id = r->model->id;
    id[0] = id[1] = MLN_STR_LIT("");
    if (node == NULL || node->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    if (node->kind != MLN_YAML_MAP) {
        MLN_TRY(mln_model_name(node, &id[0], r->err));
        id[1] = id[0];
        return MLN_OK;
    }
    if (r->model->kind == MLN_LINK_DEDUPE) {
        return mln_yaml_error(node, r->err, "a deduplication reads one file: write one column");
    }
    struct mln_yaml *side[2] = {NULL, NULL};
    MLN_TRY(mln_yaml_need(node, "left", &side[0], r->err));
    MLN_TRY(mln_yaml_need(node, "right", &side[1], r->err));
    for (size_t s = 0; s < 2; s++) {
        MLN_TRY(mln_model_name(side[s], &id[s], r->err));
    }
    return mln_yaml_done(node, r->err);
}

static enum mln_status read_top(struct mln_model_reader *r, struct mln_yaml *top) {
    struct mln_yaml *version = NULL, *fields = NULL;
    int64_t number = 0;
    size_t kind = 0;
    MLN_TRY(mln_yaml_as_map(top, r->err));
    MLN_TRY(mln_yaml_need(top, "version", &version, r->err));
    MLN_TRY(mln_yaml_as_i64(version, 1, 1, &number, r->err));
    MLN_TRY(mln_yaml_opt_word(top, "kind", kind_words, &kind, r->err));
    r->model->kind = (enum mln_link_kind)kind;
    MLN_TRY(read_id(r, top));
    MLN_TRY(mln_yaml_need(top, "fields", &fields, r->err));
    MLN_TRY(mln_model_read_fields(r, fields));
    MLN_TRY(mln_model_read_comparisons(r, top));
    MLN_TRY(mln_model_read_rules(r, mln_yaml_get(top, "blocking")));
    if (r->model->n_rules == 0) {
        MLN_TRY(mln_model_offer_keys(r));
    }
    MLN_TRY(mln_model_read_training(r, mln_yaml_get(top, "training")));
    MLN_TRY(mln_model_read_decision(r, mln_yaml_get(top, "decision")));
    MLN_TRY(mln_model_read_trained(r, top));
    return mln_yaml_done(top, r->err);
}

/* A part has neither files nor an engine of its own. */
static enum mln_status refuse_outside(const struct mln_yaml *at, const struct mln_link_model *model,
                                      struct mln_err *err) {
    for (size_t f = 0; f < model->n_fields; f++) {
        for (size_t i = 0; i < model->fields[f].n_steps; i++) {
            if (model->fields[f].steps[i].file.n > 0) {
                return mln_yaml_error(
                    at, err,
                    "field '%.*s': tables of codes in files are for maillon link and dedupe",
                    MLN_STR_ARG(model->fields[f].name));
            }
        }
    }
    for (size_t c = 0; c < model->n_comparisons; c++) {
        const struct mln_comparison *comparison = &model->comparisons[c];
        bool outside = comparison->tf_table.file.n > 0;
        for (size_t l = 0; l < comparison->n_levels; l++) {
            outside = outside || comparison->levels[l].kind == MLN_LEVEL_SQL;
        }
        if (outside) {
            return mln_yaml_error(
                at, err,
                "comparison '%.*s': tables of frequencies and levels in SQL are for maillon link "
                "and dedupe; take them out",
                MLN_STR_ARG(comparison->name));
        }
    }
    return MLN_OK;
}

enum mln_status mln_link_model_read_part(struct mln_arena *arena, struct mln_yaml *map,
                                         struct mln_link_model *out, struct mln_err *err) {
    struct mln_yaml *fields = NULL, *comparisons = NULL;
    struct mln_model_reader r = {.arena = arena, .err = err, .model = out};
    *out = (struct mln_link_model){.lambda = NAN, .coverage = NAN};
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_yaml_need(map, "fields", &fields, err));
    MLN_TRY(mln_model_read_fields(&r, fields));
    MLN_TRY(mln_yaml_need(map, "comparisons", &comparisons, err));
    MLN_TRY(mln_model_read_comparisons(&r, map));
    MLN_TRY(refuse_outside(comparisons, out, err));
    MLN_TRY(mln_model_read_training(&r, mln_yaml_get(map, "training")));
    MLN_TRY(mln_model_read_decision(&r, NULL));
    return mln_yaml_done(map, err);
}

enum mln_status mln_link_model_read(struct mln_arena *arena, const char *file, struct mln_str text,
                                    struct mln_link_model *out, struct mln_err *err) {
    struct mln_yaml *top = NULL;
    struct mln_model_reader r = {.arena = arena, .err = err, .model = out};
    *out = (struct mln_link_model){0};
    MLN_TRY(mln_yaml_parse(arena, file, text, &top, err));
    return read_top(&r, top);
}
