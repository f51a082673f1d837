#include "secret/lock.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "secret/fields.h"
#include "secret/key_file.h"
#include "secret/place.h"

static const char head[] = "maillon-lock 1";

/* ── the text ── */

static bool take_id(struct mln_str value, char out[MLN_KEY_ID_CHARS + 1]) {
    unsigned char id[MLN_KEY_ID_CHARS / 2];
    if (!mln_fields_hex(value, id, sizeof id)) {
        return false;
    }
    memcpy(out, value.p, MLN_KEY_ID_CHARS);
    out[MLN_KEY_ID_CHARS] = '\0';
    return true;
}

static bool is_holder(const struct mln_lock *lock, struct mln_str name) {
    for (unsigned i = 0; i < lock->n_holders; i++) {
        if (mln_str_is(name, lock->holders[i])) {
            return true;
        }
    }
    return false;
}

/* Adds a holder; false: no name, a name twice, or too many. */
static bool add_holder(struct mln_lock *lock, struct mln_str name) {
    if (lock->n_holders == MLN_SHAMIR_MAX_SHARES || !mln_holder_is_name(name) ||
        is_holder(lock, name)) {
        return false;
    }
    char *const holder = lock->holders[lock->n_holders++];
    memcpy(holder, name.p, name.n);
    holder[name.n] = '\0';
    return true;
}

static bool take_holders(struct mln_str list, struct mln_lock *out) {
    for (size_t at = 0; at <= list.n;) {
        const char *const blank = memchr(list.p + at, ' ', list.n - at);
        const size_t end = blank == NULL ? list.n : (size_t)(blank - list.p);
        if (!add_holder(out, (struct mln_str){list.p + at, end - at})) {
            return false;
        }
        at = end + 1;
    }
    return true;
}

static bool read_lock(struct mln_str text, struct mln_lock *out) {
    static const char *const passphrase[] = {"id", "kind", "sealed", NULL};
    static const char *const shares[] = {"id", "kind", "needed", "holders", NULL};
    struct mln_str v[4];
    if (mln_fields_read(text, head, passphrase, v)) {
        out->kind = MLN_LOCK_PASSPHRASE;
        return take_id(v[0], out->id) && mln_str_is(v[1], "passphrase") &&
               mln_fields_hex(v[2], out->sealed, sizeof out->sealed);
    }
    out->kind = MLN_LOCK_SHARES;
    return mln_fields_read(text, head, shares, v) && take_id(v[0], out->id) &&
           mln_str_is(v[1], "shares") && take_holders(v[3], out) &&
           mln_fields_number(v[2], out->n_holders, &out->needed) && out->needed >= 2;
}

enum mln_status mln_lock_parse(const char *name, struct mln_str text, struct mln_lock *out,
                               struct mln_err *err) {
    *out = (struct mln_lock){0};
    if (read_lock(text, out)) {
        return MLN_OK;
    }
    *out = (struct mln_lock){0};
    return mln_err_set(err, MLN_KEY,
                       "%s: not a whole lock of a key directory; restore it from its copy", name);
}

void mln_lock_print(const struct mln_lock *lock, struct mln_buf *out) {
    mln_buf_addf(out, "%s\nid: %s\n", head, lock->id);
    if (lock->kind == MLN_LOCK_PASSPHRASE) {
        mln_buf_addz(out, "kind: passphrase\n");
        mln_fields_add_hex(out, "sealed", lock->sealed, sizeof lock->sealed);
        return;
    }
    mln_buf_addf(out, "kind: shares\nneeded: %u\nholders:", lock->needed);
    for (unsigned i = 0; i < lock->n_holders; i++) {
        mln_buf_addf(out, " %s", lock->holders[i]);
    }
    mln_buf_addc(out, '\n');
}

/* ── the file ── */

enum mln_status mln_lock_read(const char *dir, struct mln_lock *out, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    char *text = NULL;
    size_t n = 0;
    bool found = true;
    *out = (struct mln_lock){0};
    MLN_TRY(mln_secret_init(err));
    mln_path_join(&path, dir, MLN_STR_LIT("lock"));
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_place_read(path.p, MLN_LOCK_TEXT_MAX, &text, &n, &found, err);
    }
    if (status == MLN_OK) {
        status = mln_lock_parse(path.p, (struct mln_str){text, n}, out, err);
    } else if (status == MLN_KEY && !found) {
        status = MLN_OK;
    }
    sodium_free(text);
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_lock_write(const char *dir, const struct mln_lock *lock, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    mln_path_join(&path, dir, MLN_STR_LIT("lock"));
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK && lock->kind == MLN_LOCK_NONE) {
        status = unlink(path.p) == 0 || errno == ENOENT
                     ? mln_place_sync_dir(dir, err)
                     : mln_err_set(err, MLN_IO, "%s: cannot remove: %s", path.p, strerror(errno));
    } else if (status == MLN_OK) {
        mln_lock_print(lock, &text);
        status = mln_buf_check(&text, "a lock", err);
        if (status == MLN_OK) {
            status = mln_place_write(dir, path.p, mln_buf_view(&text), true, err);
        }
    }
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}

/* ── opening ── */

/* The bytes become the key if they have the lock's id; they are freed otherwise. */
static enum mln_status accept_bytes(const struct mln_lock *lock, unsigned char *bytes,
                                    struct mln_key *out, struct mln_err *err) {
    char id[MLN_KEY_ID_CHARS + 1];
    mln_key_id(bytes, id);
    if (strcmp(id, lock->id) != 0) {
        sodium_free(bytes);
        return mln_err_set(err, MLN_KEY,
                           "these shares do not open lock %s: one of them was changed, or is of an "
                           "earlier sharing",
                           lock->id);
    }
    sodium_mprotect_readonly(bytes);
    out->bytes = bytes;
    memcpy(out->id, id, sizeof id);
    return MLN_OK;
}

enum mln_status mln_lock_open(const struct mln_lock *lock, const struct mln_passphrase *passphrase,
                              struct mln_key *out, struct mln_err *err) {
    *out = (struct mln_key){0};
    if (lock->kind != MLN_LOCK_PASSPHRASE) {
        return mln_err_set(err, MLN_KEY, "no passphrase opens this key directory");
    }
    unsigned char *const bytes = sodium_malloc(MLN_KEY_BYTES);
    if (bytes == NULL) {
        return mln_err_nomem(err, "a lock");
    }
    const enum mln_status status =
        mln_passphrase_unseal(passphrase, lock->id, lock->sealed, sizeof lock->sealed, bytes, err);
    if (status != MLN_OK) {
        sodium_free(bytes);
        return status;
    }
    return accept_bytes(lock, bytes, out, err);
}

static enum mln_status check_share(const struct mln_lock *lock, const struct mln_share *share,
                                   struct mln_err *err) {
    if (strcmp(share->lock, lock->id) != 0 || share->number > lock->n_holders) {
        return mln_err_set(err, MLN_KEY, "the share of %s is of lock %s, and this one is %s",
                           share->holder, share->lock, lock->id);
    }
    if (share->sealed) {
        return mln_err_set(err, MLN_KEY, "the share of %s is still under its passphrase",
                           share->holder);
    }
    return MLN_OK;
}

enum mln_status mln_lock_join(const struct mln_lock *lock, const struct mln_share *shares, size_t n,
                              struct mln_key *out, struct mln_err *err) {
    *out = (struct mln_key){0};
    if (lock->kind != MLN_LOCK_SHARES) {
        return mln_err_set(err, MLN_KEY, "this key directory is not opened by shares");
    }
    if (n < lock->needed || n > MLN_SHAMIR_MAX_SHARES) {
        return mln_err_set(err, MLN_KEY,
                           "%zu share%s given, and lock %s needs those of %u of its "
                           "%u holders",
                           n, n == 1 ? "" : "s", lock->id, lock->needed, lock->n_holders);
    }
    uint8_t indices[MLN_SHAMIR_MAX_SHARES];
    for (size_t i = 0; i < n; i++) {
        MLN_TRY(check_share(lock, &shares[i], err));
        indices[i] = (uint8_t)shares[i].number;
    }
    unsigned char *const bytes = sodium_malloc(MLN_KEY_BYTES);
    unsigned char *const values = sodium_malloc(n * MLN_KEY_BYTES);
    enum mln_status status =
        bytes == NULL || values == NULL ? mln_err_nomem(err, "a lock") : MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        memcpy(values + i * MLN_KEY_BYTES, shares[i].bytes, MLN_KEY_BYTES);
    }
    if (status == MLN_OK) {
        status = mln_shamir_at(indices, values, (unsigned)n, MLN_KEY_BYTES, 0, bytes, err);
    }
    sodium_free(values);
    if (status != MLN_OK) {
        sodium_free(bytes);
        return status == MLN_BAD_INPUT ? mln_err_set(err, MLN_KEY, "the same share was given twice")
                                       : status;
    }
    return accept_bytes(lock, bytes, out, err);
}

/* ── closing ── */

enum mln_status mln_lock_close(const struct mln_key *key, const struct mln_passphrase *passphrase,
                               struct mln_passphrase_cost cost, struct mln_lock *out,
                               struct mln_err *err) {
    *out = (struct mln_lock){.kind = MLN_LOCK_PASSPHRASE};
    memcpy(out->id, key->id, sizeof out->id);
    return mln_passphrase_seal(passphrase, cost, out->id, key->bytes, MLN_KEY_BYTES, out->sealed,
                               err);
}

enum mln_status mln_lock_split(const struct mln_key *key, const struct mln_str *holders, size_t n,
                               unsigned needed, struct mln_lock *out, struct mln_share *shares,
                               struct mln_err *err) {
    *out = (struct mln_lock){.kind = MLN_LOCK_SHARES, .needed = needed};
    memcpy(out->id, key->id, sizeof out->id);
    for (size_t i = 0; i < n; i++) {
        if (!add_holder(out, holders[i])) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "holder %zu of the list: a holder is named once, by 1 to %d "
                               "letters, digits, '-', '_' and '.'; at most %d of them",
                               i + 1, (int)MLN_HOLDER_MAX, (int)MLN_SHAMIR_MAX_SHARES);
        }
    }
    unsigned char *const values = sodium_malloc((n == 0 ? 1 : n) * MLN_KEY_BYTES);
    if (values == NULL) {
        return mln_err_nomem(err, "the shares of a lock");
    }
    const enum mln_status status =
        mln_shamir_split(key->bytes, MLN_KEY_BYTES, needed, (unsigned)n, values, err);
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        shares[i] = (struct mln_share){
            .number = (unsigned)i + 1, .of = (unsigned)n, .needed = needed, .sealed = false};
        memcpy(shares[i].lock, out->id, sizeof out->id);
        memcpy(shares[i].holder, out->holders[i], sizeof shares[i].holder);
        memcpy(shares[i].bytes, values + i * MLN_KEY_BYTES, MLN_KEY_BYTES);
    }
    sodium_free(values);
    return status;
}
