/* Row groups: the pages of each column.
 *
 *   chunk     [dictionary page] data page …
 *   page      header (Thrift) | how long, and which rows have a value | the values of those that do
 */
#include <stdlib.h>

#include "linkage/parquet.h"
#include "linkage/parquet_format.h"

enum {
    PAGE_ROWS = 1 << 14,
    PAGE_BYTES = 1 << 20, /* of text; a page ends with the row that passes it */
    DICTIONARY_MOST = 1 << 16,
    DICTIONARY_TRIAL = 1 << 10, /* so many values may be new before half of them must repeat */
    SLOTS = 2 * DICTIONARY_MOST
};

/* What encoding a column needs; made once a group. */
struct scratch {
    struct mln_str *values; /* of the rows that have one */
    uint32_t *numbers; /* per row: whether it has a value; per value: its place in the dictionary */
    int64_t *lengths;  /* two a row */
    uint32_t *slots;   /* place in the dictionary + 1 by hash; 0 free */
    struct mln_str *dictionary;
    size_t n_dictionary;
    struct mln_buf body; /* of a page */
};

static size_t width_of(enum mln_type type) {
    return type == MLN_INT64 || type == MLN_DOUBLE ? 8 : 4;
}

/* The bytes of a value that is there. */
static struct mln_str bytes_of(const struct mln_column *c, size_t row) {
    if (c->type == MLN_UTF8_TEXT) {
        return mln_get_str(c, row);
    }
    const size_t width = width_of(c->type);
    return (struct mln_str){(const char *)c->values + (c->offset + row) * width, width};
}

static size_t gather(const struct mln_column *c, size_t n_rows, struct mln_str *values) {
    size_t n = 0;
    for (size_t row = 0; row < n_rows; row++) {
        if (mln_is_valid(c, row)) {
            values[n++] = bytes_of(c, row);
        }
    }
    return n;
}

/* ── dictionary ── */

static uint64_t hash_of(struct mln_str value) {
    uint64_t hash = value.n;
    for (size_t i = 0; i < value.n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, value.p + i, value.n - i < 8 ? value.n - i : 8);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    return hash;
}

/* The place of each value in the dictionary, in the order they first come; false when it is not
 * worth it. */
static bool look_up(struct scratch *s, size_t n) {
    memset(s->slots, 0, SLOTS * sizeof *s->slots);
    s->n_dictionary = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && mln_str_eq(s->values[i], s->values[i - 1])) {
            s->numbers[i] = s->numbers[i - 1];
            continue;
        }
        size_t at = hash_of(s->values[i]) % SLOTS;
        while (s->slots[at] != 0 && !mln_str_eq(s->dictionary[s->slots[at] - 1], s->values[i])) {
            at = (at + 1) % SLOTS;
        }
        if (s->slots[at] == 0) {
            if (s->n_dictionary == DICTIONARY_MOST ||
                (s->n_dictionary >= DICTIONARY_TRIAL && 2 * s->n_dictionary > i)) {
                return false;
            }
            s->dictionary[s->n_dictionary++] = s->values[i];
            s->slots[at] = (uint32_t)s->n_dictionary;
        }
        s->numbers[i] = s->slots[at] - 1;
    }
    return s->n_dictionary > 0;
}

static unsigned bits_for(size_t n) {
    unsigned bits = 1;
    while ((size_t)1 << bits < n) {
        bits++;
    }
    return bits;
}

/* ── pages ── */

static void put_u32(struct mln_buf *out, size_t value) {
    const unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8),
                                    (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
    mln_buf_add(out, bytes, sizeof bytes);
}

static void put_plain(struct mln_buf *out, const struct mln_str *values, size_t n, bool text) {
    for (size_t i = 0; i < n; i++) {
        if (text) {
            put_u32(out, values[i].n);
        }
        mln_buf_add_str(out, values[i]);
    }
}

static enum mln_status put_page(struct scratch *s, int32_t kind, size_t n, int32_t encoding,
                                struct mln_buf *out, struct mln_err *err) {
    MLN_TRY(mln_buf_check(&s->body, "a page of Parquet", err));
    if (s->body.n > INT32_MAX) {
        return mln_err_set(err, MLN_INTERNAL, "a page of Parquet passes 2 GiB");
    }
    struct thrift header = {out, 0};
    thrift_i32(&header, 1, kind);
    thrift_i32(&header, 2, (int32_t)s->body.n);
    thrift_i32(&header, 3, (int32_t)s->body.n);
    struct thrift page = thrift_struct(&header, kind == PARQUET_DATA_PAGE ? 5 : 7);
    thrift_i32(&page, 1, (int32_t)n);
    thrift_i32(&page, 2, encoding);
    if (kind == PARQUET_DATA_PAGE) {
        thrift_i32(&page, 3, PARQUET_RLE);
        thrift_i32(&page, 4, PARQUET_RLE);
    }
    thrift_end(&page);
    thrift_end(&header);
    mln_buf_add_str(out, mln_buf_view(&s->body));
    mln_buf_reset(&s->body);
    return mln_buf_check(out, "a page of Parquet", err);
}

/* Which rows of [from, to) have a value, with the length of that before it. `there` is scratch. */
static void put_present(struct mln_buf *out, const struct mln_column *c, size_t from, size_t to,
                        uint32_t *there) {
    const size_t at = out->n;
    put_u32(out, 0);
    for (size_t row = from; row < to; row++) {
        there[row - from] = mln_is_valid(c, row);
    }
    mln_parquet_hybrid(out, there, to - from, 1);
    if (!out->failed) {
        const size_t n = out->n - at - 4;
        for (size_t b = 0; b < 4; b++) {
            out->p[at + b] = (char)(n >> 8 * b);
        }
    }
}

static void put_values(struct scratch *s, const struct mln_column *c, uint8_t encoding,
                       size_t first, size_t n) {
    const struct mln_str *values = s->values + first;
    switch (encoding) {
    case PARQUET_RLE_DICTIONARY:
        mln_buf_addc(&s->body, (char)bits_for(s->n_dictionary));
        mln_parquet_hybrid(&s->body, s->numbers + first, n, bits_for(s->n_dictionary));
        break;
    case PARQUET_DELTA_BINARY_PACKED:
        for (size_t i = 0; i < n; i++) {
            memcpy(&s->lengths[i], values[i].p, sizeof s->lengths[i]);
        }
        mln_parquet_delta(&s->body, s->lengths, n);
        break;
    case PARQUET_DELTA_BYTE_ARRAY: mln_parquet_prefix(&s->body, values, n, s->lengths); break;
    default: put_plain(&s->body, values, n, c->type == MLN_UTF8_TEXT);
    }
}

/* Where the page that begins with row `from` ends; *n of its rows have a value. */
static size_t page_end(const struct mln_column *c, const struct scratch *s, size_t from,
                       size_t n_rows, size_t first, size_t *n) {
    size_t bytes = 0, row = from;
    *n = 0;
    for (; row < n_rows && row - from < PAGE_ROWS && bytes < PAGE_BYTES; row++) {
        if (mln_is_valid(c, row)) {
            bytes += s->values[first + (*n)++].n;
        }
    }
    return row;
}

/* ── chunks ── */

static uint8_t encoding_of(enum mln_type type, bool dictionary) {
    return type == MLN_INT64       ? PARQUET_DELTA_BINARY_PACKED
           : dictionary            ? PARQUET_RLE_DICTIONARY
           : type == MLN_UTF8_TEXT ? PARQUET_DELTA_BYTE_ARRAY
                                   : PARQUET_PLAIN;
}

static enum mln_status encode_column(struct scratch *s, const struct mln_column *c, size_t n_rows,
                                     struct mln_parquet_chunk *chunk, struct mln_buf *out,
                                     struct mln_err *err) {
    const size_t n_values = gather(c, n_rows, s->values);
    const bool dictionary = c->type != MLN_INT64 && look_up(s, n_values);
    uint32_t *const there = s->numbers + n_rows;
    *chunk =
        (struct mln_parquet_chunk){.start = out->n, .encoding = encoding_of(c->type, dictionary)};
    if (dictionary) {
        put_plain(&s->body, s->dictionary, s->n_dictionary, c->type == MLN_UTF8_TEXT);
        MLN_TRY(put_page(s, PARQUET_DICTIONARY_PAGE, s->n_dictionary, PARQUET_PLAIN, out, err));
        chunk->dictionary = out->n - chunk->start;
    }
    for (size_t row = 0, first = 0, n; row < n_rows; first += n) {
        const size_t end = page_end(c, s, row, n_rows, first, &n);
        put_present(&s->body, c, row, end, there);
        put_values(s, c, chunk->encoding, first, n);
        MLN_TRY(put_page(s, PARQUET_DATA_PAGE, end - row, chunk->encoding, out, err));
        row = end;
    }
    chunk->bytes = out->n - chunk->start;
    return MLN_OK;
}

static void scratch_release(struct scratch *s) {
    free(s->values);
    free(s->numbers);
    free(s->lengths);
    free(s->slots);
    free(s->dictionary);
    mln_buf_release(&s->body);
}

static bool scratch_init(struct scratch *s, size_t n_rows) {
    *s = (struct scratch){.values = malloc((n_rows + 1) * sizeof *s->values),
                          .numbers = malloc((n_rows + PAGE_ROWS) * sizeof *s->numbers),
                          .lengths = malloc(2 * (size_t)PAGE_ROWS * sizeof *s->lengths),
                          .slots = malloc(SLOTS * sizeof *s->slots),
                          .dictionary = malloc(DICTIONARY_MOST * sizeof *s->dictionary)};
    return s->values != NULL && s->numbers != NULL && s->lengths != NULL && s->slots != NULL &&
           s->dictionary != NULL;
}

enum mln_status mln_parquet_encode(const struct mln_batch *batch, struct mln_parquet_group *out,
                                   struct mln_err *err) {
    struct scratch s;
    enum mln_status status = MLN_OK;
    out->n_columns = batch->n_columns;
    out->n_rows = batch->n_rows;
    out->chunks = calloc(batch->n_columns + 1, sizeof *out->chunks);
    if (!scratch_init(&s, batch->n_rows) || out->chunks == NULL) {
        status = mln_err_nomem(err, "a group of rows of Parquet");
    }
    for (size_t i = 0; status == MLN_OK && i < batch->n_columns; i++) {
        status =
            encode_column(&s, &batch->columns[i], batch->n_rows, &out->chunks[i], &out->bytes, err);
    }
    scratch_release(&s);
    return status;
}

void mln_parquet_group_release(struct mln_parquet_group *group) {
    mln_buf_release(&group->bytes);
    free(group->chunks);
    *group = MLN_PARQUET_GROUP_INIT;
}
