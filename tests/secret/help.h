/* What the tests of the room share: a scratch directory, paths in it, another program's answer. */
#ifndef MLN_TESTS_SECRET_HELP_H
#define MLN_TESTS_SECRET_HELP_H

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "run.h"
#include "secret/keys.h"

static struct mln_err err;

#define OK(call)                                      \
    do {                                              \
        const enum mln_status got_ = (call);          \
        ck_assert_msg(got_ == MLN_OK, "%s", err.msg); \
    } while (0)
#define FAILS(status, call) ck_assert_int_eq((call), (status))
#define SAYS(words) ck_assert_msg(strstr(err.msg, (words)) != NULL, "%s", err.msg)

static inline const char *scratch(void) {
    static char dir[64];
    /* in memory where there is such a place: flushing to a disk is no part of the tests */
    snprintf(dir, sizeof dir, "%s/mln-secret-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    OK(mln_secret_init(&err));
    return dir;
}

static inline const char *at(const char *dir, const char *name) {
    static char paths[64][256];
    static unsigned next;
    char *const path = paths[next++ % 64];
    char text[sizeof paths[0]]; /* `dir` may be one of paths */
    snprintf(text, sizeof text, "%s/%s", dir, name);
    return memcpy(path, text, sizeof text);
}

/* First line that a command prints. */
static inline void ask(const char *command, char *out, size_t cap) {
    FILE *const p = popen(command, "r");
    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_nonnull(fgets(out, (int)cap, p));
    ck_assert_int_eq(pclose(p), 0);
    out[strcspn(out, "\n")] = '\0';
}

static inline mode_t mode_of(const char *path) {
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static inline bool holds(const char *path, const char *text) {
    struct mln_buf file = MLN_BUF_INIT;
    OK(mln_file_read(path, 1 << 20, &file, &err));
    const bool found = file.n > 0 && strstr(file.p, text) != NULL;
    mln_buf_release(&file);
    return found;
}

static const unsigned char counting[MLN_KEY_BYTES] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                      11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                                      22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

#endif
