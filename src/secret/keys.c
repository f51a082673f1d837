#include "secret/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "secret/key_file.h"

const char *const mln_key_names[] = {"id",      "content",  "base",  "publish", "procedure",
                                     "affaire", "personne", "unite", NULL};

enum mln_status mln_secret_init(struct mln_err *err) {
    if (sodium_init() < 0) {
        return mln_err_set(err, MLN_INTERNAL,
                           "libsodium cannot start: the system gives no random numbers");
    }
    return MLN_OK;
}

/* ── where keys are ── */

static enum mln_status check_name(const char *name, struct mln_err *err) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const size_t n = strlen(name);
    if (n == 0 || n > 64 || strspn(name, allowed) != n) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a key's name has 1 to 64 letters, digits, '-' and '_'");
    }
    return MLN_OK;
}

static enum mln_status key_path(const char *dir, const char *name, struct mln_buf *out,
                                struct mln_err *err) {
    MLN_TRY(check_name(name, err));
    mln_path_join(out, dir, mln_str_from(name));
    mln_buf_addz(out, ".key");
    return mln_buf_check(out, "the name of a key file", err);
}

static enum mln_status check_mode(const char *path, const struct stat *st, const char *chmod_to,
                                  struct mln_err *err) {
    if ((st->st_mode & 077) != 0) {
        return mln_err_set(err, MLN_KEY,
                           "%s: open to others (mode %03o); nobody but its holder may reach a key: "
                           "chmod %s it, and renew the key if others could have read it",
                           path, (unsigned)st->st_mode & 0777U, chmod_to);
    }
    return MLN_OK;
}

static enum mln_status check_dir(const char *dir, struct mln_err *err) {
    struct stat st;
    if (stat(dir, &st) != 0) {
        return mln_err_set(err, MLN_KEY,
                           "%s: no key directory here (%s); `maillon key new` makes one", dir,
                           strerror(errno));
    }
    if (!S_ISDIR(st.st_mode)) {
        return mln_err_set(err, MLN_KEY, "%s: not a directory of keys", dir);
    }
    return check_mode(dir, &st, "700", err);
}

/* ── loading ── */

/* Fills `text` (in locked memory) with the open file; more than a key file is too much. */
static enum mln_status read_key_text(int fd, const char *path, char text[MLN_KEY_FILE_CHARS + 1],
                                     size_t *n, struct mln_err *err) {
    *n = 0;
    while (*n <= MLN_KEY_FILE_CHARS) {
        const ssize_t got = read(fd, text + *n, MLN_KEY_FILE_CHARS + 1 - *n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return mln_err_set(err, MLN_IO, "%s: cannot read: %s", path, strerror(errno));
        }
        if (got == 0) {
            return MLN_OK;
        }
        *n += (size_t)got;
    }
    return MLN_OK;
}

static enum mln_status open_key(const char *path, int *out, struct mln_err *err) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return mln_err_set(err, MLN_KEY, "%s: no such key; `maillon key new` makes missing keys",
                           path);
    }
    if (fd < 0) {
        return mln_err_set(err, MLN_KEY, "%s: cannot open: %s", path, strerror(errno));
    }
    struct stat st;
    enum mln_status status = MLN_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        status = mln_err_set(err, MLN_KEY, "%s: not a file", path);
    } else {
        status = check_mode(path, &st, "600", err);
    }
    if (status != MLN_OK) {
        close(fd);
        return status;
    }
    *out = fd;
    return MLN_OK;
}

static enum mln_status load_from(int fd, const char *path, struct mln_key *out,
                                 struct mln_err *err) {
    char *const text = sodium_malloc(MLN_KEY_FILE_CHARS + 1);
    unsigned char *const bytes = sodium_malloc(MLN_KEY_BYTES);
    size_t n = 0;
    enum mln_status status = MLN_OK;
    if (text == NULL || bytes == NULL) {
        status = mln_err_nomem(err, "a key");
    }
    if (status == MLN_OK) {
        status = read_key_text(fd, path, text, &n, err);
    }
    if (status == MLN_OK) {
        status = mln_key_file_parse(path, (struct mln_str){text, n}, bytes, out->id, err);
    }
    sodium_free(text);
    if (status != MLN_OK) {
        sodium_free(bytes);
        return status;
    }
    sodium_mprotect_readonly(bytes);
    out->bytes = bytes;
    return MLN_OK;
}

enum mln_status mln_key_load(const char *dir, const char *name, struct mln_key *out,
                             struct mln_err *err) {
    *out = (struct mln_key){0};
    MLN_TRY(mln_secret_init(err));
    struct mln_buf path = MLN_BUF_INIT;
    int fd = -1;
    enum mln_status status = key_path(dir, name, &path, err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, check_dir(dir, err), done);
    MLN_TRY_GOTO(status, open_key(path.p, &fd, err), done);
    status = load_from(fd, path.p, out, err);
    close(fd);
done:
    mln_buf_release(&path);
    return status;
}

void mln_key_release(struct mln_key *key) {
    if (key != NULL) {
        sodium_free(key->bytes); /* wipes */
        *key = (struct mln_key){0};
    }
}

/* ── making ── */

static enum mln_status write_all(int fd, const char *text, size_t n) {
    for (size_t at = 0; at < n;) {
        const ssize_t put = write(fd, text + at, n - at);
        if (put < 0 && errno != EINTR) {
            return MLN_IO;
        }
        at += put < 0 ? 0 : (size_t)put;
    }
    return fsync(fd) == 0 ? MLN_OK : MLN_IO;
}

/* Made whole aside, then linked to its name, which fails when the name is taken. */
static enum mln_status place_key(const char *dir, const char *path, const char *text,
                                 struct mln_err *err) {
    struct mln_buf aside = MLN_BUF_INIT;
    mln_path_join(&aside, dir, MLN_STR_LIT(".new-XXXXXX"));
    MLN_TRY(mln_buf_check(&aside, "the name of a key file", err));
    const int fd = mkstemp(aside.p); /* mode 0600 */
    enum mln_status status = MLN_OK;
    if (fd < 0 || write_all(fd, text, MLN_KEY_FILE_CHARS) != MLN_OK) {
        status = mln_err_set(err, MLN_IO, "%s: cannot write: %s", path, strerror(errno));
    } else if (link(aside.p, path) != 0) {
        status = errno == EEXIST
                     ? mln_err_set(err, MLN_KEY,
                                   "%s: exists already; a key is never replaced, since what it "
                                   "closed could no more be opened",
                                   path)
                     : mln_err_set(err, MLN_IO, "%s: cannot write: %s", path, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
        unlink(aside.p);
    }
    mln_buf_release(&aside);
    return status;
}

static enum mln_status make_dir(const char *dir, struct mln_err *err) {
    if (mln_path_exists(dir)) {
        return check_dir(dir, err);
    }
    struct mln_buf parent = MLN_BUF_INIT;
    mln_path_dir(&parent, dir);
    enum mln_status status = mln_buf_check(&parent, "the name of a directory", err);
    if (status == MLN_OK) {
        status = mln_dir_make(parent.p, err);
    }
    mln_buf_release(&parent);
    MLN_TRY(status);
    if (mkdir(dir, 0700) != 0) {
        return mln_err_set(err, MLN_IO, "%s: cannot make directory: %s", dir, strerror(errno));
    }
    return check_dir(dir, err);
}

static enum mln_status sync_dir(const char *dir, struct mln_err *err) {
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) {
        close(fd);
    }
    return synced ? MLN_OK
                  : mln_err_set(err, MLN_IO, "%s: cannot flush to disk: %s", dir, strerror(why));
}

enum mln_status mln_key_create(const char *dir, const char *name, struct mln_err *err) {
    MLN_TRY(mln_secret_init(err));
    struct mln_buf path = MLN_BUF_INIT;
    unsigned char *const bytes = sodium_malloc(MLN_KEY_BYTES);
    char *const text = sodium_malloc(MLN_KEY_FILE_CHARS);
    enum mln_status status = key_path(dir, name, &path, err);
    if (status == MLN_OK && (bytes == NULL || text == NULL)) {
        status = mln_err_nomem(err, "a key");
    }
    if (status == MLN_OK) {
        status = make_dir(dir, err);
    }
    if (status == MLN_OK) {
        randombytes_buf(bytes, MLN_KEY_BYTES);
        mln_key_file_print(bytes, text);
        status = place_key(dir, path.p, text, err);
    }
    if (status == MLN_OK) {
        status = sync_dir(dir, err);
    }
    sodium_free(text);
    sodium_free(bytes);
    mln_buf_release(&path);
    return status;
}
