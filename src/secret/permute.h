/* The re-keyable form of pseudonyms: a keyed permutation of their 128 bits, so that a base moves to
 * another key without the identities.
 *
 *   plain       p = first 128 bits of HMAC-SHA-256(key, domain ‖ 0x00 ‖ value)        pseudonym.h
 *   re-keyable  q = AES-256(HMAC-SHA-256(permute key, "permute" ‖ 0x00 ‖ domain), p)
 *
 * Whoever holds the permute keys of before and after turns every q into q' = P'(P⁻¹(q)); neither
 * the HMAC key nor any value is needed. A permutation makes no collision, and the same entity has
 * the same q in each vintage as long as both keys stay. Why AES:
 * docs/decisions/0005-permutation.md. Reproducible with `openssl dgst` and `openssl enc
 * -aes-256-ecb -nopad` (a test does). */
#ifndef MLN_SECRET_PERMUTE_H
#define MLN_SECRET_PERMUTE_H

#include "secret/pseudonym.h"

struct mln_permutation; /* round keys in locked memory; wiped on free */

enum mln_status mln_permutation_new(const struct mln_key *key, const char *domain,
                                    struct mln_permutation **out, struct mln_err *err) MLN_MUST_USE;
void mln_permutation_free(struct mln_permutation *permutation); /* NULL is fine */

/* 16 bytes of one pseudonym, in place; there and back. */
void mln_permute(const struct mln_permutation *permutation, unsigned char bytes[16]);
void mln_permute_back(const struct mln_permutation *permutation, unsigned char bytes[16]);

/* From one permutation to another; either may be NULL: the plain form. */
struct mln_rekey {
    const struct mln_permutation *before, *after;
};

/* In place on 32 hex digits. MLN_BAD_INPUT: not a pseudonym. */
enum mln_status mln_rekey_pseudonym(const struct mln_rekey *rekey,
                                    char pseudonym[MLN_PSEUDONYM_CHARS], struct mln_err *err)
    MLN_MUST_USE;

/* Kernel (engine.h mln_kernel_fn shape): columns (int64 idx, utf8 pseudonym) → the same with the
 * new pseudonym; NULL stays NULL; ctx is a mln_rekey. A text that is no pseudonym: MLN_BAD_INPUT,
 * naming neither row nor value. */
enum mln_status mln_rekey_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
