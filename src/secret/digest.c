#include "secret/digest.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { DIGEST_BYTES = 32, PIECE = 1 << 16 };

static void to_hex(const unsigned char bytes[DIGEST_BYTES], struct mln_digest *out) {
    sodium_bin2hex(out->hex, sizeof out->hex, bytes, DIGEST_BYTES);
}

void mln_digest_text(struct mln_str text, struct mln_digest *out) {
    unsigned char bytes[DIGEST_BYTES];
    crypto_generichash(bytes, sizeof bytes, (const unsigned char *)text.p, text.n, NULL, 0);
    to_hex(bytes, out);
}

enum mln_status mln_digest_file(const char *path, struct mln_digest *out, struct mln_err *err) {
    FILE *const file = fopen(path, "rbe");
    if (file == NULL) {
        return mln_err_set(err, MLN_IO, "%s: cannot open: %s", path, strerror(errno));
    }
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
    unsigned char piece[PIECE];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, file)) > 0) {
        crypto_generichash_update(&state, piece, n);
    }
    const bool failed = ferror(file) != 0;
    const int why = errno;
    fclose(file);
    if (failed) {
        return mln_err_set(err, MLN_IO, "%s: cannot read: %s", path, strerror(why));
    }
    unsigned char bytes[DIGEST_BYTES];
    crypto_generichash_final(&state, bytes, sizeof bytes);
    to_hex(bytes, out);
    return MLN_OK;
}
