#include "secret/hash128.h"

#include <sodium.h>
#include <string.h>

void mln_hash128_draw(struct mln_hash128_key *out) {
    _Static_assert(sizeof out->bytes == crypto_shorthash_siphashx24_KEYBYTES, "SipHash's key");
    randombytes_buf(out->bytes, sizeof out->bytes);
}

struct mln_hash128 mln_hash128(const struct mln_hash128_key *key, const void *bytes, size_t n) {
    struct mln_hash128 hash;
    unsigned char out[crypto_shorthash_siphashx24_BYTES];
    (void)crypto_shorthash_siphashx24(out, bytes, n, key->bytes);
    memcpy(&hash, out, sizeof hash);
    return hash;
}
