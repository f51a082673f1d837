/* Helpers over any engine: quoting, {name} expansion, embedded statements, one integer. */
#include "engine/engine.h"

#include <stdio.h>

#include "assets/assets.h"

void mln_quote_ident(struct mln_buf *out, struct mln_str name) {
    mln_buf_addc(out, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"') {
            mln_buf_addc(out, '"');
        }
        mln_buf_addc(out, name.p[i]);
    }
    mln_buf_addc(out, '"');
}

void mln_quote_text(struct mln_buf *out, struct mln_str text) {
    mln_buf_addc(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'') {
            mln_buf_addc(out, '\'');
        }
        mln_buf_addc(out, text.p[i]);
    }
    mln_buf_addc(out, '\'');
}

/* ── {name} ── */

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Where the comment, string or quoted identifier that begins at `at` ends; `at` when none does. */
static size_t skip_quoted(struct mln_str sql, size_t at) {
    const char *const p = sql.p + at;
    const size_t left = sql.n - at;
    if (*p == '\'' || *p == '"') {
        const char *end = left > 1 ? memchr(p + 1, *p, left - 1) : NULL;
        return end == NULL ? sql.n : (size_t)(end - sql.p) + 1; /* '' begins a second one */
    }
    if (left > 1 && p[0] == '-' && p[1] == '-') {
        const char *end = memchr(p, '\n', left);
        return end == NULL ? sql.n : (size_t)(end - sql.p) + 1;
    }
    if (left > 1 && p[0] == '/' && p[1] == '*') {
        for (size_t i = at + 2; i + 1 < sql.n; i++) {
            if (sql.p[i] == '*' && sql.p[i + 1] == '/') {
                return i + 2;
            }
        }
        return sql.n;
    }
    return at;
}

/* The word of a {word} at `at`; {NULL, 0} when it is another use of the brace. */
static struct mln_str placeholder_at(struct mln_str sql, size_t at) {
    size_t end = at + 1;
    while (end < sql.n && is_word_char(sql.p[end])) {
        end++;
    }
    if (end == at + 1 || end == sql.n || sql.p[end] != '}') {
        return (struct mln_str){NULL, 0};
    }
    return (struct mln_str){sql.p + at + 1, end - at - 1};
}

static const struct mln_param *ident_param(struct mln_params params, struct mln_str name) {
    for (size_t i = 0; i < params.n; i++) {
        if (params.list[i].type == MLN_PARAM_IDENT && mln_str_is(name, params.list[i].name)) {
            return &params.list[i];
        }
    }
    return NULL;
}

static enum mln_status expand_one(struct mln_str name, struct mln_params params,
                                  struct mln_buf *out, struct mln_err *err) {
    const struct mln_param *const param = ident_param(params, name);
    if (param == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "{%.*s} in the statement has no identifier",
                           MLN_STR_ARG(name));
    }
    if (param->s.n == 0 || memchr(param->s.p, '\0', param->s.n) != NULL) {
        return mln_err_set(err, MLN_INTERNAL, "the identifier for {%.*s} is empty or holds a NUL",
                           MLN_STR_ARG(name));
    }
    mln_quote_ident(out, param->s);
    return MLN_OK;
}

enum mln_status mln_sql_expand(struct mln_str sql, struct mln_params params, struct mln_buf *out,
                               struct mln_err *err) {
    size_t copied = 0;
    for (size_t at = 0; at < sql.n;) {
        const size_t past = skip_quoted(sql, at);
        const struct mln_str name =
            past == at && sql.p[at] == '{' ? placeholder_at(sql, at) : (struct mln_str){NULL, 0};
        if (name.p != NULL) {
            mln_buf_add(out, sql.p + copied, at - copied);
            MLN_TRY(expand_one(name, params, out, err));
            at += name.n + 2;
            copied = at;
        } else {
            at = past > at ? past : at + 1;
        }
    }
    mln_buf_add(out, sql.p + copied, sql.n - copied);
    return mln_buf_check(out, "a statement", err);
}

/* ── embedded statements ── */

static enum mln_status find_sql(const char *asset, struct mln_str *out, struct mln_err *err) {
    char name[256];
    const int n = snprintf(name, sizeof name, "sql/%s", asset);
    const struct mln_asset *const found =
        n > 0 && (size_t)n < sizeof name ? mln_asset_find(name) : NULL;
    if (found == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "sql/%s is not in the program", asset);
    }
    *out = found->text;
    return MLN_OK;
}

enum mln_status mln_run_sql(struct mln_engine *e, const char *asset, struct mln_params params,
                            uint64_t *rows_changed, struct mln_err *err) {
    struct mln_str sql;
    MLN_TRY(find_sql(asset, &sql, err));
    return e->ops->exec(e, asset, sql, params, rows_changed, err);
}

enum mln_status mln_scan_sql(struct mln_engine *e, const char *asset, struct mln_params params,
                             mln_sink_fn *sink, void *ctx, struct mln_err *err) {
    struct mln_str sql;
    MLN_TRY(find_sql(asset, &sql, err));
    return e->ops->scan(e, asset, sql, params, sink, ctx, err);
}

/* ── one integer ── */

struct one_i64 {
    const char *label;
    int64_t value;
    bool found;
};

static enum mln_status take_one_i64(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct one_i64 *const one = ctx;
    if (one->found || batch->n_rows == 0) {
        return MLN_OK;
    }
    if (batch->n_columns == 0 || batch->columns[0].type != MLN_INT64 ||
        !mln_is_valid(&batch->columns[0], 0)) {
        return mln_err_set(err, MLN_INTERNAL, "%s: the first column is not a BIGINT with a value",
                           one->label);
    }
    one->value = mln_get_i64(&batch->columns[0], 0);
    one->found = true;
    return MLN_OK;
}

enum mln_status mln_query_i64(struct mln_engine *e, const char *label, const char *sql,
                              struct mln_params params, int64_t *out, struct mln_err *err) {
    struct one_i64 one = {.label = label};
    MLN_TRY(e->ops->scan(e, label, mln_str_from(sql), params, take_one_i64, &one, err));
    if (!one.found) {
        return mln_err_set(err, MLN_INTERNAL, "%s: no row", label);
    }
    *out = one.value;
    return MLN_OK;
}
