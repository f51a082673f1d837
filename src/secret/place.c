#include "secret/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

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

static enum mln_status make_dir(const char *dir, struct mln_err *err) {
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
    return MLN_OK;
}

enum mln_status mln_place_check_dir(const char *dir, bool make, struct mln_err *err) {
    struct stat st;
    if (make && !mln_path_exists(dir)) {
        MLN_TRY(make_dir(dir, err));
    }
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

/* ── reading ── */

static enum mln_status open_secret(const char *path, int *out, bool *found, struct mln_err *err) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    *found = fd >= 0 || errno != ENOENT;
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

static enum mln_status read_whole(int fd, const char *path, size_t cap, char *text, size_t *n,
                                  struct mln_err *err) {
    *n = 0;
    while (*n <= cap) {
        const ssize_t got = read(fd, text + *n, cap + 1 - *n);
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
    return mln_err_set(err, MLN_KEY, "%s: too long for what it should be", path);
}

enum mln_status mln_place_read(const char *path, size_t cap, char **text, size_t *n, bool *found,
                               struct mln_err *err) {
    int fd = -1;
    *text = NULL;
    MLN_TRY(open_secret(path, &fd, found, err));
    char *const bytes = sodium_malloc(cap + 1);
    const enum mln_status status =
        bytes == NULL ? mln_err_nomem(err, "a key") : read_whole(fd, path, cap, bytes, n, err);
    close(fd);
    if (status != MLN_OK) {
        sodium_free(bytes);
        return status;
    }
    *text = bytes;
    return MLN_OK;
}

/* ── writing ── */

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

static enum mln_status give_name(const char *aside, const char *path, bool replace,
                                 struct mln_err *err) {
    if (replace ? rename(aside, path) == 0 : link(aside, path) == 0) {
        return MLN_OK;
    }
    return errno == EEXIST
               ? mln_err_set(err, MLN_KEY,
                             "%s: exists already; a key is never replaced, since what "
                             "it closed could no more be opened",
                             path)
               : mln_err_set(err, MLN_IO, "%s: cannot write: %s", path, strerror(errno));
}

enum mln_status mln_place_write(const char *dir, const char *path, struct mln_str text,
                                bool replace, struct mln_err *err) {
    struct mln_buf aside = MLN_BUF_INIT;
    mln_path_join(&aside, dir, MLN_STR_LIT(".new-XXXXXX"));
    MLN_TRY(mln_buf_check(&aside, "the name of a key file", err));
    const int fd = mkstemp(aside.p); /* mode 0600 */
    enum mln_status status = MLN_OK;
    if (fd < 0 || write_all(fd, text.p, text.n) != MLN_OK) {
        status = mln_err_set(err, MLN_IO, "%s: cannot write: %s", path, strerror(errno));
    } else {
        status = give_name(aside.p, path, replace, err);
    }
    if (fd >= 0) {
        close(fd);
        unlink(aside.p); /* gone already after a rename */
    }
    mln_buf_release(&aside);
    return status == MLN_OK ? mln_place_sync_dir(dir, err) : status;
}

enum mln_status mln_place_sync_dir(const char *dir, struct mln_err *err) {
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) {
        close(fd);
    }
    return synced ? MLN_OK
                  : mln_err_set(err, MLN_IO, "%s: cannot flush to disk: %s", dir, strerror(why));
}

/* ── wiping ── */

enum mln_status mln_place_wipe(int fd, const char *path, struct mln_err *err) {
    unsigned char noise[4096];
    struct stat st;
    bool good = fstat(fd, &st) == 0 && lseek(fd, 0, SEEK_SET) == 0;
    for (off_t left = good ? st.st_size : 0; good && left > 0;) {
        const size_t piece = left < (off_t)sizeof noise ? (size_t)left : sizeof noise;
        randombytes_buf(noise, piece);
        const ssize_t put = write(fd, noise, piece);
        good = put > 0 || (put < 0 && errno == EINTR);
        left -= put > 0 ? (off_t)put : 0;
    }
    return good && fsync(fd) == 0
               ? MLN_OK
               : mln_err_set(err, MLN_IO, "%s: cannot overwrite: %s", path, strerror(errno));
}

enum mln_status mln_place_remove(const char *path, struct mln_err *err) {
    struct stat st;
    enum mln_status status = MLN_OK;
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        status = fd < 0
                     ? mln_err_set(err, MLN_IO, "%s: cannot overwrite: %s", path, strerror(errno))
                     : mln_place_wipe(fd, path, err);
        if (fd >= 0) {
            close(fd);
        }
    }
    if (status == MLN_OK && unlink(path) != 0) {
        status = mln_err_set(err, MLN_IO, "%s: cannot remove: %s", path, strerror(errno));
    }
    return status;
}
