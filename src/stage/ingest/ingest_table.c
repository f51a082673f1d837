#include "stage/ingest/ingest_table.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

/* Rows are worked on a few at a time: what the key sets are asked for is fetched from memory while
 * the rows after it are typed. Small enough that their values stay in the first-level cache. */
enum { GROUP = 32 };

/* A row on its way: typed, then its parent known, then its key. */
struct pending {
    uint64_t row;
    const struct mln_cell_value *values;
    struct mln_hash128 parent, target, key;
    int64_t parent_idx; /* 0: an orphan */
};

/* Bytes to be fingerprinted. Running out of memory is sticky and told at the end of the batch. */
struct bytes {
    unsigned char *p;
    size_t n, cap;
    bool failed;
};

struct loader {
    struct mln_ingest *in;
    struct mln_ingest_table *t;
    const struct mln_model_table *model;
    struct mln_ingest_side sides[MLN_N_SIDES];
    struct mln_cell_value *values; /* GROUP rows */
    struct pending *pending;       /* GROUP of them */
    struct bytes bytes;
    size_t *key_rest; /* columns of the key that the parent's key does not have */
    size_t n_key_rest;
    bool key_by_parent; /* the key is that of the parent and `key_rest` */
    /* the file */
    size_t file;
    const struct mln_contract_source *source;
    struct mln_binding binding;
    struct mln_cell_rule *rules;
    struct mln_str *constants; /* per column; p NULL: none */
    size_t n_file_columns;
};

static enum mln_status reject(struct loader *l, uint64_t row, size_t column, enum mln_reason reason,
                              bool first, struct mln_err *err) {
    const struct mln_reject r = {row, (uint32_t)l->file, (uint16_t)column, (uint16_t)reason};
    return mln_rejects_add(&l->t->rejects, r, first, err);
}

/* Column of the file that a column of the model comes from. */
static size_t file_column(const struct loader *l, size_t column) {
    const size_t place = l->binding.places[column];
    return place == SIZE_MAX ? MLN_NO_COLUMN : l->binding.selected[place];
}

/* ── fingerprints ── */

static bool has_text(enum mln_value_type type) {
    return type == MLN_VALUE_CODE || type == MLN_VALUE_TEXT;
}

static bool make_room(struct bytes *b, size_t n) {
    if (n <= b->cap - b->n) {
        return true;
    }
    const size_t cap = 2 * (b->cap + n);
    unsigned char *p = realloc(b->p, cap);
    b->failed = b->failed || p == NULL;
    if (p == NULL) {
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

/* Values of different columns cannot run into each other: each begins with its length or kind. */
static void add_value(struct bytes *b, enum mln_value_type type, const struct mln_cell_value *v) {
    const uint32_t n = v->present ? (uint32_t)v->text.n : UINT32_MAX;
    if (!make_room(b, sizeof n + sizeof v->first + v->text.n)) {
        return;
    }
    if (v->present && !has_text(type)) { /* a key has no period */
        memcpy(b->p + b->n, &v->first, sizeof v->first);
        b->n += sizeof v->first;
        return;
    }
    memcpy(b->p + b->n, &n, sizeof n);
    b->n += sizeof n;
    if (v->present && v->text.n > 0) {
        memcpy(b->p + b->n, v->text.p, v->text.n);
        b->n += v->text.n;
    }
}

static struct mln_hash128 print_of(struct loader *l, const struct mln_cell_value *values,
                                   const size_t *columns, size_t n, int64_t parent_idx) {
    struct bytes *b = &l->bytes;
    b->n = 0;
    if (parent_idx != 0 && make_room(b, sizeof parent_idx)) {
        memcpy(b->p, &parent_idx, sizeof parent_idx);
        b->n = sizeof parent_idx;
    }
    for (size_t i = 0; i < n; i++) {
        add_value(b, l->model->columns[columns[i]].type, &values[columns[i]]);
    }
    return mln_hash128(&l->in->hash_key, b->p, b->n);
}

static uint64_t mixed(uint64_t h, uint64_t x) {
    h = (h ^ x) * 0x9E3779B97F4A7C15U;
    return h ^ h >> 29;
}

/* 32 bits of the whole row: tells a row that is there twice from two rows of one key. */
static uint32_t content_of(const struct mln_model_table *model,
                           const struct mln_cell_value *values) {
    uint64_t h = 1;
    for (size_t c = 0; c < model->n_columns; c++) {
        const struct mln_cell_value *v = &values[c];
        if (!v->present) {
            h = mixed(h, 2);
        } else if (has_text(model->columns[c].type)) {
            size_t at = 0;
            for (; at + 8 <= v->text.n; at += 8) {
                uint64_t word;
                memcpy(&word, v->text.p + at, 8);
                h = mixed(h, word);
            }
            uint64_t rest = 0;
            memcpy(&rest, v->text.p + at, v->text.n - at);
            h = mixed(mixed(h, rest), v->text.n);
        } else {
            h = mixed(h, (uint64_t)(uint32_t)v->first << 32 | (uint32_t)v->last);
        }
    }
    return (uint32_t)(h >> 32);
}

/* ── rows ── */

/* Types the cells; *bad when one of them is no value. All faults of the row are told. */
static enum mln_status type_row(struct loader *l, uint64_t row, const struct mln_str *cells,
                                struct mln_cell_value *values, bool *bad, struct mln_err *err) {
    *bad = false;
    for (size_t c = 0; c < l->model->n_columns; c++) {
        const size_t place = l->binding.places[c];
        const struct mln_str cell = place == SIZE_MAX ? l->constants[c] : cells[place];
        const enum mln_reason reason = mln_cell_type(&l->rules[c], cell, &values[c]);
        if (reason != MLN_REASON_NONE) {
            MLN_TRY(reject(l, row, file_column(l, c), reason, !*bad, err));
            *bad = true;
        }
    }
    return MLN_OK;
}

/* The columns that the contract wants unique: tells those whose value was met in an accepted row.
 */
static enum mln_status check_uniques(struct loader *l, const struct pending *p, bool *bad,
                                     struct mln_err *err) {
    for (size_t c = 0; c < l->model->n_columns; c++) {
        if (l->source->columns[c].unique && p->values[c].present &&
            mln_key_set_find(&l->t->uniques[c], print_of(l, p->values, &c, 1, 0)) != NULL) {
            MLN_TRY(reject(l, p->row, file_column(l, c), MLN_REASON_KEY, !*bad, err));
            *bad = true;
        }
    }
    return MLN_OK;
}

static enum mln_status keep_uniques(struct loader *l, const struct pending *p,
                                    struct mln_err *err) {
    for (size_t c = 0; c < l->model->n_columns; c++) {
        const struct mln_key_entry *found = NULL;
        if (l->source->columns[c].unique && p->values[c].present) {
            MLN_TRY(mln_key_set_add(&l->t->uniques[c], print_of(l, p->values, &c, 1, 0), 1, 0,
                                    &found, err));
        }
    }
    return MLN_OK;
}

static const struct mln_key_set *keys_of(const struct loader *l,
                                         const struct mln_model_reference *reference) {
    return &l->in->tables[reference->table].keys;
}

static struct mln_hash128 print_reference(struct loader *l, const struct mln_cell_value *values,
                                          const struct mln_model_reference *reference) {
    return print_of(l, values, reference->columns,
                    l->in->plan->model.tables[reference->table].n_key, 0);
}

static int64_t idx_of(const struct mln_key_set *set, struct mln_hash128 print) {
    const struct mln_key_entry *found = mln_key_set_find(set, print);
    return found == NULL ? 0 : (int64_t)found->idx;
}

/* A row whose cells are values and whose parent is known: accepted, unless its key is taken. */
static enum mln_status place_row(struct loader *l, const struct pending *p, struct mln_err *err) {
    struct mln_ingest_table *t = l->t;
    const uint32_t content = content_of(l->model, p->values);
    const struct mln_key_entry *found = mln_key_set_find(&t->keys, p->key);
    if (found != NULL) {
        return reject(l, p->row, MLN_COLUMNS_KEY,
                      found->content == content ? MLN_REASON_DUPLICATE : MLN_REASON_KEY, true, err);
    }
    bool bad = false;
    MLN_TRY(check_uniques(l, p, &bad, err));
    if (bad) {
        return MLN_OK;
    }
    if (t->accepted == UINT32_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT, "table %s: more than %u rows", l->model->name,
                           UINT32_MAX);
    }
    MLN_TRY(keep_uniques(l, p, err));
    MLN_TRY(mln_key_set_add(&t->keys, p->key, (uint32_t)++t->accepted, content, &found, err));
    struct mln_side_row row = {(int64_t)t->accepted, (int32_t)l->file + 1, (int64_t)p->row,
                               p->parent_idx, 0};
    if (l->model->target != NULL) {
        row.target_idx = idx_of(keys_of(l, l->model->target), p->target);
        t->no_target += row.target_idx == 0;
    }
    for (size_t c = 0; c < l->model->n_columns; c++) {
        t->unknown[c] += p->values[c].unknown_code;
    }
    for (int side = 0; side < MLN_N_SIDES; side++) {
        mln_side_put(&l->sides[side], &row, p->values);
    }
    return MLN_OK;
}

/* ── groups of rows ── */

/* Types rows from..to and asks for the memory of their references; *n are left. */
static enum mln_status type_group(struct loader *l, const struct mln_cells *cells, size_t from,
                                  size_t to, size_t *n, struct mln_err *err) {
    *n = 0;
    for (size_t i = from; i < to; i++) {
        struct pending *p = &l->pending[*n];
        struct mln_cell_value *values = l->values + *n * l->model->n_columns;
        const struct mln_row_fault fault = cells->faults[i];
        bool bad = false;
        *p = (struct pending){.row = cells->first_row + i, .values = values};
        l->t->read++;
        if (fault.reason != MLN_REASON_NONE) {
            MLN_TRY(reject(l, p->row, fault.column, (enum mln_reason)fault.reason, true, err));
            continue;
        }
        MLN_TRY(type_row(l, p->row, cells->cells + i * cells->n_columns, values, &bad, err));
        if (bad) {
            continue;
        }
        if (l->model->parent != NULL) {
            p->parent = print_reference(l, values, l->model->parent);
            mln_key_set_prefetch(keys_of(l, l->model->parent), p->parent);
        }
        if (l->model->target != NULL) {
            p->target = print_reference(l, values, l->model->target);
            mln_key_set_prefetch(keys_of(l, l->model->target), p->target);
        }
        (*n)++;
    }
    return MLN_OK;
}

/* Finds the parents and asks for the memory of the keys. */
static enum mln_status find_parents(struct loader *l, size_t n, struct mln_err *err) {
    for (size_t i = 0; i < n; i++) {
        struct pending *p = &l->pending[i];
        if (l->model->parent != NULL) {
            p->parent_idx = idx_of(keys_of(l, l->model->parent), p->parent);
            if (p->parent_idx == 0) {
                MLN_TRY(reject(l, p->row, MLN_COLUMNS_PARENT, MLN_REASON_ORPHAN, true, err));
                continue;
            }
        }
        p->key = l->key_by_parent
                     ? print_of(l, p->values, l->key_rest, l->n_key_rest, p->parent_idx)
                     : print_of(l, p->values, l->model->key, l->model->n_key, 0);
        mln_key_set_prefetch(&l->t->keys, p->key);
    }
    return MLN_OK;
}

static enum mln_status take_group(struct loader *l, const struct mln_cells *cells, size_t from,
                                  size_t to, struct mln_err *err) {
    size_t n = 0;
    MLN_TRY(type_group(l, cells, from, to, &n, err));
    MLN_TRY(find_parents(l, n, err));
    for (size_t i = 0; i < n; i++) {
        if (l->model->parent == NULL || l->pending[i].parent_idx != 0) {
            MLN_TRY(place_row(l, &l->pending[i], err));
        }
    }
    return l->bytes.failed ? mln_err_nomem(err, "a key") : MLN_OK;
}

static void tell_progress(struct mln_ingest *in, size_t n_rows) {
    (void)atomic_fetch_add(&in->rows_done, n_rows);
    if (in->run->talk != NULL && pthread_mutex_trylock(&in->talk_lock) == 0) {
        char what[64];
        (void)snprintf(what, sizeof what, "ingest: %.1f million rows,",
                       (double)atomic_load(&in->rows_done) / 1e6);
        mln_progress(in->run->talk, what, atomic_load(&in->bytes_done), in->bytes_total);
        pthread_mutex_unlock(&in->talk_lock);
    }
}

/* Room for the keys of a whole CSV table, from the length of its first rows: growing would move all
 * keys again and again. Columns that are not read are taken to be as long as the others. */
static enum mln_status expect_rows(struct loader *l, const struct mln_cells *cells,
                                   struct mln_err *err) {
    enum { MOST = 32 << 20 };
    if (l->t->keys.cap > 0 || l->source->format != MLN_FORMAT_CSV || cells->n_columns == 0) {
        return MLN_OK;
    }
    uint64_t bytes = 1;
    uint64_t n = 0;
    for (size_t i = 0; i < cells->n_rows; i++) {
        if (cells->faults[i].reason == MLN_REASON_NONE) {
            bytes += cells->n_columns; /* a delimiter each */
            n++;
        }
        for (size_t c = 0; c < cells->n_columns && cells->faults[i].reason == MLN_REASON_NONE;
             c++) {
            bytes += cells->cells[i * cells->n_columns + c].n;
        }
    }
    const uint64_t rows = l->t->bytes * n / (bytes * l->n_file_columns / cells->n_columns);
    return mln_key_set_reserve(&l->t->keys, rows < MOST ? (size_t)rows : MOST, err);
}

static enum mln_status take_cells(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    struct loader *l = ctx;
    MLN_TRY(expect_rows(l, cells, err));
    for (size_t from = 0; from < cells->n_rows; from += GROUP) {
        const size_t to = from + GROUP < cells->n_rows ? from + GROUP : cells->n_rows;
        MLN_TRY(take_group(l, cells, from, to, err));
    }
    tell_progress(l->in, cells->n_rows);
    for (int side = 0; side < MLN_N_SIDES; side++) {
        MLN_TRY(mln_side_flush(&l->sides[side], l->in->e, err));
    }
    return MLN_OK;
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
    l->n_file_columns = n;
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

/* A Parquet file has an engine of its own, which can do nothing but read beside it: its rows are
 * taken while they are decoded, where an engine that others use would set them aside in a table
 * first. */
static enum mln_status open_parquet_engine(const struct loader *l, const char *path,
                                           struct mln_engine **out, struct mln_err *err) {
    const struct mln_engine_options options = {
        .n_threads = 1, .memory_most = UINT64_C(1) << 30, .clear = true, .talk = l->in->run->talk};
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_dir(&dir, path);
    enum mln_status status = mln_buf_check(&dir, "a path", err);
    if (status == MLN_OK) {
        status = mln_engine_open_duckdb(&options, out, err);
    }
    if (status == MLN_OK) {
        status = (*out)->ops->lock_down(*out, (const char *const[]){dir.p}, 1, err);
    }
    mln_buf_release(&dir);
    return status;
}

static enum mln_status load_file(struct loader *l, size_t file, struct mln_err *err) {
    const char *const path = l->in->plan->files[file].path;
    l->file = file;
    l->source = mln_ingest_source_of(l->in->plan, file);
    struct mln_source_options options = mln_contract_options(l->source, &l->in->plan->files[file]);
    options.io = &l->in->io;
    struct mln_source *reader = NULL;
    enum mln_status status = MLN_OK;
    if (l->source->format == MLN_FORMAT_PARQUET) {
        status = open_parquet_engine(l, path, &options.engine, err);
        options.engine_is_free = true;
    }
    if (status == MLN_OK) {
        status = mln_source_open(path, &options, &reader, err);
    }
    if (status == MLN_OK) {
        status = prepare_file(l, reader, err);
    }
    if (status == MLN_OK) {
        status = mln_source_stream(reader, take_cells, l, err);
    }
    mln_source_close(reader);
    if (options.engine != NULL) {
        options.engine->ops->close(options.engine);
    }
    if (l->source->format == MLN_FORMAT_PARQUET) { /* the engine's own I/O is not counted */
        (void)atomic_fetch_add(&l->in->bytes_done, l->in->file_bytes[file]);
    }
    return status;
}

/* ── the table ── */

enum mln_status mln_ingest_create(struct mln_ingest *in, size_t table, struct mln_err *err) {
    for (int which = 0; which < MLN_N_SIDES; which++) {
        struct mln_ingest_side side;
        MLN_TRY(mln_side_describe(&in->tables[table].arena, &in->plan->model, table,
                                  (enum mln_side)which, &side, err));
        MLN_TRY(mln_side_create(&side, in->e, err));
    }
    return MLN_OK;
}

/* A child whose key holds its parent's: once the parent is found, its idx stands for that part. */
static void split_key(struct loader *l) {
    const struct mln_model_reference *parent = l->model->parent;
    const size_t n = parent == NULL ? 0 : l->in->plan->model.tables[parent->table].n_key;
    size_t shared = 0;
    for (size_t k = 0; k < l->model->n_key; k++) {
        bool of_parent = false;
        for (size_t i = 0; i < n && !of_parent; i++) {
            of_parent = parent->columns[i] == l->model->key[k];
        }
        shared += of_parent;
        if (!of_parent) {
            l->key_rest[l->n_key_rest++] = l->model->key[k];
        }
    }
    l->key_by_parent = n > 0 && shared == n;
}

static enum mln_status prepare_table(struct loader *l, struct mln_err *err) {
    struct mln_arena *arena = &l->t->arena;
    const size_t n = l->model->n_columns;
    l->values = MLN_ARENA_NEW(arena, struct mln_cell_value, GROUP * n);
    l->pending = MLN_ARENA_NEW(arena, struct pending, GROUP);
    l->key_rest = MLN_ARENA_NEW(arena, size_t, l->model->n_key);
    l->t->unknown = MLN_ARENA_NEW(arena, uint64_t, n);
    l->t->uniques = MLN_ARENA_NEW(arena, struct mln_key_set, n);
    if (l->values == NULL || l->pending == NULL || l->key_rest == NULL || l->t->unknown == NULL ||
        l->t->uniques == NULL) {
        return mln_err_nomem(err, "a table");
    }
    split_key(l);
    for (int side = 0; side < MLN_N_SIDES; side++) {
        MLN_TRY(mln_side_describe(arena, &l->in->plan->model, l->t->table, (enum mln_side)side,
                                  &l->sides[side], err));
    }
    return MLN_OK;
}

enum mln_status mln_ingest_load(struct mln_ingest *in, size_t table, struct mln_err *err) {
    struct mln_ingest_table *t = &in->tables[table];
    struct loader l = {.in = in, .t = t, .model = &in->plan->model.tables[table]};
    MLN_TRY(prepare_table(&l, err));
    enum mln_status status = MLN_OK;
    for (int side = 0; side < MLN_N_SIDES && status == MLN_OK; side++) {
        status = mln_side_open(&l.sides[side], in->e, err);
    }
    for (size_t f = in->plan->first_file[table];
         f < in->plan->first_file[table + 1] && status == MLN_OK; f++) {
        status = load_file(&l, f, err);
    }
    for (int side = 0; side < MLN_N_SIDES; side++) {
        const bool keep = status == MLN_OK;
        const enum mln_status closed =
            mln_side_close(&l.sides[side], in->e, keep, keep ? err : NULL);
        status = keep ? closed : status;
    }
    for (size_t c = 0; c < l.model->n_columns; c++) {
        mln_key_set_release(&t->uniques[c]);
    }
    free(l.bytes.p);
    return status;
}
