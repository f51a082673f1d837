/* Shamir's sharing of a secret, k of n (Shamir 1979), byte by byte over GF(256).
 *
 * Each byte of the secret is the value at 0 of a random polynomial of degree k - 1; share number x
 * is its value at x = 1…n. Any k shares give the secret back; k - 1 of them are independent of it.
 * Nothing tells whether what k shares give is the secret: whoever needs to know compares a key id
 * (share.h does).
 *
 * Constant time in the secret and the shares (gf256.h); the indices are not secret. */
#ifndef MLN_SECRET_SHAMIR_H
#define MLN_SECRET_SHAMIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { MLN_SHAMIR_MAX_SHARES = 32, MLN_SHAMIR_MAX_BYTES = 64 };

/* Writes share number i + 1 to `shares` + i × `n_bytes`, i < n. 2 ≤ k ≤ n ≤ MLN_SHAMIR_MAX_SHARES,
 * 1 ≤ n_bytes ≤ MLN_SHAMIR_MAX_BYTES: MLN_BAD_INPUT otherwise. The random numbers are libsodium's;
 * mln_secret_init comes first. O(n k n_bytes). */
enum mln_status mln_shamir_split(const unsigned char *secret, size_t n_bytes, unsigned k,
                                 unsigned n, unsigned char *shares, struct mln_err *err)
    MLN_MUST_USE;

/* The value at `x` of the polynomials that go through the k points (`indices`[i], the n_bytes at
 * `shares` + i × n_bytes). x = 0 is the secret. Indices: 1…255, distinct (MLN_BAD_INPUT otherwise).
 * O(k² + k n_bytes). */
enum mln_status mln_shamir_at(const uint8_t *indices, const unsigned char *shares, unsigned k,
                              size_t n_bytes, uint8_t x, unsigned char *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
