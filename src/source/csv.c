/* CSV files: blocks of bytes through csv_scan.c. */
#include <stdlib.h>

#include "source/csv_scan.h"
#include "source/inside.h"

enum { FIRST_BLOCK = 256 * 1024 }; /* bytes; fits the second-level cache with its cells */

struct csv {
    void *file;
    char *block; /* cap + MLN_CSV_PADDING bytes */
    size_t cap;
    size_t begin, end; /* bytes not yet scanned */
    bool last;         /* the file has no more */
    struct mln_csv_scanner scanner;
};

static size_t row_cap(const struct mln_source *source) {
    return source->options.field_cap * MLN_SOURCE_ROW_FIELDS;
}

static enum mln_status grow(struct mln_source *source, struct csv *csv, struct mln_err *err) {
    const size_t cap = csv->cap == 0 ? FIRST_BLOCK : 2 * csv->cap;
    char *block = realloc(csv->block, cap + MLN_CSV_PADDING);
    if (block == NULL) {
        return mln_err_nomem(err, source->shown);
    }
    csv->block = block;
    csv->cap = cap;
    return MLN_OK;
}

/* Reads on behind the bytes not yet scanned, which move to the front. */
static enum mln_status fill(struct mln_source *source, struct csv *csv, struct mln_err *err) {
    const size_t left = csv->end - csv->begin;
    if (csv->begin > 0 && left > 0) {
        memmove(csv->block, csv->block + csv->begin, left);
    }
    csv->begin = 0;
    csv->end = left;
    if (left == csv->cap) {
        MLN_TRY(grow(source, csv, err));
    }
    size_t got = 0;
    MLN_TRY(source->options.io->read(csv->file, csv->block + left, csv->cap - left, &got, err));
    csv->last = got == 0;
    csv->end += got;
    memset(csv->block + csv->end, 0, MLN_CSV_PADDING);
    return MLN_OK;
}

/* ── the head of the file ── */

struct signature {
    const char *bytes;
    size_t n;
    const char *what;
};

/* Files that are something else, told before they are read as nonsense. */
static enum mln_status refuse_other_kinds(const struct mln_source *source, struct mln_str head,
                                          struct mln_err *err) {
    static const struct signature kinds[] = {
        {"PAR1", 4, "a Parquet file; say 'format: parquet'"},
        {"PK\003\004", 4, "a zip archive or a spreadsheet; give the CSV file in it"},
        {"\037\213", 2, "a gzip file; unpack it first"},
        {"\376\377", 2, "text in UTF-16; convert it to UTF-8"},
        {"\377\376", 2, "text in UTF-16; convert it to UTF-8"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (head.n >= kinds[i].n && memcmp(head.p, kinds[i].bytes, kinds[i].n) == 0) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s: not CSV but %s", source->shown,
                               kinds[i].what);
        }
    }
    return MLN_OK;
}

/* The first bytes: enough for a signature; an empty file; the byte order mark. */
static enum mln_status begin_file(struct mln_source *source, struct csv *csv, struct mln_err *err) {
    do {
        MLN_TRY(fill(source, csv, err));
    } while (!csv->last && csv->end < 4);
    const struct mln_str head = {csv->block, csv->end};
    MLN_TRY(refuse_other_kinds(source, head, err));
    if (head.n >= 3 && memcmp(head.p, "\xEF\xBB\xBF", 3) == 0) {
        if (source->options.encoding != MLN_UTF8) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "%s: begins with the mark of UTF-8, but another encoding is declared",
                source->shown);
        }
        csv->begin = 3;
    }
    if (csv->begin == csv->end && csv->last) {
        return mln_err_set(err, MLN_BAD_INPUT, "%s: the file is empty; a header line was expected",
                           source->shown);
    }
    return MLN_OK;
}

static enum mln_status unreadable(const struct mln_source *source, enum mln_csv_step step,
                                  uint64_t row, size_t column, struct mln_err *err) {
    if (step == MLN_CSV_NO_MEMORY) {
        return mln_err_nomem(err, source->shown);
    }
    return mln_err_set(
        err, MLN_BAD_INPUT, "%s: row %llu, column %zu: %s; the rows after it cannot be told apart",
        source->shown, (unsigned long long)row, column + 1,
        step == MLN_CSV_UNCLOSED
            ? "a quote is opened and never closed"
            : "a quoted cell spans lines and is followed by something else than a delimiter");
}

/* Scans one row of the block. *step is MLN_CSV_ROW, or MLN_CSV_MORE when the caller is to fill.
 * Row 0 is the header. */
static enum mln_status next_row(struct mln_source *source, struct csv *csv, uint64_t row_no,
                                const uint16_t *slots, size_t n_columns, struct mln_str *cells,
                                struct mln_arena *text, struct mln_csv_row *row,
                                enum mln_csv_step *step, struct mln_err *err) {
    const char *at = csv->block + csv->begin;
    *step = mln_csv_scan_row(&csv->scanner, &at, csv->block + csv->end, csv->last, slots, n_columns,
                             cells, text, row);
    if (*step == MLN_CSV_MORE) {
        if (csv->end - csv->begin > row_cap(source)) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "%s: row %llu, column %zu: a row of more than %zu bytes, or a quote "
                               "that is not closed",
                               source->shown, (unsigned long long)row_no, row->n_cells + 1,
                               row_cap(source));
        }
        return MLN_OK;
    }
    if (*step != MLN_CSV_ROW) {
        return unreadable(source, *step, row_no, row->n_cells, err);
    }
    csv->begin = (size_t)(at - csv->block);
    return MLN_OK;
}

/* The first row whole in the block, from csv->begin; `row` counts its cells. csv->begin stays. */
static enum mln_status first_row(struct mln_source *source, struct csv *csv, struct mln_arena *text,
                                 struct mln_csv_row *row, struct mln_err *err) {
    for (;;) {
        const size_t begin = csv->begin;
        enum mln_csv_step step;
        MLN_TRY(next_row(source, csv, 0, NULL, 0, NULL, text, row, &step, err));
        if (step == MLN_CSV_ROW) {
            csv->begin = begin;
            return MLN_OK;
        }
        MLN_TRY(fill(source, csv, err));
    }
}

static enum mln_status number_columns(struct mln_source *source, size_t n, struct mln_err *err) {
    struct mln_buf number = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    for (size_t i = 0; i < n && status == MLN_OK; i++) {
        mln_buf_reset(&number);
        mln_buf_add_u64(&number, i + 1);
        status = mln_buf_check(&number, source->shown, err);
        if (status == MLN_OK) {
            status = mln_source_add_name(source, mln_buf_view(&number), err);
        }
    }
    mln_buf_release(&number);
    return status;
}

static enum mln_status name_columns(struct mln_source *source, struct csv *csv,
                                    struct mln_arena *text, size_t n, struct mln_err *err) {
    if (n > MLN_SOURCE_COLUMN_CAP) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%s: more than %d columns; is the delimiter the right one?",
                           source->shown, MLN_SOURCE_COLUMN_CAP);
    }
    if (source->options.headless) {
        return number_columns(source, n, err);
    }
    struct mln_str *cells = MLN_ARENA_NEW(text, struct mln_str, n);
    uint16_t *slots = MLN_ARENA_NEW(text, uint16_t, n);
    if (cells == NULL || slots == NULL) {
        return mln_err_nomem(err, source->shown);
    }
    for (size_t i = 0; i < n; i++) {
        slots[i] = (uint16_t)i;
    }
    struct mln_csv_row row;
    enum mln_csv_step step;
    MLN_TRY(next_row(source, csv, 0, slots, n, cells, text, &row, &step, err));
    if (row.fault != MLN_REASON_NONE) {
        return mln_err_set(err, MLN_BAD_INPUT, "%s: header, column %zu: %s", source->shown,
                           row.fault_column + 1, mln_reason_word(row.fault));
    }
    for (size_t i = 0; i < n; i++) {
        MLN_TRY(mln_source_add_name(source, cells[i], err));
    }
    return MLN_OK;
}

static bool bad_mark(char c) {
    return c <= 0 || c == '\n' || c == '\r' || c == ' ' || (c >= '0' && c <= '9') ||
           (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static enum mln_status csv_open(struct mln_source *source, struct mln_err *err) {
    const struct mln_source_options *o = &source->options;
    if (bad_mark(o->delimiter) || (o->quote != '\0' && bad_mark(o->quote)) ||
        o->delimiter == o->quote) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: delimiter and quote must be two different ASCII characters, neither "
            "letters nor digits",
            source->shown);
    }
    struct csv *csv = calloc(1, sizeof *csv);
    if (csv == NULL) {
        return mln_err_nomem(err, source->shown);
    }
    source->reader = csv;
    mln_csv_scanner_init(&csv->scanner, o->delimiter, o->quote, o->encoding, o->field_cap);
    MLN_TRY(o->io->open(o->io->ctx, source->path, &csv->file, err));
    MLN_TRY(begin_file(source, csv, err));
    struct mln_arena text = MLN_ARENA_INIT;
    struct mln_csv_row row;
    enum mln_status status = first_row(source, csv, &text, &row, err);
    if (status == MLN_OK) {
        status = name_columns(source, csv, &text, row.n_cells, err);
    }
    mln_arena_release(&text);
    return status;
}

static void csv_close(struct mln_source *source) {
    struct csv *csv = source->reader;
    if (csv == NULL) {
        return;
    }
    if (csv->file != NULL) {
        source->options.io->close(csv->file);
    }
    mln_csv_scanner_release(&csv->scanner);
    free(csv->block);
    free(csv);
    source->reader = NULL;
}

/* ── rows ── */

static struct mln_row_fault fault_of(const struct mln_csv_row *row, size_t n_columns) {
    if (row->fault != MLN_REASON_NONE) {
        const bool named = row->fault_column < n_columns;
        return (struct mln_row_fault){(uint16_t)row->fault,
                                      named ? (uint16_t)row->fault_column : MLN_NO_COLUMN};
    }
    if (row->n_cells != n_columns) {
        return (struct mln_row_fault){row->n_cells < n_columns ? MLN_REASON_TOO_FEW_CELLS
                                                               : MLN_REASON_TOO_MANY_CELLS,
                                      MLN_NO_COLUMN};
    }
    return (struct mln_row_fault){MLN_REASON_NONE, MLN_NO_COLUMN};
}

static enum mln_status stream_rows(struct mln_source *source, struct csv *csv,
                                   struct mln_cell_block *block, mln_cells_fn *sink, void *ctx,
                                   struct mln_err *err) {
    while (csv->begin < csv->end || !csv->last) {
        struct mln_csv_row row;
        enum mln_csv_step step = MLN_CSV_MORE;
        if (csv->begin < csv->end) {
            struct mln_str *cells = mln_cell_block_row(block);
            MLN_TRY(next_row(source, csv, block->first_row + block->n_rows, source->slots,
                             source->n_names, cells, &block->text, &row, &step, err));
        }
        if (step == MLN_CSV_MORE) {
            MLN_TRY(mln_cell_block_flush(block, sink, ctx, err)); /* it borrows from csv->block */
            MLN_TRY(fill(source, csv, err));
            continue;
        }
        block->faults[block->n_rows++] = fault_of(&row, source->n_names);
        if (block->n_rows == MLN_SOURCE_BATCH_ROWS) {
            MLN_TRY(mln_cell_block_flush(block, sink, ctx, err));
        }
    }
    return mln_cell_block_flush(block, sink, ctx, err);
}

static enum mln_status csv_stream(struct mln_source *source, mln_cells_fn *sink, void *ctx,
                                  struct mln_err *err) {
    struct mln_cell_block block;
    enum mln_status status = mln_cell_block_init(&block, source->n_selected, err);
    if (status == MLN_OK) {
        status = stream_rows(source, source->reader, &block, sink, ctx, err);
    }
    mln_cell_block_release(&block);
    return status;
}

const struct mln_source_ops mln_source_csv = {
    .open = csv_open, .stream = csv_stream, .close = csv_close};
