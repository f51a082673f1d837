#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* unshare */
#endif
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "run.h"

/* Each test works in a directory of its own, and removes it. */
static char root[sizeof "file-XXXXXX"];

static void enter(void) {
    strcpy(root, "file-XXXXXX"); /* also the second time, in one process */
    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_int_eq(chdir(root), 0);
}

static void leave(void) {
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(mln_dir_remove(root, NULL), MLN_OK);
    ck_assert(!mln_path_exists(root));
}

static struct mln_err told;

/* A call that must succeed and takes &told. */
#define OK(call) ck_assert_msg((call) == MLN_OK, "%s", told.msg)

static void check_content(const char *path, struct mln_str want) {
    struct mln_buf got = MLN_BUF_INIT;
    OK(mln_file_read(path, 64 * 1024 * 1024, &got, &told));
    ck_assert(mln_str_eq(mln_buf_view(&got), want));
    mln_buf_release(&got);
}

static size_t count_entries(const char *path) {
    DIR *dir = opendir(path);
    ck_assert_ptr_nonnull(dir);
    size_t n = 0;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        n += e->d_name[0] != '.';
    }
    closedir(dir);
    return n;
}

static struct mln_buf filled(char c, size_t n) {
    struct mln_buf text = MLN_BUF_INIT;
    ck_assert(mln_buf_reserve(&text, n));
    memset(text.p, c, n);
    text.n = n;
    return text;
}

START_TEST(what_is_written_is_read) {
    enter();
    static const size_t sizes[] = {0, 1, 262143, 262144, 262145, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct mln_buf text = filled((char)('a' + i), sizes[i]);
        OK(mln_file_write("f", mln_buf_view(&text), &told));
        check_content("f", mln_buf_view(&text));
        mln_buf_release(&text);
    }
    OK(mln_file_write("f", MLN_STR_LIT("a\0b"), &told));
    check_content("f", MLN_STR_LIT("a\0b"));
    /* In pieces of all sizes: the same as in one. */
    struct mln_file_writer w;
    struct mln_buf whole = MLN_BUF_INIT;
    OK(mln_file_begin(&w, "pieces", &told));
    for (size_t n = 1; n < 700000; n = 3 * n) {
        struct mln_buf piece = filled((char)('a' + n % 26), n);
        OK(mln_file_add(&w, mln_buf_view(&piece), &told));
        mln_buf_add_str(&whole, mln_buf_view(&piece));
        mln_buf_release(&piece);
        ck_assert(!mln_path_exists("pieces"));
    }
    ck_assert_uint_eq(w.bytes, whole.n);
    OK(mln_file_commit(&w, &told));
    check_content("pieces", mln_buf_view(&whole));
    mln_buf_release(&whole);
    ck_assert_uint_eq(count_entries("."), 2);
    leave();
}
END_TEST

START_TEST(reading_has_a_cap_and_takes_only_regular_files) {
    enter();
    struct mln_buf got = MLN_BUF_INIT;
    struct mln_err err = {0};
    OK(mln_file_write("f", MLN_STR_LIT("12345"), &told));
    ck_assert_int_eq(mln_file_read("f", 5, &got, NULL), MLN_OK);
    ck_assert_int_eq(mln_file_read("f", 4, &got, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f: longer than 4 bytes, the most that is read here");
    ck_assert_int_eq(mln_file_read("none", 4, &got, &err), MLN_IO);
    ck_assert_str_eq(err.msg, "none: cannot open: No such file or directory");
    ck_assert_int_eq(mln_file_read(".", 4, &got, &err), MLN_IO);
    ck_assert_str_eq(err.msg, ".: is a directory, not a regular file");
    ck_assert_int_eq(mln_file_read("/dev/zero", 4, &got, &err), MLN_IO);
    ck_assert_str_eq(err.msg, "/dev/zero: is a pipe or a device, not a regular file");
    ck_assert_int_eq(mkfifo("pipe", 0600), 0); /* with no writer: must not wait */
    ck_assert_int_eq(mln_file_read("pipe", 4, &got, &err), MLN_IO);
    mln_buf_release(&got);
    leave();
}
END_TEST

START_TEST(an_aborted_file_was_never_there) {
    enter();
    struct mln_file_writer w;
    OK(mln_file_write("f", MLN_STR_LIT("old"), &told));
    OK(mln_file_begin(&w, "f", &told));
    OK(mln_file_add(&w, MLN_STR_LIT("new"), &told));
    mln_file_abort(&w);
    mln_file_abort(&w); /* twice is once */
    check_content("f", MLN_STR_LIT("old"));
    ck_assert_uint_eq(count_entries("."), 1);
    leave();
}
END_TEST

START_TEST(two_writers_of_a_name_do_not_mix) {
    enter();
    struct mln_file_writer first;
    struct mln_file_writer second;
    struct mln_err err = {0};
    OK(mln_file_begin(&first, "f", &told));
    ck_assert_int_eq(mln_file_begin(&second, "f", &err), MLN_BUSY);
    ck_assert_str_eq(err.msg, "f: another process is writing it; wait for it");
    OK(mln_file_add(&first, MLN_STR_LIT("first"), &told));
    OK(mln_file_commit(&first, &told));
    check_content("f", MLN_STR_LIT("first"));
    OK(mln_file_begin(&second, "f", &told));
    mln_file_abort(&second);
    /* What a killed writer left is taken over. */
    const int fd = open("f.part", O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq((int)write(fd, "half a file", 11), 11);
    close(fd);
    OK(mln_file_write("f", MLN_STR_LIT("whole"), &told));
    check_content("f", MLN_STR_LIT("whole"));
    ck_assert_uint_eq(count_entries("."), 1);
    /* A link planted under the name aside is not followed. */
    OK(mln_file_write("victim", MLN_STR_LIT("mine"), &told));
    ck_assert_int_eq(symlink("victim", "f.part"), 0);
    ck_assert_int_eq(mln_file_write("f", MLN_STR_LIT("x"), &err), MLN_IO);
    check_content("victim", MLN_STR_LIT("mine"));
    leave();
}
END_TEST

/* A child rewrites a file without end and is killed at a random time: under the name stands always
 * one of the two whole texts, and the next writer leaves nothing else in the directory. */
START_TEST(a_kill_leaves_the_old_or_the_new) {
    enter();
    struct mln_buf a = filled('a', 600000);
    struct mln_buf b = filled('b', 300000);
    struct mln_rng rng;
    mln_rng_init(&rng, 1, 0, 0);
    OK(mln_file_write("f", mln_buf_view(&a), &told));
    for (int round = 0; round < 12; round++) {
        const pid_t child = fork();
        if (child == 0) {
            for (;;) {
                if (mln_file_write("f", mln_buf_view(&b), NULL) != MLN_OK ||
                    mln_file_write("f", mln_buf_view(&a), NULL) != MLN_OK) {
                    _exit(1);
                }
            }
        }
        usleep(1000 + mln_rng_below(&rng, 20000));
        kill(child, SIGKILL);
        int how;
        ck_assert_int_eq(waitpid(child, &how, 0), child);
        ck_assert(WIFSIGNALED(how));
        struct mln_buf got = MLN_BUF_INIT;
        OK(mln_file_read("f", 1000000, &got, &told));
        ck_assert(mln_str_eq(mln_buf_view(&got), mln_buf_view(&a)) ||
                  mln_str_eq(mln_buf_view(&got), mln_buf_view(&b)));
        mln_buf_release(&got);
        OK(mln_file_write("f", mln_buf_view(&a), &told));
        ck_assert_uint_eq(count_entries("."), 1);
    }
    mln_buf_release(&a);
    mln_buf_release(&b);
    leave();
}
END_TEST

static void check_failed_write(const char *path, const char *reason) {
    struct mln_buf big = filled('x', 400000);
    struct mln_err err = {0};
    ck_assert_int_eq(mln_file_write(path, mln_buf_view(&big), &err), MLN_IO);
    ck_assert_msg(strstr(err.msg, reason) != NULL && strncmp(err.msg, path, strlen(path)) == 0,
                  "%s", err.msg);
    mln_buf_release(&big);
}

START_TEST(a_failing_write_leaves_nothing) {
    enter();
    OK(mln_file_write("f", MLN_STR_LIT("old"), &told));
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit former;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &former), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){100000, former.rlim_max}), 0);
    check_failed_write("f", "File too large");
    check_failed_write("g", "File too large");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &former), 0); /* the tests may share one process */
    check_content("f", MLN_STR_LIT("old"));
    ck_assert_uint_eq(count_entries("."), 1);
    leave();
}
END_TEST

/* Needs the right to mount; where it is missing the test above stands alone. */
START_TEST(a_full_disk_leaves_nothing) {
    enter();
    ck_assert_int_eq(mkdir("small", 0700), 0);
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("small", "small", "tmpfs", 0, "size=128k") != 0) {
        printf("a_full_disk_leaves_nothing: skipped, no right to mount\n");
    } else {
        OK(mln_file_write("small/f", MLN_STR_LIT("old"), &told));
        check_failed_write("small/f", "No space left on device");
        check_failed_write("small/g", "No space left on device");
        check_content("small/f", MLN_STR_LIT("old"));
        ck_assert_uint_eq(count_entries("small"), 1);
        OK(mln_file_write("small/f", MLN_STR_LIT("new"), &told)); /* nothing is held either */
        ck_assert_int_eq(umount("small"), 0);
    }
    leave();
}
END_TEST

START_TEST(missing_permission_is_told) {
    enter();
    ck_assert_int_eq(mkdir("closed", 0755), 0);
    OK(mln_file_write("closed/f", MLN_STR_LIT("old"), &told));
    OK(mln_file_write("secret", MLN_STR_LIT("x"), &told));
    ck_assert_int_eq(chmod("secret", 0), 0);
    ck_assert_int_eq(chmod("closed", 0555), 0);
    ck_assert_int_eq(chmod(".", 0755), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (getuid() == 0 && setuid(65534) != 0) {
            _exit(9);
        }
        struct mln_buf got = MLN_BUF_INIT;
        struct mln_err err = {0};
        const bool right =
            mln_file_read("secret", 10, &got, &err) == MLN_IO &&
            strcmp(err.msg, "secret: cannot open: Permission denied") == 0 &&
            mln_file_write("closed/f", MLN_STR_LIT("new"), &err) == MLN_IO &&
            strcmp(err.msg, "closed/f.part: cannot write: Permission denied") == 0 &&
            mln_dir_make("closed/sub", &err) == MLN_IO &&
            strcmp(err.msg, "closed/sub: cannot make directory: Permission denied") == 0 &&
            mln_dir_remove("closed", &err) == MLN_IO &&
            strcmp(err.msg, "closed: cannot remove: Permission denied") == 0;
        if (!right) {
            printf("%s\n", err.msg);
            (void)fflush(stdout);
        }
        _exit(right ? 0 : 1);
    }
    int how;
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    ck_assert(WIFEXITED(how));
    ck_assert_int_eq(WEXITSTATUS(how), 0);
    ck_assert_int_eq(chmod("closed", 0755), 0);
    check_content("closed/f", MLN_STR_LIT("old"));
    leave();
}
END_TEST

START_TEST(directories_are_made_removed_and_replaced) {
    enter();
    struct mln_err err = {0};
    OK(mln_dir_make("a//b/c/", &told));
    OK(mln_dir_make("a/b/c", &told));
    OK(mln_dir_make("/", &told));
    OK(mln_file_write("a/b/f", MLN_STR_LIT("x"), &told));
    ck_assert_int_eq(mln_dir_make("a/b/f/g", &err), MLN_IO);
    ck_assert_str_eq(err.msg, "a/b/f: is a file, where a directory is needed");

    OK(mln_dir_make("new", &told));
    OK(mln_file_write("new/f", MLN_STR_LIT("new"), &told));
    OK(mln_dir_replace("new", "place", &told)); /* nothing there before */
    ck_assert(!mln_path_exists("new"));
    OK(mln_dir_replace("a", "place", &told)); /* the old tree goes */
    ck_assert(mln_path_exists("place/b/c") && !mln_path_exists("place/f") && !mln_path_exists("a"));
    ck_assert_int_eq(mln_dir_replace("none", "place", &err), MLN_IO);
    ck_assert(mln_path_exists("place/b/c"));

    /* A link out of the tree is removed, not followed. */
    OK(mln_dir_make("outside", &told));
    OK(mln_file_write("outside/f", MLN_STR_LIT("x"), &told));
    ck_assert_int_eq(symlink("../outside", "place/link"), 0);
    ck_assert_int_eq(symlink("nowhere", "place/broken"), 0);
    OK(mln_dir_remove("place", &told));
    OK(mln_dir_remove("place", &told)); /* a missing one is fine */
    ck_assert(!mln_path_exists("place") && mln_path_exists("outside/f"));
    ck_assert_int_eq(symlink("outside", "link"), 0);
    OK(mln_dir_remove("link", &told));
    ck_assert(mln_path_exists("outside/f"));
    leave();
}
END_TEST

START_TEST(a_stamp_tells_a_change) {
    enter();
    struct mln_file_stamp a;
    struct mln_file_stamp b;
    struct mln_err err = {0};
    OK(mln_file_write("f", MLN_STR_LIT("x"), &told));
    OK(mln_file_stamp("f", &a, &told));
    OK(mln_file_stamp("f", &b, &told));
    ck_assert(a.bytes == 1 && a.bytes == b.bytes && a.mtime_ns == b.mtime_ns && a.inode == b.inode);
    OK(mln_file_write("f", MLN_STR_LIT("y"), &told));
    OK(mln_file_stamp("f", &b, &told));
    ck_assert(a.mtime_ns != b.mtime_ns || a.inode != b.inode);
    ck_assert_int_eq(mln_file_stamp("none", &a, &err), MLN_IO);
    ck_assert_str_eq(err.msg, "none: cannot read: No such file or directory");
    leave();
}
END_TEST

START_TEST(paths_are_joined_and_cut) {
    static const struct {
        const char *dir, *name, *joined;
    } joins[] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"a", "/b", "/b"}, {"/", "b", "/b"}};
    static const struct {
        const char *path, *dir;
    } dirs[] = {{"a/b", "a"}, {"b", "."},   {"/b", "/"},      {"a/b/", "a"}, {"a//b", "a"},
                {"/", "/"},   {"//x", "/"}, {"a/b/c", "a/b"}, {"", "."}};
    for (size_t i = 0; i < sizeof joins / sizeof joins[0]; i++) {
        struct mln_buf out = MLN_BUF_INIT;
        mln_path_join(&out, joins[i].dir, mln_str_from(joins[i].name));
        ck_assert_str_eq(out.p, joins[i].joined);
        mln_buf_release(&out);
    }
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        struct mln_buf out = MLN_BUF_INIT;
        mln_path_dir(&out, dirs[i].path);
        ck_assert_str_eq(out.p, dirs[i].dir);
        mln_buf_release(&out);
    }
}
END_TEST

MLN_TEST_MAIN("file", what_is_written_is_read, reading_has_a_cap_and_takes_only_regular_files,
              an_aborted_file_was_never_there, two_writers_of_a_name_do_not_mix,
              a_kill_leaves_the_old_or_the_new, a_failing_write_leaves_nothing,
              a_full_disk_leaves_nothing, missing_permission_is_told,
              directories_are_made_removed_and_replaced, a_stamp_tells_a_change,
              paths_are_joined_and_cut)
