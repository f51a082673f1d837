#include "source/key_set.h"

#include <stdlib.h>

void mln_key_set_release(struct mln_key_set *set) {
    free(set->slots);
    *set = MLN_KEY_SET_INIT;
}

/* The slot of the key, or the free one where it would go. */
static size_t slot_of(const struct mln_key_set *set, struct mln_hash128 print) {
    size_t at = (size_t)print.a & (set->cap - 1);
    while (set->slots[at].idx != 0 &&
           (set->slots[at].print.a != print.a || set->slots[at].print.b != print.b)) {
        at = (at + 1) & (set->cap - 1);
    }
    return at;
}

enum mln_status mln_key_set_reserve(struct mln_key_set *set, size_t expected, struct mln_err *err) {
    size_t cap = set->cap == 0 ? 1024 : set->cap;
    while (cap / 4 * 3 < expected) {
        if (cap > SIZE_MAX / 4 / sizeof *set->slots) {
            return mln_err_nomem(err, "the keys of a table");
        }
        cap *= 2;
    }
    if (cap == set->cap) {
        return MLN_OK;
    }
    struct mln_key_set wider = {calloc(cap, sizeof *wider.slots), cap, set->n};
    if (wider.slots == NULL) {
        return mln_err_nomem(err, "the keys of a table");
    }
    for (size_t i = 0; i < set->cap; i++) {
        if (set->slots[i].idx != 0) {
            wider.slots[slot_of(&wider, set->slots[i].print)] = set->slots[i];
        }
    }
    free(set->slots);
    *set = wider;
    return MLN_OK;
}

const struct mln_key_entry *mln_key_set_find(const struct mln_key_set *set,
                                             struct mln_hash128 print) {
    if (set->cap == 0) {
        return NULL;
    }
    const struct mln_key_entry *entry = &set->slots[slot_of(set, print)];
    return entry->idx == 0 ? NULL : entry;
}

enum mln_status mln_key_set_add(struct mln_key_set *set, struct mln_hash128 print, uint32_t idx,
                                uint32_t content, const struct mln_key_entry **found,
                                struct mln_err *err) {
    *found = NULL;
    MLN_TRY(mln_key_set_reserve(set, set->n + 1, err));
    struct mln_key_entry *entry = &set->slots[slot_of(set, print)];
    if (entry->idx != 0) {
        *found = entry;
        return MLN_OK;
    }
    *entry = (struct mln_key_entry){print, idx, content};
    set->n++;
    return MLN_OK;
}
