/* Ed25519 signatures (RFC 8032, libsodium) by the 256-bit key `journal`, which is their seed.
 * Inside of the room: journals and certificates are signed. What is signed is "<purpose>\n" ‖ text,
 * so that a line of a journal is never taken for a certificate. */
#ifndef MLN_SECRET_SIGNATURE_H
#define MLN_SECRET_SIGNATURE_H

#include "secret/keys.h"

enum { MLN_PUBLIC_BYTES = 32, MLN_SIGNATURE_BYTES = 64 };

struct mln_signer { /* whom a signature is checked against */
    char id[MLN_KEY_ID_CHARS + 1];
    unsigned char public_key[MLN_PUBLIC_BYTES];
};

enum mln_status mln_signer_of(const struct mln_key *key, struct mln_signer *out,
                              struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_sign(const struct mln_key *key, const char *purpose, struct mln_str text,
                         unsigned char out[MLN_SIGNATURE_BYTES], struct mln_err *err) MLN_MUST_USE;
/* *good: whether it is the signer's. */
enum mln_status mln_signature_check(const struct mln_signer *signer, const char *purpose,
                                    struct mln_str text,
                                    const unsigned char signature[MLN_SIGNATURE_BYTES], bool *good,
                                    struct mln_err *err) MLN_MUST_USE;

#endif
