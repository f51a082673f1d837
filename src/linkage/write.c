#include "linkage/write.h"

#include <stdlib.h>

enum { BATCH_ROWS = 2048, FIXED_COLUMNS = 6 };

const char *const mln_pair_decision_words[] = {"linked", "below_threshold", "better_elsewhere",
                                               NULL};

/* A table in the engine, filled batch by batch, then copied out in the order of its rows. */
struct table {
    struct mln_engine *e;
    struct mln_builder *builder;
    struct mln_appender *appender;
    size_t n_columns;
    uint64_t n;
};

static const char *type_word(enum mln_type type) {
    return type == MLN_INT64 ? "BIGINT" : type == MLN_INT32 ? "INTEGER"
           : type == MLN_DOUBLE ? "DOUBLE" : "VARCHAR";
}

static enum mln_status table_open(struct table *t, struct mln_engine *e,
                                  const struct mln_column_spec *specs, size_t n,
                                  struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    *t = (struct table){.e = e, .n_columns = n};
    mln_buf_addz(&sql, "CREATE OR REPLACE TABLE memory.main.result (");
    for (size_t i = 0; i < n; i++) {
        mln_buf_addz(&sql, i == 0 ? "" : ", ");
        mln_quote_ident(&sql, mln_str_from(specs[i].name));
        mln_buf_addf(&sql, " %s", type_word(specs[i].type));
    }
    mln_buf_addz(&sql, ")");
    enum mln_status status = mln_buf_check(&sql, "a statement", err);
    if (status == MLN_OK) {
        status = e->ops->exec(e, "result", mln_buf_view(&sql), MLN_NO_PARAMS, NULL, err);
    }
    if (status == MLN_OK) {
        t->builder = mln_builder_new(specs, n);
        status = t->builder == NULL ? mln_err_nomem(err, "a table") : MLN_OK;
    }
    if (status == MLN_OK) {
        status = e->ops->append_open(e, "memory", "result", &t->appender, err);
    }
    mln_buf_release(&sql);
    return status;
}

static enum mln_status table_flush(struct table *t, struct mln_err *err) {
    struct mln_batch batch;
    MLN_TRY(mln_builder_view(t->builder, &batch, err));
    MLN_TRY(t->e->ops->append(t->appender, &batch, err));
    mln_builder_reset(t->builder);
    return MLN_OK;
}

static enum mln_status table_row_done(struct table *t, struct mln_err *err) {
    return ++t->n % BATCH_ROWS == 0 ? table_flush(t, err) : MLN_OK;
}

/* The first column is the place of the row and stays out of the file. */
static enum mln_status table_copy(struct table *t, const char *path, struct mln_err *err) {
    static const char sql[] =
        "SELECT * EXCLUDE (place) FROM memory.main.result ORDER BY place";
    if (mln_builder_rows(t->builder) > 0) {
        MLN_TRY(table_flush(t, err));
    }
    struct mln_appender *appender = t->appender;
    t->appender = NULL;
    MLN_TRY(t->e->ops->append_close(appender, true, err));
    return t->e->ops->copy_out(t->e, path, mln_str_from(sql), MLN_NO_PARAMS, path,
                               MLN_FILE_PARQUET, err);
}

static enum mln_status table_close(struct table *t, enum mln_status status, struct mln_err *err) {
    if (t->appender != NULL) {
        const enum mln_status closed = t->e->ops->append_close(t->appender, false, NULL);
        (void)closed; /* nothing is kept: the first failure is the one told */
    }
    mln_builder_free(t->builder);
    if (status == MLN_OK) {
        status = t->e->ops->exec(t->e, "result", MLN_STR_LIT("DROP TABLE memory.main.result"),
                                 MLN_NO_PARAMS, NULL, err);
    }
    return status;
}

/* The id of a record, in its file's own type: whole numbers stay numbers. */
static void add_id(struct table *t, size_t column, const struct mln_records *records,
                   uint32_t row) {
    if (records->id_number != NULL) {
        mln_add_i64(t->builder, column, records->id_number[row]);
        return;
    }
    char room[MLN_ID_ROOM];
    mln_add_str(t->builder, column, mln_records_id(records, row, room));
}

static enum mln_type id_type(const struct mln_records *records) {
    return records->id_number != NULL ? MLN_INT64 : MLN_UTF8_TEXT;
}

/* ── pairs ── */

static enum mln_status add_pair(struct table *t, const struct mln_linkage_work *work,
                                const struct mln_scored *pair, uint8_t decision, bool tell,
                                struct mln_err *err) {
    const struct mln_link_model *model = work->model;
    uint8_t levels[MLN_COMPARISONS_MAX];
    size_t c = 0;
    mln_ladder_levels(work->ladder, pair->pattern, levels);
    mln_add_i64(t->builder, c++, (int64_t)t->n);
    add_id(t, c++, work->records, pair->left);
    add_id(t, c++, work->records, pair->right);
    mln_add_f64(t->builder, c++, pair->weight);
    mln_add_f64(t->builder, c++, mln_em_probability(pair->weight));
    mln_add_str(t->builder, c++, model->rules[pair->rule].name);
    for (size_t i = 0; i < model->n_comparisons; i++, c++) {
        if (levels[i] == MLN_LEVEL_MISSING) {
            mln_add_null(t->builder, c);
        } else {
            mln_add_i32(t->builder, c, levels[i]);
        }
    }
    if (tell) {
        mln_add_str(t->builder, c, mln_str_from(mln_pair_decision_words[decision]));
    }
    return table_row_done(t, err);
}

static enum mln_status write_some(const struct mln_linkage_work *work, struct mln_engine *e,
                                  const struct mln_scored_pairs *scores, const uint8_t *decision,
                                  bool links, const char *path, struct mln_err *err) {
    const struct mln_link_model *model = work->model;
    struct mln_column_spec specs[FIXED_COLUMNS + MLN_COMPARISONS_MAX + 1] = {
        {"place", MLN_INT64},
        {"left_id", id_type(work->records)},
        {"right_id", id_type(work->records)},
        {"weight_log2", MLN_DOUBLE}, {"probability", MLN_DOUBLE}, {"rule", MLN_UTF8_TEXT}};
    size_t n = FIXED_COLUMNS;
    for (size_t c = 0; c < model->n_comparisons; c++) {
        struct mln_buf name_text = MLN_BUF_INIT;
        mln_buf_addf(&name_text, "level_%.*s", MLN_STR_ARG(model->comparisons[c].name));
        const char *name = mln_arena_strdup(work->arena, mln_buf_view(&name_text));
        mln_buf_release(&name_text);
        if (name == NULL) {
            return mln_err_nomem(err, "the names of comparisons");
        }
        specs[n++] = (struct mln_column_spec){name, MLN_INT32};
    }
    if (!links) {
        specs[n++] = (struct mln_column_spec){"decision", MLN_UTF8_TEXT};
    }
    struct table t;
    enum mln_status status = table_open(&t, e, specs, n, err);
    for (size_t i = 0; status == MLN_OK && i < scores->n; i++) {
        if ((decision[i] == MLN_PAIR_LINKED) == links) {
            status = add_pair(&t, work, &scores->pair[i], decision[i], !links, err);
        }
    }
    if (status == MLN_OK) {
        status = table_copy(&t, path, err);
    }
    return table_close(&t, status, err);
}

enum mln_status mln_linkage_write_pairs(const struct mln_linkage_work *work, struct mln_engine *e,
                                        const struct mln_scored_pairs *scores, const uint8_t *decision,
                                        const char *path, struct mln_err *err) {
    return write_some(work, e, scores, decision, true, path, err);
}

enum mln_status mln_linkage_write_candidates(const struct mln_linkage_work *work,
                                             struct mln_engine *e, const struct mln_scored_pairs *scores,
                                             const uint8_t *decision, const char *path,
                                             struct mln_err *err) {
    return write_some(work, e, scores, decision, false, path, err);
}

/* ── clusters ── */

enum mln_status mln_linkage_write_clusters(const struct mln_linkage_work *work,
                                           struct mln_engine *e, const uint64_t *name,
                                           const char *path, struct mln_err *err) {
    const struct mln_column_spec specs[] = {
        {"place", MLN_INT64}, {"id", id_type(work->records)}, {"cluster_id", MLN_INT64}};
    struct table t;
    enum mln_status status = table_open(&t, e, specs, 3, err);
    for (uint32_t i = 0; status == MLN_OK && i < mln_records_n(work->records); i++) {
        mln_add_i64(t.builder, 0, (int64_t)(name[i] << 32 | i));
        add_id(&t, 1, work->records, i);
        mln_add_i64(t.builder, 2, (int64_t)name[i]);
        status = table_row_done(&t, err);
    }
    if (status == MLN_OK) {
        status = table_copy(&t, path, err);
    }
    return table_close(&t, status, err);
}
