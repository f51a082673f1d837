/* Messages of failed system calls, for file.c and dir.c. Private. */
#ifndef MLN_BASE_FILE_ERRNO_H
#define MLN_BASE_FILE_ERRNO_H

#include "base/err.h"

/* MLN_IO, "path: what failed: the system's reason" from errno. */
enum mln_status mln_err_errno(struct mln_err *err, const char *what, const char *path);

/* Flushes the directory that holds `path`, after a rename in it. */
enum mln_status mln_sync_parent(const char *path, struct mln_err *err) MLN_MUST_USE;

#endif
