#include "stage/ingest/ingest_side.h"

static const char *const catalogs[MLN_N_SIDES] = {MLN_ZONE_ID_CATALOG, MLN_ZONE_CONTENT_CATALOG};

/* The parent's key is not stored again in the zone id: parent_idx stands for it. One copy of an
 * identifier is enough, and long ones are what an extract is most of. */
static bool is_parent_key(const struct mln_model *model, const struct mln_model_table *table,
                          size_t column) {
    const struct mln_model_reference *parent = table->parent;
    const size_t n = parent == NULL ? 0 : model->tables[parent->table].n_key;
    for (size_t i = 0; i < n; i++) {
        if (parent->columns[i] == column) {
            return table->columns[column].zone == MLN_ZONE_ID;
        }
    }
    return false;
}

static bool stored_in(const struct mln_model *model, const struct mln_model_table *table,
                      size_t column, enum mln_side which) {
    const enum mln_zone zone = table->columns[column].zone;
    return zone == MLN_ZONE_BOTH || ((zone == MLN_ZONE_ID) == (which == MLN_SIDE_ID) &&
                                     !is_parent_key(model, table, column));
}

/* ── columns ── */

static enum mln_type stored_type(enum mln_value_type type) {
    switch (type) {
    case MLN_VALUE_INT: return MLN_INT32;
    case MLN_VALUE_DATE:
    case MLN_VALUE_PERIOD: return MLN_DATE32;
    case MLN_VALUE_CODE:
    case MLN_VALUE_TEXT: break;
    }
    return MLN_UTF8_TEXT;
}

static void add_spec(struct mln_ingest_side *side, const char *name, enum mln_type type) {
    side->specs[side->n_specs++] = (struct mln_column_spec){name, type};
}

/* <name>_min and <name>_max. */
static enum mln_status add_period(struct mln_arena *arena, struct mln_ingest_side *side,
                                  const char *name, struct mln_err *err) {
    static const char *const suffixes[] = {"_min", "_max"};
    const size_t n = strlen(name);
    for (size_t i = 0; i < 2; i++) {
        char *suffixed = MLN_ARENA_NEW(arena, char, n + 5);
        if (suffixed == NULL) {
            return mln_err_nomem(err, "the columns of a table");
        }
        memcpy(suffixed, name, n);
        memcpy(suffixed + n, suffixes[i], 5);
        add_spec(side, suffixed, MLN_DATE32);
    }
    return MLN_OK;
}

static void add_first_specs(struct mln_ingest_side *side) {
    add_spec(side, "idx", MLN_INT64);
    if (side->which == MLN_SIDE_ID) {
        add_spec(side, "file_no", MLN_INT32);
        add_spec(side, "row_no", MLN_INT64);
        if (side->table->parent != NULL) {
            add_spec(side, side->table->parent->name, MLN_INT64);
        }
        if (side->table->target != NULL) {
            add_spec(side, side->table->target->name, MLN_INT64);
        }
    }
}

enum mln_status mln_side_describe(struct mln_arena *arena, const struct mln_model *model,
                                  size_t table_no, enum mln_side which, struct mln_ingest_side *out,
                                  struct mln_err *err) {
    const struct mln_model_table *table = &model->tables[table_no];
    *out = (struct mln_ingest_side){
        .which = which,
        .table = table,
        .catalog = catalogs[which],
        .specs = MLN_ARENA_NEW(arena, struct mln_column_spec, 2 * table->n_columns + 5),
        .puts = MLN_ARENA_NEW(arena, struct mln_side_put, table->n_columns),
    };
    if (out->specs == NULL || out->puts == NULL) {
        return mln_err_nomem(err, "the columns of a table");
    }
    add_first_specs(out);
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct mln_model_column *m = &table->columns[c];
        if (!stored_in(model, table, c, which)) {
            continue;
        }
        out->puts[out->n_puts++] = (struct mln_side_put){c, m->type};
        if (m->type == MLN_VALUE_PERIOD) {
            MLN_TRY(add_period(arena, out, m->name, err));
        } else {
            add_spec(out, m->name, stored_type(m->type));
        }
    }
    return MLN_OK;
}

/* ── the table ── */

static const char *sql_type(enum mln_type type) {
    switch (type) {
    case MLN_INT32: return " INTEGER";
    case MLN_INT64: return " BIGINT";
    case MLN_DATE32: return " DATE";
    case MLN_DOUBLE: return " DOUBLE";
    case MLN_UTF8_TEXT: break;
    }
    return " VARCHAR";
}

enum mln_status mln_side_create(const struct mln_ingest_side *side, struct mln_engine *e,
                                struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "CREATE TABLE ");
    mln_quote_ident(&sql, mln_str_from(side->catalog));
    mln_buf_addc(&sql, '.');
    mln_quote_ident(&sql, mln_str_from(side->table->name));
    for (size_t i = 0; i < side->n_specs; i++) {
        mln_buf_addz(&sql, i == 0 ? " (" : ", ");
        mln_quote_ident(&sql, mln_str_from(side->specs[i].name));
        mln_buf_addz(&sql, sql_type(side->specs[i].type));
    }
    mln_buf_addz(&sql, ")");
    enum mln_status status = mln_buf_check(&sql, "a statement", err);
    if (status == MLN_OK) {
        status = e->ops->exec(e, side->table->name, mln_buf_view(&sql), MLN_NO_PARAMS, NULL, err);
    }
    mln_buf_release(&sql);
    return status;
}

/* ── rows ── */

enum mln_status mln_side_open(struct mln_ingest_side *side, struct mln_engine *e,
                              struct mln_err *err) {
    side->builder = mln_builder_new(side->specs, side->n_specs);
    if (side->builder == NULL) {
        return mln_err_nomem(err, "a batch");
    }
    return e->ops->append_open(e, side->catalog, side->table->name, &side->appender, err);
}

static void put_value(struct mln_builder *b, size_t *at, enum mln_value_type type,
                      const struct mln_cell_value *v) {
    const bool period = type == MLN_VALUE_PERIOD;
    if (!v->present) {
        mln_add_null(b, (*at)++);
        if (period) {
            mln_add_null(b, (*at)++);
        }
    } else if (type == MLN_VALUE_CODE || type == MLN_VALUE_TEXT) {
        mln_add_str(b, (*at)++, v->text);
    } else {
        mln_add_i32(b, (*at)++, v->first);
        if (period) {
            mln_add_i32(b, (*at)++, v->last);
        }
    }
}

void mln_side_put(struct mln_ingest_side *side, const struct mln_side_row *row,
                  const struct mln_cell_value *values) {
    struct mln_builder *b = side->builder;
    size_t at = 0;
    mln_add_i64(b, at++, row->idx);
    if (side->which == MLN_SIDE_ID) {
        mln_add_i32(b, at++, row->file_no);
        mln_add_i64(b, at++, row->row_no);
        if (side->table->parent != NULL) {
            mln_add_i64(b, at++, row->parent_idx);
        }
        if (side->table->target != NULL && row->target_idx == 0) {
            mln_add_null(b, at++);
        } else if (side->table->target != NULL) {
            mln_add_i64(b, at++, row->target_idx);
        }
    }
    for (size_t i = 0; i < side->n_puts; i++) {
        put_value(b, &at, side->puts[i].type, &values[side->puts[i].column]);
    }
}

enum mln_status mln_side_flush(struct mln_ingest_side *side, struct mln_engine *e,
                               struct mln_err *err) {
    struct mln_batch batch;
    MLN_TRY(mln_builder_view(side->builder, &batch, err));
    MLN_TRY(e->ops->append(side->appender, &batch, err));
    mln_builder_reset(side->builder);
    return MLN_OK;
}

enum mln_status mln_side_close(struct mln_ingest_side *side, struct mln_engine *e, bool keep,
                               struct mln_err *err) {
    enum mln_status status = MLN_OK;
    if (side->appender != NULL) {
        status = e->ops->append_close(side->appender, keep, err);
    }
    mln_builder_free(side->builder);
    side->appender = NULL;
    side->builder = NULL;
    return status;
}
