#include "source/arrow_array.h"

#include <lz4frame.h>
#include <zstd.h>

enum { NODE_BYTES = 16, BUFFER_BYTES = 16, VIEW_BYTES = 16, METADATA_V5 = 4 };
enum { CODEC_NONE = -1, CODEC_LZ4 = 0, CODEC_ZSTD = 1 };
/* The most that a byte can stand for: a run of LZ4; a block of ZSTD, 128 KiB of one value in 4
 * bytes. */
enum { LZ4_MOST = 256, ZSTD_MOST = 1 << 16 };

struct loader {
    struct mln_flat_vector nodes, buffers, variadic;
    size_t node, buffer, view; /* next ones */
    struct mln_arrow_bytes body;
    int64_t version, codec;
    struct mln_arena *arena;
    enum mln_arrow_load result; /* the first thing that went wrong */
};

static void fail(struct loader *l, enum mln_arrow_load result) {
    l->result = l->result == MLN_ARROW_LOADED ? result : l->result;
}

/* ── buffers ── */

static bool unpack(int64_t codec, struct mln_arrow_bytes from, unsigned char *to, size_t n) {
    if (codec == CODEC_ZSTD) {
        return ZSTD_decompress(to, n, from.p, from.n) == n;
    }
    LZ4F_dctx *context = NULL;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) {
        return false;
    }
    size_t done = n, used = from.n;
    const size_t left = LZ4F_decompress(context, to, &done, from.p, &used, NULL);
    (void)LZ4F_freeDecompressionContext(context);
    return left == 0 && done == n; /* a whole frame of the length that was said */
}

/* A buffer of a compressed body begins with its own length, or -1 when it is as it was. */
static struct mln_arrow_bytes decompress(struct loader *l, struct mln_arrow_bytes from) {
    const struct mln_arrow_bytes none = {NULL, 0};
    const int64_t length = from.n < 8 ? -2 : mln_arrow_whole(from.p, 8, true);
    const struct mln_arrow_bytes packed = {from.p + 8, from.n - 8};
    if (length == -1) {
        return packed;
    }
    const size_t most = l->codec == CODEC_LZ4 ? LZ4_MOST : ZSTD_MOST;
    if (length < 0 || (size_t)length / most > packed.n) {
        fail(l, MLN_ARROW_DAMAGED);
        return none;
    }
    unsigned char *to = mln_arena_alloc(l->arena, (size_t)length + 1, 1);
    if (to == NULL) {
        fail(l, MLN_ARROW_NO_MEMORY);
        return none;
    }
    if (!unpack(l->codec, packed, to, (size_t)length)) {
        fail(l, MLN_ARROW_DAMAGED);
        return none;
    }
    return (struct mln_arrow_bytes){to, (size_t)length};
}

/* The next buffer of the batch, of at least `least` bytes; `wanted` ones only are taken out. */
static struct mln_arrow_bytes next_buffer(struct loader *l, bool wanted, size_t least) {
    struct mln_arrow_bytes bytes = {NULL, 0};
    if (l->buffer >= l->buffers.n) {
        fail(l, MLN_ARROW_DAMAGED);
        return bytes;
    }
    const size_t at = l->buffers.at + BUFFER_BYTES * l->buffer++;
    const int64_t offset = mln_flat_at(l->buffers.in, at, 8);
    const int64_t length = mln_flat_at(l->buffers.in, at + 8, 8);
    if (!wanted || l->result != MLN_ARROW_LOADED) {
        return bytes;
    }
    if (offset < 0 || length < 0 || (uint64_t)offset > l->body.n ||
        (uint64_t)length > l->body.n - (uint64_t)offset) {
        fail(l, MLN_ARROW_DAMAGED);
        return bytes;
    }
    bytes = (struct mln_arrow_bytes){l->body.p + offset, (size_t)length};
    if (l->codec != CODEC_NONE && length > 0) {
        bytes = decompress(l, bytes);
    }
    if (bytes.n < least) {
        fail(l, MLN_ARROW_DAMAGED);
    }
    return bytes;
}

/* ── arrays ── */

static void load_array(struct loader *l, const struct mln_arrow_field *field, bool wanted,
                       bool as_values, struct mln_arrow_array *out);

static void skip_children(struct loader *l, const struct mln_arrow_field *field) {
    for (size_t i = 0; i < field->n_children; i++) {
        struct mln_arrow_array unused;
        load_array(l, &field->children[i], false, false, &unused);
    }
}

static bool times(size_t n, size_t width, size_t *out) {
    return !__builtin_mul_overflow(n, width, out);
}

static void load_values(struct loader *l, bool wanted, size_t bits, struct mln_arrow_array *out) {
    size_t least = 0;
    if (!times(out->length, bits, &least) || least > SIZE_MAX - 7) {
        fail(l, MLN_ARROW_DAMAGED);
    }
    out->values = next_buffer(l, wanted, (least + 7) / 8);
    out->is_bounded = true;
}

/* length + 1 offsets, or none when there is no value. */
static void load_offsets(struct loader *l, bool wanted, size_t width, struct mln_arrow_array *out) {
    size_t least = 0;
    if (!times(out->length, width, &least) || least > SIZE_MAX - width) {
        fail(l, MLN_ARROW_DAMAGED);
    }
    out->values = next_buffer(l, wanted, out->length == 0 ? 0 : least + width);
    out->is_bounded = true;
}

static void load_view(struct loader *l, bool wanted, struct mln_arrow_array *out) {
    load_values(l, wanted, 8 * VIEW_BYTES, out);
    const int64_t n =
        l->view < l->variadic.n ? mln_flat_at(l->variadic.in, l->variadic.at + 8 * l->view, 8) : -1;
    l->view++;
    if (n < 0 || (uint64_t)n > l->buffers.n - l->buffer) {
        fail(l, MLN_ARROW_DAMAGED);
        return;
    }
    out->n_parts = (size_t)n;
    out->parts = wanted ? MLN_ARENA_NEW(l->arena, struct mln_arrow_bytes, out->n_parts + 1) : NULL;
    if (wanted && out->parts == NULL) {
        fail(l, MLN_ARROW_NO_MEMORY);
    }
    for (size_t i = 0; i < out->n_parts; i++) {
        const struct mln_arrow_bytes part = next_buffer(l, wanted, 0);
        if (out->parts != NULL) {
            out->parts[i] = part;
        }
    }
}

static void load_element(struct loader *l, const struct mln_arrow_field *field, bool wanted,
                         struct mln_arrow_array *out) {
    struct mln_arrow_array unused;
    out->element = wanted ? MLN_ARENA_NEW(l->arena, struct mln_arrow_array, 1) : NULL;
    if (wanted && out->element == NULL) {
        fail(l, MLN_ARROW_NO_MEMORY);
    }
    load_array(l, &field->children[0], wanted, false,
               out->element != NULL ? out->element : &unused);
}

/* The buffers after the validity, by layout (Arrow's Columnar Format, "Buffer Listing for Each
 * Layout"). */
static void load_layout(struct loader *l, const struct mln_arrow_field *field, bool wanted,
                        struct mln_arrow_array *out) {
    switch (field->type) {
    case MLN_ARROW_BOOL: load_values(l, wanted, 1, out); break;
    case MLN_ARROW_INT:
    case MLN_ARROW_FLOAT:
    case MLN_ARROW_DECIMAL:
    case MLN_ARROW_DATE:
    case MLN_ARROW_TIME: load_values(l, wanted, field->bits, out); break;
    case MLN_ARROW_TIMESTAMP: load_values(l, wanted, 64, out); break;
    case MLN_ARROW_DURATION:
    case MLN_ARROW_INTERVAL:
    case MLN_ARROW_FIXED_BINARY: (void)next_buffer(l, false, 0); break;
    case MLN_ARROW_UTF8:
    case MLN_ARROW_BINARY:
        load_offsets(l, wanted, 4, out);
        out->data = next_buffer(l, wanted, 0);
        break;
    case MLN_ARROW_LARGE_UTF8:
    case MLN_ARROW_LARGE_BINARY:
        load_offsets(l, wanted, 8, out);
        out->data = next_buffer(l, wanted, 0);
        break;
    case MLN_ARROW_UTF8_VIEW:
    case MLN_ARROW_BINARY_VIEW: load_view(l, wanted, out); break;
    case MLN_ARROW_LIST:
    case MLN_ARROW_MAP:
        load_offsets(l, wanted, 4, out);
        load_element(l, field, wanted, out);
        break;
    case MLN_ARROW_LARGE_LIST:
        load_offsets(l, wanted, 8, out);
        load_element(l, field, wanted, out);
        break;
    case MLN_ARROW_FIXED_LIST:
        load_element(l, field, wanted, out);
        out->is_bounded |= field->list_size > 0 && out->element != NULL && out->element->is_bounded;
        break;
    case MLN_ARROW_LIST_VIEW:
    case MLN_ARROW_LARGE_LIST_VIEW:
        (void)next_buffer(l, false, 0);
        (void)next_buffer(l, false, 0);
        skip_children(l, field);
        break;
    case MLN_ARROW_STRUCT: skip_children(l, field); break;
    default: break;
    }
}

static void load_validity(struct loader *l, bool wanted, int64_t nulls,
                          struct mln_arrow_array *out) {
    const struct mln_arrow_bytes bits = next_buffer(l, wanted, 0);
    if (bits.n > 0) {
        out->validity = bits;
        out->is_bounded = true;
    }
    if (wanted && (bits.n == 0 ? nulls > 0 : bits.n < (out->length + 7) / 8)) {
        fail(l, MLN_ARROW_DAMAGED);
    }
}

/* Unions and run-end encoding have no validity of their own; before V5 unions had. */
static void skip_special(struct loader *l, const struct mln_arrow_field *field) {
    if (field->type == MLN_ARROW_UNION) {
        const size_t n = 1U + field->dense + (l->version < METADATA_V5);
        for (size_t i = 0; i < n; i++) {
            (void)next_buffer(l, false, 0);
        }
    }
    skip_children(l, field);
}

/* Depth is that of the schema, which was bounded when it was read. */
static void load_array(struct loader *l, const struct mln_arrow_field *field, bool wanted,
                       bool as_values, struct mln_arrow_array *out) {
    *out = (struct mln_arrow_array){.field = field};
    if (l->node >= l->nodes.n) {
        fail(l, MLN_ARROW_DAMAGED);
        return;
    }
    const size_t at = l->nodes.at + NODE_BYTES * l->node++;
    const int64_t length = mln_flat_at(l->nodes.in, at, 8);
    if (length < 0) {
        fail(l, MLN_ARROW_DAMAGED);
        return;
    }
    out->length = (size_t)length;
    out->indices = field->in_dictionary && !as_values;
    if (out->indices) {
        load_validity(l, wanted, mln_flat_at(l->nodes.in, at + 8, 8), out);
        load_values(l, wanted, field->index_bits, out);
        return;
    }
    if (field->type == MLN_ARROW_NULL) {
        return;
    }
    if (field->type == MLN_ARROW_UNION || field->type == MLN_ARROW_RUN_END) {
        skip_special(l, field);
        return;
    }
    load_validity(l, wanted, mln_flat_at(l->nodes.in, at + 8, 8), out);
    load_layout(l, field, wanted, out);
}

enum mln_arrow_load mln_arrow_load_batch(const struct mln_flat_table *batch, int64_t version,
                                         struct mln_arrow_bytes body,
                                         const struct mln_arrow_field *fields, size_t n,
                                         const bool *wanted, bool as_values,
                                         struct mln_arena *arena, struct mln_arrow_array *arrays,
                                         size_t *length) {
    if (batch->in == NULL) {
        return MLN_ARROW_DAMAGED;
    }
    struct loader l = {.nodes = mln_flat_list(batch, 1, NODE_BYTES),
                       .buffers = mln_flat_list(batch, 2, BUFFER_BYTES),
                       .variadic = mln_flat_list(batch, 4, 8),
                       .body = body,
                       .version = version,
                       .codec = CODEC_NONE,
                       .arena = arena};
    const int64_t rows = mln_flat_number(batch, 0, 8, 0);
    const struct mln_flat_table compression = mln_flat_child(batch, 3);
    if (compression.in != NULL) {
        l.codec = mln_flat_number(&compression, 0, 1, CODEC_LZ4);
        if ((l.codec != CODEC_LZ4 && l.codec != CODEC_ZSTD) ||
            mln_flat_number(&compression, 1, 1, 0) != 0) {
            return MLN_ARROW_CODEC;
        }
    }
    if (rows < 0 || batch->in->damaged) {
        return MLN_ARROW_DAMAGED;
    }
    *length = (size_t)rows;
    for (size_t i = 0; i < n && l.result == MLN_ARROW_LOADED; i++) {
        load_array(&l, &fields[i], wanted[i], as_values, &arrays[i]);
        if (arrays[i].length != *length) {
            fail(&l, MLN_ARROW_DAMAGED);
        }
    }
    return l.result;
}
