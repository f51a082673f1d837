#include "linkage/frequency.h"

#include <math.h>

#include "base/file.h"
#include "base/num.h"
#include "linkage/read.h"
#include "source/source.h"

enum { TABLE_BYTES_MAX = 1 << 30 };

struct reading {
    const struct mln_frequency_table *table;
    const char *path, *model;
    struct mln_frequency_builder *builder;
};

/* ── rows ── */

static enum mln_status bad_row(const struct reading *r, uint64_t row, struct mln_str column,
                               const char *what, struct mln_err *err) {
    return mln_err_set(err, MLN_BAD_INPUT, "%s: row %llu, column '%.*s': %s", r->path,
                       (unsigned long long)row, MLN_STR_ARG(column), what);
}

static enum mln_status take_row(struct reading *r, uint64_t row, const struct mln_str *cells,
                                struct mln_err *err) {
    double number = NAN;
    if (!mln_parse_f64(mln_str_trim(cells[1]), &number) || number < 0) {
        return bad_row(r, row, r->table->number,
                       r->table->shares ? "a frequency is a number from 0 to 1"
                                        : "a count is a whole number, 0 or more",
                       err);
    }
    if (r->table->shares && number > 1) {
        return bad_row(r, row, r->table->number, "a frequency is a number from 0 to 1", err);
    }
    if (!r->table->shares && (number != floor(number) || number > 0x1p53)) {
        return bad_row(r, row, r->table->number, "a count is a whole number, 0 or more", err);
    }
    const enum mln_status status = mln_frequency_add(r->builder, cells[0], number, err);
    return status == MLN_BAD_INPUT ? bad_row(r, row, r->table->value, "is not valid UTF-8", err)
                                   : status;
}

static enum mln_status take_cells(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    struct reading *r = ctx;
    for (size_t i = 0; i < cells->n_rows; i++) {
        if (cells->faults[i].reason != MLN_REASON_NONE) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s: row %llu: %s", r->path,
                               (unsigned long long)(cells->first_row + i),
                               mln_reason_word((enum mln_reason)cells->faults[i].reason));
        }
        MLN_TRY(take_row(r, cells->first_row + i, cells->cells + i * cells->n_columns, err));
    }
    return MLN_OK;
}

/* ── one table ── */

static enum mln_status find_columns(const struct reading *r, const struct mln_source *source,
                                    size_t places[2], struct mln_err *err) {
    const struct mln_str wanted[] = {r->table->value, r->table->number};
    size_t n = 0;
    const struct mln_str *names = mln_source_columns(source, &n);
    for (size_t w = 0; w < 2; w++) {
        places[w] = SIZE_MAX;
        for (size_t i = 0; i < n; i++) {
            places[w] = mln_str_eq(names[i], wanted[w]) ? i : places[w];
        }
        if (places[w] == SIZE_MAX) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s:%u:%u: %s has no column '%.*s'", r->model,
                               r->table->line, r->table->column, r->path, MLN_STR_ARG(wanted[w]));
        }
    }
    return places[0] != places[1]
               ? MLN_OK
               : mln_err_set(err, MLN_BAD_INPUT,
                             "%s:%u:%u: value and number of a table of frequencies are two columns",
                             r->model, r->table->line, r->table->column);
}

static enum mln_status read_rows(struct reading *r, const struct mln_linkage_options *options,
                                 struct mln_engine *engine, struct mln_err *err) {
    const struct mln_linkage_options how = {.encoding = options->encoding};
    struct mln_source_options so;
    struct mln_source *source = NULL;
    size_t places[2];
    MLN_TRY(mln_linkage_source_options(&how, r->path, engine, &so, err));
    enum mln_status status = mln_source_open(r->path, &so, &source, err);
    if (status == MLN_OK) {
        status = find_columns(r, source, places, err);
    }
    if (status == MLN_OK) {
        status = mln_source_select(source, places, 2, err);
    }
    if (status == MLN_OK) {
        status = mln_source_stream(source, take_cells, r, err);
    }
    mln_source_close(source);
    return status;
}

static const char *path_of(const char *model, struct mln_str file, struct mln_arena *arena) {
    struct mln_buf dir = MLN_BUF_INIT, path = MLN_BUF_INIT;
    mln_path_dir(&dir, model);
    if (mln_str_is(mln_buf_view(&dir), ".")) {
        mln_buf_add_str(&path, file);
    } else {
        mln_path_join(&path, dir.p, file);
    }
    const char *kept =
        dir.failed || path.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&path));
    mln_buf_release(&dir);
    mln_buf_release(&path);
    return kept;
}

static enum mln_status read_table(const struct mln_linkage_options *options,
                                  const struct mln_link_model *model,
                                  const struct mln_records *records, size_t c,
                                  struct mln_engine *engine, struct mln_arena *arena,
                                  struct mln_linkage_table *out, struct mln_err *err) {
    const struct mln_comparison *comparison = &model->comparisons[c];
    struct reading r = {.table = &comparison->tf_table, .model = options->model};
    r.path = out->path = path_of(options->model, comparison->tf_table.file, arena);
    if (r.path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_digest_file(r.path, &out->digest, err));
    MLN_TRY(mln_frequency_new(model, records, comparison->field, &r.builder, err));
    enum mln_status status = read_rows(&r, options, engine, err);
    if (status == MLN_OK) {
        status = mln_frequency_finish(r.builder, r.table->shares, arena, &out->frequencies, err);
        if (status != MLN_OK) {
            mln_err_prefix(err, "%s: ", r.path);
        }
    }
    mln_frequency_free(r.builder);
    return status;
}

/* ── all ── */

enum mln_status mln_linkage_tables_read(const struct mln_linkage_options *options,
                                        const struct mln_link_model *model,
                                        const struct mln_records *records,
                                        struct mln_engine *engine, struct mln_arena *arena,
                                        struct mln_linkage_tables *out, struct mln_err *err) {
    *out = (struct mln_linkage_tables){.frequencies = {NULL}};
    for (size_t c = 0; c < model->n_comparisons; c++) {
        if (model->comparisons[c].tf_table.file.n > 0) {
            MLN_TRY(read_table(options, model, records, c, engine, arena, &out->of[c], err));
            out->frequencies[c] = &out->of[c].frequencies;
        }
    }
    return MLN_OK;
}

/* "term_frequency_2.csv": the number of the comparison, and how the file ended. */
static struct mln_str copy_name(const char *path, size_t c, struct mln_arena *arena) {
    struct mln_buf name = MLN_BUF_INIT;
    const char *dot = strrchr(path, '.');
    mln_buf_addf(&name, "term_frequency_%zu%s", c + 1, dot == NULL ? "" : dot);
    const struct mln_str kept = {name.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&name)),
                                 name.n};
    mln_buf_release(&name);
    return kept;
}

enum mln_status mln_linkage_tables_keep(const struct mln_linkage_tables *tables, const char *folder,
                                        struct mln_arena *arena, struct mln_link_model *trained,
                                        struct mln_err *err) {
    for (size_t c = 0; c < trained->n_comparisons; c++) {
        const struct mln_linkage_table *table = &tables->of[c];
        struct mln_buf bytes = MLN_BUF_INIT, path = MLN_BUF_INIT;
        if (table->path == NULL) {
            continue;
        }
        const struct mln_str name = copy_name(table->path, c, arena);
        enum mln_status status = name.p == NULL ? mln_err_nomem(err, "a path") : MLN_OK;
        if (status == MLN_OK) {
            mln_path_join(&path, folder, name);
            status = mln_buf_check(&path, "a path", err);
        }
        if (status == MLN_OK) {
            status = mln_file_read(table->path, TABLE_BYTES_MAX, &bytes, err);
        }
        if (status == MLN_OK) {
            status = mln_file_write(path.p, mln_buf_view(&bytes), err);
        }
        trained->comparisons[c].tf_table.file = name;
        mln_buf_release(&bytes);
        mln_buf_release(&path);
        MLN_TRY(status);
    }
    return MLN_OK;
}
