#include "secret/shamir.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "secret/gf256.h"

enum mln_status mln_shamir_split(const unsigned char *secret, size_t n_bytes, unsigned k,
                                 unsigned n, unsigned char *shares, struct mln_err *err) {
    if (k < 2 || k > n || n > MLN_SHAMIR_MAX_SHARES) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%u of %u holders: at least 2 must be needed, no more than there are, "
                           "and there are at most %d",
                           k, n, (int)MLN_SHAMIR_MAX_SHARES);
    }
    if (n_bytes == 0 || n_bytes > MLN_SHAMIR_MAX_BYTES) {
        return mln_err_set(err, MLN_BAD_INPUT, "a secret of %zu bytes is not shared", n_bytes);
    }
    /* coefficients[d × n_bytes + i]: of x^(d + 1), for byte i */
    const size_t n_random = (size_t)(k - 1) * n_bytes;
    unsigned char *const coefficients = sodium_malloc(n_random);
    if (coefficients == NULL) {
        return mln_err_nomem(err, "the shares of a key");
    }
    randombytes_buf(coefficients, n_random);
    for (unsigned x = 1; x <= n; x++) {
        unsigned char *const share = shares + (size_t)(x - 1) * n_bytes;
        for (size_t i = 0; i < n_bytes; i++) {
            uint8_t value = 0; /* Horner's rule, from the highest power */
            for (size_t d = k - 1; d-- > 0;) {
                value = mln_gf256_mul(value ^ coefficients[d * n_bytes + i], (uint8_t)x);
            }
            share[i] = value ^ secret[i];
        }
    }
    sodium_free(coefficients);
    return MLN_OK;
}

/* Lagrange's basis polynomial of point i at x: Π (x - x_j) / (x_i - x_j). */
static uint8_t basis(const uint8_t *indices, unsigned k, unsigned i, uint8_t x) {
    uint8_t above = 1;
    uint8_t below = 1;
    for (unsigned j = 0; j < k; j++) {
        if (j != i) {
            above = mln_gf256_mul(above, x ^ indices[j]);
            below = mln_gf256_mul(below, indices[i] ^ indices[j]);
        }
    }
    return mln_gf256_mul(above, mln_gf256_inv(below));
}

static bool are_distinct(const uint8_t *indices, unsigned k) {
    bool seen[256] = {true}; /* 0 is where the secret is */
    for (unsigned i = 0; i < k; i++) {
        if (seen[indices[i]]) {
            return false;
        }
        seen[indices[i]] = true;
    }
    return true;
}

enum mln_status mln_shamir_at(const uint8_t *indices, const unsigned char *shares, unsigned k,
                              size_t n_bytes, uint8_t x, unsigned char *out, struct mln_err *err) {
    if (k == 0 || k > 255 || !are_distinct(indices, k)) {
        return mln_err_set(err, MLN_BAD_INPUT, "the shares given are not different shares");
    }
    memset(out, 0, n_bytes);
    for (unsigned i = 0; i < k; i++) {
        const uint8_t weight = basis(indices, k, i, x);
        for (size_t b = 0; b < n_bytes; b++) {
            out[b] ^= mln_gf256_mul(weight, shares[(size_t)i * n_bytes + b]);
        }
    }
    return MLN_OK;
}
