/* What the program says to a person while it works: stderr only, never a cell value.
 * Not for kernels. */
#ifndef MLN_BASE_TALK_H
#define MLN_BASE_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* quiet: only errors; normal; verbose: a line per statement. Set once by the program. */
enum mln_talk_level { MLN_QUIET, MLN_NORMAL, MLN_VERBOSE };

struct mln_talk {
    enum mln_talk_level level;
    bool terminal;     /* stderr is a terminal: progress may redraw its line */
    uint64_t drawn_ns; /* last time progress was drawn */
    bool open_line;
};

/* `talk` may be NULL everywhere: silence. */
void mln_talk_init(struct mln_talk *talk, enum mln_talk_level level);
void mln_say(struct mln_talk *talk, const char *fmt, ...) MLN_PRINTF(2, 3); /* a line, if normal */
void mln_detail(struct mln_talk *talk, const char *fmt, ...) MLN_PRINTF(2, 3); /* if verbose */
/* At most five times a second and only on a terminal; `total` 0 means unknown. */
void mln_progress(struct mln_talk *talk, const char *what, uint64_t done, uint64_t total);
void mln_progress_end(struct mln_talk *talk); /* wipes the line */

#endif
