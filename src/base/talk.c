#include "base/talk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

void mln_talk_init(struct mln_talk *talk, enum mln_talk_level level) {
    *talk = (struct mln_talk){.level = level, .terminal = isatty(STDERR_FILENO) == 1};
}

/* One write a line, so that lines of two processes do not mix. */
static void say(struct mln_talk *talk, const char *fmt, va_list args) {
    char line[1024];
    mln_progress_end(talk);
    (void)vsnprintf(line, sizeof line, fmt, args);
    (void)fprintf(stderr, "%s\n", line);
}

void mln_say(struct mln_talk *talk, const char *fmt, ...) {
    if (talk == NULL || talk->level < MLN_NORMAL) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    say(talk, fmt, args);
    va_end(args);
}

void mln_detail(struct mln_talk *talk, const char *fmt, ...) {
    if (talk == NULL || talk->level < MLN_VERBOSE) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    say(talk, fmt, args);
    va_end(args);
}

void mln_progress(struct mln_talk *talk, const char *what, uint64_t done, uint64_t total) {
    enum { EVERY_NS = 200 * 1000 * 1000 };
    if (talk == NULL || talk->level < MLN_NORMAL || !talk->terminal) {
        return;
    }
    const uint64_t now = now_ns();
    if (talk->open_line && now - talk->drawn_ns < EVERY_NS) {
        return;
    }
    talk->drawn_ns = now;
    talk->open_line = true;
    /* "\r", then the text, then "erase to the end of the line" (ECMA-48 EL). */
    if (total > 0) {
        const double share = (double)done / (double)total;
        (void)fprintf(stderr, "\r%s %3.0f%%\x1B[K", what, 100 * (share > 1 ? 1 : share));
    } else {
        (void)fprintf(stderr, "\r%s %" PRIu64 "\x1B[K", what, done);
    }
}

void mln_progress_end(struct mln_talk *talk) {
    if (talk != NULL && talk->open_line) {
        (void)fputs("\r\x1B[K", stderr);
        talk->open_line = false;
    }
}
