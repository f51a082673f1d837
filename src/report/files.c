#include "report/report.h"

/* The rows of one table on their way to the engine: a column list that the table's dimensions and
 * measures make, then one row a cell. */
struct rows {
    const struct mln_protected_table *table;
    const struct mln_table *frame;
    enum mln_lang lang;
    struct mln_arena arena;
    struct mln_column_spec *specs;
    size_t n_columns;
};

static const char catalog[] = "memory";
static const char staging[] = "a_publier";
static const char order[] = "maillon_cell"; /* order of the rows; not written out */

static const char *joined(struct mln_arena *arena, const char *name, const char *suffix) {
    const size_t n = strlen(name);
    const size_t m = strlen(suffix);
    char *z = MLN_ARENA_NEW(arena, char, n + m + 1);
    if (z != NULL) {
        memcpy(z, name, n);
        memcpy(z + n, suffix, m);
    }
    return z;
}

static void add_column(struct rows *r, const char *name, enum mln_type type) {
    r->specs[r->n_columns++] = (struct mln_column_spec){name, type};
}

static enum mln_status make_columns(struct rows *r, struct mln_err *err) {
    const struct mln_table *t = r->frame;
    r->specs = MLN_ARENA_NEW(&r->arena, struct mln_column_spec,
                             2 * t->n_dimensions + 5 + 2 * t->n_measures);
    if (r->specs == NULL) {
        return mln_err_nomem(err, "the files of the tables");
    }
    add_column(r, order, MLN_INT64);
    for (size_t d = 0; d < t->n_dimensions; d++) {
        add_column(r, t->dimensions[d].name, MLN_UTF8_TEXT);
        add_column(r, joined(&r->arena, t->dimensions[d].name, "_libelle"), MLN_UTF8_TEXT);
    }
    add_column(r, "unite", MLN_UTF8_TEXT);
    add_column(r, "date_observation", MLN_DATE32);
    add_column(r, "effectif", MLN_INT64);
    add_column(r, "etat", MLN_UTF8_TEXT);
    for (size_t m = 0; m < t->n_measures; m++) {
        if (t->measures[m].kind != MLN_MEASURE_COUNT) {
            add_column(r, t->measures[m].name, MLN_DOUBLE);
            add_column(r, joined(&r->arena, t->measures[m].name, "_etat"), MLN_UTF8_TEXT);
        }
    }
    for (size_t c = 0; c < r->n_columns; c++) {
        if (r->specs[c].name == NULL) {
            return mln_err_nomem(err, "the files of the tables");
        }
    }
    return MLN_OK;
}

static struct mln_str state_word(enum mln_value_state state) {
    static const char *const words[] = {"diffuse", "secret", "sans_objet"};
    return mln_str_from(words[state]);
}

static void add_row(const struct rows *r, size_t cell, struct mln_builder *b) {
    const struct mln_table *t = r->frame;
    const bool fr = r->lang == MLN_LANG_FR;
    size_t column = 0;
    size_t stride = t->n_cells;
    mln_add_i64(b, column++, (int64_t)cell);
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const struct mln_dimension *dim = &t->dimensions[d];
        stride /= dim->n;
        const size_t at = cell / stride % dim->n;
        mln_add_str(b, column++, mln_str_from(dim->codes[at]));
        mln_add_str(b, column++, mln_str_from(fr ? dim->labels_fr[at] : dim->labels_en[at]));
    }
    mln_add_str(b, column++, mln_str_from(fr ? t->unit_fr : t->unit_en));
    mln_add_i32(b, column++, t->observation_day);
    uint64_t count = 0;
    const bool shown = mln_protected_count(r->table, cell, &count);
    if (shown) {
        mln_add_i64(b, column++, (int64_t)count);
    } else {
        mln_add_null(b, column++);
    }
    mln_add_str(b, column++, state_word(shown ? MLN_VALUE_SHOWN : MLN_VALUE_SECRET));
    for (size_t m = 0; m < t->n_measures; m++) {
        if (t->measures[m].kind == MLN_MEASURE_COUNT) {
            continue;
        }
        double value = 0;
        if (mln_protected_measure(r->table, m, cell, &value)) {
            mln_add_f64(b, column++, value);
        } else {
            mln_add_null(b, column++);
        }
        mln_add_str(b, column++, state_word(mln_protected_value_state(r->table, m, cell)));
    }
}

/* CREATE TABLE of the staging table: names are quoted by the engine's one function. */
static enum mln_status create_staging(struct mln_engine *e, const struct rows *r,
                                      struct mln_err *err) {
    static const char *const types[] = {[MLN_INT32] = "INTEGER",
                                        [MLN_INT64] = "BIGINT",
                                        [MLN_DOUBLE] = "DOUBLE",
                                        [MLN_DATE32] = "DATE",
                                        [MLN_UTF8_TEXT] = "VARCHAR"};
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "CREATE TABLE {catalog}.{staging} (");
    for (size_t c = 0; c < r->n_columns; c++) {
        mln_buf_addz(&sql, c == 0 ? "" : ", ");
        mln_quote_ident(&sql, mln_str_from(r->specs[c].name));
        mln_buf_addf(&sql, " %s", types[r->specs[c].type]);
    }
    mln_buf_addz(&sql, ")");
    enum mln_status status = mln_buf_check(&sql, "the files of the tables", err);
    if (status == MLN_OK) {
        status = e->ops->exec(
            e, "report/create_staging", mln_buf_view(&sql),
            MLN_PARAMS(MLN_IDENT("catalog", catalog), MLN_IDENT("staging", staging)), NULL, err);
    }
    mln_buf_release(&sql);
    return status;
}

static enum mln_status fill_staging(struct mln_engine *e, const struct rows *r,
                                    struct mln_err *err) {
    struct mln_builder *b = mln_builder_new(r->specs, r->n_columns);
    if (b == NULL) {
        return mln_err_nomem(err, "the files of the tables");
    }
    for (size_t cell = 0; cell < r->frame->n_cells; cell++) {
        add_row(r, cell, b);
    }
    struct mln_batch batch;
    struct mln_appender *appender = NULL;
    enum mln_status status = mln_builder_view(b, &batch, err);
    if (status == MLN_OK) {
        status = e->ops->append_open(e, catalog, staging, &appender, err);
    }
    if (status == MLN_OK) {
        status = e->ops->append(appender, &batch, err);
        const enum mln_status closed =
            e->ops->append_close(appender, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status == MLN_OK ? closed : status;
    }
    mln_builder_free(b);
    return status;
}

static enum mln_status copy_files(struct mln_engine *e, const struct rows *r, const char *csv_path,
                                  const char *parquet_path, struct mln_err *err) {
    static const char label[] = "report/copy_table";
    const struct mln_params params = MLN_PARAMS(
        MLN_IDENT("catalog", catalog), MLN_IDENT("staging", staging), MLN_IDENT("order", order));
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "SELECT ");
    for (size_t c = 1; c < r->n_columns; c++) {
        mln_buf_addz(&sql, c == 1 ? "" : ", ");
        mln_quote_ident(&sql, mln_str_from(r->specs[c].name));
    }
    mln_buf_addz(&sql, " FROM {catalog}.{staging} ORDER BY {order}");
    enum mln_status status = mln_buf_check(&sql, "the files of the tables", err);
    if (status == MLN_OK) {
        status =
            e->ops->copy_out(e, label, mln_buf_view(&sql), params, csv_path, MLN_FILE_CSV, err);
    }
    if (status == MLN_OK) {
        status = e->ops->copy_out(e, label, mln_buf_view(&sql), params, parquet_path,
                                  MLN_FILE_PARQUET, err);
    }
    mln_buf_release(&sql);
    return status;
}

static enum mln_status write_files(struct mln_engine *e, struct rows *r, const char *csv_path,
                                   const char *parquet_path, struct mln_err *err) {
    MLN_TRY(make_columns(r, err));
    MLN_TRY(create_staging(e, r, err));
    enum mln_status status = fill_staging(e, r, err);
    if (status == MLN_OK) {
        status = copy_files(e, r, csv_path, parquet_path, err);
    }
    const enum mln_status dropped =
        e->ops->exec(e, "report/drop_staging", MLN_STR_LIT("DROP TABLE {catalog}.{staging}"),
                     MLN_PARAMS(MLN_IDENT("catalog", catalog), MLN_IDENT("staging", staging)), NULL,
                     status == MLN_OK ? err : NULL);
    return status == MLN_OK ? dropped : status;
}

enum mln_status mln_report_files(struct mln_engine *engine, const struct mln_protected_table *t,
                                 enum mln_lang lang, const char *csv_path, const char *parquet_path,
                                 struct mln_err *err) {
    struct rows r = {
        .table = t, .frame = mln_protected_frame(t), .lang = lang, .arena = MLN_ARENA_INIT};
    const enum mln_status status = write_files(engine, &r, csv_path, parquet_path, err);
    if (status != MLN_OK) {
        mln_err_prefix(err, "table %s: ", r.frame->name);
    }
    mln_arena_release(&r.arena);
    return status;
}
