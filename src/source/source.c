#include "source/source.h"

#include <stdlib.h>

#include "base/thread.h"
#include "source/inside.h"

const char *const mln_format_words[] = {"csv", "parquet", "sas7bdat", "arrow", NULL};

const char *mln_reason_word(enum mln_reason reason) {
    static const char *const words[MLN_REASON_COUNT] = {
#define MLN_REASON_WORD(name, word) [MLN_REASON_##name] = word,
        MLN_REASONS(MLN_REASON_WORD)
#undef MLN_REASON_WORD
    };
    return words[reason];
}

static const struct mln_source_ops *ops_of(enum mln_format format) {
    switch (format) {
    case MLN_FORMAT_PARQUET: return &mln_source_parquet;
    case MLN_FORMAT_SAS: return &mln_source_sas;
    case MLN_FORMAT_ARROW: return &mln_source_arrow;
    case MLN_FORMAT_CSV: break;
    }
    return &mln_source_csv;
}

static enum mln_status select_all(struct mln_source *source, struct mln_err *err) {
    source->slots = calloc(source->n_names + 1, sizeof *source->slots);
    if (source->slots == NULL) {
        return mln_err_nomem(err, "the columns of a file");
    }
    for (size_t i = 0; i < source->n_names; i++) {
        source->slots[i] = (uint16_t)i;
    }
    source->n_selected = source->n_names;
    return MLN_OK;
}

enum mln_status mln_source_open(const char *path, const struct mln_source_options *options,
                                struct mln_source **out, struct mln_err *err) {
    *out = NULL;
    struct mln_source *source = calloc(1, sizeof *source);
    if (source == NULL) {
        return mln_err_nomem(err, "a reader");
    }
    source->ops = ops_of(options->format);
    source->options = *options;
    if (source->options.delimiter == '\0') {
        source->options.delimiter = ';';
    }
    if (source->options.field_cap == 0) {
        source->options.field_cap = MLN_SOURCE_FIELD_CAP;
    }
    if (source->options.io == NULL) {
        source->options.io = &mln_io_files;
    }
    enum mln_status status = MLN_NO_MEMORY;
    source->path = mln_arena_strdup(&source->arena, mln_str_from(path));
    source->shown = mln_arena_strdup(&source->arena,
                                     mln_str_from(options->shown == NULL ? path : options->shown));
    if (source->path == NULL || source->shown == NULL) {
        status = mln_err_nomem(err, "a reader");
        goto failed;
    }
    MLN_TRY_GOTO(status, source->ops->open(source, err), failed);
    MLN_TRY_GOTO(status, select_all(source, err), failed);
    *out = source;
    return MLN_OK;
failed:
    mln_source_close(source);
    return status;
}

void mln_source_close(struct mln_source *source) {
    if (source == NULL) {
        return;
    }
    source->ops->close(source);
    free(source->names);
    free(source->slots);
    mln_arena_release(&source->arena);
    free(source);
}

const struct mln_str *mln_source_columns(const struct mln_source *source, size_t *n) {
    *n = source->n_names;
    return source->names;
}

enum mln_status mln_source_add_name(struct mln_source *source, struct mln_str name,
                                    struct mln_err *err) {
    if (source->n_names == MLN_SOURCE_COLUMN_CAP) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%s: more than %d columns; is the delimiter the right one?",
                           source->shown, MLN_SOURCE_COLUMN_CAP);
    }
    if (source->n_names == source->cap_names) {
        const size_t cap = source->cap_names == 0 ? 32 : 2 * source->cap_names;
        struct mln_str *names = realloc(source->names, cap * sizeof *names);
        if (names == NULL) {
            return mln_err_nomem(err, "the columns of a file");
        }
        source->names = names;
        source->cap_names = cap;
    }
    const struct mln_str trimmed = mln_str_trim(name);
    const char *copy = mln_arena_strdup(&source->arena, trimmed);
    if (copy == NULL) {
        return mln_err_nomem(err, "the columns of a file");
    }
    source->names[source->n_names++] = (struct mln_str){copy, trimmed.n};
    return MLN_OK;
}

enum mln_status mln_source_select(struct mln_source *source, const size_t *columns, size_t n,
                                  struct mln_err *err) {
    for (size_t i = 0; i < source->n_names; i++) {
        source->slots[i] = MLN_NO_COLUMN;
    }
    for (size_t i = 0; i < n; i++) {
        if (columns[i] >= source->n_names || source->slots[columns[i]] != MLN_NO_COLUMN) {
            return mln_err_set(err, MLN_INTERNAL,
                               "%s: a column is selected twice or does not exist", source->shown);
        }
        source->slots[columns[i]] = (uint16_t)i;
    }
    source->n_selected = n;
    return MLN_OK;
}

void mln_source_separate(struct mln_source *source, const char *separators) {
    source->separators = separators;
}

enum mln_status mln_source_stream(struct mln_source *source, mln_cells_fn *sink, void *ctx,
                                  struct mln_err *err) {
    if (source->streamed) {
        return mln_err_set(err, MLN_INTERNAL, "%s: a reader gives its rows once", source->shown);
    }
    source->streamed = true;
    return source->ops->stream(source, sink, ctx, err);
}

/* ── blocks of cells ── */

enum mln_status mln_cell_block_init(struct mln_cell_block *block, size_t n_columns,
                                    struct mln_err *err) {
    *block = (struct mln_cell_block){.n_columns = n_columns, .first_row = 1};
    const size_t width = n_columns == 0 ? 1 : n_columns;
    block->cells = calloc(MLN_SOURCE_BATCH_ROWS, width * sizeof *block->cells);
    block->faults = calloc(MLN_SOURCE_BATCH_ROWS, sizeof *block->faults);
    if (block->cells == NULL || block->faults == NULL) {
        return mln_err_nomem(err, "a batch of cells");
    }
    return MLN_OK;
}

void mln_cell_block_release(struct mln_cell_block *block) {
    free(block->cells);
    free(block->faults);
    mln_arena_release(&block->text);
    *block = (struct mln_cell_block){0};
}

struct mln_str *mln_cell_block_row(struct mln_cell_block *block) {
    struct mln_str *row = block->cells + block->n_rows * block->n_columns;
    for (size_t i = 0; i < block->n_columns; i++) {
        row[i] = (struct mln_str){NULL, 0};
    }
    block->faults[block->n_rows] = (struct mln_row_fault){MLN_REASON_NONE, MLN_NO_COLUMN};
    return row;
}

enum mln_status mln_cell_block_flush(struct mln_cell_block *block, mln_cells_fn *sink, void *ctx,
                                     struct mln_err *err) {
    if (block->n_rows == 0) {
        return MLN_OK;
    }
    const struct mln_cells cells = {
        .first_row = block->first_row,
        .n_rows = block->n_rows,
        .n_columns = block->n_columns,
        .cells = block->cells,
        .faults = block->faults,
    };
    MLN_TRY(mln_check_interrupt(err));
    MLN_TRY(sink(ctx, &cells, err));
    block->first_row += block->n_rows;
    block->n_rows = 0;
    mln_arena_reset(&block->text, (struct mln_arena_mark){NULL, 0});
    return MLN_OK;
}
