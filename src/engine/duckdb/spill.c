/* The spill directory: one of our own under the caller's, so that several engines may share it and
 * what a killed one left behind can be told from what a living one uses (its lock is held). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/duckdb/duck.h"

static const char prefix[] = "spill-";

/* -1 with errno when another holds it, or it cannot be had. */
static int lock_of(const char *dir) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, dir, MLN_STR_LIT("lock"));
    if (path.failed) {
        mln_buf_release(&path);
        errno = ENOMEM;
        return -1;
    }
    int fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int why = errno;
        close(fd);
        errno = why;
        fd = -1;
    }
    mln_buf_release(&path);
    return fd;
}

/* What killed engines left: encrypted under keys that died with them, but in the way. */
static void remove_dead(const char *dir) {
    DIR *const d = opendir(dir);
    if (d == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0) {
            continue;
        }
        struct mln_buf path = MLN_BUF_INIT;
        mln_path_join(&path, dir, mln_str_from(entry->d_name));
        const int fd = path.failed ? -1 : lock_of(path.p);
        if (fd >= 0) {
            const enum mln_status removed = mln_dir_remove(path.p, NULL);
            (void)removed; /* another start will try again */
            close(fd);
        }
        mln_buf_release(&path);
    }
    closedir(d);
}

enum mln_status duck_spill_open(struct duck_spill *spill, const char *dir, struct mln_err *err) {
    spill->lock_fd = -1;
    if (dir == NULL) {
        return MLN_OK;
    }
    if (!mln_path_exists(dir) && (spill->made = strdup(dir)) == NULL) {
        return mln_err_nomem(err, "the spill directory");
    }
    MLN_TRY(mln_dir_make(dir, err));
    remove_dead(dir);
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, dir, MLN_STR_LIT("spill-XXXXXX"));
    if (path.failed) {
        mln_buf_release(&path);
        return mln_err_nomem(err, "the spill directory");
    }
    spill->path = path.p;
    if (mkdtemp(spill->path) == NULL) {
        const int why = errno;
        free(spill->path);
        spill->path = NULL;
        return mln_err_set(err, MLN_IO, "%s: cannot make the spill directory: %s", dir,
                           strerror(why));
    }
    spill->lock_fd = lock_of(spill->path);
    if (spill->lock_fd < 0) {
        return errno == ENOMEM ? mln_err_nomem(err, "the spill directory")
                               : mln_err_set(err, MLN_IO, "%s: cannot lock the spill directory: %s",
                                             spill->path, strerror(errno));
    }
    return MLN_OK;
}

void duck_spill_close(struct duck_spill *spill) {
    if (spill->path != NULL) {
        const enum mln_status removed = mln_dir_remove(spill->path, NULL);
        (void)removed; /* a later start removes it */
        free(spill->path);
        spill->path = NULL;
    }
    if (spill->lock_fd >= 0) {
        close(spill->lock_fd);
        spill->lock_fd = -1;
    }
    if (spill->made != NULL) {
        rmdir(spill->made); /* if nobody else put something there */
        free(spill->made);
        spill->made = NULL;
    }
}
