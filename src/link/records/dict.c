#include "link/records/dict.h"

#include <stdlib.h>

#include "base/utf8.h"

/* ── bytes ── */

enum { FIRST_CHUNK = 1 << 14, LARGEST_CHUNK = 1 << 21 };

struct mln_bytes_chunk {
    struct mln_bytes_chunk *before;
    char bytes[];
};

const char *mln_bytes_add(struct mln_bytes *bytes, struct mln_str value) {
    if (value.n >= UINT32_MAX) {
        return NULL;
    }
    const uint32_t n = (uint32_t)value.n;
    const size_t need = sizeof n + value.n;
    if (bytes->last == NULL || bytes->cap - bytes->used < need) {
        size_t cap = bytes->cap == 0 ? FIRST_CHUNK : 2 * bytes->cap;
        cap = cap > LARGEST_CHUNK ? LARGEST_CHUNK : cap;
        cap = cap < need ? need : cap;
        struct mln_bytes_chunk *chunk = malloc(sizeof *chunk + cap);
        if (chunk == NULL) {
            return NULL;
        }
        chunk->before = bytes->last;
        *bytes = (struct mln_bytes){chunk, 0, cap};
    }
    char *at = bytes->last->bytes + bytes->used;
    memcpy(at, &n, sizeof n);
    memcpy(at + sizeof n, value.p, value.n);
    bytes->used += need;
    return at;
}

void mln_bytes_release(struct mln_bytes *bytes) {
    for (struct mln_bytes_chunk *chunk = bytes->last; chunk != NULL;) {
        struct mln_bytes_chunk *before = chunk->before;
        free(chunk);
        chunk = before;
    }
    *bytes = (struct mln_bytes){0};
}

/* ── hash ── */

static uint64_t word_at(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

static uint64_t half_at(const char *p) {
    uint32_t half;
    memcpy(&half, p, sizeof half);
    return half;
}

static uint64_t stir(uint64_t h) {
    h *= 0x9E3779B97F4A7C15U;
    return h ^ h >> 32;
}

/* Of n > 0 bytes. The last word overlaps the one before it rather than being read byte by byte. */
static uint32_t hash_of(const char *p, size_t n) {
    uint64_t h = stir(n);
    if (n >= 8) {
        for (size_t at = 0; at + 8 < n; at += 8) {
            h = stir(h ^ word_at(p + at));
        }
        h ^= word_at(p + n - 8);
    } else if (n >= 4) {
        h ^= half_at(p) << 32 | half_at(p + n - 4);
    } else {
        h ^= (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
             (unsigned char)p[n - 1];
    }
    h = stir(h);
    return (uint32_t)(stir(h) >> 32 ^ h);
}

/* ── table ── */

void mln_dict_close(struct mln_dict *dict) {
    free(dict->slots);
    dict->slots = NULL;
    dict->n_slots = 0;
}

void mln_dict_release(struct mln_dict *dict) {
    mln_dict_close(dict);
    free(dict->values);
    free(dict->count[0]);
    free(dict->count[1]);
    mln_bytes_release(&dict->bytes);
    *dict = MLN_DICT_INIT;
}

static bool grow_slots(struct mln_dict *dict) {
    const size_t n_slots = dict->n_slots == 0 ? 1024 : 2 * dict->n_slots;
    uint64_t *slots = calloc(n_slots, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t s = 0; s < dict->n_slots; s++) {
        if (dict->slots[s] != 0) {
            size_t at = (dict->slots[s] >> 32) & (n_slots - 1);
            while (slots[at] != 0) {
                at = (at + 1) & (n_slots - 1);
            }
            slots[at] = dict->slots[s];
        }
    }
    free(dict->slots);
    dict->slots = slots;
    dict->n_slots = n_slots;
    return true;
}

static bool grow_values(struct mln_dict *dict) {
    const size_t cap = dict->cap == 0 ? 512 : 2 * dict->cap;
    const char **values = realloc(dict->values, cap * sizeof *values);
    if (values == NULL) {
        return false;
    }
    dict->values = values;
    for (size_t side = 0; side < 2; side++) {
        uint32_t *count = realloc(dict->count[side], cap * sizeof *count);
        if (count == NULL) {
            return false;
        }
        dict->count[side] = count;
    }
    dict->cap = cap;
    return true;
}

static bool make_room(struct mln_dict *dict) {
    return (dict->n < dict->cap || grow_values(dict)) &&
           (2 * (dict->n + 1) <= dict->n_slots || grow_slots(dict));
}

/* The number of a value that the table lacks, to be put under `hash`. */
static enum mln_status insert(struct mln_dict *dict, struct mln_str value, uint32_t hash,
                              uint32_t *number) {
    if (mln_utf8_valid_prefix(value) != value.n) {
        return MLN_BAD_INPUT;
    }
    const char *kept = make_room(dict) ? mln_bytes_add(&dict->bytes, value) : NULL;
    if (kept == NULL) {
        return MLN_NO_MEMORY;
    }
    size_t at = hash & (dict->n_slots - 1);
    while (dict->slots[at] != 0) {
        at = (at + 1) & (dict->n_slots - 1);
    }
    *number = (uint32_t)dict->n;
    dict->slots[at] = (uint64_t)hash << 32 | (dict->n + 1);
    dict->count[0][dict->n] = dict->count[1][dict->n] = 0;
    dict->values[dict->n++] = kept;
    return MLN_OK;
}

/* The number in the first slot of the chain that has the hash; UINT32_MAX when there is none. */
static uint32_t guess(const struct mln_dict *dict, uint32_t hash) {
    const size_t mask = dict->n_slots - 1;
    for (size_t at = hash & mask; dict->n_slots > 0 && dict->slots[at] != 0; at = (at + 1) & mask) {
        if (dict->slots[at] >> 32 == hash) {
            return (uint32_t)dict->slots[at] - 1;
        }
    }
    return UINT32_MAX;
}

static enum mln_status find_or_add(struct mln_dict *dict, struct mln_str value, uint32_t hash,
                                   uint32_t *number) {
    const size_t mask = dict->n_slots - 1;
    for (size_t at = hash & mask; dict->n_slots > 0 && dict->slots[at] != 0; at = (at + 1) & mask) {
        const uint64_t slot = dict->slots[at];
        if (slot >> 32 == hash) {
            *number = (uint32_t)slot - 1;
            if (mln_str_eq(value, mln_bytes_get(dict->values[*number]))) {
                return MLN_OK;
            }
        }
    }
    return insert(dict, value, hash, number);
}

/* Slots, places and bytes come from anywhere in memory: each step asks for what the next one reads.
 */
enum { BLOCK = 64 };

static void look_ahead(const struct mln_dict *dict, size_t side, const struct mln_str *values,
                       size_t stride, size_t n, uint32_t *hashes, uint32_t *guesses) {
    if (dict->n_slots == 0) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (values[i * stride].n > 0) {
            __builtin_prefetch(&dict->slots[hashes[i] & (dict->n_slots - 1)]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        guesses[i] = values[i * stride].n > 0 ? guess(dict, hashes[i]) : UINT32_MAX;
        if (guesses[i] != UINT32_MAX) {
            __builtin_prefetch(&dict->values[guesses[i]]);
            __builtin_prefetch(&dict->count[side][guesses[i]], 1);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (guesses[i] != UINT32_MAX) {
            __builtin_prefetch(dict->values[guesses[i]]);
        }
    }
}

static enum mln_status add_block(struct mln_dict *dict, size_t side, const struct mln_str *values,
                                 size_t stride, size_t n, uint32_t *numbers, size_t *failed) {
    uint32_t hashes[BLOCK];
    uint32_t guesses[BLOCK];
    for (size_t i = 0; i < n; i++) {
        const struct mln_str v = values[i * stride];
        guesses[i] = UINT32_MAX;
        hashes[i] = v.n > 0 ? hash_of(v.p, v.n) : 0;
    }
    look_ahead(dict, side, values, stride, n, hashes, guesses);
    for (size_t i = 0; i < n; i++) {
        const struct mln_str v = values[i * stride];
        numbers[i] = guesses[i];
        if (v.n == 0) {
            continue;
        }
        if (guesses[i] == UINT32_MAX || !mln_str_eq(v, mln_bytes_get(dict->values[guesses[i]]))) {
            const enum mln_status status = find_or_add(dict, v, hashes[i], &numbers[i]);
            if (status != MLN_OK) {
                *failed = i;
                return status;
            }
        }
        dict->count[side][numbers[i]]++;
    }
    return MLN_OK;
}

enum mln_status mln_dict_add(struct mln_dict *dict, size_t side, const struct mln_str *values,
                             size_t stride, size_t n, uint32_t *numbers, size_t *failed) {
    for (size_t first = 0; first < n; first += BLOCK) {
        const size_t m = n - first < BLOCK ? n - first : BLOCK;
        const enum mln_status status =
            add_block(dict, side, values + first * stride, stride, m, numbers + first, failed);
        if (status != MLN_OK) {
            *failed += first;
            return status;
        }
    }
    return MLN_OK;
}
