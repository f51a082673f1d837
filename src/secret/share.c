#include "secret/share.h"

#include <sodium.h>
#include <string.h>

#include "secret/fields.h"

static const char clear_head[] = "maillon-share 1";
static const char sealed_head[] = "maillon-sealed-share 1";
enum { SUM_BYTES = 8, SUM_LINE = 5 + 2 * SUM_BYTES + 1 };

bool mln_holder_is_name(struct mln_str name) {
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || (c == '.' && i > 0))) {
            return false;
        }
    }
    return name.n > 0 && name.n <= MLN_HOLDER_MAX;
}

static void sum_of(struct mln_str lines, unsigned char out[SUM_BYTES]) {
    static const char purpose[] = "maillon share";
    unsigned char digest[32];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    crypto_generichash_update(&state, (const unsigned char *)purpose, sizeof purpose - 1);
    crypto_generichash_update(&state, (const unsigned char *)lines.p, lines.n);
    crypto_generichash_final(&state, digest, sizeof digest);
    memcpy(out, digest, SUM_BYTES);
    sodium_memzero(&state, sizeof state);
}

void mln_share_print(const struct mln_share *share, struct mln_buf *out) {
    const size_t start = out->n;
    unsigned char sum[SUM_BYTES];
    mln_buf_addf(out, "%s\nlock: %s\nholder: %s\nshare: %u\nof: %u\nneeded: %u\n",
                 share->sealed ? sealed_head : clear_head, share->lock, share->holder,
                 share->number, share->of, share->needed);
    mln_fields_add_hex(out, share->sealed ? "sealed" : "value", share->bytes,
                       share->sealed ? sizeof share->bytes : MLN_KEY_BYTES);
    if (!out->failed) {
        sum_of((struct mln_str){out->p + start, out->n - start}, sum);
        mln_fields_add_hex(out, "sum", sum, sizeof sum);
    }
}

static bool read_lines(struct mln_str text, struct mln_share *out) {
    static const char *const clear[] = {"lock",   "holder", "share", "of",
                                        "needed", "value",  "sum",   NULL};
    static const char *const sealed[] = {"lock",   "holder", "share", "of",
                                         "needed", "sealed", "sum",   NULL};
    struct mln_str v[7];
    unsigned char id[MLN_KEY_ID_CHARS / 2];
    out->sealed = mln_fields_is(text, sealed_head);
    if (!mln_fields_read(text, out->sealed ? sealed_head : clear_head, out->sealed ? sealed : clear,
                         v) ||
        !mln_fields_hex(v[0], id, sizeof id) || !mln_holder_is_name(v[1]) ||
        !mln_fields_number(v[3], MLN_SHAMIR_MAX_SHARES, &out->of) ||
        !mln_fields_number(v[2], out->of, &out->number) ||
        !mln_fields_number(v[4], out->of, &out->needed) || out->needed < 2 ||
        !mln_fields_hex(v[5], out->bytes, out->sealed ? sizeof out->bytes : MLN_KEY_BYTES)) {
        return false;
    }
    memcpy(out->lock, v[0].p, MLN_KEY_ID_CHARS);
    memcpy(out->holder, v[1].p, v[1].n);
    unsigned char sum[SUM_BYTES];
    unsigned char told[SUM_BYTES];
    sum_of((struct mln_str){text.p, text.n - SUM_LINE}, sum);
    return mln_fields_hex(v[6], told, sizeof told) && memcmp(sum, told, sizeof sum) == 0;
}

enum mln_status mln_share_parse(const char *name, struct mln_str text, struct mln_share *out,
                                struct mln_err *err) {
    *out = (struct mln_share){0};
    if (read_lines(text, out)) {
        return MLN_OK;
    }
    sodium_memzero(out, sizeof *out);
    return mln_err_set(err, MLN_KEY,
                       "%s: not a whole share of maillon: its sum does not fit its lines. Compare "
                       "it with the holder's copy",
                       name);
}

/* A share sealed as holder 2's does not open as holder 1's. */
static void label_of(const struct mln_share *share, char out[128]) {
    static const char digits[] = "0123456789";
    size_t n = 0;
    const char *const parts[] = {"share ", share->lock, " ", share->holder, " "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const size_t length = strlen(parts[i]);
        memcpy(out + n, parts[i], length);
        n += length;
    }
    out[n++] = digits[share->number / 10];
    out[n++] = digits[share->number % 10];
    out[n] = '\0';
}

enum mln_status mln_share_seal(struct mln_share *share, const struct mln_passphrase *passphrase,
                               struct mln_passphrase_cost cost, struct mln_err *err) {
    unsigned char closed[MLN_SHARE_SEALED_BYTES];
    char label[128];
    label_of(share, label);
    MLN_TRY(mln_passphrase_seal(passphrase, cost, label, share->bytes, MLN_KEY_BYTES, closed, err));
    memcpy(share->bytes, closed, sizeof closed);
    share->sealed = true;
    return MLN_OK;
}

enum mln_status mln_share_unseal(struct mln_share *share, const struct mln_passphrase *passphrase,
                                 struct mln_err *err) {
    unsigned char open[MLN_KEY_BYTES];
    char label[128];
    label_of(share, label);
    const enum mln_status status =
        mln_passphrase_unseal(passphrase, label, share->bytes, sizeof share->bytes, open, err);
    if (status == MLN_OK) {
        sodium_memzero(share->bytes, sizeof share->bytes);
        memcpy(share->bytes, open, sizeof open);
        share->sealed = false;
        sodium_memzero(open, sizeof open);
    }
    return status;
}
