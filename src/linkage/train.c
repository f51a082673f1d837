#include "linkage/train.h"

#include <math.h>

bool mln_linkage_trained(const struct mln_link_model *model) {
    if (isnan(model->lambda)) {
        return false;
    }
    for (size_t c = 0; c < model->n_comparisons; c++) {
        for (size_t l = 0; l < model->comparisons[c].n_levels; l++) {
            if (isnan(model->comparisons[c].levels[l].m) ||
                isnan(model->comparisons[c].levels[l].u)) {
                return false;
            }
        }
    }
    return true;
}

double mln_linkage_all_pairs(const struct mln_linkage_work *work) {
    const double n = work->records->n_left;
    return work->model->kind == MLN_LINK_DEDUPE ? n * (n - 1) / 2 : n * work->records->n_right;
}

/* ── which comparisons a rule says nothing of ── */

static bool share_column(const struct mln_link_model *model, size_t a, size_t b) {
    while (model->fields[a].from != SIZE_MAX) {
        a = model->fields[a].from;
    }
    while (model->fields[b].from != SIZE_MAX) {
        b = model->fields[b].from;
    }
    const struct mln_link_field *x = &model->fields[a];
    const struct mln_link_field *y = &model->fields[b];
    for (size_t i = 0; i < x->n_columns[0]; i++) {
        for (size_t j = 0; j < y->n_columns[0]; j++) {
            if (mln_str_eq(x->columns[0][i], y->columns[0][j])) {
                return true;
            }
        }
    }
    return a == b;
}

static bool shares_field(const struct mln_link_model *model, const struct mln_comparison *c,
                         size_t field) {
    bool shared = share_column(model, c->field, field);
    for (size_t l = 0; l < c->n_levels; l++) {
        const struct mln_level *level = &c->levels[l];
        const bool two = level->kind == MLN_LEVEL_SWAPPED || level->kind == MLN_LEVEL_OTHER;
        for (size_t i = 0; i < level->n_sql_fields; i++) {
            shared |= share_column(model, level->sql_fields[i], field);
        }
        shared |= share_column(model, level->field, field) ||
                  (two && share_column(model, level->other_field, field));
    }
    return shared;
}

static bool *left_out_by(const struct mln_linkage_work *work, const struct mln_block_rule *rule) {
    const struct mln_link_model *model = work->model;
    bool *out = MLN_ARENA_NEW(work->arena, bool, model->n_comparisons);
    for (size_t c = 0; out != NULL && c < model->n_comparisons; c++) {
        for (size_t f = 0; f < rule->n_fields; f++) {
            out[c] |= shares_field(model, &model->comparisons[c], rule->fields[f]);
        }
    }
    return out;
}

/* The comparisons of the rule's own fields: what a match must agree on to satisfy it. A field that no
 * comparison is of stands for those that only look at it at some level. */
static bool *asked_by(const struct mln_linkage_work *work, const struct mln_block_rule *rule) {
    const struct mln_link_model *model = work->model;
    bool *out = MLN_ARENA_NEW(work->arena, bool, model->n_comparisons);
    for (size_t f = 0; out != NULL && f < rule->n_fields; f++) {
        bool compared = false;
        for (size_t c = 0; c < model->n_comparisons; c++) {
            const bool own = share_column(model, model->comparisons[c].field, rule->fields[f]);
            out[c] |= own;
            compared |= own;
        }
        for (size_t c = 0; !compared && c < model->n_comparisons; c++) {
            out[c] |= shares_field(model, &model->comparisons[c], rule->fields[f]);
        }
    }
    return out;
}

/* The last level of a comparison that tells that the field is equal: exact on it, or the likeness of it as a list. Those
 * before it agree more. 0 where none does: the first level stands for it. */
static uint8_t level_of_field(const struct mln_link_model *model, const struct mln_comparison *c,
                              size_t field) {
    uint8_t last = 0;
    for (size_t l = 0; l < c->n_levels; l++) {
        const bool list = model->fields[field].type == MLN_FIELD_LIST;
        if (c->levels[l].field == field && (c->levels[l].kind == MLN_LEVEL_EXACT || list)) {
            last = (uint8_t)l;
        }
    }
    return last;
}

/* Down to which level each comparison asked satisfies the rule: the strictest of its fields. */
static uint8_t *asked_to(const struct mln_linkage_work *work, const struct mln_block_rule *rule) {
    const struct mln_link_model *model = work->model;
    uint8_t *out = MLN_ARENA_NEW(work->arena, uint8_t, model->n_comparisons);
    for (size_t c = 0; out != NULL && c < model->n_comparisons; c++) {
        uint8_t strictest = MLN_LEVELS_MAX;
        for (size_t f = 0; f < rule->n_fields; f++) {
            if (shares_field(model, &model->comparisons[c], rule->fields[f])) {
                const uint8_t level = level_of_field(model, &model->comparisons[c], rule->fields[f]);
                strictest = level < strictest ? level : strictest;
            }
        }
        out[c] = strictest == MLN_LEVELS_MAX ? 0 : strictest;
    }
    return out;
}

/* ── sessions ── */

static enum mln_status session_of(const struct mln_linkage_work *work,
                                  const struct mln_pattern_counts *counts,
                                  struct mln_em_session *out, struct mln_err *err) {
    const size_t n_comparisons = work->model->n_comparisons;
    uint8_t *levels = MLN_ARENA_NEW(work->arena, uint8_t, counts->n * n_comparisons);
    uint64_t *count = MLN_ARENA_NEW(work->arena, uint64_t, counts->n);
    if (levels == NULL || count == NULL) {
        return mln_err_nomem(err, "the patterns");
    }
    for (size_t i = 0; i < counts->n; i++) {
        mln_ladder_levels(work->ladder, counts->pattern[i], levels + i * n_comparisons);
        count[i] = counts->count[i];
    }
    out->levels = levels;
    out->count = count;
    out->n_patterns = counts->n;
    return MLN_OK;
}

struct heard {
    struct mln_talk *talk;
    const char *what;
};

static void hear(void *ctx, uint64_t done, uint64_t total) {
    const struct heard *heard = ctx;
    mln_progress(heard->talk, heard->what, done, total);
}

static enum mln_status rule_session(const struct mln_linkage_work *work, size_t rule,
                                    struct mln_em_session *out, struct mln_err *err) {
    struct heard heard = {work->talk, "training pairs"};
    const struct mln_pairs_options options = {.n_threads = work->n_threads, .only_rule = rule,
                                              .progress = hear, .progress_ctx = &heard};
    struct mln_pattern_counts counts = {0};
    MLN_TRY(mln_pairs_count(work->blocks, work->ladder, &options, &counts, err));
    enum mln_status status = session_of(work, &counts, out, err);
    mln_pattern_counts_release(&counts);
    out->left_out = left_out_by(work, &work->model->rules[rule]);
    out->asked = asked_by(work, &work->model->rules[rule]);
    out->asked_to = asked_to(work, &work->model->rules[rule]);
    if (status == MLN_OK &&
        (out->left_out == NULL || out->asked == NULL || out->asked_to == NULL)) {
        status = mln_err_nomem(err, "the sessions");
    }
    return status;
}

static enum mln_status random_session(const struct mln_linkage_work *work,
                                      struct mln_em_session *out, struct mln_err *err) {
    const struct mln_training *t = &work->model->training;
    struct mln_pattern_counts counts = {0};
    MLN_TRY(mln_pairs_random(work->records, work->model->kind, work->ladder, t->seed,
                             t->u == MLN_U_ALL ? UINT64_MAX : t->random_pairs, work->n_threads,
                             &counts, err));
    const enum mln_status status = session_of(work, &counts, out, err);
    mln_pattern_counts_release(&counts);
    return status;
}

static enum mln_status sessions_of(const struct mln_linkage_work *work,
                                   struct mln_em_session **sessions, size_t *n,
                                   struct mln_err *err) {
    *sessions = MLN_ARENA_NEW(work->arena, struct mln_em_session, work->model->n_rules);
    *n = 0;
    if (*sessions == NULL) {
        return mln_err_nomem(err, "the sessions");
    }
    for (size_t r = 0; r < work->model->n_rules; r++) {
        if (work->model->rules[r].train) {
            MLN_TRY(rule_session(work, r, &(*sessions)[*n], err));
            *n += (*sessions)[*n].n_patterns > 0;
        }
    }
    return MLN_OK;
}

/* ── fixed values in, trained values out ── */

static enum mln_status fixed_values(const struct mln_linkage_work *work, double **m, double **u,
                                    uint8_t **n_levels, struct mln_err *err) {
    const struct mln_link_model *model = work->model;
    *m = MLN_ARENA_NEW(work->arena, double, model->n_comparisons * MLN_LEVELS_MAX);
    *u = MLN_ARENA_NEW(work->arena, double, model->n_comparisons * MLN_LEVELS_MAX);
    *n_levels = MLN_ARENA_NEW(work->arena, uint8_t, model->n_comparisons);
    if (*m == NULL || *u == NULL || *n_levels == NULL) {
        return mln_err_nomem(err, "the model");
    }
    for (size_t c = 0; c < model->n_comparisons; c++) {
        (*n_levels)[c] = (uint8_t)model->comparisons[c].n_levels;
        for (size_t l = 0; l < MLN_LEVELS_MAX; l++) {
            const bool there = l < model->comparisons[c].n_levels;
            const struct mln_level *level = there ? &model->comparisons[c].levels[l] : NULL;
            (*m)[c * MLN_LEVELS_MAX + l] = there && level->m_fixed ? level->m : NAN;
            (*u)[c * MLN_LEVELS_MAX + l] = there && level->u_fixed ? level->u : NAN;
        }
    }
    return MLN_OK;
}

static enum mln_status put_values(const struct mln_linkage_work *work,
                                  const struct mln_em_result *fit, struct mln_link_model *trained,
                                  struct mln_err *err) {
    const struct mln_link_model *model = work->model;
    *trained = *model;
    trained->lambda = fit->lambda;
    trained->coverage = fit->coverage > 0 ? fit->coverage : NAN;
    trained->random_pairs = fit->random_pairs;
    trained->random_matches = fit->random_matches;
    trained->n_interactions = fit->n_interactions;
    struct mln_interaction *interactions =
        MLN_ARENA_NEW(work->arena, struct mln_interaction, fit->n_interactions + 1);
    if (interactions == NULL) {
        return mln_err_nomem(err, "the model");
    }
    for (size_t i = 0; i < fit->n_interactions; i++) {
        interactions[i] = fit->interactions[i];
    }
    trained->interactions = interactions;
    trained->comparisons = MLN_ARENA_NEW(work->arena, struct mln_comparison, model->n_comparisons);
    if (trained->comparisons == NULL) {
        return mln_err_nomem(err, "the model");
    }
    for (size_t c = 0; c < model->n_comparisons; c++) {
        const struct mln_comparison *from = &model->comparisons[c];
        struct mln_level *levels = MLN_ARENA_NEW(work->arena, struct mln_level, from->n_levels);
        if (levels == NULL) {
            return mln_err_nomem(err, "the model");
        }
        for (size_t l = 0; l < from->n_levels; l++) {
            levels[l] = from->levels[l];
            levels[l].m = fit->m[c * MLN_LEVELS_MAX + l];
            levels[l].u = fit->u[c * MLN_LEVELS_MAX + l];
        }
        trained->comparisons[c] = *from;
        trained->comparisons[c].levels = levels;
    }
    return MLN_OK;
}

void mln_linkage_fit_of(const struct mln_link_model *model, struct mln_em_result *fit) {
    *fit = (struct mln_em_result){.lambda = model->lambda,
                                  .coverage = model->coverage > 0 ? model->coverage : 0,
                                  .random_pairs = model->random_pairs,
                                  .random_matches = model->random_matches,
                                  .log_likelihood = NAN,
                                  .n_interactions = model->n_interactions};
    for (size_t i = 0; i < model->n_interactions; i++) {
        fit->interactions[i] = model->interactions[i];
    }
    for (size_t c = 0; c < model->n_comparisons; c++) {
        for (size_t l = 0; l < model->comparisons[c].n_levels; l++) {
            fit->m[c * MLN_LEVELS_MAX + l] = model->comparisons[c].levels[l].m;
            fit->u[c * MLN_LEVELS_MAX + l] = model->comparisons[c].levels[l].u;
        }
    }
}

/* What labels and sessions have in common. */
static enum mln_status fit_sessions(const struct mln_linkage_work *work,
                                    const struct mln_em_session *sessions, size_t n, bool labelled,
                                    struct mln_em_result *fit, struct mln_link_model *trained,
                                    struct mln_err *err) {
    struct mln_em_session random = {0};
    double *m = NULL;
    double *u = NULL;
    uint8_t *n_levels = NULL;
    struct mln_str *names = MLN_ARENA_NEW(work->arena, struct mln_str, work->model->n_comparisons);
    if (names == NULL) {
        return mln_err_nomem(err, "the names of comparisons");
    }
    for (size_t c = 0; c < work->model->n_comparisons; c++) {
        names[c] = work->model->comparisons[c].name;
    }
    MLN_TRY(fixed_values(work, &m, &u, &n_levels, err));
    const bool by_em = work->model->training.u == MLN_U_EM;
    if (!by_em) {
        MLN_TRY(random_session(work, &random, err));
    }
    const struct mln_em_options options = {.names = names,
                                           .n_levels = n_levels,
                                           .n_comparisons = work->model->n_comparisons,
                                           .sessions = sessions,
                                           .n_sessions = n,
                                           .random = by_em ? NULL : &random,
                                           .n_pairs_all = mln_linkage_all_pairs(work),
                                           .training = &work->model->training,
                                           .m_fixed = m,
                                           .u_fixed = u};
    MLN_TRY(labelled ? mln_em_from_labels(&options, fit, err) : mln_em_fit(&options, fit, err));
    return put_values(work, fit, trained, err);
}

enum mln_status mln_linkage_train(const struct mln_linkage_work *work, struct mln_em_result *fit,
                                  struct mln_link_model *trained, struct mln_err *err) {
    struct mln_em_session *sessions = NULL;
    size_t n_sessions = 0;
    MLN_TRY(sessions_of(work, &sessions, &n_sessions, err));
    return fit_sessions(work, sessions, n_sessions, false, fit, trained, err);
}

enum mln_status mln_linkage_train_labelled(const struct mln_linkage_work *work,
                                           const struct mln_em_session *sessions, size_t n,
                                           struct mln_em_result *fit, struct mln_link_model *trained,
                                           struct mln_err *err) {
    return fit_sessions(work, sessions, n, true, fit, trained, err);
}
