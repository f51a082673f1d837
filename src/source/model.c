#include "source/model.h"

#include "base/yaml.h"

const char *const mln_value_type_words[] = {"code", "text", "int", "date", "period", NULL};
const char *const mln_zone_words[] = {"id", "content", "both", NULL};

const struct mln_model_table *mln_model_find(const struct mln_model *model, struct mln_str name) {
    for (size_t i = 0; i < model->n_tables; i++) {
        if (mln_str_is(name, model->tables[i].name)) {
            return &model->tables[i];
        }
    }
    return NULL;
}

size_t mln_model_column_index(const struct mln_model_table *table, struct mln_str name) {
    for (size_t i = 0; i < table->n_columns; i++) {
        if (mln_str_is(name, table->columns[i].name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* A name that is safe as an identifier of SQL and as a file's name. */
static enum mln_status check_name(const struct mln_yaml *at, struct mln_str name,
                                  struct mln_err *err) {
    bool good = name.n > 0 && name.n <= 60 && !(name.p[0] >= '0' && name.p[0] <= '9');
    for (size_t i = 0; i < name.n && good; i++) {
        const char c = name.p[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return good ? MLN_OK
                : mln_yaml_error(at, err,
                                 "a name is 1 to 60 lower-case letters, digits and '_', and does "
                                 "not begin with a digit");
}

static enum mln_status copy_text(struct mln_arena *arena, struct mln_str text, const char **out,
                                 struct mln_err *err) {
    *out = mln_arena_strdup(arena, text);
    return *out == NULL ? mln_err_nomem(err, "the canonical model") : MLN_OK;
}

/* ── columns ── */

static enum mln_status read_words(struct mln_arena *arena, struct mln_yaml *map,
                                  struct mln_model_column *column, struct mln_err *err) {
    struct mln_yaml *list = mln_yaml_get(map, "words");
    if (list == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_list(list, err));
    column->words = MLN_ARENA_NEW(arena, const char *, list->n);
    if (column->words == NULL) {
        return mln_err_nomem(err, "the canonical model");
    }
    for (struct mln_yaml *item = list->first; item != NULL; item = item->next) {
        struct mln_str word;
        MLN_TRY(mln_yaml_as_str(item, &word, err));
        MLN_TRY(copy_text(arena, word, &column->words[column->n_words++], err));
    }
    return MLN_OK;
}

static enum mln_status check_column(const struct mln_yaml *map, const struct mln_model_column *c,
                                    struct mln_err *err) {
    if (c->codes != NULL && c->type != MLN_VALUE_CODE) {
        return mln_yaml_error(map, err, "only a column of type code has 'codes'");
    }
    if (c->words != NULL && (c->type != MLN_VALUE_CODE || c->n_words == 0)) {
        return mln_yaml_error(map, err, "'words' is a list of at least one, for the type code");
    }
    if (c->codes_closed && c->codes == NULL) {
        return mln_yaml_error(map, err, "'codes_closed' needs 'codes'");
    }
    if (c->min > c->max) {
        return mln_yaml_error(map, err, "'min' is past 'max'");
    }
    return MLN_OK;
}

static enum mln_status read_column(struct mln_arena *arena, struct mln_yaml *map,
                                   struct mln_model_column *column, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(check_name(map, map->key, err));
    MLN_TRY(copy_text(arena, map->key, &column->name, err));
    struct mln_yaml *node;
    size_t word;
    MLN_TRY(mln_yaml_need(map, "type", &node, err));
    MLN_TRY(mln_yaml_as_word(node, mln_value_type_words, &word, err));
    column->type = (enum mln_value_type)word;
    MLN_TRY(mln_yaml_need(map, "zone", &node, err));
    MLN_TRY(mln_yaml_as_word(node, mln_zone_words, &word, err));
    column->zone = (enum mln_zone)word;
    MLN_TRY(mln_yaml_opt_bool(map, "required", &column->required, err));
    int64_t min = INT32_MIN;
    int64_t max = INT32_MAX;
    if (column->type == MLN_VALUE_INT) {
        MLN_TRY(mln_yaml_opt_i64(map, "min", INT32_MIN, INT32_MAX, &min, err));
        MLN_TRY(mln_yaml_opt_i64(map, "max", INT32_MIN, INT32_MAX, &max, err));
    }
    column->min = (int32_t)min;
    column->max = (int32_t)max;
    struct mln_str codes = {NULL, 0};
    MLN_TRY(mln_yaml_opt_str(map, "codes", &codes, err));
    if (codes.p != NULL) {
        MLN_TRY(check_name(map, codes, err));
        MLN_TRY(copy_text(arena, codes, &column->codes, err));
    }
    MLN_TRY(mln_yaml_opt_bool(map, "codes_closed", &column->codes_closed, err));
    MLN_TRY(read_words(arena, map, column, err));
    struct mln_str doc = {"", 0};
    MLN_TRY(mln_yaml_opt_str(map, "doc", &doc, err));
    MLN_TRY(copy_text(arena, doc, &column->doc, err));
    MLN_TRY(mln_yaml_done(map, err));
    return check_column(map, column, err);
}

static enum mln_status read_columns(struct mln_arena *arena, struct mln_yaml *map,
                                    struct mln_model_table *table, struct mln_err *err) {
    struct mln_yaml *columns;
    MLN_TRY(mln_yaml_need(map, "columns", &columns, err));
    MLN_TRY(mln_yaml_as_map(columns, err));
    if (columns->n == 0 || columns->n > 1000) {
        return mln_yaml_error(columns, err, "a table has 1 to 1000 columns");
    }
    struct mln_model_column *list = MLN_ARENA_NEW(arena, struct mln_model_column, columns->n);
    if (list == NULL) {
        return mln_err_nomem(err, "the canonical model");
    }
    for (struct mln_yaml *c = columns->first; c != NULL; c = c->next) {
        MLN_TRY(read_column(arena, c, &list[table->n_columns++], err));
    }
    table->columns = list;
    return MLN_OK;
}

/* ── keys and references ── */

/* A list of names of required columns, as indices. */
static enum mln_status read_column_list(struct mln_arena *arena, struct mln_yaml *list,
                                        const struct mln_model_table *table, const size_t **out,
                                        struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(list, err));
    size_t *columns = MLN_ARENA_NEW(arena, size_t, list->n + 1);
    if (columns == NULL) {
        return mln_err_nomem(err, "the canonical model");
    }
    size_t n = 0;
    for (struct mln_yaml *item = list->first; item != NULL; item = item->next) {
        struct mln_str name;
        MLN_TRY(mln_yaml_as_str(item, &name, err));
        columns[n] = mln_model_column_index(table, name);
        if (columns[n] == SIZE_MAX || !table->columns[columns[n]].required ||
            table->columns[columns[n]].type == MLN_VALUE_PERIOD) {
            return mln_yaml_error(item, err,
                                  "a key or reference is made of required columns of the table, "
                                  "none of them a period");
        }
        n++;
    }
    if (n == 0) {
        return mln_yaml_error(list, err, "at least one column");
    }
    *out = columns;
    return MLN_OK;
}

/* `references: {table: [columns]}`; the referenced table stands before in the file. */
static enum mln_status read_reference(struct mln_arena *arena, struct mln_yaml *map,
                                      const char *name, const struct mln_model *model,
                                      struct mln_model_table *table,
                                      const struct mln_model_reference **out, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    if (map->n != 1) {
        return mln_yaml_error(map, err, "one table and the columns that hold its key");
    }
    struct mln_yaml *list = map->first;
    list->used = true;
    const struct mln_model_table *parent = mln_model_find(model, list->key);
    if (parent == NULL) {
        return mln_yaml_error(list, err, "the table referenced must be declared before this one");
    }
    struct mln_model_reference *reference = MLN_ARENA_NEW(arena, struct mln_model_reference, 1);
    if (reference == NULL) {
        return mln_err_nomem(err, "the canonical model");
    }
    reference->name = name;
    reference->table = (size_t)(parent - model->tables);
    MLN_TRY(read_column_list(arena, list, table, &reference->columns, err));
    if (list->n != parent->n_key) {
        return mln_yaml_error(list, err, "the key of '%s' has %zu columns", parent->name,
                              parent->n_key);
    }
    for (size_t i = 0; i < parent->n_key; i++) {
        if (table->columns[reference->columns[i]].type != parent->columns[parent->key[i]].type) {
            return mln_yaml_error(list, err, "the type of '%s' differs from the key's",
                                  table->columns[reference->columns[i]].name);
        }
    }
    if (table->level <= parent->level) {
        table->level = parent->level + 1;
    }
    *out = reference;
    return MLN_OK;
}

/* ── tables ── */

static enum mln_status read_table(struct mln_arena *arena, struct mln_yaml *map,
                                  const struct mln_model *model, struct mln_model_table *table,
                                  struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(check_name(map, map->key, err));
    MLN_TRY(copy_text(arena, map->key, &table->name, err));
    struct mln_str grain = {"", 0};
    struct mln_str source = {"", 0};
    MLN_TRY(mln_yaml_opt_str(map, "grain", &grain, err));
    MLN_TRY(mln_yaml_opt_str(map, "source", &source, err));
    MLN_TRY(copy_text(arena, grain, &table->grain, err));
    MLN_TRY(copy_text(arena, source, &table->source, err));
    MLN_TRY(read_columns(arena, map, table, err));
    struct mln_yaml *key;
    MLN_TRY(mln_yaml_need(map, "key", &key, err));
    MLN_TRY(read_column_list(arena, key, table, &table->key, err));
    table->n_key = key->n;
    struct mln_yaml *parent = mln_yaml_get(map, "references");
    if (parent != NULL) {
        MLN_TRY(read_reference(arena, parent, "parent_idx", model, table, &table->parent, err));
    }
    struct mln_yaml *target = mln_yaml_get(map, "target");
    if (target != NULL) {
        MLN_TRY(read_reference(arena, target, "cible_idx", model, table, &table->target, err));
    }
    return mln_yaml_done(map, err);
}

enum mln_status mln_model_read(struct mln_arena *arena, const char *file, struct mln_str text,
                               struct mln_model *out, struct mln_err *err) {
    *out = (struct mln_model){0};
    struct mln_yaml *root;
    MLN_TRY(mln_yaml_parse(arena, file, text, &root, err));
    MLN_TRY(mln_yaml_as_map(root, err));
    struct mln_yaml *node;
    int64_t version;
    MLN_TRY(mln_yaml_need(root, "version", &node, err));
    MLN_TRY(mln_yaml_as_i64(node, 1, 1, &version, err));
    struct mln_yaml *tables;
    MLN_TRY(mln_yaml_need(root, "tables", &tables, err));
    MLN_TRY(mln_yaml_done(root, err));
    MLN_TRY(mln_yaml_as_map(tables, err));
    struct mln_model_table *list = MLN_ARENA_NEW(arena, struct mln_model_table, tables->n + 1);
    if (list == NULL) {
        return mln_err_nomem(err, "the canonical model");
    }
    out->tables = list;
    for (struct mln_yaml *t = tables->first; t != NULL; t = t->next) {
        MLN_TRY(read_table(arena, t, out, &list[out->n_tables], err));
        if (list[out->n_tables].level >= out->n_levels) {
            out->n_levels = list[out->n_tables].level + 1;
        }
        out->n_tables++;
    }
    return MLN_OK;
}
