#include "synth/rows.h"

#include <errno.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"

static size_t split(char *text, size_t n, char separator, struct mln_str *cells, size_t cap) {
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r')) {
        n--;
    }
    size_t count = 0;
    for (size_t at = 0; count < cap;) {
        size_t end = at;
        const bool quoted = at < n && text[at] == '"';
        for (bool inside = quoted; end < n && (inside || text[end] != separator); end++) {
            inside = inside && !(end > at && text[end] == '"');
        }
        struct mln_str cell = {text + at, end - at};
        if (quoted && cell.n >= 2) {
            cell = (struct mln_str){cell.p + 1, cell.n - 2};
        }
        cells[count++] = cell;
        if (end >= n) {
            break;
        }
        at = end + 1;
    }
    return count;
}

static enum mln_status bad(const struct mln_synth_rows *r, struct mln_err *err, const char *what) {
    return mln_err_set(err, MLN_BAD_INPUT,
                       "%s:%llu: %s; write the extracts again with maillon synth", r->path,
                       (unsigned long long)r->line, what);
}

static enum mln_status read_line(struct mln_synth_rows *r, size_t *n, struct mln_err *err) {
    *n = 0;
    if (fgets(r->text, sizeof r->text, r->file) == NULL) {
        return ferror(r->file) ? mln_err_set(err, MLN_IO, "%s: %s", r->path, strerror(errno))
                               : MLN_OK;
    }
    r->line++;
    *n = strlen(r->text);
    return r->text[*n - 1] == '\n' ? MLN_OK : bad(r, err, "a line is cut or too long");
}

static enum mln_status find_columns(struct mln_synth_rows *r, const char *columns, size_t n,
                                    struct mln_err *err) {
    struct mln_str names[MLN_SYNTH_CELLS];
    r->n_columns = split(r->text, n, r->separator, names, MLN_SYNTH_CELLS);
    size_t wanted = 0;
    for (const char *p = columns; *p != '\0' && wanted < MLN_SYNTH_CELLS; wanted++) {
        const size_t len = strcspn(p, ",");
        r->at[wanted] = -1;
        for (size_t i = 0; i < r->n_columns; i++) {
            if (mln_str_eq(names[i], (struct mln_str){p, len})) {
                r->at[wanted] = (int)i;
            }
        }
        if (r->at[wanted] < 0) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s: column '%.*s' is missing", r->path,
                               (int)len, p);
        }
        p += len + (p[len] == ',');
    }
    for (size_t i = wanted; i < MLN_SYNTH_CELLS; i++) {
        r->at[i] = -1;
    }
    return MLN_OK;
}

enum mln_status mln_synth_rows_open(struct mln_synth_rows *r, const char *dir, const char *name,
                                    char separator, const char *columns, struct mln_err *err) {
    *r = (struct mln_synth_rows){.separator = separator};
    (void)snprintf(r->path, sizeof r->path, "%s/%s", dir, name);
    r->file = fopen(r->path, "rb");
    if (r->file == NULL) {
        return mln_err_set(err, MLN_IO, "%s: %s", r->path, strerror(errno));
    }
    size_t n = 0;
    enum mln_status status = read_line(r, &n, err);
    if (status == MLN_OK) {
        status = n == 0 ? bad(r, err, "the file is empty") : find_columns(r, columns, n, err);
    }
    if (status != MLN_OK) {
        mln_synth_rows_close(r);
    }
    return status;
}

enum mln_status mln_synth_rows_next(struct mln_synth_rows *r, bool *more, struct mln_err *err) {
    size_t n = 0;
    *more = false;
    MLN_TRY(read_line(r, &n, err));
    if (n == 0) {
        return MLN_OK;
    }
    struct mln_str cells[MLN_SYNTH_CELLS];
    if (split(r->text, n, r->separator, cells, MLN_SYNTH_CELLS) != r->n_columns) {
        return bad(r, err, "a row has not the length of the header");
    }
    for (size_t i = 0; i < MLN_SYNTH_CELLS && r->at[i] >= 0; i++) {
        r->cells[i] = cells[r->at[i]];
    }
    *more = true;
    return MLN_OK;
}

void mln_synth_rows_close(struct mln_synth_rows *r) {
    if (r->file != NULL) {
        (void)fclose(r->file);
        r->file = NULL;
    }
}

int64_t mln_synth_number(struct mln_str s) {
    int64_t value = 0;
    if (s.n == 0 || s.n > 17) {
        return -1;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return -1;
        }
        value = value * 10 + (s.p[i] - '0');
    }
    return value;
}

int32_t mln_synth_day(struct mln_str s) {
    if (s.n != 10) {
        return MLN_DAY_NONE;
    }
    const bool iso = s.p[4] == '-' && s.p[7] == '-';
    if (!iso && (s.p[2] != '/' || s.p[5] != '/')) {
        return MLN_DAY_NONE;
    }
    const int64_t year = mln_synth_number((struct mln_str){s.p + (iso ? 0 : 6), 4});
    const int64_t month = mln_synth_number((struct mln_str){s.p + (iso ? 5 : 3), 2});
    const int64_t day = mln_synth_number((struct mln_str){s.p + (iso ? 8 : 0), 2});
    return year < 0 || month < 0 || day < 0
               ? MLN_DAY_NONE
               : mln_day_from_civil((int32_t)year, (int32_t)month, (int32_t)day);
}
