#include "secret/seal.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

enum {
    MAGIC_BYTES = 8,
    ID_BYTES = MLN_KEY_ID_CHARS / 2,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    HEAD_BYTES = MAGIC_BYTES + ID_BYTES,
};
static const char magic[MAGIC_BYTES + 1] = "MLNSEAL1";
_Static_assert(HEAD_BYTES + NONCE_BYTES + TAG_BYTES == MLN_SEAL_EXTRA_BYTES, "as the header says");

/* The key of the seals under `key`, in locked memory; NULL: no memory. */
static unsigned char *derive(const struct mln_key *key) {
    static const char purpose[] = "maillon seal 1";
    unsigned char *const own = sodium_malloc(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    if (own != NULL) {
        crypto_generichash(own, crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
                           (const unsigned char *)purpose, sizeof purpose - 1, key->bytes,
                           MLN_KEY_BYTES);
    }
    return own;
}

static void head_of(const struct mln_key *key, unsigned char head[HEAD_BYTES]) {
    memcpy(head, magic, MAGIC_BYTES);
    sodium_hex2bin(head + MAGIC_BYTES, ID_BYTES, key->id, MLN_KEY_ID_CHARS, NULL, NULL, NULL);
}

/* What is authenticated beside the text: head ‖ label. */
static enum mln_status associated(const unsigned char head[HEAD_BYTES], const char *label,
                                  struct mln_buf *out, struct mln_err *err) {
    mln_buf_add(out, head, HEAD_BYTES);
    mln_buf_addz(out, label);
    return mln_buf_check(out, label, err);
}

enum mln_status mln_seal(const struct mln_key *key, const char *label, struct mln_str text,
                         struct mln_buf *out, struct mln_err *err) {
    unsigned char head[HEAD_BYTES];
    unsigned char nonce[NONCE_BYTES];
    head_of(key, head);
    randombytes_buf(nonce, sizeof nonce);
    struct mln_buf ad = MLN_BUF_INIT;
    unsigned char *const own = derive(key);
    enum mln_status status = associated(head, label, &ad, err);
    if (status == MLN_OK && (own == NULL || text.n > SIZE_MAX / 2 ||
                             !mln_buf_reserve(out, text.n + MLN_SEAL_EXTRA_BYTES))) {
        status = mln_err_nomem(err, label);
    }
    if (status == MLN_OK) {
        mln_buf_add(out, head, sizeof head);
        mln_buf_add(out, nonce, sizeof nonce);
        unsigned long long n = 0;
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            (unsigned char *)out->p + out->n, &n, (const unsigned char *)text.p, text.n,
            (const unsigned char *)ad.p, ad.n, NULL, nonce, own);
        out->n += (size_t)n;
        out->p[out->n] = '\0';
    }
    sodium_free(own);
    mln_buf_release(&ad);
    return status;
}

static enum mln_status check_head(const struct mln_key *key, const char *label,
                                  struct mln_str sealed, struct mln_err *err) {
    if (sealed.n < MLN_SEAL_EXTRA_BYTES || memcmp(sealed.p, magic, MAGIC_BYTES) != 0) {
        return mln_err_set(err, MLN_IO, "%s: not a sealed file, or one cut short", label);
    }
    char id[MLN_KEY_ID_CHARS + 1];
    sodium_bin2hex(id, sizeof id, (const unsigned char *)sealed.p + MAGIC_BYTES, ID_BYTES);
    if (strcmp(id, key->id) != 0) {
        return mln_err_set(err, MLN_KEY,
                           "%s: sealed with key %s, and the key given is %s; use the key directory "
                           "it was made with, or remove its stage and run again",
                           label, id, key->id);
    }
    return MLN_OK;
}

enum mln_status mln_unseal(const struct mln_key *key, const char *label, struct mln_str sealed,
                           struct mln_buf *out, struct mln_err *err) {
    MLN_TRY(check_head(key, label, sealed, err));
    const unsigned char *const bytes = (const unsigned char *)sealed.p;
    const size_t closed = sealed.n - HEAD_BYTES - NONCE_BYTES; /* ciphertext and tag */
    struct mln_buf ad = MLN_BUF_INIT;
    unsigned char *const own = derive(key);
    enum mln_status status = associated(bytes, label, &ad, err);
    if (status == MLN_OK && (own == NULL || !mln_buf_reserve(out, closed))) {
        status = mln_err_nomem(err, label);
    }
    if (status == MLN_OK) {
        unsigned long long n = 0;
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(
                (unsigned char *)out->p + out->n, &n, NULL, bytes + HEAD_BYTES + NONCE_BYTES,
                closed, (const unsigned char *)ad.p, ad.n, bytes + HEAD_BYTES, own) != 0) {
            status = mln_err_set(err, MLN_IO,
                                 "%s: changed since it was sealed, or sealed as something else; "
                                 "remove its stage and run again",
                                 label);
        } else {
            out->n += (size_t)n;
            out->p[out->n] = '\0';
        }
    }
    sodium_free(own);
    mln_buf_release(&ad);
    return status;
}

enum mln_status mln_seal_file(const struct mln_key *key, const char *label, struct mln_str text,
                              const char *path, struct mln_err *err) {
    struct mln_buf sealed = MLN_BUF_INIT;
    enum mln_status status = mln_seal(key, label, text, &sealed, err);
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&sealed), err);
    }
    if (status == MLN_OK && chmod(path, 0600) != 0) {
        status =
            mln_err_set(err, MLN_IO, "%s: cannot restrict its mode: %s", path, strerror(errno));
    }
    mln_buf_release(&sealed);
    return status;
}

enum mln_status mln_unseal_file(const struct mln_key *key, const char *label, const char *path,
                                size_t cap, struct mln_buf *out, struct mln_err *err) {
    struct mln_buf sealed = MLN_BUF_INIT;
    enum mln_status status = mln_file_read(path, cap, &sealed, err);
    if (status == MLN_OK) {
        status = mln_unseal(key, label, mln_buf_view(&sealed), out, err);
        if (status != MLN_OK) {
            mln_err_prefix(err, "%s: ", path);
        }
    }
    mln_buf_release(&sealed);
    return status;
}
