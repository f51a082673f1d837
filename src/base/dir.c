#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* renameat2 */
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_errno.h"

/* A project's directories are a few deep; past this, something is wrong and nothing is removed. */
enum { MAX_DEPTH = 32 };

enum mln_status mln_dir_make(const char *path, struct mln_err *err) {
    char *copy = strdup(path);
    if (copy == NULL) {
        return mln_err_nomem(err, "the name of a directory");
    }
    enum mln_status status = MLN_OK;
    size_t at = strspn(copy, "/");
    for (bool more = copy[at] != '\0'; more && status == MLN_OK;) {
        at += strcspn(copy + at, "/");
        more = copy[at] != '\0';
        copy[at] = '\0';
        struct stat st;
        if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
            status = mln_err_errno(err, "cannot make directory", copy);
        } else if (stat(copy, &st) != 0) {
            status = mln_err_errno(err, "cannot read directory", copy);
        } else if (!S_ISDIR(st.st_mode)) {
            status = mln_err_set(err, MLN_IO, "%s: is a file, where a directory is needed", copy);
        }
        if (more) {
            copy[at] = '/';
            at += strspn(copy + at, "/");
            more = copy[at] != '\0';
        }
    }
    free(copy);
    return status;
}

static int remove_at(int parent, const char *name, int depth);

/* Removes what stands in an open directory, and closes it. 0, or -1 with errno. */
static int empty_dir(int fd, int depth) {
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        close(fd);
        return -1;
    }
    int result = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL) {
            result = errno == 0 ? result : -1;
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (remove_at(dirfd(dir), entry->d_name, depth + 1) != 0) {
            result = -1;
            break;
        }
    }
    const int reason = errno;
    closedir(dir);
    errno = reason;
    return result;
}

/* Every step is relative to an open directory and follows no link: nothing outside can be reached,
 * whatever another process renames meanwhile. */
static int remove_at(int parent, const char *name, int depth) {
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    if (errno != EISDIR && errno != EPERM) {
        return -1;
    }
    if (depth > MAX_DEPTH) {
        errno = ELOOP;
        return -1;
    }
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || empty_dir(fd, depth) != 0) {
        return -1;
    }
    return unlinkat(parent, name, AT_REMOVEDIR);
}

enum mln_status mln_dir_remove(const char *path, struct mln_err *err) {
    return remove_at(AT_FDCWD, path, 0) == 0 ? MLN_OK : mln_err_errno(err, "cannot remove", path);
}

enum mln_status mln_dir_replace(const char *from, const char *to, struct mln_err *err) {
    /* Exchanged in one step where the file system can, so that a kill leaves the old or the new
     * directory under the name, never half of one. */
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0) {
        MLN_TRY(mln_sync_parent(to, err));
        return mln_dir_remove(from, err);
    }
    if (errno == EINVAL || errno == ENOSYS) {
        MLN_TRY(mln_dir_remove(to, err));
    } else if (errno != ENOENT) {
        return mln_err_errno(err, "cannot put in place", to);
    }
    if (rename(from, to) != 0) {
        return mln_err_errno(err, "cannot put in place", to);
    }
    return mln_sync_parent(to, err);
}
