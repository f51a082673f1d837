/* Status codes and the one message a user reads.
 *
 * A function that can fail returns a status (MLN_OK is 0) and takes an optional
 * `struct mln_err *` as its last argument. The lowest layer that knows the place
 * writes the message: what failed, where, what to do. Upper layers may prefix it,
 * never replace it. No message ever carries a cell value or a key.
 *
 * The status is also the exit code of the program (see src/cli). */
#ifndef MLN_BASE_ERR_H
#define MLN_BASE_ERR_H

#include <stdarg.h>

enum mln_status {
    MLN_OK = 0,
    MLN_CHECK_FAILED = 1,  /* the program ran; a check it was asked for did not hold */
    MLN_BAD_INPUT = 2,     /* data, configuration or command line: the user can mend it */
    MLN_IO = 3,            /* disk, permission, a file that cannot be read or written */
    MLN_NO_MEMORY = 4,     /* never turned into a plausible zero */
    MLN_KEY = 5,           /* a key is missing, wrong or destroyed */
    MLN_BUSY = 6,          /* another run holds the project */
    MLN_INTERNAL = 7,      /* the engine or a promise of ours broke: please report */
    MLN_INTERRUPTED = 130, /* SIGINT or SIGTERM was honoured */
};

#define MLN_MUST_USE __attribute__((warn_unused_result))
#define MLN_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))

struct mln_err {
    enum mln_status status;
    char msg[1024]; /* UTF-8, NUL-terminated, cut at a character boundary with "…" if too long */
};

/* Writes the message and returns `status`, so that a caller can `return mln_err_set(...)`.
 * `err` may be NULL. */
enum mln_status mln_err_set(struct mln_err *err, enum mln_status status, const char *fmt, ...)
    MLN_PRINTF(3, 4);

/* Puts context before an existing message ("stage ingest: " + msg). Keeps the status. */
void mln_err_prefix(struct mln_err *err, const char *fmt, ...) MLN_PRINTF(2, 3);

/* The standard out-of-memory answer; `what` names the thing being built. */
enum mln_status mln_err_nomem(struct mln_err *err, const char *what);

/* Passes a failed status up unchanged. */
#define MLN_TRY(expr)                                   \
    do {                                                \
        const enum mln_status mln_try_status_ = (expr); \
        if (mln_try_status_ != MLN_OK) {                \
            return mln_try_status_;                     \
        }                                               \
    } while (0)

/* The same towards the one exit of a function that has something to undo. */
#define MLN_TRY_GOTO(var, expr, label) \
    do {                               \
        (var) = (expr);                \
        if ((var) != MLN_OK) {         \
            goto label;                \
        }                              \
    } while (0)

#endif
