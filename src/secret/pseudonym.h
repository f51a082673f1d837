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

/* The re-keyable form (permute.h): every pseudonym of the domain is permuted once more. Before the
 * domain is used, and not twice. `permutation` is borrowed as long as the domain lives. */
struct mln_permutation;
void mln_pseudonym_permuted(struct mln_pseudonym_domain *domain,
                            const struct mln_permutation *permutation);

/* n pseudonyms, on up to n_threads threads (0: all processors): out + i × MLN_PSEUDONYM_CHARS is
 * that of values[i]; 32 bytes '\0' for a missing value. The bytes do not depend on the threads.
 * About 0.35 µs each and thread (bench/secret). */
enum mln_status mln_pseudonyms(const struct mln_pseudonym_domain *domain,
                               const struct mln_str *values, size_t n, size_t n_threads, char *out,
                               struct mln_err *err) MLN_MUST_USE;

/* Kernel (engine.h mln_kernel_fn shape): columns (int64 idx, utf8 value) → (int64 idx, utf8
 * pseudonym); ctx is the domain. */
enum mln_status mln_pseudonym_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                     struct mln_err *err) MLN_MUST_USE;

#endif
