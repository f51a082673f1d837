/* Passphrases: read without echo or from a file descriptor, never from the command line; and bytes
 * sealed under one.
 *
 *   sealed = salt (16) | operations (4) | KiB (4) | nonce (24) | ciphertext | tag (16)
 *
 * The key is Argon2id's (RFC 9106, libsodium's crypto_pwhash, version 1.3) of passphrase and salt;
 * the rest is XChaCha20-Poly1305. Head and label are authenticated. Numbers are big-endian. */
#ifndef MLN_SECRET_PASSPHRASE_H
#define MLN_SECRET_PASSPHRASE_H

#include "base/buf.h"
#include "base/err.h"

enum {
    MLN_PASSPHRASE_MAX = 1024,
    MLN_PASSPHRASE_MIN = 12, /* characters of a new one */
    MLN_PASSPHRASE_EXTRA_BYTES = 16 + 4 + 4 + 24 + 16,
};

/* In locked memory, without its line end; wiped on release. */
struct mln_passphrase {
    char *text;
    size_t n;
};
void mln_passphrase_release(struct mln_passphrase *passphrase);

/* One line from a descriptor; what follows it stays unread. MLN_BAD_INPUT: empty, or too long. */
enum mln_status mln_passphrase_read(int fd, struct mln_passphrase *out, struct mln_err *err)
    MLN_MUST_USE;

/* Asked on the terminal without echo (twice and compared if `make`, which also refuses fewer than
 * MLN_PASSPHRASE_MIN bytes). MLN_BAD_INPUT without a terminal; the echo is back whatever happens.
 */
enum mln_status mln_passphrase_ask(const char *what, bool make, struct mln_passphrase *out,
                                   struct mln_err *err) MLN_MUST_USE;

/* What a guess costs. The default: 3 passes over 256 MiB, about 0.7 s. `KiB` up to 4 GiB. */
struct mln_passphrase_cost {
    uint32_t operations;
    uint32_t kib;
};
extern const struct mln_passphrase_cost mln_passphrase_cost_default;

/* `out` holds n + MLN_PASSPHRASE_EXTRA_BYTES. */
enum mln_status mln_passphrase_seal(const struct mln_passphrase *passphrase,
                                    struct mln_passphrase_cost cost, const char *label,
                                    const unsigned char *bytes, size_t n, unsigned char *out,
                                    struct mln_err *err) MLN_MUST_USE;
/* `n` of the sealed bytes; `out` holds n - MLN_PASSPHRASE_EXTRA_BYTES. MLN_KEY: another passphrase,
 * or changed bytes (the two cannot be told apart). A cost past 4 GiB or 64 passes is not paid. */
enum mln_status mln_passphrase_unseal(const struct mln_passphrase *passphrase, const char *label,
                                      const unsigned char *sealed, size_t n, unsigned char *out,
                                      struct mln_err *err) MLN_MUST_USE;

#endif
