/* Short keyed fingerprints: SipHash-2-4 with 128 bits, under a key drawn by the process.
 *
 * For tables in memory that ask "have I met these bytes?": nobody can prepare texts that collide,
 * and two of 10⁸ texts do so with a probability under 10⁻²². Not a pseudonym: it is never stored,
 * and changes with every key. */
#ifndef MLN_SECRET_HASH128_H
#define MLN_SECRET_HASH128_H

#include <stddef.h>
#include <stdint.h>

enum { MLN_HASH128_KEY_BYTES = 16 };

struct mln_hash128_key {
    unsigned char bytes[MLN_HASH128_KEY_BYTES];
};

struct mln_hash128 {
    uint64_t a, b;
};

void mln_hash128_draw(struct mln_hash128_key *out); /* after mln_secret_init */

struct mln_hash128 mln_hash128(const struct mln_hash128_key *key, const void *bytes, size_t n);

#endif
