#include "link/pairs/ladder.h"

#include <math.h>
#include <stdlib.h>

/* ── what a level needs ── */

#define BIT(type) (1U << (type))

/* For each kind: the field types it goes with, the step and whether a threshold joins a shared
 * step. */
static const struct kind_rule {
    unsigned types;
    enum mln_step_kind step[5]; /* by enum mln_field_type */
} kind_rules[] = {
    [MLN_LEVEL_EXACT] = {BIT(MLN_FIELD_TEXT) | BIT(MLN_FIELD_DATE) | BIT(MLN_FIELD_NUMBER) |
                             BIT(MLN_FIELD_LIST) | BIT(MLN_FIELD_GEO),
                         {MLN_STEP_EQUAL, MLN_STEP_EQUAL, MLN_STEP_NUMBER, MLN_STEP_SET,
                          MLN_STEP_CHORD}},
    [MLN_LEVEL_JARO] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_TEXT}},
    [MLN_LEVEL_JARO_WINKLER] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_TEXT}},
    [MLN_LEVEL_LEVENSHTEIN] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_TEXT}},
    [MLN_LEVEL_OSA] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_TEXT}},
    [MLN_LEVEL_DAMERAU] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_TEXT}},
    [MLN_LEVEL_INDEL] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_TEXT}},
    [MLN_LEVEL_JACCARD] = {BIT(MLN_FIELD_TEXT) | BIT(MLN_FIELD_LIST),
                           {MLN_STEP_SET, 0, 0, MLN_STEP_SET}},
    [MLN_LEVEL_DICE] = {BIT(MLN_FIELD_TEXT) | BIT(MLN_FIELD_LIST),
                        {MLN_STEP_SET, 0, 0, MLN_STEP_SET}},
    [MLN_LEVEL_COSINE] = {BIT(MLN_FIELD_TEXT) | BIT(MLN_FIELD_LIST),
                          {MLN_STEP_SET, 0, 0, MLN_STEP_SET}},
    [MLN_LEVEL_PREFIX] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_EQUAL}},
    [MLN_LEVEL_CONTAINS] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_TEXT}},
    [MLN_LEVEL_WORDS] = {BIT(MLN_FIELD_TEXT), {MLN_STEP_SET}},
    [MLN_LEVEL_NUMBER] = {BIT(MLN_FIELD_NUMBER), {0, 0, MLN_STEP_NUMBER}},
    [MLN_LEVEL_PERCENT] = {BIT(MLN_FIELD_NUMBER), {0, 0, MLN_STEP_PERCENT}},
    [MLN_LEVEL_DAYS] = {BIT(MLN_FIELD_DATE), {0, MLN_STEP_GAP}},
    [MLN_LEVEL_MONTHS] = {BIT(MLN_FIELD_DATE), {0, MLN_STEP_GAP}},
    [MLN_LEVEL_YEARS] = {BIT(MLN_FIELD_DATE), {0, MLN_STEP_GAP}},
    [MLN_LEVEL_DAY_MONTH] = {BIT(MLN_FIELD_DATE), {0, MLN_STEP_DAY_MONTH}},
    [MLN_LEVEL_DATE_DIGITS] = {BIT(MLN_FIELD_DATE), {0, MLN_STEP_DIGITS}},
    [MLN_LEVEL_COMPATIBLE] = {BIT(MLN_FIELD_DATE), {0, MLN_STEP_COMPATIBLE}},
    [MLN_LEVEL_SWAPPED] = {BIT(MLN_FIELD_TEXT) | BIT(MLN_FIELD_DATE) | BIT(MLN_FIELD_NUMBER),
                           {MLN_STEP_SWAPPED, MLN_STEP_SWAPPED, MLN_STEP_SWAPPED}},
    [MLN_LEVEL_OTHER] = {BIT(MLN_FIELD_TEXT) | BIT(MLN_FIELD_DATE) | BIT(MLN_FIELD_NUMBER),
                         {MLN_STEP_OTHER, MLN_STEP_OTHER, MLN_STEP_OTHER}},
    [MLN_LEVEL_OVERLAP] = {BIT(MLN_FIELD_LIST), {0, 0, 0, MLN_STEP_SET}},
    [MLN_LEVEL_KM] = {BIT(MLN_FIELD_GEO), {0, 0, 0, 0, MLN_STEP_CHORD}},
    [MLN_LEVEL_NULL] = {BIT(MLN_FIELD_TEXT) | BIT(MLN_FIELD_DATE) | BIT(MLN_FIELD_NUMBER) |
                            BIT(MLN_FIELD_LIST) | BIT(MLN_FIELD_GEO),
                        {MLN_STEP_NULL, MLN_STEP_NULL, MLN_STEP_NULL, MLN_STEP_NULL,
                         MLN_STEP_NULL}},
    [MLN_LEVEL_ELSE] = {0, {0}},
};

struct compiler {
    struct mln_ladder *ladder;
    struct mln_compiled *to;
    const struct mln_comparison *from;
    struct mln_err *err;
};

static size_t want(struct compiler *c, enum mln_column_kind kind, size_t field, uint32_t parameter,
                   size_t other) {
    const struct mln_tile_column wanted = {
        .kind = kind, .field = field, .parameter = parameter, .other = other};
    return mln_layout_want(&c->ladder->layout, wanted);
}

static enum mln_field_type type_of(const struct compiler *c, size_t field) {
    return c->ladder->records->fields[field].type;
}

/* The column that tells whether a field is missing; derived columns need it too. */
static size_t want_presence(struct compiler *c, size_t field) {
    switch (type_of(c, field)) {
    case MLN_FIELD_TEXT:
    case MLN_FIELD_DATE: return want(c, MLN_COLUMN_WORD, field, 0, SIZE_MAX);
    case MLN_FIELD_NUMBER: return want(c, MLN_COLUMN_NUMBER, field, 0, SIZE_MAX);
    case MLN_FIELD_LIST: return want(c, MLN_COLUMN_SET, field, 0, SIZE_MAX);
    case MLN_FIELD_GEO: return want(c, MLN_COLUMN_POINT, field, 0, SIZE_MAX);
    }
    return SIZE_MAX;
}

static size_t want_pair_column(struct compiler *c, size_t field, size_t other) {
    return type_of(c, field) == MLN_FIELD_TEXT ? want(c, MLN_COLUMN_MAP, field, 0, other)
                                               : want_presence(c, field);
}

static uint32_t whole(double at, uint32_t most) {
    return !(at > 0) ? 0 : at >= most ? most : (uint32_t)at;
}

static bool want_columns(struct compiler *c, struct mln_step *step, const struct mln_level *level) {
    const size_t f = level->field;
    size_t a = want_presence(c, f), b = 0;
    if (a == SIZE_MAX) {
        return false;
    }
    switch (step->kind) {
    case MLN_STEP_EQUAL:
        if (level->kind == MLN_LEVEL_PREFIX) {
            a = want(c, MLN_COLUMN_MAP, f, whole(level->at, 1 << 30), SIZE_MAX);
        }
        break;
    case MLN_STEP_SWAPPED:
    case MLN_STEP_OTHER:
        b = want_presence(c, level->other_field);
        a = want_pair_column(c, f, level->other_field);
        b = b == SIZE_MAX ? b : want_pair_column(c, level->other_field, f);
        break;
    case MLN_STEP_GAP:
        a = want(c, MLN_COLUMN_RANGE, f,
                 level->kind == MLN_LEVEL_DAYS     ? MLN_UNIT_DAY
                 : level->kind == MLN_LEVEL_MONTHS ? MLN_UNIT_MONTH
                                                   : MLN_UNIT_YEAR,
                 SIZE_MAX);
        break;
    case MLN_STEP_COMPATIBLE: b = want(c, MLN_COLUMN_RANGE, f, MLN_UNIT_DAY, SIZE_MAX); break;
    case MLN_STEP_TEXT: b = want(c, MLN_COLUMN_LETTERS, f, 0, SIZE_MAX); break;
    case MLN_STEP_SET: a = want(c, MLN_COLUMN_SET, f, step->q, SIZE_MAX); break;
    default: break;
    }
    step->columns[0] = a;
    step->columns[1] = b;
    return a != SIZE_MAX && b != SIZE_MAX;
}

/* ── steps ── */

/* Queries are shared by the steps on a field. */
static size_t query_of(struct mln_ladder *ladder, size_t field) {
    for (size_t k = 0; k < ladder->n_queries; k++) {
        if (ladder->query_field[k] == field) {
            return k;
        }
    }
    ladder->query_field[ladder->n_queries] = field;
    return ladder->n_queries++;
}

static bool same_measure(const struct mln_step *step, const struct mln_level *level,
                         enum mln_step_kind kind, uint32_t q) {
    if (step->kind != kind || step->field != level->field) {
        return false;
    }
    if (kind == MLN_STEP_SET) {
        return step->q == q;
    }
    return kind == MLN_STEP_TEXT && step->thresholds[0].kind == level->kind &&
           level->kind != MLN_LEVEL_CONTAINS &&
           (level->kind != MLN_LEVEL_JARO_WINKLER || step->prefix_weight == level->prefix_weight);
}

static void loosen(struct mln_step *step, const struct mln_level *level) {
    const enum mln_level_kind kind = level->kind;
    if (kind == MLN_LEVEL_JARO || kind == MLN_LEVEL_JARO_WINKLER) {
        step->no_bound |= !(level->at > 0);
        step->at = step->n_thresholds == 1 || level->at < step->at ? level->at : step->at;
        mln_jaro_needs(step->at, step->prefix_weight, step->need);
        return;
    }
    const uint32_t cutoff = whole(level->at, 1U << 28);
    step->cutoff = cutoff > step->cutoff ? cutoff : step->cutoff;
}

static enum mln_status add_level(struct compiler *c, const struct mln_level *level, uint8_t l) {
    const enum mln_field_type type = type_of(c, level->field);
    const enum mln_step_kind kind = kind_rules[level->kind].step[type];
    const bool grams =
        kind == MLN_STEP_SET && type == MLN_FIELD_TEXT && level->kind != MLN_LEVEL_WORDS;
    const uint32_t q = grams ? level->q : 0;
    struct mln_step *step = NULL;
    for (size_t s = 0; s < c->to->n_steps; s++) {
        if (same_measure(&c->to->steps[s], level, kind, q)) {
            step = &c->to->steps[s];
        }
    }
    if (step == NULL) {
        step = &c->to->steps[c->to->n_steps++];
        *step = (struct mln_step){.kind = kind,
                                  .field = level->field,
                                  .level = l,
                                  .q = q,
                                  .at = level->kind == MLN_LEVEL_EXACT ? 0 : level->at};
        step->prefix_weight = level->kind == MLN_LEVEL_JARO_WINKLER ? level->prefix_weight : 0;
        if (kind == MLN_STEP_CHORD) {
            step->at = level->kind == MLN_LEVEL_EXACT ? 0 : mln_geo_chord2(level->at);
        }
        if (kind == MLN_STEP_DAY_MONTH) {
            step->at = 0;
        }
        if (!want_columns(c, step, level)) {
            return mln_err_nomem(c->err, "the comparisons");
        }
    }
    step->thresholds[step->n_thresholds++] = (struct mln_threshold){level->kind, level->at, l};
    if (kind == MLN_STEP_TEXT) {
        loosen(step, level);
        step->query = query_of(c->ladder, level->field);
    } else if (kind == MLN_STEP_SET) {
        step->no_bound |= level->kind != MLN_LEVEL_EXACT && !(level->at > 0);
    }
    return MLN_OK;
}

static enum mln_status check_level(const struct compiler *c, const struct mln_level *level,
                                   size_t l) {
    const size_t other = level->kind == MLN_LEVEL_SWAPPED || level->kind == MLN_LEVEL_OTHER
                             ? level->other_field
                             : level->field;
    if (level->field >= c->ladder->records->n_fields || other >= c->ladder->records->n_fields) {
        return mln_err_set(c->err, MLN_BAD_INPUT, "comparison \"%.*s\", level %zu: no such field",
                           MLN_STR_ARG(c->from->name), l + 1);
    }
    const unsigned type = BIT(type_of(c, level->field));
    if ((kind_rules[level->kind].types & type) == 0 || BIT(type_of(c, other)) != type) {
        return mln_err_set(
            c->err, MLN_BAD_INPUT,
            "comparison \"%.*s\", level %zu: %s does not go with fields of this type",
            MLN_STR_ARG(c->from->name), l + 1, mln_level_words[level->kind]);
    }
    return MLN_OK;
}

static int by_cost(const void *a, const void *b) {
    const struct mln_step *x = a, *y = b;
    if (x->kind != y->kind) {
        return (x->kind > y->kind) - (x->kind < y->kind);
    }
    return (x->level > y->level) - (x->level < y->level);
}

static enum mln_status compile(struct compiler *c) {
    const struct mln_comparison *from = c->from;
    if (from->n_levels == 0 || from->n_levels > MLN_LEVELS_MAX ||
        from->levels[from->n_levels - 1].kind != MLN_LEVEL_ELSE) {
        return mln_err_set(c->err, MLN_BAD_INPUT,
                           "comparison \"%.*s\": a ladder has 1 to %d levels and ends with else",
                           MLN_STR_ARG(from->name), (int)MLN_LEVELS_MAX);
    }
    if (from->field >= c->ladder->records->n_fields) {
        return mln_err_set(c->err, MLN_BAD_INPUT, "comparison \"%.*s\": no such field",
                           MLN_STR_ARG(from->name));
    }
    c->to->n_levels = (uint8_t)from->n_levels;
    c->to->field = from->field;
    c->to->presence = want_presence(c, from->field);
    if (c->to->presence == SIZE_MAX) {
        return mln_err_nomem(c->err, "the comparisons");
    }
    for (size_t l = 0; l + 1 < from->n_levels; l++) {
        if (from->levels[l].kind == MLN_LEVEL_SQL) { /* no step: a judge looks at the pairs later */
            c->ladder->condition[c->ladder->n_conditions++] =
                (struct mln_condition){(size_t)(c->to - c->ladder->comparisons), (uint8_t)l};
            continue;
        }
        MLN_TRY(check_level(c, &from->levels[l], l));
        MLN_TRY(add_level(c, &from->levels[l], (uint8_t)l));
    }
    qsort(c->to->steps, c->to->n_steps, sizeof c->to->steps[0], by_cost);
    const struct mln_step *only = c->to->steps;
    c->to->only_equal = c->to->n_steps == 1 && from->n_levels == 2 &&
                        only->kind == MLN_STEP_EQUAL && only->columns[0] == c->to->presence;
    c->to->exact_first = from->levels[0].kind == MLN_LEVEL_EXACT;
    c->to->first_field = from->levels[0].field;
    return MLN_OK;
}

/* ── the whole ladder ── */

static enum mln_status number_patterns(struct mln_ladder *ladder, struct mln_err *err) {
    uint64_t n = 1;
    for (size_t c = 0; c < ladder->n; c++) {
        ladder->comparisons[c].stride = (uint32_t)n;
        n *= (uint64_t)ladder->comparisons[c].n_levels + 1;
        if (n > (uint64_t)1 << 31) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "the comparisons have more than 2^31 agreement patterns: take fewer "
                               "comparisons or fewer levels");
        }
    }
    ladder->n_patterns = (uint32_t)n;
    return MLN_OK;
}

/* The columns stay where they are from now on. */
static void point_to_columns(struct mln_ladder *ladder) {
    const struct mln_tile_column *columns = ladder->layout.columns;
    for (size_t c = 0; c < ladder->n; c++) {
        struct mln_compiled *compiled = &ladder->comparisons[c];
        compiled->presence_column = &columns[compiled->presence];
        for (size_t s = 0; s < compiled->n_steps; s++) {
            struct mln_step *step = &compiled->steps[s];
            step->column[0] = &columns[step->columns[0]];
            step->column[1] = &columns[step->columns[1]];
        }
    }
}

static enum mln_status compile_all(struct mln_ladder *ladder, size_t n_threads,
                                   struct mln_err *err) {
    const struct mln_link_model *model = ladder->model;
    ladder->comparisons = calloc(ladder->n + 1, sizeof *ladder->comparisons);
    ladder->query_field = calloc(ladder->n * MLN_LEVELS_MAX + 1, sizeof *ladder->query_field);
    ladder->condition = calloc(ladder->n * MLN_LEVELS_MAX + 1, sizeof *ladder->condition);
    if (ladder->comparisons == NULL || ladder->query_field == NULL || ladder->condition == NULL) {
        return mln_err_nomem(err, "the comparisons");
    }
    for (size_t c = 0; c < ladder->n; c++) {
        struct compiler compiler = {ladder, &ladder->comparisons[c], &model->comparisons[c], err};
        MLN_TRY(compile(&compiler));
    }
    MLN_TRY(number_patterns(ladder, err));
    MLN_TRY(mln_layout_build(&ladder->layout, n_threads, err));
    point_to_columns(ladder);
    return MLN_OK;
}

enum mln_status mln_ladder_build(const struct mln_link_model *model,
                                 const struct mln_records *records, size_t n_threads,
                                 struct mln_ladder **out, struct mln_err *err) {
    *out = NULL;
    if (model->n_comparisons > MLN_COMPARISONS_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT, "a model has at most %d comparisons",
                           (int)MLN_COMPARISONS_MAX);
    }
    struct mln_ladder *ladder = calloc(1, sizeof *ladder);
    if (ladder == NULL) {
        return mln_err_nomem(err, "the comparisons");
    }
    ladder->model = model;
    ladder->records = records;
    ladder->layout.records = records;
    ladder->n = model->n_comparisons;
    const enum mln_status status = compile_all(ladder, n_threads, err);
    if (status != MLN_OK) {
        mln_ladder_free(ladder);
        return status;
    }
    *out = ladder;
    return MLN_OK;
}

size_t mln_ladder_conditions(const struct mln_ladder *ladder) {
    return ladder->n_conditions;
}

const struct mln_level *mln_ladder_condition(const struct mln_ladder *ladder, size_t k) {
    const struct mln_condition *c = &ladder->condition[k];
    return &ladder->model->comparisons[c->comparison].levels[c->level];
}

void mln_ladder_judge(struct mln_ladder *ladder, const struct mln_judge *judge) {
    ladder->judge = judge;
}

enum mln_status mln_ladder_ready(const struct mln_ladder *ladder, struct mln_err *err) {
    return ladder->n_conditions == 0 || ladder->judge != NULL
               ? MLN_OK
               : mln_err_set(err, MLN_BAD_INPUT,
                             "a level of the model is a condition in SQL, which needs an engine: use maillon "
                             "link or dedupe, or another level");
}

void mln_ladder_free(struct mln_ladder *ladder) {
    if (ladder == NULL) {
        return;
    }
    mln_layout_release(&ladder->layout);
    free(ladder->comparisons);
    free(ladder->query_field);
    free(ladder->condition);
    free(ladder);
}

void mln_ladder_end_runs(struct mln_ladder *ladder) {
    free(ladder->layout.cards);
    ladder->layout.cards = NULL;
}

uint32_t mln_ladder_patterns(const struct mln_ladder *ladder) {
    return ladder->n_patterns;
}

void mln_ladder_levels(const struct mln_ladder *ladder, uint32_t pattern, uint8_t *levels) {
    for (size_t c = 0; c < ladder->n; c++) {
        const uint32_t n_levels = ladder->comparisons[c].n_levels;
        const uint32_t digit = pattern % (n_levels + 1);
        levels[c] = digit == n_levels ? MLN_LEVEL_MISSING : (uint8_t)digit;
        pattern /= n_levels + 1;
    }
}

uint32_t mln_ladder_known(const struct mln_ladder *ladder, size_t rule) {
    const struct mln_block_rule *r = &ladder->model->rules[rule];
    uint32_t known = 0;
    for (size_t f = 0; r->kind == MLN_RULE_EQUAL && f < r->n_fields; f++) {
        for (size_t c = 0; c < ladder->n; c++) {
            const struct mln_compiled *compiled = &ladder->comparisons[c];
            if (compiled->exact_first && compiled->first_field == r->fields[f] &&
                ladder->records->fields[r->fields[f]].type != MLN_FIELD_LIST) {
                known |= 1U << c;
            }
        }
    }
    return known;
}
