/* The variables of a study: columns, categories, intervals. */
#include "stage/study/study_inside.h"

#define COLUMN_OF(word, v, p, a, l)                                                            \
    {                                                                                          \
        word, {                                                                                \
            [MLN_FROM_VICTIMS] = (v), [MLN_FROM_PROCEDURES] = (p), [MLN_FROM_ANOMALIES] = (a), \
            [MLN_FROM_LEDGER] = (l)                                                            \
        }                                                                                      \
    }
#define COLUMN(word, v, p) COLUMN_OF(word, v, p, false, false)
#define ONLY_OF(word, from) \
    {                       \
        word, {             \
            [from] = true   \
        }                   \
    }
const struct mln_study_column mln_study_columns[] = {
    COLUMN("age_faits", true, false),
    COLUMN("age_source", true, false),
    {"annee",
     {[MLN_FROM_VICTIMS] = true,
      [MLN_FROM_PROCEDURES] = true,
      [MLN_FROM_ANOMALIES] = true,
      [MLN_FROM_FLOWS] = true,
      [MLN_FROM_PERSONS] = true,
      [MLN_FROM_MEMBERS] = true}},
    COLUMN("champ", true, false),
    COLUMN("champ_jugement", true, false),
    COLUMN("champ_justice", true, false),
    COLUMN("champ_orientation", true, false),
    COLUMN("classe", true, false),
    COLUMN("classe_jugement", true, false),
    COLUMN("classe_orientation", true, false),
    COLUMN_OF("compte", false, false, false, true),
    COLUMN("condamne", true, false),
    COLUMN_OF("cote", false, false, false, true),
    COLUMN("dans_champ", false, true),
    COLUMN("decision", true, false),
    COLUMN("densite", true, true),
    COLUMN("densite_detail", true, true),
    COLUMN("departement", true, true),
    COLUMN("departement_residence", true, false),
    COLUMN("deplacee", true, false),
    COLUMN("en_cours", true, false),
    ONLY_OF("deux_roles", MLN_FROM_PERSONS),
    {"etape", {[MLN_FROM_LEDGER] = true, [MLN_FROM_FLOWS] = true}},
    COLUMN("fin", true, false),
    {"force",
     {[MLN_FROM_VICTIMS] = true,
      [MLN_FROM_PROCEDURES] = true,
      [MLN_FROM_PERSONS] = true,
      [MLN_FROM_MEMBERS] = true}},
    COLUMN("genre", true, false),
    COLUMN("genre_justice", true, false),
    COLUMN("issue", true, false),
    COLUMN("issues_divergentes", true, false),
    COLUMN_OF("juridiction", true, true, true, false),
    COLUMN("lie", true, true),
    COLUMN("lie_personne", true, false),
    COLUMN("lien_auteur", true, false),
    COLUMN("mode", true, false),
    COLUMN("mois", true, true),
    COLUMN_OF("motif", false, false, true, false),
    COLUMN("motif_non_lie", false, true),
    ONLY_OF("mouvement", MLN_FROM_FLOWS),
    COLUMN("nationalite_groupe", true, false),
    COLUMN("natinf", true, false),
    COLUMN("nb_affaires", true, true),
    COLUMN("nb_auteurs", true, false),
    ONLY_OF("nb_procedures", MLN_FROM_PERSONS),
    COLUMN("nb_victimes_champ", false, true),
    COLUMN("passe", false, true),
    COLUMN("pcs1", true, false),
    ONLY_OF("personne_source", MLN_FROM_MEMBERS),
    {"role", {[MLN_FROM_PERSONS] = true, [MLN_FROM_MEMBERS] = true}},
    {"sexe", {[MLN_FROM_VICTIMS] = true, [MLN_FROM_PERSONS] = true, [MLN_FROM_MEMBERS] = true}},
    ONLY_OF("suite", MLN_FROM_PERSONS),
    COLUMN("tentative", true, false),
    ONLY_OF("unite", MLN_FROM_FLOWS),
};
const size_t mln_study_column_count = sizeof mln_study_columns / sizeof *mln_study_columns;

const struct mln_study_column *mln_study_column_named(const char *name) {
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
                                    struct mln_study_variable *v, struct mln_study_member *members,
                                    struct mln_err *err) {
    const char *const *list = &name;
    size_t n = 1;
    if (codes != NULL) {
        MLN_TRY(mln_study_codes(arena, codes, &list, &n, err));
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
    MLN_TRY(mln_study_keep(arena, item->key, code, err));
    if (item->kind == MLN_YAML_MAP) {
        MLN_TRY(mln_study_need_label(arena, item, "label", label, err));
        MLN_TRY(mln_yaml_need(item, "codes", &codes, err));
        MLN_TRY(mln_yaml_done(item, err));
    } else {
        MLN_TRY(mln_study_label(arena, item, label, err));
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
    const char **codes = mln_study_list(arena, map->n, sizeof *codes);
    struct mln_label *labels = mln_study_list(arena, map->n, sizeof *labels);
    struct mln_study_member *members = mln_study_list(arena, n_members, sizeof *members);
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
            status = mln_study_keep(arena, mln_buf_view(&b), out[k], err);
        }
    }
    mln_buf_release(&b);
    return status;
}

static enum mln_status read_cuts(struct mln_arena *arena, struct mln_yaml *map,
                                 struct mln_yaml *node, struct mln_study_variable *v,
                                 struct mln_err *err) {
    struct mln_label unit = {NULL, NULL};
    struct mln_yaml *unit_node = mln_yaml_get(map, "unit");
    if (unit_node != NULL) {
        MLN_TRY(mln_study_label(arena, unit_node, &unit, err));
    }
    MLN_TRY(mln_yaml_as_list(node, err));
    int32_t *cuts = mln_study_list(arena, node->n, sizeof *cuts);
    const char **codes = mln_study_list(arena, node->n, sizeof *codes);
    struct mln_label *labels = mln_study_list(arena, node->n, sizeof *labels);
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
    if (!mln_study_is_name(map->key)) {
        return mln_yaml_error(map, err, "'%.*s' is not a name; use a-z, 0-9 and '_', from a letter",
                              MLN_STR_ARG(map->key));
    }
    MLN_TRY(mln_study_keep(arena, map->key, &v->name, err));
    MLN_TRY(mln_yaml_opt_str(map, "column", &column, err));
    MLN_TRY(mln_study_keep(arena, column, &v->column, err));
    if (mln_study_column_named(v->column) == NULL) {
        return mln_yaml_error(map, err, "the base has no column '%s' for tables", v->column);
    }
    MLN_TRY(mln_study_need_label(arena, map, "label", &v->label, err));
    struct mln_yaml *const missing = mln_yaml_get(map, "missing");
    v->missing = (struct mln_label){"Non renseigné", "Not known"};
    if (missing != NULL) {
        MLN_TRY(mln_study_label(arena, missing, &v->missing, err));
    }
    bool total = true;
    MLN_TRY(mln_yaml_opt_bool(map, "total", &total, err));
    v->no_total = !total;
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
        MLN_TRY(mln_study_need_name(arena, map, "nomenclature", &v->nomenclature, err));
    }
    return mln_yaml_done(map, err);
}

enum mln_status mln_study_read_variables(struct mln_arena *arena, struct mln_yaml *top,
                                         struct mln_study *s, struct mln_err *err) {
    struct mln_yaml *map = NULL;
    MLN_TRY(mln_yaml_need(top, "variables", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    struct mln_study_variable *list = mln_study_list(arena, map->n, sizeof *list);
    if (list == NULL) {
        return mln_err_nomem(err, "the study");
    }
    for (struct mln_yaml *item = map->first; item != NULL; item = item->next) {
        MLN_TRY(read_variable(arena, item, &list[s->n_variables++], err));
    }
    s->variables = list;
    return MLN_OK;
}
