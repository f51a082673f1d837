/* The contract against what is on disk: files of its patterns, columns of their headers. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "base/file.h"
#include "source/contract.h"

static enum mln_status nomem(struct mln_err *err) {
    return mln_err_nomem(err, "the files of the data contract");
}

/* ── files ── */

struct listing {
    struct mln_arena *arena;
    const struct mln_contract *contract;
    const char *dir; /* of the contract, with a '/' at its end */
    struct mln_contract_file *files;
    size_t n, cap;
    struct mln_findings *findings;
};

static const char *shown_of(const struct listing *l, const char *path) {
    const size_t n = strlen(l->dir);
    return strncmp(path, l->dir, n) == 0 ? path + n : path;
}

static enum mln_status add_file(struct listing *l, size_t source, const char *path,
                                struct mln_err *err) {
    const struct mln_contract_source *s = &l->contract->sources[source];
    const char *copy = mln_arena_strdup(l->arena, mln_str_from(path));
    if (copy == NULL) {
        return nomem(err);
    }
    for (size_t i = 0; i < l->n; i++) {
        const size_t other = l->contract->sources[l->files[i].source].table;
        if (other == s->table && strcmp(l->files[i].path, copy) == 0) {
            return mln_findings_add(l->findings, err,
                                    "%s:%u:%u: file '%s' is named twice for the same table",
                                    l->contract->path, s->line, s->column, shown_of(l, copy));
        }
    }
    if (l->n == l->cap) {
        const size_t cap = l->cap == 0 ? 16 : 2 * l->cap;
        struct mln_contract_file *files = MLN_ARENA_NEW(l->arena, struct mln_contract_file, cap);
        if (files == NULL) {
            return nomem(err);
        }
        if (l->n > 0) {
            memcpy(files, l->files, l->n * sizeof *files);
        }
        l->files = files;
        l->cap = cap;
    }
    l->files[l->n++] = (struct mln_contract_file){source, copy, shown_of(l, copy)};
    return MLN_OK;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The folder is a name, not a pattern: its special characters stand for themselves. */
static void add_escaped(struct mln_buf *out, const char *folder) {
    for (const char *p = folder; *p != '\0'; p++) {
        if (strchr("*?[]\\", *p) != NULL) {
            mln_buf_addc(out, '\\');
        }
        mln_buf_addc(out, *p);
    }
}

static enum mln_status add_matches(struct listing *l, size_t source, const char *pattern,
                                   struct mln_err *err) {
    const struct mln_contract_source *s = &l->contract->sources[source];
    struct mln_buf full = MLN_BUF_INIT;
    if (pattern[0] != '/') {
        add_escaped(&full, s->folder);
        mln_buf_addc(&full, '/');
    }
    mln_buf_addz(&full, pattern);
    glob_t found = {0};
    enum mln_status status = mln_buf_check(&full, "a pattern of files", err);
    if (status == MLN_OK) {
        const int code = glob(full.p, GLOB_NOSORT | GLOB_ERR, NULL, &found);
        if (code == GLOB_NOSPACE) {
            status = nomem(err);
        } else if (code != 0) {
            status = mln_findings_add(
                l->findings, err, "%s:%u:%u: %s '%s'%s", l->contract->path, s->line, s->column,
                code == GLOB_NOMATCH ? "no file fits" : "cannot list the folders of", pattern,
                code == GLOB_NOMATCH ? "; is 'folder' the right one?" : "");
        } else { /* in byte order, whatever the locale */
            qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
        }
        for (size_t i = 0; code == 0 && i < found.gl_pathc && status == MLN_OK; i++) {
            status = add_file(l, source, found.gl_pathv[i], err);
        }
    }
    globfree(&found);
    mln_buf_release(&full);
    return status;
}

static enum mln_status add_pattern(struct listing *l, size_t source, const char *pattern,
                                   struct mln_err *err) {
    if (strpbrk(pattern, "*?[") != NULL) {
        return add_matches(l, source, pattern, err);
    }
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, l->contract->sources[source].folder, mln_str_from(pattern));
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = add_file(l, source, path.p, err);
    }
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_contract_files(struct mln_arena *arena, const struct mln_contract *contract,
                                   struct mln_contract_file **out, size_t *n,
                                   struct mln_findings *findings, struct mln_err *err) {
    struct listing l = {.arena = arena, .contract = contract, .findings = findings};
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_dir(&dir, contract->path);
    if (dir.n == 0 || dir.p[dir.n - 1] != '/') {
        mln_buf_addc(&dir, '/');
    }
    l.dir = dir.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&dir));
    mln_buf_release(&dir);
    if (l.dir == NULL) {
        return nomem(err);
    }
    for (size_t s = 0; s < contract->n_sources; s++) {
        const struct mln_contract_source *source = &contract->sources[s];
        for (size_t i = 0; i < source->n_patterns; i++) {
            MLN_TRY(add_pattern(&l, s, source->patterns[i], err));
        }
    }
    *out = l.files;
    *n = l.n;
    return MLN_OK;
}

struct mln_source_options mln_contract_options(const struct mln_contract_source *source,
                                               const struct mln_contract_file *file) {
    return (struct mln_source_options){
        .format = source->format,
        .delimiter = source->delimiter,
        .quote = source->quote,
        .headless = source->headless,
        .encoding = source->encoding,
        .shown = file->shown,
    };
}

/* ── columns ── */

struct header {
    const struct mln_str *names;
    size_t n;
    bool *taken; /* mapped, ignored, or told */
};

static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool same_name(struct mln_str a, struct mln_str b, bool any_case) {
    if (a.n != b.n) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (a.p[i] != b.p[i] && !(any_case && lower(a.p[i]) == lower(b.p[i]))) {
            return false;
        }
    }
    return true;
}

/* How many columns have the name, and the first of them; marks them all as taken. Exact names
 * before names in another case. */
static size_t find_name(struct header *h, const char *name, size_t *first) {
    const struct mln_str wanted = mln_str_from(name);
    size_t n = 0;
    for (int any_case = 0; any_case < 2 && n == 0; any_case++) {
        for (size_t i = 0; i < h->n; i++) {
            if (same_name(h->names[i], wanted, any_case == 1)) {
                *first = n++ == 0 ? i : *first;
                h->taken[i] = true;
            }
        }
    }
    return n;
}

static enum mln_status no_header(const struct mln_contract_source *source, const char *shown,
                                 size_t expected, struct mln_findings *findings,
                                 struct mln_err *err) {
    if (source->headless) {
        return mln_findings_add(findings, err,
                                "%s: has no header by the contract; its columns are named \"1\", "
                                "\"2\", … and none of them is mapped",
                                shown);
    }
    return mln_findings_add(findings, err,
                            "%s: none of the %zu columns expected is in its first line; are "
                            "delimiter and encoding right? (a file without a header: 'header: "
                            "false')",
                            shown, expected);
}

/* What is left in the header once the mapped columns are taken. */
static enum mln_status check_rest(struct header *h, const struct mln_contract_source *source,
                                  const char *shown, struct mln_findings *findings,
                                  struct mln_err *err) {
    for (size_t i = 0; i < source->n_ignored; i++) {
        size_t first = 0;
        if (find_name(h, source->ignored[i], &first) == 0) {
            MLN_TRY(mln_findings_add(findings, err,
                                     "%s: column '%s', which the contract ignores, is not there",
                                     shown, source->ignored[i]));
        }
    }
    for (size_t i = 0; i < h->n && !source->ignores_others; i++) {
        if (!h->taken[i]) {
            MLN_TRY(mln_findings_add(findings, err,
                                     "%s: column %zu ('%.*s') is not in the contract; map it, or "
                                     "name it under 'ignore'",
                                     shown, i + 1, (int)(h->names[i].n > 60 ? 60 : h->names[i].n),
                                     h->names[i].p));
        }
    }
    return MLN_OK;
}

static enum mln_status column_missing(const struct mln_contract_column *column,
                                      const struct mln_model_table *table, size_t c,
                                      const char *shown, struct mln_findings *findings,
                                      struct mln_err *err) {
    const char *name = table->columns[c].name;
    if (column->required) {
        return mln_findings_add(findings, err,
                                "%s: column '%s' is missing (%s of %s, required); name the right "
                                "one in the contract",
                                shown, column->from, name, table->name);
    }
    return mln_findings_add(findings, err,
                            "%s: column '%s' is missing (%s of %s); name the right one in the "
                            "contract, or write '%s: absent'",
                            shown, column->from, name, table->name, name);
}

enum mln_status mln_binding_make(struct mln_arena *arena, const struct mln_contract_source *source,
                                 const struct mln_model_table *table, const char *shown,
                                 const struct mln_str *names, size_t n_names,
                                 struct mln_binding *out, struct mln_findings *findings,
                                 struct mln_err *err) {
    struct header h = {names, n_names, MLN_ARENA_NEW(arena, bool, n_names + 1)};
    *out = (struct mln_binding){
        .selected = MLN_ARENA_NEW(arena, size_t, table->n_columns + 1),
        .places = MLN_ARENA_NEW(arena, size_t, table->n_columns + 1),
    };
    size_t *found = MLN_ARENA_NEW(arena, size_t, table->n_columns + 1);
    if (h.taken == NULL || out->selected == NULL || out->places == NULL || found == NULL) {
        return mln_err_nomem(err, "the columns of a file");
    }
    size_t expected = 0;
    size_t met = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *from = source->columns[c].from;
        size_t first = SIZE_MAX;
        found[c] = from == NULL ? 0 : find_name(&h, from, &first);
        out->places[c] = first;
        expected += from != NULL;
        met += found[c] > 0;
    }
    if (met == 0 && expected > 0) {
        return no_header(source, shown, expected, findings, err);
    }
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *from = source->columns[c].from;
        if (from == NULL) {
            continue;
        }
        if (found[c] == 0) {
            MLN_TRY(column_missing(&source->columns[c], table, c, shown, findings, err));
        } else if (found[c] > 1) {
            MLN_TRY(mln_findings_add(findings, err, "%s: column '%s' is there %zu times", shown,
                                     from, found[c]));
        }
    }
    MLN_TRY(check_rest(&h, source, shown, findings, err));
    for (size_t c = 0; c < table->n_columns; c++) { /* one selected column may serve several */
        size_t place = SIZE_MAX;
        for (size_t i = 0; i < out->n_selected && out->places[c] != SIZE_MAX; i++) {
            place = out->selected[i] == out->places[c] ? i : place;
        }
        if (out->places[c] != SIZE_MAX && place == SIZE_MAX) {
            place = out->n_selected;
            out->selected[out->n_selected++] = out->places[c];
        }
        out->places[c] = place;
    }
    return MLN_OK;
}
