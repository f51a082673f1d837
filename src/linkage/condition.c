#include "linkage/condition.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "engine/engine.h"
#include "link/model/sql.h"
#include "link/pairs/text.h"

enum { ENGINE_BYTES = 512 << 20 };

/* The texts of a field's distinct values. */
struct decoded {
    struct mln_str *text;
    char *bytes;
};

/* One SQL condition as a query over the values it names: columns l0, r0, l1, r1 … */
struct condition {
    const struct mln_level *level;
    struct mln_buf sql;
    struct mln_column_spec *specs; /* 2 × n_sql_fields */
};

/* An engine with its builder; in the pool while nobody uses it. */
struct seat {
    struct seat *next;
    struct mln_engine *engine;
    struct mln_builder **builders; /* one a condition */
};

struct mln_linkage_conditions {
    const char *model_path;
    const struct mln_records *records;
    struct mln_judge judge;
    struct mln_arena arena;
    struct condition *of;
    size_t n;
    struct decoded *decoded; /* per field; those of texts that are named */
    pthread_mutex_t lock;    /* of the pool */
    struct seat *pool;       /* engines nobody uses; none is in use when nobody judges */
};

/* ── texts ── */

static enum mln_status decode_field(struct mln_linkage_conditions *c, size_t field,
                                    struct mln_err *err) {
    const struct mln_strset *set = &c->records->fields[field].set;
    struct decoded *d = &c->decoded[field];
    size_t bytes = 0;
    for (uint32_t id = 0; id < set->n; id++) {
        bytes += 4 * (size_t)set->length[id];
    }
    d->text = malloc(((size_t)set->n + 1) * sizeof *d->text);
    d->bytes = malloc(bytes + 1);
    if (d->text == NULL || d->bytes == NULL) {
        return mln_err_nomem(err, "the values of a condition");
    }
    char *at = d->bytes;
    for (uint32_t id = 0; id < set->n; id++) {
        const struct mln_sequence value = mln_strset_view(set, id);
        d->text[id].p = at;
        for (uint32_t i = 0; i < value.length; i++) {
            at += mln_utf8_put(mln_sequence_point(set, value, i), at);
        }
        d->text[id].n = (size_t)(at - d->text[id].p);
    }
    return MLN_OK;
}

/* ── the query of a condition ── */

static enum mln_type type_of(const struct mln_linkage_conditions *c, size_t field) {
    switch (c->records->fields[field].type) {
    case MLN_FIELD_DATE: return MLN_DATE32;
    case MLN_FIELD_NUMBER: return MLN_DOUBLE;
    default: return MLN_UTF8_TEXT;
    }
}

/* struct_pack("town" := l0, …) AS l */
static void add_side(struct mln_buf *sql, const struct mln_link_model *model,
                     const struct mln_level *level, char side) {
    mln_buf_addz(sql, "struct_pack(");
    for (size_t i = 0; i < level->n_sql_fields; i++) {
        mln_buf_addz(sql, i == 0 ? "" : ", ");
        mln_quote_ident(sql, model->fields[level->sql_fields[i]].name);
        mln_buf_addf(sql, " := %c%zu", side, i);
    }
    mln_buf_addf(sql, ") AS %c", side);
}

static enum mln_status write_query(struct mln_linkage_conditions *c,
                                   const struct mln_link_model *model, struct condition *of,
                                   struct mln_err *err) {
    const struct mln_level *level = of->level;
    mln_buf_addz(&of->sql, "SELECT (");
    mln_buf_add_str(&of->sql, level->sql);
    mln_buf_addz(&of->sql, ") AS holds FROM (SELECT ");
    add_side(&of->sql, model, level, 'l');
    mln_buf_addz(&of->sql, ", ");
    add_side(&of->sql, model, level, 'r');
    mln_buf_addz(&of->sql, " FROM rows())");
    of->specs = MLN_ARENA_NEW(&c->arena, struct mln_column_spec, 2 * level->n_sql_fields);
    for (size_t i = 0; of->specs != NULL && i < 2 * level->n_sql_fields; i++) {
        char *name = mln_arena_alloc(&c->arena, 24, 1);
        if (name == NULL) {
            return mln_err_nomem(err, "a condition");
        }
        snprintf(name, 24, "%c%zu", i % 2 == 0 ? 'l' : 'r', i / 2);
        of->specs[i] = (struct mln_column_spec){name, type_of(c, level->sql_fields[i / 2])};
    }
    return of->specs == NULL ? mln_err_nomem(err, "a condition")
                             : mln_buf_check(&of->sql, "a condition", err);
}

/* ── engines ── */

static void seat_free(struct mln_linkage_conditions *c, struct seat *seat) {
    for (size_t k = 0; seat->builders != NULL && k < c->n; k++) {
        mln_builder_free(seat->builders[k]);
    }
    free(seat->builders);
    if (seat->engine != NULL) {
        seat->engine->ops->close(seat->engine);
    }
    free(seat);
}

static enum mln_status seat_fill(struct mln_linkage_conditions *c, struct seat *seat,
                                 struct mln_err *err) {
    const struct mln_engine_options options = {
        .n_threads = 1, .memory_bytes = ENGINE_BYTES, .clear = true};
    seat->builders = calloc(c->n + 1, sizeof(struct mln_builder *));
    if (seat->builders == NULL) {
        return mln_err_nomem(err, "a condition");
    }
    for (size_t k = 0; k < c->n; k++) {
        seat->builders[k] = mln_builder_new(c->of[k].specs, 2 * c->of[k].level->n_sql_fields);
        if (seat->builders[k] == NULL) {
            return mln_err_nomem(err, "a condition");
        }
    }
    MLN_TRY(mln_engine_open_duckdb(&options, &seat->engine, err));
    return seat->engine->ops->lock_down(seat->engine, NULL, 0, err);
}

static enum mln_status seat_take(struct mln_linkage_conditions *c, struct seat **out,
                                 struct mln_err *err) {
    pthread_mutex_lock(&c->lock);
    *out = c->pool;
    if (c->pool != NULL) {
        c->pool = c->pool->next;
    }
    pthread_mutex_unlock(&c->lock);
    if (*out != NULL) {
        return MLN_OK;
    }
    struct seat *seat = calloc(1, sizeof *seat);
    if (seat == NULL) {
        return mln_err_nomem(err, "a condition");
    }
    const enum mln_status status = seat_fill(c, seat, err);
    if (status != MLN_OK) {
        seat_free(c, seat);
        return status;
    }
    *out = seat;
    return MLN_OK;
}

static void seat_give_back(struct mln_linkage_conditions *c, struct seat *seat) {
    pthread_mutex_lock(&c->lock);
    seat->next = c->pool;
    c->pool = seat;
    pthread_mutex_unlock(&c->lock);
}

/* ── judging ── */

static void add_value(const struct mln_linkage_conditions *c, struct mln_builder *b, size_t column,
                      size_t field, uint32_t row) {
    const struct mln_field_column *f = &c->records->fields[field];
    if (f->type == MLN_FIELD_TEXT) {
        const uint32_t id = f->ids[row];
        mln_add_str(b, column,
                    id == MLN_STRSET_MISSING ? (struct mln_str){NULL, 0}
                                             : c->decoded[field].text[id]);
    } else if (f->type == MLN_FIELD_NUMBER && !isnan(f->number[row])) {
        mln_add_f64(b, column, f->number[row]);
    } else if (f->type == MLN_FIELD_DATE && f->first[row] != MLN_DAY_NONE &&
               f->first[row] == f->last[row]) {
        mln_add_i32(b, column, f->first[row]);
    } else {
        mln_add_null(b, column);
    }
}

struct answer {
    uint8_t *holds;
    size_t n, cap;
    bool wrong_form; /* not one boolean a row */
};

static enum mln_status take_answer(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct answer *a = ctx;
    (void)err;
    a->wrong_form |= batch->n_columns != 1 || batch->columns[0].type != MLN_INT32 ||
                     batch->n_rows > a->cap - a->n;
    for (size_t i = 0; !a->wrong_form && i < batch->n_rows; i++) {
        a->holds[a->n++] =
            mln_is_valid(&batch->columns[0], i) && mln_get_i32(&batch->columns[0], i) != 0;
    }
    return MLN_OK;
}

static enum mln_status place_error(const struct mln_linkage_conditions *c,
                                   const struct mln_level *level, const char *what,
                                   struct mln_err *err) {
    return mln_err_set(err, MLN_BAD_INPUT, "%s:%u:%u: the SQL of this level %s", c->model_path,
                       level->line, level->column, what);
}

static enum mln_status ask(struct mln_linkage_conditions *c, struct seat *seat, size_t k,
                           const uint32_t *left, const uint32_t *right, size_t n,
                           struct answer *answer, struct mln_err *err) {
    const struct condition *of = &c->of[k];
    struct mln_builder *b = seat->builders[k];
    struct mln_batch batch;
    mln_builder_reset(b);
    for (size_t f = 0; f < of->level->n_sql_fields; f++) {
        for (size_t i = 0; i < n; i++) {
            add_value(c, b, 2 * f, of->level->sql_fields[f], left[i]);
            add_value(c, b, 2 * f + 1, of->level->sql_fields[f], right[i]);
        }
    }
    MLN_TRY(mln_builder_view(b, &batch, err));
    return seat->engine->ops->scan_rows(seat->engine, "sql", mln_buf_view(&of->sql), &batch,
                                        take_answer, answer, err);
}

static enum mln_status holds(void *ctx, size_t k, const uint32_t *left, const uint32_t *right,
                             size_t n, uint8_t *out, struct mln_err *err) {
    struct mln_linkage_conditions *c = ctx;
    struct seat *seat = NULL;
    struct answer answer = {out, 0, n, false};
    MLN_TRY(seat_take(c, &seat, err));
    const enum mln_status status = ask(c, seat, k, left, right, n, &answer, err);
    seat_give_back(c, seat);
    if (status == MLN_BAD_INPUT) { /* the engine does not say which value, nor do we */
        return place_error(
            c, c->of[k].level,
            "fails on a value of the records (values are never shown): guard it, with "
            "try_cast or a case",
            err);
    }
    MLN_TRY(status);
    return answer.wrong_form || answer.n != n
               ? place_error(c, c->of[k].level, "does not give one value a pair", err)
               : MLN_OK;
}

/* ── what is refused ── */

struct names {
    struct mln_arena *arena;
    struct mln_str *list;
    size_t n, cap;
};

static enum mln_status take_name(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct names *names = ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const struct mln_str name = mln_get_str(&batch->columns[0], i);
        const char *kept = mln_arena_strdup(names->arena, name);
        if (names->n == names->cap) {
            const size_t cap = names->cap == 0 ? 64 : 2 * names->cap;
            struct mln_str *list = realloc(names->list, cap * sizeof *list);
            if (list == NULL) {
                return mln_err_nomem(err, "the functions");
            }
            names->list = list;
            names->cap = cap;
        }
        if (kept == NULL) {
            return mln_err_nomem(err, "the functions");
        }
        names->list[names->n++] = (struct mln_str){kept, name.n};
    }
    return MLN_OK;
}

/* A function that is not the same of the same values: random(), now(), nextval(). */
static enum mln_status refuse_moving(const struct mln_linkage_conditions *c,
                                     const struct mln_level *level, const struct names *moving,
                                     struct mln_err *err) {
    struct mln_sql_word word = {MLN_SQL_END, {NULL, 0}};
    size_t at = 0;
    do {
        word = mln_sql_next(level->sql, &at);
        for (size_t i = 0; word.kind == MLN_SQL_WORD && i < moving->n; i++) {
            size_t after = at;
            const struct mln_sql_word next = mln_sql_next(level->sql, &after);
            if (next.text.n == 1 && next.text.p[0] == '(' && mln_sql_is(word, moving->list[i].p)) {
                return mln_err_set(
                    err, MLN_BAD_INPUT,
                    "%s:%u:%u: %s() does not always give the same of the same values; a condition "
                    "must depend on the two records only",
                    c->model_path, level->line, level->column, moving->list[i].p);
            }
        }
    } while (word.kind != MLN_SQL_END);
    return MLN_OK;
}

/* DuckDB's words about our statement, without the statement. */
static enum mln_status not_understood(const struct mln_linkage_conditions *c,
                                      const struct mln_level *level, struct mln_err *err) {
    struct mln_err why = *err;
    char *end = strstr(why.msg, " LINE 1:");
    const char *from = strncmp(why.msg, "sql: ", 5) == 0 ? why.msg + 5 : why.msg;
    if (end != NULL) {
        *end = '\0';
    }
    return mln_err_set(err, MLN_BAD_INPUT, "%s:%u:%u: the SQL of this level is not understood: %s",
                       c->model_path, level->line, level->column, from);
}

static enum mln_status check(struct mln_linkage_conditions *c, struct seat *seat, size_t k,
                             const struct names *moving, struct mln_err *err) {
    const struct mln_level *level = c->of[k].level;
    struct answer answer = {NULL, 0, 0, false};
    MLN_TRY(refuse_moving(c, level, moving, err));
    const enum mln_status status = ask(c, seat, k, NULL, NULL, 0, &answer, err);
    if (status == MLN_INTERNAL || status == MLN_BAD_INPUT || status == MLN_IO) {
        return not_understood(c, level, err);
    }
    MLN_TRY(status);
    return answer.wrong_form ? place_error(c, level,
                                           "is no condition on one pair: it must be true or false "
                                           "for each pair by itself",
                                           err)
                             : MLN_OK;
}

static enum mln_status check_all(struct mln_linkage_conditions *c, struct mln_err *err) {
    struct seat *seat = NULL;
    struct names moving = {.arena = &c->arena};
    MLN_TRY(seat_take(c, &seat, err));
    enum mln_status status = mln_scan_sql(seat->engine, "linkage/moving_functions.sql",
                                          MLN_NO_PARAMS, take_name, &moving, err);
    for (size_t k = 0; status == MLN_OK && k < c->n; k++) {
        status = check(c, seat, k, &moving, err);
    }
    free(moving.list);
    seat_give_back(c, seat);
    return status;
}

/* ── life ── */

static enum mln_status prepare(struct mln_linkage_conditions *c, const struct mln_link_model *model,
                               const struct mln_ladder *ladder, struct mln_err *err) {
    c->of = calloc(c->n, sizeof *c->of);
    c->decoded = calloc(model->n_fields, sizeof *c->decoded);
    if (c->of == NULL || c->decoded == NULL) {
        return mln_err_nomem(err, "the conditions");
    }
    for (size_t k = 0; k < c->n; k++) {
        c->of[k].level = mln_ladder_condition(ladder, k);
        MLN_TRY(write_query(c, model, &c->of[k], err));
        for (size_t i = 0; i < c->of[k].level->n_sql_fields; i++) {
            const size_t field = c->of[k].level->sql_fields[i];
            if (c->records->fields[field].type == MLN_FIELD_TEXT &&
                c->decoded[field].text == NULL) {
                MLN_TRY(decode_field(c, field, err));
            }
        }
    }
    return check_all(c, err);
}

enum mln_status
mln_linkage_conditions_new(const char *model_path, const struct mln_link_model *model,
                           const struct mln_records *records, struct mln_ladder *ladder,
                           struct mln_linkage_conditions **out, struct mln_err *err) {
    *out = NULL;
    if (mln_ladder_conditions(ladder) == 0) {
        return MLN_OK;
    }
    struct mln_linkage_conditions *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return mln_err_nomem(err, "the conditions");
    }
    c->model_path = model_path;
    c->records = records;
    c->n = mln_ladder_conditions(ladder);
    c->judge = (struct mln_judge){c, holds};
    pthread_mutex_init(&c->lock, NULL);
    const enum mln_status status = prepare(c, model, ladder, err);
    if (status != MLN_OK) {
        mln_linkage_conditions_free(c);
        return status;
    }
    mln_ladder_judge(ladder, &c->judge);
    *out = c;
    return MLN_OK;
}

void mln_linkage_conditions_free(struct mln_linkage_conditions *c) {
    if (c == NULL) {
        return;
    }
    while (c->pool != NULL) {
        struct seat *next = c->pool->next;
        seat_free(c, c->pool);
        c->pool = next;
    }
    for (size_t k = 0; c->of != NULL && k < c->n; k++) {
        mln_buf_release(&c->of[k].sql);
    }
    for (size_t f = 0; c->decoded != NULL && f < c->records->n_fields; f++) {
        free(c->decoded[f].text);
        free(c->decoded[f].bytes);
    }
    free(c->of);
    free(c->decoded);
    mln_arena_release(&c->arena);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
