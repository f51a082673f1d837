#include "source/arrow_flat.h"

/* ── bytes ── */

static bool inside(struct mln_flat *in, size_t at, size_t n) {
    const bool holds = at <= in->n && n <= in->n - at;
    in->damaged |= !holds;
    return holds;
}

int64_t mln_flat_at(const struct mln_flat *in, size_t at, size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)in->bytes[at + i] << (8 * i);
    }
    const unsigned shift = (unsigned)(64 - 8 * bytes);
    return (int64_t)(value << shift) >> shift;
}

static int64_t checked(struct mln_flat *in, size_t at, size_t bytes) {
    return inside(in, at, bytes) ? mln_flat_at(in, at, bytes) : 0;
}

/* What an unsigned offset that stands at `at` leads to; 0 when it leads nowhere. */
static size_t follow(struct mln_flat *in, size_t at) {
    const uint32_t offset = (uint32_t)checked(in, at, 4);
    if (in->damaged || offset == 0 || !inside(in, at, (size_t)offset + 4)) {
        in->damaged = true;
        return 0;
    }
    return at + offset;
}

/* ── tables ── */

static struct mln_flat_table table_at(struct mln_flat *in, size_t at) {
    const struct mln_flat_table none = {.in = NULL};
    const int64_t vtable = (int64_t)at - checked(in, at, 4);
    if (in->damaged || at == 0 || vtable < 0 || !inside(in, (size_t)vtable, 4)) {
        in->damaged = true;
        return none;
    }
    const struct mln_flat_table table = {.in = in,
                                         .at = at,
                                         .vtable = (size_t)vtable,
                                         .vtable_bytes =
                                             (uint16_t)mln_flat_at(in, (size_t)vtable, 2),
                                         .bytes = (uint16_t)mln_flat_at(in, (size_t)vtable + 2, 2)};
    return inside(in, table.vtable, table.vtable_bytes) && inside(in, at, table.bytes) ? table
                                                                                       : none;
}

struct mln_flat_table mln_flat_root(struct mln_flat *in) {
    const size_t at = follow(in, 0);
    return at == 0 ? (struct mln_flat_table){.in = NULL} : table_at(in, at);
}

/* Where a field of `bytes` stands; 0 when the table lacks it. */
static size_t field_at(const struct mln_flat_table *table, unsigned field, size_t bytes) {
    const size_t slot = 4 + 2 * (size_t)field;
    if (table->in == NULL || slot + 2 > table->vtable_bytes) {
        return 0;
    }
    const uint16_t offset = (uint16_t)mln_flat_at(table->in, table->vtable + slot, 2);
    if (offset == 0) {
        return 0;
    }
    if (offset + bytes > table->bytes) {
        table->in->damaged = true;
        return 0;
    }
    return table->at + offset;
}

int64_t mln_flat_number(const struct mln_flat_table *table, unsigned field, size_t bytes,
                        int64_t otherwise) {
    const size_t at = field_at(table, field, bytes);
    return at == 0 ? otherwise : checked(table->in, at, bytes);
}

struct mln_flat_table mln_flat_child(const struct mln_flat_table *table, unsigned field) {
    const size_t at = field_at(table, field, 4);
    const size_t to = at == 0 ? 0 : follow(table->in, at);
    return to == 0 ? (struct mln_flat_table){.in = NULL} : table_at(table->in, to);
}

/* ── strings and vectors ── */

struct mln_flat_vector mln_flat_list(const struct mln_flat_table *table, unsigned field,
                                     size_t bytes) {
    struct mln_flat_vector none = {.in = table->in};
    const size_t at = field_at(table, field, 4);
    const size_t to = at == 0 ? 0 : follow(table->in, at);
    if (to == 0) {
        return none;
    }
    const uint32_t n = (uint32_t)checked(table->in, to, 4);
    return inside(table->in, to + 4, (size_t)n * bytes)
               ? (struct mln_flat_vector){.in = table->in, .at = to + 4, .n = n}
               : none;
}

struct mln_str mln_flat_text(const struct mln_flat_table *table, unsigned field) {
    const struct mln_flat_vector bytes = mln_flat_list(table, field, 1);
    return bytes.n == 0 ? (struct mln_str){"", 0}
                        : (struct mln_str){(const char *)bytes.in->bytes + bytes.at, bytes.n};
}

struct mln_flat_table mln_flat_element(const struct mln_flat_vector *vector, size_t i) {
    const size_t to = i < vector->n ? follow(vector->in, vector->at + 4 * i) : 0;
    return to == 0 ? (struct mln_flat_table){.in = NULL} : table_at(vector->in, to);
}
