#include "link/compare/strset.h"

#include <stdlib.h>

#include "base/thread.h"
#include "base/utf8.h"

/* Rows are spread over parts by hash, the parts are made distinct and sorted on their own, then merged
 * two by two. The number of parts is fixed, and what leaves is sorted: threads leave no trace. */
enum {
    PARTS = 64,
    PART_SHIFT = 26, /* of a 32-bit hash */
    CHUNK_ROWS = 1 << 16,
    N_POINTS = 0x110000,
    TAIL = 64, /* readable bytes after the last narrow value */
};

/* ── distinct values ── */

struct key {
    uint64_t prefix; /* first 8 bytes, most significant first */
    const char *p;
    uint32_t n_bytes;
    uint32_t length; /* code points */
    uint32_t slot;   /* place in its part, in order of discovery */
    uint32_t part;
};

struct part {
    size_t first_row; /* in build.rows */
    size_t n_rows;
    size_t n_keys;
    size_t first_key; /* in build.keys, once joined */
    struct key *keys;
};

struct build {
    const struct mln_str *values;
    size_t n_rows;
    size_t n_chunks;
    uint32_t *ids;
    uint32_t *hash;  /* by row */
    uint32_t *rows;  /* by part */
    uint32_t (*cursor)[PARTS]; /* by chunk: rows of each part, then where they go */
    struct part parts[PARTS];
    struct key *keys, *merged;
    size_t run_start[PARTS + 1]; /* sorted runs being merged */
    size_t n_runs;
    uint32_t *rank; /* global id of each part's slot */
    struct mln_strset *set;
};

static uint32_t hash_bytes(const char *p, size_t n) {
    const uint64_t k = 0x9E3779B97F4A7C15U;
    uint64_t h = n * k;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = (h ^ word) * k;
        h ^= h >> 32;
    }
    uint64_t word = 0;
    memcpy(&word, p, n);
    h = (h ^ word) * k;
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9U;
    return (uint32_t)(h >> 32);
}

static size_t chunk_end(const struct build *b, size_t chunk) {
    const size_t end = (chunk + 1) * CHUNK_ROWS;
    return end < b->n_rows ? end : b->n_rows;
}

static enum mln_status hash_chunk(void *ctx, size_t chunk, struct mln_err *err) {
    struct build *b = ctx;
    const size_t end = chunk_end(b, chunk);
    for (size_t row = chunk * CHUNK_ROWS; row < end; row++) {
        const struct mln_str v = b->values[row];
        b->ids[row] = MLN_STRSET_MISSING;
        if (v.p == NULL) {
            continue;
        }
        if (v.n > UINT32_MAX || mln_utf8_valid_prefix(v) != v.n) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "text of row %zu is not valid UTF-8; convert it when reading",
                               row + 1);
        }
        b->hash[row] = hash_bytes(v.p, v.n);
        b->cursor[chunk][b->hash[row] >> PART_SHIFT]++;
    }
    return MLN_OK;
}

/* Turns the counts of rows by chunk and part into places: parts one after the other, rows in order. */
static void place_parts(struct build *b) {
    size_t at = 0;
    for (size_t p = 0; p < PARTS; p++) {
        b->parts[p].first_row = at;
        for (size_t c = 0; c < b->n_chunks; c++) {
            const uint32_t n = b->cursor[c][p];
            b->cursor[c][p] = (uint32_t)at;
            at += n;
        }
        b->parts[p].n_rows = at - b->parts[p].first_row;
    }
}

static enum mln_status scatter_chunk(void *ctx, size_t chunk, struct mln_err *err) {
    (void)err;
    struct build *b = ctx;
    const size_t end = chunk_end(b, chunk);
    for (size_t row = chunk * CHUNK_ROWS; row < end; row++) {
        if (b->values[row].p != NULL) {
            b->rows[b->cursor[chunk][b->hash[row] >> PART_SHIFT]++] = (uint32_t)row;
        }
    }
    return MLN_OK;
}

static uint32_t count_points(struct mln_str v) {
    uint32_t n = 0;
    for (size_t i = 0; i < v.n; i++) {
        n += ((unsigned char)v.p[i] & 0xC0U) != 0x80U;
    }
    return n;
}

static struct key make_key(struct mln_str v, size_t slot, size_t part) {
    unsigned char first[8] = {0};
    memcpy(first, v.p, v.n < 8 ? v.n : 8);
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++) {
        prefix = prefix << 8 | first[i];
    }
    return (struct key){prefix, v.p, (uint32_t)v.n, count_points(v), (uint32_t)slot, (uint32_t)part};
}

static int compare_keys(const void *left, const void *right) {
    const struct key *a = left, *b = right;
    if (a->length != b->length) {
        return a->length < b->length ? -1 : 1;
    }
    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix ? -1 : 1;
    }
    return mln_str_cmp((struct mln_str){a->p, a->n_bytes}, (struct mln_str){b->p, b->n_bytes});
}

/* Finds the distinct values of a part, leaves in ids the slot of each of its rows, sorts the keys. */
static enum mln_status distinct_part(void *ctx, size_t p, struct mln_err *err) {
    struct build *b = ctx;
    struct part *part = &b->parts[p];
    if (part->n_rows == 0) {
        return MLN_OK;
    }
    size_t n_buckets = 16;
    while (n_buckets < part->n_rows * 2) {
        n_buckets *= 2;
    }
    uint32_t *bucket = calloc(n_buckets, sizeof *bucket); /* slot + 1; 0 is free */
    uint32_t *slot_hash = malloc(part->n_rows * sizeof *slot_hash);
    part->keys = malloc(part->n_rows * sizeof *part->keys);
    if (bucket == NULL || slot_hash == NULL || part->keys == NULL) {
        free(bucket);
        free(slot_hash);
        return mln_err_nomem(err, "the distinct values of a field");
    }
    for (size_t i = 0; i < part->n_rows; i++) {
        const uint32_t row = b->rows[part->first_row + i];
        const struct mln_str v = b->values[row];
        const uint32_t hash = b->hash[row];
        size_t at = hash & (n_buckets - 1);
        while (bucket[at] != 0) {
            const struct key *k = &part->keys[bucket[at] - 1];
            if (slot_hash[bucket[at] - 1] == hash &&
                mln_str_eq(v, (struct mln_str){k->p, k->n_bytes})) {
                break;
            }
            at = (at + 1) & (n_buckets - 1);
        }
        if (bucket[at] == 0) {
            part->keys[part->n_keys] = make_key(v, part->n_keys, p);
            slot_hash[part->n_keys] = hash;
            bucket[at] = (uint32_t)++part->n_keys;
        }
        b->ids[row] = bucket[at] - 1;
    }
    free(bucket);
    free(slot_hash);
    qsort(part->keys, part->n_keys, sizeof *part->keys, compare_keys);
    return MLN_OK;
}

/* ── one order ── */

static enum mln_status join_parts(struct build *b, struct mln_err *err) {
    size_t n = 0;
    for (size_t p = 0; p < PARTS; p++) {
        b->parts[p].first_key = b->run_start[p] = n;
        n += b->parts[p].n_keys;
    }
    b->run_start[PARTS] = n;
    b->n_runs = PARTS;
    b->keys = malloc((n + 1) * sizeof *b->keys);
    b->merged = malloc((n + 1) * sizeof *b->merged);
    b->rank = malloc((n + 1) * sizeof *b->rank);
    if (b->keys == NULL || b->merged == NULL || b->rank == NULL) {
        return mln_err_nomem(err, "the distinct values of a field");
    }
    for (size_t p = 0; p < PARTS; p++) {
        struct part *part = &b->parts[p];
        if (part->n_keys > 0) {
            memcpy(b->keys + part->first_key, part->keys, part->n_keys * sizeof *b->keys);
        }
        free(part->keys);
        part->keys = NULL;
    }
    b->set->n = (uint32_t)n;
    return MLN_OK;
}

static enum mln_status merge_pair(void *ctx, size_t pair, struct mln_err *err) {
    (void)err;
    struct build *b = ctx;
    size_t left = b->run_start[2 * pair];
    const size_t middle = b->run_start[2 * pair + 1], end = b->run_start[2 * pair + 2];
    size_t right = middle, at = left;
    while (left < middle && right < end) { /* keys are distinct: no ties */
        b->merged[at++] =
            compare_keys(&b->keys[left], &b->keys[right]) < 0 ? b->keys[left++] : b->keys[right++];
    }
    memcpy(b->merged + at, b->keys + left, (middle - left) * sizeof *b->keys);
    at += middle - left;
    memcpy(b->merged + at, b->keys + right, (end - right) * sizeof *b->keys);
    return MLN_OK;
}

static enum mln_status merge_parts(struct build *b, size_t n_threads, struct mln_err *err) {
    while (b->n_runs > 1) {
        MLN_TRY(mln_parallel(n_threads, b->n_runs / 2, merge_pair, b, err));
        b->n_runs /= 2;
        for (size_t r = 0; r <= b->n_runs; r++) {
            b->run_start[r] = b->run_start[2 * r];
        }
        struct key *swap = b->keys;
        b->keys = b->merged;
        b->merged = swap;
    }
    for (size_t id = 0; id < b->set->n; id++) {
        const struct key *k = &b->keys[id];
        b->rank[b->parts[k->part].first_key + k->slot] = (uint32_t)id;
    }
    return MLN_OK;
}

static enum mln_status number_part(void *ctx, size_t p, struct mln_err *err) {
    (void)err;
    struct build *b = ctx;
    const struct part *part = &b->parts[p];
    for (size_t i = 0; i < part->n_rows; i++) {
        const uint32_t row = b->rows[part->first_row + i];
        const uint32_t id = b->rank[part->first_key + b->ids[row]];
        b->ids[row] = id;
        b->set->count[id]++; /* a value lives in one part: no other thread counts it */
    }
    return MLN_OK;
}

/* ── alphabet ── */

struct point_count {
    uint32_t point, count;
};

static int by_falling_count(const void *left, const void *right) {
    const struct point_count *a = left, *b = right;
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return (a->point > b->point) - (a->point < b->point);
}

static int by_rising_point(const void *left, const void *right) {
    const struct mln_symbol_of *a = left, *b = right;
    return (a->point > b->point) - (a->point < b->point);
}

static enum mln_status choose_alphabet(struct build *b, struct mln_err *err) {
    struct mln_strset *set = b->set;
    uint32_t *seen = calloc(N_POINTS, sizeof *seen);
    if (seen == NULL) {
        return mln_err_nomem(err, "the alphabet of a field");
    }
    for (size_t id = 0; id < set->n; id++) {
        const struct mln_str v = {b->keys[id].p, b->keys[id].n_bytes};
        for (size_t at = 0; at < v.n;) {
            const uint32_t point = mln_utf8_next(v, &at);
            seen[point] += seen[point] != UINT32_MAX;
        }
    }
    size_t n = 0;
    for (size_t point = 0; point < N_POINTS; point++) {
        n += seen[point] != 0;
    }
    struct point_count *points = malloc((n + 1) * sizeof *points);
    const size_t n_symbols = n < MLN_SYMBOLS ? n : MLN_SYMBOLS;
    set->by_point = malloc((n_symbols + 1) * sizeof *set->by_point);
    if (points == NULL || set->by_point == NULL) {
        free(points);
        free(seen);
        return mln_err_nomem(err, "the alphabet of a field");
    }
    for (uint32_t point = 0, i = 0; point < N_POINTS; point++) {
        if (seen[point] != 0) {
            points[i++] = (struct point_count){point, seen[point]};
        }
    }
    free(seen);
    qsort(points, n, sizeof *points, by_falling_count);
    memset(set->latin1, MLN_SYMBOL_FOREIGN, sizeof set->latin1);
    for (size_t s = 0; s < n_symbols; s++) {
        set->alphabet[s] = points[s].point;
        set->by_point[s] = (struct mln_symbol_of){points[s].point, (uint32_t)s};
        if (points[s].point < 256) {
            set->latin1[points[s].point] = (uint8_t)s;
        }
    }
    free(points);
    qsort(set->by_point, n_symbols, sizeof *set->by_point, by_rising_point);
    set->n_symbols = (uint32_t)n_symbols;
    return MLN_OK;
}

uint32_t mln_strset_symbol(const struct mln_strset *set, uint32_t point) {
    if (point < 256) {
        return set->latin1[point];
    }
    size_t low = 0, high = set->n_symbols;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (set->by_point[middle].point < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < set->n_symbols && set->by_point[low].point == point ? set->by_point[low].symbol
                                                                     : MLN_SYMBOL_FOREIGN;
}

/* ── symbols ── */

struct mln_bag mln_bag_of(const uint8_t *symbols, size_t n) {
    struct mln_bag bag = {0, 0};
    for (size_t i = 0; i < n; i++) {
        if (symbols[i] >= 32) {
            bag.more++;
            continue;
        }
        const uint64_t once = (uint64_t)1 << 2 * symbols[i], twice = once << 1;
        if ((bag.seen & once) == 0) {
            bag.seen |= once;
        } else if ((bag.seen & twice) == 0) {
            bag.seen |= twice;
        } else {
            bag.more++;
        }
    }
    return bag;
}

static bool is_narrow(const struct mln_strset *set, struct mln_str v) {
    for (size_t at = 0; at < v.n;) {
        if (mln_strset_symbol(set, mln_utf8_next(v, &at)) == MLN_SYMBOL_FOREIGN) {
            return false;
        }
    }
    return true;
}

/* Gives each value its place: narrow ones in runs of 8 bytes, wide ones in code points. */
static enum mln_status place_values(struct build *b, struct mln_err *err) {
    struct mln_strset *set = b->set;
    size_t n_eights = 0, n_wide = 0;
    for (size_t id = 0; id < set->n; id++) {
        const struct mln_str v = {b->keys[id].p, b->keys[id].n_bytes};
        set->length[id] = b->keys[id].length;
        if (is_narrow(set, v)) {
            set->at[id] = (uint32_t)n_eights;
            n_eights += ((size_t)set->length[id] + 7) / 8;
        } else {
            set->at[id] = (uint32_t)n_wide | 0x80000000U;
            n_wide += set->length[id];
        }
        if (n_eights >= 0x80000000U || n_wide >= 0x80000000U) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "the distinct values of a field hold more than 2^31 code points; "
                               "shorten the field before comparing it");
        }
    }
    set->narrow = malloc(n_eights * 8 + TAIL);
    set->wide = malloc((n_wide + 1) * sizeof *set->wide);
    if (set->narrow == NULL || set->wide == NULL) {
        return mln_err_nomem(err, "the values of a field");
    }
    memset(set->narrow + n_eights * 8, MLN_SYMBOL_PAD, TAIL);
    return MLN_OK;
}

static enum mln_status fill_chunk(void *ctx, size_t chunk, struct mln_err *err) {
    (void)err;
    struct build *b = ctx;
    struct mln_strset *set = b->set;
    const size_t end = (chunk + 1) * CHUNK_ROWS < set->n ? (chunk + 1) * CHUNK_ROWS : set->n;
    for (size_t id = chunk * CHUNK_ROWS; id < end; id++) {
        const struct mln_str v = {b->keys[id].p, b->keys[id].n_bytes};
        const uint32_t n = set->length[id];
        size_t from = 0;
        if (set->at[id] >> 31 != 0) {
            uint32_t *points = set->wide + (set->at[id] & 0x7FFFFFFFU);
            for (size_t i = 0; i < n; i++) {
                points[i] = mln_utf8_next(v, &from);
            }
            set->bag[id] = (struct mln_bag){0, n};
            continue;
        }
        uint8_t *symbols = set->narrow + (size_t)set->at[id] * 8;
        for (size_t i = 0; i < n; i++) {
            symbols[i] = (uint8_t)mln_strset_symbol(set, mln_utf8_next(v, &from));
        }
        memset(symbols + n, MLN_SYMBOL_PAD, (8 - n % 8) % 8);
        set->bag[id] = mln_bag_of(symbols, n);
    }
    return MLN_OK;
}

/* ── the whole ── */

static enum mln_status build_set(struct build *b, size_t n_threads, struct mln_err *err) {
    b->n_chunks = (b->n_rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
    b->hash = malloc((b->n_rows + 1) * sizeof *b->hash);
    b->rows = malloc((b->n_rows + 1) * sizeof *b->rows);
    b->cursor = calloc(b->n_chunks + 1, sizeof *b->cursor);
    if (b->hash == NULL || b->rows == NULL || b->cursor == NULL) {
        return mln_err_nomem(err, "the distinct values of a field");
    }
    MLN_TRY(mln_parallel(n_threads, b->n_chunks, hash_chunk, b, err));
    place_parts(b);
    MLN_TRY(mln_parallel(n_threads, b->n_chunks, scatter_chunk, b, err));
    MLN_TRY(mln_parallel(n_threads, PARTS, distinct_part, b, err));
    MLN_TRY(join_parts(b, err));
    MLN_TRY(merge_parts(b, n_threads, err));

    struct mln_strset *set = b->set;
    const size_t n = (size_t)set->n + 1; /* never malloc(0) */
    set->length = malloc(n * sizeof *set->length);
    set->at = malloc(n * sizeof *set->at);
    set->count = calloc(n, sizeof *set->count);
    set->bag = malloc(n * sizeof *set->bag);
    if (set->length == NULL || set->at == NULL || set->count == NULL || set->bag == NULL) {
        return mln_err_nomem(err, "the values of a field");
    }
    MLN_TRY(mln_parallel(n_threads, PARTS, number_part, b, err));
    MLN_TRY(choose_alphabet(b, err));
    MLN_TRY(place_values(b, err));
    return mln_parallel(n_threads, ((size_t)set->n + CHUNK_ROWS - 1) / CHUNK_ROWS, fill_chunk, b,
                        err);
}

enum mln_status mln_strset_build(const struct mln_str *values, size_t n_rows, size_t n_threads,
                                 struct mln_strset *out, uint32_t *ids, struct mln_err *err) {
    *out = MLN_STRSET_INIT;
    if (n_rows > UINT32_MAX - 1) {
        return mln_err_set(err, MLN_BAD_INPUT, "a field of %zu rows; at most 2^32 - 2 can be compared",
                           n_rows);
    }
    struct build b = {.values = values, .n_rows = n_rows, .ids = ids, .set = out};
    const enum mln_status status = build_set(&b, n_threads, err);
    for (size_t p = 0; p < PARTS; p++) {
        free(b.parts[p].keys);
    }
    free(b.hash);
    free(b.rows);
    free(b.cursor);
    free(b.keys);
    free(b.merged);
    free(b.rank);
    if (status != MLN_OK) {
        mln_strset_release(out);
    }
    return status;
}

void mln_strset_release(struct mln_strset *set) {
    free(set->length);
    free(set->at);
    free(set->count);
    free(set->bag);
    free(set->narrow);
    free(set->wide);
    free(set->by_point);
    *set = MLN_STRSET_INIT;
}
