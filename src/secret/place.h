/* Files that nobody but their holder may reach: read into locked memory, written whole with mode
 * 0600, wiped before they go. Inside of the room. */
#ifndef MLN_SECRET_PLACE_H
#define MLN_SECRET_PLACE_H

#include "base/buf.h"
#include "base/err.h"

/* A directory of mode 0700 (or stricter), made if `make`. MLN_KEY otherwise. */
enum mln_status mln_place_check_dir(const char *dir, bool make, struct mln_err *err) MLN_MUST_USE;

/* The whole file into locked memory (*text is freed by sodium_free), at most `cap` bytes. MLN_KEY
 * with *found false: it is not there; MLN_KEY: not a file, open to others; MLN_IO. Links are not
 * followed. */
enum mln_status mln_place_read(const char *path, size_t cap, char **text, size_t *n, bool *found,
                               struct mln_err *err) MLN_MUST_USE;

/* Written aside in `dir`, flushed, and given its name; `replace` false: MLN_KEY if it is taken. */
enum mln_status mln_place_write(const char *dir, const char *path, struct mln_str text,
                                bool replace, struct mln_err *err) MLN_MUST_USE;

/* Overwrites the bytes of an open file with random ones and flushes them. A disk that writes
 * elsewhere (SSD, copy on write, journalled data) may keep the former ones: docs/secrecy.md. */
enum mln_status mln_place_wipe(int fd, const char *path, struct mln_err *err) MLN_MUST_USE;

/* Wipes and removes; links are removed, not followed. */
enum mln_status mln_place_remove(const char *path, struct mln_err *err) MLN_MUST_USE;

enum mln_status mln_place_sync_dir(const char *dir, struct mln_err *err) MLN_MUST_USE;

#endif
