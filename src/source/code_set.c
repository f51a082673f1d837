#include "source/code_set.h"

#include <stdint.h>

struct mln_code_set {
    size_t mask;
    struct mln_str *slots; /* p NULL: free; at most half of them are taken */
};

/* FNV-1a: nomenclatures are ours, nobody chooses their codes to collide. */
static size_t place_of(const struct mln_code_set *set, struct mln_str code) {
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < code.n; i++) {
        h = (h ^ (unsigned char)code.p[i]) * 1099511628211U;
    }
    return (size_t)(h ^ h >> 32) & set->mask;
}

enum mln_status mln_code_set_new(struct mln_arena *arena, const struct mln_str *codes, size_t n,
                                 struct mln_code_set **out, struct mln_err *err) {
    struct mln_code_set *set = MLN_ARENA_NEW(arena, struct mln_code_set, 1);
    size_t cap = 16;
    while (cap < 2 * n) {
        cap *= 2;
    }
    if (set != NULL) {
        *set = (struct mln_code_set){cap - 1, MLN_ARENA_NEW(arena, struct mln_str, cap)};
    }
    if (set == NULL || set->slots == NULL) {
        return mln_err_nomem(err, "a set of codes");
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = place_of(set, codes[i]);
        while (set->slots[at].p != NULL && !mln_str_eq(set->slots[at], codes[i])) {
            at = (at + 1) & set->mask;
        }
        set->slots[at] = codes[i];
    }
    *out = set;
    return MLN_OK;
}

bool mln_code_set_has(const struct mln_code_set *set, struct mln_str code) {
    for (size_t at = place_of(set, code); set->slots[at].p != NULL; at = (at + 1) & set->mask) {
        if (mln_str_eq(set->slots[at], code)) {
            return true;
        }
    }
    return false;
}
