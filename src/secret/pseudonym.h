/* Pseudonyms: HMAC-SHA-256 under a key per domain, first 128 bits, 32 lower-case hex characters.
 *
 *   pseudonym = hex(first 16 bytes of HMAC-SHA-256(key, domain ‖ 0x00 ‖ value))
 *
 * The same value, domain and key give the same pseudonym in every vintage. A missing value has no
 * pseudonym. Reproducible with `openssl dgst -sha256 -mac HMAC` (a test does). */
#ifndef MLN_SECRET_PSEUDONYM_H
#define MLN_SECRET_PSEUDONYM_H

#include "base/batch.h"
#include "secret/keys.h"

enum { MLN_PSEUDONYM_CHARS = 32 };

struct mln_pseudonym_domain; /* the keyed states; wiped on free */

enum mln_status mln_pseudonym_domain_new(const struct mln_key *key, const char *domain,
                                         struct mln_pseudonym_domain **out, struct mln_err *err)
    MLN_MUST_USE;
void mln_pseudonym_domain_free(struct mln_pseudonym_domain *domain);

void mln_pseudonym(const struct mln_pseudonym_domain *domain, struct mln_str value,
                   char out[MLN_PSEUDONYM_CHARS]);

/* Kernel (engine.h mln_kernel_fn shape): columns (int64 idx, utf8 value) → (int64 idx, utf8
 * pseudonym); ctx is the domain. */
enum mln_status mln_pseudonym_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                     struct mln_err *err) MLN_MUST_USE;

#endif
