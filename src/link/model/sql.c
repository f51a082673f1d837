#include "link/model/sql.h"

#include <strings.h>

#include "link/model/inside.h"

/* ── words ── */

static bool is_letter(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}

/* Past the quote that closes the one at `at`; a doubled one does not. 0: it is never closed. */
static size_t past_quote(struct mln_str sql, size_t at) {
    const char quote = sql.p[at++];
    for (; at < sql.n; at++) {
        if (sql.p[at] == quote) {
            if (at + 1 == sql.n || sql.p[at + 1] != quote) {
                return at + 1;
            }
            at++;
        }
    }
    return 0;
}

struct mln_sql_word mln_sql_next(struct mln_str sql, size_t *at) {
    size_t from = *at;
    while (from < sql.n && (sql.p[from] == ' ' || (sql.p[from] >= '\t' && sql.p[from] <= '\r'))) {
        from++;
    }
    *at = from;
    if (from == sql.n) {
        return (struct mln_sql_word){MLN_SQL_END, {sql.p + from, 0}};
    }
    const unsigned char c = (unsigned char)sql.p[from];
    const char next = from + 1 < sql.n ? sql.p[from + 1] : '\0';
    enum mln_sql_kind kind = MLN_SQL_SYMBOL;
    size_t end = from + 1;
    if (c == '\'' || c == '"') {
        end = past_quote(sql, from);
        kind = end == 0 ? MLN_SQL_OPEN : c == '"' ? MLN_SQL_QUOTED : MLN_SQL_TEXT;
        end = end == 0 ? sql.n : end;
    } else if ((c == '-' && next == '-') || (c == '/' && next == '*')) {
        kind = MLN_SQL_OPEN;
        end = sql.n;
    } else if (is_letter(c)) {
        kind = MLN_SQL_WORD;
        while (end < sql.n && (is_letter((unsigned char)sql.p[end]) ||
                               is_digit((unsigned char)sql.p[end]) || sql.p[end] == '$')) {
            end++;
        }
    } else if (is_digit(c)) {
        kind = MLN_SQL_NUMBER;
        while (end < sql.n && (is_letter((unsigned char)sql.p[end]) ||
                               is_digit((unsigned char)sql.p[end]) || sql.p[end] == '.')) {
            end++;
        }
    }
    *at = end;
    return (struct mln_sql_word){kind, {sql.p + from, end - from}};
}

bool mln_sql_is(struct mln_sql_word word, const char *keyword) {
    return word.kind == MLN_SQL_WORD && word.text.n == strlen(keyword) &&
           strncasecmp(word.text.p, keyword, word.text.n) == 0;
}

/* ── what a condition may hold ── */

struct look {
    struct mln_model_reader *r;
    const struct mln_yaml *node;
    struct mln_level *level;
    size_t *fields; /* named so far, each once, ascending */
    size_t n;
};

static bool is_any(struct mln_sql_word word, const char *const *keywords) {
    for (; *keywords != NULL; keywords++) {
        if (mln_sql_is(word, *keywords)) {
            return true;
        }
    }
    return false;
}

static enum mln_status refuse_word(const struct look *k, struct mln_sql_word word) {
    return mln_yaml_error(
        k->node, k->r->err,
        "'%.*s' has no place in a condition on one pair: no queries, windows or clocks",
        MLN_STR_ARG(word.text));
}

static enum mln_status refuse_form(const struct look *k, const char *what) {
    return mln_yaml_error(
        k->node, k->r->err,
        "the SQL of a level is one condition, such as \"abs(l.price - r.price) < 5 and l.town "
        "= r.town\": %s",
        what);
}

static enum mln_status keep_field(struct look *k, size_t field) {
    size_t at = 0;
    while (at < k->n && k->fields[at] < field) {
        at++;
    }
    if (at == k->n || k->fields[at] != field) {
        memmove(k->fields + at + 1, k->fields + at, (k->n - at) * sizeof *k->fields);
        k->fields[at] = field;
        k->n++;
    }
    return MLN_OK;
}

/* The name after l. or r. */
static enum mln_status take_field(struct look *k, struct mln_sql_word word) {
    struct mln_yaml name = *k->node;
    char plain[MLN_NAME_BYTES_MAX + 1];
    size_t n = 0, field = SIZE_MAX;
    if (word.kind != MLN_SQL_WORD && word.kind != MLN_SQL_QUOTED) {
        return refuse_form(k, "after l. and r. comes the name of a field");
    }
    const size_t skip = word.kind == MLN_SQL_QUOTED;
    for (size_t i = skip; i + skip < word.text.n && n < sizeof plain; i++) {
        plain[n++] = word.text.p[i];
        i += skip == 1 && word.text.p[i] == '"'; /* a doubled quote */
    }
    name.text = (struct mln_str){plain, n};
    MLN_TRY(mln_model_field_of(k->r, &name, &field));
    const enum mln_field_type type = k->r->model->fields[field].type;
    if (type == MLN_FIELD_LIST || type == MLN_FIELD_GEO) {
        return mln_yaml_error(
            k->node, k->r->err,
            "field '%.*s' is of type %s, which SQL does not see here: use overlap, jaccard or "
            "km levels, or a field of another type from the same column",
            (int)n, plain, mln_field_type_words[type]);
    }
    return keep_field(k, field);
}

static enum mln_status look_at(struct look *k, struct mln_str sql, int *depth) {
    static const char *const anywhere[] = {
        "select",         "over", "current_date", "current_time", "current_timestamp", "localtime",
        "localtimestamp", NULL};
    static const char *const opening[] = {"from",     "table", "values", "with",
                                          "describe", "show",  "pivot",  "summarize",
                                          "unpivot",  "call",  "desc",   NULL};
    struct mln_sql_word before = {MLN_SQL_END, {NULL, 0}};
    for (size_t at = 0;;) {
        const struct mln_sql_word word = mln_sql_next(sql, &at);
        const bool after_dot = before.kind == MLN_SQL_SYMBOL && before.text.p[0] == '.';
        const bool after_open = before.kind == MLN_SQL_END ||
                                (before.kind == MLN_SQL_SYMBOL && before.text.p[0] == '(');
        if (word.kind == MLN_SQL_END) {
            return MLN_OK;
        }
        if (word.kind == MLN_SQL_OPEN) {
            return refuse_form(k, "a quote is not closed, or there is a comment");
        }
        if (word.kind == MLN_SQL_TEXT && before.kind == MLN_SQL_WORD &&
            before.text.p + before.text.n == word.text.p) {
            return refuse_form(k, "texts are written '…', without a letter before the quote");
        }
        if (!after_dot && (is_any(word, anywhere) || (after_open && is_any(word, opening)))) {
            return refuse_word(k, word);
        }
        if (word.kind == MLN_SQL_SYMBOL && strchr(";{}$?", word.text.p[0]) != NULL) {
            return refuse_form(k, "it holds a character of another kind of statement (; { } $ ?)");
        }
        *depth +=
            word.kind == MLN_SQL_SYMBOL ? (word.text.p[0] == '(') - (word.text.p[0] == ')') : 0;
        if (*depth < 0) {
            return refuse_form(k, "a parenthesis is closed that was not opened");
        }
        if (!after_dot && (mln_sql_is(word, "l") || mln_sql_is(word, "r")) && at < sql.n &&
            sql.p[at] == '.') {
            at++;
            MLN_TRY(take_field(k, mln_sql_next(sql, &at)));
        }
        before = word;
    }
}

enum mln_status mln_model_read_sql(struct mln_model_reader *r, const struct mln_yaml *node,
                                   struct mln_level *level) {
    struct mln_str sql;
    int depth = 0;
    MLN_TRY(mln_yaml_as_str(node, &sql, r->err));
    struct look k = {r, node, level, MLN_ARENA_NEW(r->arena, size_t, r->model->n_fields + 1), 0};
    const char *kept = mln_arena_strdup(r->arena, sql);
    if (k.fields == NULL || kept == NULL) {
        return mln_model_nomem(r);
    }
    if (sql.n == 0 || sql.n > MLN_SQL_BYTES_MAX || memchr(sql.p, '\0', sql.n) != NULL) {
        return mln_yaml_error(node, r->err, "the SQL of a level has 1 to %d bytes",
                              MLN_SQL_BYTES_MAX);
    }
    MLN_TRY(look_at(&k, sql, &depth));
    if (depth != 0) {
        return refuse_form(&k, "a parenthesis is not closed");
    }
    if (k.n == 0) {
        return refuse_form(&k, "it names no field; write l.field and r.field");
    }
    level->sql = (struct mln_str){kept, sql.n};
    level->sql_fields = k.fields;
    level->n_sql_fields = k.n;
    level->line = node->line;
    level->column = node->column;
    return MLN_OK;
}
