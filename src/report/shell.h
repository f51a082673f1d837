/* The shell of a page: web/report.html, with style, ECharts and the common part of the scripts
 * inside, and each
 * {{marker}} replaced by what the page of the study or of a linkage puts there. */
#ifndef MLN_REPORT_SHELL_H
#define MLN_REPORT_SHELL_H

#include "base/buf.h"

/* Appends what stands for a marker; false: there is no such part. */
typedef bool mln_shell_part(const void *ctx, struct mln_str marker, struct mln_buf *out);

/* Appends the page to `out`. MLN_INTERNAL when a shipped file is missing, cannot stand inside a
 * page, or asks for a part that the page has not. */
enum mln_status mln_shell_fill(mln_shell_part *part, const void *ctx, struct mln_buf *out,
                               struct mln_err *err) MLN_MUST_USE;

/* The text of a shipped file. */
void mln_shell_put_asset(struct mln_buf *out, const char *name);

#endif
