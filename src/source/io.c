#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/source.h"

struct system_file {
    int fd;
    char path[]; /* for messages */
};

static enum mln_status file_open(void *ctx, const char *path, void **out, struct mln_err *err) {
    (void)ctx;
    const size_t n = strlen(path);
    struct system_file *file = malloc(sizeof *file + n + 1);
    if (file == NULL) {
        return mln_err_nomem(err, "a reader");
    }
    memcpy(file->path, path, n + 1);
    struct stat st;
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */
    if (file->fd < 0 || fstat(file->fd, &st) != 0) {
        const enum mln_status status = mln_err_set(err, errno == ENOENT ? MLN_BAD_INPUT : MLN_IO,
                                                   "%s: cannot open: %s", path, strerror(errno));
        if (file->fd >= 0) {
            close(file->fd);
        }
        free(file);
        return status;
    }
    if (!S_ISREG(st.st_mode)) {
        close(file->fd);
        free(file);
        return mln_err_set(err, MLN_BAD_INPUT, "%s: not a plain file", path);
    }
    (void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* only a hint */
    *out = file;
    return MLN_OK;
}

static enum mln_status file_read(void *handle, void *into, size_t n, size_t *got,
                                 struct mln_err *err) {
    struct system_file *file = handle;
    for (;;) {
        const ssize_t r = read(file->fd, into, n);
        if (r >= 0) {
            *got = (size_t)r;
            return MLN_OK;
        }
        if (errno != EINTR) {
            return mln_err_set(err, MLN_IO, "%s: cannot read: %s", file->path, strerror(errno));
        }
    }
}

static enum mln_status file_seek(void *handle, int64_t offset, int whence, int64_t *at,
                                 struct mln_err *err) {
    struct system_file *file = handle;
    *at = lseek(file->fd, offset, whence);
    if (*at < 0) {
        return mln_err_set(err, MLN_IO, "%s: cannot seek: %s", file->path, strerror(errno));
    }
    return MLN_OK;
}

static void file_close(void *handle) {
    struct system_file *file = handle;
    close(file->fd);
    free(file);
}

const struct mln_io mln_io_files = {
    .open = file_open, .read = file_read, .seek = file_seek, .close = file_close};
