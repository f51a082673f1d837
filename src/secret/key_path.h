/* Names and texts of key files, shared by keys.c and ring.c. Inside of the room. */
#ifndef MLN_SECRET_KEY_PATH_H
#define MLN_SECRET_KEY_PATH_H

#include "base/buf.h"
#include "secret/keys.h"

/* "dir/name.key", or "dir/name.version.key" when version is not 0. */
enum mln_status mln_key_path(const char *dir, const char *name, unsigned version,
                             struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;

/* The text of a key file for these bytes, in locked memory: sealed if the ring's lock is open.
 * *text is freed by sodium_free. */
enum mln_status mln_key_render(const struct mln_keyring *ring, const char *name,
                               const unsigned char *bytes, char **text, size_t *n,
                               struct mln_err *err) MLN_MUST_USE;

#endif
