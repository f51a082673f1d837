/* Which keys a table has: found again by a 128-bit fingerprint, with the row's index.
 *
 *   print (16 bytes) | idx (4) | content (4)       open addressing, at most 3/4 full
 *
 * Fingerprints are keyed (secret/hash128.h); nothing that is written depends on them, only on which
 * keys are equal. `content` is 32 bits of the whole row: it only chooses between two words for a
 * key that is there twice.
 *
 * SQL over the loaded tables was tried instead: docs/decisions/0007-ingest.md.
 *
 * Reading from several threads at once is fine while nobody adds. */
#ifndef MLN_SOURCE_KEY_SET_H
#define MLN_SOURCE_KEY_SET_H

#include <stdint.h>

#include "base/err.h"
#include "secret/hash128.h"

struct mln_key_entry {
    struct mln_hash128 print;
    uint32_t idx; /* from 1; 0: the slot is free */
    uint32_t content;
};

struct mln_key_set {
    struct mln_key_entry *slots;
    size_t cap, n;
};

#define MLN_KEY_SET_INIT ((struct mln_key_set){0})

/* Room for `expected` keys; more is fine. */
enum mln_status mln_key_set_reserve(struct mln_key_set *set, size_t expected, struct mln_err *err)
    MLN_MUST_USE;
void mln_key_set_release(struct mln_key_set *set);

/* NULL when the key is not there. O(1). */
const struct mln_key_entry *mln_key_set_find(const struct mln_key_set *set,
                                             struct mln_hash128 print);

/* Asks the processor for the memory of a key that will be looked for soon. */
static inline void mln_key_set_prefetch(const struct mln_key_set *set, struct mln_hash128 print) {
    if (set->cap > 0) {
        __builtin_prefetch(&set->slots[(size_t)print.a & (set->cap - 1)]);
    }
}

/* *found is the entry that was there before, or NULL and the key is added with idx and content. */
enum mln_status mln_key_set_add(struct mln_key_set *set, struct mln_hash128 print, uint32_t idx,
                                uint32_t content, const struct mln_key_entry **found,
                                struct mln_err *err) MLN_MUST_USE;

#endif
