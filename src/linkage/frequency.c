#include "linkage/frequency.h"

#include <math.h>

#include "base/file.h"
#include "base/num.h"
#include "linkage/two_columns.h"

enum { TABLE_BYTES_MAX = 1 << 30 };

struct reading {
    struct mln_two_columns table; /* value, number */
    bool shares;
    struct mln_frequency_builder *builder;
};

static enum mln_status take_row(void *ctx, uint64_t row, const struct mln_str cells[2],
                                struct mln_err *err) {
    const struct reading *r = ctx;
    double number = NAN;
    const bool read = mln_parse_f64(mln_str_trim(cells[1]), &number) && number >= 0;
    if (r->shares && (!read || number > 1)) {
        return mln_two_columns_error(&r->table, row, 1, "a frequency is a number from 0 to 1", err);
    }
    if (!r->shares && (!read || number != floor(number) || number > 0x1p53)) {
        return mln_two_columns_error(&r->table, row, 1, "a count is a whole number, 0 or more",
                                     err);
    }
    const enum mln_status status = mln_frequency_add(r->builder, cells[0], number, err);
    return status == MLN_BAD_INPUT
               ? mln_two_columns_error(&r->table, row, 0, "is not valid UTF-8", err)
               : status;
}

static enum mln_status read_table(const struct mln_linkage_options *options,
                                  const struct mln_link_model *model,
                                  const struct mln_records *records, size_t c,
                                  struct mln_engine *engine, struct mln_arena *arena,
                                  struct mln_linkage_table *out, struct mln_err *err) {
    const struct mln_frequency_table *from = &model->comparisons[c].tf_table;
    struct reading r = {.table = {.model = options->model,
                                  .file = from->file,
                                  .column = {from->value, from->number},
                                  .line = from->line,
                                  .at = from->column},
                        .shares = from->shares};
    MLN_TRY(mln_two_columns_path(&r.table, arena, &out->digest, err));
    out->path = r.table.path;
    MLN_TRY(mln_frequency_new(model, records, model->comparisons[c].field, &r.builder, err));
    enum mln_status status = mln_two_columns_read(&r.table, options, engine, take_row, &r, err);
    if (status == MLN_OK) {
        status = mln_frequency_finish(r.builder, r.shares, arena, &out->frequencies, err);
        if (status != MLN_OK) {
            mln_err_prefix(err, "%s: ", out->path);
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
