#include "source/findings.h"

#include <stdio.h>

static enum mln_status add_line(struct mln_findings *f, const char *line, struct mln_err *err) {
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->lines[i], line) == 0) {
            return MLN_OK; /* several columns may find the same */
        }
    }
    if (f->n == f->cap) {
        const size_t cap = f->cap == 0 ? 16 : 2 * f->cap;
        const char **lines = MLN_ARENA_NEW(f->arena, const char *, cap);
        if (lines == NULL) {
            return mln_err_nomem(err, "a list of problems");
        }
        if (f->n > 0) {
            memcpy(lines, f->lines, f->n * sizeof *lines);
        }
        f->lines = lines;
        f->cap = cap;
    }
    const char *copy = mln_arena_strdup(f->arena, mln_str_from(line));
    if (copy == NULL) {
        return mln_err_nomem(err, "a list of problems");
    }
    f->lines[f->n++] = copy;
    return MLN_OK;
}

enum mln_status mln_findings_add(struct mln_findings *f, struct mln_err *err, const char *fmt,
                                 ...) {
    char line[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    f->first = f->n == 0 ? MLN_BAD_INPUT : f->first;
    return add_line(f, line, err);
}

enum mln_status mln_findings_take(struct mln_findings *f, enum mln_status status,
                                  struct mln_err *err) {
    if (status != MLN_BAD_INPUT && status != MLN_IO && status != MLN_KEY) {
        return status;
    }
    f->first = f->n == 0 ? status : f->first;
    return add_line(f, err == NULL ? "a problem without words" : err->msg, err);
}

enum mln_status mln_findings_status(const struct mln_findings *f, struct mln_err *err) {
    if (f->n == 0) {
        return MLN_OK;
    }
    if (f->n == 1) {
        return mln_err_set(err, f->first, "%s", f->lines[0]);
    }
    return mln_err_set(err, f->first, "%zu problems; 'maillon check' lists them; the first: %s",
                       f->n, f->lines[0]);
}
