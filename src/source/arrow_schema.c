#include "source/arrow_schema.h"

static const char *const words[MLN_ARROW_TYPES] = {"",
                                                   "null",
                                                   "int",
                                                   "float",
                                                   "binary",
                                                   "utf8",
                                                   "bool",
                                                   "decimal",
                                                   "date",
                                                   "time",
                                                   "timestamp",
                                                   "interval",
                                                   "list",
                                                   "struct",
                                                   "union",
                                                   "fixed-size binary",
                                                   "fixed-size list",
                                                   "map",
                                                   "duration",
                                                   "large binary",
                                                   "large utf8",
                                                   "large list",
                                                   "run-end encoded",
                                                   "binary view",
                                                   "utf8 view",
                                                   "list view",
                                                   "large list view"};

const char *mln_arrow_type_word(enum mln_arrow_type type) {
    return words[type];
}

struct reader {
    struct mln_arena *arena;
    size_t n_fields;
    bool bad, no_memory;
};

/* ── types ── */

static bool one_of(uint32_t bits, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return bits == a || bits == b || bits == c || bits == d;
}

static void read_int(struct reader *r, const struct mln_flat_table *type, uint32_t *bits,
                     bool *is_signed) {
    *bits = (uint32_t)mln_flat_number(type, 0, 4, 0);
    *is_signed = mln_flat_number(type, 1, 1, 0) != 0;
    r->bad |= !one_of(*bits, 8, 16, 32, 64);
}

static enum mln_arrow_unit read_unit(struct reader *r, const struct mln_flat_table *type,
                                     int64_t otherwise) {
    const int64_t unit = mln_flat_number(type, 0, 2, otherwise);
    r->bad |= unit < MLN_ARROW_SECOND || unit > MLN_ARROW_NANO;
    return r->bad ? MLN_ARROW_SECOND : (enum mln_arrow_unit)unit;
}

static void read_type(struct reader *r, const struct mln_flat_table *type,
                      struct mln_arrow_field *f) {
    static const uint32_t float_bits[] = {16, 32, 64};
    int64_t number;
    switch (f->type) {
    case MLN_ARROW_INT: read_int(r, type, &f->bits, &f->is_signed); break;
    case MLN_ARROW_FLOAT:
        number = mln_flat_number(type, 0, 2, 0);
        r->bad |= number < 0 || number > 2;
        f->bits = r->bad ? 64 : float_bits[number];
        break;
    case MLN_ARROW_DECIMAL:
        f->scale = (int32_t)mln_flat_number(type, 1, 4, 0);
        f->bits = (uint32_t)mln_flat_number(type, 2, 4, 128);
        r->bad |= !one_of(f->bits, 32, 64, 128, 256) || f->scale < -100 || f->scale > 100;
        break;
    case MLN_ARROW_DATE:
        number = mln_flat_number(type, 0, 2, 1);
        f->bits = number == 0 ? 32 : 64;
        r->bad |= number != 0 && number != 1;
        break;
    case MLN_ARROW_TIME:
        f->unit = read_unit(r, type, MLN_ARROW_MILLI);
        f->bits = (uint32_t)mln_flat_number(type, 1, 4, 32);
        r->bad |= f->bits != 32 && f->bits != 64;
        break;
    case MLN_ARROW_TIMESTAMP:
        f->unit = read_unit(r, type, MLN_ARROW_SECOND);
        f->zoned = mln_flat_text(type, 1).n > 0;
        break;
    case MLN_ARROW_FIXED_LIST:
        f->list_size = mln_flat_number(type, 0, 4, 0);
        r->bad |= f->list_size < 0;
        break;
    case MLN_ARROW_UNION: f->dense = mln_flat_number(type, 0, 2, 0) == 1; break;
    default: break;
    }
}

static bool has_one_child(enum mln_arrow_type type) {
    return type == MLN_ARROW_LIST || type == MLN_ARROW_LARGE_LIST || type == MLN_ARROW_FIXED_LIST ||
           type == MLN_ARROW_MAP || type == MLN_ARROW_LIST_VIEW ||
           type == MLN_ARROW_LARGE_LIST_VIEW;
}

static bool has_children(enum mln_arrow_type type) {
    return has_one_child(type) || type == MLN_ARROW_STRUCT || type == MLN_ARROW_UNION ||
           type == MLN_ARROW_RUN_END;
}

/* ── fields ── */

static struct mln_arrow_field *read_fields(struct reader *r, const struct mln_flat_vector *list,
                                           size_t depth, size_t *n);

static void read_field(struct reader *r, const struct mln_flat_table *field, size_t depth,
                       struct mln_arrow_field *out) {
    const int64_t number = mln_flat_number(field, 2, 1, 0);
    if (field->in == NULL || number < MLN_ARROW_NULL || number >= MLN_ARROW_TYPES) {
        r->bad = true;
        return;
    }
    const struct mln_str name = mln_flat_text(field, 0);
    out->name = (struct mln_str){mln_arena_strdup(r->arena, name), name.n};
    r->no_memory |= out->name.p == NULL;
    out->type = (enum mln_arrow_type)number;
    const struct mln_flat_table type = mln_flat_child(field, 3);
    read_type(r, &type, out);
    const struct mln_flat_table dictionary = mln_flat_child(field, 4);
    if (dictionary.in != NULL) {
        const struct mln_flat_table index = mln_flat_child(&dictionary, 1);
        out->in_dictionary = true;
        out->dictionary = mln_flat_number(&dictionary, 0, 8, 0);
        out->index_bits = 32; /* without a type of its own the index is int32 */
        out->index_signed = true;
        if (index.in != NULL) {
            read_int(r, &index, &out->index_bits, &out->index_signed);
        }
    }
    const struct mln_flat_vector children = mln_flat_list(field, 5, 4);
    r->bad |=
        has_one_child(out->type) ? children.n != 1 : !has_children(out->type) && children.n > 0;
    out->children = read_fields(r, &children, depth + 1, &out->n_children);
}

/* Recursion is bounded: no deeper than MLN_ARROW_DEPTH, and MLN_ARROW_FIELDS_MAX in all. */
static struct mln_arrow_field *read_fields(struct reader *r, const struct mln_flat_vector *list,
                                           size_t depth, size_t *n) {
    *n = 0;
    r->n_fields += list->n;
    r->bad |= depth > MLN_ARROW_DEPTH || r->n_fields > MLN_ARROW_FIELDS_MAX;
    if (r->bad || r->no_memory || list->n == 0) {
        return NULL;
    }
    struct mln_arrow_field *fields = MLN_ARENA_NEW(r->arena, struct mln_arrow_field, list->n);
    r->no_memory |= fields == NULL;
    for (size_t i = 0; !r->no_memory && !r->bad && i < list->n; i++) {
        const struct mln_flat_table field = mln_flat_element(list, i);
        read_field(r, &field, depth, &fields[i]);
    }
    *n = list->n;
    return fields;
}

bool mln_arrow_schema_read(const struct mln_flat_table *schema, struct mln_arena *arena,
                           struct mln_arrow_schema *out, bool *no_memory) {
    struct reader r = {.arena = arena};
    *out = (struct mln_arrow_schema){.big_endian = mln_flat_number(schema, 0, 2, 0) != 0};
    const struct mln_flat_vector fields = mln_flat_list(schema, 1, 4);
    out->fields = read_fields(&r, &fields, 0, &out->n);
    *no_memory = r.no_memory;
    return !r.bad && !r.no_memory && schema->in != NULL && !schema->in->damaged;
}
