#include "base/err.h"

#include <stdio.h>
#include <string.h>

/* Ends a message that did not fit with "…", without cutting a UTF-8 character. */
static void end_cut_message(char *msg, size_t cap) {
    static const char ellipsis[] = "\xE2\x80\xA6";
    size_t at = cap - sizeof ellipsis;
    while (at > 0 && ((unsigned char)msg[at] & 0xC0U) == 0x80U) {
        at--;
    }
    memcpy(msg + at, ellipsis, sizeof ellipsis);
}

static void format_into(char *msg, size_t cap, const char *fmt, va_list args) {
    const int n = vsnprintf(msg, cap, fmt, args);
    if (n < 0) {
        msg[0] = '\0';
    } else if ((size_t)n >= cap) {
        end_cut_message(msg, cap);
    }
}

enum mln_status mln_err_set(struct mln_err *err, enum mln_status status, const char *fmt, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        err->status = status;
        format_into(err->msg, sizeof err->msg, fmt, args);
        va_end(args);
    }
    return status;
}

void mln_err_prefix(struct mln_err *err, const char *fmt, ...) {
    if (err == NULL) {
        return;
    }
    char whole[2 * sizeof err->msg];
    va_list args;
    va_start(args, fmt);
    format_into(whole, sizeof err->msg, fmt, args);
    va_end(args);
    const size_t n = strlen(whole);
    memcpy(whole + n, err->msg, strlen(err->msg) + 1);
    if (strlen(whole) >= sizeof err->msg) {
        end_cut_message(whole, sizeof err->msg);
    }
    memcpy(err->msg, whole, strlen(whole) + 1);
}

enum mln_status mln_err_nomem(struct mln_err *err, const char *what) {
    return mln_err_set(err, MLN_NO_MEMORY,
                       "out of memory while building %s; give the run more memory or fewer threads",
                       what);
}
