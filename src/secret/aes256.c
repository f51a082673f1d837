#include "secret/aes256.h"

#include <string.h>

#include "secret/gf256.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define WITH_INSTRUCTIONS __attribute__((target("aes,sse2")))
#endif

/* ── bytes ── */

static uint8_t rotated(uint8_t b, unsigned n) {
    return (uint8_t)(((unsigned)b << n) | ((unsigned)b >> (8 - n)));
}

static uint8_t sub(uint8_t b) {
    const uint8_t i = mln_gf256_inv(b);
    return i ^ rotated(i, 1) ^ rotated(i, 2) ^ rotated(i, 3) ^ rotated(i, 4) ^ 0x63;
}

static uint8_t sub_back(uint8_t b) {
    return mln_gf256_inv(rotated(b, 1) ^ rotated(b, 3) ^ rotated(b, 6) ^ 0x05);
}

static void add_key(uint8_t *block, const uint8_t *key) {
    for (size_t i = 0; i < MLN_AES_BLOCK; i++) {
        block[i] ^= key[i];
    }
}

/* SubBytes and ShiftRows, or their inverses. Byte 4c + r of a block is row r of column c. */
static void substitute(uint8_t *block, bool back) {
    uint8_t moved[MLN_AES_BLOCK];
    for (size_t c = 0; c < 4; c++) {
        for (size_t r = 0; r < 4; r++) {
            const size_t from = back ? (c + 4 - r) % 4 : (c + r) % 4;
            const uint8_t b = block[4 * from + r];
            moved[4 * c + r] = back ? sub_back(b) : sub(b);
        }
    }
    memcpy(block, moved, sizeof moved);
}

/* MixColumns, with the row (2 3 1 1) or its inverse (e b d 9). */
static void mix(uint8_t *block, bool back) {
    static const uint8_t rows[2][4] = {{2, 3, 1, 1}, {0x0e, 0x0b, 0x0d, 0x09}};
    for (size_t c = 0; c < 4; c++) {
        uint8_t mixed[4];
        for (size_t r = 0; r < 4; r++) {
            mixed[r] = 0;
            for (size_t j = 0; j < 4; j++) {
                mixed[r] ^= mln_gf256_mul(rows[back][(j + 4 - r) % 4], block[4 * c + j]);
            }
        }
        memcpy(block + 4 * c, mixed, sizeof mixed);
    }
}

/* ── keys ── */

void mln_aes256_init(struct mln_aes256 *aes, const uint8_t key[32], bool portable) {
    uint8_t *const w = aes->round[0]; /* 60 words of 4 bytes */
    uint8_t power = 1;
    memcpy(w, key, 32);
    for (size_t i = 8; i < 4 * (size_t)(MLN_AES_ROUNDS + 1); i++) {
        uint8_t word[4];
        memcpy(word, w + 4 * (i - 1), sizeof word);
        if (i % 8 == 0) {
            const uint8_t first = word[0];
            word[0] = sub(word[1]) ^ power;
            word[1] = sub(word[2]);
            word[2] = sub(word[3]);
            word[3] = sub(first);
            power = mln_gf256_mul(power, 2);
        } else if (i % 8 == 4) {
            for (size_t b = 0; b < 4; b++) {
                word[b] = sub(word[b]);
            }
        }
        for (size_t b = 0; b < 4; b++) {
            w[4 * i + b] = w[4 * (i - 8) + b] ^ word[b];
        }
    }
    memcpy(aes->inverse, aes->round, sizeof aes->inverse);
    for (size_t r = 1; r < MLN_AES_ROUNDS; r++) { /* the equivalent inverse cipher, 5.3.5 */
        mix(aes->inverse[r], true);
    }
    aes->portable = true;
#if defined(__x86_64__)
    aes->portable = portable || !__builtin_cpu_supports("aes");
#else
    (void)portable;
#endif
}

/* ── blocks ── */

static void encrypt_block(const struct mln_aes256 *aes, uint8_t *block) {
    add_key(block, aes->round[0]);
    for (size_t r = 1; r <= MLN_AES_ROUNDS; r++) {
        substitute(block, false);
        if (r < MLN_AES_ROUNDS) {
            mix(block, false);
        }
        add_key(block, aes->round[r]);
    }
}

static void decrypt_block(const struct mln_aes256 *aes, uint8_t *block) {
    for (size_t r = MLN_AES_ROUNDS; r > 0; r--) {
        add_key(block, aes->round[r]);
        if (r < MLN_AES_ROUNDS) {
            mix(block, true);
        }
        substitute(block, true);
    }
    add_key(block, aes->round[0]);
}

#if defined(__x86_64__)
WITH_INSTRUCTIONS static void encrypt_fast(const struct mln_aes256 *aes, uint8_t *block) {
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)block);
    b = _mm_xor_si128(b, _mm_loadu_si128((const __m128i *)(const void *)aes->round[0]));
    for (size_t r = 1; r < MLN_AES_ROUNDS; r++) {
        b = _mm_aesenc_si128(b, _mm_loadu_si128((const __m128i *)(const void *)aes->round[r]));
    }
    b = _mm_aesenclast_si128(
        b, _mm_loadu_si128((const __m128i *)(const void *)aes->round[MLN_AES_ROUNDS]));
    _mm_storeu_si128((__m128i *)(void *)block, b);
}

WITH_INSTRUCTIONS static void decrypt_fast(const struct mln_aes256 *aes, uint8_t *block) {
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)block);
    b = _mm_xor_si128(b,
                      _mm_loadu_si128((const __m128i *)(const void *)aes->inverse[MLN_AES_ROUNDS]));
    for (size_t r = MLN_AES_ROUNDS - 1; r > 0; r--) {
        b = _mm_aesdec_si128(b, _mm_loadu_si128((const __m128i *)(const void *)aes->inverse[r]));
    }
    b = _mm_aesdeclast_si128(b, _mm_loadu_si128((const __m128i *)(const void *)aes->inverse[0]));
    _mm_storeu_si128((__m128i *)(void *)block, b);
}
#else
#define encrypt_fast encrypt_block
#define decrypt_fast decrypt_block
#endif

void mln_aes256_encrypt(const struct mln_aes256 *aes, uint8_t *blocks, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (aes->portable) {
            encrypt_block(aes, blocks + i * MLN_AES_BLOCK);
        } else {
            encrypt_fast(aes, blocks + i * MLN_AES_BLOCK);
        }
    }
}

void mln_aes256_decrypt(const struct mln_aes256 *aes, uint8_t *blocks, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (aes->portable) {
            decrypt_block(aes, blocks + i * MLN_AES_BLOCK);
        } else {
            decrypt_fast(aes, blocks + i * MLN_AES_BLOCK);
        }
    }
}
