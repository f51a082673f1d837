/* Who may include what in src/: the rows of docs/architecture.md, read off the #include lines. */
#ifndef MLN_TESTS_LAYERS_INCLUDES_H
#define MLN_TESTS_LAYERS_INCLUDES_H

#include "base/buf.h"

/* Reads every .c, .h and .inc under `root` and appends a line for each include that breaks a rule:
 * "path:line: includes 'x': why". Returns the number of files read; 0 when `root` cannot be read.
 */
size_t mln_check_includes(const char *root, struct mln_buf *faults);

#endif
