/* The key directory: one 256-bit random key a file, held in locked memory while used.
 *
 *   keys/<name>.key     name of a zone (id, content, base) or of a pseudonym domain (procedure,
 *                       affaire, personne, unite, …); a text file:
 *                         maillon-key 1
 *                         id: <16 hex: first 8 bytes of BLAKE2b-256("maillon key id" ‖ key)>
 *                         key: <64 hex>
 *
 * Files are made with mode 0600 in a directory of mode 0700; wider modes are refused on reading.
 * Only key ids appear in manifests, journals and messages. */
#ifndef MLN_SECRET_KEYS_H
#define MLN_SECRET_KEYS_H

#include "base/err.h"
#include "base/str.h"

enum { MLN_KEY_BYTES = 32, MLN_KEY_ID_CHARS = 16 };

struct mln_key {
    unsigned char *bytes; /* MLN_KEY_BYTES in locked, guarded memory; wiped on release */
    char id[MLN_KEY_ID_CHARS + 1];
};

/* Starts libsodium. Loading and making keys do it too; whoever has bytes of a key from elsewhere
 * calls it first (locked memory aborts the program otherwise). Any number of times, any thread. */
enum mln_status mln_secret_init(struct mln_err *err) MLN_MUST_USE;

/* Creates `dir/name.key`; refuses to replace one. `name`: letters, digits, '-' and '_'. */
enum mln_status mln_key_create(const char *dir, const char *name, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_key_load(const char *dir, const char *name, struct mln_key *out,
                             struct mln_err *err) MLN_MUST_USE;
void mln_key_release(struct mln_key *key);

/* The keys a project needs, in the order `maillon key new` makes them; NULL-terminated. */
extern const char *const mln_key_names[];

#endif
