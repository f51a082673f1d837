#include "secret/keys.h"

#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "secret/key_file.h"
#include "secret/key_path.h"
#include "secret/place.h"

const char *const mln_key_names[] = {"id",       "content", "pivot",     "base",
                                     "study",    "publish", "procedure", "affaire",
                                     "personne", "unite",   "journal",   NULL};

enum mln_status mln_secret_init(struct mln_err *err) {
    if (sodium_init() < 0) {
        return mln_err_set(err, MLN_INTERNAL,
                           "libsodium cannot start: the system gives no random numbers");
    }
    return MLN_OK;
}

void *mln_locked_alloc(size_t n) {
    return sodium_malloc(n);
}

void mln_locked_free(void *p) {
    sodium_free(p);
}

void mln_wipe(void *p, size_t n) {
    sodium_memzero(p, n);
}

void mln_key_release(struct mln_key *key) {
    if (key != NULL) {
        sodium_free(key->bytes); /* wipes */
        *key = (struct mln_key){0};
    }
}

void mln_keyring_release(struct mln_keyring *ring) {
    mln_key_release(&ring->lock);
}

enum mln_status mln_key_random(struct mln_key *out, struct mln_err *err) {
    *out = (struct mln_key){0};
    MLN_TRY(mln_secret_init(err));
    unsigned char *const bytes = sodium_malloc(MLN_KEY_BYTES);
    if (bytes == NULL) {
        return mln_err_nomem(err, "a key");
    }
    randombytes_buf(bytes, MLN_KEY_BYTES);
    sodium_mprotect_readonly(bytes);
    out->bytes = bytes;
    mln_key_id(bytes, out->id);
    return MLN_OK;
}

/* ── where keys are ── */

static enum mln_status check_name(const char *name, struct mln_err *err) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const size_t n = strlen(name);
    if (n == 0 || n > MLN_KEY_NAME_MAX || strspn(name, allowed) != n) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a key's name has 1 to 64 letters, digits, '-' and '_'");
    }
    return MLN_OK;
}

enum mln_status mln_key_path(const char *dir, const char *name, unsigned version,
                             struct mln_buf *out, struct mln_err *err) {
    MLN_TRY(check_name(name, err));
    mln_path_join(out, dir, mln_str_from(name));
    if (version != 0) {
        mln_buf_addf(out, ".%u", version);
    }
    mln_buf_addz(out, ".key");
    return mln_buf_check(out, "the name of a key file", err);
}

/* ── loading ── */

/* Why there is no file of that name: destroyed keys leave one with a version. */
static enum mln_status say_missing(const char *dir, const char *name, const char *path,
                                   struct mln_err *err) {
    struct mln_buf former = MLN_BUF_INIT;
    unsigned version = 0;
    for (bool more = true; more; version += more) {
        mln_buf_reset(&former);
        if (mln_key_path(dir, name, version + 1, &former, err) != MLN_OK) {
            break;
        }
        more = mln_path_exists(former.p);
    }
    mln_buf_release(&former);
    return version == 0
               ? mln_err_set(err, MLN_KEY, "%s: no such key; `maillon key new` makes missing keys",
                             path)
               : mln_err_set(err, MLN_KEY,
                             "%s: this key has no active version; its last one was destroyed, and "
                             "what it closed stays closed. `maillon key rotate` makes a new one",
                             path);
}

static enum mln_status open_sealed(const struct mln_keyring *ring, const char *name,
                                   const char *path, const struct mln_key_text *text,
                                   unsigned char *bytes, struct mln_err *err) {
    char label[MLN_KEY_NAME_MAX + 8] = "key ";
    strncat(label, name, MLN_KEY_NAME_MAX);
    if (ring->lock.bytes == NULL) {
        return mln_err_set(err, MLN_KEY,
                           "%s: sealed under lock %s; give its passphrase (--passphrase-fd) or its "
                           "holders' shares (--shares)",
                           path, text->lock);
    }
    if (strcmp(text->lock, ring->lock.id) != 0) {
        return mln_err_set(err, MLN_KEY, "%s: sealed under lock %s, and the one open is %s", path,
                           text->lock, ring->lock.id);
    }
    struct mln_buf open = MLN_BUF_INIT;
    if (!mln_buf_reserve(&open, sizeof text->sealed)) {
        return mln_err_nomem(err, "a key");
    }
    enum mln_status status =
        mln_unseal(&ring->lock, label,
                   (struct mln_str){(const char *)text->sealed, sizeof text->sealed}, &open, err);
    if (status == MLN_OK && open.n == MLN_KEY_BYTES) {
        char id[MLN_KEY_ID_CHARS + 1];
        memcpy(bytes, open.p, MLN_KEY_BYTES);
        mln_key_id(bytes, id);
        status = strcmp(id, text->id) == 0 ? MLN_OK : MLN_IO;
    }
    sodium_memzero(open.p, open.cap);
    mln_buf_release(&open);
    return status == MLN_IO ? mln_err_set(err, MLN_KEY,
                                          "%s: changed since it was sealed, or sealed as another "
                                          "key; restore it from its copy",
                                          path)
                            : status;
}

static enum mln_status open_text(const struct mln_keyring *ring, const char *name, const char *path,
                                 struct mln_str text, unsigned char *bytes, struct mln_key *out,
                                 struct mln_err *err) {
    struct mln_key_text read;
    MLN_TRY(mln_key_text_read(path, text, &read, err));
    memcpy(out->id, read.id, sizeof out->id);
    switch (read.form) {
    case MLN_KEY_CLEAR: return mln_key_file_parse(path, text, bytes, out->id, err);
    case MLN_KEY_SEALED: return open_sealed(ring, name, path, &read, bytes, err);
    case MLN_KEY_ID_ONLY:
        return mln_err_set(err, MLN_KEY,
                           "%s: only the id (%s) of this key is here: another role holds it", path,
                           read.id);
    case MLN_KEY_DESTROYED: break;
    }
    return mln_err_set(err, MLN_KEY,
                       "%s: the key %s was destroyed; what it closed stays closed, and its "
                       "pseudonyms cannot be made again",
                       path, read.id);
}

static enum mln_status read_file(const struct mln_keyring *ring, const char *name, unsigned version,
                                 struct mln_buf *path, char **text, size_t *n,
                                 struct mln_err *err) {
    bool found = false;
    MLN_TRY(mln_secret_init(err));
    MLN_TRY(mln_key_path(ring->dir, name, version, path, err));
    MLN_TRY(mln_place_check_dir(ring->dir, false, err));
    const enum mln_status status = mln_place_read(path->p, MLN_KEY_FILE_MAX, text, n, &found, err);
    return status == MLN_KEY && !found ? say_missing(ring->dir, name, path->p, err) : status;
}

enum mln_status mln_keyring_load_version(const struct mln_keyring *ring, const char *name,
                                         unsigned version, struct mln_key *out,
                                         struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    char *text = NULL;
    size_t n = 0;
    *out = (struct mln_key){0};
    enum mln_status status = read_file(ring, name, version, &path, &text, &n, err);
    if (status == MLN_OK) {
        unsigned char *const bytes = sodium_malloc(MLN_KEY_BYTES);
        status = bytes == NULL
                     ? mln_err_nomem(err, "a key")
                     : open_text(ring, name, path.p, (struct mln_str){text, n}, bytes, out, err);
        if (status == MLN_OK) {
            sodium_mprotect_readonly(bytes);
            out->bytes = bytes;
        } else {
            sodium_free(bytes);
        }
    }
    sodium_free(text);
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_keyring_load(const struct mln_keyring *ring, const char *name,
                                 struct mln_key *out, struct mln_err *err) {
    return mln_keyring_load_version(ring, name, 0, out, err);
}

enum mln_status mln_keyring_id(const struct mln_keyring *ring, const char *name,
                               char out[MLN_KEY_ID_CHARS + 1], struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_key_text read;
    char *text = NULL;
    size_t n = 0;
    enum mln_status status = read_file(ring, name, 0, &path, &text, &n, err);
    if (status == MLN_OK) {
        status = mln_key_text_read(path.p, (struct mln_str){text, n}, &read, err);
    }
    if (status == MLN_OK) {
        memcpy(out, read.id, sizeof read.id);
    }
    sodium_free(text);
    mln_buf_release(&path);
    return status;
}

bool mln_keyring_has(const struct mln_keyring *ring, const char *name) {
    struct mln_buf path = MLN_BUF_INIT;
    const bool has =
        mln_key_path(ring->dir, name, 0, &path, NULL) == MLN_OK && mln_path_exists(path.p);
    mln_buf_release(&path);
    return has;
}

bool mln_keyring_holds(const struct mln_keyring *ring, const char *name) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_key_text read;
    char *text = NULL;
    size_t n = 0;
    const bool held = read_file(ring, name, 0, &path, &text, &n, NULL) == MLN_OK &&
                      mln_key_text_read(path.p, (struct mln_str){text, n}, &read, NULL) == MLN_OK &&
                      (read.form == MLN_KEY_CLEAR || read.form == MLN_KEY_SEALED);
    sodium_free(text);
    mln_buf_release(&path);
    return held;
}

enum mln_status mln_key_load(const char *dir, const char *name, struct mln_key *out,
                             struct mln_err *err) {
    return mln_keyring_load(&(struct mln_keyring){.dir = dir}, name, out, err);
}

/* ── making ── */

/* `out` has room for the text of a sealed key. */
static enum mln_status render_sealed(const struct mln_keyring *ring, const char *name,
                                     const unsigned char *bytes, struct mln_buf *out,
                                     struct mln_err *err) {
    char label[MLN_KEY_NAME_MAX + 8] = "key ";
    strncat(label, name, MLN_KEY_NAME_MAX);
    struct mln_key_text sealed = {.form = MLN_KEY_SEALED};
    struct mln_buf closed = MLN_BUF_INIT;
    enum mln_status status = mln_seal(
        &ring->lock, label, (struct mln_str){(const char *)bytes, MLN_KEY_BYTES}, &closed, err);
    if (status == MLN_OK) {
        mln_key_id(bytes, sealed.id);
        memcpy(sealed.lock, ring->lock.id, sizeof sealed.lock);
        memcpy(sealed.sealed, closed.p, sizeof sealed.sealed);
        mln_key_text_print(&sealed, out);
        status = mln_buf_check(out, "a key file", err);
    }
    mln_buf_release(&closed);
    return status;
}

enum mln_status mln_key_render(const struct mln_keyring *ring, const char *name,
                               const unsigned char *bytes, char **text, size_t *n,
                               struct mln_err *err) {
    char *const locked = sodium_malloc(MLN_KEY_FILE_MAX);
    struct mln_buf sealed = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    *text = NULL;
    if (locked == NULL) {
        return mln_err_nomem(err, "a key");
    }
    if (ring->lock.bytes == NULL) {
        mln_key_file_print(bytes, locked);
        *n = MLN_KEY_FILE_CHARS;
    } else {
        status = render_sealed(ring, name, bytes, &sealed, err);
        if (status == MLN_OK) {
            memcpy(locked, sealed.p, sealed.n);
            *n = sealed.n;
        }
    }
    mln_buf_release(&sealed);
    if (status != MLN_OK) {
        sodium_free(locked);
        return status;
    }
    *text = locked;
    return MLN_OK;
}

enum mln_status mln_keyring_create(const struct mln_keyring *ring, const char *name,
                                   struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_key key = {0};
    char *text = NULL;
    size_t n = 0;
    enum mln_status status = mln_key_path(ring->dir, name, 0, &path, err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_key_random(&key, err), done);
    MLN_TRY_GOTO(status, mln_place_check_dir(ring->dir, true, err), done);
    MLN_TRY_GOTO(status, mln_key_render(ring, name, key.bytes, &text, &n, err), done);
    status = mln_place_write(ring->dir, path.p, (struct mln_str){text, n}, false, err);
done:
    sodium_free(text);
    mln_key_release(&key);
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_key_create(const char *dir, const char *name, struct mln_err *err) {
    return mln_keyring_create(&(struct mln_keyring){.dir = dir}, name, err);
}
