/* What the readers share with source.c and nobody else includes. */
#ifndef MLN_SOURCE_INSIDE_H
#define MLN_SOURCE_INSIDE_H

#include "base/arena.h"
#include "source/source.h"

struct mln_source {
    const struct mln_source_ops *ops;
    struct mln_source_options options; /* defaults filled in */
    char *path;
    const char *shown;
    struct mln_arena arena; /* names */
    struct mln_str *names;
    size_t n_names, cap_names;
    uint16_t *slots; /* per column of the file: its place in the batches, or MLN_NO_COLUMN */
    size_t n_selected;
    const char *separators; /* per selected column; NULL: lists are refused */
    bool streamed;
    void *reader; /* of the format */
};

/* Appends a column's name (copied, trimmed); past the cap of columns MLN_BAD_INPUT. */
enum mln_status mln_source_add_name(struct mln_source *source, struct mln_str name,
                                    struct mln_err *err) MLN_MUST_USE;

/* A batch being filled: cells of rows, with an arena for the text that is not borrowed. */
struct mln_cell_block {
    struct mln_str *cells;
    struct mln_row_fault *faults;
    size_t n_rows;
    size_t n_columns;
    uint64_t first_row;
    struct mln_arena text;
};

enum mln_status mln_cell_block_init(struct mln_cell_block *block, size_t n_columns,
                                    struct mln_err *err) MLN_MUST_USE;
void mln_cell_block_release(struct mln_cell_block *block);

/* The cells of the row to fill next, all missing, without a fault. */
struct mln_str *mln_cell_block_row(struct mln_cell_block *block);

/* Hands the rows to the sink if there are any, and empties the block. */
enum mln_status mln_cell_block_flush(struct mln_cell_block *block, mln_cells_fn *sink, void *ctx,
                                     struct mln_err *err) MLN_MUST_USE;

#endif
