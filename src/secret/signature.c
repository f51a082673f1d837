#include "secret/signature.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"

_Static_assert(MLN_KEY_BYTES == crypto_sign_SEEDBYTES, "a key is a seed");
_Static_assert(MLN_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "as libsodium's");
_Static_assert(MLN_SIGNATURE_BYTES == crypto_sign_BYTES, "as libsodium's");

/* The private key in locked memory; sodium_free frees it. */
static enum mln_status expand(const struct mln_key *key, unsigned char public_key[MLN_PUBLIC_BYTES],
                              unsigned char **private_key, struct mln_err *err) {
    *private_key = sodium_malloc(crypto_sign_SECRETKEYBYTES);
    if (*private_key == NULL) {
        return mln_err_nomem(err, "a signature's key");
    }
    crypto_sign_seed_keypair(public_key, *private_key, key->bytes);
    return MLN_OK;
}

enum mln_status mln_signer_of(const struct mln_key *key, struct mln_signer *out,
                              struct mln_err *err) {
    unsigned char *private_key = NULL;
    MLN_TRY(expand(key, out->public_key, &private_key, err));
    memcpy(out->id, key->id, sizeof out->id);
    sodium_free(private_key);
    return MLN_OK;
}

static enum mln_status signed_text(const char *purpose, struct mln_str text, struct mln_buf *out,
                                   struct mln_err *err) {
    mln_buf_addf(out, "%s\n", purpose);
    mln_buf_add_str(out, text);
    return mln_buf_check(out, "a signed text", err);
}

enum mln_status mln_sign(const struct mln_key *key, const char *purpose, struct mln_str text,
                         unsigned char out[MLN_SIGNATURE_BYTES], struct mln_err *err) {
    unsigned char public_key[MLN_PUBLIC_BYTES];
    unsigned char *private_key = NULL;
    struct mln_buf whole = MLN_BUF_INIT;
    enum mln_status status = signed_text(purpose, text, &whole, err);
    if (status == MLN_OK) {
        status = expand(key, public_key, &private_key, err);
    }
    if (status == MLN_OK) {
        crypto_sign_detached(out, NULL, (const unsigned char *)whole.p, whole.n, private_key);
    }
    sodium_free(private_key);
    mln_buf_release(&whole);
    return status;
}

enum mln_status mln_signature_check(const struct mln_signer *signer, const char *purpose,
                                    struct mln_str text,
                                    const unsigned char signature[MLN_SIGNATURE_BYTES], bool *good,
                                    struct mln_err *err) {
    struct mln_buf whole = MLN_BUF_INIT;
    const enum mln_status status = signed_text(purpose, text, &whole, err);
    if (status == MLN_OK) {
        *good = crypto_sign_verify_detached(signature, (const unsigned char *)whole.p, whole.n,
                                            signer->public_key) == 0;
    }
    mln_buf_release(&whole);
    return status;
}
