/* The time of day, as a function that tests replace.
 *
 * The system's clock, in UTC. MAILLON_CLOCK=yyyy-mm-ddThh:mm:ssZ sets a test clock, which may only
 * stand later than the system's: so nobody prolongs a retention with it. The journal writes which
 * of the two a line was made by. */
#ifndef MLN_SECRET_CLOCK_H
#define MLN_SECRET_CLOCK_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct mln_clock {
    int64_t (*now)(void *ctx); /* seconds since 1970-01-01, UTC */
    void *ctx;
    bool is_test;
};

/* MLN_BAD_INPUT: MAILLON_CLOCK is no time, or one before the system's. */
enum mln_status mln_clock_open(struct mln_clock *out, struct mln_err *err) MLN_MUST_USE;

/* "2026-01-31T23:59:59Z" and back; years 1970 to 9999. */
enum { MLN_TIME_CHARS = 20 };
void mln_time_print(int64_t seconds, char out[MLN_TIME_CHARS + 1]);
bool mln_time_parse(struct mln_str text, int64_t *out);

#endif
