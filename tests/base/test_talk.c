#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/talk.h"
#include "run.h"

/* stderr goes to a file of the test; each test is a process of its own. */
static void check_said(const char *want) {
    struct mln_buf said = MLN_BUF_INIT;
    (void)fflush(stderr);
    ck_assert_int_eq(mln_file_read("talk.stderr", 100000, &said, NULL), MLN_OK);
    ck_assert_str_eq(mln_buf_view(&said).p, want);
    mln_buf_release(&said);
    ck_assert_int_eq(unlink("talk.stderr"), 0);
}

static void listen_to_stderr(void) {
    ck_assert_ptr_nonnull(freopen("talk.stderr", "w", stderr));
}

static void say_all(struct mln_talk *talk) {
    mln_progress(talk, "ingest", 1, 4);
    mln_say(talk, "read %d files", 10);
    mln_detail(talk, "statement %s", "x");
    mln_progress(talk, "ingest", 1, 0);
    mln_progress_end(talk);
}

START_TEST(levels_say_more_and_more) {
    static const char *const want[] = {"", "read 10 files\n", "read 10 files\nstatement x\n"};
    for (int level = MLN_QUIET; level <= MLN_VERBOSE; level++) {
        listen_to_stderr();
        struct mln_talk talk;
        mln_talk_init(&talk, (enum mln_talk_level)level);
        ck_assert(!talk.terminal);
        say_all(&talk);
        check_said(want[level]);
    }
    listen_to_stderr();
    say_all(NULL);
    check_said("");
}
END_TEST

START_TEST(progress_redraws_its_line_on_a_terminal) {
    listen_to_stderr();
    struct mln_talk talk;
    mln_talk_init(&talk, MLN_NORMAL);
    talk.terminal = true;
    for (uint64_t i = 0; i < 1000; i++) {
        mln_progress(&talk, "rows", 500 + i,
                     1000); /* drawn once: they come faster than it is read */
    }
    mln_say(&talk, "done");
    mln_progress(&talk, "rows", 12, 0);
    mln_progress_end(&talk);
    mln_progress_end(&talk);
    check_said("\rrows  50%\x1B[K\r\x1B[Kdone\n\rrows 12\x1B[K\r\x1B[K");
}
END_TEST

MLN_TEST_MAIN("talk", levels_say_more_and_more, progress_redraws_its_line_on_a_terminal)
