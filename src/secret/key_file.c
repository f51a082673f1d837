#include "secret/key_file.h"

#include <sodium.h>
#include <string.h>

static const char head[] = "maillon-key 1\nid: ";
static const char middle[] = "\nkey: ";
enum {
    ID_AT = sizeof head - 1,
    KEY_AT = ID_AT + MLN_KEY_ID_CHARS + sizeof middle - 1,
    END_AT = KEY_AT + 2 * MLN_KEY_BYTES,
};
_Static_assert(END_AT + 1 == MLN_KEY_FILE_CHARS, "the layout is the one keys.h tells");

void mln_key_id(const unsigned char key[MLN_KEY_BYTES], char out[MLN_KEY_ID_CHARS + 1]) {
    static const char purpose[] = "maillon key id";
    unsigned char digest[32];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    crypto_generichash_update(&state, (const unsigned char *)purpose, sizeof purpose - 1);
    crypto_generichash_update(&state, key, MLN_KEY_BYTES);
    crypto_generichash_final(&state, digest, sizeof digest);
    sodium_memzero(&state, sizeof state);
    sodium_bin2hex(out, MLN_KEY_ID_CHARS + 1, digest, MLN_KEY_ID_CHARS / 2);
}

void mln_key_file_print(const unsigned char key[MLN_KEY_BYTES], char out[MLN_KEY_FILE_CHARS]) {
    char id[MLN_KEY_ID_CHARS + 1];
    mln_key_id(key, id);
    memcpy(out, head, ID_AT);
    memcpy(out + ID_AT, id, MLN_KEY_ID_CHARS);
    memcpy(out + ID_AT + MLN_KEY_ID_CHARS, middle, sizeof middle - 1);
    sodium_bin2hex(out + KEY_AT, 2 * MLN_KEY_BYTES + 1, key, MLN_KEY_BYTES);
    out[END_AT] = '\n'; /* where bin2hex put its NUL */
}

enum mln_status mln_key_file_parse(const char *name, struct mln_str text,
                                   unsigned char key[MLN_KEY_BYTES], char id[MLN_KEY_ID_CHARS + 1],
                                   struct mln_err *err) {
    size_t n = 0;
    if (text.n != MLN_KEY_FILE_CHARS || memcmp(text.p, head, ID_AT) != 0 ||
        memcmp(text.p + ID_AT + MLN_KEY_ID_CHARS, middle, sizeof middle - 1) != 0 ||
        text.p[END_AT] != '\n' ||
        sodium_hex2bin(key, MLN_KEY_BYTES, text.p + KEY_AT, 2 * MLN_KEY_BYTES, NULL, &n, NULL) !=
            0 ||
        n != MLN_KEY_BYTES) {
        sodium_memzero(key, MLN_KEY_BYTES);
        return mln_err_set(err, MLN_KEY,
                           "%s: not a whole key file of maillon; restore it from its copy", name);
    }
    mln_key_id(key, id);
    if (memcmp(id, text.p + ID_AT, MLN_KEY_ID_CHARS) != 0) {
        sodium_memzero(key, MLN_KEY_BYTES);
        return mln_err_set(err, MLN_KEY,
                           "%s: the key does not fit its id: the file was damaged or edited; "
                           "restore it from its copy",
                           name);
    }
    return MLN_OK;
}
