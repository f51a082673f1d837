#include "secret/pseudonym.h"

#include <sodium.h>
#include <string.h>

#include "base/thread.h"
#include "secret/permute.h"

_Static_assert(MLN_KEY_BYTES == crypto_auth_hmacsha256_KEYBYTES, "HMAC-SHA-256 takes our keys");
_Static_assert(MLN_PSEUDONYM_CHARS <= 2 * crypto_auth_hmacsha256_BYTES, "a part of the digest");

/* HMAC after the key's pads, the domain and its NUL. A copy of it finishes each value: two blocks
 * of SHA-256 a value instead of four. In locked memory, since who has it can make pseudonyms. */
struct mln_pseudonym_domain {
    crypto_auth_hmacsha256_state begun;
    const struct mln_permutation *permutation; /* NULL: the plain form */
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
    d->permutation = NULL;
    sodium_mprotect_readonly(d);
    *out = d;
    return MLN_OK;
}

void mln_pseudonym_domain_free(struct mln_pseudonym_domain *domain) {
    sodium_free(domain); /* wipes; NULL is fine */
}

void mln_pseudonym_permuted(struct mln_pseudonym_domain *domain,
                            const struct mln_permutation *permutation) {
    sodium_mprotect_readwrite(domain);
    domain->permutation = permutation;
    sodium_mprotect_readonly(domain);
}

void mln_pseudonym(const struct mln_pseudonym_domain *domain, struct mln_str value,
                   char out[MLN_PSEUDONYM_CHARS]) {
    static const char digits[] = "0123456789abcdef";
    crypto_auth_hmacsha256_state state = domain->begun; /* wiped by final */
    unsigned char digest[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)value.p, value.n);
    crypto_auth_hmacsha256_final(&state, digest);
    if (domain->permutation != NULL) {
        mln_permute(domain->permutation, digest);
    }
    for (size_t i = 0; i < MLN_PSEUDONYM_CHARS / 2; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15U];
    }
}

/* ── many ── */

enum { CHUNK = 16384 };

struct many {
    const struct mln_pseudonym_domain *domain;
    const struct mln_str *values;
    size_t n;
    char *out;
};

static enum mln_status one_chunk(void *ctx, size_t chunk, struct mln_err *err) {
    const struct many *const m = ctx;
    const size_t end = m->n - chunk * CHUNK < CHUNK ? m->n : (chunk + 1) * CHUNK;
    for (size_t i = chunk * CHUNK; i < end; i++) {
        char *const out = m->out + i * MLN_PSEUDONYM_CHARS;
        if (m->values[i].p == NULL) {
            memset(out, 0, MLN_PSEUDONYM_CHARS);
        } else {
            mln_pseudonym(m->domain, m->values[i], out);
        }
    }
    return mln_check_interrupt(err);
}

enum mln_status mln_pseudonyms(const struct mln_pseudonym_domain *domain,
                               const struct mln_str *values, size_t n, size_t n_threads, char *out,
                               struct mln_err *err) {
    struct many m = {domain, values, n, out};
    return mln_parallel(n_threads, n / CHUNK + (n % CHUNK != 0), one_chunk, &m, err);
}

/* ── the engine's door ── */

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
