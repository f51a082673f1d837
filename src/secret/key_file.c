#include "secret/key_file.h"

#include <sodium.h>
#include <string.h>

#include "secret/fields.h"

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

/* ── the other forms ── */

static const char *const heads[] = {"maillon-key 1", "maillon-sealed-key 1", "maillon-key-id 1",
                                    "maillon-destroyed-key 1"};

static bool is_id(struct mln_str value, char out[MLN_KEY_ID_CHARS + 1]) {
    unsigned char bytes[MLN_KEY_ID_CHARS / 2];
    if (!mln_fields_hex(value, bytes, sizeof bytes)) {
        return false;
    }
    memcpy(out, value.p, MLN_KEY_ID_CHARS);
    out[MLN_KEY_ID_CHARS] = '\0';
    return true;
}

static bool read_sealed(struct mln_str text, struct mln_key_text *out) {
    static const char *const names[] = {"id", "lock", "sealed", NULL};
    struct mln_str values[3];
    return mln_fields_read(text, heads[MLN_KEY_SEALED], names, values) &&
           is_id(values[0], out->id) && is_id(values[1], out->lock) &&
           mln_fields_hex(values[2], out->sealed, sizeof out->sealed);
}

static bool read_id(struct mln_str text, const char *first_line, struct mln_key_text *out) {
    static const char *const names[] = {"id", NULL};
    struct mln_str value;
    return mln_fields_read(text, first_line, names, &value) && is_id(value, out->id);
}

enum mln_status mln_key_text_read(const char *name, struct mln_str text, struct mln_key_text *out,
                                  struct mln_err *err) {
    *out = (struct mln_key_text){.form = MLN_KEY_CLEAR};
    while (out->form < MLN_KEY_DESTROYED && !mln_fields_is(text, heads[out->form])) {
        out->form++;
    }
    if (out->form == MLN_KEY_CLEAR) {
        unsigned char *const key = sodium_malloc(MLN_KEY_BYTES);
        if (key == NULL) {
            return mln_err_nomem(err, "a key");
        }
        const enum mln_status status = mln_key_file_parse(name, text, key, out->id, err);
        sodium_free(key);
        return status;
    }
    const bool whole =
        out->form == MLN_KEY_SEALED ? read_sealed(text, out) : read_id(text, heads[out->form], out);
    return whole
               ? MLN_OK
               : mln_err_set(err, MLN_KEY,
                             "%s: not a whole key file of maillon; restore it from its copy", name);
}

void mln_key_text_print(const struct mln_key_text *text, struct mln_buf *out) {
    mln_buf_addf(out, "%s\nid: %s\n", heads[text->form], text->id);
    if (text->form == MLN_KEY_SEALED) {
        mln_buf_addf(out, "lock: %s\n", text->lock);
        mln_fields_add_hex(out, "sealed", text->sealed, sizeof text->sealed);
    }
}
