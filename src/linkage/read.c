#include "linkage/read.h"

#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/thread.h"
#include "source/source.h"

enum { SNIFF_BYTES = 1 << 16 };

/* ── what kind of file ── */

static bool ends_with(const char *path, const char *end) {
    const size_t n = strlen(path);
    const size_t m = strlen(end);
    return n > m && strcasecmp(path + n - m, end) == 0;
}

static enum mln_status format_of(const char *path, enum mln_format *out, struct mln_err *err) {
    static const struct {
        const char *end;
        enum mln_format format;
    } known[] = {{".csv", MLN_FORMAT_CSV},       {".tsv", MLN_FORMAT_CSV},
                 {".txt", MLN_FORMAT_CSV},       {".parquet", MLN_FORMAT_PARQUET},
                 {".sas7bdat", MLN_FORMAT_SAS},  {".arrow", MLN_FORMAT_ARROW},
                 {".arrows", MLN_FORMAT_ARROW},  {".feather", MLN_FORMAT_ARROW}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (ends_with(path, known[i].end)) {
            *out = known[i].format;
            return MLN_OK;
        }
    }
    return mln_err_set(err, MLN_BAD_INPUT,
                       "%s: the name does not tell the format; use .csv, .tsv, .txt, .parquet, "
                       ".sas7bdat, .arrow, .arrows or .feather",
                       path);
}

/* The character that splits the first line into most cells, of those in use; ',' when none does. */
static char delimiter_of_header(struct mln_str text) {
    static const char known[] = {',', ';', '\t', '|'};
    size_t count[sizeof known] = {0};
    bool quoted = false;
    for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
        quoted ^= text.p[i] == '"';
        for (size_t k = 0; !quoted && k < sizeof known; k++) {
            count[k] += text.p[i] == known[k];
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < sizeof known; k++) {
        best = count[k] > count[best] ? k : best;
    }
    return known[best];
}

static enum mln_status sniff(const char *path, char *out, struct mln_err *err) {
    void *file = NULL;
    size_t n = 0;
    char *text = malloc(SNIFF_BYTES);
    if (text == NULL) {
        return mln_err_nomem(err, "a reader");
    }
    enum mln_status status = mln_io_files.open(NULL, path, &file, err);
    for (size_t got = 1; status == MLN_OK && n < SNIFF_BYTES && got > 0; n += got) {
        status = mln_io_files.read(file, text + n, SNIFF_BYTES - n, &got, err);
    }
    if (file != NULL) {
        mln_io_files.close(file);
    }
    *out = delimiter_of_header((struct mln_str){text, n});
    free(text);
    return status;
}

enum mln_status mln_linkage_source_options(const struct mln_linkage_options *options, const char *path,
                                      struct mln_engine *engine, struct mln_source_options *out,
                                      struct mln_err *err) {
    *out = (struct mln_source_options){.quote = '"', .encoding = MLN_UTF8, .engine = engine,
                                        .engine_is_free = true};
    MLN_TRY(format_of(path, &out->format, err));
    if (out->format != MLN_FORMAT_CSV) {
        return MLN_OK;
    }
    if (options->encoding != NULL) {
        MLN_TRY(mln_encoding_from_name(mln_str_from(options->encoding), &out->encoding, err));
    }
    if (options->delimiter == NULL) {
        return sniff(path, &out->delimiter, err);
    }
    if (strlen(options->delimiter) != 1 && strcmp(options->delimiter, "\\t") != 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "option '--delimiter': one character is needed, or \\t");
    }
    out->delimiter = options->delimiter[0] == '\\' ? '\t' : options->delimiter[0];
    return MLN_OK;
}

/* ── the columns a model asks for ── */

struct side {
    const struct mln_linkage_options *options;
    const struct mln_link_model *model;
    struct mln_engine *engine;
    struct mln_arena arena;
    struct mln_records_builder *builder;
    size_t no;
    const char *path;
};

static void list_names(const struct mln_str *names, size_t n, struct mln_buf *out) {
    for (size_t i = 0; i < n && i < 40; i++) {
        mln_buf_addz(out, i == 0 ? "" : ", ");
        mln_buf_add_str(out, names[i]);
    }
    if (n > 40) {
        mln_buf_addz(out, ", …");
    }
}

static enum mln_status no_column(const struct side *s, struct mln_str wanted,
                                 const struct mln_str *names, size_t n, struct mln_err *err) {
    struct mln_buf list = MLN_BUF_INIT;
    list_names(names, n, &list);
    const struct mln_str shown = mln_buf_view(&list);
    const enum mln_status status =
        mln_err_set(err, MLN_BAD_INPUT, "%s: has no column '%.*s', which %s asks for (it has: %.*s)",
                    s->path, MLN_STR_ARG(wanted), s->options->model, (int)shown.n, shown.p);
    mln_buf_release(&list);
    return status;
}

static enum mln_status find_columns(const struct side *s, const struct mln_source *source,
                                    const struct mln_str *wanted, size_t n_wanted, size_t *places,
                                    struct mln_err *err) {
    size_t n = 0;
    const struct mln_str *names = mln_source_columns(source, &n);
    for (size_t w = 0; w < n_wanted; w++) {
        places[w] = SIZE_MAX;
        for (size_t i = 0; i < n; i++) {
            if (!mln_str_eq(names[i], wanted[w])) {
                continue;
            }
            if (places[w] != SIZE_MAX) {
                return mln_err_set(err, MLN_BAD_INPUT,
                                   "%s: has two columns named '%.*s'; rename one of them", s->path,
                                   MLN_STR_ARG(wanted[w]));
            }
            places[w] = i;
        }
        if (places[w] == SIZE_MAX) {
            return no_column(s, wanted[w], names, n, err);
        }
    }
    return MLN_OK;
}

/* Where a field is a list, its separator stands between the elements of a column of lists. */
static char *separators_of(struct side *s, const struct mln_str *wanted, size_t n_wanted) {
    char *separators = MLN_ARENA_NEW(&s->arena, char, n_wanted + 1);
    for (size_t f = 0; separators != NULL && f < s->model->n_fields; f++) {
        const struct mln_link_field *field = &s->model->fields[f];
        for (size_t c = 0; field->type == MLN_FIELD_LIST && c < field->n_columns[s->no]; c++) {
            for (size_t w = 0; w < n_wanted; w++) {
                if (mln_str_eq(field->columns[s->no][c], wanted[w])) {
                    separators[w] = field->separator;
                }
            }
        }
    }
    return separators;
}

/* ── rows ── */

static enum mln_status take_cells(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    const struct side *s = ctx;
    for (size_t i = 0; i < cells->n_rows; i++) {
        if (cells->faults[i].reason != MLN_REASON_NONE) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "%s: row %llu: %s; mend the row, or take it out: linkage reads every "
                               "row or none",
                               s->path, (unsigned long long)(cells->first_row + i),
                               mln_reason_word((enum mln_reason)cells->faults[i].reason));
        }
    }
    MLN_TRY(mln_check_interrupt(err));
    return mln_records_add(s->builder, s->no, cells->first_row, cells->cells, cells->n_rows, err);
}

static enum mln_status read_side(struct side *s, struct mln_err *err) {
    const struct mln_str *wanted = NULL;
    size_t n_wanted = 0;
    size_t *places = NULL;
    struct mln_source_options so;
    struct mln_source *source = NULL;
    enum mln_status status = MLN_OK;
    MLN_TRY(mln_records_columns(s->model, s->no, &s->arena, &wanted, &n_wanted, err));
    MLN_TRY(mln_linkage_source_options(s->options, s->path, s->engine, &so, err));
    MLN_TRY(mln_source_open(s->path, &so, &source, err));
    places = MLN_ARENA_NEW(&s->arena, size_t, n_wanted);
    const char *separators = separators_of(s, wanted, n_wanted);
    status = places == NULL || separators == NULL ? mln_err_nomem(err, "the columns") : MLN_OK;
    if (status == MLN_OK) {
        status = find_columns(s, source, wanted, n_wanted, places, err);
    }
    if (status == MLN_OK) {
        status = mln_source_select(source, places, n_wanted, err);
    }
    if (status == MLN_OK) {
        mln_source_separate(source, separators);
        status = mln_source_stream(source, take_cells, s, err);
    }
    mln_source_close(source);
    return status;
}

/* ── both sides ── */

static enum mln_status read_task(void *ctx, size_t i, struct mln_err *err) {
    return read_side((struct side *)ctx + i, err);
}

/* The sides are read at once; which row of which side comes first makes no difference to the records.
 * Statements of one engine take turns, so each side has its own. */
static enum mln_status read_sides(struct side *sides, size_t n, struct mln_err *err) {
    const struct mln_engine_options options = {
        .n_threads = 1, .memory_bytes = sides[0].options->memory_bytes, .clear = true,
        .talk = sides[0].options->talk};
    struct mln_engine *second = NULL;
    if (n == 2 && ends_with(sides[1].path, ".parquet")) {
        MLN_TRY(mln_engine_open_duckdb(&options, &second, err));
        sides[1].engine = second;
    }
    const enum mln_status status =
        mln_parallel(sides[0].options->n_threads, n, read_task, sides, err);
    if (second != NULL) {
        second->ops->close(second);
    }
    return status;
}

enum mln_status mln_linkage_read(const struct mln_linkage_options *options,
                                 const struct mln_link_model *model, struct mln_engine *engine,
                                 struct mln_arena *arena, struct mln_records *out,
                                 struct mln_field_count **counts, struct mln_err *err) {
    const size_t n_sides = model->kind == MLN_LINK_DEDUPE ? 1 : 2;
    struct side sides[2] = {{0}};
    struct mln_records_builder *builder = NULL;
    *counts = MLN_ARENA_NEW(arena, struct mln_field_count, 2 * model->n_fields);
    if (*counts == NULL) {
        return mln_err_nomem(err, "the counts of fields");
    }
    MLN_TRY(mln_records_builder_new(model, &builder, err));
    for (size_t i = 0; i < n_sides; i++) {
        sides[i] = (struct side){.options = options, .model = model, .engine = engine,
                                 .builder = builder, .no = i, .path = options->input[i]};
    }
    enum mln_status status = read_sides(sides, n_sides, err);
    for (size_t i = 0; i < n_sides; i++) {
        mln_arena_release(&sides[i].arena);
    }
    if (status == MLN_OK) {
        status = mln_records_finish(builder, options->n_threads, out, err);
    }
    for (size_t i = 0; status == MLN_OK && i < n_sides; i++) {
        mln_records_counts(builder, i, *counts + i * model->n_fields);
    }
    mln_records_builder_free(builder);
    return status;
}
