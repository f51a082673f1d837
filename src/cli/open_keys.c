#include "cli/open_keys.h"

#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "secret/key_file.h"
#include "secret/place.h"

static enum mln_status descriptor(const struct mln_cli_args *args, const char *option, int *out,
                                  struct mln_err *err) {
    uint64_t fd = 0;
    MLN_TRY(mln_cli_u64(args, option, 0, INT_MAX, &fd, err));
    *out = mln_cli_value(args, option) == NULL ? -1 : (int)fd;
    return MLN_OK;
}

enum mln_status mln_cli_passphrase(const struct mln_cli_args *args, const char *what, bool make,
                                   struct mln_passphrase *out, struct mln_err *err) {
    int fd = -1;
    MLN_TRY(descriptor(args, "passphrase-fd", &fd, err));
    if (fd < 0) {
        return mln_passphrase_ask(what, make, out, err);
    }
    MLN_TRY(mln_passphrase_read(fd, out, err));
    if (make && out->n < MLN_PASSPHRASE_MIN) {
        mln_passphrase_release(out);
        return mln_err_set(err, MLN_BAD_INPUT, "a new passphrase has at least %d characters",
                           (int)MLN_PASSPHRASE_MIN);
    }
    return MLN_OK;
}

/* ── shares ── */

static enum mln_status read_share(const struct mln_cli_args *args, const char *path,
                                  struct mln_share *out, struct mln_err *err) {
    char *text = NULL;
    size_t n = 0;
    bool found = false;
    MLN_TRY(mln_place_read(path, MLN_SHARE_TEXT_MAX, &text, &n, &found, err));
    enum mln_status status = mln_share_parse(path, (struct mln_str){text, n}, out, err);
    mln_locked_free(text);
    if (status == MLN_OK && out->sealed) {
        struct mln_passphrase passphrase;
        char what[MLN_HOLDER_MAX + 32];
        (void)snprintf(what, sizeof what, "the share of %s", out->holder);
        MLN_TRY(mln_cli_passphrase(args, what, false, &passphrase, err));
        status = mln_share_unseal(out, &passphrase, err);
        mln_passphrase_release(&passphrase);
        if (status != MLN_OK) {
            mln_err_prefix(err, "%s: ", path);
        }
    }
    return status;
}

enum mln_status mln_cli_read_shares(const struct mln_cli_args *args, const char *list,
                                    struct mln_share *shares, size_t *n, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    *n = 0;
    for (const char *at = list; status == MLN_OK && at != NULL;) {
        const size_t length = strcspn(at, ":");
        if (*n == MLN_SHAMIR_MAX_SHARES) {
            status = mln_err_set(err, MLN_BAD_INPUT, "more shares than a lock has");
            break;
        }
        mln_buf_reset(&path);
        mln_buf_add(&path, at, length);
        status = mln_buf_check(&path, "a path", err);
        if (status == MLN_OK) {
            status = read_share(args, path.p == NULL ? "" : path.p, &shares[(*n)++], err);
        }
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    mln_buf_release(&path);
    return status;
}

/* ── the lock ── */

static enum mln_status join(const struct mln_cli_args *args, const struct mln_lock *lock,
                            struct mln_key *out, struct mln_err *err) {
    const char *const list = mln_cli_value(args, "shares");
    if (list == NULL) {
        return mln_err_set(err, MLN_KEY,
                           "these keys open with the shares of %u of %u holders; give them with "
                           "--shares FILE:FILE",
                           lock->needed, lock->n_holders);
    }
    struct mln_share *const shares = mln_locked_alloc(MLN_SHAMIR_MAX_SHARES * sizeof *shares);
    if (shares == NULL) {
        return mln_err_nomem(err, "the shares");
    }
    size_t n = 0;
    enum mln_status status = mln_cli_read_shares(args, list, shares, &n, err);
    if (status == MLN_OK) {
        status = mln_lock_join(lock, shares, n, out, err);
    }
    mln_locked_free(shares);
    return status;
}

/* The lock as a key file on a descriptor: from a vault, a card, another program. */
static enum mln_status read_lock(int fd, const struct mln_lock *lock, struct mln_key *out,
                                 struct mln_err *err) {
    char *const text = mln_locked_alloc(MLN_KEY_FILE_CHARS);
    unsigned char *const bytes = mln_locked_alloc(MLN_KEY_BYTES);
    size_t n = 0;
    enum mln_status status = text == NULL || bytes == NULL ? mln_err_nomem(err, "a lock") : MLN_OK;
    while (status == MLN_OK && n < MLN_KEY_FILE_CHARS) {
        const ssize_t got = read(fd, text + n, MLN_KEY_FILE_CHARS - n);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
    }
    if (status == MLN_OK) {
        status = mln_key_file_parse("--key-fd", (struct mln_str){text, n}, bytes, out->id, err);
    }
    if (status == MLN_OK && strcmp(out->id, lock->id) != 0) {
        status = mln_err_set(err, MLN_KEY, "--key-fd: the lock %s, and these keys are under %s",
                             out->id, lock->id);
    }
    mln_locked_free(text);
    if (status != MLN_OK) {
        mln_locked_free(bytes);
        *out = (struct mln_key){0};
        return status;
    }
    out->bytes = bytes;
    return MLN_OK;
}

enum mln_status mln_cli_open_ring(const struct mln_cli_args *args, const char *dir,
                                  struct mln_keyring *out, struct mln_err *err) {
    struct mln_lock lock;
    int fd = -1;
    *out = (struct mln_keyring){.dir = dir};
    MLN_TRY(descriptor(args, "key-fd", &fd, err));
    if (mln_path_exists(dir)) {
        MLN_TRY(mln_place_check_dir(dir, false, err));
    }
    MLN_TRY(mln_lock_read(dir, &lock, err));
    if (lock.kind == MLN_LOCK_NONE) {
        return MLN_OK;
    }
    if (fd >= 0) {
        return read_lock(fd, &lock, &out->lock, err);
    }
    if (lock.kind == MLN_LOCK_SHARES) {
        return join(args, &lock, &out->lock, err);
    }
    struct mln_passphrase passphrase;
    MLN_TRY(mln_cli_passphrase(args, "the keys", false, &passphrase, err));
    const enum mln_status status = mln_lock_open(&lock, &passphrase, &out->lock, err);
    mln_passphrase_release(&passphrase);
    return status;
}

/* ── the project ── */

enum mln_status mln_cli_project_open(const struct mln_cli_args *args, const char *path,
                                     const char *keys, struct mln_cli_project *out,
                                     struct mln_err *err) {
    *out = (struct mln_cli_project){.arena = MLN_ARENA_INIT};
    enum mln_status status = mln_secret_init(err);
    if (status == MLN_OK) {
        status = mln_role_from_word(mln_cli_value(args, "role"), &out->role, err);
    }
    if (status == MLN_OK) {
        status = mln_project_read(&out->arena, path, &out->project, err);
    }
    if (status == MLN_OK) {
        out->project.keys_dir = keys != NULL ? keys : out->project.keys_dir;
        status = mln_cli_open_ring(args, out->project.keys_dir, &out->ring, err);
    }
    if (status != MLN_OK) {
        mln_cli_project_release(out);
        return status;
    }
    out->project.lock = &out->ring.lock;
    return MLN_OK;
}

void mln_cli_project_release(struct mln_cli_project *project) {
    mln_keyring_release(&project->ring);
    mln_arena_release(&project->arena);
}
