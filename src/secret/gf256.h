/* GF(256) with the reduction x^8 + x^4 + x^3 + x + 1, the field of AES (FIPS 197, 4.2) and of
 * SLIP-39. Inside of the room. No table and no branch on a value: time and memory touched do not
 * depend on the operands. */
#ifndef MLN_SECRET_GF256_H
#define MLN_SECRET_GF256_H

#include <stdint.h>

static inline uint8_t mln_gf256_mul(uint8_t a, uint8_t b) {
    unsigned product = 0;
    unsigned x = a;
    for (unsigned bit = 0; bit < 8; bit++) {
        product ^= x & (0U - (((unsigned)b >> bit) & 1U));
        x = (x << 1) ^ (0x11bU & (0U - ((x >> 7) & 1U)));
    }
    return (uint8_t)product;
}

/* a^254: the inverse; 0 for 0. */
static inline uint8_t mln_gf256_inv(uint8_t a) {
    const uint8_t a2 = mln_gf256_mul(a, a);
    const uint8_t a3 = mln_gf256_mul(a2, a);
    const uint8_t a6 = mln_gf256_mul(a3, a3);
    const uint8_t a12 = mln_gf256_mul(a6, a6);
    const uint8_t a15 = mln_gf256_mul(a12, a3);
    const uint8_t a30 = mln_gf256_mul(a15, a15);
    const uint8_t a60 = mln_gf256_mul(a30, a30);
    const uint8_t a120 = mln_gf256_mul(a60, a60);
    const uint8_t a126 = mln_gf256_mul(a120, a6);
    const uint8_t a127 = mln_gf256_mul(a126, a);
    return mln_gf256_mul(a127, a127);
}

#endif
