/* Folders of results: listing, and copying the report's folder into out/ without half-written
 * states. */
#ifndef MLN_STAGE_PUBLISH_H
#define MLN_STAGE_PUBLISH_H

#include "base/arena.h"
#include "base/err.h"

/* Paths of the regular files of `dir` whose name ends in `suffix`, sorted by name; in the arena.
 * A missing folder is an error; symbolic links are not followed. */
enum mln_status mln_dir_list(struct mln_arena *arena, const char *dir, const char *suffix,
                             const char ***paths, size_t *n, struct mln_err *err) MLN_MUST_USE;

/* Copies `from`/report.html and `from`/tables/ into `to`: each is replaced whole. Other entries of
 * `to` are left alone. */
enum mln_status mln_publish(const char *from, const char *to, struct mln_err *err) MLN_MUST_USE;

#endif
