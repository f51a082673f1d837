#include "stage/study/categories.h"

#include "base/file.h"
#include "stage/zone.h"

/* ── reading ── */

struct reading {
    struct mln_arena *arena;
    const struct mln_model *model;
    struct mln_categories *out;
    bool *taken; /* by column: stands somewhere */
};

/* "table.column" → its place in the model's order. */
static enum mln_status find_column(const struct reading *r, const struct mln_yaml *node,
                                   size_t *out, struct mln_err *err) {
    struct mln_str text;
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    const char *const dot = memchr(text.p, '.', text.n);
    const size_t n = dot == NULL ? 0 : (size_t)(dot - text.p);
    size_t first = 0;
    for (size_t t = 0; dot != NULL && t < r->model->n_tables; t++) {
        const struct mln_model_table *const table = &r->model->tables[t];
        if (mln_str_is((struct mln_str){text.p, n}, table->name)) {
            const size_t c =
                mln_model_column_index(table, (struct mln_str){dot + 1, text.n - n - 1});
            if (c != SIZE_MAX) {
                *out = first + c;
                return MLN_OK;
            }
        }
        first += table->n_columns;
    }
    return mln_yaml_error(node, err, "'%.*s' is no column of the model", MLN_STR_ARG(text));
}

static enum mln_status take_columns(struct reading *r, struct mln_yaml *list,
                                    struct mln_variable *variable, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(list, err));
    for (const struct mln_yaml *node = list->first; node != NULL; node = node->next) {
        size_t column = 0;
        MLN_TRY(find_column(r, node, &column, err));
        if (r->taken[column]) {
            return mln_yaml_error(node, err, "this column stands in two places");
        }
        r->taken[column] = true;
        r->out->of_column[column] = variable;
    }
    return MLN_OK;
}

static enum mln_status take_text(struct reading *r, struct mln_yaml *map, const char *key,
                                 const char **out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    struct mln_str text;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    *out = mln_arena_strdup(r->arena, text);
    return *out == NULL ? mln_err_nomem(err, "the categories") : MLN_OK;
}

static enum mln_status read_category(struct reading *r, struct mln_yaml *map,
                                     struct mln_category *out, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(take_text(r, map, "word", &out->word, err));
    MLN_TRY(take_text(r, map, "label", &out->label, err));
    MLN_TRY(mln_yaml_need(map, "variables", &list, err));
    MLN_TRY(mln_yaml_as_list(list, err));
    out->variables = MLN_ARENA_NEW(r->arena, struct mln_variable, list->n);
    if (out->variables == NULL) {
        return mln_err_nomem(err, "the categories");
    }
    for (struct mln_yaml *node = list->first; node != NULL; node = node->next) {
        struct mln_variable *const variable = &out->variables[out->n_variables++];
        struct mln_yaml *columns = NULL;
        MLN_TRY(mln_yaml_as_map(node, err));
        MLN_TRY(take_text(r, node, "label", &variable->label, err));
        MLN_TRY(mln_yaml_need(node, "columns", &columns, err));
        MLN_TRY(take_columns(r, columns, variable, err));
        MLN_TRY(mln_yaml_done(node, err));
    }
    return mln_yaml_done(map, err);
}

static enum mln_status check_all_taken(const struct reading *r, const struct mln_yaml *top,
                                       struct mln_err *err) {
    size_t column = 0;
    for (size_t t = 0; t < r->model->n_tables; t++) {
        const struct mln_model_table *const table = &r->model->tables[t];
        for (size_t c = 0; c < table->n_columns; c++, column++) {
            if (!r->taken[column]) {
                return mln_yaml_error(top, err, "the column %s.%s stands in no category",
                                      table->name, table->columns[c].name);
            }
        }
    }
    return MLN_OK;
}

static enum mln_status read_top(struct reading *r, struct mln_yaml *top, struct mln_err *err) {
    struct mln_yaml *internal = NULL;
    struct mln_yaml *list = NULL;
    struct mln_yaml *version = NULL;
    int64_t one = 0;
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_need(top, "version", &version, err));
    MLN_TRY(mln_yaml_as_i64(version, 1, 1, &one, err));
    MLN_TRY(mln_yaml_need(top, "internal", &internal, err));
    MLN_TRY(take_columns(r, internal, NULL, err));
    MLN_TRY(mln_yaml_need(top, "categories", &list, err));
    MLN_TRY(mln_yaml_as_list(list, err));
    r->out->list = MLN_ARENA_NEW(r->arena, struct mln_category, list->n);
    if (r->out->list == NULL) {
        return mln_err_nomem(err, "the categories");
    }
    for (struct mln_yaml *node = list->first; node != NULL; node = node->next) {
        MLN_TRY(read_category(r, node, &r->out->list[r->out->n++], err));
    }
    MLN_TRY(mln_yaml_done(top, err));
    return check_all_taken(r, top, err);
}

enum mln_status mln_categories_read(struct mln_arena *arena, const char *file, struct mln_str text,
                                    const struct mln_model *model, struct mln_categories *out,
                                    struct mln_err *err) {
    struct mln_yaml *top = NULL;
    *out = (struct mln_categories){0};
    for (size_t t = 0; t < model->n_tables; t++) {
        out->n_columns += model->tables[t].n_columns;
    }
    struct reading r = {arena, model, out, MLN_ARENA_NEW(arena, bool, out->n_columns)};
    out->of_column = MLN_ARENA_NEW(arena, struct mln_variable *, out->n_columns);
    if (r.taken == NULL || out->of_column == NULL) {
        return mln_err_nomem(err, "the categories");
    }
    MLN_TRY(mln_yaml_parse(arena, file, text, &top, err));
    return top == NULL ? mln_err_set(err, MLN_BAD_INPUT, "%s: empty", file)
                       : read_top(&r, top, err);
}

/* ── presence ── */

void mln_categories_mark(struct mln_categories *categories, size_t column) {
    const struct mln_variable *const variable = categories->of_column[column];
    if (variable == NULL) {
        return;
    }
    categories->of_column[column]->present = true;
    for (size_t i = 0; i < categories->n; i++) {
        struct mln_category *const c = &categories->list[i];
        if (variable >= c->variables && variable < c->variables + c->n_variables) {
            c->present = true;
        }
    }
}

struct look {
    struct mln_run run;
    struct mln_engine *e;
    struct mln_categories *out;
    const struct mln_model *model;
    bool has_references; /* the id zone: keys of parents stand as their idx */
    bool *has;    /* by column of the model: the zone has it (keys of parents may be left out) */
    size_t first; /* column of the model that the query's first one is */
    const struct mln_model_table *table;
};

/* The column in the zones: a period is two of them. */
static void stored_name(const struct mln_model_column *column, struct mln_buf *out) {
    mln_buf_addf(out, "%s%s", column->name, column->type == MLN_VALUE_PERIOD ? "_min" : "");
}

/* Rows (table, column) of the zone's own list. */
static enum mln_status note_columns(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct look *const l = ctx;
    struct mln_buf name = MLN_BUF_INIT;
    for (size_t row = 0; row < batch->n_rows; row++) {
        const struct mln_str table = mln_get_str(&batch->columns[0], row);
        const struct mln_str column = mln_get_str(&batch->columns[1], row);
        size_t first = 0;
        for (size_t t = 0; t < l->model->n_tables; t++) {
            const struct mln_model_table *const m = &l->model->tables[t];
            for (size_t c = 0; mln_str_is(table, m->name) && c < m->n_columns; c++) {
                mln_buf_reset(&name);
                stored_name(&m->columns[c], &name);
                l->has[first + c] |= mln_str_eq(column, mln_buf_view(&name));
            }
            first += m->n_columns;
        }
    }
    const enum mln_status status = mln_buf_check(&name, "the columns of a zone", err);
    mln_buf_release(&name);
    return status;
}

static enum mln_status list_columns(struct look *l, const char *catalog, struct mln_err *err) {
    static const char sql[] = "SELECT table_name, column_name FROM information_schema.columns "
                              "WHERE table_catalog = $catalog ORDER BY 1, 2";
    memset(l->has, 0, l->out->n_columns * sizeof *l->has);
    return l->e->ops->scan(l->e, "columns of a zone", mln_str_from(sql),
                           MLN_PARAMS(MLN_TEXT("catalog", catalog)), note_columns, l, err);
}

/* One row: 1 for each column that holds a value, in the model's order; NULL where not asked. */
static enum mln_status mark_row(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct look *const l = ctx;
    (void)err;
    for (size_t c = 0; batch->n_rows > 0 && c < batch->n_columns; c++) {
        if (mln_is_valid(&batch->columns[c], 0) && mln_get_i64(&batch->columns[c], 0) > 0) {
            mln_categories_mark(l->out, l->first + c);
        }
    }
    return MLN_OK;
}

/* The column of the id zone that stands for the key of another row: its idx; NULL: none. */
static const char *reference_of(const struct mln_model *model, const struct mln_model_table *table,
                                size_t column) {
    const struct mln_model_reference *const references[] = {table->parent, table->target};
    for (size_t r = 0; r < 2; r++) {
        const struct mln_model_reference *const ref = references[r];
        for (size_t k = 0; ref != NULL && k < model->tables[ref->table].n_key; k++) {
            if (ref->columns[k] == column) {
                return ref->name;
            }
        }
    }
    return NULL;
}

static enum mln_status look_at_table(struct look *l, const char *catalog, struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "SELECT ");
    for (size_t c = 0; c < l->table->n_columns; c++) {
        const struct mln_model_column *const column = &l->table->columns[c];
        mln_buf_addz(&sql, c == 0 ? "" : ", ");
        const char *const reference =
            l->has_references ? reference_of(l->model, l->table, c) : NULL;
        if (!l->has[l->first + c]) {
            mln_buf_addf(&sql, reference == NULL ? "CAST(NULL AS BIGINT)" : "COUNT(%s)", reference);
            mln_buf_addf(&sql, " AS c%zu", c);
            continue;
        }
        mln_buf_addz(&sql, "COUNT(");
        struct mln_buf name = MLN_BUF_INIT;
        stored_name(column, &name);

        mln_quote_ident(&sql, mln_buf_view(&name));
        sql.failed = sql.failed || name.failed;
        mln_buf_release(&name);
        mln_buf_addf(&sql, ") AS c%zu", c);
    }
    mln_buf_addf(&sql, " FROM %s.", catalog);
    mln_quote_ident(&sql, mln_str_from(l->table->name));
    enum mln_status status = mln_buf_check(&sql, "a query", err);
    if (status == MLN_OK) {
        status = l->e->ops->scan(l->e, "columns that hold a value", mln_buf_view(&sql),
                                 MLN_NO_PARAMS, mark_row, l, err);
    }
    mln_buf_release(&sql);
    return status;
}

static enum mln_status look_at_zone(struct look *l, const char *catalog, const char *file,
                                    const char *key, struct mln_err *err) {
    MLN_TRY(mln_zone_attach(&l->run, l->e, catalog, mln_run_path(&l->run, "ingest", file), key,
                            MLN_ATTACH_READ, err));
    MLN_TRY(list_columns(l, catalog, err));
    l->first = 0;
    for (size_t t = 0; t < l->model->n_tables; t++) {
        l->table = &l->model->tables[t];
        MLN_TRY(look_at_table(l, catalog, err));
        l->first += l->table->n_columns;
    }
    return MLN_OK;
}

static enum mln_status look_at_both(struct look *l, struct mln_err *err) {
    const char *const id = mln_run_path(&l->run, "ingest", "id.db");
    l->has = MLN_ARENA_NEW(l->run.arena, bool, l->out->n_columns);
    if (id == NULL || l->has == NULL) {
        return mln_err_nomem(err, "a path");
    }
    if (!mln_path_exists(id)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%s: not there; the notice tells the data that are really present: run "
                           "'maillon ingest' first",
                           id);
    }
    MLN_TRY(mln_zone_open(&l->run, &l->e, err));
    l->has_references = true;
    MLN_TRY(look_at_zone(l, "ident", "id.db", "id", err));
    l->has_references = false;
    return look_at_zone(l, "content", "content.db", "content", err);
}

enum mln_status mln_categories_look(const struct mln_project *project, struct mln_talk *talk,
                                    const struct mln_model *model, struct mln_categories *out,
                                    struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_buf partial = MLN_BUF_INIT;
    mln_buf_addf(&partial, "%s/.notice.partial", project->work_dir);
    enum mln_status status = mln_buf_check(&partial, "a path", err);
    struct look l = {
        .run = {.project = project, .talk = talk, .arena = &arena, .partial_dir = partial.p},
        .model = model,
        .out = out};
    if (status == MLN_OK) {
        status = look_at_both(&l, err);
    }
    mln_zone_close(&l.run, l.e);
    if (partial.p != NULL) {
        (void)!mln_dir_remove(partial.p, NULL); /* what is left of a spill */
    }
    mln_arena_release(&arena);
    mln_buf_release(&partial);
    return status;
}
