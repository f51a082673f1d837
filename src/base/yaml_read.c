/* Values out of the tree: kinds, types, ranges, and the words a map knows. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/num.h"
#include "base/yaml.h"
#include "base/yaml_asked.h"

const char *mln_yaml_shown(struct mln_str word, char out[MLN_YAML_SHOWN]) {
    enum { KEPT = 48 };
    size_t n = word.n;
    if (n > KEPT) {
        n = KEPT;
        while (n > 0 && ((unsigned char)word.p[n] & 0xC0U) == 0x80U) {
            n--;
        }
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)word.p[i];
        out[i] = c < 0x20 || c == 0x7F ? '?' : (char)c;
    }
    memcpy(out + n, n < word.n ? "…" : "", n < word.n ? sizeof "…" : 1);
    return out;
}

enum mln_status mln_yaml_error(const struct mln_yaml *at, struct mln_err *err, const char *fmt,
                               ...) {
    char what[sizeof err->msg];
    va_list args;
    va_start(args, fmt);
    if (vsnprintf(what, sizeof what, fmt, args) < 0) {
        what[0] = '\0';
    }
    va_end(args);
    return mln_err_set(err, MLN_BAD_INPUT, "%s:%u:%u: %s", at->file, at->line, at->column, what);
}

/* ── what a node is called in a message ── */

static const char *const kind_names[] = {"empty", "a single value", "a list", "a map"};

static const char *name_of(const struct mln_yaml *node, char out[MLN_YAML_SHOWN + 8]) {
    if (node->key.p == NULL) {
        return memcpy(out, "this value", sizeof "this value");
    }
    char word[MLN_YAML_SHOWN];
    (void)snprintf(out, MLN_YAML_SHOWN + 8, "'%s'", mln_yaml_shown(node->key, word));
    return out;
}

static enum mln_status wrong_kind(const struct mln_yaml *node, const char *needed,
                                  struct mln_err *err) {
    char name[MLN_YAML_SHOWN + 8];
    return mln_yaml_error(node, err, "%s must be %s, not %s", name_of(node, name), needed,
                          kind_names[node->kind]);
}

static enum mln_status wrong_value(const struct mln_yaml *node, const char *needed,
                                   struct mln_err *err) {
    if (node->kind != MLN_YAML_SCALAR) {
        return wrong_kind(node, needed, err);
    }
    char name[MLN_YAML_SHOWN + 8];
    char value[MLN_YAML_SHOWN];
    return mln_yaml_error(node, err, "%s must be %s, not '%s'%s", name_of(node, name), needed,
                          mln_yaml_shown(node->text, value), node->quoted ? " in quotes" : "");
}

/* ── nearest word ── */

/* Edits (insert, delete, replace, swap of neighbours) from a to b: optimal string alignment, three
 * rows. Words longer than the rows are far from everything. */
static size_t edit_distance(struct mln_str a, struct mln_str b) {
    enum { LONGEST = 48 };
    if (a.n > LONGEST || b.n > LONGEST) {
        return SIZE_MAX;
    }
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    for (size_t j = 0; j <= b.n; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            const bool same = a.p[i - 1] == b.p[j - 1];
            size_t best = last[j - 1] + !same;
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
        }
        size_t *const oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[b.n];
}

/* Known words met one by one: the list for the message, and the nearest to what was written. */
struct vocabulary {
    struct mln_str written;
    struct mln_str nearest;
    size_t distance;
    struct mln_buf list;
};

static void meet_word(struct vocabulary *v, struct mln_str word) {
    const size_t distance = edit_distance(v->written, word);
    if (distance < v->distance) {
        v->distance = distance;
        v->nearest = word;
    }
    mln_buf_addz(&v->list, v->list.n > 0 ? ", " : "");
    mln_buf_add_str(&v->list, word);
}

/* " did you mean 'x'?" when a word is near: a third of its letters may differ. */
static const char *suggestion(const struct vocabulary *v, char out[MLN_YAML_SHOWN + 24]) {
    char word[MLN_YAML_SHOWN];
    out[0] = '\0';
    if (v->distance <= (v->written.n + 2) / 3) {
        (void)snprintf(out, MLN_YAML_SHOWN + 24, "; did you mean '%s'?",
                       mln_yaml_shown(v->nearest, word));
    }
    return out;
}

/* ── maps ── */

enum mln_status mln_yaml_as_map(struct mln_yaml *node, struct mln_err *err) {
    return node->kind == MLN_YAML_MAP ? MLN_OK : wrong_kind(node, "a map (key: value)", err);
}

enum mln_status mln_yaml_as_list(struct mln_yaml *node, struct mln_err *err) {
    return node->kind == MLN_YAML_LIST ? MLN_OK : wrong_kind(node, "a list", err);
}

static void remember(struct mln_yaml_asked *asked, const char *key) {
    for (size_t i = 0; i < asked->n; i++) {
        if (strcmp(asked->words[i], key) == 0) {
            return;
        }
    }
    if (asked->n < MLN_YAML_MAX_ASKED) {
        asked->words[asked->n++] = key;
    } else {
        asked->more = true;
    }
}

struct mln_yaml *mln_yaml_get(struct mln_yaml *map, const char *key) {
    if (map->kind != MLN_YAML_MAP) {
        return NULL;
    }
    const struct mln_str wanted = mln_str_from(key);
    for (struct mln_yaml *child = map->first; child != NULL; child = child->next) {
        if (mln_str_eq(child->key, wanted)) {
            child->used = true;
            return child;
        }
    }
    remember(map->asked, key);
    return NULL;
}

enum mln_status mln_yaml_need(struct mln_yaml *map, const char *key, struct mln_yaml **out,
                              struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    *out = mln_yaml_get(map, key);
    return *out != NULL ? MLN_OK : mln_yaml_error(map, err, "'%s' is missing here; add it", key);
}

static enum mln_status unknown_word(const struct mln_yaml *map, const struct mln_yaml *unknown,
                                    struct mln_err *err) {
    struct vocabulary v = {.written = unknown->key, .distance = SIZE_MAX};
    for (const struct mln_yaml *child = map->first; child != NULL; child = child->next) {
        if (child->used) {
            meet_word(&v, child->key);
        }
    }
    for (size_t i = 0; i < map->asked->n; i++) {
        meet_word(&v, mln_str_from(map->asked->words[i]));
    }
    enum mln_status status = mln_buf_check(&v.list, "a message", err);
    if (status == MLN_OK) {
        char written[MLN_YAML_SHOWN];
        char meant[MLN_YAML_SHOWN + 24];
        const struct mln_str list = mln_buf_view(&v.list);
        status = mln_err_set(
            err, MLN_BAD_INPUT, "%s:%u:%u: unknown word '%s'%s (known here: %.*s%s)", unknown->file,
            unknown->key_line, unknown->key_column, mln_yaml_shown(unknown->key, written),
            suggestion(&v, meant), MLN_STR_ARG(list), map->asked->more ? ", …" : "");
    }
    mln_buf_release(&v.list);
    return status;
}

enum mln_status mln_yaml_done(const struct mln_yaml *map, struct mln_err *err) {
    if (map->kind != MLN_YAML_MAP) {
        return wrong_kind(map, "a map (key: value)", err);
    }
    for (const struct mln_yaml *child = map->first; child != NULL; child = child->next) {
        if (!child->used) {
            return unknown_word(map, child, err);
        }
    }
    return MLN_OK;
}

/* ── typed values ── */

enum mln_status mln_yaml_as_str(const struct mln_yaml *node, struct mln_str *out,
                                struct mln_err *err) {
    if (node->kind != MLN_YAML_SCALAR) {
        return wrong_kind(node, "a text", err);
    }
    *out = node->text;
    return MLN_OK;
}

enum mln_status mln_yaml_as_i64(const struct mln_yaml *node, int64_t min, int64_t max, int64_t *out,
                                struct mln_err *err) {
    int64_t value;
    const bool number =
        node->kind == MLN_YAML_SCALAR && !node->quoted && mln_parse_i64(node->text, &value);
    if (number && value >= min && value <= max) {
        *out = value;
        return MLN_OK;
    }
    char needed[96];
    (void)snprintf(needed, sizeof needed, "a whole number from %" PRId64 " to %" PRId64, min, max);
    return wrong_value(node, needed, err);
}

enum mln_status mln_yaml_as_f64(const struct mln_yaml *node, double min, double max, double *out,
                                struct mln_err *err) {
    double value;
    const bool number =
        node->kind == MLN_YAML_SCALAR && !node->quoted && mln_parse_f64(node->text, &value);
    if (number && value >= min && value <= max) {
        *out = value;
        return MLN_OK;
    }
    char low[MLN_F64_TEXT];
    char high[MLN_F64_TEXT];
    char needed[96];
    mln_format_f64(min, low);
    mln_format_f64(max, high);
    (void)snprintf(needed, sizeof needed, "a number from %s to %s", low, high);
    return wrong_value(node, needed, err);
}

enum mln_status mln_yaml_as_bool(const struct mln_yaml *node, bool *out, struct mln_err *err) {
    const bool plain = node->kind == MLN_YAML_SCALAR && !node->quoted;
    if (plain && mln_str_is(node->text, "true")) {
        *out = true;
    } else if (plain && mln_str_is(node->text, "false")) {
        *out = false;
    } else {
        return wrong_value(node, "true or false", err);
    }
    return MLN_OK;
}

enum mln_status mln_yaml_as_day(const struct mln_yaml *node, int32_t *out, struct mln_err *err) {
    struct mln_date_format iso;
    MLN_TRY(mln_date_format_parse(MLN_STR_LIT("yyyy-mm-dd"), &iso, err));
    struct mln_date_range range;
    if (node->kind != MLN_YAML_SCALAR || mln_date_parse(&iso, node->text, &range) != MLN_DATE_OK) {
        return wrong_value(node, "a day that exists, as yyyy-mm-dd", err);
    }
    *out = range.first;
    return MLN_OK;
}

enum mln_status mln_yaml_as_word(const struct mln_yaml *node, const char *const *words, size_t *out,
                                 struct mln_err *err) {
    if (node->kind == MLN_YAML_SCALAR) {
        for (size_t i = 0; words[i] != NULL; i++) {
            if (mln_str_is(node->text, words[i])) {
                *out = i;
                return MLN_OK;
            }
        }
    }
    struct vocabulary v = {.written = node->text, .distance = SIZE_MAX};
    for (size_t i = 0; words[i] != NULL; i++) {
        meet_word(&v, mln_str_from(words[i]));
    }
    enum mln_status status = mln_buf_check(&v.list, "a message", err);
    if (status == MLN_OK) {
        char name[MLN_YAML_SHOWN + 8];
        char value[MLN_YAML_SHOWN];
        char meant[MLN_YAML_SHOWN + 24];
        const struct mln_str list = mln_buf_view(&v.list);
        const bool scalar = node->kind == MLN_YAML_SCALAR;
        status = mln_yaml_error(node, err, "%s must be one of %.*s, not %s%s%s%s",
                                name_of(node, name), MLN_STR_ARG(list), scalar ? "'" : "",
                                scalar ? mln_yaml_shown(node->text, value) : kind_names[node->kind],
                                scalar ? "'" : "", scalar ? suggestion(&v, meant) : "");
    }
    mln_buf_release(&v.list);
    return status;
}

/* ── optional values ── */

/* The node of a key that was given a value; NULL leaves the default. */
static enum mln_status given(struct mln_yaml *map, const char *key, const struct mln_yaml **out,
                             struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    const struct mln_yaml *node = mln_yaml_get(map, key);
    *out = node == NULL || node->kind == MLN_YAML_NULL ? NULL : node;
    return MLN_OK;
}

enum mln_status mln_yaml_opt_str(struct mln_yaml *map, const char *key, struct mln_str *out,
                                 struct mln_err *err) {
    const struct mln_yaml *node;
    MLN_TRY(given(map, key, &node, err));
    return node == NULL ? MLN_OK : mln_yaml_as_str(node, out, err);
}

enum mln_status mln_yaml_opt_i64(struct mln_yaml *map, const char *key, int64_t min, int64_t max,
                                 int64_t *out, struct mln_err *err) {
    const struct mln_yaml *node;
    MLN_TRY(given(map, key, &node, err));
    return node == NULL ? MLN_OK : mln_yaml_as_i64(node, min, max, out, err);
}

enum mln_status mln_yaml_opt_f64(struct mln_yaml *map, const char *key, double min, double max,
                                 double *out, struct mln_err *err) {
    const struct mln_yaml *node;
    MLN_TRY(given(map, key, &node, err));
    return node == NULL ? MLN_OK : mln_yaml_as_f64(node, min, max, out, err);
}

enum mln_status mln_yaml_opt_bool(struct mln_yaml *map, const char *key, bool *out,
                                  struct mln_err *err) {
    const struct mln_yaml *node;
    MLN_TRY(given(map, key, &node, err));
    return node == NULL ? MLN_OK : mln_yaml_as_bool(node, out, err);
}

enum mln_status mln_yaml_opt_word(struct mln_yaml *map, const char *key, const char *const *words,
                                  size_t *out, struct mln_err *err) {
    const struct mln_yaml *node;
    MLN_TRY(given(map, key, &node, err));
    return node == NULL ? MLN_OK : mln_yaml_as_word(node, words, out, err);
}
