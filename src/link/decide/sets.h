/* Disjoint sets over records, named by their lowest member. Internal to link/decide.
 * Linking to the lower root keeps names canonical; halving paths keeps finds short. */
#ifndef MLN_LINK_DECIDE_SETS_H
#define MLN_LINK_DECIDE_SETS_H

#include <stdint.h>

static inline void sets_init(uint32_t *parent, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        parent[i] = i;
    }
}

static inline uint32_t sets_find(uint32_t *parent, uint32_t i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* The lowest member of the joined set. */
static inline uint32_t sets_join(uint32_t *parent, uint32_t a, uint32_t b) {
    a = sets_find(parent, a);
    b = sets_find(parent, b);
    if (a < b) {
        parent[b] = a;
        return a;
    }
    parent[a] = b;
    return b;
}

#endif
