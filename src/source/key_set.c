#include "source/key_set.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Lookups are at random places: with pages of 4 KiB most of their time is spent on finding the
 * page. Large tables ask for huge ones; where there are none, nothing changes. */
enum { HUGE_PAGE = 2 << 20 };

static struct mln_key_entry *new_slots(size_t cap) {
    const size_t bytes = cap * sizeof(struct mln_key_entry);
    if (bytes < 2 * HUGE_PAGE) {
        return calloc(cap, sizeof(struct mln_key_entry));
    }
    const size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    struct mln_key_entry *slots = aligned_alloc(HUGE_PAGE, whole);
    if (slots != NULL) {
        (void)madvise(slots, whole, MADV_HUGEPAGE); /* only a hint */
        memset(slots, 0, bytes);
    }
    return slots;
}

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
    struct mln_key_set wider = {new_slots(cap), cap, set->n};
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
