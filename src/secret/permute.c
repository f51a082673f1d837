#include "secret/permute.h"

#include <sodium.h>
#include <string.h>

#include "secret/aes256.h"

struct mln_permutation {
    struct mln_aes256 aes;
};

enum mln_status mln_permutation_new(const struct mln_key *key, const char *domain,
                                    struct mln_permutation **out, struct mln_err *err) {
    static const char purpose[] = "permute"; /* with its NUL */
    *out = NULL;
    if (domain[0] == '\0') {
        return mln_err_set(err, MLN_INTERNAL, "a pseudonym's domain has no name");
    }
    struct mln_permutation *const p = sodium_malloc(sizeof *p);
    unsigned char *const own = sodium_malloc(crypto_auth_hmacsha256_BYTES);
    if (p == NULL || own == NULL) {
        sodium_free(p);
        sodium_free(own);
        return mln_err_nomem(err, "the permutation of a pseudonym domain");
    }
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key->bytes, MLN_KEY_BYTES);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)purpose, sizeof purpose);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)domain, strlen(domain));
    crypto_auth_hmacsha256_final(&state, own); /* wipes the state */
    mln_aes256_init(&p->aes, own, false);
    sodium_free(own);
    sodium_mprotect_readonly(p);
    *out = p;
    return MLN_OK;
}

void mln_permutation_free(struct mln_permutation *permutation) {
    sodium_free(permutation); /* wipes */
}

void mln_permute(const struct mln_permutation *permutation, unsigned char bytes[16]) {
    mln_aes256_encrypt(&permutation->aes, bytes, 1);
}

void mln_permute_back(const struct mln_permutation *permutation, unsigned char bytes[16]) {
    mln_aes256_decrypt(&permutation->aes, bytes, 1);
}

enum mln_status mln_rekey_pseudonym(const struct mln_rekey *rekey,
                                    char pseudonym[MLN_PSEUDONYM_CHARS], struct mln_err *err) {
    unsigned char bytes[MLN_PSEUDONYM_CHARS / 2];
    char text[MLN_PSEUDONYM_CHARS + 1];
    size_t n = 0;
    if (sodium_hex2bin(bytes, sizeof bytes, pseudonym, MLN_PSEUDONYM_CHARS, NULL, &n, NULL) != 0 ||
        n != sizeof bytes) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a column of pseudonyms holds something else; the base was not made by "
                           "this program");
    }
    if (rekey->before != NULL) {
        mln_permute_back(rekey->before, bytes);
    }
    if (rekey->after != NULL) {
        mln_permute(rekey->after, bytes);
    }
    sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
    memcpy(pseudonym, text, MLN_PSEUDONYM_CHARS);
    return MLN_OK;
}

enum mln_status mln_rekey_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                 struct mln_err *err) {
    if (in->n_columns != 2 || in->columns[0].type != MLN_INT64 ||
        in->columns[1].type != MLN_UTF8_TEXT) {
        return mln_err_set(err, MLN_INTERNAL, "re-keying wants (int64 idx, utf8 pseudonym)");
    }
    for (size_t row = 0; row < in->n_rows; row++) {
        const struct mln_str old = mln_get_str(&in->columns[1], row);
        if (mln_is_valid(&in->columns[0], row)) {
            mln_add_i64(out, 0, mln_get_i64(&in->columns[0], row));
        } else {
            mln_add_null(out, 0);
        }
        if (old.p == NULL) {
            mln_add_null(out, 1);
            continue;
        }
        char pseudonym[MLN_PSEUDONYM_CHARS] = "";
        if (old.n == sizeof pseudonym) {
            memcpy(pseudonym, old.p, sizeof pseudonym);
        }
        MLN_TRY(mln_rekey_pseudonym(ctx, pseudonym, err));
        mln_add_str(out, 1, (struct mln_str){pseudonym, sizeof pseudonym});
    }
    return MLN_OK;
}
