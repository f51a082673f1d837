#include "stage/publish/publish.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"

enum { PUBLISHED_BYTES_MAX = 1 << 30 };

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_with(const char *name, const char *suffix) {
    const size_t n = strlen(name);
    const size_t m = strlen(suffix);
    return n > m && strcmp(name + n - m, suffix) == 0;
}

/* The path of an entry when it is a regular file with the suffix; NULL otherwise. */
static const char *regular_file(struct mln_arena *arena, const char *dir, const char *name,
                                const char *suffix) {
    struct mln_buf path = MLN_BUF_INIT;
    const char *kept = NULL;
    struct stat info;
    mln_buf_addf(&path, "%s/%s", dir, name);
    if (!path.failed && ends_with(name, suffix) && lstat(path.p, &info) == 0 &&
        S_ISREG(info.st_mode)) {
        kept = mln_arena_strdup(arena, mln_buf_view(&path));
    }
    mln_buf_release(&path);
    return kept;
}

enum mln_status mln_dir_list(struct mln_arena *arena, const char *dir, const char *suffix,
                             const char ***paths, size_t *n, struct mln_err *err) {
    DIR *handle = opendir(dir);
    if (handle == NULL) {
        return mln_err_set(err, MLN_IO, "%s: cannot list the folder: %s", dir, strerror(errno));
    }
    size_t entries = 0;
    while (readdir(handle) != NULL) {
        entries++;
    }
    rewinddir(handle);
    *n = 0;
    *paths = MLN_ARENA_NEW(arena, const char *, entries);
    for (struct dirent *e; *paths != NULL && (e = readdir(handle)) != NULL && *n < entries;) {
        const char *path = regular_file(arena, dir, e->d_name, suffix);
        if (path != NULL) {
            (*paths)[(*n)++] = path;
        }
    }
    (void)closedir(handle);
    if (*paths == NULL) {
        return mln_err_nomem(err, "a list of files");
    }
    qsort(*paths, *n, sizeof **paths, by_text);
    return MLN_OK;
}

static enum mln_status copy_file(const char *from, const char *to_dir, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf path = MLN_BUF_INIT;
    const char *name = strrchr(from, '/');
    mln_buf_addf(&path, "%s/%s", to_dir, name == NULL ? from : name + 1);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_file_read(from, PUBLISHED_BYTES_MAX, &text, err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path.p, mln_buf_view(&text), err);
    }
    mln_buf_release(&path);
    mln_buf_release(&text);
    return status;
}

static enum mln_status copy_dir(struct mln_arena *arena, const char *from, const char *to,
                                struct mln_err *err) {
    const char **paths = NULL;
    size_t n = 0;
    MLN_TRY(mln_dir_remove(to, err)); /* what an interrupted copy may have left */
    MLN_TRY(mln_dir_make(to, err));
    MLN_TRY(mln_dir_list(arena, from, "", &paths, &n, err));
    for (size_t i = 0; i < n; i++) {
        MLN_TRY(copy_file(paths[i], to, err));
    }
    return MLN_OK;
}

enum mln_status mln_publish(const char *from, const char *to, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_buf source = MLN_BUF_INIT;
    struct mln_buf aside = MLN_BUF_INIT;
    struct mln_buf target = MLN_BUF_INIT;
    struct mln_buf page = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    mln_buf_addf(&source, "%s/tables", from);
    mln_buf_addf(&aside, "%s/.tables.partial", to);
    mln_buf_addf(&target, "%s/tables", to);
    mln_buf_addf(&page, "%s/report.html", from);
    MLN_TRY_GOTO(status, mln_buf_check(&source, "a path", err), done);
    MLN_TRY_GOTO(status, mln_buf_check(&aside, "a path", err), done);
    MLN_TRY_GOTO(status, mln_buf_check(&target, "a path", err), done);
    MLN_TRY_GOTO(status, mln_buf_check(&page, "a path", err), done);
    MLN_TRY_GOTO(status, mln_dir_make(to, err), done);
    MLN_TRY_GOTO(status, copy_dir(&arena, source.p, aside.p, err), done);
    MLN_TRY_GOTO(status, mln_dir_replace(aside.p, target.p, err), done);
    status = copy_file(page.p, to, err);
done:
    mln_buf_release(&page);
    mln_buf_release(&target);
    mln_buf_release(&aside);
    mln_buf_release(&source);
    mln_arena_release(&arena);
    return status;
}
