/* Problems found one after the other, so that a person can mend them all at once.
 *
 * A function that finds a problem and can look for the next one adds it here and goes on; one that
 * cannot go on (memory, an interrupt) fails as usual. */
#ifndef MLN_SOURCE_FINDINGS_H
#define MLN_SOURCE_FINDINGS_H

#include "base/arena.h"
#include "base/err.h"

struct mln_findings {
    struct mln_arena *arena; /* lines live here */
    const char **lines;
    size_t n, cap;
    enum mln_status first; /* status of the first one: what the whole fails with */
};

enum mln_status mln_findings_add(struct mln_findings *f, struct mln_err *err, const char *fmt, ...)
    MLN_MUST_USE MLN_PRINTF(3, 4);

/* Takes a failure that the user can mend (MLN_BAD_INPUT, MLN_IO, MLN_KEY) as a finding and returns
 * MLN_OK; passes any other status on. */
enum mln_status mln_findings_take(struct mln_findings *f, enum mln_status status,
                                  struct mln_err *err) MLN_MUST_USE;

/* MLN_OK without findings; else the status of the first one (MLN_BAD_INPUT when it was added), with
 * its line; with more, also their number, and where the others are told. */
enum mln_status mln_findings_status(const struct mln_findings *f, struct mln_err *err) MLN_MUST_USE;

#endif
