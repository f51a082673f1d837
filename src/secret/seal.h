/* Bytes closed under a key, and opened only with it: the table files between stages.
 *
 *   sealed = "MLNSEAL1" | key id (8 bytes) | nonce (24) | ciphertext | tag (16)
 *
 * XChaCha20-Poly1305 (IETF construction, libsodium) under a key derived from the given one for this
 * purpose only (BLAKE2b), so that a zone's key may also open its database. The nonce is random:
 * with 192 bits it does not repeat. Head and label are authenticated: a file sealed as "study
 * tables" does not open as anything else, nor does one that was changed, cut or lengthened.
 *
 * The same bytes sealed twice differ; fingerprint what is inside, not the file. */
#ifndef MLN_SECRET_SEAL_H
#define MLN_SECRET_SEAL_H

#include "base/buf.h"
#include "secret/keys.h"

enum { MLN_SEAL_EXTRA_BYTES = 8 + MLN_KEY_ID_CHARS / 2 + 24 + 16 };

/* Appends the sealed form of `text` to `out`. `label` says what it is, and is not stored. */
enum mln_status mln_seal(const struct mln_key *key, const char *label, struct mln_str text,
                         struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;

/* Appends what was sealed to `out`; nothing on failure. MLN_KEY: sealed with another key (the
 * message names both ids); MLN_IO: not sealed bytes, damaged, or of another label. */
enum mln_status mln_unseal(const struct mln_key *key, const char *label, struct mln_str sealed,
                           struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;

/* The same to and from a file: written whole or not at all, mode 0600; read up to `cap` bytes. */
enum mln_status mln_seal_file(const struct mln_key *key, const char *label, struct mln_str text,
                              const char *path, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_unseal_file(const struct mln_key *key, const char *label, const char *path,
                                size_t cap, struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;

#endif
