#include "stage/project/codes.h"

#include "base/date.h"

enum { MAX_COLUMNS = 64 };

struct reader {
    struct mln_arena *arena;
    const char *name;
    struct mln_str text;
    size_t at;
    uint32_t line;
    char delimiter;
};

static enum mln_status fault(const struct reader *r, struct mln_err *err, const char *why) {
    return mln_err_set(err, MLN_BAD_INPUT, "nomenclature %s, line %u: %s", r->name, r->line, why);
}

static bool at_end_of_row(const struct reader *r) {
    return r->at == r->text.n || r->text.p[r->at] == '\n' || r->text.p[r->at] == '\r';
}

/* A quoted cell; `at` is on the opening quote. Doubled quotes make a copy. */
static enum mln_status quoted(struct reader *r, struct mln_str *out, struct mln_err *err) {
    const size_t first = ++r->at;
    size_t n_doubled = 0;
    for (; r->at < r->text.n; r->at++) {
        if (r->text.p[r->at] != '"') {
            continue;
        }
        if (r->at + 1 == r->text.n || r->text.p[r->at + 1] != '"') {
            break;
        }
        n_doubled++;
        r->at++;
    }
    if (r->at == r->text.n) {
        return fault(r, err, "a quote is not closed");
    }
    const struct mln_str raw = {r->text.p + first, r->at - first};
    r->at++;
    *out = raw;
    if (n_doubled == 0) {
        return MLN_OK;
    }
    char *copy = MLN_ARENA_NEW(r->arena, char, raw.n);
    if (copy == NULL) {
        return mln_err_nomem(err, "a nomenclature");
    }
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        copy[n++] = raw.p[i];
        i += raw.p[i] == '"';
    }
    *out = (struct mln_str){copy, n};
    return MLN_OK;
}

static enum mln_status cell(struct reader *r, struct mln_str *out, struct mln_err *err) {
    if (r->at < r->text.n && r->text.p[r->at] == '"') {
        MLN_TRY(quoted(r, out, err));
        return at_end_of_row(r) || r->text.p[r->at] == r->delimiter
                   ? MLN_OK
                   : fault(r, err, "text after a closing quote");
    }
    const size_t first = r->at;
    while (!at_end_of_row(r) && r->text.p[r->at] != r->delimiter) {
        r->at++;
    }
    *out = mln_str_trim((struct mln_str){r->text.p + first, r->at - first});
    return MLN_OK;
}

/* One row into cells; n is the number of cells. */
static enum mln_status read_row(struct reader *r, struct mln_str *cells, size_t *n,
                                struct mln_err *err) {
    for (*n = 0;; r->at++) {
        if (*n == MAX_COLUMNS) {
            return fault(r, err, "too many columns");
        }
        MLN_TRY(cell(r, &cells[(*n)++], err));
        if (at_end_of_row(r)) {
            break;
        }
    }
    r->at += r->at < r->text.n && r->text.p[r->at] == '\r';
    r->at += r->at < r->text.n && r->text.p[r->at] == '\n';
    return MLN_OK;
}

static enum mln_status find_columns(const struct reader *r, const struct mln_str *header, size_t n,
                                    const char *const *columns, size_t n_columns, size_t *place,
                                    struct mln_err *err) {
    for (size_t i = 0; i < n_columns; i++) {
        place[i] = 0;
        while (place[i] < n && !mln_str_is(header[place[i]], columns[i])) {
            place[i]++;
        }
        if (place[i] == n) {
            return mln_err_set(err, MLN_BAD_INPUT, "nomenclature %s has no column '%s'", r->name,
                               columns[i]);
        }
    }
    return MLN_OK;
}

/* ';' when the header has some and no ','. */
static char delimiter_of(struct mln_str text) {
    const char *end = text.n == 0 ? NULL : memchr(text.p, '\n', text.n);
    const size_t n = end == NULL ? text.n : (size_t)(end - text.p);
    return n > 0 && memchr(text.p, ',', n) == NULL && memchr(text.p, ';', n) != NULL ? ';' : ',';
}

static void skip_mark(struct reader *r) {
    const bool marked = r->text.n >= 3 && memcmp(r->text.p, "\xEF\xBB\xBF", 3) == 0;
    r->at = marked ? 3 : 0;
}

enum mln_status mln_codes_has_column(struct mln_arena *arena, const char *name, struct mln_str text,
                                     const char *column, bool *out, struct mln_err *err) {
    struct reader r = {arena, name, text, 0, 1, delimiter_of(text)};
    struct mln_str header[MAX_COLUMNS];
    size_t n = 0;
    skip_mark(&r);
    *out = false;
    MLN_TRY(read_row(&r, header, &n, err));
    for (size_t i = 0; i < n; i++) {
        *out = *out || mln_str_is(header[i], column);
    }
    return MLN_OK;
}

enum mln_status mln_codes_read(struct mln_arena *arena, const char *name, struct mln_str text,
                               const char *const *columns, size_t n_columns, struct mln_codes *out,
                               struct mln_err *err) {
    struct reader r = {arena, name, text, 0, 1, delimiter_of(text)};
    skip_mark(&r);
    size_t cap = 0;
    for (size_t i = 0; i < text.n; i++) {
        cap += text.p[i] == '\n' || text.p[i] == '\r';
    }
    struct mln_str *cells = MLN_ARENA_NEW(arena, struct mln_str, (cap + 1) * n_columns);
    uint32_t *lines = MLN_ARENA_NEW(arena, uint32_t, cap + 1);
    struct mln_str found[MAX_COLUMNS];
    size_t place[MAX_COLUMNS];
    size_t n_header = 0, n = 0;
    if (cells == NULL || lines == NULL || n_columns > MAX_COLUMNS) {
        return mln_err_nomem(err, "a nomenclature");
    }
    MLN_TRY(read_row(&r, found, &n_header, err));
    MLN_TRY(find_columns(&r, found, n_header, columns, n_columns, place, err));
    *out = (struct mln_codes){name, 0, n_columns, cells, lines};
    while (r.at < text.n) {
        r.line++;
        MLN_TRY(read_row(&r, found, &n, err));
        if (n == 1 && found[0].n == 0) {
            continue; /* an empty line */
        }
        if (n != n_header) {
            return fault(&r, err, "another number of cells than the header");
        }
        if (found[0].n == 0) {
            return fault(&r, err, "the code is empty");
        }
        for (size_t i = 0; i < n_columns; i++) {
            cells[out->n_rows * n_columns + i] = found[place[i]];
        }
        lines[out->n_rows++] = r.line;
    }
    return MLN_OK;
}

enum mln_status mln_codes_day(const struct mln_codes *codes, size_t row, size_t column,
                              int32_t open, int32_t *out, struct mln_err *err) {
    const struct mln_str text = mln_codes_cell(codes, row, column);
    struct mln_date_format iso;
    struct mln_date_range day;
    *out = open;
    if (text.n == 0) {
        return MLN_OK;
    }
    MLN_TRY(mln_date_format_parse(MLN_STR_LIT("yyyy-mm-dd"), &iso, err));
    if (mln_date_parse(&iso, text, &day) != MLN_DATE_OK) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "nomenclature %s, line %u: '%.*s' is not a day; write "
                           "yyyy-mm-dd",
                           codes->name, codes->lines[row], MLN_STR_ARG(text));
    }
    *out = day.first;
    return MLN_OK;
}

enum mln_status mln_codes_flag(const struct mln_codes *codes, size_t row, size_t column, bool *out,
                               struct mln_err *err) {
    const struct mln_str text = mln_codes_cell(codes, row, column);
    if (!mln_str_is(text, "0") && !mln_str_is(text, "1")) {
        return mln_err_set(err, MLN_BAD_INPUT, "nomenclature %s, line %u: '%.*s' is not 0 or 1",
                           codes->name, codes->lines[row], MLN_STR_ARG(text));
    }
    *out = text.p[0] == '1';
    return MLN_OK;
}
