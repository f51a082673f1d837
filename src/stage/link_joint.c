#include "stage/link_joint.h"

#include <math.h>
#include <stdlib.h>

#include "assets/assets.h"
#include "base/thread.h"
#include "link/joint/joint.h"
#include "link/pairs/pairs.h"
#include "link/train/em.h"
#include "stage/zone.h"

enum { BOUNDS_MAX = MLN_LEVELS_MAX - 1, REFERENCE_LEVELS = 6, DEJA_LEVELS = 3 };

/* ── arrays that grow ── */

struct numbers {
    int64_t *v;
    size_t n, cap;
};

static enum mln_status push(struct numbers *list, int64_t value, struct mln_err *err) {
    if (list->n == list->cap) {
        const size_t cap = list->cap == 0 ? 4096 : 2 * list->cap;
        int64_t *wider = realloc(list->v, cap * sizeof *wider);
        if (wider == NULL) {
            return mln_err_nomem(err, "the joint pass");
        }
        list->v = wider;
        list->cap = cap;
    }
    list->v[list->n++] = value;
    return MLN_OK;
}

/* ── one kind of record: cases or persons ── */

enum { NO, RANG, ROLE, NATURE, N_KEPT };

struct kind {
    const struct mln_link_model *model;
    struct mln_records_builder *builder;
    struct mln_records records;
    struct mln_ladder *ladder;
    struct mln_ladder_work *work;
    /* Per side and record, in the order of the records. */
    struct numbers kept[2][N_KEPT];
};

static void kind_release(struct kind *k) {
    mln_ladder_work_free(k->work);
    mln_ladder_free(k->ladder);
    mln_records_release(&k->records);
    mln_records_builder_free(k->builder);
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < N_KEPT; i++) {
            free(k->kept[s][i].v);
        }
    }
}

struct feed {
    struct kind *kind;
    struct mln_arena *arena;
    size_t side;
    bool persons;
    const struct mln_str *columns;
    size_t n_columns;
    uint64_t n;
};

static enum mln_status keep_keys(struct feed *f, const struct mln_batch *batch, size_t row,
                                 struct mln_err *err) {
    struct numbers *kept = f->kind->kept[f->side];
    MLN_TRY(push(&kept[NO], mln_get_i64(&batch->columns[0], row), err));
    if (!f->persons) {
        return MLN_OK;
    }
    MLN_TRY(push(&kept[RANG], mln_get_i32(&batch->columns[1], row), err));
    MLN_TRY(push(&kept[ROLE], mln_get_str(&batch->columns[2], row).p[0], err));
    return push(&kept[NATURE], mln_get_str(&batch->columns[3], row).p[0], err);
}

static enum mln_status take_rows(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct feed *f = ctx;
    if (batch->n_rows == 0) {
        return MLN_OK;
    }
    const struct mln_arena_mark mark = mln_arena_mark(f->arena);
    struct mln_str *cells =
        MLN_ARENA_NEW(f->arena, struct mln_str, batch->n_rows * f->n_columns);
    if (cells == NULL) {
        return mln_err_nomem(err, "the joint pass");
    }
    enum mln_status status = MLN_OK;
    for (size_t c = 0; status == MLN_OK && c < f->n_columns; c++) {
        const char *name = mln_arena_strdup(f->arena, f->columns[c]);
        const struct mln_column *column = name == NULL ? NULL : mln_batch_column(batch, name);
        if (column == NULL) {
            status = mln_err_set(err, MLN_INTERNAL,
                                 "the joint pass gives no column '%.*s', which its model asks for",
                                 MLN_STR_ARG(f->columns[c]));
        }
        for (size_t row = 0; status == MLN_OK && row < batch->n_rows; row++) {
            cells[row * f->n_columns + c] = mln_get_str(column, row);
        }
    }
    for (size_t row = 0; status == MLN_OK && row < batch->n_rows; row++) {
        status = keep_keys(f, batch, row, err);
    }
    if (status == MLN_OK) {
        status = mln_records_add(f->kind->builder, f->side, f->n + 1, cells, batch->n_rows, err);
    }
    f->n += batch->n_rows;
    mln_arena_reset(f->arena, mark);
    return status;
}

/* Reads both sides of a kind; the record of a side is the place of its row. */
static enum mln_status read_kind(const struct mln_link_joint *pass, const char *const files[2],
                                 bool persons, struct kind *k, struct mln_err *err) {
    MLN_TRY(mln_records_builder_new(k->model, &k->builder, err));
    for (size_t side = 0; side < 2; side++) {
        struct feed f = {.kind = k, .arena = pass->run->arena, .side = side, .persons = persons};
        MLN_TRY(mln_records_columns(k->model, side, pass->run->arena, &f.columns, &f.n_columns,
                                    err));
        MLN_TRY(pass->scan(pass->ctx, files[side], take_rows, &f, err));
    }
    MLN_TRY(mln_records_finish(k->builder, pass->run->project->n_threads, &k->records, err));
    MLN_TRY(mln_ladder_build(k->model, &k->records, &k->ladder, err));
    return mln_ladder_work_new(k->ladder, &k->work, err);
}

/* ── the pass ── */

enum { PROCEDURE, AFFAIRE, CAPACITE, REFERENCE, DEJA, APPRIS, N_COLUMNS };

struct joint {
    const struct mln_link_joint *pass;
    struct mln_link_model cases_model, persons_model;
    double bounds[BOUNDS_MAX];
    size_t n_bounds;
    double probability;
    struct kind cases, persons;
    struct numbers column[N_COLUMNS]; /* of the candidates */
    size_t n;                         /* candidates */
    uint32_t *left, *right;           /* n: records of cases */
    uint8_t *levels;                  /* n × n_comparisons */
    size_t n_comparisons;             /* of the model, then persons, left over, reference, deja */
    double *weight, *chance;          /* n */
};

static enum mln_status take_candidates(void *ctx, const struct mln_batch *batch,
                                       struct mln_err *err) {
    struct joint *j = ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
            const struct mln_column *column = &batch->columns[c];
            MLN_TRY(push(&j->column[c],
                         mln_is_valid(column, row) ? mln_get_i64(column, row) : -1, err));
        }
    }
    j->n = j->column[0].n;
    return MLN_OK;
}

/* ── parameters ── */

static enum mln_status read_decision(struct joint *j, struct mln_yaml *map, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_yaml_need(map, "personnes_paliers", &list, err));
    MLN_TRY(mln_yaml_as_list(list, err));
    if (list->n == 0 || list->n > BOUNDS_MAX) {
        return mln_yaml_error(list, err, "1 to %d bounds are needed", (int)BOUNDS_MAX);
    }
    for (struct mln_yaml *b = list->first; b != NULL; b = b->next) {
        MLN_TRY(mln_yaml_as_f64(b, -1000, 1000, &j->bounds[j->n_bounds], err));
        if (j->n_bounds > 0 && j->bounds[j->n_bounds] >= j->bounds[j->n_bounds - 1]) {
            return mln_yaml_error(b, err, "bounds must fall from one to the next");
        }
        j->n_bounds++;
    }
    j->probability = 0.8;
    MLN_TRY(mln_yaml_opt_f64(map, "probabilite", 0, 1, &j->probability, err));
    return mln_yaml_done(map, err);
}

static enum mln_status read_model(struct joint *j, struct mln_err *err) {
    struct mln_arena *arena = j->pass->run->arena;
    const struct mln_asset *asset = mln_asset_find("models/penal-chain.yaml");
    if (asset == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "models/penal-chain.yaml is not in the program");
    }
    struct mln_yaml *top = NULL;
    struct mln_yaml *part[3] = {NULL, NULL, NULL};
    int64_t version = 0;
    MLN_TRY(mln_yaml_parse(arena, asset->name, asset->text, &top, err));
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_opt_i64(top, "version", 1, 1, &version, err));
    MLN_TRY(mln_yaml_need(top, "procedures", &part[0], err));
    MLN_TRY(mln_yaml_need(top, "personnes", &part[1], err));
    MLN_TRY(mln_yaml_need(top, "decision", &part[2], err));
    MLN_TRY(mln_yaml_done(top, err));
    MLN_TRY(mln_link_model_read_part(arena, part[0], &j->cases_model, err));
    MLN_TRY(mln_link_model_read_part(arena, part[1], &j->persons_model, err));
    j->cases.model = &j->cases_model;
    j->persons.model = &j->persons_model;
    return read_decision(j, part[2], err);
}

/* ── from numbers to records ── */

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

/* First of `list`'s (ascending, repeated) numbers that is at least `no`. */
static uint32_t first_of(const struct numbers *list, int64_t no) {
    size_t low = 0;
    size_t high = list->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->v[middle] < no) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

static enum mln_status case_levels(struct joint *j, struct mln_err *err) {
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

/* ── persons ── */

struct person_range {
    uint32_t first, last; /* of one side's persons, half-open */
};

static struct person_range persons_of(const struct joint *j, size_t side, int64_t no) {
    const struct numbers *list = &j->persons.kept[side][NO];
    return (struct person_range){first_of(list, no), first_of(list, no + 1)};
}

/* A pair of persons of a candidate, of one role and nature. */
struct person_pair {
    uint32_t candidate;
    uint32_t left, right; /* places: see mln_joint_persons */
    uint32_t pattern;
};

struct person_pairs {
    struct person_pair *v;
    size_t n, cap;
    uint32_t n_left, n_right; /* places so far */
};

static enum mln_status add_pair(struct person_pairs *pairs, struct person_pair pair,
                                struct mln_err *err) {
    if (pairs->n == pairs->cap) {
        const size_t cap = pairs->cap == 0 ? 4096 : 2 * pairs->cap;
        struct person_pair *wider = realloc(pairs->v, cap * sizeof *wider);
        if (wider == NULL) {
            return mln_err_nomem(err, "the persons of the joint pass");
        }
        pairs->v = wider;
        pairs->cap = cap;
    }
    pairs->v[pairs->n++] = pair;
    return MLN_OK;
}

/* All pairs of persons of one procedure and one affaire; their places go on from `pairs`. */
static enum mln_status pair_persons(struct joint *j, uint32_t candidate, struct person_range a,
                                    struct person_range b, struct person_pairs *pairs,
                                    struct mln_err *err) {
    const struct numbers *left = j->persons.kept[0];
    const struct numbers *right = j->persons.kept[1];
    for (uint32_t p = a.first; p < a.last; p++) {
        for (uint32_t q = b.first; q < b.last; q++) {
            if (left[ROLE].v[p] != right[ROLE].v[q] || left[NATURE].v[p] != right[NATURE].v[q]) {
                continue;
            }
            struct person_pair pair = {candidate, pairs->n_left + p - a.first,
                                       pairs->n_right + q - b.first, 0};
            MLN_TRY(mln_ladder_pair(j->persons.ladder, j->persons.work, p,
                                    j->persons.records.n_left + q, &pair.pattern, err));
            MLN_TRY(add_pair(pairs, pair, err));
        }
    }
    pairs->n_left += a.last - a.first;
    pairs->n_right += b.last - b.first;
    return MLN_OK;
}

static int by_pattern(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Distinct patterns with their counts, as a session. */
static enum mln_status person_session(struct joint *j, const uint32_t *pattern, size_t n,
                                      struct mln_em_session *out, struct mln_err *err) {
    struct mln_arena *arena = j->pass->run->arena;
    const size_t n_comparisons = j->persons_model.n_comparisons;
    size_t n_distinct = 0;
    for (size_t i = 0; i < n; i++) {
        n_distinct += i == 0 || pattern[i] != pattern[i - 1];
    }
    uint8_t *levels = MLN_ARENA_NEW(arena, uint8_t, n_distinct * n_comparisons + 1);
    uint64_t *count = MLN_ARENA_NEW(arena, uint64_t, n_distinct + 1);
    if (levels == NULL || count == NULL) {
        return mln_err_nomem(err, "the persons of the joint pass");
    }
    size_t d = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && pattern[i] != pattern[i - 1]) {
            d++;
        }
        if (count[d]++ == 0) {
            mln_ladder_levels(j->persons.ladder, pattern[i], levels + d * n_comparisons);
        }
    }
    *out = (struct mln_em_session){.levels = levels, .count = count, .n_patterns = n_distinct};
    return MLN_OK;
}

/* Persons of linked procedures against those of their own affaire (`shift` 0) or of another linked pair's. */
static enum mln_status linked_session(struct joint *j, size_t shift, struct mln_em_session *out,
                                      struct mln_err *err) {
    struct person_pairs pairs = {0};
    struct numbers linked = {0};
    uint32_t *pattern = NULL;
    enum mln_status status = MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < j->n; i++) {
        status = j->column[APPRIS].v[i] == 1 ? push(&linked, (int64_t)i, err) : MLN_OK;
    }
    for (size_t i = 0; status == MLN_OK && i < linked.n; i++) {
        const size_t other = (size_t)linked.v[(i + shift) % linked.n];
        status = pair_persons(j, 0, persons_of(j, 0, j->column[PROCEDURE].v[linked.v[i]]),
                              persons_of(j, 1, j->column[AFFAIRE].v[other]), &pairs, err);
    }
    if (status == MLN_OK) {
        pattern = malloc((pairs.n + 1) * sizeof *pattern);
        status = pattern == NULL ? mln_err_nomem(err, "the persons of the joint pass") : MLN_OK;
    }
    if (status == MLN_OK) {
        for (size_t i = 0; i < pairs.n; i++) {
            pattern[i] = pairs.v[i].pattern;
        }
        qsort(pattern, pairs.n, sizeof *pattern, by_pattern);
        status = person_session(j, pattern, pairs.n, out, err);
    }
    free(pattern);
    free(linked.v);
    free(pairs.v);
    return status;
}

static const struct mln_training training = {.seed = 1, .u = MLN_U_RANDOM, .starts = 3,
                                             .max_iterations = 500, .tolerance = 1e-7,
                                             .prior_weight = 1, .lambda = NAN};

/* m and u of the persons' comparisons: the pairs inside linked cases are a mixture; those across
 * cases are of different persons. */
static enum mln_status train_persons(struct joint *j, struct mln_em_result *fit,
                                     struct mln_err *err) {
    uint8_t n_levels[MLN_COMPARISONS_MAX];
    struct mln_em_session inside = {0};
    struct mln_em_session across = {0};
    for (size_t c = 0; c < j->persons_model.n_comparisons; c++) {
        n_levels[c] = (uint8_t)j->persons_model.comparisons[c].n_levels;
    }
    MLN_TRY(linked_session(j, 0, &inside, err));
    MLN_TRY(linked_session(j, 1, &across, err));
    double n_across = 0;
    for (size_t i = 0; i < across.n_patterns; i++) {
        n_across += (double)across.count[i];
    }
    const struct mln_em_options options = {.n_levels = n_levels,
                                           .n_comparisons = j->persons_model.n_comparisons,
                                           .sessions = &inside,
                                           .n_sessions = 1,
                                           .random = &across,
                                           .n_pairs_all = n_across * n_across,
                                           .training = &training};
    return mln_em_fit(&options, fit, err);
}

static double log2_odds(double p) {
    return log2(p / (1 - p));
}

/* The best assignment of the persons of every candidate: two more levels of its pattern. */
static enum mln_status match_persons(struct joint *j, const struct mln_em_result *fit,
                                     struct mln_err *err) {
    struct person_pairs pairs = {0};
    uint32_t *left = NULL, *right = NULL;
    double *weight = NULL, *gain = NULL;
    bool *taken = NULL;
    uint32_t *sides = calloc(2 * j->n + 1, sizeof *sides); /* persons of each side of a candidate */
    enum mln_status status = sides == NULL ? mln_err_nomem(err, "the joint pass") : MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < j->n; i++) {
        const struct person_range a = persons_of(j, 0, j->column[PROCEDURE].v[i]);
        const struct person_range b = persons_of(j, 1, j->column[AFFAIRE].v[i]);
        sides[2 * i] = a.last - a.first;
        sides[2 * i + 1] = b.last - b.first;
        status = pair_persons(j, (uint32_t)i, a, b, &pairs, err);
    }
    if (status == MLN_OK) {
        left = malloc((pairs.n + 1) * sizeof *left);
        right = malloc((pairs.n + 1) * sizeof *right);
        weight = malloc((pairs.n + 1) * sizeof *weight);
        gain = malloc((pairs.n + 1) * sizeof *gain);
        taken = calloc(pairs.n + 1, sizeof *taken);
        status = left == NULL || right == NULL || weight == NULL || gain == NULL || taken == NULL
                     ? mln_err_nomem(err, "the persons of the joint pass")
                     : MLN_OK;
    }
    if (status == MLN_OK) {
        const double odds = log2_odds(fit->session_lambda[0]);
        for (size_t e = 0; e < pairs.n; e++) {
            uint8_t levels[MLN_COMPARISONS_MAX];
            mln_ladder_levels(j->persons.ladder, pairs.v[e].pattern, levels);
            weight[e] = mln_em_weight(fit, levels, j->persons_model.n_comparisons, false);
            gain[e] = weight[e] + odds;
            left[e] = pairs.v[e].left;
            right[e] = pairs.v[e].right;
        }
        const struct mln_joint_persons persons = {
            .left = left, .right = right, .weight = weight, .gain = gain, .n = pairs.n,
            .n_left = pairs.n_left, .n_right = pairs.n_right,
            .n_threads = j->pass->run->project->n_threads};
        status = mln_joint_assign(&persons, taken, err);
    }
    for (size_t i = 0, e = 0; status == MLN_OK && i < j->n; i++) {
        double sum = 0;
        uint32_t matched = 0;
        bool any = false;
        for (; e < pairs.n && pairs.v[e].candidate == i; e++) {
            any = true;
            sum += taken[e] ? weight[e] : 0;
            matched += taken[e];
        }
        uint8_t *levels = j->levels + i * j->n_comparisons + j->cases_model.n_comparisons;
        levels[0] = mln_joint_weight_level(any ? (matched > 0 ? sum : -INFINITY) : NAN, j->bounds,
                                           j->n_bounds);
        levels[1] = any ? mln_joint_left_level(sides[2 * i], sides[2 * i + 1], matched)
                        : MLN_LEVEL_MISSING;
    }
    free(sides);
    free(taken);
    free(gain);
    free(weight);
    free(right);
    free(left);
    free(pairs.v);
    return status;
}

/* ── cases ── */

static enum mln_status case_session(struct joint *j, int64_t appris, struct mln_em_session *out,
                                    struct mln_err *err) {
    struct mln_arena *arena = j->pass->run->arena;
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
static enum mln_status train_cases(struct joint *j, struct mln_em_result *fit,
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
                                     .training = &training};
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

static enum mln_status score_cases(struct joint *j, const struct mln_em_result *fit,
                                   struct mln_err *err) {
    const double odds = log2_odds(fit->session_lambda[0]);
    uint32_t *affaire = MLN_ARENA_NEW(j->pass->run->arena, uint32_t, j->n);
    uint32_t *capacity = MLN_ARENA_NEW(j->pass->run->arena, uint32_t, j->n);
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

static enum mln_status write_links(struct joint *j, struct mln_err *err) {
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
    struct mln_batch batch;
    struct mln_appender *appender = NULL;
    struct mln_engine *e = j->pass->e;
    enum mln_status status = mln_builder_view(b, &batch, err);
    if (status == MLN_OK) {
        status = e->ops->append_open(e, MLN_WORK, "conjoint_lien", &appender, err);
    }
    if (status == MLN_OK) {
        status = e->ops->append(appender, &batch, err);
        const enum mln_status closed =
            e->ops->append_close(appender, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status != MLN_OK ? status : closed;
    }
    mln_builder_free(b);
    return status;
}

static bool something_to_learn(const struct joint *j) {
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

static enum mln_status run_pass(struct joint *j, struct mln_err *err) {
    static const char *const case_files[] = {"conjoint_procedures", "conjoint_affaires"};
    static const char *const person_files[] = {"conjoint_personnes_procedure",
                                               "conjoint_personnes_affaire"};
    const struct mln_link_joint *pass = j->pass;
    struct mln_em_result *fit = MLN_ARENA_NEW(pass->run->arena, struct mln_em_result, 2);
    MLN_TRY(pass->scan(pass->ctx, "conjoint_candidats", take_candidates, j, err));
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
    MLN_TRY(read_kind(pass, case_files, false, &j->cases, err));
    MLN_TRY(read_kind(pass, person_files, true, &j->persons, err));
    MLN_TRY(case_levels(j, err));
    MLN_TRY(train_persons(j, &fit[0], err));
    MLN_TRY(match_persons(j, &fit[0], err));
    MLN_TRY(train_cases(j, &fit[1], err));
    MLN_TRY(score_cases(j, &fit[1], err));
    return write_links(j, err);
}

enum mln_status mln_link_joint(const struct mln_link_joint *pass, struct mln_err *err) {
    struct joint *j = calloc(1, sizeof *j);
    if (j == NULL) {
        return mln_err_nomem(err, "the joint pass");
    }
    j->pass = pass;
    enum mln_status status = read_model(j, err);
    if (status == MLN_OK) {
        status = run_pass(j, err);
    }
    kind_release(&j->cases);
    kind_release(&j->persons);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        free(j->column[c].v);
    }
    free(j->left);
    free(j->right);
    free(j->levels);
    free(j->weight);
    free(j->chance);
    free(j);
    return status;
}
