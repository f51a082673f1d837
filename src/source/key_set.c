#include "source/key_set.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Lookups are at random places: with pages of 4 KiB most of their time is spent on finding the
 * page. Large tables come straight from the system, which gives zeroed memory, and ask for huge
 * pages; where there are none, nothing changes. */
enum { MAPPED_BYTES = 4 << 20 };

static bool is_mapped(size_t cap) {
    return cap * sizeof(struct mln_key_entry) >= MAPPED_BYTES;
}

static struct mln_key_entry *new_slots(size_t cap) {
    const size_t bytes = cap * sizeof(struct mln_key_entry);
    if (!is_mapped(cap)) {
        return calloc(cap, sizeof(struct mln_key_entry));
    }
    void *slots = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (slots == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(slots, bytes, MADV_HUGEPAGE); /* only a hint */
    return slots;
}

static void free_slots(struct mln_key_entry *slots, size_t cap) {
    if (slots != NULL && is_mapped(cap)) {
        (void)munmap(slots, cap * sizeof *slots);
    } else {
        free(slots);
    }
}

void mln_key_set_release(struct mln_key_set *set) {
    free_slots(set->slots, set->cap);
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
    free_slots(set->slots, set->cap);
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
