/* The tables of a study: what they count, by what, and their measures. */
#include "stage/study/study_inside.h"

static const char *const source_words[] = {"victims", "procedures", "anomalies", "ledger", "flows",
                                           "persons", "members",    "funnel",    NULL};
static const char *const view_words[] = {"table",    "funnel",  "rate",   "stacked",
                                         "duration", "balance", "matrix", NULL};
/* The parts of a balance (protect/table.h), as base.flux writes them. */
static const char *const balance_words[MLN_BALANCE_PARTS] = {"stock_initial", "entrees", "retours",
                                                             "sorties", "stock_final"};
const char *const mln_study_step_words[] = {
    "rows_read",     "rows_accepted",  "procedures",       "procedures_linked", "victims",
    "victims_field", "victims_linked", "victims_oriented", "victims_ended",     NULL};

static enum mln_status check_source(const struct mln_yaml *at, const char *column,
                                    enum mln_study_source from, struct mln_err *err) {
    const struct mln_study_column *const c = mln_study_column_named(column);
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
    struct mln_study_filter *filters = mln_study_list(arena, where->n, sizeof *filters);
    if (filters == NULL) {
        return mln_err_nomem(err, "the study");
    }
    for (struct mln_yaml *item = where->first; item != NULL; item = item->next) {
        struct mln_study_filter *f = &filters[t->n_filters++];
        MLN_TRY(mln_study_keep(arena, item->key, &f->column, err));
        MLN_TRY(check_source(item, f->column, t->from, err));
        MLN_TRY(mln_study_codes(arena, item, &f->codes, &f->n_codes, err));
    }
    t->filters = filters;
    return MLN_OK;
}

static const struct mln_study_variable *variable_named(const struct mln_study *s,
                                                       const char *name) {
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
    MLN_TRY(mln_study_codes(arena, node, &names, &t->n_dimensions, err));
    if (t->n_dimensions > MLN_TABLE_MAX_DIMENSIONS) {
        return mln_yaml_error(node, err, "more than %d dimensions", MLN_TABLE_MAX_DIMENSIONS);
    }
    const struct mln_study_variable **list = mln_study_list(arena, t->n_dimensions, sizeof *list);
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
    MLN_TRY(mln_study_text(arena, node, &name, err));
    for (*out = 0; *out < t->n_dimensions; (*out)++) {
        if (strcmp(t->dimensions[*out]->name, name) == 0) {
            return t->dimensions[*out]->no_total
                       ? mln_yaml_error(node, err, "'%s' has no total to be a share of", name)
                       : MLN_OK;
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

static enum mln_status as_days(const struct mln_yaml *node, int32_t *out, struct mln_err *err) {
    int64_t days = 0;
    MLN_TRY(mln_yaml_as_i64(node, 1, 36525, &days, err));
    *out = (int32_t)days;
    return MLN_OK;
}

static enum mln_status read_bound(struct mln_yaml *map, struct mln_study_measure *m,
                                  struct mln_err *err) {
    static const char *const words[] = {"lower", "none", "upper", NULL};
    size_t word = 1;
    MLN_TRY(mln_yaml_opt_word(map, "bound", words, &word, err));
    m->bound = (int)word - 1;
    return MLN_OK;
}

/* The weights of the unmatched are those of matched victims: a band is of a table of these alone.
 */
static enum mln_status check_band(const struct mln_yaml *at, const struct mln_study_table *t,
                                  struct mln_err *err) {
    bool linked = false;
    for (size_t i = 0; i < t->n_filters; i++) {
        const struct mln_study_filter *f = &t->filters[i];
        linked = linked || (strcmp(f->column, "lie") == 0 && f->n_codes == 1 &&
                            strcmp(f->codes[0], "1") == 0);
    }
    for (size_t d = 0; d < t->n_dimensions; d++) {
        if (t->dimensions[d]->no_total) {
            return mln_yaml_error(at, err, "a band needs every dimension to have a total");
        }
    }
    if (!linked) {
        return mln_yaml_error(at, err, "a band is of matched victims: where: {lie: [1]}");
    }
    return MLN_OK;
}

/* {rate: lie, bound: lower}: an end of the interval of a share. */
static enum mln_status read_rate(struct mln_arena *arena, struct mln_yaml *map,
                                 struct mln_yaml *rate, const struct mln_study_table *t,
                                 struct mln_study_measure *m, struct mln_err *err) {
    m->kind = MLN_STUDY_RATE;
    MLN_TRY(share_dimension(arena, rate, t, &m->share_of, err));
    MLN_TRY(read_bound(map, m, err));
    return m->bound != 0 ? MLN_OK
                         : mln_yaml_error(rate, err, "an end of a rate: bound: lower, or upper");
}

/* {standardised_difference: lie}: between its first two categories, of the other dimension. */
static enum mln_status read_difference(struct mln_arena *arena, struct mln_yaml *node,
                                       const struct mln_study_table *t, struct mln_study_measure *m,
                                       struct mln_err *err) {
    m->kind = MLN_STUDY_DIFFERENCE;
    MLN_TRY(share_dimension(arena, node, t, &m->share_of, err));
    if (t->n_dimensions != 2 || t->dimensions[0]->no_total || t->dimensions[1]->no_total ||
        t->dimensions[m->share_of]->n_categories < 2) {
        return mln_yaml_error(node, err,
                              "a standardised difference is of two dimensions with totals, between "
                              "the first two categories listed of one");
    }
    return MLN_OK;
}

/* {gray: fin, part: p_value}: in a table of two dimensions, the groups are the other one's. */
static enum mln_status read_gray(struct mln_arena *arena, struct mln_yaml *map,
                                 struct mln_yaml *gray, const struct mln_study_table *t,
                                 struct mln_study_measure *m, struct mln_err *err) {
    static const char *const words[] = {"chi2", "degrees", "p_value", NULL};
    static const enum mln_measure_kind parts[] = {MLN_MEASURE_CHI2, MLN_MEASURE_DEGREES,
                                                  MLN_MEASURE_P_VALUE};
    struct mln_yaml *part = NULL;
    size_t word = 0;
    m->kind = MLN_STUDY_GRAY;
    MLN_TRY(share_dimension(arena, gray, t, &m->share_of, err));
    MLN_TRY(mln_yaml_need(map, "part", &part, err));
    MLN_TRY(mln_yaml_as_word(part, words, &word, err));
    m->part = parts[word];
    if (t->n_dimensions != 2 || t->dimensions[1 - m->share_of]->no_total) {
        return mln_yaml_error(gray, err,
                              "Gray's test is of two dimensions: groups, with a total, and ends");
    }
    return MLN_OK;
}

static enum mln_status read_measure(struct mln_arena *arena, struct mln_yaml *map,
                                    const struct mln_study_table *t, struct mln_study_measure *m,
                                    struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_study_need_name(arena, map, "name", &m->name, err));
    MLN_TRY(mln_study_need_label(arena, map, "label", &m->label, err));
    struct mln_yaml *const share = mln_yaml_get(map, "share");
    struct mln_yaml *const quantile = mln_yaml_get(map, "quantile");
    struct mln_yaml *const mean = mln_yaml_get(map, "mean");
    struct mln_yaml *const kaplan = mln_yaml_get(map, "kaplan_meier");
    struct mln_yaml *const restricted = mln_yaml_get(map, "restricted_mean");
    struct mln_yaml *const incidence = mln_yaml_get(map, "incidence");
    struct mln_yaml *const band = mln_yaml_get(map, "linkage_band");
    struct mln_yaml *const bounds = mln_yaml_get(map, "linkage_bounds");
    struct mln_yaml *const gray = mln_yaml_get(map, "gray");
    struct mln_yaml *const rate = mln_yaml_get(map, "rate");
    struct mln_yaml *const difference = mln_yaml_get(map, "standardised_difference");
    if ((share != NULL) + (quantile != NULL) + (mean != NULL) + (kaplan != NULL) +
            (restricted != NULL) + (incidence != NULL) + (band != NULL) + (bounds != NULL) +
            (gray != NULL) + (rate != NULL) + (difference != NULL) !=
        1) {
        return mln_yaml_error(
            map, err,
            "one of share, quantile, mean, kaplan_meier, restricted_mean, incidence, "
            "linkage_band, linkage_bounds, gray, rate, standardised_difference");
    }
    if (share != NULL) {
        m->kind = MLN_STUDY_SHARE;
        MLN_TRY(share_dimension(arena, share, t, &m->share_of, err));
    } else if (rate != NULL) {
        MLN_TRY(read_rate(arena, map, rate, t, m, err));
    } else if (difference != NULL) {
        MLN_TRY(read_difference(arena, difference, t, m, err));
    } else if (t->from != MLN_FROM_VICTIMS &&
               (t->from != MLN_FROM_PERSONS || band != NULL || bounds != NULL)) {
        return mln_yaml_error(map, err,
                              "only victims have durations and bands, and persons durations");
    } else if (band != NULL || bounds != NULL) {
        m->kind = band != NULL ? MLN_STUDY_BAND : MLN_STUDY_BOUNDS;
        MLN_TRY(share_dimension(arena, band != NULL ? band : bounds, t, &m->share_of, err));
        MLN_TRY(read_bound(map, m, err));
        MLN_TRY(check_band(map, t, err));
        if (bounds != NULL && m->bound == 0) {
            return mln_yaml_error(map, err, "a worst case of a share: bound: lower, or upper");
        }
    } else if (gray != NULL) {
        MLN_TRY(read_gray(arena, map, gray, t, m, err));
    } else if (restricted != NULL) {
        m->kind = MLN_STUDY_RESTRICTED_MEAN;
        MLN_TRY(as_days(restricted, &m->horizon, err));
        MLN_TRY(read_bound(map, m, err));
    } else if (incidence != NULL) {
        struct mln_yaml *days = NULL;
        m->kind = MLN_STUDY_INCIDENCE;
        MLN_TRY(share_dimension(arena, incidence, t, &m->share_of, err));
        MLN_TRY(mln_yaml_need(map, "days", &days, err));
        MLN_TRY(as_days(days, &m->horizon, err));
        MLN_TRY(read_bound(map, m, err));
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
        if (kaplan != NULL) {
            MLN_TRY(read_bound(map, m, err));
        }
    }
    return mln_yaml_done(map, err);
}

static enum mln_status read_measures(struct mln_arena *arena, struct mln_yaml *map,
                                     struct mln_study *s, struct mln_study_table *t,
                                     struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "measures");
    if (node == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_list(node, err));
    struct mln_study_measure *list = mln_study_list(arena, node->n, sizeof *list);
    if (list == NULL) {
        return mln_err_nomem(err, "the study");
    }
    if (node->n >= MLN_TABLE_MAX_MEASURES) {
        return mln_yaml_error(node, err, "too many measures");
    }
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        MLN_TRY(read_measure(arena, item, t, &list[t->n_measures], err));
        if (list[t->n_measures].kind == MLN_STUDY_BAND && s->link_error.n_draws == 0) {
            return mln_yaml_error(item, err, "bands need the section 'linkage_error'");
        }
        s->has_bands = s->has_bands || list[t->n_measures].kind == MLN_STUDY_BAND;
        for (size_t i = 0; i < t->n_measures; i++) {
            const struct mln_study_measure *now = &list[t->n_measures];
            if (list[i].kind == MLN_STUDY_GRAY && now->kind == MLN_STUDY_GRAY &&
                list[i].share_of != now->share_of) {
                return mln_yaml_error(item, err, "the tests of a table are of one dimension");
            }
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
    struct mln_label *labels = mln_study_list(arena, MLN_STEP_COUNT, sizeof *labels);
    if (labels == NULL) {
        return mln_err_nomem(err, "the study");
    }
    MLN_TRY(mln_study_need_label(arena, map, "label", &t->step_label, err));
    MLN_TRY(mln_yaml_need(map, "steps", &steps, err));
    MLN_TRY(mln_yaml_as_map(steps, err));
    if (steps->n == 0) {
        return mln_yaml_error(steps, err, "a funnel needs steps");
    }
    for (size_t i = 0; i < MLN_STEP_COUNT; i++) {
        struct mln_yaml *node = mln_yaml_get(steps, mln_study_step_words[i]);
        if (node != NULL) {
            MLN_TRY(mln_study_label(arena, node, &labels[i], err));
        }
    }
    t->steps = labels;
    return mln_yaml_done(steps, err);
}

/* A balance is of one unit of count: periods without a total, stages with one, and the five parts.
 */
static enum mln_status check_balance(const struct mln_yaml *at, const struct mln_study_table *t,
                                     struct mln_err *err) {
    bool one_unit = false;
    for (size_t i = 0; i < t->n_filters; i++) {
        one_unit =
            one_unit || (strcmp(t->filters[i].column, "unite") == 0 && t->filters[i].n_codes == 1);
    }
    if (!one_unit) {
        return mln_yaml_error(at, err,
                              "stocks and flows are of one unit: where: {unite: [victime]}");
    }
    const struct mln_study_variable *const *d = t->dimensions;
    bool good = t->n_dimensions == 3 && strcmp(d[0]->column, "annee") == 0 && d[0]->no_total &&
                strcmp(d[1]->column, "etape") == 0 && !d[1]->no_total &&
                strcmp(d[2]->column, "mouvement") == 0 && d[2]->no_total &&
                d[2]->n_categories == MLN_BALANCE_PARTS && d[2]->n_members == MLN_BALANCE_PARTS;
    for (size_t i = 0; good && i < MLN_BALANCE_PARTS; i++) {
        good =
            strcmp(d[2]->members[i].code, balance_words[i]) == 0 && d[2]->members[i].category == i;
    }
    return good && t->n_measures == 0
               ? MLN_OK
               : mln_yaml_error(at, err,
                                "a balance has no measures, and three dimensions: of annee (total: "
                                "false), of etape, of mouvement (total: false; stock_initial, "
                                "entrees, retours, sorties, stock_final)");
}

static enum mln_status read_table(struct mln_arena *arena, struct mln_yaml *map,
                                  struct mln_study *s, struct mln_study_table *t,
                                  struct mln_err *err) {
    size_t from = 0, view = 0;
    struct mln_yaml *source = NULL;
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_study_need_name(arena, map, "name", &t->name, err));
    MLN_TRY(mln_study_need_label(arena, map, "title", &t->title, err));
    MLN_TRY(mln_study_need_label(arena, map, "unit", &t->unit, err));
    struct mln_yaml *const note = mln_yaml_get(map, "note");
    if (note != NULL) {
        MLN_TRY(mln_study_label(arena, note, &t->note, err));
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
    MLN_TRY(read_measures(arena, map, s, t, err));
    if ((t->view == MLN_VIEW_BALANCE) != (t->from == MLN_FROM_FLOWS)) {
        return mln_yaml_error(map, err, "the view of flows, and only of flows, is 'balance'");
    }
    if (t->from == MLN_FROM_FLOWS) {
        MLN_TRY(check_balance(map, t, err));
    }
    return mln_yaml_done(map, err);
}

enum mln_status mln_study_read_tables(struct mln_arena *arena, struct mln_yaml *top,
                                      struct mln_study *s, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(top, "tables", &node, err));
    MLN_TRY(mln_yaml_as_list(node, err));
    struct mln_study_table *list = mln_study_list(arena, node->n, sizeof *list);
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
