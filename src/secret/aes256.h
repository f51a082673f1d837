/* AES-256 on single blocks of 16 bytes (FIPS 197), both ways: a keyed permutation of 128 bits.
 * Inside of the room: pseudonyms are permuted with it (permute.h), nothing is enciphered.
 *
 * With the processor's AES instructions where it has them; else byte by byte without tables or
 * branches on a value (gf256.h), a hundred times slower. Both are constant in time and give the
 * same bytes. `openssl enc -aes-256-ecb -nopad` gives them too. */
#ifndef MLN_SECRET_AES256_H
#define MLN_SECRET_AES256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MLN_AES_BLOCK = 16, MLN_AES_ROUNDS = 14 };

struct mln_aes256 {
    uint8_t round[MLN_AES_ROUNDS + 1][MLN_AES_BLOCK];   /* of the way there */
    uint8_t inverse[MLN_AES_ROUNDS + 1][MLN_AES_BLOCK]; /* of the way back, for the instructions */
    bool portable;                                      /* without the instructions */
};

/* The round keys; the caller wipes them. `portable` asks for the slow path where both exist. */
void mln_aes256_init(struct mln_aes256 *aes, const uint8_t key[32], bool portable);

/* n blocks in place. */
void mln_aes256_encrypt(const struct mln_aes256 *aes, uint8_t *blocks, size_t n);
void mln_aes256_decrypt(const struct mln_aes256 *aes, uint8_t *blocks, size_t n);

#endif
