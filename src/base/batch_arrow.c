/* Batches in and out by the Arrow C Data Interface. Ownership follows its specification: a child
 * may be moved away from its parent by the consumer, so every node owns its own part and releases
 * it. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/batch_builder.h"

/* By enum mln_type. */
static const char *const formats[] = {"i", "l", "g", "tdD", "u"};

/* ── import ── */

static enum mln_status check_child(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                   size_t *type, struct mln_err *err) {
    const char *name = schema->name == NULL ? "" : schema->name;
    const size_t n_types = sizeof formats / sizeof formats[0];
    *type = 0;
    while (*type < n_types && strcmp(formats[*type], schema->format) != 0) {
        ++*type;
    }
    if (*type == n_types || schema->dictionary != NULL) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "Arrow column '%s' has type '%s'%s; cast it to one of int32 (i), int64 (l), "
            "double (g), date32 (tdD), utf8 (u)",
            name, schema->format, schema->dictionary != NULL ? " (dictionary)" : "");
    }
    const int64_t n_buffers = *type == MLN_UTF8_TEXT ? 3 : 2;
    if (array->n_buffers != n_buffers || array->length < 0 || array->offset < 0 ||
        (array->length > 0 && array->buffers[1] == NULL) ||
        (array->null_count > 0 && array->buffers[0] == NULL)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "Arrow column '%s' does not have the buffers of its type '%s'", name,
                           schema->format);
    }
    return MLN_OK;
}

/* A row of the struct itself may not be missing: our batches have no place to say so. */
static bool has_missing_rows(const struct ArrowArray *array) {
    if (array->null_count == 0 || array->n_buffers < 1 || array->buffers[0] == NULL) {
        return false;
    }
    const uint8_t *bits = array->buffers[0];
    for (int64_t i = array->offset; i < array->offset + array->length; i++) {
        if (((unsigned)bits[i / 8] >> (i % 8) & 1U) == 0) {
            return true;
        }
    }
    return false;
}

enum mln_status mln_batch_import(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                 struct mln_column *columns, size_t n_columns,
                                 struct mln_batch *out, struct mln_err *err) {
    if (strcmp(schema->format, "+s") != 0 || schema->n_children < 0 ||
        schema->n_children != array->n_children || array->length < 0 || array->offset < 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "an Arrow record batch (struct, format +s) is needed, not format '%s'",
                           schema->format);
    }
    const size_t n = (size_t)schema->n_children;
    if (n > n_columns) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "an Arrow batch has %zu columns where at most %zu fit", n, n_columns);
    }
    if (has_missing_rows(array)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "an Arrow batch has rows that are missing as a whole; drop them first");
    }
    for (size_t c = 0; c < n; c++) {
        const struct ArrowSchema *child_schema = schema->children[c];
        const struct ArrowArray *child = array->children[c];
        size_t type;
        MLN_TRY(check_child(child_schema, child, &type, err));
        if (child->length < array->offset + array->length) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "Arrow column '%s' has %" PRId64 " rows, fewer than its batch",
                               child_schema->name == NULL ? "" : child_schema->name, child->length);
        }
        const char *bytes = type == MLN_UTF8_TEXT ? child->buffers[2] : NULL;
        columns[c] = (struct mln_column){
            .name = child_schema->name == NULL ? "" : child_schema->name,
            .type = (enum mln_type)type,
            .validity = child->null_count == 0 ? NULL : child->buffers[0],
            .values = child->buffers[1],
            .bytes = bytes != NULL || type != MLN_UTF8_TEXT ? bytes : "",
            .offset = (size_t)(array->offset + child->offset),
        };
    }
    *out = (struct mln_batch){(size_t)array->length, n, columns};
    return MLN_OK;
}

/* ── export ── */

/* A parent's private part: its children stand behind the pointers that point to them. */
struct schema_parent {
    struct ArrowSchema **children;
    struct ArrowSchema *nodes;
};
struct array_parent {
    const void *buffers[1];
    struct ArrowArray **children;
    struct ArrowArray *nodes;
};
struct array_child {
    const void *buffers[3];
    void *owned[3];
};

static void release_schema_child(struct ArrowSchema *schema) {
    free(schema->private_data); /* its name */
    schema->release = NULL;
}

static void release_schema(struct ArrowSchema *schema) {
    struct schema_parent *own = schema->private_data;
    for (int64_t c = 0; c < schema->n_children; c++) {
        if (schema->children[c]->release != NULL) {
            schema->children[c]->release(schema->children[c]);
        }
    }
    free(own->children);
    free(own->nodes);
    free(own);
    schema->release = NULL;
}

static void release_array_child(struct ArrowArray *array) {
    struct array_child *own = array->private_data;
    for (size_t i = 0; i < 3; i++) {
        free(own->owned[i]);
    }
    free(own);
    array->release = NULL;
}

static void release_array(struct ArrowArray *array) {
    struct array_parent *own = array->private_data;
    for (int64_t c = 0; c < array->n_children; c++) {
        if (array->children[c]->release != NULL) {
            array->children[c]->release(array->children[c]);
        }
    }
    free(own->children);
    free(own->nodes);
    free(own);
    array->release = NULL;
}

/* Everything but the columns; a half-built schema is released by its own callback. */
static bool export_schema(const struct mln_builder *b, struct ArrowSchema *out) {
    const size_t n = b->n_columns == 0 ? 1 : b->n_columns;
    struct schema_parent *own = calloc(1, sizeof *own);
    if (own == NULL) {
        return false;
    }
    own->children = calloc(n, sizeof(struct ArrowSchema *));
    own->nodes = calloc(n, sizeof *own->nodes);
    *out = (struct ArrowSchema){
        .format = "+s", .name = "", .release = release_schema, .private_data = own};
    if (own->children == NULL || own->nodes == NULL) {
        release_schema(out);
        return false;
    }
    out->children = own->children;
    for (size_t c = 0; c < b->n_columns; c++) {
        char *name = strdup(b->columns[c].name);
        if (name == NULL) {
            release_schema(out);
            return false;
        }
        own->children[c] = &own->nodes[c];
        own->nodes[c] = (struct ArrowSchema){.format = formats[b->columns[c].type],
                                             .name = name,
                                             .flags = ARROW_FLAG_NULLABLE,
                                             .release = release_schema_child,
                                             .private_data = name};
        out->n_children++;
    }
    return true;
}

/* The array with empty children, whose private parts are ready to receive buffers. */
static bool prepare_array(size_t n_columns, struct ArrowArray *out) {
    const size_t n = n_columns == 0 ? 1 : n_columns;
    struct array_parent *own = calloc(1, sizeof *own);
    if (own == NULL) {
        return false;
    }
    own->children = calloc(n, sizeof(struct ArrowArray *));
    own->nodes = calloc(n, sizeof *own->nodes);
    *out = (struct ArrowArray){
        .n_buffers = 1, .buffers = own->buffers, .release = release_array, .private_data = own};
    if (own->children == NULL || own->nodes == NULL) {
        release_array(out);
        return false;
    }
    out->children = own->children;
    for (size_t c = 0; c < n_columns; c++) {
        struct array_child *part = calloc(1, sizeof *part);
        if (part == NULL) {
            release_array(out);
            return false;
        }
        own->children[c] = &own->nodes[c];
        own->nodes[c] = (struct ArrowArray){
            .buffers = part->buffers, .release = release_array_child, .private_data = part};
        out->n_children++;
    }
    return true;
}

/* Moves one column's buffers; the builder's column is as new. Cannot fail. */
static void move_column(struct builder_column *c, struct ArrowArray *out) {
    static const int32_t no_offsets[1] = {0};
    struct array_child *part = out->private_data;
    part->owned[0] = c->validity;
    part->owned[1] = c->values;
    part->owned[2] = c->bytes;
    part->buffers[0] = c->n_null > 0 ? c->validity : NULL;
    part->buffers[1] = c->values != NULL ? c->values : no_offsets;
    part->buffers[2] = c->bytes != NULL ? c->bytes : "";
    out->length = (int64_t)c->n;
    out->null_count = (int64_t)c->n_null;
    out->n_buffers = c->type == MLN_UTF8_TEXT ? 3 : 2;
    *c = (struct builder_column){.name = c->name, .type = c->type};
}

enum mln_status mln_builder_export(struct mln_builder *b, struct ArrowSchema *schema,
                                   struct ArrowArray *array, struct mln_err *err) {
    MLN_TRY(mln_builder_check(b, err));
    if (!export_schema(b, schema)) {
        return mln_err_nomem(err, "an Arrow schema");
    }
    if (!prepare_array(b->n_columns, array)) {
        release_schema(schema);
        return mln_err_nomem(err, "an Arrow array");
    }
    array->length = (int64_t)mln_builder_rows(b);
    for (size_t c = 0; c < b->n_columns; c++) {
        move_column(&b->columns[c], array->children[c]);
    }
    return MLN_OK;
}
