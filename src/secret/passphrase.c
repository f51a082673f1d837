#include "secret/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum {
    SALT_BYTES = crypto_pwhash_SALTBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    HEAD_BYTES = SALT_BYTES + 8,
    MAX_OPERATIONS = 64,
    MAX_KIB = 4 << 20,
};
_Static_assert(HEAD_BYTES + NONCE_BYTES + TAG_BYTES == MLN_PASSPHRASE_EXTRA_BYTES, "as the header");

const struct mln_passphrase_cost mln_passphrase_cost_default = {
    .operations = crypto_pwhash_OPSLIMIT_MODERATE, .kib = crypto_pwhash_MEMLIMIT_MODERATE / 1024};

void mln_passphrase_release(struct mln_passphrase *passphrase) {
    sodium_free(passphrase->text); /* wipes */
    *passphrase = (struct mln_passphrase){0};
}

/* ── reading ── */

/* A byte at a time: what follows the line belongs to somebody else. */
static enum mln_status read_line(int fd, struct mln_passphrase *out, struct mln_err *err) {
    for (out->n = 0; out->n <= MLN_PASSPHRASE_MAX;) {
        const ssize_t got = read(fd, out->text + out->n, 1);
        if (got < 0 && errno == EINTR) {
            return mln_err_set(err, MLN_INTERRUPTED, "interrupted");
        }
        if (got < 0) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "cannot read a passphrase from descriptor %d: %s", fd,
                               strerror(errno));
        }
        if (got == 0 || out->text[out->n] == '\n') {
            out->text[out->n] = '\0';
            return out->n > 0 ? MLN_OK : mln_err_set(err, MLN_BAD_INPUT, "the passphrase is empty");
        }
        out->n++;
    }
    return mln_err_set(err, MLN_BAD_INPUT, "a passphrase has at most %d bytes",
                       (int)MLN_PASSPHRASE_MAX);
}

enum mln_status mln_passphrase_read(int fd, struct mln_passphrase *out, struct mln_err *err) {
    *out = (struct mln_passphrase){.text = sodium_malloc(MLN_PASSPHRASE_MAX + 1)};
    const enum mln_status status =
        out->text == NULL ? mln_err_nomem(err, "a passphrase") : read_line(fd, out, err);
    if (status != MLN_OK) {
        mln_passphrase_release(out);
    }
    return status;
}

static void say(int tty, const char *text) {
    const ssize_t written = write(tty, text, strlen(text));
    (void)written; /* a prompt that is not seen does no harm */
}

static enum mln_status ask_once(int tty, const char *before, const char *what,
                                struct mln_passphrase *out, struct mln_err *err) {
    struct termios shown;
    if (tcgetattr(tty, &shown) != 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "the terminal cannot be kept from showing a "
                           "passphrase; use --passphrase-fd");
    }
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (tcsetattr(tty, TCSAFLUSH, &hidden) != 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "the terminal cannot be kept from showing a "
                           "passphrase; use --passphrase-fd");
    }
    say(tty, before);
    say(tty, what);
    say(tty, ": ");
    const enum mln_status status = mln_passphrase_read(tty, out, err);
    say(tty, "\n");
    (void)tcsetattr(tty, TCSAFLUSH, &shown);
    return status;
}

enum mln_status mln_passphrase_ask(const char *what, bool make, struct mln_passphrase *out,
                                   struct mln_err *err) {
    *out = (struct mln_passphrase){0};
    const int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty < 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a passphrase is needed and there is no terminal to ask it on; give it "
                           "on a descriptor with --passphrase-fd");
    }
    struct mln_passphrase again = {0};
    enum mln_status status = ask_once(tty, "Passphrase of ", what, out, err);
    if (status == MLN_OK && make && out->n < MLN_PASSPHRASE_MIN) {
        status = mln_err_set(err, MLN_BAD_INPUT, "a new passphrase has at least %d characters",
                             (int)MLN_PASSPHRASE_MIN);
    }
    if (status == MLN_OK && make) {
        status = ask_once(tty, "Again, passphrase of ", what, &again, err);
        if (status == MLN_OK &&
            (again.n != out->n || sodium_memcmp(again.text, out->text, out->n) != 0)) {
            status = mln_err_set(err, MLN_BAD_INPUT, "the two passphrases differ; nothing is done");
        }
        mln_passphrase_release(&again);
    }
    close(tty);
    if (status != MLN_OK) {
        mln_passphrase_release(out);
    }
    return status;
}

/* ── sealing ── */

static void put_u32(unsigned char *out, uint32_t value) {
    for (size_t i = 0; i < 4; i++) {
        out[i] = (unsigned char)(value >> (24 - 8 * i));
    }
}

static uint32_t get_u32(const unsigned char *in) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

/* The key in locked memory; its parameters are those of the head. */
static enum mln_status derive(const struct mln_passphrase *passphrase,
                              const unsigned char head[HEAD_BYTES], unsigned char **out,
                              struct mln_err *err) {
    const uint32_t operations = get_u32(head + SALT_BYTES);
    const uint32_t kib = get_u32(head + SALT_BYTES + 4);
    *out = NULL;
    if (operations < crypto_pwhash_OPSLIMIT_MIN || operations > MAX_OPERATIONS ||
        kib < crypto_pwhash_MEMLIMIT_MIN / 1024 || kib > MAX_KIB) {
        return mln_err_set(err, MLN_KEY,
                           "the cost of the passphrase is out of range: the file was "
                           "damaged or forged; restore it from its copy");
    }
    unsigned char *const key = sodium_malloc(KEY_BYTES);
    if (key == NULL ||
        crypto_pwhash(key, KEY_BYTES, passphrase->text, passphrase->n, head, operations,
                      (size_t)kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        sodium_free(key);
        return mln_err_nomem(err, "the passphrase's key");
    }
    *out = key;
    return MLN_OK;
}

/* What is authenticated beside the bytes: head ‖ label. */
static enum mln_status associated(const unsigned char head[HEAD_BYTES], const char *label,
                                  struct mln_buf *out, struct mln_err *err) {
    mln_buf_add(out, head, HEAD_BYTES);
    mln_buf_addz(out, label);
    return mln_buf_check(out, label, err);
}

enum mln_status mln_passphrase_seal(const struct mln_passphrase *passphrase,
                                    struct mln_passphrase_cost cost, const char *label,
                                    const unsigned char *bytes, size_t n, unsigned char *out,
                                    struct mln_err *err) {
    struct mln_buf ad = MLN_BUF_INIT;
    unsigned char *key = NULL;
    randombytes_buf(out, SALT_BYTES);
    put_u32(out + SALT_BYTES, cost.operations);
    put_u32(out + SALT_BYTES + 4, cost.kib);
    unsigned char *const nonce = out + HEAD_BYTES;
    randombytes_buf(nonce, NONCE_BYTES);
    enum mln_status status = associated(out, label, &ad, err);
    if (status == MLN_OK) {
        status = derive(passphrase, out, &key, err);
    }
    if (status == MLN_OK) {
        crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, bytes, n,
                                                   (const unsigned char *)ad.p, ad.n, NULL, nonce,
                                                   key);
    }
    sodium_free(key);
    mln_buf_release(&ad);
    return status;
}

enum mln_status mln_passphrase_unseal(const struct mln_passphrase *passphrase, const char *label,
                                      const unsigned char *sealed, size_t n, unsigned char *out,
                                      struct mln_err *err) {
    struct mln_buf ad = MLN_BUF_INIT;
    unsigned char *key = NULL;
    if (n < MLN_PASSPHRASE_EXTRA_BYTES) {
        return mln_err_set(err, MLN_KEY, "sealed bytes cut short");
    }
    const unsigned char *const nonce = sealed + HEAD_BYTES;
    enum mln_status status = associated(sealed, label, &ad, err);
    if (status == MLN_OK) {
        status = derive(passphrase, sealed, &key, err);
    }
    if (status == MLN_OK && crypto_aead_xchacha20poly1305_ietf_decrypt(
                                out, NULL, NULL, nonce + NONCE_BYTES, n - HEAD_BYTES - NONCE_BYTES,
                                (const unsigned char *)ad.p, ad.n, nonce, key) != 0) {
        status = mln_err_set(err, MLN_KEY, "this is not the passphrase, or the file was changed");
    }
    sodium_free(key);
    mln_buf_release(&ad);
    return status;
}
