#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_errno.h"

enum { READ_BYTES = 64 * 1024, WRITE_BYTES = 256 * 1024 };

enum mln_status mln_err_errno(struct mln_err *err, const char *what, const char *path) {
    char reason[128];
    const int code = errno;
    if (strerror_r(code, reason, sizeof reason) != 0) {
        (void)snprintf(reason, sizeof reason, "error %d", code);
    }
    return mln_err_set(err, code == ENOMEM ? MLN_NO_MEMORY : MLN_IO, "%s: %s: %s", path, what,
                       reason);
}

/* ── reading ── */

static enum mln_status read_all(int fd, const char *path, size_t cap, struct mln_buf *out,
                                struct mln_err *err) {
    const size_t start = out->n;
    for (;;) {
        if (!mln_buf_reserve(out, READ_BYTES)) {
            return mln_buf_check(out, path, err);
        }
        const ssize_t n = read(fd, out->p + out->n, READ_BYTES);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return mln_err_errno(err, "cannot read", path);
        }
        out->n += (size_t)n;
        out->p[out->n] = '\0';
        if (out->n - start > cap) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "%s: longer than %zu bytes, the most that is read here", path, cap);
        }
        if (n == 0) {
            return MLN_OK;
        }
    }
}

enum mln_status mln_file_read(const char *path, size_t cap, struct mln_buf *out,
                              struct mln_err *err) {
    /* Without O_NONBLOCK, opening a pipe would wait for its writer before we can refuse it. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return mln_err_errno(err, "cannot open", path);
    }
    struct stat st;
    enum mln_status status;
    if (fstat(fd, &st) != 0) {
        status = mln_err_errno(err, "cannot read", path);
    } else if (!S_ISREG(st.st_mode)) {
        status = mln_err_set(err, MLN_IO, "%s: is %s, not a regular file", path,
                             S_ISDIR(st.st_mode) ? "a directory" : "a pipe or a device");
    } else {
        status = read_all(fd, path, cap, out, err);
    }
    close(fd);
    return status;
}

/* ── writing ── */

/* Whether the name aside still is the file we hold the lock of. Between our open and our lock, its
 * writer may have renamed it into place: then it is somebody's finished file. */
static enum mln_status is_still_aside(const struct mln_file_writer *w, bool *out,
                                      struct mln_err *err) {
    struct stat ours;
    struct stat named;
    if (fstat(w->fd, &ours) != 0) {
        return mln_err_errno(err, "cannot write", w->aside);
    }
    *out =
        lstat(w->aside, &named) == 0 && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
    if (*out && !S_ISREG(ours.st_mode)) {
        return mln_err_set(err, MLN_IO, "%s: is in the way and not a regular file; remove it",
                           w->aside);
    }
    return MLN_OK;
}

/* Locks what was opened, and empties it; `*again` when it is not the file aside any more. */
static enum mln_status take_aside(struct mln_file_writer *w, bool *again, struct mln_err *err) {
    if (flock(w->fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? mln_err_set(err, MLN_BUSY, "%s: another process is writing it; wait for it",
                                 w->path)
                   : mln_err_errno(err, "cannot lock", w->aside);
    }
    bool ours = false;
    MLN_TRY(is_still_aside(w, &ours, err));
    *again = !ours;
    return !ours || ftruncate(w->fd, 0) == 0 ? MLN_OK
                                             : mln_err_errno(err, "cannot write", w->aside);
}

/* Opens the file aside. What a killed writer left there is taken over; a live writer holds its
 * lock. */
static enum mln_status open_aside(struct mln_file_writer *w, struct mln_err *err) {
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
    for (bool again = true; again;) {
        w->fd = open(w->aside, flags | O_EXCL, 0666);
        const bool made = w->fd >= 0;
        if (!made && errno == EEXIST) {
            w->fd = open(w->aside, flags, 0666);
        }
        if (w->fd < 0) {
            return mln_err_errno(err, "cannot write", w->aside);
        }
        const enum mln_status status = take_aside(w, &again, err);
        if (status != MLN_OK && status != MLN_BUSY && made) {
            unlink(w->aside);
        }
        if (status != MLN_OK || again) {
            close(w->fd);
            w->fd = -1;
        }
        MLN_TRY(status);
    }
    return MLN_OK;
}

enum mln_status mln_file_begin(struct mln_file_writer *w, const char *path, struct mln_err *err) {
    *w = (struct mln_file_writer){.fd = -1, .buf = MLN_BUF_INIT};
    struct mln_buf aside = MLN_BUF_INIT;
    mln_buf_addz(&aside, path);
    mln_buf_addz(&aside, ".part");
    w->path = strdup(path);
    w->aside = aside.p;
    enum mln_status status = MLN_OK;
    if (w->path == NULL || aside.failed) {
        status = mln_err_nomem(err, "the name of a file");
    } else {
        status = open_aside(w, err);
    }
    if (status != MLN_OK) {
        free(w->path);
        free(w->aside);
        *w = (struct mln_file_writer){.fd = -1};
    }
    return status;
}

static enum mln_status write_out(struct mln_file_writer *w, struct mln_str bytes,
                                 struct mln_err *err) {
    for (size_t done = 0; done < bytes.n;) {
        const ssize_t n = write(w->fd, bytes.p + done, bytes.n - done);
        if (n < 0 && errno != EINTR) {
            return mln_err_errno(err, "cannot write", w->path);
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return MLN_OK;
}

static enum mln_status flush(struct mln_file_writer *w, struct mln_err *err) {
    MLN_TRY(write_out(w, mln_buf_view(&w->buf), err));
    mln_buf_reset(&w->buf);
    return MLN_OK;
}

enum mln_status mln_file_add(struct mln_file_writer *w, struct mln_str bytes, struct mln_err *err) {
    w->bytes += bytes.n;
    if (w->buf.n + bytes.n >= WRITE_BYTES) {
        MLN_TRY(flush(w, err));
        if (bytes.n >= WRITE_BYTES) {
            return write_out(w, bytes, err);
        }
    }
    mln_buf_add_str(&w->buf, bytes);
    return mln_buf_check(&w->buf, w->path, err);
}

/* After a rename, the name itself is on disk only once its directory is. */
enum mln_status mln_sync_parent(const char *path, struct mln_err *err) {
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_dir(&dir, path);
    enum mln_status status = mln_buf_check(&dir, "the name of a directory", err);
    if (status == MLN_OK) {
        const int fd = open(dir.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        /* Some file systems cannot flush a directory and say EINVAL: nothing more can be done. */
        if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) {
            status = mln_err_errno(err, "cannot flush", dir.p);
        }
        if (fd >= 0) {
            close(fd);
        }
    }
    mln_buf_release(&dir);
    return status;
}

static void writer_release(struct mln_file_writer *w) {
    if (w->fd >= 0) {
        close(w->fd); /* and with it the lock */
    }
    free(w->path);
    free(w->aside);
    mln_buf_release(&w->buf);
    *w = (struct mln_file_writer){.fd = -1};
}

enum mln_status mln_file_commit(struct mln_file_writer *w, struct mln_err *err) {
    enum mln_status status = flush(w, err);
    if (status == MLN_OK && fsync(w->fd) != 0) {
        status = mln_err_errno(err, "cannot write", w->path);
    }
    if (status == MLN_OK && rename(w->aside, w->path) != 0) {
        status = mln_err_errno(err, "cannot put in place", w->path);
    }
    if (status != MLN_OK) {
        mln_file_abort(w);
        return status;
    }
    status = mln_sync_parent(w->path, err);
    writer_release(w);
    return status;
}

void mln_file_abort(struct mln_file_writer *w) {
    if (w->fd >= 0) {
        unlink(w->aside); /* before the lock goes: nobody else's part can bear the name */
    }
    writer_release(w);
}

enum mln_status mln_file_write(const char *path, struct mln_str text, struct mln_err *err) {
    struct mln_file_writer w;
    MLN_TRY(mln_file_begin(&w, path, err));
    const enum mln_status status = mln_file_add(&w, text, err);
    if (status != MLN_OK) {
        mln_file_abort(&w);
        return status;
    }
    return mln_file_commit(&w, err);
}

/* ── names ── */

bool mln_path_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

enum mln_status mln_file_stamp(const char *path, struct mln_file_stamp *out, struct mln_err *err) {
    struct stat st;
    if (stat(path, &st) != 0) {
        return mln_err_errno(err, "cannot read", path);
    }
    *out = (struct mln_file_stamp){
        .bytes = (uint64_t)st.st_size,
        .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
        .inode = (uint64_t)st.st_ino,
    };
    return MLN_OK;
}

void mln_path_join(struct mln_buf *out, const char *dir, struct mln_str name) {
    if (name.n == 0 || name.p[0] != '/') {
        mln_buf_addz(out, dir);
        const size_t n = strlen(dir);
        if (n > 0 && dir[n - 1] != '/') {
            mln_buf_addc(out, '/');
        }
    }
    mln_buf_add_str(out, name);
}

void mln_path_dir(struct mln_buf *out, const char *path) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') {
        n--; /* "a/b/" is the name b in a */
    }
    while (n > 0 && path[n - 1] != '/') {
        n--;
    }
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    mln_buf_add(out, n == 0 ? "." : path, n == 0 ? 1 : n);
}
