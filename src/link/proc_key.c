#include "link/proc_key.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/date.h"

/* ── canonical text ── */

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Next byte of a code in canonical form, past the blanks; false at the end. U+00A0 is a blank. */
static bool next_byte(struct mln_str s, size_t *at, char *out) {
    while (*at < s.n) {
        const char c = s.p[*at];
        if (is_blank(c)) {
            *at += 1;
        } else if (c == '\xC2' && *at + 1 < s.n && s.p[*at + 1] == '\xA0') {
            *at += 2;
        } else {
            *at += 1;
            *out = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
            return true;
        }
    }
    return false;
}

static void add_code(struct mln_str s, struct mln_buf *out) {
    size_t at = 0;
    for (char c; next_byte(s, &at, &c);) {
        if (c == '|' || c == '\\') {
            mln_buf_addc(out, '\\');
        }
        mln_buf_addc(out, c);
    }
}

static bool is_code(struct mln_str s) {
    size_t at = 0;
    char c;
    return next_byte(s, &at, &c);
}

static bool all_digits(struct mln_str s) {
    size_t at = 0;
    for (char c; next_byte(s, &at, &c);) {
        if (c < '0' || c > '9') {
            return false;
        }
    }
    return true;
}

/* Past the leading zeros (and blanks between them), but never past the last digit. */
static struct mln_str without_zeros(struct mln_str s) {
    size_t start = 0;
    size_t at = 0;
    char c;
    while (next_byte(s, &at, &c) && c == '0') {
        const struct mln_str rest = {s.p + at, s.n - at};
        if (!is_code(rest)) {
            break;
        }
        start = at;
    }
    return (struct mln_str){s.p + start, s.n - start};
}

static void add_number(struct mln_str number, struct mln_buf *out) {
    add_code(all_digits(number) ? without_zeros(number) : number, out);
}

bool mln_unit_key_add(struct mln_str force, struct mln_str unit, struct mln_buf *out) {
    if (!is_code(force) || !is_code(unit)) {
        return false;
    }
    add_code(force, out);
    mln_buf_addc(out, '|');
    add_code(unit, out);
    return true;
}

bool mln_proc_key_add(const struct mln_proc_key *key, struct mln_buf *out) {
    if (!is_code(key->number) || key->year < 1 || key->year > 9999 ||
        !mln_unit_key_add(key->force, key->unit, out)) {
        return false;
    }
    mln_buf_addc(out, '|');
    mln_buf_add_i64(out, key->year);
    mln_buf_addc(out, '|');
    add_number(key->number, out);
    return true;
}

/* ── successors ── */

enum { CODE_MAX = 64, UNIT_KEY_MAX = 2 * 2 * CODE_MAX + 1 }; /* every byte escaped, one '|' */

struct entry {
    struct mln_str key;       /* canonical "force|unit" */
    struct mln_str next_key;  /* canonical "force|successor" */
    struct mln_str successor; /* as given */
    int32_t day;
    int32_t year; /* of day */
    uint64_t line;
};

struct mln_unit_map {
    struct mln_arena arena;
    struct entry *entries; /* sorted by (key, day) */
    size_t n;
};

static int by_key_and_day(const void *a, const void *b) {
    const struct entry *x = a;
    const struct entry *y = b;
    const int c = mln_str_cmp(x->key, y->key);
    return c != 0 ? c : (x->day > y->day) - (x->day < y->day);
}

/* First entry of a key that is not before (key, day). */
static size_t lower_bound(const struct mln_unit_map *map, struct mln_str key, int32_t day) {
    const struct entry wanted = {.key = key, .day = day};
    size_t low = 0;
    size_t high = map->n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (by_key_and_day(&map->entries[mid], &wanted) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static bool has_key(const struct mln_unit_map *map, size_t i, struct mln_str key) {
    return i < map->n && mln_str_eq(map->entries[i].key, key);
}

static enum mln_status copy_row(struct mln_unit_map *map, const struct mln_unit_successor *row,
                                struct mln_buf *scratch, struct entry *out, struct mln_err *err) {
    mln_buf_reset(scratch);
    if (!mln_unit_key_add(row->force, row->unit, scratch)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "successors of units, line %" PRIu64 ": force and code are needed",
                           row->line);
    }
    const size_t key_bytes = scratch->n;
    if (!mln_unit_key_add(row->force, row->successor, scratch)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "successors of units, line %" PRIu64 ": the successor is missing",
                           row->line);
    }
    MLN_TRY(mln_buf_check(scratch, "the successors of units", err));
    const char *keys = mln_arena_strdup(&map->arena, mln_buf_view(scratch));
    const char *successor = mln_arena_strdup(&map->arena, row->successor);
    if (keys == NULL || successor == NULL) {
        return mln_err_nomem(err, "the successors of units");
    }
    *out = (struct entry){
        .key = {keys, key_bytes},
        .next_key = {keys + key_bytes, scratch->n - key_bytes},
        .successor = {successor, row->successor.n},
        .day = row->day,
        .year = mln_civil_from_day(row->day).year,
        .line = row->line,
    };
    return MLN_OK;
}

static enum mln_status refuse_doubles(const struct mln_unit_map *map, struct mln_err *err) {
    for (size_t i = 1; i < map->n; i++) {
        if (by_key_and_day(&map->entries[i - 1], &map->entries[i]) == 0) {
            const uint64_t a = map->entries[i - 1].line;
            const uint64_t b = map->entries[i].line;
            return mln_err_set(err, MLN_BAD_INPUT,
                               "successors of units, lines %" PRIu64 " and %" PRIu64
                               ": the same unit has two successors from the same day",
                               a < b ? a : b, a < b ? b : a);
        }
    }
    return MLN_OK;
}

/* Depth-first walk with its own stack: a row met again while it is still open closes a cycle.
 * A row leads to every row of its successor, whatever the days. */
static enum mln_status refuse_cycles(const struct mln_unit_map *map, struct mln_err *err) {
    enum { NEW, OPEN, DONE };
    unsigned char *state = calloc(map->n + 1, 1);
    size_t *stack = calloc(map->n + 1, sizeof *stack); /* open rows, from the root down */
    size_t *child = calloc(map->n + 1, sizeof *child); /* next row to visit below each */
    enum mln_status status = MLN_OK;
    if (state == NULL || stack == NULL || child == NULL) {
        status = mln_err_nomem(err, "the successors of units");
    }
    for (size_t root = 0; status == MLN_OK && root < map->n; root++) {
        size_t depth = 0;
        if (state[root] == NEW) {
            state[root] = OPEN;
            child[root] = lower_bound(map, map->entries[root].next_key, INT32_MIN);
            stack[depth++] = root;
        }
        while (status == MLN_OK && depth > 0) {
            const size_t row = stack[depth - 1];
            const size_t next = child[row]++;
            if (!has_key(map, next, map->entries[row].next_key)) {
                state[row] = DONE;
                depth--;
            } else if (state[next] == NEW) {
                state[next] = OPEN;
                child[next] = lower_bound(map, map->entries[next].next_key, INT32_MIN);
                stack[depth++] = next;
            } else if (state[next] == OPEN) {
                status = mln_err_set(err, MLN_BAD_INPUT,
                                     "successors of units, line %" PRIu64
                                     ": the chain of successors comes back to a unit it left",
                                     map->entries[row].line);
            }
        }
    }
    free(state);
    free(stack);
    free(child);
    return status;
}

enum mln_status mln_unit_map_new(const struct mln_unit_successor *rows, size_t n,
                                 struct mln_unit_map **out, struct mln_err *err) {
    *out = NULL;
    struct mln_unit_map *map = calloc(1, sizeof *map);
    if (map == NULL) {
        return mln_err_nomem(err, "the successors of units");
    }
    struct mln_buf scratch = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    map->entries = MLN_ARENA_NEW(&map->arena, struct entry, n);
    if (map->entries == NULL) {
        status = mln_err_nomem(err, "the successors of units");
    }
    for (; status == MLN_OK && map->n < n; map->n++) {
        status = copy_row(map, &rows[map->n], &scratch, &map->entries[map->n], err);
        if (status != MLN_OK) {
            break;
        }
    }
    mln_buf_release(&scratch);
    if (status == MLN_OK && n > 0) {
        qsort(map->entries, map->n, sizeof *map->entries, by_key_and_day);
        status = refuse_doubles(map, err);
    }
    if (status == MLN_OK) {
        status = refuse_cycles(map, err);
    }
    if (status != MLN_OK) {
        mln_unit_map_free(map);
        return status;
    }
    *out = map;
    return MLN_OK;
}

void mln_unit_map_free(struct mln_unit_map *map) {
    if (map != NULL) {
        mln_arena_release(&map->arena);
        free(map);
    }
}

/* The canonical "force|unit" in a caller's array; missing when it does not fit. */
static struct mln_str short_key(struct mln_str force, struct mln_str unit, char *out) {
    const struct mln_str parts[] = {force, unit};
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        if (parts[i].n > CODE_MAX || !is_code(parts[i])) {
            return (struct mln_str){NULL, 0};
        }
        size_t at = 0;
        for (char c; next_byte(parts[i], &at, &c);) {
            if (c == '|' || c == '\\') {
                out[n++] = '\\';
            }
            out[n++] = c;
        }
        if (i == 0) {
            out[n++] = '|';
        }
    }
    return (struct mln_str){out, n};
}

struct mln_str mln_unit_map_current(const struct mln_unit_map *map, struct mln_str force,
                                    struct mln_str unit, int32_t year) {
    char room[UNIT_KEY_MAX];
    const struct mln_str key = map->n == 0 ? (struct mln_str){NULL, 0}
                                           : short_key(force, unit, room);
    if (key.p == NULL) {
        return unit;
    }
    size_t i = lower_bound(map, key, INT32_MIN);
    if (!has_key(map, i, key)) {
        return unit;
    }
    while (map->entries[i].year < year && has_key(map, i + 1, key)) {
        i++;
    }
    for (;;) { /* ends: cycles were refused */
        const struct entry *at = &map->entries[i];
        const size_t next = lower_bound(map, at->next_key, at->day);
        if (!has_key(map, next, at->next_key)) {
            return at->successor;
        }
        i = next;
    }
}

/* ── kernels ── */

static enum mln_status need_columns(const struct mln_batch *in, const enum mln_type *types, size_t n,
                                    const char *kernel, struct mln_err *err) {
    bool good = in->n_columns == n;
    for (size_t c = 0; good && c < n; c++) {
        good = in->columns[c].type == types[c];
    }
    return good ? MLN_OK
                : mln_err_set(err, MLN_INTERNAL, "%s: its columns have other types", kernel);
}

enum mln_status mln_proc_key_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                    struct mln_err *err) {
    static const enum mln_type types[] = {MLN_INT64, MLN_UTF8_TEXT, MLN_UTF8_TEXT, MLN_INT32,
                                          MLN_UTF8_TEXT};
    MLN_TRY(need_columns(in, types, 5, "procedure key", err));
    const struct mln_unit_map *map = ctx;
    struct mln_buf text = MLN_BUF_INIT;
    for (size_t row = 0; row < in->n_rows; row++) {
        struct mln_proc_key key = {
            .force = mln_get_str(&in->columns[1], row),
            .unit = mln_get_str(&in->columns[2], row),
            .year = mln_is_valid(&in->columns[3], row) ? mln_get_i32(&in->columns[3], row) : 0,
            .number = mln_get_str(&in->columns[4], row),
        };
        mln_buf_reset(&text);
        if (!mln_proc_key_add(&key, &text)) {
            continue;
        }
        const size_t written = text.n;
        key.unit = mln_unit_map_current(map, key.force, key.unit, key.year);
        (void)mln_proc_key_add(&key, &text); /* complete, since the first was */
        const size_t current = text.n;
        add_number(key.number, &text);
        if (text.failed) {
            break;
        }
        mln_add_i64(out, 0, mln_get_i64(&in->columns[0], row));
        mln_add_str(out, 1, (struct mln_str){text.p, written});
        mln_add_str(out, 2, (struct mln_str){text.p + written, current - written});
        mln_add_str(out, 3, (struct mln_str){text.p + current, text.n - current});
    }
    const enum mln_status status = mln_buf_check(&text, "keys of procedures", err);
    mln_buf_release(&text);
    return status;
}

enum mln_status mln_unit_key_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                    struct mln_err *err) {
    static const enum mln_type types[] = {MLN_INT64, MLN_UTF8_TEXT, MLN_UTF8_TEXT};
    MLN_TRY(need_columns(in, types, 3, "unit key", err));
    (void)ctx;
    struct mln_buf text = MLN_BUF_INIT;
    for (size_t row = 0; row < in->n_rows && !text.failed; row++) {
        mln_buf_reset(&text);
        if (mln_unit_key_add(mln_get_str(&in->columns[1], row), mln_get_str(&in->columns[2], row),
                             &text) &&
            !text.failed) {
            mln_add_i64(out, 0, mln_get_i64(&in->columns[0], row));
            mln_add_str(out, 1, mln_buf_view(&text));
        }
    }
    const enum mln_status status = mln_buf_check(&text, "keys of units", err);
    mln_buf_release(&text);
    return status;
}
