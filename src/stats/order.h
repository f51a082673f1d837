/* The stable order of unsigned keys, by digits: O(n), equal digits skipped. Internal to this room.
 *
 *     fill order with 0..n-1 (or with the order of lesser keys) → mln_order_by(least key) → … →
 * by(first key)
 */
#ifndef MLN_STATS_ORDER_H
#define MLN_STATS_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Rearranges `order` (n row numbers) so that key[order[i]] does not decrease, keeping the order of
 * equal keys. `scratch` holds n. */
void mln_order_by(const uint64_t *key, size_t n, uint32_t *order, uint32_t *scratch);

/* A key that sorts as the number does; x ≥ 0 or −0. */
static inline uint64_t mln_order_key(double x) {
    const double positive = x + 0.0; /* −0 becomes 0 */
    uint64_t bits;
    memcpy(&bits, &positive, sizeof bits);
    return bits;
}

#endif
