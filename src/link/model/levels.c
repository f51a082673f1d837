/* The comparisons of a model and their levels, as written. */
#include <math.h>

#include "base/utf8.h"
#include "link/model/inside.h"

/* What a kind's number means, by kind. */
static const struct form {
    unsigned types; /* of the field: bits of enum mln_field_type */
    enum { NO_VALUE, SIMILARITY, WHOLE, POSITIVE, FIELD, CONDITION } value;
    double min, max;
    const char *example; /* for kinds with a value */
} forms[] = {
#define BIT(type) (1U << MLN_FIELD_##type)
#define ALL_TYPES 31U
    [MLN_LEVEL_EXACT] = {ALL_TYPES, NO_VALUE, 0, 0, NULL},
    [MLN_LEVEL_JARO] = {BIT(TEXT), SIMILARITY, 0, 1, "{jaro: 0.9}"},
    [MLN_LEVEL_JARO_WINKLER] = {BIT(TEXT), SIMILARITY, 0, 1, "{jaro_winkler: 0.92}"},
    [MLN_LEVEL_LEVENSHTEIN] = {BIT(TEXT), WHOLE, 1, 1000, "{levenshtein: 1}"},
    [MLN_LEVEL_OSA] = {BIT(TEXT), WHOLE, 1, 1000, "{osa: 1}"},
    [MLN_LEVEL_DAMERAU] = {BIT(TEXT), WHOLE, 1, 1000, "{damerau: 1}"},
    [MLN_LEVEL_INDEL] = {BIT(TEXT), WHOLE, 1, 1000, "{indel: 2}"},
    [MLN_LEVEL_JACCARD] = {BIT(TEXT) | BIT(LIST), SIMILARITY, 0, 1, "{jaccard: 0.7}"},
    [MLN_LEVEL_DICE] = {BIT(TEXT) | BIT(LIST), SIMILARITY, 0, 1, "{dice: 0.8}"},
    [MLN_LEVEL_COSINE] = {BIT(TEXT) | BIT(LIST), SIMILARITY, 0, 1, "{cosine: 0.8}"},
    [MLN_LEVEL_PREFIX] = {BIT(TEXT), WHOLE, 1, 1000, "{prefix: 3}"},
    [MLN_LEVEL_CONTAINS] = {BIT(TEXT), WHOLE, 1, 1000, "{contains: 4}"},
    [MLN_LEVEL_WORDS] = {BIT(TEXT), WHOLE, 1, 1000, "{words: 2}"},
    [MLN_LEVEL_NUMBER] = {BIT(NUMBER), POSITIVE, 0, 1e300, "{number: 10}"},
    [MLN_LEVEL_PERCENT] = {BIT(NUMBER), POSITIVE, 0, 100, "{percent: 5}"},
    [MLN_LEVEL_DAYS] = {BIT(DATE), WHOLE, 0, 4000000, "{days: 30}"},
    [MLN_LEVEL_MONTHS] = {BIT(DATE), WHOLE, 0, 120000, "{months: 1}"},
    [MLN_LEVEL_YEARS] = {BIT(DATE), WHOLE, 0, 10000, "{years: 1}"},
    [MLN_LEVEL_DAY_MONTH] = {BIT(DATE), NO_VALUE, 0, 0, NULL},
    [MLN_LEVEL_DATE_DIGITS] = {BIT(DATE), WHOLE, 1, 8, "{date_digits: 1}"},
    [MLN_LEVEL_COMPATIBLE] = {BIT(DATE), NO_VALUE, 0, 0, NULL},
    [MLN_LEVEL_SWAPPED] = {BIT(TEXT) | BIT(DATE) | BIT(NUMBER), FIELD, 0, 0, "{swapped: surname}"},
    [MLN_LEVEL_OTHER] = {BIT(TEXT) | BIT(DATE) | BIT(NUMBER), FIELD, 0, 0, "{other: surname}"},
    [MLN_LEVEL_OVERLAP] = {BIT(LIST), WHOLE, 1, 1000000, "{overlap: 1}"},
    [MLN_LEVEL_KM] = {BIT(GEO), POSITIVE, 0, 20040, "{km: 10}"},
    [MLN_LEVEL_SQL] = {ALL_TYPES, CONDITION, 0, 0, "{sql: \"abs(l.price - r.price) < 5\"}"},
    [MLN_LEVEL_NULL] = {ALL_TYPES, NO_VALUE, 0, 0, NULL},
    [MLN_LEVEL_ELSE] = {ALL_TYPES, NO_VALUE, 0, 0, NULL},
};
enum { KINDS = MLN_LEVEL_ELSE + 1 };

static bool takes_q(enum mln_level_kind kind) {
    return kind == MLN_LEVEL_JACCARD || kind == MLN_LEVEL_DICE || kind == MLN_LEVEL_COSINE;
}

static bool takes_frequency(enum mln_level_kind kind) {
    return kind == MLN_LEVEL_EXACT || (kind >= MLN_LEVEL_JARO && kind <= MLN_LEVEL_COSINE);
}

static struct mln_level new_level(size_t field, enum mln_level_kind kind, double at) {
    return (struct mln_level){
        .kind = kind,
        .at = at,
        .prefix_weight = kind == MLN_LEVEL_JARO_WINKLER ? 0.1 : 0,
        .q = takes_q(kind) ? 2 : 0,
        .field = field,
        .other_field = SIZE_MAX,
        .m = NAN,
        .u = NAN,
    };
}

/* ── what a level says in reports ── */

/* The condition itself, or its beginning. */
static enum mln_status label_condition(struct mln_model_reader *r, struct mln_level *level) {
    struct mln_buf text = MLN_BUF_INIT;
    size_t at = 0;
    for (size_t points = 0; at < level->sql.n && points < 60; points++) {
        const size_t from = at;
        const uint32_t point = mln_utf8_next(level->sql, &at);
        mln_buf_add(&text, point < 0x20 ? " " : level->sql.p + from, point < 0x20 ? 1 : at - from);
    }
    mln_buf_addz(&text, at < level->sql.n ? "…" : "");
    return mln_model_keep(r, &text, &level->label);
}

enum mln_status mln_model_label(struct mln_model_reader *r, size_t field, struct mln_level *level) {
    struct mln_buf text = MLN_BUF_INIT;
    const struct form *form = &forms[level->kind];
    const struct mln_link_field *fields = r->model->fields;
    if (form->value == CONDITION) {
        return label_condition(r, level);
    }
    if (level->field != field) {
        mln_buf_add_str(&text, fields[level->field].name);
        mln_buf_addc(&text, ' ');
    }
    mln_buf_addz(&text, mln_level_words[level->kind]);
    if (form->value == FIELD) {
        mln_buf_addc(&text, ' ');
        mln_buf_add_str(&text, fields[level->other_field].name);
    } else if (form->value == SIMILARITY) {
        mln_buf_addf(&text, " ≥ %g", level->at);
    } else if (form->value != NO_VALUE) {
        const bool least = level->kind == MLN_LEVEL_CONTAINS || level->kind == MLN_LEVEL_WORDS ||
                           level->kind == MLN_LEVEL_OVERLAP;
        mln_buf_addf(&text,
                     level->kind == MLN_LEVEL_PREFIX ? " %g"
                     : least                         ? " ≥ %g"
                                                     : " ≤ %g",
                     level->at);
    }
    return mln_model_keep(r, &text, &level->label);
}

/* ── one level ── */

static enum mln_status read_value(struct mln_model_reader *r, const struct mln_yaml *node,
                                  struct mln_level *level) {
    const struct form *form = &forms[level->kind];
    int64_t whole = 0;
    switch (form->value) {
    case SIMILARITY:
    case POSITIVE:
        MLN_TRY(mln_yaml_as_f64(node, form->min, form->max, &level->at, r->err));
        if (level->at > 0) {
            return MLN_OK;
        }
        return mln_yaml_error(node, r->err, "a threshold of 0 %s; write a number above 0",
                              form->value == SIMILARITY ? "always holds" : "means exact");
    case WHOLE:
        MLN_TRY(mln_yaml_as_i64(node, (int64_t)form->min, (int64_t)form->max, &whole, r->err));
        level->at = (double)whole;
        return MLN_OK;
    case FIELD: return mln_model_field_of(r, node, &level->other_field);
    case CONDITION: return mln_model_read_sql(r, node, level);
    case NO_VALUE: break;
    }
    return mln_yaml_error(node, r->err, "'%s' takes no value; write it alone, or {level: %s, …}",
                          mln_level_words[level->kind], mln_level_words[level->kind]);
}

/* A number, or {fixed: a number}. */
static enum mln_status read_probability(struct mln_model_reader *r, struct mln_yaml *map,
                                        const char *key, double *out, bool *fixed) {
    struct mln_yaml *node = mln_yaml_get(map, key);
    if (node == NULL || node->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    if (node->kind != MLN_YAML_MAP) {
        return mln_yaml_as_f64(node, 0, 1, out, r->err);
    }
    struct mln_yaml *value = NULL;
    MLN_TRY(mln_yaml_need(node, "fixed", &value, r->err));
    MLN_TRY(mln_yaml_as_f64(value, 0, 1, out, r->err));
    *fixed = true;
    return mln_yaml_done(node, r->err);
}

static enum mln_status read_options(struct mln_model_reader *r, struct mln_yaml *map,
                                    struct mln_level *level) {
    int64_t q = level->q;
    struct mln_yaml *node;
    if (level->kind == MLN_LEVEL_JARO_WINKLER) {
        MLN_TRY(mln_yaml_opt_f64(map, "prefix_weight", 0, 0.25, &level->prefix_weight, r->err));
    }
    if (takes_q(level->kind)) {
        MLN_TRY(mln_yaml_opt_i64(map, "q", 1, 6, &q, r->err));
        level->q = (uint32_t)q;
    }
    node = mln_yaml_get(map, "field");
    if (node != NULL) {
        MLN_TRY(mln_model_field_of(r, node, &level->field));
    }
    MLN_TRY(read_probability(r, map, "m", &level->m, &level->m_fixed));
    MLN_TRY(read_probability(r, map, "u", &level->u, &level->u_fixed));
    node = mln_yaml_get(map, "label");
    if (node != NULL) {
        MLN_TRY(mln_model_name(node, &level->label, r->err));
    }
    MLN_TRY(mln_yaml_opt_bool(map, "term_frequency", &level->term_frequency, r->err));
    return mln_yaml_done(map, r->err);
}

/* {jaro_winkler: .92, …} or {level: exact, …}: the kind and its value. */
static enum mln_status read_kind(struct mln_model_reader *r, struct mln_yaml *map, size_t field,
                                 struct mln_level *level) {
    struct mln_yaml *named = mln_yaml_get(map, "level");
    size_t kind = 0;
    if (named != NULL) {
        MLN_TRY(mln_yaml_as_word(named, mln_level_words, &kind, r->err));
        *level = new_level(field, (enum mln_level_kind)kind, 0);
        if (forms[kind].value == NO_VALUE) {
            return MLN_OK;
        }
        return mln_yaml_error(named, r->err, "'%s' needs a value: %s", mln_level_words[kind],
                              forms[kind].example);
    }
    for (struct mln_yaml *node = map->first; node != NULL; node = node->next) {
        for (kind = 0; kind < KINDS; kind++) {
            if (mln_str_is(node->key, mln_level_words[kind])) {
                node->used = true;
                *level = new_level(field, (enum mln_level_kind)kind, 0);
                return read_value(r, node, level);
            }
        }
    }
    struct mln_yaml word = *(map->first != NULL ? map->first : map); /* the first key, as a word */
    if (map->first == NULL) {
        return mln_yaml_error(map, r->err, "a level is a word (exact) or a map ({jaro: 0.9})");
    }
    word.kind = MLN_YAML_SCALAR;
    word.text = word.key;
    word.line = word.key_line;
    word.column = word.key_column;
    word.key = MLN_STR_LIT("level");
    return mln_yaml_as_word(&word, mln_level_words, &kind, r->err);
}

static enum mln_status check_types(struct mln_model_reader *r, const struct mln_yaml *node,
                                   const struct mln_level *level) {
    const struct mln_link_field *fields = r->model->fields;
    const struct mln_link_field *f = &fields[level->field];
    if ((forms[level->kind].types >> f->type & 1U) == 0) {
        return mln_yaml_error(node, r->err, "'%s' does not compare a field of type %s ('%.*s')",
                              mln_level_words[level->kind], mln_field_type_words[f->type],
                              MLN_STR_ARG(f->name));
    }
    if (forms[level->kind].value == FIELD) {
        const struct mln_link_field *other = &fields[level->other_field];
        if (other->type != f->type || level->other_field == level->field) {
            return mln_yaml_error(node, r->err, "'%s' needs another field of type %s",
                                  mln_level_words[level->kind], mln_field_type_words[f->type]);
        }
    }
    if (level->term_frequency && (f->type != MLN_FIELD_TEXT || !takes_frequency(level->kind))) {
        return mln_yaml_error(node, r->err,
                              "term_frequency is for exact and similarity levels of "
                              "text fields");
    }
    return MLN_OK;
}

static enum mln_status read_level(struct mln_model_reader *r, struct mln_yaml *node, size_t field,
                                  struct mln_level *level) {
    if (node->kind == MLN_YAML_MAP) {
        MLN_TRY(read_kind(r, node, field, level));
        MLN_TRY(read_options(r, node, level));
    } else {
        size_t kind = 0;
        MLN_TRY(mln_yaml_as_word(node, mln_level_words, &kind, r->err));
        if (forms[kind].value != NO_VALUE) {
            return mln_yaml_error(node, r->err, "'%s' needs a value: %s", mln_level_words[kind],
                                  forms[kind].example);
        }
        *level = new_level(field, (enum mln_level_kind)kind, 0);
    }
    MLN_TRY(check_types(r, node, level));
    return level->label.p != NULL ? MLN_OK : mln_model_label(r, field, level);
}

/* ── the ladder ── */

/* Ladders by type; ELSE is added. */
static const struct {
    enum mln_level_kind kind;
    double at;
} default_ladders[][7] = {
    [MLN_FIELD_TEXT] = {{MLN_LEVEL_EXACT, 0},
                        {MLN_LEVEL_JARO_WINKLER, 0.92},
                        {MLN_LEVEL_JARO_WINKLER, 0.8},
                        {MLN_LEVEL_ELSE, 0}},
    [MLN_FIELD_DATE] = {{MLN_LEVEL_EXACT, 0},
                        {MLN_LEVEL_COMPATIBLE, 0},
                        {MLN_LEVEL_DAY_MONTH, 0},
                        {MLN_LEVEL_DATE_DIGITS, 1},
                        {MLN_LEVEL_DATE_DIGITS, 2},
                        {MLN_LEVEL_YEARS, 1},
                        {MLN_LEVEL_ELSE, 0}},
    [MLN_FIELD_NUMBER] = {{MLN_LEVEL_EXACT, 0},
                          {MLN_LEVEL_PERCENT, 1},
                          {MLN_LEVEL_PERCENT, 5},
                          {MLN_LEVEL_PERCENT, 20},
                          {MLN_LEVEL_ELSE, 0}},
    [MLN_FIELD_LIST] = {{MLN_LEVEL_EXACT, 0},
                        {MLN_LEVEL_JACCARD, 0.5},
                        {MLN_LEVEL_OVERLAP, 1},
                        {MLN_LEVEL_ELSE, 0}},
    [MLN_FIELD_GEO] = {{MLN_LEVEL_KM, 1},
                       {MLN_LEVEL_KM, 10},
                       {MLN_LEVEL_KM, 50},
                       {MLN_LEVEL_ELSE, 0}},
};

static enum mln_status default_levels(struct mln_model_reader *r, size_t field,
                                      struct mln_level *levels, size_t *n_levels) {
    size_t n = 0;
    const enum mln_field_type type = r->model->fields[field].type;
    for (bool more = true; more; n++) {
        enum mln_level_kind kind = default_ladders[type][n].kind;
        if (r->is_code[field] && n == 1) {
            kind = MLN_LEVEL_ELSE;
        }
        levels[n] = new_level(field, kind, default_ladders[type][n].at);
        more = kind != MLN_LEVEL_ELSE;
        if (!more) {
            levels[n].at = 0;
        }
        MLN_TRY(mln_model_label(r, field, &levels[n]));
    }
    *n_levels = n;
    return MLN_OK;
}

/* m of all levels of a comparison is a distribution, and u too. */
static enum mln_status check_sums(struct mln_model_reader *r, const struct mln_level *levels,
                                  size_t n, const struct mln_yaml *at) {
    static const char *const names[] = {"m", "u"};
    for (size_t which = 0; which < 2; which++) {
        double sum = 0;
        size_t n_fixed = 0;
        for (size_t l = 0; l < n; l++) {
            if (which == 0 ? levels[l].m_fixed : levels[l].u_fixed) {
                sum += which == 0 ? levels[l].m : levels[l].u;
                n_fixed++;
            }
        }
        if (sum > 1 + 1e-6 || (n_fixed == n && sum < 1 - 1e-6)) {
            return mln_yaml_error(at, r->err,
                                  "the fixed %s of these levels add up to %.6g; they share out the "
                                  "pairs of a comparison, so all of them add up to 1",
                                  names[which], sum);
        }
    }
    return MLN_OK;
}

enum mln_status mln_model_read_levels(struct mln_model_reader *r, struct mln_yaml *list,
                                      size_t field, struct mln_level *levels, size_t *n_levels) {
    if (list == NULL || list->kind == MLN_YAML_NULL) {
        return default_levels(r, field, levels, n_levels);
    }
    MLN_TRY(mln_yaml_as_list(list, r->err));
    size_t n = 0;
    for (struct mln_yaml *node = list->first; node != NULL; node = node->next) {
        const bool is_else_added = n == MLN_LEVELS_MAX - 1 && node->next == NULL;
        if (n == MLN_LEVELS_MAX) {
            return mln_yaml_error(node, r->err, "more than %d levels", MLN_LEVELS_MAX);
        }
        MLN_TRY(read_level(r, node, field, &levels[n]));
        MLN_TRY(mln_model_check_level(r, levels, n, node));
        if (is_else_added && levels[n].kind != MLN_LEVEL_ELSE) {
            return mln_yaml_error(node, r->err, "more than %d levels, with the last one, else",
                                  MLN_LEVELS_MAX);
        }
        n++;
    }
    if (n == 0 || levels[n - 1].kind != MLN_LEVEL_ELSE) {
        levels[n] = new_level(field, MLN_LEVEL_ELSE, 0);
        MLN_TRY(mln_model_label(r, field, &levels[n]));
        n++;
    }
    if (n < 2) {
        return mln_yaml_error(list, r->err, "a ladder needs a level besides else");
    }
    MLN_TRY(check_sums(r, levels, n, list));
    *n_levels = n;
    return MLN_OK;
}
