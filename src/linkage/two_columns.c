#include "linkage/two_columns.h"

#include "base/file.h"
#include "linkage/read.h"
#include "source/source.h"

enum mln_status mln_two_columns_error(const struct mln_two_columns *table, uint64_t row,
                                      size_t column, const char *what, struct mln_err *err) {
    return mln_err_set(err, MLN_BAD_INPUT, "%s: row %llu, column '%.*s': %s", table->path,
                       (unsigned long long)row, MLN_STR_ARG(table->column[column]), what);
}

enum mln_status mln_two_columns_path(struct mln_two_columns *table, struct mln_arena *arena,
                                     struct mln_digest *digest, struct mln_err *err) {
    struct mln_buf dir = MLN_BUF_INIT, path = MLN_BUF_INIT;
    mln_path_dir(&dir, table->model);
    if (mln_str_is(mln_buf_view(&dir), ".")) {
        mln_buf_add_str(&path, table->file);
    } else {
        mln_path_join(&path, dir.p == NULL ? "" : dir.p, table->file);
    }
    const bool failed = dir.failed || path.failed;
    table->path = failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&path));
    mln_buf_release(&dir);
    mln_buf_release(&path);
    return table->path == NULL ? mln_err_nomem(err, "a path")
                               : mln_digest_file(table->path, digest, err);
}

/* ── rows ── */

struct taking {
    const struct mln_two_columns *table;
    mln_two_cells_fn *take;
    void *ctx;
};

static enum mln_status take_cells(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    const struct taking *t = ctx;
    for (size_t i = 0; i < cells->n_rows; i++) {
        const uint64_t row = cells->first_row + i;
        if (cells->faults[i].reason != MLN_REASON_NONE) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s: row %llu: %s", t->table->path,
                               (unsigned long long)row,
                               mln_reason_word((enum mln_reason)cells->faults[i].reason));
        }
        MLN_TRY(t->take(t->ctx, row, cells->cells + i * cells->n_columns, err));
    }
    return MLN_OK;
}

static enum mln_status find_columns(const struct mln_two_columns *table,
                                    const struct mln_source *source, size_t places[2],
                                    struct mln_err *err) {
    size_t n = 0;
    const struct mln_str *names = mln_source_columns(source, &n);
    for (size_t w = 0; w < 2; w++) {
        places[w] = SIZE_MAX;
        for (size_t i = 0; i < n; i++) {
            places[w] = mln_str_eq(names[i], table->column[w]) ? i : places[w];
        }
        if (places[w] == SIZE_MAX) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s:%u:%u: %s has no column '%.*s'",
                               table->model, table->line, table->at, table->path,
                               MLN_STR_ARG(table->column[w]));
        }
    }
    return places[0] != places[1]
               ? MLN_OK
               : mln_err_set(err, MLN_BAD_INPUT, "%s:%u:%u: two different columns are needed",
                             table->model, table->line, table->at);
}

enum mln_status mln_two_columns_read(const struct mln_two_columns *table,
                                     const struct mln_linkage_options *options,
                                     struct mln_engine *engine, mln_two_cells_fn *take, void *ctx,
                                     struct mln_err *err) {
    const struct mln_linkage_options how = {.encoding = options->encoding};
    struct taking taking = {table, take, ctx};
    struct mln_source_options so;
    struct mln_source *source = NULL;
    size_t places[2];
    MLN_TRY(mln_linkage_source_options(&how, table->path, engine, &so, err));
    enum mln_status status = mln_source_open(table->path, &so, &source, err);
    if (status == MLN_OK) {
        status = find_columns(table, source, places, err);
    }
    if (status == MLN_OK) {
        status = mln_source_select(source, places, 2, err);
    }
    if (status == MLN_OK) {
        status = mln_source_stream(source, take_cells, &taking, err);
    }
    mln_source_close(source);
    return status;
}
