/* Text to tree. Reading values out of the tree is in yaml_read.c. */
#include "base/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/utf8.h"
#include "base/yaml_asked.h"

enum { MAX_DEPTH = 32, MAX_NODES = 200000, MAX_BYTES = 16 * 1024 * 1024 };

/* An open list or map. */
struct frame {
    struct mln_yaml *node;
    struct mln_yaml **tail; /* where the next child goes */
    bool has_key;           /* map: the next node is the value of `key` */
    struct mln_str key;
    uint32_t key_line;
    uint32_t key_column;
};

struct reader {
    struct mln_arena *arena;
    const char *file;
    struct mln_err *err;
    yaml_parser_t parser;
    struct frame frames[MAX_DEPTH];
    size_t depth;
    size_t n_nodes;
    size_t n_documents;
    struct mln_yaml *root;
    const struct mln_yaml **sorted; /* scratch of the search for doubled keys */
    size_t cap_sorted;
};

static enum mln_status error_at(struct reader *r, yaml_mark_t mark, const char *what) {
    return mln_err_set(r->err, MLN_BAD_INPUT, "%s:%zu:%zu: %s", r->file, mark.line + 1,
                       mark.column + 1, what);
}

static enum mln_status no_memory(struct reader *r) {
    return mln_err_nomem(r->err, r->file);
}

/* ── before libyaml: what no YAML may contain ── */

/* The printable characters of YAML 1.1, §5.1, without the byte order mark. */
static bool is_printable(uint32_t cp) {
    return cp == '\t' || cp == '\n' || cp == '\r' || (cp >= 0x20 && cp <= 0x7E) || cp == 0x85 ||
           (cp >= 0xA0 && cp != 0xFEFF && cp != 0xFFFE && cp != 0xFFFF);
}

static enum mln_status check_characters(struct reader *r, struct mln_str text) {
    const size_t valid = mln_utf8_valid_prefix(text);
    const struct mln_str prefix = {text.p, valid};
    yaml_mark_t mark = {0, 0, 0};
    size_t at = 0;
    while (at < valid) {
        const size_t from = at;
        const uint32_t cp = mln_utf8_next(prefix, &at);
        if (cp == '\n') {
            mark.line++;
            mark.column = 0;
            continue;
        }
        if (!is_printable(cp) && !(from == 0 && cp == 0xFEFF)) {
            return error_at(r, mark,
                            "a control character; remove it, or write it as an escape in "
                            "double quotes");
        }
        mark.column += from != 0 || cp != 0xFEFF;
    }
    return valid == text.n ? MLN_OK : error_at(r, mark, "not valid UTF-8; save the file as UTF-8");
}

/* ── libyaml's own errors ── */

static bool is_tab_at(struct mln_str text, size_t line) {
    size_t at = 0;
    for (size_t l = 0; l < line && at < text.n; at++) {
        l += text.p[at] == '\n';
    }
    while (at < text.n && text.p[at] == ' ') {
        at++;
    }
    return at < text.n && text.p[at] == '\t';
}

static enum mln_status parser_error(struct reader *r, struct mln_str text) {
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR) {
        return no_memory(r);
    }
    if (p->error == YAML_SCANNER_ERROR && is_tab_at(text, p->problem_mark.line)) {
        return error_at(r, p->problem_mark, "a tab in the indentation; use spaces");
    }
    const char *problem = p->problem == NULL ? "unreadable" : p->problem;
    return mln_err_set(r->err, MLN_BAD_INPUT, "%s:%zu:%zu: not valid YAML: %s%s%s", r->file,
                       p->problem_mark.line + 1, p->problem_mark.column + 1, problem,
                       p->context == NULL ? "" : " ", p->context == NULL ? "" : p->context);
}

/* ── nodes ── */

static enum mln_status check_bare(struct reader *r, yaml_mark_t mark, const yaml_char_t *anchor,
                                  const yaml_char_t *tag) {
    if (anchor != NULL) {
        return error_at(r, mark, "anchors (&name) are not used here; write the value out");
    }
    if (tag != NULL) {
        return error_at(r, mark, "tags (!name) are not used here; remove it");
    }
    return MLN_OK;
}

/* A new node in its place: root, next item of the list, or value of the key just read. */
static enum mln_status place(struct reader *r, yaml_mark_t mark, enum mln_yaml_kind kind,
                             struct mln_yaml **out) {
    if (++r->n_nodes > MAX_NODES) {
        return error_at(r, mark, "more than 200,000 values; split the file");
    }
    struct mln_yaml *node = MLN_ARENA_NEW(r->arena, struct mln_yaml, 1);
    if (node == NULL) {
        return no_memory(r);
    }
    node->kind = kind;
    node->line = (uint32_t)mark.line + 1;
    node->column = (uint32_t)mark.column + 1;
    node->file = r->file;
    if (r->depth == 0) {
        r->root = node;
    } else {
        struct frame *f = &r->frames[r->depth - 1];
        node->key = f->key;
        node->key_line = f->key_line;
        node->key_column = f->key_column;
        f->has_key = false;
        f->key = (struct mln_str){NULL, 0};
        *f->tail = node;
        f->tail = &node->next;
        f->node->n++;
    }
    *out = node;
    return MLN_OK;
}

static bool awaits_key(const struct reader *r) {
    if (r->depth == 0) {
        return false;
    }
    const struct frame *f = &r->frames[r->depth - 1];
    return f->node->kind == MLN_YAML_MAP && !f->has_key;
}

static bool copy_text(struct reader *r, const yaml_event_t *event, struct mln_str *out) {
    const struct mln_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    *out = (struct mln_str){mln_arena_strdup(r->arena, text), text.n};
    return out->p != NULL;
}

static enum mln_status take_key(struct reader *r, const yaml_event_t *event) {
    const yaml_scalar_style_t style = event->data.scalar.style;
    if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE) {
        return error_at(r, event->start_mark, "a key must be a word on one line");
    }
    struct frame *f = &r->frames[r->depth - 1];
    if (!copy_text(r, event, &f->key)) {
        return no_memory(r);
    }
    f->has_key = true;
    f->key_line = (uint32_t)event->start_mark.line + 1;
    f->key_column = (uint32_t)event->start_mark.column + 1;
    return MLN_OK;
}

static bool is_null_word(struct mln_str s) {
    return s.n == 0 || mln_str_is(s, "~") || mln_str_is(s, "null") || mln_str_is(s, "Null") ||
           mln_str_is(s, "NULL");
}

static enum mln_status take_scalar(struct reader *r, const yaml_event_t *event) {
    MLN_TRY(check_bare(r, event->start_mark, event->data.scalar.anchor, event->data.scalar.tag));
    if (awaits_key(r)) {
        return take_key(r, event);
    }
    struct mln_yaml *node;
    MLN_TRY(place(r, event->start_mark, MLN_YAML_SCALAR, &node));
    if (!copy_text(r, event, &node->text)) {
        return no_memory(r);
    }
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!node->quoted && is_null_word(node->text)) {
        node->kind = MLN_YAML_NULL;
        node->text = (struct mln_str){NULL, 0};
    }
    return MLN_OK;
}

static enum mln_status open_node(struct reader *r, const yaml_event_t *event,
                                 enum mln_yaml_kind kind) {
    if (awaits_key(r)) {
        return error_at(r, event->start_mark, "a key must be a word, not a list or a map");
    }
    if (r->depth == MAX_DEPTH) {
        return error_at(r, event->start_mark, "nested deeper than 32 levels");
    }
    struct mln_yaml *node;
    MLN_TRY(place(r, event->start_mark, kind, &node));
    if (kind == MLN_YAML_MAP) {
        node->asked = MLN_ARENA_NEW(r->arena, struct mln_yaml_asked, 1);
        if (node->asked == NULL) {
            return no_memory(r);
        }
    }
    r->frames[r->depth++] = (struct frame){.node = node, .tail = &node->first};
    return MLN_OK;
}

/* ── doubled keys ── */

static int by_key_then_place(const void *a, const void *b) {
    const struct mln_yaml *x = *(const struct mln_yaml *const *)a;
    const struct mln_yaml *y = *(const struct mln_yaml *const *)b;
    const int c = mln_str_cmp(x->key, y->key);
    if (c != 0) {
        return c;
    }
    return x->key_line != y->key_line
               ? (x->key_line > y->key_line) - (x->key_line < y->key_line)
               : (x->key_column > y->key_column) - (x->key_column < y->key_column);
}

/* At the end of a map: sorted, so that a hostile map of 100,000 keys costs no square. */
static enum mln_status check_doubled_keys(struct reader *r, const struct mln_yaml *map) {
    if (map->n > r->cap_sorted) {
        const struct mln_yaml **sorted = realloc(r->sorted, map->n * sizeof(struct mln_yaml *));
        if (sorted == NULL) {
            return no_memory(r);
        }
        r->sorted = sorted;
        r->cap_sorted = map->n;
    }
    size_t n = 0;
    for (const struct mln_yaml *child = map->first; child != NULL; child = child->next) {
        r->sorted[n++] = child;
    }
    if (n > 1) {
        qsort(r->sorted, n, sizeof(struct mln_yaml *), by_key_then_place);
    }
    const struct mln_yaml *doubled = NULL; /* the first in the file, of those that repeat */
    const struct mln_yaml *before = NULL;
    for (size_t i = 1; i < n; i++) {
        const struct mln_yaml *x = r->sorted[i];
        if (mln_str_eq(x->key, r->sorted[i - 1]->key) &&
            (doubled == NULL || x->key_line < doubled->key_line ||
             (x->key_line == doubled->key_line && x->key_column < doubled->key_column))) {
            doubled = x;
            before = r->sorted[i - 1];
        }
    }
    if (doubled == NULL) {
        return MLN_OK;
    }
    char word[MLN_YAML_SHOWN];
    return mln_err_set(r->err, MLN_BAD_INPUT,
                       "%s:%u:%u: '%s' is written twice (first at line %u); keep one", r->file,
                       doubled->key_line, doubled->key_column, mln_yaml_shown(doubled->key, word),
                       before->key_line);
}

static enum mln_status close_node(struct reader *r) {
    const struct mln_yaml *node = r->frames[--r->depth].node;
    return node->kind == MLN_YAML_MAP ? check_doubled_keys(r, node) : MLN_OK;
}

/* ── events ── */

static enum mln_status start_document(struct reader *r, const yaml_event_t *event) {
    if (r->n_documents++ > 0) {
        return error_at(r, event->start_mark, "a second document (---); keep one document a file");
    }
    if (event->data.document_start.tag_directives.start !=
        event->data.document_start.tag_directives.end) {
        return error_at(r, event->start_mark, "tags (%TAG) are not used here; remove it");
    }
    return MLN_OK;
}

static enum mln_status take_event(struct reader *r, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: return start_document(r, event);
    case YAML_ALIAS_EVENT:
        return error_at(r, event->start_mark,
                        "aliases (*name) are not used here; write the value out");
    case YAML_SCALAR_EVENT: return take_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        MLN_TRY(check_bare(r, event->start_mark, event->data.sequence_start.anchor,
                           event->data.sequence_start.tag));
        return open_node(r, event, MLN_YAML_LIST);
    case YAML_MAPPING_START_EVENT:
        MLN_TRY(check_bare(r, event->start_mark, event->data.mapping_start.anchor,
                           event->data.mapping_start.tag));
        return open_node(r, event, MLN_YAML_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_node(r);
    default: return MLN_OK;
    }
}

static enum mln_status read_events(struct reader *r, struct mln_str text) {
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            return parser_error(r, text);
        }
        more = event.type != YAML_STREAM_END_EVENT;
        const enum mln_status status = take_event(r, &event);
        yaml_event_delete(&event);
        MLN_TRY(status);
    }
    if (r->root == NULL) {
        struct mln_yaml *nothing;
        return place(r, (yaml_mark_t){0, 0, 0}, MLN_YAML_NULL, &nothing);
    }
    return MLN_OK;
}

enum mln_status mln_yaml_parse(struct mln_arena *arena, const char *file, struct mln_str text,
                               struct mln_yaml **out, struct mln_err *err) {
    struct reader r = {.arena = arena, .err = err};
    r.file = mln_arena_strdup(arena, mln_str_from(file));
    if (r.file == NULL) {
        return mln_err_nomem(err, file);
    }
    if (text.n > MAX_BYTES) {
        return mln_err_set(err, MLN_BAD_INPUT, "%s: longer than 16 MiB; split the file", file);
    }
    MLN_TRY(check_characters(&r, text));
    if (!yaml_parser_initialize(&r.parser)) {
        return no_memory(&r);
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.n == 0 ? "" : text.p),
                                 text.n);
    const enum mln_status status = read_events(&r, text);
    yaml_parser_delete(&r.parser);
    free(r.sorted);
    if (status == MLN_OK) {
        *out = r.root;
    }
    return status;
}
