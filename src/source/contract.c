#include "source/contract.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/yaml.h"

/* What a source may say, and `defaults` for all of them. */
struct form {
    const char *folder;
    size_t format;
    char delimiter, quote;
    bool header;
    enum mln_encoding encoding;
    const struct mln_str *missing;
    size_t n_missing;
    const struct mln_date_format *dates;
    size_t n_dates;
};

struct reader {
    struct mln_arena *arena;
    const struct mln_model *model;
    const char *dir; /* of the contract */
    struct form defaults;
    struct mln_contract_source *sources;
    size_t n_sources, cap_sources;
    struct mln_findings *findings;
};

static enum mln_status nomem(struct mln_err *err) {
    return mln_err_nomem(err, "the data contract");
}

static enum mln_status copy_text(struct reader *r, struct mln_str text, const char **out,
                                 struct mln_err *err) {
    *out = mln_arena_strdup(r->arena, text);
    return *out == NULL ? nomem(err) : MLN_OK;
}

static bool is_absent(const struct mln_yaml *node) {
    return node->kind == MLN_YAML_SCALAR && mln_str_is(node->text, "absent");
}

/* ── lists ── */

/* A list of texts, or a single one. */
static enum mln_status read_texts(struct reader *r, struct mln_yaml *node,
                                  const struct mln_str **out, size_t *n, struct mln_err *err) {
    const bool list = node->kind == MLN_YAML_LIST;
    struct mln_str *texts = MLN_ARENA_NEW(r->arena, struct mln_str, list ? node->n + 1 : 1);
    if (texts == NULL) {
        return nomem(err);
    }
    *n = 0;
    for (struct mln_yaml *item = list ? node->first : node; item != NULL;
         item = list ? item->next : NULL) {
        MLN_TRY(mln_yaml_as_str(item, &texts[(*n)++], err));
    }
    *out = texts;
    return MLN_OK;
}

static enum mln_status read_names(struct reader *r, struct mln_yaml *node, const char *const **out,
                                  size_t *n, struct mln_err *err) {
    const struct mln_str *texts = NULL;
    MLN_TRY(read_texts(r, node, &texts, n, err));
    const char **names = MLN_ARENA_NEW(r->arena, const char *, *n + 1);
    if (names == NULL) {
        return nomem(err);
    }
    for (size_t i = 0; i < *n; i++) {
        const struct mln_str name = mln_str_trim(texts[i]);
        if (name.n == 0 || memchr(name.p, '\0', name.n) != NULL) {
            return mln_yaml_error(node, err, "a name is empty or holds a NUL");
        }
        MLN_TRY(copy_text(r, name, &names[i], err));
    }
    *out = names;
    return MLN_OK;
}

static enum mln_status read_missing(struct reader *r, struct mln_yaml *map,
                                    const struct mln_str **out, size_t *n, struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "missing");
    if (node == NULL) {
        return MLN_OK;
    }
    if (node->kind == MLN_YAML_NULL) {
        *n = 0;
        return MLN_OK;
    }
    return read_texts(r, node, out, n, err);
}

static enum mln_status read_dates(struct reader *r, struct mln_yaml *map,
                                  const struct mln_date_format **out, size_t *n,
                                  struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "dates");
    const struct mln_str *texts = NULL;
    if (node == NULL) {
        return MLN_OK;
    }
    MLN_TRY(read_texts(r, node, &texts, n, err));
    struct mln_date_format *formats = MLN_ARENA_NEW(r->arena, struct mln_date_format, *n + 1);
    if (formats == NULL) {
        return nomem(err);
    }
    for (size_t i = 0; i < *n; i++) {
        struct mln_err why;
        if (mln_date_format_parse(texts[i], &formats[i], &why) != MLN_OK) {
            return mln_yaml_error(node, err, "%s", why.msg);
        }
    }
    if (*n == 0) {
        return mln_yaml_error(node, err, "'dates' lists at least one format, such as dd/mm/yyyy");
    }
    *out = formats;
    return MLN_OK;
}

/* ── the form of a file ── */

/* One character; "tab" may be said; for quotes "none". */
static enum mln_status read_mark(struct mln_yaml *map, const char *key, char *out,
                                 struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, key);
    struct mln_str text;
    if (node == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    const bool quote = key[0] == 'q';
    if (!quote && mln_str_is(text, "tab")) {
        *out = '\t';
    } else if (quote && mln_str_is(text, "none")) {
        *out = '\0';
    } else if (text.n == 1 && text.p[0] > ' ' && text.p[0] < 0x7F) {
        *out = text.p[0];
    } else {
        return mln_yaml_error(node, err, "'%s' is one character of punctuation in quotes, or %s",
                              key, quote ? "none" : "tab");
    }
    return MLN_OK;
}

static enum mln_status read_encoding(struct mln_yaml *map, enum mln_encoding *out,
                                     struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "encoding");
    struct mln_str name;
    struct mln_err why;
    if (node == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_str(node, &name, err));
    if (mln_encoding_from_name(name, out, &why) != MLN_OK) {
        return mln_yaml_error(node, err, "%s", why.msg);
    }
    return MLN_OK;
}

static enum mln_status read_form(struct reader *r, struct mln_yaml *map, struct form *form,
                                 struct mln_err *err) {
    struct mln_str folder = {NULL, 0};
    MLN_TRY(mln_yaml_opt_str(map, "folder", &folder, err));
    if (folder.p != NULL) {
        struct mln_buf path = MLN_BUF_INIT;
        mln_path_join(&path, r->dir, folder);
        form->folder = path.failed ? NULL : mln_arena_strdup(r->arena, mln_buf_view(&path));
        mln_buf_release(&path);
        if (form->folder == NULL) {
            return nomem(err);
        }
    }
    MLN_TRY(mln_yaml_opt_word(map, "format", mln_format_words, &form->format, err));
    MLN_TRY(read_mark(map, "delimiter", &form->delimiter, err));
    MLN_TRY(read_mark(map, "quote", &form->quote, err));
    MLN_TRY(mln_yaml_opt_bool(map, "header", &form->header, err));
    MLN_TRY(read_encoding(map, &form->encoding, err));
    MLN_TRY(read_missing(r, map, &form->missing, &form->n_missing, err));
    MLN_TRY(read_dates(r, map, &form->dates, &form->n_dates, err));
    return form->quote == form->delimiter
               ? mln_yaml_error(map, err, "delimiter and quote must be two different characters")
               : MLN_OK;
}

/* ── columns ── */

static int by_from(const void *a, const void *b) {
    return mln_str_cmp(((const struct mln_contract_value *)a)->from,
                       ((const struct mln_contract_value *)b)->from);
}

static enum mln_status read_values(struct reader *r, struct mln_yaml *map,
                                   struct mln_contract_column *out, struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "values");
    if (node == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_map(node, err));
    struct mln_contract_value *values =
        MLN_ARENA_NEW(r->arena, struct mln_contract_value, node->n + 1);
    if (values == NULL) {
        return nomem(err);
    }
    for (struct mln_yaml *v = node->first; v != NULL; v = v->next) {
        struct mln_contract_value *value = &values[out->n_values++];
        v->used = true;
        value->from = mln_str_trim(v->key);
        if (v->kind != MLN_YAML_NULL) { /* "9: ~" means missing */
            MLN_TRY(mln_yaml_as_str(v, &value->to, err));
        }
    }
    qsort(values, out->n_values, sizeof *values, by_from);
    out->values = values;
    return MLN_OK;
}

/* Fewer words than the model's, never others. */
static enum mln_status read_words(struct reader *r, struct mln_yaml *map,
                                  const struct mln_model_column *model,
                                  struct mln_contract_column *out, struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "words");
    if (node == NULL) {
        return MLN_OK;
    }
    if (model->type != MLN_VALUE_CODE) {
        return mln_yaml_error(node, err, "only a column of type code has 'words'");
    }
    MLN_TRY(read_names(r, node, &out->words, &out->n_words, err));
    for (size_t i = 0; i < out->n_words && model->words != NULL; i++) {
        bool known = false;
        for (size_t k = 0; k < model->n_words && !known; k++) {
            known = strcmp(model->words[k], out->words[i]) == 0;
        }
        if (!known) {
            return mln_yaml_error(node, err,
                                  "the model does not allow '%s' here; 'words' can only leave out "
                                  "some of the model's",
                                  out->words[i]);
        }
    }
    return MLN_OK;
}

static enum mln_status read_checks(struct mln_yaml *map, const struct mln_model_column *model,
                                   struct mln_contract_column *out, struct mln_err *err) {
    bool required = model->required;
    bool closed = model->codes_closed;
    MLN_TRY(mln_yaml_opt_bool(map, "required", &required, err));
    MLN_TRY(mln_yaml_opt_bool(map, "codes_closed", &closed, err));
    MLN_TRY(mln_yaml_opt_bool(map, "unique", &out->unique, err));
    if ((model->required && !required) || (model->codes_closed && !closed)) {
        return mln_yaml_error(map, err,
                              "a contract can only be stricter than the canonical model, which "
                              "requires this");
    }
    if (closed && model->codes == NULL) {
        return mln_yaml_error(map, err, "the model names no nomenclature for this column");
    }
    out->required = required;
    out->codes_closed = closed;
    int64_t min = model->min;
    int64_t max = model->max;
    if (model->type == MLN_VALUE_INT) {
        MLN_TRY(mln_yaml_opt_i64(map, "min", model->min, model->max, &min, err));
        MLN_TRY(mln_yaml_opt_i64(map, "max", model->min, model->max, &max, err));
        if (min > max) {
            return mln_yaml_error(map, err, "'min' is past 'max'");
        }
    }
    out->min = (int32_t)min;
    out->max = (int32_t)max;
    return MLN_OK;
}

/* Where the value comes from. */
static enum mln_status read_origin(struct reader *r, struct mln_yaml *map,
                                   struct mln_contract_column *out, struct mln_err *err) {
    struct mln_str from = {NULL, 0};
    MLN_TRY(mln_yaml_opt_str(map, "from", &from, err));
    MLN_TRY(mln_yaml_opt_str(map, "constant", &out->constant, err));
    if (from.p != NULL && out->constant.p != NULL) {
        return mln_yaml_error(map, err, "'from' or 'constant', not both");
    }
    if (from.p != NULL) {
        from = mln_str_trim(from);
        if (from.n == 0 || memchr(from.p, '\0', from.n) != NULL) {
            return mln_yaml_error(map, err, "'from' is the name of a column of the file");
        }
        MLN_TRY(copy_text(r, from, &out->from, err));
    } else if (out->constant.p != NULL) {
        out->from = NULL;
    }
    return MLN_OK;
}

/* The column as the model and the source's form give it, before the contract says more. */
static struct mln_contract_column plain_column(const struct mln_model_column *model,
                                               const struct form *form, const struct mln_yaml *at) {
    return (struct mln_contract_column){
        .from = model->name,
        .required = model->required,
        .codes_closed = model->codes_closed,
        .min = model->min,
        .max = model->max,
        .words = model->words,
        .n_words = model->n_words,
        .missing = form->missing,
        .n_missing = form->n_missing,
        .dates = form->dates,
        .n_dates = form->n_dates,
        .line = at->line,
        .column = at->column,
    };
}

/* `name: SOURCE`, `name: absent`, or a map. */
static enum mln_status read_column(struct reader *r, struct mln_yaml *node,
                                   const struct mln_model_column *model,
                                   struct mln_contract_column *out, struct mln_err *err) {
    out->line = node->line;
    out->column = node->column;
    if (is_absent(node) && !node->quoted) {
        out->from = NULL;
        return MLN_OK;
    }
    if (node->kind == MLN_YAML_SCALAR) {
        const struct mln_str from = mln_str_trim(node->text);
        if (from.n == 0 || memchr(from.p, '\0', from.n) != NULL) {
            return mln_yaml_error(node, err, "the name of a column of the file is expected");
        }
        return copy_text(r, from, &out->from, err);
    }
    MLN_TRY(mln_yaml_as_map(node, err));
    MLN_TRY(read_origin(r, node, out, err));
    MLN_TRY(read_values(r, node, out, err));
    MLN_TRY(read_missing(r, node, &out->missing, &out->n_missing, err));
    const bool dated = model->type == MLN_VALUE_DATE || model->type == MLN_VALUE_PERIOD;
    if (!dated && mln_yaml_get(node, "dates") != NULL) {
        return mln_yaml_error(node, err, "only a date or a period has 'dates'");
    }
    MLN_TRY(read_dates(r, node, &out->dates, &out->n_dates, err));
    MLN_TRY(read_words(r, node, model, out, err));
    MLN_TRY(read_checks(node, model, out, err));
    return mln_yaml_done(node, err);
}

static enum mln_status check_absent(const struct mln_yaml *map,
                                    const struct mln_model_column *model,
                                    const struct mln_contract_column *column, struct mln_err *err) {
    if (column->from == NULL && column->constant.p == NULL && column->required) {
        return mln_yaml_error(map, err,
                              "column '%s' is required: it needs a source column or a constant",
                              model->name);
    }
    return MLN_OK;
}

static enum mln_status read_columns(struct reader *r, struct mln_yaml *map,
                                    const struct mln_model_table *table, const struct form *form,
                                    const struct mln_contract_column **out, struct mln_err *err) {
    struct mln_contract_column *list =
        MLN_ARENA_NEW(r->arena, struct mln_contract_column, table->n_columns);
    if (list == NULL) {
        return nomem(err);
    }
    struct mln_yaml *columns = mln_yaml_get(map, "columns");
    if (columns != NULL) {
        MLN_TRY(mln_yaml_as_map(columns, err));
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct mln_model_column *model = &table->columns[i];
        list[i] = plain_column(model, form, map);
        struct mln_yaml *node = columns == NULL ? NULL : mln_yaml_get(columns, model->name);
        if (node != NULL) {
            MLN_TRY(read_column(r, node, model, &list[i], err));
            MLN_TRY(check_absent(node, model, &list[i], err));
        }
    }
    *out = list;
    return columns == NULL ? MLN_OK : mln_yaml_done(columns, err);
}

/* ── sources ── */

static enum mln_status read_ignored(struct reader *r, struct mln_yaml *map,
                                    struct mln_contract_source *out, struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "ignore");
    if (node == NULL) {
        return MLN_OK;
    }
    if (node->kind == MLN_YAML_SCALAR && mln_str_is(node->text, "others") && !node->quoted) {
        out->ignores_others = true;
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_list(node, err));
    return read_names(r, node, &out->ignored, &out->n_ignored, err);
}

static enum mln_status read_patterns(struct reader *r, struct mln_yaml *map,
                                     const struct mln_model_table *table,
                                     struct mln_contract_source *out, struct mln_err *err) {
    struct mln_yaml *node = mln_yaml_get(map, "file");
    if (node != NULL) {
        MLN_TRY(read_names(r, node, &out->patterns, &out->n_patterns, err));
        return out->n_patterns > 0 ? MLN_OK : mln_yaml_error(node, err, "'file' names no file");
    }
    struct mln_buf name = MLN_BUF_INIT;
    const char **one = MLN_ARENA_NEW(r->arena, const char *, 1);
    mln_buf_addf(&name, "%s.%s", table->name, mln_format_words[out->format]);
    if (one != NULL && !name.failed) {
        one[0] = mln_arena_strdup(r->arena, mln_buf_view(&name));
    }
    const bool whole = one != NULL && one[0] != NULL;
    mln_buf_release(&name);
    out->patterns = one;
    out->n_patterns = 1;
    return whole ? MLN_OK : nomem(err);
}

static enum mln_status read_source(struct reader *r, struct mln_yaml *map, size_t table,
                                   struct mln_contract_source *out, struct mln_err *err) {
    const struct mln_model_table *model = &r->model->tables[table];
    struct form form = r->defaults;
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(read_form(r, map, &form, err));
    *out = (struct mln_contract_source){
        .table = table,
        .folder = form.folder,
        .format = (enum mln_format)form.format,
        .delimiter = form.delimiter,
        .quote = form.quote,
        .headless = !form.header,
        .encoding = form.encoding,
        .line = map->line,
        .column = map->column,
    };
    MLN_TRY(read_patterns(r, map, model, out, err));
    MLN_TRY(read_columns(r, map, model, &form, &out->columns, err));
    MLN_TRY(read_ignored(r, map, out, err));
    return mln_yaml_done(map, err);
}

static enum mln_status add_source(struct reader *r, struct mln_yaml *map, size_t table,
                                  struct mln_err *err) {
    struct mln_contract_source source;
    const enum mln_status status = read_source(r, map, table, &source, err);
    if (status != MLN_OK) {
        return mln_findings_take(r->findings, status, err);
    }
    r->sources[r->n_sources++] = source;
    return MLN_OK;
}

/* A map; a list of maps; "absent": no file, and the table is empty. */
static enum mln_status read_table(struct reader *r, struct mln_yaml *node, size_t table,
                                  struct mln_err *err) {
    if (is_absent(node)) {
        return MLN_OK;
    }
    if (node->kind != MLN_YAML_LIST) {
        return add_source(r, node, table, err);
    }
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        MLN_TRY(add_source(r, item, table, err));
    }
    return MLN_OK;
}

static enum mln_status read_tables(struct reader *r, struct mln_yaml *tables, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(tables, err));
    size_t cap = 1;
    for (const struct mln_yaml *t = tables->first; t != NULL; t = t->next) {
        cap += t->kind == MLN_YAML_LIST ? t->n : 1;
    }
    r->sources = MLN_ARENA_NEW(r->arena, struct mln_contract_source, cap);
    if (r->sources == NULL) {
        return nomem(err);
    }
    for (size_t i = 0; i < r->model->n_tables; i++) {
        const char *name = r->model->tables[i].name;
        struct mln_yaml *node = mln_yaml_get(tables, name);
        if (node == NULL) {
            (void)mln_yaml_error(tables, err,
                                 "table '%s' of the model is not here; map it, or write '%s: "
                                 "absent' for an empty one",
                                 name, name);
            MLN_TRY(mln_findings_take(r->findings, MLN_BAD_INPUT, err));
            continue;
        }
        MLN_TRY(read_table(r, node, i, err));
    }
    return mln_findings_take(r->findings, mln_yaml_done(tables, err), err);
}

/* ── the whole ── */

static enum mln_status set_defaults(struct reader *r, struct mln_yaml *root, struct mln_err *err) {
    struct mln_date_format *iso = MLN_ARENA_NEW(r->arena, struct mln_date_format, 1);
    if (iso == NULL) {
        return nomem(err);
    }
    MLN_TRY(mln_date_format_parse(MLN_STR_LIT("yyyy-mm-dd"), iso, err));
    r->defaults = (struct form){.folder = r->dir,
                                .format = MLN_FORMAT_CSV,
                                .delimiter = ';',
                                .quote = '"',
                                .header = true,
                                .encoding = MLN_UTF8,
                                .dates = iso,
                                .n_dates = 1};
    struct mln_yaml *map = mln_yaml_get(root, "defaults");
    if (map == NULL || map->kind == MLN_YAML_NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(read_form(r, map, &r->defaults, err));
    return mln_yaml_done(map, err);
}

static enum mln_status read_root(struct reader *r, struct mln_yaml *root, struct mln_err *err) {
    struct mln_yaml *node;
    struct mln_yaml *tables;
    int64_t version;
    MLN_TRY(mln_yaml_as_map(root, err));
    MLN_TRY(mln_yaml_need(root, "version", &node, err));
    MLN_TRY(mln_yaml_as_i64(node, 1, 1, &version, err));
    MLN_TRY(mln_yaml_need(root, "tables", &tables, err));
    MLN_TRY(set_defaults(r, root, err));
    MLN_TRY(mln_yaml_done(root, err));
    return read_tables(r, tables, err);
}

enum mln_status mln_contract_read(struct mln_arena *arena, const char *path, struct mln_str text,
                                  const struct mln_model *model, struct mln_contract *out,
                                  struct mln_findings *findings, struct mln_err *err) {
    struct reader r = {.arena = arena, .model = model, .findings = findings};
    struct mln_err local; /* findings are taken from the message, also when nobody asked for it */
    struct mln_err *told = err == NULL ? &local : err;
    struct mln_yaml *root;
    *out = (struct mln_contract){0};
    MLN_TRY(mln_yaml_parse(arena, path, text, &root, told));
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_dir(&dir, path);
    r.dir = dir.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&dir));
    mln_buf_release(&dir);
    out->path = mln_arena_strdup(arena, mln_str_from(path));
    if (r.dir == NULL || out->path == NULL) {
        return nomem(told);
    }
    const enum mln_status status = read_root(&r, root, told);
    out->sources = r.sources;
    out->n_sources = r.n_sources;
    return mln_findings_take(findings, status, told);
}
