#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void write_node(struct mln_json *j, const struct mln_yaml *node) {
    switch (node->kind) {
    case MLN_YAML_NULL:
        mln_json_null(j);
        break;
    case MLN_YAML_SCALAR:
        mln_json_str(j, node->text);
        break;
    case MLN_YAML_LIST:
    case MLN_YAML_MAP:
        node->kind == MLN_YAML_MAP ? mln_json_begin_object(j) : mln_json_begin_array(j);
        for (const struct mln_yaml *child = node->first; child != NULL; child = child->next) {
            if (node->kind == MLN_YAML_MAP) {
                mln_json_key_str(j, child->key);
            }
            write_node(j, child); /* at most 32 deep, the reader's own cap */
        }
        mln_json_end(j);
        break;
    }
}

/* Kinds, texts and keys; places differ between a YAML text and its JSON. */
static void must_be_equal(const struct mln_yaml *a, const struct mln_yaml *b) {
    must(a->kind == b->kind && a->n == b->n && mln_str_eq(a->text, b->text) &&
         mln_str_eq(a->key, b->key));
    must(a->line >= 1 && a->column >= 1);
    const struct mln_yaml *y = b->first;
    for (const struct mln_yaml *x = a->first; x != NULL; x = x->next, y = y->next) {
        must_be_equal(x, y);
    }
}

static bool has_long_key(const struct mln_yaml *node) {
    bool found =
        node->key.n > 150; /* a character may take six in an escape; libyaml stops at 1024 */
    for (const struct mln_yaml *child = node->first; child != NULL && !found; child = child->next) {
        found = has_long_key(child);
    }
    return found;
}

static void read_as_everything(struct mln_yaml *node) {
    static const char *const words[] = {"utf-8", "latin1", NULL};
    struct mln_err err;
    struct mln_str s;
    int64_t i = 0;
    double f = 0;
    bool b;
    int32_t day;
    size_t word;
    must(mln_yaml_as_i64(node, -5, 5, &i, &err) != MLN_OK || (i >= -5 && i <= 5));
    must(mln_yaml_as_f64(node, 0, 1, &f, &err) != MLN_OK || (f >= 0 && f <= 1));
    (void)!mln_yaml_as_str(node, &s, &err);
    (void)!mln_yaml_as_bool(node, &b, &err);
    (void)!mln_yaml_as_day(node, &day, &err);
    (void)!mln_yaml_as_word(node, words, &word, &err);
    if (node->kind == MLN_YAML_MAP) {
        (void)mln_yaml_get(node, "name");
        (void)mln_yaml_get(node, "a");
        must((mln_yaml_done(node, &err) == MLN_OK) ==
             (node->n == (size_t)(mln_yaml_get(node, "name") != NULL) +
                             (size_t)(mln_yaml_get(node, "a") != NULL)));
    }
    for (struct mln_yaml *child = node->first; child != NULL; child = child->next) {
        read_as_everything(child);
    }
}

/* What is read is written as JSON and read back: the same tree. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root = NULL;
    struct mln_err err = {0};
    const struct mln_str text = {size == 0 ? "" : (const char *)data, size};
    if (mln_yaml_parse(&arena, "input", text, &root, &err) == MLN_OK) {
        read_as_everything(root);
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_json j;
        mln_json_init(&j, &out);
        if (!has_long_key(root)) {
            write_node(&j, root);
            struct mln_yaml *again = NULL;
            must(mln_json_finish(&j, &err) == MLN_OK);
            must(mln_yaml_parse(&arena, "written", mln_buf_view(&out), &again, &err) == MLN_OK);
            must_be_equal(root, again);
        }
        mln_buf_release(&out);
    } else {
        must(strncmp(err.msg, "input:", 6) == 0);
    }
    mln_arena_release(&arena);
    return 0;
}
