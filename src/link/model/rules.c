/* The comparisons of a model, and its blocking rules. */
#include "link/model/inside.h"

/* ── comparisons ── */

static bool made_from_texts(const struct mln_link_model *model, size_t field) {
    while (model->fields[field].type == MLN_FIELD_TEXT && model->fields[field].from != SIZE_MAX) {
        field = model->fields[field].from;
    }
    return model->fields[field].type == MLN_FIELD_TEXT;
}

/* file: births.csv, value: first_name, count: n — or frequency instead of count. */
static enum mln_status read_table(struct mln_model_reader *r, struct mln_yaml *node,
                                  struct mln_comparison *c) {
    struct mln_frequency_table *table = &c->tf_table;
    struct mln_yaml *file = mln_yaml_get(node, "file"), *value = NULL;
    struct mln_yaml *count = mln_yaml_get(node, "count"), *share = mln_yaml_get(node, "frequency");
    if (file == NULL) {
        const struct mln_yaml *stray = count != NULL ? count : share;
        return stray == NULL ? MLN_OK
                             : mln_yaml_error(stray, r->err,
                                              "'%.*s' names a column of a table: write file too",
                                              MLN_STR_ARG(stray->key));
    }
    MLN_TRY(mln_yaml_as_str(file, &table->file, r->err));
    MLN_TRY(mln_yaml_need(node, "value", &value, r->err));
    MLN_TRY(mln_model_name(value, &table->value, r->err));
    if ((count == NULL) == (share == NULL)) {
        return mln_yaml_error(
            node, r->err,
            "a table of frequencies needs count or frequency, one of them: the column of how "
            "many hold a value, or of their share of all");
    }
    table->shares = share != NULL;
    MLN_TRY(mln_model_name(share != NULL ? share : count, &table->number, r->err));
    if (table->file.n == 0 || memchr(table->file.p, '\0', table->file.n) != NULL) {
        return mln_yaml_error(file, r->err, "the name of a file is needed here");
    }
    if (!made_from_texts(r->model, c->field)) {
        return mln_yaml_error(
            file, r->err,
            "a table of frequencies is for a text field; '%.*s' is not read from a text",
            MLN_STR_ARG(r->model->fields[c->field].name));
    }
    table->line = file->line;
    table->column = file->column;
    return MLN_OK;
}

/* term_frequency: true, or {weight: .5, minimum: .001, file: …}: on the exact level, unless levels
 * say so themselves. */
static enum mln_status read_frequency(struct mln_model_reader *r, struct mln_yaml *map,
                                      struct mln_comparison *c, struct mln_level *levels) {
    struct mln_yaml *node = mln_yaml_get(map, "term_frequency");
    c->tf_weight = 1;
    c->tf_minimum = 0;
    bool wanted = false;
    if (node == NULL || node->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    if (node->kind == MLN_YAML_MAP) {
        wanted = true;
        MLN_TRY(mln_yaml_opt_f64(node, "weight", 0, 1, &c->tf_weight, r->err));
        MLN_TRY(mln_yaml_opt_f64(node, "minimum", 0, 1, &c->tf_minimum, r->err));
        MLN_TRY(read_table(r, node, c));
        MLN_TRY(mln_yaml_done(node, r->err));
    } else {
        MLN_TRY(mln_yaml_as_bool(node, &wanted, r->err));
    }
    struct mln_level *exact = NULL;
    for (size_t l = 0; wanted && l < c->n_levels; l++) {
        wanted = !levels[l].term_frequency;
        if (levels[l].kind == MLN_LEVEL_EXACT && levels[l].field == c->field) {
            exact = &levels[l];
        }
    }
    if (!wanted) {
        return MLN_OK;
    }
    if (exact == NULL || r->model->fields[exact->field].type != MLN_FIELD_TEXT) {
        return mln_yaml_error(node, r->err, "term_frequency needs an exact level on a text field");
    }
    exact->term_frequency = true;
    return MLN_OK;
}

static enum mln_status read_comparison(struct mln_model_reader *r, struct mln_yaml *map,
                                       struct mln_comparison *c) {
    struct mln_level *levels = MLN_ARENA_NEW(r->arena, struct mln_level, MLN_LEVELS_MAX);
    struct mln_yaml *field = NULL;
    if (levels == NULL) {
        return mln_model_nomem(r);
    }
    c->line = map->line;
    c->column = map->column;
    c->levels = levels;
    if (map->kind == MLN_YAML_SCALAR) { /* the name of a field: its default levels */
        MLN_TRY(mln_model_field_of(r, map, &c->field));
        c->name = r->model->fields[c->field].name;
        c->tf_weight = 1;
        return mln_model_read_levels(r, NULL, c->field, levels, &c->n_levels);
    }
    MLN_TRY(mln_yaml_need(map, "field", &field, r->err));
    MLN_TRY(mln_model_field_of(r, field, &c->field));
    c->name = r->model->fields[c->field].name;
    struct mln_yaml *name = mln_yaml_get(map, "name");
    if (name != NULL) {
        MLN_TRY(mln_model_name(name, &c->name, r->err));
    }
    MLN_TRY(mln_model_read_levels(r, mln_yaml_get(map, "levels"), c->field, levels, &c->n_levels));
    MLN_TRY(read_frequency(r, map, c, levels));
    return mln_yaml_done(map, r->err);
}

/* Patterns of n comparisons must be numbers of 32 bits. */
static enum mln_status check_patterns(struct mln_model_reader *r, const struct mln_yaml *at,
                                      const struct mln_comparison *all, size_t n) {
    uint64_t patterns = 1;
    for (size_t c = 0; c < n; c++) {
        patterns *= all[c].n_levels + 1;
        if (patterns > UINT64_C(1) << 31) {
            return mln_yaml_error(at, r->err,
                                  "up to this comparison the levels make more than 2^31 patterns "
                                  "(the product of levels + 1); take fewer levels or comparisons");
        }
    }
    return MLN_OK;
}

/* Without comparisons each field that is read from the file has one, by the ladder of its type. */
static enum mln_status compare_all(struct mln_model_reader *r, const struct mln_yaml *top) {
    struct mln_comparison *all =
        MLN_ARENA_NEW(r->arena, struct mln_comparison, MLN_COMPARISONS_MAX);
    size_t n = 0;
    for (size_t f = 0; all != NULL && f < r->model->n_fields; f++) {
        const struct mln_link_field *field = &r->model->fields[f];
        if (field->from != SIZE_MAX) {
            continue;
        }
        struct mln_level *levels = MLN_ARENA_NEW(r->arena, struct mln_level, MLN_LEVELS_MAX);
        if (levels == NULL) {
            return mln_model_nomem(r);
        }
        if (n == MLN_COMPARISONS_MAX) {
            return mln_yaml_error(top, r->err,
                                  "more than %d fields are read: say under `comparisons` which of "
                                  "them are compared",
                                  MLN_COMPARISONS_MAX);
        }
        all[n] = (struct mln_comparison){.name = field->name,
                                         .field = f,
                                         .levels = levels,
                                         .tf_weight = 1,
                                         .line = field->line,
                                         .column = field->column};
        MLN_TRY(mln_model_read_levels(r, NULL, f, levels, &all[n++].n_levels));
    }
    r->model->comparisons = all;
    r->model->n_comparisons = n;
    return all == NULL ? mln_model_nomem(r) : check_patterns(r, top, all, n);
}

enum mln_status mln_model_read_comparisons(struct mln_model_reader *r, struct mln_yaml *top) {
    struct mln_yaml *list = mln_yaml_get(top, "comparisons");
    if (list == NULL) {
        return compare_all(r, top);
    }
    MLN_TRY(mln_yaml_as_list(list, r->err));
    if (list->n == 0 || list->n > MLN_COMPARISONS_MAX) {
        return mln_yaml_error(list, r->err, "a model has 1 to %d comparisons", MLN_COMPARISONS_MAX);
    }
    struct mln_comparison *all = MLN_ARENA_NEW(r->arena, struct mln_comparison, list->n);
    if (all == NULL) {
        return mln_model_nomem(r);
    }
    size_t n = 0;
    for (struct mln_yaml *node = list->first; node != NULL; node = node->next, n++) {
        MLN_TRY(read_comparison(r, node, &all[n]));
        for (size_t c = 0; c < n; c++) {
            if (mln_str_eq(all[c].name, all[n].name)) {
                return mln_yaml_error(node, r->err,
                                      "two comparisons are named '%.*s'; give one of them a name",
                                      MLN_STR_ARG(all[n].name));
            }
        }
        MLN_TRY(check_patterns(r, node, all, n + 1));
    }
    r->model->comparisons = all;
    r->model->n_comparisons = n;
    return MLN_OK;
}

/* ── blocking ── */

static enum mln_status read_rule_fields(struct mln_model_reader *r, struct mln_yaml *list,
                                        struct mln_block_rule *rule) {
    const bool alone = list->kind == MLN_YAML_SCALAR;
    const size_t n = alone ? 1 : list->n;
    if (!alone) {
        MLN_TRY(mln_yaml_as_list(list, r->err));
    }
    if (n == 0 || n > r->model->n_fields) {
        return mln_yaml_error(list, r->err, "a rule needs fields, each once");
    }
    size_t *fields = MLN_ARENA_NEW(r->arena, size_t, n);
    if (fields == NULL) {
        return mln_model_nomem(r);
    }
    const struct mln_yaml *item = alone ? list : list->first;
    for (size_t i = 0; i < n; i++, item = item->next) {
        MLN_TRY(mln_model_field_of(r, item, &fields[i]));
        const struct mln_link_field *f = &r->model->fields[fields[i]];
        if (f->type == MLN_FIELD_GEO ||
            (f->type == MLN_FIELD_LIST && rule->kind == MLN_RULE_WINDOW)) {
            return mln_yaml_error(item, r->err, "records cannot be %s by a field of type %s",
                                  rule->kind == MLN_RULE_WINDOW ? "ordered" : "put in blocks",
                                  mln_field_type_words[f->type]);
        }
        for (size_t j = 0; j < i; j++) {
            if (fields[j] == fields[i]) {
                return mln_yaml_error(item, r->err, "'%.*s' is written twice in this rule",
                                      MLN_STR_ARG(f->name));
            }
        }
    }
    rule->fields = fields;
    rule->n_fields = n;
    return MLN_OK;
}

/* "surname+commune", "window 5: surname". */
static enum mln_status name_rule(struct mln_model_reader *r, struct mln_block_rule *rule) {
    struct mln_buf text = MLN_BUF_INIT;
    if (rule->kind == MLN_RULE_WINDOW) {
        mln_buf_addf(&text, "window %u: ", rule->window);
    }
    for (size_t i = 0; i < rule->n_fields; i++) {
        mln_buf_addz(&text, i == 0 ? "" : "+");
        mln_buf_add_str(&text, r->model->fields[rule->fields[i]].name);
    }
    return mln_model_keep(r, &text, &rule->name);
}

static enum mln_status read_rule(struct mln_model_reader *r, struct mln_yaml *node,
                                 struct mln_block_rule *rule) {
    rule->kind = MLN_RULE_EQUAL;
    rule->train = true;
    rule->line = node->line;
    rule->column = node->column;
    if (node->kind != MLN_YAML_MAP) {
        MLN_TRY(read_rule_fields(r, node, rule));
        return name_rule(r, rule);
    }
    struct mln_yaml *fields = NULL;
    struct mln_yaml *window = mln_yaml_get(node, "window");
    if (window != NULL) {
        int64_t places = 0;
        MLN_TRY(mln_yaml_as_i64(window, 1, 10000, &places, r->err));
        rule->kind = MLN_RULE_WINDOW;
        rule->window = (uint32_t)places;
    }
    MLN_TRY(mln_yaml_need(node, "fields", &fields, r->err));
    MLN_TRY(read_rule_fields(r, fields, rule));
    MLN_TRY(mln_yaml_opt_bool(node, "allow_large", &rule->allow_large, r->err));
    MLN_TRY(mln_yaml_opt_bool(node, "train", &rule->train, r->err));
    struct mln_yaml *name = mln_yaml_get(node, "name");
    if (name != NULL) {
        MLN_TRY(mln_model_name(name, &rule->name, r->err));
    } else {
        MLN_TRY(name_rule(r, rule));
    }
    return mln_yaml_done(node, r->err);
}

static bool same_rule(const struct mln_block_rule *a, const struct mln_block_rule *b) {
    return a->kind == b->kind && a->n_fields == b->n_fields &&
           memcmp(a->fields, b->fields, a->n_fields * sizeof *a->fields) == 0;
}

enum mln_status mln_model_read_rules(struct mln_model_reader *r, struct mln_yaml *list) {
    if (list == NULL ||
        (list->kind == MLN_YAML_SCALAR && mln_str_eq(list->text, MLN_STR_LIT("auto")))) {
        return MLN_OK; /* chosen when the values are known: n_rules stays 0 */
    }
    MLN_TRY(mln_yaml_as_list(list, r->err));
    if (list->n == 0 || list->n > MLN_RULES_MAX) {
        return mln_yaml_error(list, r->err, "a model has 1 to %d blocking rules", MLN_RULES_MAX);
    }
    struct mln_block_rule *rules = MLN_ARENA_NEW(r->arena, struct mln_block_rule, list->n);
    if (rules == NULL) {
        return mln_model_nomem(r);
    }
    size_t n = 0;
    bool any_trains = false;
    for (struct mln_yaml *node = list->first; node != NULL; node = node->next, n++) {
        MLN_TRY(read_rule(r, node, &rules[n]));
        any_trains = any_trains || rules[n].train;
        for (size_t i = 0; i < n; i++) {
            if (mln_str_eq(rules[i].name, rules[n].name) || same_rule(&rules[i], &rules[n])) {
                return mln_yaml_error(
                    node, r->err, "this rule makes the pairs, or has the name, of rule %zu", i + 1);
            }
        }
    }
    if (!any_trains) {
        return mln_yaml_error(list, r->err, "at least one rule must take part in training");
    }
    r->model->rules = rules;
    r->model->n_rules = n;
    return MLN_OK;
}
