/* YAML read into a plain tree that remembers line and column, over libyaml's events.
 *
 * Refused with a message at file:line:column: tabs in indentation, anchors and aliases (so no
 * expansion bombs), tags, several documents, doubled keys, keys that are lists, maps or blocks of
 * text, depth past 32, more than 200,000 nodes or 16 MiB, invalid UTF-8, control characters.
 * JSON is read by the same door (keys up to 1024 bytes; "\u" escapes of surrogates are refused).
 *
 * The tree lives in the caller's arena and borrows nothing from the text. An empty file is NULL.
 *
 * Reading a map is strict: take each known key, then `mln_yaml_done` refuses unknown words and
 * proposes the nearest known one. */
#ifndef MLN_BASE_YAML_H
#define MLN_BASE_YAML_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum mln_yaml_kind { MLN_YAML_NULL, MLN_YAML_SCALAR, MLN_YAML_LIST, MLN_YAML_MAP };

struct mln_yaml {
    enum mln_yaml_kind kind;
    bool quoted;       /* scalar: written in quotes, hence text, never null or a number */
    bool used;         /* taken by a reader (values of a map) */
    uint32_t line;     /* 1-based, of the value */
    uint32_t column;   /* 1-based, in characters */
    const char *file;  /* for messages; in the arena */
    uint32_t key_line; /* in a map: where its key stands */
    uint32_t key_column;
    struct mln_str key;           /* in a map: the key of this value */
    struct mln_str text;          /* scalar: its text, NUL-terminated (and may contain NULs) */
    struct mln_yaml *first;       /* list, map: first child */
    struct mln_yaml *next;        /* next sibling */
    size_t n;                     /* number of children */
    struct mln_yaml_asked *asked; /* map: absent keys that readers asked for; private */
};

/* `file` is the name shown in messages. */
enum mln_status mln_yaml_parse(struct mln_arena *arena, const char *file, struct mln_str text,
                               struct mln_yaml **out, struct mln_err *err) MLN_MUST_USE;

/* "file:line:column: " + the message, status MLN_BAD_INPUT. */
enum mln_status mln_yaml_error(const struct mln_yaml *at, struct mln_err *err, const char *fmt, ...)
    MLN_PRINTF(3, 4);

/* The value of a key, marked as used; NULL when absent. A key written with no value, `~` or `null`
 * has kind NULL. `key` is borrowed for the life of the tree. A reader that walks `first`/`next`
 * itself sets `used`. O(number of keys). `map` must be a map (mln_yaml_as_map). */
struct mln_yaml *mln_yaml_get(struct mln_yaml *map, const char *key);

/* The same, but absence is an error at the map's place. */
enum mln_status mln_yaml_need(struct mln_yaml *map, const char *key, struct mln_yaml **out,
                              struct mln_err *err) MLN_MUST_USE;

/* Refuses the first key that no reader took: "unknown word 'treshold'; did you mean 'threshold'?
 * (known here: a, b, c)". The known words are those asked for through get/need/opt so far. */
enum mln_status mln_yaml_done(const struct mln_yaml *map, struct mln_err *err) MLN_MUST_USE;

/* Typed values of one node. Ranges are inclusive and named in the message. Numbers and booleans in
 * quotes are text, hence refused; whole numbers are decimal without leading zeros. */
enum mln_status mln_yaml_as_str(const struct mln_yaml *node, struct mln_str *out,
                                struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_as_i64(const struct mln_yaml *node, int64_t min, int64_t max, int64_t *out,
                                struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_as_f64(const struct mln_yaml *node, double min, double max, double *out,
                                struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_as_bool(const struct mln_yaml *node, bool *out, struct mln_err *err)
    MLN_MUST_USE; /* true, false */
enum mln_status mln_yaml_as_day(const struct mln_yaml *node, int32_t *out, struct mln_err *err)
    MLN_MUST_USE; /* yyyy-mm-dd */
/* One of `words` (NULL-terminated); `out` is its index. */
enum mln_status mln_yaml_as_word(const struct mln_yaml *node, const char *const *words, size_t *out,
                                 struct mln_err *err) MLN_MUST_USE;
/* Require a kind. */
enum mln_status mln_yaml_as_map(struct mln_yaml *node, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_as_list(struct mln_yaml *node, struct mln_err *err) MLN_MUST_USE;

/* Optional values of a map: when the key is absent or null, *out keeps its default. */
enum mln_status mln_yaml_opt_str(struct mln_yaml *map, const char *key, struct mln_str *out,
                                 struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_opt_i64(struct mln_yaml *map, const char *key, int64_t min, int64_t max,
                                 int64_t *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_opt_f64(struct mln_yaml *map, const char *key, double min, double max,
                                 double *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_opt_bool(struct mln_yaml *map, const char *key, bool *out,
                                  struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_yaml_opt_word(struct mln_yaml *map, const char *key, const char *const *words,
                                  size_t *out, struct mln_err *err) MLN_MUST_USE;

#endif
