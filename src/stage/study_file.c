#include "stage/study_file.h"

#include "base/file.h"

enum { STUDY_BYTES_MAX = 1 << 20 };

#define COLUMN(word, v, p) {word, {[MLN_FROM_VICTIMS] = (v), [MLN_FROM_PROCEDURES] = (p)}}
const struct mln_study_column mln_study_columns[] = {
    COLUMN("age_faits", true, false),
    COLUMN("annee", true, true),
    COLUMN("champ_justice", true, false),
    COLUMN("condamne", true, false),
    COLUMN("dans_champ", false, true),
    COLUMN("decision", true, false),
    COLUMN("departement", true, true),
    COLUMN("departement_residence", true, false),
    COLUMN("deplacee", true, false),
    COLUMN("en_cours", true, false),
    COLUMN("force", true, true),
    COLUMN("genre", true, false),
    COLUMN("genre_justice", true, false),
    COLUMN("issue", true, false),
    COLUMN("issues_divergentes", true, false),
    COLUMN("juridiction", true, true),
    COLUMN("lie", true, true),
    COLUMN("lie_personne", true, false),
    COLUMN("lien_auteur", true, false),
    COLUMN("mode", true, false),
    COLUMN("mois", true, true),
    COLUMN("motif_non_lie", false, true),
    COLUMN("nationalite_groupe", true, false),
    COLUMN("natinf", true, false),
    COLUMN("nb_affaires", true, true),
    COLUMN("nb_auteurs", true, false),
    COLUMN("nb_victimes_champ", false, true),
    COLUMN("passe", false, true),
    COLUMN("pcs1", true, false),
    COLUMN("sexe", true, false),
    COLUMN("tentative", true, false),
};
const size_t mln_study_column_count = sizeof mln_study_columns / sizeof *mln_study_columns;

const char *const mln_issue_words[] = {"poursuites",    "composition",      "alternative",
                                       "inopportunite", "non_poursuivable", "en_cours", NULL};
const char *const mln_study_step_words[] = {
    "rows_read", "rows_accepted", "procedures",     "procedures_linked", "victims", "victims_field",
    "victims_linked", "victims_oriented", "victims_ended", NULL};

static const char *const source_words[] = {"victims", "procedures", "funnel", NULL};
static const char *const view_words[] = {"table", "funnel", "rate", "stacked", "duration", NULL};

/* ── pieces ── */

static enum mln_status keep(struct mln_arena *arena, struct mln_str s, const char **out,
                            struct mln_err *err) {
    *out = mln_arena_strdup(arena, s);
    return *out == NULL ? mln_err_nomem(err, "the study") : MLN_OK;
}

static void *list_of(struct mln_arena *arena, size_t n, size_t size) {
    return mln_arena_alloc(arena, n == 0 ? 1 : n, size);
}

static enum mln_status as_text(struct mln_arena *arena, const struct mln_yaml *node,
                               const char **out, struct mln_err *err) {
    struct mln_str text;
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    if (text.n == 0) {
        return mln_yaml_error(node, err, "an empty text; it must say something");
    }
    return keep(arena, text, out, err);
}

/* Names go into file names and SQL identifiers. */
static bool is_name(struct mln_str s) {
    bool good = s.n > 0 && s.n <= 64 && s.p[0] >= 'a' && s.p[0] <= 'z';
    for (size_t i = 0; good && i < s.n; i++) {
        good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
               s.p[i] == '_';
    }
    return good;
}

static enum mln_status need_name(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                 const char **out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(as_text(arena, node, out, err));
    return is_name(mln_str_from(*out))
               ? MLN_OK
               : mln_yaml_error(node, err, "'%s' is not a name; use a-z, 0-9 and '_', from a letter",
                                *out);
}

/* [French, English] */
static enum mln_status as_label(struct mln_arena *arena, struct mln_yaml *node,
                                struct mln_label *out, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(node, err));
    if (node->n != 2) {
        return mln_yaml_error(node, err, "a label is a pair [French, English]");
    }
    MLN_TRY(as_text(arena, node->first, &out->fr, err));
    return as_text(arena, node->first->next, &out->en, err);
}

static enum mln_status need_label(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                  struct mln_label *out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    return as_label(arena, node, out, err);
}

/* A list of codes, each once, at least one. */
static enum mln_status as_codes(struct mln_arena *arena, struct mln_yaml *node,
                                const char *const **out, size_t *n, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(node, err));
    if (node->n == 0) {
        return mln_yaml_error(node, err, "an empty list; it must hold at least one code");
    }
    const char **codes = list_of(arena, node->n, sizeof *codes);
    if (codes == NULL) {
        return mln_err_nomem(err, "the study");
    }
    *n = 0;
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        MLN_TRY(as_text(arena, item, &codes[*n], err));
        for (size_t i = 0; i < *n; i++) {
            if (strcmp(codes[i], codes[*n]) == 0) {
                return mln_yaml_error(item, err, "'%s' is listed twice", codes[i]);
            }
        }
        (*n)++;
    }
    *out = codes;
    return MLN_OK;
}

static enum mln_status need_codes(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                  const char *const **out, size_t *n, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    return as_codes(arena, node, out, n, err);
}

/* ── field and outcome ── */

static enum mln_status read_field(struct mln_arena *arena, struct mln_yaml *top,
                                  struct mln_study *s, struct mln_err *err) {
    struct mln_yaml *map = NULL, *from = NULL, *to = NULL;
    int64_t age_min = 0;
    MLN_TRY(mln_yaml_need(top, "field", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(need_name(arena, map, "natinf", &s->natinf, err));
    MLN_TRY(need_name(arena, map, "relation", &s->relation, err));
    MLN_TRY(need_codes(arena, map, "kinds", &s->genres, &s->n_genres, err));
    MLN_TRY(mln_yaml_opt_i64(map, "age_min", 0, 150, &age_min, err));
    MLN_TRY(mln_yaml_need(map, "recorded_from", &from, err));
    MLN_TRY(mln_yaml_as_day(from, &s->recorded_from, err));
    MLN_TRY(mln_yaml_need(map, "recorded_to", &to, err));
    MLN_TRY(mln_yaml_as_day(to, &s->recorded_to, err));
    s->age_min = (int32_t)age_min;
    if (s->recorded_to < s->recorded_from) {
        return mln_yaml_error(to, err, "recorded_to is before recorded_from");
    }
    return mln_yaml_done(map, err);
}

static enum mln_status read_priority(struct mln_yaml *map, struct mln_study *s,
                                     struct mln_err *err) {
    struct mln_yaml *node = NULL;
    bool seen[MLN_ISSUE_COUNT] = {false};
    size_t n = 0;
    MLN_TRY(mln_yaml_need(map, "priority", &node, err));
    MLN_TRY(mln_yaml_as_list(node, err));
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        size_t issue = 0;
        MLN_TRY(mln_yaml_as_word(item, mln_issue_words, &issue, err));
        if (seen[issue]) {
            return mln_yaml_error(item, err, "'%s' is listed twice", mln_issue_words[issue]);
        }
        seen[issue] = true;
        s->priority[n++] = mln_issue_words[issue];
    }
    for (size_t i = 0; i < MLN_ISSUE_COUNT; i++) {
        if (!seen[i]) {
            return mln_yaml_error(node, err, "'%s' is missing; the order must hold every outcome",
                                  mln_issue_words[i]);
        }
    }
    return MLN_OK;
}

static enum mln_status read_outcome(struct mln_arena *arena, struct mln_yaml *top,
                                    struct mln_study *s, struct mln_err *err) {
    static const char *const close_words[] = {"first", "last", NULL};
    static const char *const author_words[] = {"linked", "affaire", NULL};
    struct mln_yaml *map = NULL, *guilty = NULL;
    size_t close = 1, authors = 1;
    MLN_TRY(mln_yaml_need(top, "outcome", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(need_name(arena, map, "events", &s->events, err));
    MLN_TRY(read_priority(map, s, err));
    MLN_TRY(need_codes(arena, map, "modes", &s->modes, &s->n_modes, err));
    MLN_TRY(need_codes(arena, map, "ends", &s->ends, &s->n_ends, err));
    MLN_TRY(mln_yaml_need(map, "guilty", &guilty, err));
    MLN_TRY(as_codes(arena, guilty, &s->guilty, &s->n_guilty, err));
    for (size_t i = 0; i < s->n_guilty; i++) {
        bool found = false;
        for (size_t j = 0; j < s->n_ends; j++) {
            found = found || strcmp(s->guilty[i], s->ends[j]) == 0;
        }
        if (!found) {
            return mln_yaml_error(guilty, err, "'%s' is not among 'ends'", s->guilty[i]);
        }
    }
    MLN_TRY(mln_yaml_opt_word(map, "close", close_words, &close, err));
    MLN_TRY(mln_yaml_opt_word(map, "authors", author_words, &authors, err));
    s->ends_with_last = close == 1;
    s->whole_affaires = authors == 1;
    return mln_yaml_done(map, err);
}

/* ── variables ── */

static const struct mln_study_column *column_named(const char *name) {
    for (size_t i = 0; i < mln_study_column_count; i++) {
        if (strcmp(mln_study_columns[i].name, name) == 0) {
            return &mln_study_columns[i];
        }
    }
    return NULL;
}

/* The values of one category: those of `codes`, or the category's own name. */
static enum mln_status read_members(struct mln_arena *arena, const struct mln_yaml *at,
                                    struct mln_yaml *codes, const char *name,
                                    struct mln_study_variable *v,
                                    struct mln_study_member *members, struct mln_err *err) {
    const char *const *list = &name;
    size_t n = 1;
    if (codes != NULL) {
        MLN_TRY(as_codes(arena, codes, &list, &n, err));
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < v->n_members; k++) {
            if (strcmp(members[k].code, list[i]) == 0) {
                return mln_yaml_error(at, err, "'%s' is in two categories", list[i]);
            }
        }
        members[v->n_members++] = (struct mln_study_member){list[i], (uint32_t)v->n_categories};
    }
    return MLN_OK;
}

/* code: [French, English], or code: {label: [French, English], codes: [values…]}. */
static enum mln_status read_category(struct mln_arena *arena, struct mln_yaml *item,
                                     struct mln_study_variable *v, const char **code,
                                     struct mln_label *label, struct mln_study_member *members,
                                     struct mln_err *err) {
    struct mln_yaml *codes = NULL;
    if (mln_str_is(item->key, "TOTAL") || mln_str_is(item->key, "NR")) {
        return mln_yaml_error(item, err, "TOTAL and NR are made by the program");
    }
    MLN_TRY(keep(arena, item->key, code, err));
    if (item->kind == MLN_YAML_MAP) {
        MLN_TRY(need_label(arena, item, "label", label, err));
        MLN_TRY(mln_yaml_need(item, "codes", &codes, err));
        MLN_TRY(mln_yaml_done(item, err));
    } else {
        MLN_TRY(as_label(arena, item, label, err));
    }
    return read_members(arena, item, codes, *code, v, members, err);
}

static enum mln_status read_categories(struct mln_arena *arena, struct mln_yaml *map,
                                       struct mln_study_variable *v, struct mln_err *err) {
    size_t n_members = 0;
    MLN_TRY(mln_yaml_as_map(map, err));
    for (const struct mln_yaml *item = map->first; item != NULL; item = item->next) {
        for (const struct mln_yaml *x = item->first; x != NULL; x = x->next) {
            n_members += x->n; /* at least the codes of a group */
        }
        n_members++;
    }
    const char **codes = list_of(arena, map->n, sizeof *codes);
    struct mln_label *labels = list_of(arena, map->n, sizeof *labels);
    struct mln_study_member *members = list_of(arena, n_members, sizeof *members);
    if (codes == NULL || labels == NULL || members == NULL) {
        return mln_err_nomem(err, "the study");
    }
    if (map->n == 0) {
        return mln_yaml_error(map, err, "no categories; leave the key out for those observed");
    }
    for (struct mln_yaml *item = map->first; item != NULL; item = item->next) {
        MLN_TRY(read_category(arena, item, v, &codes[v->n_categories], &labels[v->n_categories],
                              members, err));
        v->n_categories++;
    }
    v->codes = codes;
    v->labels = labels;
    v->members = members;
    return MLN_OK;
}

/* "15-17 ans", "70 ans ou plus": code "15-17", "70+". */
static enum mln_status cut_category(struct mln_arena *arena, struct mln_study_variable *v, size_t i,
                                    const struct mln_label *unit, const char **code,
                                    struct mln_label *label, struct mln_err *err) {
    struct mln_buf b = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    const bool open = i + 1 == v->n_cuts;
    const bool single = !open && v->cuts[i + 1] == v->cuts[i] + 1;
    const char *const tail[] = {"", open ? " ou plus" : "", open ? " or over" : ""};
    const char *const units[] = {NULL, unit->fr, unit->en};
    const char **out[] = {code, &label->fr, &label->en};
    for (size_t k = 0; status == MLN_OK && k < 3; k++) {
        mln_buf_reset(&b);
        mln_buf_add_i64(&b, v->cuts[i]);
        if (open && k == 0) {
            mln_buf_addc(&b, '+');
        } else if (!open && !single) {
            mln_buf_addc(&b, '-');
            mln_buf_add_i64(&b, (int64_t)v->cuts[i + 1] - 1);
        }
        if (units[k] != NULL) {
            mln_buf_addc(&b, ' ');
            mln_buf_addz(&b, units[k]);
        }
        mln_buf_addz(&b, tail[k]);
        status = mln_buf_check(&b, "the study", err);
        if (status == MLN_OK) {
            status = keep(arena, mln_buf_view(&b), out[k], err);
        }
    }
    mln_buf_release(&b);
    return status;
}

static enum mln_status read_cuts(struct mln_arena *arena, struct mln_yaml *map, struct mln_yaml *node,
                                 struct mln_study_variable *v, struct mln_err *err) {
    struct mln_label unit = {NULL, NULL};
    struct mln_yaml *unit_node = mln_yaml_get(map, "unit");
    if (unit_node != NULL) {
        MLN_TRY(as_label(arena, unit_node, &unit, err));
    }
    MLN_TRY(mln_yaml_as_list(node, err));
    int32_t *cuts = list_of(arena, node->n, sizeof *cuts);
    const char **codes = list_of(arena, node->n, sizeof *codes);
    struct mln_label *labels = list_of(arena, node->n, sizeof *labels);
    if (cuts == NULL || codes == NULL || labels == NULL) {
        return mln_err_nomem(err, "the study");
    }
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        int64_t cut = 0;
        MLN_TRY(mln_yaml_as_i64(item, -1000000, 1000000, &cut, err));
        if (v->n_cuts > 0 && cut <= cuts[v->n_cuts - 1]) {
            return mln_yaml_error(item, err, "cuts must increase");
        }
        cuts[v->n_cuts++] = (int32_t)cut;
    }
    if (v->n_cuts == 0) {
        return mln_yaml_error(node, err, "an empty list of cuts");
    }
    v->cuts = cuts;
    for (size_t i = 0; i < v->n_cuts; i++) {
        MLN_TRY(cut_category(arena, v, i, &unit, &codes[i], &labels[i], err));
    }
    v->n_categories = v->n_cuts;
    v->codes = codes;
    v->labels = labels;
    return MLN_OK;
}

static enum mln_status read_variable(struct mln_arena *arena, struct mln_yaml *map,
                                     struct mln_study_variable *v, struct mln_err *err) {
    struct mln_str column = map->key;
    MLN_TRY(mln_yaml_as_map(map, err));
    if (!is_name(map->key)) {
        return mln_yaml_error(map, err, "'%.*s' is not a name; use a-z, 0-9 and '_', from a letter",
                              MLN_STR_ARG(map->key));
    }
    MLN_TRY(keep(arena, map->key, &v->name, err));
    MLN_TRY(mln_yaml_opt_str(map, "column", &column, err));
    MLN_TRY(keep(arena, column, &v->column, err));
    if (column_named(v->column) == NULL) {
        return mln_yaml_error(map, err, "the base has no column '%s' for tables", v->column);
    }
    MLN_TRY(need_label(arena, map, "label", &v->label, err));
    struct mln_yaml *const missing = mln_yaml_get(map, "missing");
    v->missing = (struct mln_label){"Non renseigné", "Not known"};
    if (missing != NULL) {
        MLN_TRY(as_label(arena, missing, &v->missing, err));
    }
    struct mln_yaml *const categories = mln_yaml_get(map, "categories");
    struct mln_yaml *const cuts = mln_yaml_get(map, "cuts");
    struct mln_yaml *const nomenclature = mln_yaml_get(map, "nomenclature");
    if ((categories != NULL) + (cuts != NULL) + (nomenclature != NULL) > 1) {
        return mln_yaml_error(map, err, "at most one of categories, cuts, nomenclature");
    }
    if (categories != NULL) {
        MLN_TRY(read_categories(arena, categories, v, err));
    } else if (cuts != NULL) {
        MLN_TRY(read_cuts(arena, map, cuts, v, err));
    } else if (nomenclature != NULL) {
        MLN_TRY(need_name(arena, map, "nomenclature", &v->nomenclature, err));
    }
    return mln_yaml_done(map, err);
}

static enum mln_status read_variables(struct mln_arena *arena, struct mln_yaml *top,
                                      struct mln_study *s, struct mln_err *err) {
    struct mln_yaml *map = NULL;
    MLN_TRY(mln_yaml_need(top, "variables", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    struct mln_study_variable *list = list_of(arena, map->n, sizeof *list);
    if (list == NULL) {
        return mln_err_nomem(err, "the study");
    }
    for (struct mln_yaml *item = map->first; item != NULL; item = item->next) {
        MLN_TRY(read_variable(arena, item, &list[s->n_variables++], err));
    }
    s->variables = list;
    return MLN_OK;
}

/* ── tables ── */

static enum mln_status check_source(const struct mln_yaml *at, const char *column,
                                    enum mln_study_source from, struct mln_err *err) {
    const struct mln_study_column *const c = column_named(column);
    if (c == NULL || !c->of[from]) {
        return mln_yaml_error(at, err, "there is no column '%s' for a table of %s", column,
                              source_words[from]);
    }
    return MLN_OK;
}

static enum mln_status read_filters(struct mln_arena *arena, struct mln_yaml *map,
                                    struct mln_study_table *t, struct mln_err *err) {
    struct mln_yaml *where = mln_yaml_get(map, "where");
    if (where == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_map(where, err));
    struct mln_study_filter *filters = list_of(arena, where->n, sizeof *filters);
    if (filters == NULL) {
        return mln_err_nomem(err, "the study");
    }
    for (struct mln_yaml *item = where->first; item != NULL; item = item->next) {
        struct mln_study_filter *f = &filters[t->n_filters++];
        MLN_TRY(keep(arena, item->key, &f->column, err));
        MLN_TRY(check_source(item, f->column, t->from, err));
        MLN_TRY(as_codes(arena, item, &f->codes, &f->n_codes, err));
    }
    t->filters = filters;
    return MLN_OK;
}

static const struct mln_study_variable *variable_named(const struct mln_study *s, const char *name) {
    for (size_t i = 0; i < s->n_variables; i++) {
        if (strcmp(s->variables[i].name, name) == 0) {
            return &s->variables[i];
        }
    }
    return NULL;
}

static enum mln_status read_dimensions(struct mln_arena *arena, struct mln_yaml *map,
                                       const struct mln_study *s, struct mln_study_table *t,
                                       struct mln_err *err) {
    struct mln_yaml *node = NULL;
    const char *const *names = NULL;
    MLN_TRY(mln_yaml_need(map, "dimensions", &node, err));
    MLN_TRY(as_codes(arena, node, &names, &t->n_dimensions, err));
    if (t->n_dimensions > MLN_TABLE_MAX_DIMENSIONS) {
        return mln_yaml_error(node, err, "more than %d dimensions", MLN_TABLE_MAX_DIMENSIONS);
    }
    const struct mln_study_variable **list = list_of(arena, t->n_dimensions, sizeof *list);
    if (list == NULL) {
        return mln_err_nomem(err, "the study");
    }
    for (size_t i = 0; i < t->n_dimensions; i++) {
        list[i] = variable_named(s, names[i]);
        if (list[i] == NULL) {
            return mln_yaml_error(node, err, "there is no variable '%s'", names[i]);
        }
        MLN_TRY(check_source(node, list[i]->column, t->from, err));
    }
    t->dimensions = list;
    return MLN_OK;
}

static enum mln_status share_dimension(struct mln_arena *arena, struct mln_yaml *node,
                                       const struct mln_study_table *t, size_t *out,
                                       struct mln_err *err) {
    const char *name = NULL;
    MLN_TRY(as_text(arena, node, &name, err));
    for (*out = 0; *out < t->n_dimensions; (*out)++) {
        if (strcmp(t->dimensions[*out]->name, name) == 0) {
            return MLN_OK;
        }
    }
    return mln_yaml_error(node, err, "'%s' is not a dimension of this table", name);
}

static enum mln_status as_probability(const struct mln_yaml *node, uint32_t *per_mille,
                                      struct mln_err *err) {
    double p = 0;
    MLN_TRY(mln_yaml_as_f64(node, 0.001, 0.999, &p, err));
    *per_mille = (uint32_t)(p * 1000.0 + 0.5);
    const double rest = p * 1000.0 - (double)*per_mille;
    return rest > -1e-6 && rest < 1e-6
               ? MLN_OK
               : mln_yaml_error(node, err, "a probability has at most three decimals");
}

static enum mln_status read_measure(struct mln_arena *arena, struct mln_yaml *map,
                                    const struct mln_study_table *t, struct mln_study_measure *m,
                                    struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(need_name(arena, map, "name", &m->name, err));
    MLN_TRY(need_label(arena, map, "label", &m->label, err));
    struct mln_yaml *const share = mln_yaml_get(map, "share");
    struct mln_yaml *const quantile = mln_yaml_get(map, "quantile");
    struct mln_yaml *const mean = mln_yaml_get(map, "mean");
    struct mln_yaml *const kaplan = mln_yaml_get(map, "kaplan_meier");
    if ((share != NULL) + (quantile != NULL) + (mean != NULL) + (kaplan != NULL) != 1) {
        return mln_yaml_error(map, err, "one of share, quantile, mean, kaplan_meier");
    }
    if (share != NULL) {
        m->kind = MLN_STUDY_SHARE;
        MLN_TRY(share_dimension(arena, share, t, &m->share_of, err));
    } else if (t->from != MLN_FROM_VICTIMS) {
        return mln_yaml_error(map, err, "only victims have durations");
    } else if (mean != NULL) {
        bool yes = false;
        m->kind = MLN_STUDY_MEAN;
        MLN_TRY(mln_yaml_as_bool(mean, &yes, err));
        if (!yes) {
            return mln_yaml_error(mean, err, "write 'mean: true', or leave the measure out");
        }
    } else {
        m->kind = quantile != NULL ? MLN_STUDY_QUANTILE : MLN_STUDY_KAPLAN;
        MLN_TRY(as_probability(quantile != NULL ? quantile : kaplan, &m->per_mille, err));
    }
    return mln_yaml_done(map, err);
}

static enum mln_status read_measures(struct mln_arena *arena, struct mln_yaml *map,
                                     struct mln_study_table *t, struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "measures");
    if (node == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_list(node, err));
    struct mln_study_measure *list = list_of(arena, node->n, sizeof *list);
    if (list == NULL) {
        return mln_err_nomem(err, "the study");
    }
    if (node->n >= MLN_TABLE_MAX_MEASURES) {
        return mln_yaml_error(node, err, "too many measures");
    }
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        MLN_TRY(read_measure(arena, item, t, &list[t->n_measures], err));
        for (size_t i = 0; i < t->n_measures; i++) {
            if (strcmp(list[i].name, list[t->n_measures].name) == 0) {
                return mln_yaml_error(item, err, "two measures named '%s'", list[i].name);
            }
        }
        t->n_measures++;
    }
    t->measures = list;
    return MLN_OK;
}

static enum mln_status read_steps(struct mln_arena *arena, struct mln_yaml *map,
                                  struct mln_study_table *t, struct mln_err *err) {
    struct mln_yaml *steps = NULL;
    struct mln_label *labels = list_of(arena, MLN_STEP_COUNT, sizeof *labels);
    if (labels == NULL) {
        return mln_err_nomem(err, "the study");
    }
    MLN_TRY(need_label(arena, map, "label", &t->step_label, err));
    MLN_TRY(mln_yaml_need(map, "steps", &steps, err));
    MLN_TRY(mln_yaml_as_map(steps, err));
    if (steps->n == 0) {
        return mln_yaml_error(steps, err, "a funnel needs steps");
    }
    for (size_t i = 0; i < MLN_STEP_COUNT; i++) {
        struct mln_yaml *node = mln_yaml_get(steps, mln_study_step_words[i]);
        if (node != NULL) {
            MLN_TRY(as_label(arena, node, &labels[i], err));
        }
    }
    t->steps = labels;
    return mln_yaml_done(steps, err);
}

static enum mln_status read_table(struct mln_arena *arena, struct mln_yaml *map,
                                  const struct mln_study *s, struct mln_study_table *t,
                                  struct mln_err *err) {
    size_t from = 0, view = 0;
    struct mln_yaml *source = NULL;
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(need_name(arena, map, "name", &t->name, err));
    MLN_TRY(need_label(arena, map, "title", &t->title, err));
    MLN_TRY(need_label(arena, map, "unit", &t->unit, err));
    struct mln_yaml *const note = mln_yaml_get(map, "note");
    if (note != NULL) {
        MLN_TRY(as_label(arena, note, &t->note, err));
    }
    MLN_TRY(mln_yaml_need(map, "from", &source, err));
    MLN_TRY(mln_yaml_as_word(source, source_words, &from, err));
    MLN_TRY(mln_yaml_opt_word(map, "view", view_words, &view, err));
    MLN_TRY(mln_yaml_opt_bool(map, "detail", &t->detail, err));
    t->from = (enum mln_study_source)from;
    t->view = (enum mln_view)view;
    if ((t->view == MLN_VIEW_FUNNEL) != (t->from == MLN_FROM_FUNNEL)) {
        return mln_yaml_error(map, err, "the view of a funnel, and only of a funnel, is 'funnel'");
    }
    if (t->from == MLN_FROM_FUNNEL) {
        MLN_TRY(read_steps(arena, map, t, err));
        return mln_yaml_done(map, err);
    }
    MLN_TRY(read_filters(arena, map, t, err));
    MLN_TRY(read_dimensions(arena, map, s, t, err));
    MLN_TRY(read_measures(arena, map, t, err));
    return mln_yaml_done(map, err);
}

static enum mln_status read_tables(struct mln_arena *arena, struct mln_yaml *top,
                                   struct mln_study *s, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(top, "tables", &node, err));
    MLN_TRY(mln_yaml_as_list(node, err));
    struct mln_study_table *list = list_of(arena, node->n, sizeof *list);
    if (list == NULL) {
        return mln_err_nomem(err, "the study");
    }
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        struct mln_study_table *t = &list[s->n_tables];
        MLN_TRY(read_table(arena, item, s, t, err));
        for (size_t i = 0; i < s->n_tables; i++) {
            if (strcmp(list[i].name, t->name) == 0) {
                return mln_yaml_error(item, err, "two tables named '%s'", t->name);
            }
        }
        s->n_tables++;
    }
    s->tables = list;
    return MLN_OK;
}

/* ── the file ── */

enum mln_status mln_study_parse(struct mln_arena *arena, const char *file, struct mln_str text,
                                struct mln_study *out, struct mln_err *err) {
    struct mln_yaml *top = NULL, *version = NULL;
    int64_t number = 0;
    *out = (struct mln_study){0};
    MLN_TRY(mln_yaml_parse(arena, file, text, &top, err));
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_need(top, "version", &version, err));
    MLN_TRY(mln_yaml_as_i64(version, 1, 1, &number, err));
    MLN_TRY(need_name(arena, top, "name", &out->name, err));
    MLN_TRY(read_field(arena, top, out, err));
    MLN_TRY(read_outcome(arena, top, out, err));
    MLN_TRY(read_variables(arena, top, out, err));
    MLN_TRY(read_tables(arena, top, out, err));
    return mln_yaml_done(top, err);
}

enum mln_status mln_study_read(struct mln_arena *arena, const char *path, struct mln_study *out,
                               struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = mln_file_read(path, STUDY_BYTES_MAX, &text, err);
    if (status == MLN_OK) {
        const char *copy = mln_arena_strdup(arena, mln_buf_view(&text));
        status = copy == NULL ? mln_err_nomem(err, "the study")
                              : mln_study_parse(arena, path, (struct mln_str){copy, text.n}, out, err);
    }
    mln_buf_release(&text);
    return status;
}
