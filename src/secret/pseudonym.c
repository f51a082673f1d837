#include "secret/pseudonym.h"

#include <sodium.h>
#include <string.h>

_Static_assert(MLN_KEY_BYTES == crypto_auth_hmacsha256_KEYBYTES, "HMAC-SHA-256 takes our keys");
_Static_assert(MLN_PSEUDONYM_CHARS <= 2 * crypto_auth_hmacsha256_BYTES, "a part of the digest");

/* HMAC after the key's pads, the domain and its NUL. A copy of it finishes each value: two blocks
 * of SHA-256 a value instead of four. In locked memory, since who has it can make pseudonyms. */
struct mln_pseudonym_domain {
    crypto_auth_hmacsha256_state begun;
};

enum mln_status mln_pseudonym_domain_new(const struct mln_key *key, const char *domain,
                                         struct mln_pseudonym_domain **out, struct mln_err *err) {
    if (domain[0] == '\0') {
        return mln_err_set(err, MLN_INTERNAL, "a pseudonym's domain has no name");
    }
    struct mln_pseudonym_domain *const d = sodium_malloc(sizeof *d);
    if (d == NULL) {
        return mln_err_nomem(err, "the state of a pseudonym domain");
    }
    crypto_auth_hmacsha256_init(&d->begun, key->bytes, MLN_KEY_BYTES);
    crypto_auth_hmacsha256_update(&d->begun, (const unsigned char *)domain, strlen(domain) + 1);
    sodium_mprotect_readonly(d);
    *out = d;
    return MLN_OK;
}

void mln_pseudonym_domain_free(struct mln_pseudonym_domain *domain) {
    sodium_free(domain); /* wipes; NULL is fine */
}

void mln_pseudonym(const struct mln_pseudonym_domain *domain, struct mln_str value,
                   char out[MLN_PSEUDONYM_CHARS]) {
    static const char digits[] = "0123456789abcdef";
    crypto_auth_hmacsha256_state state = domain->begun; /* wiped by final */
    unsigned char digest[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)value.p, value.n);
    crypto_auth_hmacsha256_final(&state, digest);
    for (size_t i = 0; i < MLN_PSEUDONYM_CHARS / 2; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15U];
    }
}

enum mln_status mln_pseudonym_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                     struct mln_err *err) {
    if (in->n_columns != 2 || in->columns[0].type != MLN_INT64 ||
        in->columns[1].type != MLN_UTF8_TEXT) {
        return mln_err_set(err, MLN_INTERNAL,
                           "pseudonyms want the columns (int64 idx, utf8 value)");
    }
    const struct mln_pseudonym_domain *const domain = ctx;
    for (size_t row = 0; row < in->n_rows; row++) {
        if (mln_is_valid(&in->columns[0], row)) {
            mln_add_i64(out, 0, mln_get_i64(&in->columns[0], row));
        } else {
            mln_add_null(out, 0);
        }
        const struct mln_str value = mln_get_str(&in->columns[1], row);
        if (value.p == NULL) {
            mln_add_null(out, 1);
            continue;
        }
        char pseudonym[MLN_PSEUDONYM_CHARS];
        mln_pseudonym(domain, value, pseudonym);
        mln_add_str(out, 1, (struct mln_str){pseudonym, sizeof pseudonym});
    }
    return MLN_OK;
}
