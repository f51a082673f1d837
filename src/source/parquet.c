/* Parquet files, read as text by the engine; regrouped here into rows of cells. */
#include <stdlib.h>

#include "engine/engine.h"
#include "source/inside.h"

struct naming {
    struct mln_source *source;
    bool named; /* the names are known; the sink ended the reading on purpose */
};

static enum mln_status name_columns(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct naming *naming = ctx;
    for (size_t c = 0; c < batch->n_columns; c++) {
        MLN_TRY(mln_source_add_name(naming->source, mln_str_from(batch->columns[c].name), err));
    }
    naming->named = true;
    return MLN_CHECK_FAILED; /* enough */
}

static enum mln_status parquet_open(struct mln_source *source, struct mln_err *err) {
    struct mln_engine *engine = source->options.engine;
    if (engine == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "%s: Parquet needs an engine", source->shown);
    }
    struct naming naming = {.source = source};
    const enum mln_status status =
        engine->ops->read_parquet(engine, source->path, true, name_columns, &naming, err);
    if (naming.named) {
        return MLN_OK;
    }
    return status != MLN_OK ? status
                            : mln_err_set(err, MLN_BAD_INPUT, "%s: has no column", source->shown);
}

static void parquet_close(struct mln_source *source) {
    (void)source;
}

struct regroup {
    struct mln_source *source;
    struct mln_cell_block *block;
    const size_t *columns; /* of the file, by column of a batch; NULL: the same */
    size_t n_columns;
    mln_cells_fn *sink;
    void *ctx;
};

/* Text of a Parquet file is UTF-8 by its own rules; NUL is refused as in every other format. */
static void put_cell(const struct regroup *r, struct mln_str *cells, size_t column,
                     struct mln_str value) {
    const uint16_t slot = r->source->slots[column];
    struct mln_row_fault *fault = &r->block->faults[r->block->n_rows];
    if (slot == MLN_NO_COLUMN || value.p == NULL || value.n == 0) {
        return;
    }
    enum mln_reason reason = MLN_REASON_NONE;
    if (value.n > r->source->options.field_cap) {
        reason = MLN_REASON_TOO_LONG;
    } else if (memchr(value.p, '\0', value.n) != NULL) {
        reason = MLN_REASON_NUL_BYTE;
    } else if (mln_utf8_valid_prefix(value) < value.n) {
        reason = MLN_REASON_ENCODING;
    }
    if (reason != MLN_REASON_NONE && fault->reason == MLN_REASON_NONE) {
        *fault = (struct mln_row_fault){(uint16_t)reason, (uint16_t)column};
    }
    cells[slot] = value;
}

static enum mln_status take_batch(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct regroup *r = ctx;
    if (batch->n_columns != r->n_columns) {
        return mln_err_set(err, MLN_IO, "%s: changed while it was read", r->source->shown);
    }
    for (size_t row = 0; row < batch->n_rows; row++) {
        struct mln_str *cells = mln_cell_block_row(r->block);
        for (size_t c = 0; c < batch->n_columns; c++) {
            put_cell(r, cells, r->columns == NULL ? c : r->columns[c],
                     mln_get_str(&batch->columns[c], row));
        }
        if (++r->block->n_rows == MLN_SOURCE_BATCH_ROWS) {
            MLN_TRY(mln_cell_block_flush(r->block, r->sink, r->ctx, err));
        }
    }
    return mln_cell_block_flush(r->block, r->sink, r->ctx, err); /* the batch is the engine's */
}

/* Only what was selected, in the order of the file. */
static enum mln_status stream_selected(struct mln_source *source, struct regroup *r,
                                       struct mln_err *err) {
    const struct mln_engine_ops *ops = source->options.engine->ops;
    size_t *columns = MLN_ARENA_NEW(&source->arena, size_t, source->n_selected);
    if (columns == NULL) {
        return mln_err_nomem(err, "the columns of a file");
    }
    for (size_t c = 0; c < source->n_names; c++) {
        if (source->slots[c] != MLN_NO_COLUMN) {
            columns[r->n_columns++] = c;
        }
    }
    r->columns = columns;
    return ops->stream_parquet(source->options.engine, source->path, columns, r->n_columns,
                               take_batch, r, err);
}

static enum mln_status parquet_stream(struct mln_source *source, mln_cells_fn *sink, void *ctx,
                                      struct mln_err *err) {
    const struct mln_engine_ops *ops = source->options.engine->ops;
    struct mln_cell_block block;
    enum mln_status status = mln_cell_block_init(&block, source->n_selected, err);
    if (status == MLN_OK) {
        struct regroup r = {.source = source, .block = &block, .sink = sink, .ctx = ctx};
        if (source->options.engine_is_free && source->n_selected > 0) {
            status = stream_selected(source, &r, err);
        } else {
            r.n_columns = source->n_names;
            status =
                ops->read_parquet(source->options.engine, source->path, true, take_batch, &r, err);
        }
    }
    mln_cell_block_release(&block);
    return status;
}

const struct mln_source_ops mln_source_parquet = {
    .open = parquet_open, .stream = parquet_stream, .close = parquet_close};
