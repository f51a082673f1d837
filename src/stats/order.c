#include "stats/order.h"

enum { DIGIT_BITS = 11, DIGITS = (64 + DIGIT_BITS - 1) / DIGIT_BITS, BUCKETS = 1 << DIGIT_BITS };

static size_t digit_of(uint64_t key, size_t digit) {
    return (size_t)(key >> (digit * DIGIT_BITS)) & (BUCKETS - 1);
}

static void sort_by_digit(const uint64_t *key, size_t n, size_t digit, const uint32_t *from,
                          uint32_t *to) {
    size_t start[BUCKETS] = {0};
    for (size_t i = 0; i < n; i++) {
        start[digit_of(key[i], digit)]++;
    }
    size_t sum = 0;
    for (size_t b = 0; b < BUCKETS; b++) {
        const size_t here = start[b];
        start[b] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++) {
        to[start[digit_of(key[from[i]], digit)]++] = from[i];
    }
}

void mln_order_by(const uint64_t *key, size_t n, uint32_t *order, uint32_t *scratch) {
    uint64_t differ = 0;
    for (size_t i = 1; i < n; i++) {
        differ |= key[i] ^ key[0];
    }
    uint32_t *from = order, *to = scratch;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        if (digit_of(differ, digit) == 0) {
            continue;
        }
        sort_by_digit(key, n, digit, from, to);
        uint32_t *const sorted = to;
        to = from;
        from = sorted;
    }
    if (from != order) {
        memcpy(order, from, n * sizeof *order);
    }
}
