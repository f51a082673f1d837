/* Arrow IPC: files (.arrow, .feather of version 2) and streams (.arrows).
 *
 *   stream   message … message, end mark
 *   message  0xFFFFFFFF | size of the metadata | metadata (a flatbuffer) | body
 *   file     "ARROW1" | stream | footer | size of the footer | "ARROW1"
 *
 * Messages are read one after the other. Nothing that one says of its size is believed before the
 * file is seen to be as long. A file must have the record batches that its footer lists, a stream
 * its end mark: one that was cut between two messages is refused, never read as shorter. Of a
 * compressed body (LZ4, ZSTD) only the columns asked for are taken out. Memory: the body of a
 * record batch, what is taken out of it, and the dictionaries. Format: "Arrow Columnar Format",
 * version 1.5, arrow.apache.org/docs/format. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/arrow_text.h"
#include "source/inside.h"

enum {
    MAGIC = 6,
    FILE_START = 8,   /* the magic word, padded */
    PREFIX = 8,       /* of a message */
    FOOTER_END = 10,  /* size of the footer and magic word */
    BLOCK_BYTES = 24, /* of a record batch in the footer */
    ROWS_OF_NOTHING =
        1 << 20, /* a batch of nulls alone can declare any number of rows without a byte */
    METADATA_V4 = 3,
    METADATA_V5 = 4,
};
enum { MESSAGE_SCHEMA = 1, MESSAGE_DICTIONARY = 2, MESSAGE_BATCH = 3 };
static const char magic[] = "ARROW1";

struct arrow {
    struct mln_source *source;
    void *file;
    uint64_t size, at;
    bool is_file;
    uint64_t n_batches;                /* by the footer of a file */
    uint64_t batch;                    /* the one under way, from 1 */
    struct mln_arena lasting, passing; /* schema; one message */
    struct mln_arrow_schema schema;
    struct mln_arrow_dictionaries dictionaries;
    bool *wanted; /* per column of the file */
    struct mln_flat flat;
    struct mln_flat_table header;
    int64_t version, type, body_bytes;
};

/* ── errors ── */

static enum mln_status damaged(const struct arrow *a, const char *what, struct mln_err *err) {
    return mln_err_set(
        err, MLN_BAD_INPUT,
        "%s: not a whole Arrow file (%s); it is truncated or damaged: have it sent again",
        a->source->shown, what);
}

static enum mln_status bad_batch(const struct arrow *a, struct mln_err *err) {
    char what[64];
    snprintf(what, sizeof what, "record batch %" PRIu64 " does not hold what it says", a->batch);
    return damaged(a, what, err);
}

static enum mln_status no_memory(const struct arrow *a, struct mln_err *err) {
    return mln_err_nomem(err, a->source->shown);
}

/* ── bytes ── */

static enum mln_status seek_to(struct arrow *a, uint64_t offset, int whence, struct mln_err *err) {
    int64_t at = 0;
    MLN_TRY(a->source->options.io->seek(a->file, (int64_t)offset, whence, &at, err));
    a->at = (uint64_t)at;
    return MLN_OK;
}

static enum mln_status read_bytes(struct arrow *a, void *into, size_t n, struct mln_err *err) {
    for (size_t done = 0; done < n;) {
        size_t got = 0;
        MLN_TRY(a->source->options.io->read(a->file, (char *)into + done, n - done, &got, err));
        if (got == 0) {
            return damaged(a, "it ends too early", err);
        }
        done += got;
        a->at += got;
    }
    return MLN_OK;
}

/* `n` bytes of the file, in the arena. */
static enum mln_status read_part(struct arrow *a, struct mln_arena *arena, int64_t n,
                                 struct mln_arrow_bytes *out, struct mln_err *err) {
    if (n < 0 || (uint64_t)n > a->size - a->at) {
        return damaged(a, "a message is longer than the file", err);
    }
    unsigned char *bytes = mln_arena_alloc(arena, (size_t)n + 1, 1);
    if (bytes == NULL) {
        return no_memory(a, err);
    }
    *out = (struct mln_arrow_bytes){bytes, (size_t)n};
    return read_bytes(a, bytes, (size_t)n, err);
}

/* ── messages ── */

static void forget_message(struct arrow *a) {
    mln_arena_reset(&a->passing, (struct mln_arena_mark){NULL, 0});
}

/* The metadata of the next message; *end: the end mark stood there. */
static enum mln_status next_header(struct arrow *a, bool *end, struct mln_err *err) {
    unsigned char prefix[PREFIX];
    struct mln_arrow_bytes metadata;
    if (a->size - a->at < PREFIX) {
        return damaged(a, "its end mark is missing", err);
    }
    MLN_TRY(read_bytes(a, prefix, sizeof prefix, err));
    if (mln_arrow_whole(prefix, 4, true) != -1) {
        return damaged(a, "a message does not begin as one", err);
    }
    const int64_t length = mln_arrow_whole(prefix + 4, 4, true);
    *end = length == 0;
    if (*end) {
        return MLN_OK;
    }
    MLN_TRY(read_part(a, &a->passing, length, &metadata, err));
    a->flat = (struct mln_flat){metadata.p, metadata.n, false};
    const struct mln_flat_table message = mln_flat_root(&a->flat);
    a->version = mln_flat_number(&message, 0, 2, 0);
    a->type = mln_flat_number(&message, 1, 1, 0);
    a->header = mln_flat_child(&message, 2);
    a->body_bytes = mln_flat_number(&message, 3, 8, 0);
    if (a->flat.damaged || a->header.in == NULL) {
        return damaged(a, "the metadata of a message are damaged", err);
    }
    return a->version == METADATA_V4 || a->version == METADATA_V5
               ? MLN_OK
               : damaged(a, "its metadata are of a version that is not 4 or 5", err);
}

static enum mln_status told_load(const struct arrow *a, enum mln_arrow_load load,
                                 struct mln_err *err) {
    switch (load) {
    case MLN_ARROW_LOADED: return MLN_OK;
    case MLN_ARROW_NO_MEMORY: return no_memory(a, err);
    case MLN_ARROW_CODEC:
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: compressed by a method that is not read; write it with lz4, zstd or none",
            a->source->shown);
    case MLN_ARROW_DAMAGED: break;
    }
    return bad_batch(a, err);
}

/* ── opening ── */

/* How many record batches the footer lists. Messages end where it begins. */
static enum mln_status read_footer(struct arrow *a, struct mln_err *err) {
    unsigned char end[FOOTER_END];
    struct mln_arrow_bytes bytes;
    MLN_TRY(seek_to(a, a->size - FOOTER_END, SEEK_SET, err));
    MLN_TRY(read_bytes(a, end, sizeof end, err));
    const int64_t length = mln_arrow_whole(end, 4, true);
    if (memcmp(end + 4, magic, MAGIC) != 0 || length <= 0 ||
        (uint64_t)length > a->size - FILE_START - FOOTER_END) {
        return damaged(a, "its footer is missing", err);
    }
    MLN_TRY(seek_to(a, a->size - FOOTER_END - (uint64_t)length, SEEK_SET, err));
    MLN_TRY(read_part(a, &a->passing, length, &bytes, err));
    struct mln_flat flat = {bytes.p, bytes.n, false};
    const struct mln_flat_table footer = mln_flat_root(&flat);
    a->n_batches = mln_flat_list(&footer, 3, BLOCK_BYTES).n;
    a->size -= (uint64_t)length + FOOTER_END;
    forget_message(a);
    return flat.damaged ? damaged(a, "its footer is damaged", err) : MLN_OK;
}

/* File or stream, by the first bytes. */
static enum mln_status read_start(struct arrow *a, struct mln_err *err) {
    char start[FILE_START] = {0};
    MLN_TRY(seek_to(a, 0, SEEK_END, err));
    a->size = a->at;
    MLN_TRY(seek_to(a, 0, SEEK_SET, err));
    if (a->size >= FILE_START) {
        MLN_TRY(read_bytes(a, start, sizeof start, err));
    }
    if (memcmp(start, "FEA1", 4) == 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%s: Feather of version 1 is not read; write it again in version 2",
                           a->source->shown);
    }
    a->is_file = memcmp(start, magic, MAGIC) == 0;
    if (a->is_file && a->size >= FILE_START + FOOTER_END) {
        MLN_TRY(read_footer(a, err));
        return seek_to(a, FILE_START, SEEK_SET, err);
    }
    if (a->is_file || memcmp(start, "\xFF\xFF\xFF\xFF", 4) != 0) {
        return damaged(a, "it does not begin as one", err);
    }
    return seek_to(a, 0, SEEK_SET, err);
}

/* Every dictionary that a field names, each once. */
static enum mln_status list_dictionaries(struct arrow *a, const struct mln_arrow_field *fields,
                                         size_t n, struct mln_err *err) {
    struct mln_arrow_dictionaries *d = &a->dictionaries;
    for (size_t i = 0; i < n; i++) {
        bool known = !fields[i].in_dictionary;
        for (size_t k = 0; !known && k < d->n; k++) {
            known = d->list[k].id == fields[i].dictionary;
        }
        if (!known) {
            struct mln_arrow_dictionary *list = realloc(d->list, (d->n + 1) * sizeof *list);
            if (list == NULL) {
                return no_memory(a, err);
            }
            d->list = list;
            list[d->n++] =
                (struct mln_arrow_dictionary){.id = fields[i].dictionary, .field = &fields[i]};
        }
        MLN_TRY(list_dictionaries(a, fields[i].children, fields[i].n_children, err));
    }
    return MLN_OK;
}

static enum mln_status read_schema(struct arrow *a, struct mln_err *err) {
    bool end = false, out_of_memory = false;
    MLN_TRY(next_header(a, &end, err));
    if (end || a->type != MESSAGE_SCHEMA) {
        return damaged(a, "it does not begin with its schema", err);
    }
    if (!mln_arrow_schema_read(&a->header, &a->lasting, &a->schema, &out_of_memory)) {
        return out_of_memory ? no_memory(a, err) : damaged(a, "its schema is damaged", err);
    }
    forget_message(a);
    if (a->schema.big_endian) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: written by a big-endian machine, which is not read; write it again on another",
            a->source->shown);
    }
    for (size_t c = 0; c < a->schema.n; c++) {
        MLN_TRY(mln_source_add_name(a->source, a->schema.fields[c].name, err));
    }
    return list_dictionaries(a, a->schema.fields, a->schema.n, err);
}

static enum mln_status arrow_open(struct mln_source *source, struct mln_err *err) {
    struct arrow *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return mln_err_nomem(err, source->shown);
    }
    a->source = source;
    source->reader = a;
    MLN_TRY(source->options.io->open(source->options.io->ctx, source->path, &a->file, err));
    MLN_TRY(read_start(a, err));
    MLN_TRY(read_schema(a, err));
    return source->n_names > 0
               ? MLN_OK
               : mln_err_set(err, MLN_BAD_INPUT, "%s: has no column", source->shown);
}

static void arrow_close(struct mln_source *source) {
    struct arrow *a = source->reader;
    source->reader = NULL;
    if (a == NULL) {
        return;
    }
    if (a->file != NULL) {
        source->options.io->close(a->file);
    }
    for (size_t d = 0; d < a->dictionaries.n; d++) {
        mln_arena_release(&a->dictionaries.list[d].arena);
    }
    free(a->dictionaries.list);
    free(a->wanted);
    mln_arena_release(&a->lasting);
    mln_arena_release(&a->passing);
    free(a);
}

/* ── dictionaries ── */

/* A batch of values: those of the dictionary from now on, or (a delta) those that follow it. */
static enum mln_status read_dictionary(struct arrow *a, struct mln_err *err) {
    const int64_t id = mln_flat_number(&a->header, 0, 8, 0);
    const struct mln_flat_table batch = mln_flat_child(&a->header, 1);
    const bool grows = mln_flat_number(&a->header, 2, 1, 0) != 0;
    struct mln_arrow_dictionary *d = NULL;
    for (size_t k = 0; k < a->dictionaries.n; k++) {
        d = a->dictionaries.list[k].id == id ? &a->dictionaries.list[k] : d;
    }
    if (d == NULL || a->flat.damaged) {
        return damaged(a, "a dictionary that no column has", err);
    }
    if (!grows) {
        d->last = NULL;
        mln_arena_reset(&d->arena, (struct mln_arena_mark){NULL, 0});
    }
    struct mln_arrow_part *part = MLN_ARENA_NEW(&d->arena, struct mln_arrow_part, 1);
    struct mln_arrow_bytes body;
    if (part == NULL) {
        return no_memory(a, err);
    }
    MLN_TRY(read_part(a, &d->arena, a->body_bytes, &body, err));
    const bool wanted = mln_arrow_has_text(d->field, &(enum mln_arrow_type){MLN_ARROW_NULL});
    size_t length = 0;
    const enum mln_arrow_load load = mln_arrow_load_batch(
        &batch, a->version, body, d->field, 1, &wanted, true, &d->arena, &part->array, &length);
    if (load == MLN_ARROW_DAMAGED || a->flat.damaged) {
        return damaged(a, "a dictionary does not hold what it says", err);
    }
    MLN_TRY(told_load(a, load, err));
    part->first = d->last == NULL ? 0 : d->last->first + d->last->array.length;
    part->next = d->last;
    d->last = part;
    return MLN_OK;
}

/* ── rows ── */

/* Columns of types without a text are refused only when they are asked for. */
static enum mln_status check_types(struct arrow *a, struct mln_err *err) {
    const struct mln_source *source = a->source;
    a->wanted = calloc(source->n_names, sizeof *a->wanted);
    if (a->wanted == NULL) {
        return no_memory(a, err);
    }
    for (size_t c = 0; c < source->n_names; c++) {
        const struct mln_arrow_field *field = &a->schema.fields[c];
        enum mln_arrow_type culprit = MLN_ARROW_NULL;
        a->wanted[c] = source->slots[c] != MLN_NO_COLUMN;
        if (a->wanted[c] && !mln_arrow_has_text(field, &culprit)) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "%s: column '%.*s' is of the type %s%s, which has no text; write it as text, "
                "numbers or dates",
                source->shown, MLN_STR_ARG(source->names[c]),
                culprit == field->type ? "" : "list of ", mln_arrow_type_word(culprit));
        }
        if (a->wanted[c] && !field->in_dictionary && mln_arrow_is_list(field->type) &&
            (source->separators == NULL || source->separators[source->slots[c]] == '\0')) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "%s: column '%.*s' holds lists, and is read here as one value; in a model of "
                "linkage write type: list",
                source->shown, MLN_STR_ARG(source->names[c]));
        }
    }
    return MLN_OK;
}

static enum mln_reason reason_of(const struct mln_arrow_cell *cell, size_t cap) {
    if (cell->reason != MLN_REASON_NONE || cell->text.n == 0) {
        return cell->reason;
    }
    return cell->text.n > cap                                 ? MLN_REASON_TOO_LONG
           : memchr(cell->text.p, '\0', cell->text.n) != NULL ? MLN_REASON_NUL_BYTE
           : mln_utf8_valid_prefix(cell->text) < cell->text.n ? MLN_REASON_ENCODING
                                                              : MLN_REASON_NONE;
}

static enum mln_status put_cell(struct arrow *a, const struct mln_arrow_array *array,
                                struct mln_cell_block *block, struct mln_str *cells, size_t c,
                                size_t row, struct mln_err *err) {
    const struct mln_source *source = a->source;
    const uint16_t slot = source->slots[c];
    const char separator = source->separators == NULL ? '\0' : source->separators[slot];
    struct mln_row_fault *fault = &block->faults[block->n_rows];
    struct mln_arrow_cell cell;
    MLN_TRY(mln_arrow_cell(array, row, separator, &a->dictionaries, &block->text, &cell, err));
    if (cell.damaged) {
        return bad_batch(a, err);
    }
    if (cell.holds_separator) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: row %" PRIu64 ", column '%.*s': an element of the list holds the separator "
            "'%c'; give the field another one (separator: \"|\") that no element holds",
            source->shown, block->first_row + block->n_rows, MLN_STR_ARG(source->names[c]),
            separator);
    }
    const enum mln_reason reason = reason_of(&cell, source->options.field_cap);
    if (reason != MLN_REASON_NONE && fault->reason == MLN_REASON_NONE) {
        *fault = (struct mln_row_fault){(uint16_t)reason, (uint16_t)c};
    }
    cells[slot] = cell.text.n == 0 ? (struct mln_str){NULL, 0} : cell.text;
    return MLN_OK;
}

/* Texts borrow the batch, so that no row is kept past it. */
static enum mln_status give_rows(struct arrow *a, const struct mln_arrow_array *arrays,
                                 size_t n_rows, struct mln_cell_block *block, mln_cells_fn *sink,
                                 void *ctx, struct mln_err *err) {
    for (size_t row = 0; row < n_rows; row++) {
        struct mln_str *cells = mln_cell_block_row(block);
        for (size_t c = 0; c < a->schema.n; c++) {
            if (a->wanted[c]) {
                MLN_TRY(put_cell(a, &arrays[c], block, cells, c, row, err));
            }
        }
        if (++block->n_rows == MLN_SOURCE_BATCH_ROWS) {
            MLN_TRY(mln_cell_block_flush(block, sink, ctx, err));
        }
    }
    return mln_cell_block_flush(block, sink, ctx, err);
}

static enum mln_status read_batch(struct arrow *a, struct mln_cell_block *block, mln_cells_fn *sink,
                                  void *ctx, struct mln_err *err) {
    struct mln_arrow_bytes body;
    size_t n_rows = 0;
    bool bounded = false;
    a->batch++;
    struct mln_arrow_array *arrays =
        MLN_ARENA_NEW(&a->passing, struct mln_arrow_array, a->schema.n);
    if (arrays == NULL) {
        return no_memory(a, err);
    }
    MLN_TRY(read_part(a, &a->passing, a->body_bytes, &body, err));
    MLN_TRY(
        told_load(a,
                  mln_arrow_load_batch(&a->header, a->version, body, a->schema.fields, a->schema.n,
                                       a->wanted, false, &a->passing, arrays, &n_rows),
                  err));
    for (size_t c = 0; c < a->schema.n; c++) {
        bounded |= a->wanted[c] && arrays[c].is_bounded;
    }
    if (a->flat.damaged || (!bounded && n_rows > ROWS_OF_NOTHING)) {
        return bad_batch(a, err);
    }
    return give_rows(a, arrays, n_rows, block, sink, ctx, err);
}

static enum mln_status next_message(struct arrow *a, struct mln_cell_block *block,
                                    mln_cells_fn *sink, void *ctx, bool *end, struct mln_err *err) {
    MLN_TRY(next_header(a, end, err));
    if (*end) {
        return MLN_OK;
    }
    enum mln_status status = a->type == MESSAGE_BATCH        ? read_batch(a, block, sink, ctx, err)
                             : a->type == MESSAGE_DICTIONARY ? read_dictionary(a, err)
                                                             : MLN_BAD_INPUT;
    if (a->type != MESSAGE_BATCH && a->type != MESSAGE_DICTIONARY) {
        status = damaged(a, "a message is neither a record batch nor a dictionary", err);
    }
    forget_message(a);
    return status;
}

static enum mln_status arrow_stream(struct mln_source *source, mln_cells_fn *sink, void *ctx,
                                    struct mln_err *err) {
    struct arrow *a = source->reader;
    struct mln_cell_block block;
    MLN_TRY(check_types(a, err));
    enum mln_status status = mln_cell_block_init(&block, source->n_selected, err);
    bool end = a->is_file && a->n_batches == 0;
    while (status == MLN_OK && !end) {
        status = next_message(a, &block, sink, ctx, &end, err);
        if (status == MLN_OK && end && a->is_file) {
            status = damaged(a, "its footer lists more record batches than it has", err);
        }
        end = end || (a->is_file && a->batch == a->n_batches);
    }
    mln_cell_block_release(&block);
    return status;
}

const struct mln_source_ops mln_source_arrow = {
    .open = arrow_open, .stream = arrow_stream, .close = arrow_close};
