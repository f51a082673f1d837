#include <stdlib.h>

#include "stage/link/link_joint_inside.h"

enum { REFERENCE_LEVELS = 6, DEJA_LEVELS = 3 };

static enum mln_status take_candidates(void *ctx, const struct mln_batch *batch,
                                       struct mln_err *err) {
    struct mln_joint_pass *j = ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
            const struct mln_column *column = &batch->columns[c];
            MLN_TRY(joint_push(&j->column[c],
                         mln_is_valid(column, row) ? mln_get_i64(column, row) : -1, err));
        }
    }
    j->n = j->column[0].n;
    return MLN_OK;
}

/* The place of `no` in the ascending list; it is there. */
static uint32_t place_of(const struct numbers *list, int64_t no) {
    size_t low = 0;
    size_t high = list->n;
    while (low + 1 < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->v[middle] <= no) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

static enum mln_status case_levels(struct mln_joint_pass *j, struct mln_err *err) {
    const size_t n_model = j->cases_model.n_comparisons;
    for (size_t i = 0; i < j->n; i++) {
        j->left[i] = place_of(&j->cases.kept[0][NO], j->column[PROCEDURE].v[i]);
        j->right[i] = j->cases.records.n_left +
                      place_of(&j->cases.kept[1][NO], j->column[AFFAIRE].v[i]);
        uint32_t pattern;
        MLN_TRY(mln_ladder_pair(j->cases.ladder, j->cases.work, j->left[i], j->right[i],
                                &pattern, err));
        uint8_t *levels = j->levels + i * j->n_comparisons;
        mln_ladder_levels(j->cases.ladder, pattern, levels);
        levels[n_model + 2] = j->column[REFERENCE].v[i] < 0 ? MLN_LEVEL_MISSING
                                                            : (uint8_t)j->column[REFERENCE].v[i];
        levels[n_model + 3] = (uint8_t)j->column[DEJA].v[i];
    }
    return MLN_OK;
}

/* ── cases ── */

static enum mln_status case_session(struct mln_joint_pass *j, int64_t appris, struct mln_em_session *out,
                                    struct mln_err *err) {
    struct mln_arena *arena = j->pass.run->arena;
    size_t n = 0;
    for (size_t i = 0; i < j->n; i++) {
        n += j->column[APPRIS].v[i] == appris;
    }
    uint8_t *levels = MLN_ARENA_NEW(arena, uint8_t, n * j->n_comparisons + 1);
    uint64_t *count = MLN_ARENA_NEW(arena, uint64_t, n + 1);
    if (levels == NULL || count == NULL) {
        return mln_err_nomem(err, "the joint pass");
    }
    n = 0;
    for (size_t i = 0; i < j->n; i++) {
        if (j->column[APPRIS].v[i] == appris) {
            memcpy(levels + n * j->n_comparisons, j->levels + i * j->n_comparisons,
                   j->n_comparisons);
            count[n++] = 1;
        }
    }
    *out = (struct mln_em_session){.levels = levels, .count = count, .n_patterns = n};
    return MLN_OK;
}

/* m and u of a case's comparisons, from the pairs that keys linked and the other candidates of their affaires;
 * of `reference`, which these pairs cannot teach, by EM over the pairs to decide, all else fixed. */
static enum mln_status train_cases(struct mln_joint_pass *j, struct mln_em_result *fit,
                                   struct mln_err *err) {
    const size_t n_model = j->cases_model.n_comparisons;
    uint8_t n_levels[MLN_COMPARISONS_MAX];
    for (size_t c = 0; c < n_model; c++) {
        n_levels[c] = (uint8_t)j->cases_model.comparisons[c].n_levels;
    }
    n_levels[n_model] = (uint8_t)(j->n_bounds + 1);
    n_levels[n_model + 1] = MLN_JOINT_LEFT_LEVELS;
    n_levels[n_model + 2] = REFERENCE_LEVELS;
    n_levels[n_model + 3] = DEJA_LEVELS;
    struct mln_em_session labelled[2] = {0};
    struct mln_em_session open = {0};
    MLN_TRY(case_session(j, 1, &labelled[0], err));
    MLN_TRY(case_session(j, 0, &labelled[1], err));
    MLN_TRY(case_session(j, -1, &open, err));
    struct mln_em_options options = {.n_levels = n_levels,
                                     .n_comparisons = j->n_comparisons,
                                     .sessions = labelled,
                                     .n_sessions = 2,
                                     .n_pairs_all = (double)j->n,
                                     .training = &j->cases_model.training};
    struct mln_em_result taught;
    MLN_TRY(mln_em_from_labels(&options, &taught, err));
    for (size_t l = 0; l < MLN_LEVELS_MAX; l++) {
        taught.m[(n_model + 2) * MLN_LEVELS_MAX + l] = NAN;
        taught.u[(n_model + 2) * MLN_LEVELS_MAX + l] = NAN;
    }
    options.sessions = &open;
    options.n_sessions = 1;
    options.n_pairs_all = (double)open.n_patterns;
    options.m_fixed = taught.m;
    options.u_fixed = taught.u;
    return mln_em_fit(&options, fit, err);
}

static enum mln_status score_cases(struct mln_joint_pass *j, const struct mln_em_result *fit,
                                   struct mln_err *err) {
    const double odds = joint_log2_odds(fit->session_lambda[0]);
    uint32_t *affaire = MLN_ARENA_NEW(j->pass.run->arena, uint32_t, j->n);
    uint32_t *capacity = MLN_ARENA_NEW(j->pass.run->arena, uint32_t, j->n);
    if (affaire == NULL || capacity == NULL) {
        return mln_err_nomem(err, "the joint pass");
    }
    for (size_t i = 0; i < j->n; i++) {
        j->weight[i] = odds + mln_em_weight(fit, j->levels + i * j->n_comparisons,
                                            j->n_comparisons, false);
        affaire[i] = j->right[i];
        capacity[i] = (uint32_t)j->column[CAPACITE].v[i];
    }
    const struct mln_joint_candidates candidates = {affaire, capacity, j->weight, j->n};
    return mln_joint_posterior(&candidates, j->chance, err);
}

/* ── what it found ── */

static enum mln_status write_links(struct mln_joint_pass *j, struct mln_err *err) {
    static const struct mln_column_spec specs[] = {
        {"procedure_no", MLN_INT64}, {"affaire_no", MLN_INT64}, {"probabilite", MLN_DOUBLE}};
    struct mln_builder *b = mln_builder_new(specs, 3);
    if (b == NULL) {
        return mln_err_nomem(err, "the links of the joint pass");
    }
    for (size_t i = 0; i < j->n; i++) {
        if (j->column[APPRIS].v[i] == -1 && j->chance[i] >= j->probability) {
            mln_add_i64(b, 0, j->column[PROCEDURE].v[i]);
            mln_add_i64(b, 1, j->column[AFFAIRE].v[i]);
            mln_add_f64(b, 2, j->chance[i]);
        }
    }
    const enum mln_status status = joint_write(&j->pass, "conjoint_lien", b, err);
    mln_builder_free(b);
    return status;
}

static bool something_to_learn(const struct mln_joint_pass *j) {
    size_t linked = 0;
    size_t other = 0;
    size_t open = 0;
    for (size_t i = 0; i < j->n; i++) {
        linked += j->column[APPRIS].v[i] == 1;
        other += j->column[APPRIS].v[i] == 0;
        open += j->column[APPRIS].v[i] == -1;
    }
    return linked >= 100 && other >= 20 && open > 0;
}

static enum mln_status run_pass(struct mln_joint_pass *j, struct mln_err *err) {
    static const struct mln_joint_query candidates = {.file = "conjoint_candidats"};
    static const struct mln_joint_query cases[] = {{.file = "conjoint_procedures"},
                                                   {.file = "conjoint_affaires"}};
    static const struct mln_joint_query persons[] = {
        {"conjoint_personnes", "conjoint_liste_procedure", "proc_personne"},
        {"conjoint_personnes", "conjoint_liste_affaire", "affaire_personne"}};
    const struct mln_link_joint *pass = &j->pass;
    struct mln_em_result *fit = MLN_ARENA_NEW(pass->run->arena, struct mln_em_result, 1);
    MLN_TRY(pass->scan(pass->ctx, &candidates, take_candidates, j, err));
    if (!something_to_learn(j)) {
        mln_detail(pass->run->talk, "joint pass: too few pairs linked by keys to learn from");
        return MLN_OK;
    }
    j->n_comparisons = j->cases_model.n_comparisons + 4;
    j->left = malloc(j->n * sizeof *j->left);
    j->right = malloc(j->n * sizeof *j->right);
    j->levels = malloc(j->n * j->n_comparisons);
    j->weight = malloc(j->n * sizeof *j->weight);
    j->chance = malloc(j->n * sizeof *j->chance);
    if (fit == NULL || j->left == NULL || j->right == NULL || j->levels == NULL ||
        j->weight == NULL || j->chance == NULL) {
        return mln_err_nomem(err, "the joint pass");
    }
    MLN_TRY(joint_read_kind(pass, cases, false, &j->cases, err));
    MLN_TRY(pass->run_file(pass->ctx, "conjoint_listes", err));
    MLN_TRY(joint_read_kind(pass, persons, true, &j->persons, err));
    MLN_TRY(case_levels(j, err));
    MLN_TRY(joint_train_persons(j, err));
    MLN_TRY(joint_match_persons(j, err));
    MLN_TRY(train_cases(j, fit, err));
    MLN_TRY(score_cases(j, fit, err));
    return write_links(j, err);
}

enum mln_status mln_link_joint_cases(const struct mln_link_joint *pass, struct mln_joint_pass **out,
                                     struct mln_err *err) {
    struct mln_joint_pass *j = calloc(1, sizeof *j);
    *out = j;
    if (j == NULL) {
        return mln_err_nomem(err, "the joint pass");
    }
    j->pass = *pass;
    MLN_TRY(joint_read_model(j, err));
    return run_pass(j, err);
}

void mln_link_joint_free(struct mln_joint_pass *j) {
    if (j == NULL) {
        return;
    }
    joint_kind_release(&j->cases);
    joint_kind_release(&j->persons);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        free(j->column[c].v);
    }
    free(j->left);
    free(j->right);
    free(j->levels);
    free(j->weight);
    free(j->chance);
    free(j);
}
