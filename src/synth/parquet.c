#include "synth/parquet.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "assets/assets.h"
#include "base/date.h"
#include "base/thread.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "engine/engine.h"
#include "synth/pen.h"
#include "synth/rows.h"

enum { ROWS_A_BATCH = 8192, NAME_CAP = 40 };

struct table {
    char name[NAME_CAP];
    bool justice;        /* Windows-1252 */
    const char *columns; /* separated by ',' */
    size_t n;
    char names[MLN_SYNTH_CELLS][NAME_CAP];
    struct mln_column_spec specs[MLN_SYNTH_CELLS + 1]; /* the last one: number of the row */
};

static size_t next_name(const char **at, char out[NAME_CAP]) {
    const size_t n = strcspn(*at, ",");
    const size_t kept = n < NAME_CAP - 1 ? n : NAME_CAP - 1;
    memcpy(out, *at, kept);
    out[kept] = '\0';
    *at += n + ((*at)[n] == ',');
    return kept;
}

static enum mln_status type_of(struct mln_yaml *tables, const char *table, const char *column,
                               enum mln_type *out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    struct mln_str type = {NULL, 0};
    MLN_TRY(mln_yaml_need(tables, table, &node, err));
    MLN_TRY(mln_yaml_need(node, "columns", &node, err));
    MLN_TRY(mln_yaml_need(node, column, &node, err));
    MLN_TRY(mln_yaml_need(node, "type", &node, err));
    MLN_TRY(mln_yaml_as_str(node, &type, err));
    *out = mln_str_is(type, "int")    ? MLN_INT32
           : mln_str_is(type, "date") ? MLN_DATE32
                                      : MLN_UTF8_TEXT;
    return MLN_OK;
}

static enum mln_status describe(struct mln_yaml *tables, size_t file, struct table *t,
                                struct mln_err *err) {
    const struct mln_synth_file_info *info = &mln_synth_files[file];
    *t = (struct table){.justice = info->justice, .columns = info->header};
    const size_t n = strcspn(info->path, ".");
    memcpy(t->name, info->path, n);
    for (const char *at = info->header; *at != '\0' && t->n < MLN_SYNTH_CELLS; t->n++) {
        (void)next_name(&at, t->names[t->n]);
        t->specs[t->n].name = t->names[t->n];
        MLN_TRY(type_of(tables, t->name, t->names[t->n], &t->specs[t->n].type, err));
    }
    t->specs[t->n] = (struct mln_column_spec){"ligne", MLN_INT64};
    return MLN_OK;
}

static enum mln_status create(struct mln_engine *e, const struct table *t, struct mln_err *err) {
    static const char *const words[] = {[MLN_INT32] = " INTEGER",
                                        [MLN_DATE32] = " DATE",
                                        [MLN_INT64] = " BIGINT",
                                        [MLN_UTF8_TEXT] = " VARCHAR"};
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "CREATE TABLE memory.main.extrait (");
    for (size_t i = 0; i <= t->n; i++) {
        mln_buf_addz(&sql, i == 0 ? "" : ", ");
        mln_quote_ident(&sql, mln_str_from(t->specs[i].name));
        mln_buf_addz(&sql, words[t->specs[i].type]);
    }
    mln_buf_addz(&sql, ")");
    enum mln_status status = mln_buf_check(&sql, "a statement", err);
    if (status == MLN_OK) {
        status = e->ops->exec(e, t->name, mln_buf_view(&sql), MLN_NO_PARAMS, NULL, err);
    }
    mln_buf_release(&sql);
    return status;
}

static void add_cell(struct mln_builder *b, size_t column, enum mln_type type, struct mln_str cell,
                     bool windows_1252, struct mln_buf *scratch) {
    if (cell.n == 0) {
        mln_add_null(b, column);
    } else if (type == MLN_INT32) {
        const int64_t value = mln_synth_number(cell);
        if (value < 0 || value > INT32_MAX) {
            mln_add_null(b, column);
        } else {
            mln_add_i32(b, column, (int32_t)value);
        }
    } else if (type == MLN_DATE32) {
        const int32_t day = mln_synth_day(cell);
        if (day == MLN_DAY_NONE) {
            mln_add_null(b, column);
        } else {
            mln_add_i32(b, column, day);
        }
    } else {
        mln_buf_reset(scratch);
        (void)mln_to_utf8(windows_1252 ? MLN_WINDOWS_1252 : MLN_UTF8, cell, scratch);
        mln_add_str(b, column, mln_buf_view(scratch));
    }
}

struct load {
    const struct table *table;
    struct mln_synth_rows *rows;
    struct mln_builder *builder;
    struct mln_buf scratch;
    int64_t n;
};

static enum mln_status fill(struct load *l, bool *more, struct mln_err *err) {
    const struct table *t = l->table;
    mln_builder_reset(l->builder);
    for (size_t i = 0; i < ROWS_A_BATCH; i++) {
        MLN_TRY(mln_synth_rows_next(l->rows, more, err));
        if (!*more) {
            break;
        }
        for (size_t c = 0; c < t->n; c++) {
            add_cell(l->builder, c, t->specs[c].type, l->rows->cells[c], t->justice, &l->scratch);
        }
        mln_add_i64(l->builder, t->n, ++l->n);
    }
    return mln_buf_check(&l->scratch, "a row", err);
}

static enum mln_status append_all(struct mln_engine *e, struct load *l, struct mln_err *err) {
    struct mln_appender *appender = NULL;
    MLN_TRY(e->ops->append_open(e, "memory", "extrait", &appender, err));
    enum mln_status status = MLN_OK;
    for (bool more = true; status == MLN_OK && more;) {
        struct mln_batch batch;
        status = fill(l, &more, err);
        if (status == MLN_OK) {
            status = mln_builder_view(l->builder, &batch, err);
        }
        if (status == MLN_OK && batch.n_rows > 0) {
            status = e->ops->append(appender, &batch, err);
        }
        if (status == MLN_OK) {
            status = mln_check_interrupt(err);
        }
    }
    const enum mln_status closed =
        e->ops->append_close(appender, status == MLN_OK, status == MLN_OK ? err : NULL);
    return status != MLN_OK ? status : closed;
}

static enum mln_status load_table(struct mln_engine *e, const char *dir, const struct table *t,
                                  struct mln_err *err) {
    char file[NAME_CAP + 8];
    (void)snprintf(file, sizeof file, "%s.csv", t->name);
    struct mln_synth_rows rows;
    MLN_TRY(mln_synth_rows_open(&rows, dir, file, ';', t->columns, err));
    struct load l = {.table = t, .rows = &rows, .builder = mln_builder_new(t->specs, t->n + 1)};
    const enum mln_status status =
        l.builder == NULL ? mln_err_nomem(err, "a batch of rows") : append_all(e, &l, err);
    mln_builder_free(l.builder);
    mln_buf_release(&l.scratch);
    mln_synth_rows_close(&rows);
    return status;
}

static enum mln_status copy_table(struct mln_engine *e, const char *dir, const struct table *t,
                                  struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addz(&sql, "SELECT ");
    for (size_t i = 0; i < t->n; i++) {
        mln_buf_addz(&sql, i == 0 ? "" : ", ");
        mln_quote_ident(&sql, mln_str_from(t->names[i]));
    }
    mln_buf_addz(&sql, " FROM memory.main.extrait ORDER BY ligne");
    mln_buf_addf(&path, "%s/%s.parquet", dir, t->name);
    enum mln_status status = mln_buf_check(&sql, "a statement", err);
    if (status == MLN_OK) {
        status = mln_buf_check(&path, "a path", err);
    }
    if (status == MLN_OK) {
        status = e->ops->copy_out(e, t->name, mln_buf_view(&sql), MLN_NO_PARAMS, path.p,
                                  MLN_FILE_PARQUET, err);
    }
    if (status == MLN_OK) {
        status = e->ops->exec(e, t->name, MLN_STR_LIT("DROP TABLE memory.main.extrait"),
                              MLN_NO_PARAMS, NULL, err);
    }
    mln_buf_release(&sql);
    mln_buf_release(&path);
    return status;
}

static enum mln_status remove_csv(const char *dir, const struct table *t, struct mln_err *err) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.csv", dir, t->name);
    return unlink(path) == 0 ? MLN_OK : mln_err_set(err, MLN_IO, "%s: %s", path, strerror(errno));
}

static enum mln_status convert(struct mln_engine *e, const char *dir, struct mln_yaml *model,
                               bool keep_csv, struct mln_err *err) {
    struct mln_yaml *tables = NULL;
    MLN_TRY(mln_yaml_need(model, "tables", &tables, err));
    for (size_t f = 0; f < N_TABLES; f++) {
        struct table t;
        MLN_TRY(describe(tables, f, &t, err));
        MLN_TRY(create(e, &t, err));
        MLN_TRY(load_table(e, dir, &t, err));
        MLN_TRY(copy_table(e, dir, &t, err));
        if (!keep_csv) {
            MLN_TRY(remove_csv(dir, &t, err));
        }
    }
    return MLN_OK;
}

enum mln_status mln_synth_parquet(const char *dir, size_t n_threads, bool keep_csv,
                                  struct mln_err *err) {
    const struct mln_asset *asset = mln_asset_find("models/canonical.yaml");
    if (asset == NULL) {
        return mln_err_set(err, MLN_INTERNAL,
                           "models/canonical.yaml does not travel in the program");
    }
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *model = NULL;
    struct mln_engine *engine = NULL;
    struct mln_buf spill = MLN_BUF_INIT;
    mln_buf_addf(&spill, "%s/.spill", dir);
    const struct mln_engine_options options = {.n_threads = n_threads, .spill_dir = spill.p};
    enum mln_status status = mln_buf_check(&spill, "a path", err);
    if (status == MLN_OK) {
        status = mln_yaml_parse(&arena, asset->name, asset->text, &model, err);
    }
    if (status == MLN_OK) {
        status = mln_engine_open_duckdb(&options, &engine, err);
    }
    if (status == MLN_OK) {
        status = convert(engine, dir, model, keep_csv, err);
        engine->ops->close(engine);
        (void)rmdir(spill.p);
    }
    mln_arena_release(&arena);
    mln_buf_release(&spill);
    return status;
}
