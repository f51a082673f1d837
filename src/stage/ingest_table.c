#include "stage/ingest_table.h"

#include <stdlib.h>

#include "base/thread.h"

/* ── the columns of the zones ── */

enum zone_side { SIDE_ID, SIDE_CONTENT, N_SIDES };

static bool in_side(const struct mln_model_column *c, enum zone_side side) {
    return c->zone == MLN_ZONE_BOTH || (c->zone == MLN_ZONE_ID) == (side == SIDE_ID);
}

/* Column specs of a table in one zone: what comes first, then the model's columns. */
struct side {
    struct mln_column_spec *specs;
    size_t n, n_first;
    struct mln_builder *builder;
    struct mln_appender *appender;
};

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

static const char *with_suffix(struct mln_arena *arena, const char *name, const char *suffix) {
    const size_t n = strlen(name);
    const size_t m = strlen(suffix);
    char *out = MLN_ARENA_NEW(arena, char, n + m + 1);
    if (out != NULL) {
        memcpy(out, name, n);
        memcpy(out + n, suffix, m);
    }
    return out;
}

static enum mln_status describe_side(struct mln_arena *arena, const struct mln_model_table *table,
                                     enum zone_side which, struct side *out, struct mln_err *err) {
    struct mln_column_spec *specs =
        MLN_ARENA_NEW(arena, struct mln_column_spec, 2 * table->n_columns + 5);
    if (specs == NULL) {
        return mln_err_nomem(err, "the columns of a table");
    }
    size_t n = 0;
    specs[n++] = (struct mln_column_spec){"idx", MLN_INT64};
    if (which == SIDE_ID) {
        specs[n++] = (struct mln_column_spec){"file_no", MLN_INT32};
        specs[n++] = (struct mln_column_spec){"row_no", MLN_INT64};
        if (table->parent != NULL) {
            specs[n++] = (struct mln_column_spec){table->parent->name, MLN_INT64};
        }
        if (table->target != NULL) {
            specs[n++] = (struct mln_column_spec){table->target->name, MLN_INT64};
        }
    }
    out->n_first = n;
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct mln_model_column *m = &table->columns[c];
        if (!in_side(m, which)) {
            continue;
        }
        const bool period = m->type == MLN_VALUE_PERIOD;
        specs[n].type = stored_type(m->type);
        specs[n].name = period ? with_suffix(arena, m->name, "_min") : m->name;
        n++;
        if (period) {
            specs[n].type = MLN_DATE32;
            specs[n].name = with_suffix(arena, m->name, "_max");
            n++;
        }
        if (specs[n - 1].name == NULL || specs[n - 1 - period].name == NULL) {
            return mln_err_nomem(err, "the columns of a table");
        }
    }
    out->specs = specs;
    out->n = n;
    return MLN_OK;
}

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

static const char *const catalogs[N_SIDES] = {MLN_ZONE_ID_CATALOG, MLN_ZONE_CONTENT_CATALOG};

enum mln_status mln_ingest_create(struct mln_ingest *in, size_t table, struct mln_err *err) {
    const struct mln_model_table *model = &in->plan->model.tables[table];
    struct mln_buf sql = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    for (int side = 0; side < N_SIDES && status == MLN_OK; side++) {
        struct side s = {0};
        status = describe_side(&in->tables[table].arena, model, (enum zone_side)side, &s, err);
        if (status != MLN_OK) {
            break;
        }
        mln_buf_reset(&sql);
        mln_buf_addz(&sql, "CREATE TABLE ");
        mln_quote_ident(&sql, mln_str_from(catalogs[side]));
        mln_buf_addc(&sql, '.');
        mln_quote_ident(&sql, mln_str_from(model->name));
        for (size_t i = 0; i < s.n; i++) {
            mln_buf_addz(&sql, i == 0 ? " (" : ", ");
            mln_quote_ident(&sql, mln_str_from(s.specs[i].name));
            mln_buf_addz(&sql, sql_type(s.specs[i].type));
        }
        mln_buf_addz(&sql, ")");
        status = mln_buf_check(&sql, "a statement", err);
        if (status == MLN_OK) {
            status =
                in->e->ops->exec(in->e, model->name, mln_buf_view(&sql), MLN_NO_PARAMS, NULL, err);
        }
    }
    mln_buf_release(&sql);
    return status;
}

/* ── one table being read ── */

struct loader {
    struct mln_ingest *in;
    struct mln_ingest_table *t;
    const struct mln_model_table *model;
    struct side sides[N_SIDES];
    struct mln_cell_value *values; /* of the row */
    struct mln_buf bytes;          /* of a key or a row, to be fingerprinted */
    /* the file */
    size_t file;
    const struct mln_contract_source *source;
    struct mln_binding binding;
    struct mln_cell_rule *rules;
    struct mln_str *constants; /* per column; p NULL: none */
};

static enum mln_status reject(struct loader *l, uint64_t row, size_t column, enum mln_reason reason,
                              bool first, struct mln_err *err) {
    const struct mln_reject r = {row, (uint32_t)l->file, (uint16_t)column, (uint16_t)reason};
    return mln_rejects_add(&l->t->rejects, r, first, err);
}

/* ── fingerprints ── */

static void add_value(struct mln_buf *out, enum mln_value_type type,
                      const struct mln_cell_value *v) {
    if (!v->present) {
        const uint32_t none = UINT32_MAX;
        mln_buf_add(out, &none, sizeof none);
    } else if (stored_type(type) == MLN_UTF8_TEXT) {
        const uint32_t n = (uint32_t)v->text.n;
        mln_buf_add(out, &n, sizeof n);
        mln_buf_add_str(out, v->text);
    } else {
        mln_buf_add(out, &v->first, sizeof v->first);
        mln_buf_add(out, &v->last, sizeof v->last);
    }
}

static struct mln_hash128 print_of(struct loader *l, const size_t *columns, size_t n) {
    mln_buf_reset(&l->bytes);
    for (size_t i = 0; i < n; i++) {
        const size_t c = columns == NULL ? i : columns[i];
        add_value(&l->bytes, l->model->columns[c].type, &l->values[c]);
    }
    return mln_hash128(&l->in->hash_key, l->bytes.p, l->bytes.n);
}

static int64_t idx_in(struct loader *l, const struct mln_model_reference *reference) {
    const struct mln_model_table *other = &l->in->plan->model.tables[reference->table];
    const struct mln_key_entry *found = mln_key_set_find(
        &l->in->tables[reference->table].keys, print_of(l, reference->columns, other->n_key));
    return found == NULL ? 0 : (int64_t)found->idx;
}

/* ── rows ── */

/* Types the cells; *bad when one of them is no value. All faults of the row are told. */
static enum mln_status type_row(struct loader *l, uint64_t row, const struct mln_str *cells,
                                bool *bad, struct mln_err *err) {
    *bad = false;
    for (size_t c = 0; c < l->model->n_columns; c++) {
        const size_t place = l->binding.places[c];
        const struct mln_str cell = place == SIZE_MAX ? l->constants[c] : cells[place];
        const enum mln_reason reason = mln_cell_type(&l->rules[c], cell, &l->values[c]);
        if (reason != MLN_REASON_NONE) {
            const size_t column = place == SIZE_MAX ? MLN_NO_COLUMN : l->binding.selected[place];
            MLN_TRY(reject(l, row, column, reason, !*bad, err));
            *bad = true;
        }
    }
    return MLN_OK;
}

/* The columns that the contract wants unique: tells those whose value was met in an accepted row.
 */
static enum mln_status check_uniques(struct loader *l, uint64_t row, bool *bad,
                                     struct mln_err *err) {
    for (size_t c = 0; c < l->model->n_columns; c++) {
        if (l->source->columns[c].unique && l->values[c].present &&
            mln_key_set_find(&l->t->uniques[c], print_of(l, &c, 1)) != NULL) {
            const size_t place = l->binding.places[c];
            MLN_TRY(reject(l, row, place == SIZE_MAX ? MLN_NO_COLUMN : l->binding.selected[place],
                           MLN_REASON_KEY, !*bad, err));
            *bad = true;
        }
    }
    return MLN_OK;
}

static enum mln_status keep_uniques(struct loader *l, struct mln_err *err) {
    for (size_t c = 0; c < l->model->n_columns; c++) {
        const struct mln_key_entry *found = NULL;
        if (l->source->columns[c].unique && l->values[c].present) {
            MLN_TRY(mln_key_set_add(&l->t->uniques[c], print_of(l, &c, 1), 1, 0, &found, err));
        }
    }
    return MLN_OK;
}

static void put_row(struct loader *l, uint64_t row, int64_t parent, int64_t target) {
    const int64_t idx = (int64_t)l->t->accepted;
    for (int side = 0; side < N_SIDES; side++) {
        struct mln_builder *b = l->sides[side].builder;
        size_t at = 0;
        mln_add_i64(b, at++, idx);
        if (side == SIDE_ID) {
            mln_add_i32(b, at++, (int32_t)l->file + 1);
            mln_add_i64(b, at++, (int64_t)row);
            if (l->model->parent != NULL) {
                mln_add_i64(b, at++, parent);
            }
            if (l->model->target != NULL && target == 0) {
                mln_add_null(b, at++);
            } else if (l->model->target != NULL) {
                mln_add_i64(b, at++, target);
            }
        }
        for (size_t c = 0; c < l->model->n_columns; c++) {
            const struct mln_model_column *m = &l->model->columns[c];
            const struct mln_cell_value *v = &l->values[c];
            if (!in_side(m, (enum zone_side)side)) {
                continue;
            }
            const bool text = stored_type(m->type) == MLN_UTF8_TEXT;
            const bool period = m->type == MLN_VALUE_PERIOD;
            if (!v->present) {
                mln_add_null(b, at++);
                if (period) {
                    mln_add_null(b, at++);
                }
            } else if (text) {
                mln_add_str(b, at++, v->text);
            } else {
                mln_add_i32(b, at++, v->first);
                if (period) {
                    mln_add_i32(b, at++, v->last);
                }
            }
        }
    }
}

/* Parent, target and key of a row whose cells are values; accepts or rejects it. */
static enum mln_status place_row(struct loader *l, uint64_t row, struct mln_err *err) {
    const struct mln_model_table *m = l->model;
    int64_t parent = 0;
    int64_t target = 0;
    if (m->parent != NULL && (parent = idx_in(l, m->parent)) == 0) {
        return reject(l, row, MLN_COLUMNS_PARENT, MLN_REASON_ORPHAN, true, err);
    }
    if (m->target != NULL) {
        target = idx_in(l, m->target);
    }
    if (l->t->accepted == UINT32_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT, "table %s: more than %u rows", m->name, UINT32_MAX);
    }
    const struct mln_hash128 content = print_of(l, NULL, m->n_columns);
    const struct mln_hash128 key = print_of(l, m->key, m->n_key);
    const struct mln_key_entry *found = mln_key_set_find(&l->t->keys, key);
    if (found != NULL) {
        return reject(l, row, MLN_COLUMNS_KEY,
                      found->content == (uint32_t)content.a ? MLN_REASON_DUPLICATE : MLN_REASON_KEY,
                      true, err);
    }
    bool bad = false;
    MLN_TRY(check_uniques(l, row, &bad, err));
    if (bad) {
        return MLN_OK;
    }
    MLN_TRY(keep_uniques(l, err));
    MLN_TRY(mln_key_set_add(&l->t->keys, key, (uint32_t)(l->t->accepted + 1), (uint32_t)content.a,
                            &found, err));
    l->t->accepted++;
    l->t->no_target += m->target != NULL && target == 0;
    for (size_t c = 0; c < m->n_columns; c++) {
        l->t->unknown[c] += l->values[c].unknown_code;
    }
    put_row(l, row, parent, target);
    return MLN_OK;
}

static enum mln_status take_row(struct loader *l, uint64_t row, const struct mln_row_fault *fault,
                                const struct mln_str *cells, struct mln_err *err) {
    bool bad = false;
    l->t->read++;
    if (fault->reason != MLN_REASON_NONE) {
        return reject(l, row, fault->column, (enum mln_reason)fault->reason, true, err);
    }
    MLN_TRY(type_row(l, row, cells, &bad, err));
    return bad ? MLN_OK : place_row(l, row, err);
}

/* Hands the rows built so far to the zones. */
static enum mln_status flush(struct loader *l, struct mln_err *err) {
    for (int side = 0; side < N_SIDES; side++) {
        struct side *s = &l->sides[side];
        struct mln_batch batch;
        MLN_TRY(mln_builder_view(s->builder, &batch, err));
        MLN_TRY(l->in->e->ops->append(s->appender, &batch, err));
        mln_builder_reset(s->builder);
    }
    return MLN_OK;
}

static void tell_progress(struct mln_ingest *in, size_t n_rows) {
    (void)atomic_fetch_add(&in->rows_done, n_rows);
    if (pthread_mutex_trylock(&in->talk_lock) == 0) {
        mln_progress(in->run->talk, "ingest: bytes", atomic_load(&in->bytes_done), in->bytes_total);
        pthread_mutex_unlock(&in->talk_lock);
    }
}

static enum mln_status take_cells(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    struct loader *l = ctx;
    for (size_t i = 0; i < cells->n_rows; i++) {
        MLN_TRY(take_row(l, cells->first_row + i, &cells->faults[i],
                         cells->cells + i * cells->n_columns, err));
    }
    MLN_TRY(mln_buf_check(&l->bytes, "a key", err));
    tell_progress(l->in, cells->n_rows);
    return flush(l, err);
}

/* ── files ── */

static enum mln_status keep_names(struct loader *l, const struct mln_str *names, size_t n,
                                  struct mln_err *err) {
    const char **kept = MLN_ARENA_NEW(&l->t->arena, const char *, n + 1);
    if (kept == NULL) {
        return mln_err_nomem(err, "the columns of a file");
    }
    for (size_t i = 0; i < n; i++) {
        kept[i] = mln_arena_strdup(&l->t->arena, names[i]);
        if (kept[i] == NULL) {
            return mln_err_nomem(err, "the columns of a file");
        }
    }
    l->in->names[l->file] = kept;
    return MLN_OK;
}

static enum mln_status prepare_file(struct loader *l, struct mln_source *reader,
                                    struct mln_err *err) {
    size_t n = 0;
    const struct mln_str *names = mln_source_columns(reader, &n);
    struct mln_findings findings = {.arena = &l->t->arena};
    MLN_TRY(mln_binding_make(&l->t->arena, l->source, l->model, l->in->plan->files[l->file].shown,
                             names, n, &l->binding, &findings, err));
    MLN_TRY(mln_findings_status(&findings, err));
    MLN_TRY(keep_names(l, names, n, err));
    l->rules = MLN_ARENA_NEW(&l->t->arena, struct mln_cell_rule, l->model->n_columns);
    l->constants = MLN_ARENA_NEW(&l->t->arena, struct mln_str, l->model->n_columns);
    if (l->rules == NULL || l->constants == NULL) {
        return mln_err_nomem(err, "the types of a table");
    }
    for (size_t c = 0; c < l->model->n_columns; c++) {
        MLN_TRY(mln_cell_rule_make(&l->t->arena, &l->model->columns[c], &l->source->columns[c],
                                   l->source->format, l->in->plan->codes[l->t->table][c],
                                   &l->rules[c], err));
        l->constants[c] = l->source->columns[c].constant;
    }
    return mln_source_select(reader, l->binding.selected, l->binding.n_selected, err);
}

static enum mln_status load_file(struct loader *l, size_t file, struct mln_err *err) {
    l->file = file;
    l->source = mln_ingest_source_of(l->in->plan, file);
    struct mln_source_options options = mln_contract_options(l->source, &l->in->plan->files[file]);
    options.io = &l->in->io;
    options.engine = l->in->e;
    struct mln_source *reader = NULL;
    enum mln_status status = mln_source_open(l->in->plan->files[file].path, &options, &reader, err);
    if (status == MLN_OK) {
        status = prepare_file(l, reader, err);
    }
    if (status == MLN_OK) {
        status = mln_source_stream(reader, take_cells, l, err);
    }
    mln_source_close(reader);
    return status;
}

/* ── the table ── */

static enum mln_status open_sides(struct loader *l, struct mln_err *err) {
    for (int side = 0; side < N_SIDES; side++) {
        struct side *s = &l->sides[side];
        MLN_TRY(describe_side(&l->t->arena, l->model, (enum zone_side)side, s, err));
        s->builder = mln_builder_new(s->specs, s->n);
        if (s->builder == NULL) {
            return mln_err_nomem(err, "a batch");
        }
        MLN_TRY(l->in->e->ops->append_open(l->in->e, catalogs[side], l->model->name, &s->appender,
                                           err));
    }
    return MLN_OK;
}

static enum mln_status close_sides(struct loader *l, enum mln_status status, struct mln_err *err) {
    for (int side = 0; side < N_SIDES; side++) {
        struct side *s = &l->sides[side];
        if (s->appender != NULL) {
            const enum mln_status closed = l->in->e->ops->append_close(
                s->appender, status == MLN_OK, status == MLN_OK ? err : NULL);
            status = status == MLN_OK ? closed : status;
        }
        mln_builder_free(s->builder);
    }
    return status;
}

enum mln_status mln_ingest_load(struct mln_ingest *in, size_t table, struct mln_err *err) {
    struct mln_ingest_table *t = &in->tables[table];
    struct loader l = {.in = in, .t = t, .model = &in->plan->model.tables[table]};
    const size_t n = l.model->n_columns;
    l.values = MLN_ARENA_NEW(&t->arena, struct mln_cell_value, n);
    t->unknown = MLN_ARENA_NEW(&t->arena, uint64_t, n);
    t->uniques = MLN_ARENA_NEW(&t->arena, struct mln_key_set, n);
    if (l.values == NULL || t->unknown == NULL || t->uniques == NULL) {
        return mln_err_nomem(err, "a table");
    }
    enum mln_status status = open_sides(&l, err);
    for (size_t f = in->plan->first_file[table];
         f < in->plan->first_file[table + 1] && status == MLN_OK; f++) {
        status = load_file(&l, f, err);
    }
    status = close_sides(&l, status, err);
    for (size_t c = 0; c < n; c++) {
        mln_key_set_release(&t->uniques[c]);
    }
    mln_buf_release(&l.bytes);
    return status;
}
