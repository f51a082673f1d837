/* The linker of the library: the steps of `maillon link` over rows in memory. */
#include <maillon/maillon.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/batch.h"
#include "base/num.h"
#include "linkage/decide.h"

enum { CELL_ROOM = 40, ROWS_AT_ONCE = 1024 };

struct mln_linker {
    struct mln_arena arena;
    struct mln_link_model model, trained;
    const struct mln_str *columns[2];
    const char **names[2]; /* NUL-terminated, NULL past the last */
    size_t n_columns[2];
    uint64_t n_rows[2];
    struct mln_records_builder *builder; /* NULL once nothing can be added any more */
    struct mln_records records;
    struct mln_blocks *blocks;
    struct mln_ladder *ladder;
    struct mln_em_result fit;
    struct mln_linkage_tf tf;
    struct mln_scored_pairs scores;
    struct mln_linkage_decision decision;
    bool done;
};

static int told(enum mln_status status, const struct mln_err *err, struct mln_error *error) {
    if (error != NULL) {
        error->code = (int)status;
        memcpy(error->message, err->msg, sizeof error->message);
        if (status == MLN_OK) {
            error->message[0] = '\0';
        }
    }
    return (int)status;
}

const char *mln_version(void) {
    return MLN_VERSION;
}

/* ── making ── */

static enum mln_status find_columns(struct mln_linker *l, size_t side, struct mln_err *err) {
    MLN_TRY(mln_records_columns(&l->model, side, &l->arena, &l->columns[side], &l->n_columns[side],
                                err));
    l->names[side] = MLN_ARENA_NEW(&l->arena, const char *, l->n_columns[side] + 1);
    for (size_t i = 0; l->names[side] != NULL && i < l->n_columns[side]; i++) {
        l->names[side][i] = mln_arena_strdup(&l->arena, l->columns[side][i]);
        if (l->names[side][i] == NULL) {
            return mln_err_nomem(err, "the linker");
        }
    }
    return l->names[side] == NULL ? mln_err_nomem(err, "the linker") : MLN_OK;
}

static size_t sides_of(const struct mln_linker *l) {
    return l->model.kind == MLN_LINK_DEDUPE ? 1 : 2;
}

static enum mln_status make(struct mln_linker *l, const char *name, struct mln_str yaml,
                            struct mln_err *err) {
    const char *kept = mln_arena_strdup(&l->arena, mln_str_from(name == NULL ? "model" : name));
    if (kept == NULL) {
        return mln_err_nomem(err, "the linker");
    }
    MLN_TRY(mln_link_model_read(&l->arena, kept, yaml, &l->model, err));
    for (size_t f = 0; f < l->model.n_fields; f++) {
        for (size_t i = 0; i < l->model.fields[f].n_steps; i++) {
            const struct mln_clean_step *step = &l->model.fields[f].steps[i];
            if (step->file.n > 0) {
                return mln_err_set(err, MLN_BAD_INPUT,
                                   "%s:%u:%u: a table of codes is a file, which the library does not read; use "
                                   "maillon link, or write the codes in the model",
                                   kept, step->line, step->column);
            }
        }
    }
    for (size_t c = 0; c < l->model.n_comparisons; c++) {
        const struct mln_frequency_table *table = &l->model.comparisons[c].tf_table;
        if (table->file.n > 0) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "%s:%u:%u: a table of frequencies is a file, which the library does not read; use "
                               "maillon link, or take it out",
                               kept, table->line, table->column);
        }
    }
    for (size_t s = 0; s < sides_of(l); s++) {
        MLN_TRY(find_columns(l, s, err));
    }
    return mln_records_builder_new(&l->model, &l->builder, err);
}

int mln_linker_new(const char *name, const char *yaml, size_t n, struct mln_linker **out,
                   struct mln_error *error) {
    struct mln_err err = {0};
    struct mln_linker *l = calloc(1, sizeof *l);
    *out = NULL;
    if (l == NULL) {
        return told(mln_err_nomem(&err, "the linker"), &err, error);
    }
    const enum mln_status status = make(l, name, (struct mln_str){yaml, n}, &err);
    if (status == MLN_OK) {
        *out = l;
    } else {
        mln_linker_free(l);
    }
    return told(status, &err, error);
}

void mln_linker_free(struct mln_linker *l) {
    if (l == NULL) {
        return;
    }
    mln_linkage_decision_release(&l->decision);
    mln_scored_pairs_release(&l->scores);
    mln_ladder_free(l->ladder);
    mln_blocks_free(l->blocks);
    mln_records_release(&l->records);
    mln_records_builder_free(l->builder);
    mln_arena_release(&l->arena);
    free(l);
}

const char *mln_linker_column(const struct mln_linker *l, int side, size_t i) {
    if (side < 0 || (size_t)side >= sides_of(l) || i >= l->n_columns[side]) {
        return NULL;
    }
    return l->names[side][i];
}

/* ── rows ── */

static enum mln_status check_side(struct mln_linker *l, int side, struct mln_err *err) {
    if (side < 0 || (size_t)side >= sides_of(l)) {
        return mln_err_set(err, MLN_BAD_INPUT, "there is no side %d: this model has %zu", side,
                           sides_of(l));
    }
    if (l->builder == NULL) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "no row can be added any more: the linker has run, or a row was refused");
    }
    return MLN_OK;
}

static enum mln_status add(struct mln_linker *l, size_t side, const struct mln_str *cells, size_t n,
                           struct mln_err *err) {
    const enum mln_status status =
        mln_records_add(l->builder, side, l->n_rows[side] + 1, cells, n, err);
    if (status == MLN_OK) {
        l->n_rows[side] += n;
    } else {
        mln_records_builder_free(l->builder);
        l->builder = NULL;
    }
    return status;
}

static struct mln_str cell(const char *text) {
    return text == NULL || *text == '\0' ? (struct mln_str){NULL, 0} : mln_str_from(text);
}

static enum mln_status add_rows(struct mln_linker *l, int side, const char *const *cells,
                                size_t n_rows, struct mln_err *err) {
    MLN_TRY(check_side(l, side, err));
    const size_t n_columns = l->n_columns[side];
    struct mln_str *views = calloc(ROWS_AT_ONCE * n_columns + 1, sizeof *views);
    if (views == NULL) {
        return mln_err_nomem(err, "the rows");
    }
    enum mln_status status = MLN_OK;
    for (size_t from = 0; status == MLN_OK && from < n_rows; from += ROWS_AT_ONCE) {
        const size_t n = n_rows - from < ROWS_AT_ONCE ? n_rows - from : ROWS_AT_ONCE;
        for (size_t i = 0; i < n * n_columns; i++) {
            views[i] = cell(cells[from * n_columns + i]);
        }
        status = add(l, (size_t)side, views, n, err);
    }
    free(views);
    return status;
}

int mln_linker_add_rows(struct mln_linker *l, int side, const char *const *cells, size_t n_rows,
                        struct mln_error *error) {
    struct mln_err err = {0};
    return told(add_rows(l, side, cells, n_rows, &err), &err, error);
}

/* A value as the text that a file would hold; in `room` unless it is text already. */
static struct mln_str value_text(const struct mln_column *c, size_t row, char room[CELL_ROOM]) {
    if (!mln_is_valid(c, row)) {
        return (struct mln_str){NULL, 0};
    }
    size_t n = 0;
    switch (c->type) {
    case MLN_UTF8_TEXT: {
        const struct mln_str text = mln_get_str(c, row);
        return text.n == 0 ? (struct mln_str){NULL, 0} : text;
    }
    case MLN_INT32: n = (size_t)snprintf(room, CELL_ROOM, "%d", mln_get_i32(c, row)); break;
    case MLN_INT64:
        n = (size_t)snprintf(room, CELL_ROOM, "%lld", (long long)mln_get_i64(c, row));
        break;
    case MLN_DOUBLE: n = mln_format_f64(mln_get_f64(c, row), room); break;
    case MLN_DATE32: n = mln_day_to_iso(mln_get_i32(c, row), room); break;
    }
    return (struct mln_str){room, n};
}

static enum mln_status pick_columns(const struct mln_linker *l, size_t side,
                                    const struct mln_batch *batch, const struct mln_column **picked,
                                    struct mln_err *err) {
    for (size_t i = 0; i < l->n_columns[side]; i++) {
        picked[i] = mln_batch_column(batch, l->names[side][i]);
        if (picked[i] == NULL) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "the batch has no column '%s', which the model asks for",
                               l->names[side][i]);
        }
    }
    return MLN_OK;
}

struct arrow_rows {
    struct mln_column *columns;
    const struct mln_column **picked;
    struct mln_str *views;
    char (*room)[CELL_ROOM];
};

static enum mln_status add_batch(struct mln_linker *l, size_t side, const struct mln_batch *batch,
                                 struct arrow_rows *a, struct mln_err *err) {
    const size_t n_columns = l->n_columns[side];
    MLN_TRY(pick_columns(l, side, batch, a->picked, err));
    for (size_t from = 0; from < batch->n_rows; from += ROWS_AT_ONCE) {
        const size_t n = batch->n_rows - from < ROWS_AT_ONCE ? batch->n_rows - from : ROWS_AT_ONCE;
        for (size_t i = 0; i < n * n_columns; i++) {
            a->views[i] = value_text(a->picked[i % n_columns], from + i / n_columns, a->room[i]);
        }
        MLN_TRY(add(l, side, a->views, n, err));
    }
    return MLN_OK;
}

static enum mln_status add_arrow(struct mln_linker *l, int side, const struct ArrowSchema *schema,
                                 const struct ArrowArray *array, struct mln_err *err) {
    MLN_TRY(check_side(l, side, err));
    const size_t cells = ROWS_AT_ONCE * l->n_columns[side] + 1;
    const size_t n = schema->n_children < 0 ? 0 : (size_t)schema->n_children;
    struct arrow_rows a = {calloc(n + 1, sizeof *a.columns),
                           calloc(l->n_columns[side] + 1, sizeof *a.picked),
                           calloc(cells, sizeof *a.views), calloc(cells, sizeof *a.room)};
    struct mln_batch batch;
    enum mln_status status =
        a.columns == NULL || a.picked == NULL || a.views == NULL || a.room == NULL
            ? mln_err_nomem(err, "the rows")
            : mln_batch_import(schema, array, a.columns, n, &batch, err);
    if (status == MLN_OK) {
        status = add_batch(l, (size_t)side, &batch, &a, err);
    }
    free(a.columns);
    free(a.picked);
    free(a.views);
    free(a.room);
    return status;
}

int mln_linker_add_arrow(struct mln_linker *l, int side, const struct ArrowSchema *schema,
                         const struct ArrowArray *array, struct mln_error *error) {
    struct mln_err err = {0};
    return told(add_arrow(l, side, schema, array, &err), &err, error);
}

/* ── running ── */

static enum mln_status learn(struct mln_linker *l, const struct mln_linkage_work *work,
                             struct mln_err *err) {
    if (mln_linkage_trained(&l->model)) {
        mln_linkage_fit_of(&l->model, &l->fit);
        l->trained = l->model;
        return MLN_OK;
    }
    return mln_linkage_train(work, &l->fit, &l->trained, err);
}

static enum mln_status run(struct mln_linker *l, size_t n_threads, struct mln_err *err) {
    if (l->builder == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT, "a linker runs once, and not after a refused row");
    }
    enum mln_status status = mln_records_finish(l->builder, n_threads, &l->records, err);
    mln_records_builder_free(l->builder);
    l->builder = NULL;
    MLN_TRY(status);
    if (l->model.n_rules == 0) {
        MLN_TRY(mln_blocks_choose(&l->arena, &l->records, n_threads, &l->model, err));
    }
    MLN_TRY(mln_blocks_build(&l->model, &l->records, n_threads, &l->blocks, err));
    MLN_TRY(mln_ladder_build(&l->model, &l->records, n_threads, &l->ladder, err));
    struct mln_linkage_work work = {.model = &l->model,
                                    .records = &l->records,
                                    .blocks = l->blocks,
                                    .ladder = l->ladder,
                                    .n_threads = n_threads,
                                    .arena = &l->arena};
    MLN_TRY(learn(l, &work, err));
    work.model = &l->trained;
    MLN_TRY(mln_linkage_tf_init(&work, &l->fit, &l->tf, err));
    MLN_TRY(mln_linkage_score(&work, &l->fit, &l->tf, mln_linkage_score_from(&work, &l->fit),
                              &l->scores, err));
    MLN_TRY(mln_linkage_decide(&work, &l->fit, &l->scores, &l->decision, err));
    l->done = true;
    return MLN_OK;
}

int mln_linker_run(struct mln_linker *l, size_t n_threads, struct mln_linker_facts *facts,
                   struct mln_error *error) {
    struct mln_err err = {0};
    const enum mln_status status = run(l, n_threads, &err);
    if (status == MLN_OK && facts != NULL) {
        *facts = (struct mln_linker_facts){.candidates = l->scores.n_all,
                                           .links = l->decision.n_links,
                                           .clusters = l->decision.n_clusters,
                                           .threshold_probability = l->decision.threshold,
                                           .precision = l->decision.precision.value,
                                           .recall = l->decision.recall.value};
    }
    return told(status, &err, error);
}

/* ── results ── */

size_t mln_linker_links(const struct mln_linker *l, struct mln_link *out, size_t cap) {
    size_t n = 0;
    for (size_t i = 0; l->done && i < l->scores.n; i++) {
        const struct mln_scored *pair = &l->scores.pair[i];
        if (l->decision.decision[i] != MLN_PAIR_LINKED) {
            continue;
        }
        if (n < cap) {
            out[n] = (struct mln_link){l->records.row_no[pair->left] - 1U,
                                       l->records.row_no[pair->right] - 1U, pair->weight,
                                       mln_em_probability(pair->log2_odds)};
        }
        n++;
    }
    return n;
}

int mln_linker_clusters(const struct mln_linker *l, uint64_t *cluster, size_t n,
                        struct mln_error *error) {
    struct mln_err err = {0};
    if (l->decision.cluster_name == NULL || n != mln_records_n(&l->records)) {
        return told(
            mln_err_set(&err, MLN_BAD_INPUT,
                        l->decision.cluster_name == NULL
                            ? "there are no clusters: the linker has not run, or its model's "
                              "decision asks for none"
                            : "as many places are needed as rows were added"),
            &err, error);
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t first = l->decision.cluster_name[i] - 1;
        cluster[l->records.row_no[i] - 1U] = l->records.row_no[first] - 1U;
    }
    return told(MLN_OK, &err, error);
}

static void add_link(const struct mln_linker *l, struct mln_builder *b,
                     const struct mln_scored *pair) {
    char room[2][MLN_ID_ROOM];
    uint8_t levels[MLN_COMPARISONS_MAX];
    mln_ladder_levels(l->ladder, pair->pattern, levels);
    mln_add_str(b, 0, mln_records_id(&l->records, pair->left, room[0]));
    mln_add_str(b, 1, mln_records_id(&l->records, pair->right, room[1]));
    mln_add_f64(b, 2, pair->weight);
    mln_add_f64(b, 3, mln_em_probability(pair->log2_odds));
    mln_add_str(b, 4, l->model.rules[pair->rule].name);
    for (size_t c = 0; c < l->model.n_comparisons; c++) {
        if (levels[c] == MLN_LEVEL_MISSING) {
            mln_add_null(b, 5 + c);
        } else {
            mln_add_i32(b, 5 + c, levels[c]);
        }
    }
}

static enum mln_status links_arrow(const struct mln_linker *l, struct ArrowSchema *schema,
                                   struct ArrowArray *array, struct mln_err *err) {
    struct mln_column_spec specs[5 + MLN_COMPARISONS_MAX] = {{"left_id", MLN_UTF8_TEXT},
                                                             {"right_id", MLN_UTF8_TEXT},
                                                             {"weight_log2", MLN_DOUBLE},
                                                             {"probability", MLN_DOUBLE},
                                                             {"rule", MLN_UTF8_TEXT}};
    struct mln_arena names = MLN_ARENA_INIT;
    if (!l->done) {
        return mln_err_set(err, MLN_BAD_INPUT, "the linker has not run");
    }
    enum mln_status status = MLN_OK;
    for (size_t c = 0; status == MLN_OK && c < l->model.n_comparisons; c++) {
        struct mln_buf name = MLN_BUF_INIT;
        mln_buf_addz(&name, "level_");
        mln_buf_add_str(&name, l->model.comparisons[c].name);
        specs[5 + c] = (struct mln_column_spec){
            name.failed ? NULL : mln_arena_strdup(&names, mln_buf_view(&name)), MLN_INT32};
        mln_buf_release(&name);
        status = specs[5 + c].name == NULL ? mln_err_nomem(err, "the links") : MLN_OK;
    }
    struct mln_builder *b =
        status == MLN_OK ? mln_builder_new(specs, 5 + l->model.n_comparisons) : NULL;
    if (status == MLN_OK && b == NULL) {
        status = mln_err_nomem(err, "the links");
    }
    for (size_t i = 0; status == MLN_OK && i < l->scores.n; i++) {
        if (l->decision.decision[i] == MLN_PAIR_LINKED) {
            add_link(l, b, &l->scores.pair[i]);
        }
    }
    if (status == MLN_OK) {
        status = mln_builder_export(b, schema, array, err);
    }
    mln_builder_free(b);
    mln_arena_release(&names);
    return status;
}

int mln_linker_links_arrow(const struct mln_linker *l, struct ArrowSchema *schema,
                           struct ArrowArray *array, struct mln_error *error) {
    struct mln_err err = {0};
    return told(links_arrow(l, schema, array, &err), &err, error);
}

size_t mln_linker_model(const struct mln_linker *l, char *out, size_t cap) {
    struct mln_buf text = MLN_BUF_INIT;
    if (!l->done) {
        return 0;
    }
    mln_link_model_write(&l->trained, &text);
    const size_t needed = text.failed ? 0 : text.n + 1;
    if (needed > 0 && cap > 0) {
        const size_t n = needed < cap ? text.n : cap - 1;
        memcpy(out, text.p, n);
        out[n] = '\0';
    }
    mln_buf_release(&text);
    return needed;
}
