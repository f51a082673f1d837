#include "secret/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/date.h"

enum { DAY_SECONDS = 86400 };

void mln_time_print(int64_t seconds, char out[MLN_TIME_CHARS + 1]) {
    const int64_t last = (int64_t)mln_day_from_civil(9999, 12, 31) * DAY_SECONDS + DAY_SECONDS - 1;
    const int64_t kept = seconds < 0 ? 0 : seconds > last ? last : seconds;
    const int of_day = (int)(kept % DAY_SECONDS);
    const size_t n = mln_day_to_iso((int32_t)(kept / DAY_SECONDS), out);
    (void)snprintf(out + n, MLN_TIME_CHARS + 1 - n, "T%02d:%02d:%02dZ", of_day / 3600,
                   of_day / 60 % 60, of_day % 60);
}

bool mln_time_parse(struct mln_str text, int64_t *out) {
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    int v[MLN_TIME_CHARS] = {0};
    if (text.n != MLN_TIME_CHARS) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        v[i] = text.p[i] - '0';
        if (shape[i] == 'd' ? v[i] < 0 || v[i] > 9 : text.p[i] != shape[i]) {
            return false;
        }
    }
    const int32_t day = mln_day_from_civil(v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3],
                                           v[5] * 10 + v[6], v[8] * 10 + v[9]);
    const int hour = v[11] * 10 + v[12];
    const int minute = v[14] * 10 + v[15];
    const int second = v[17] * 10 + v[18];
    if (day == MLN_DAY_NONE || day < 0 || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *out = (int64_t)day * DAY_SECONDS + hour * 3600 + minute * 60 + second;
    return true;
}

static int64_t system_now(void *ctx) {
    (void)ctx;
    return (int64_t)time(NULL);
}

/* A test clock stands still: its text, read again each time. */
static int64_t test_now(void *ctx) {
    int64_t seconds = 0;
    return mln_time_parse(mln_str_from(ctx), &seconds) ? seconds : 0;
}

enum mln_status mln_clock_open(struct mln_clock *out, struct mln_err *err) {
    char *const text = getenv("MAILLON_CLOCK");
    *out = (struct mln_clock){.now = system_now};
    if (text == NULL || text[0] == '\0') {
        return MLN_OK;
    }
    int64_t seconds = 0;
    if (!mln_time_parse(mln_str_from(text), &seconds)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "MAILLON_CLOCK is no time; write it as 2035-12-31T12:00:00Z");
    }
    if (seconds < system_now(NULL)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "MAILLON_CLOCK stands before the system's clock; a test clock can only "
                           "be later, so that it prolongs nothing");
    }
    *out = (struct mln_clock){.now = test_now, .ctx = text, .is_test = true};
    return MLN_OK;
}
