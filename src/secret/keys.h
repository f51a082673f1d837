/* The key directory: one 256-bit random key a file, held in locked memory while used.
 *
 *   keys/<name>.key             the active key of a zone (id, content, pivot, base, study,
 * publish), of a domain of pseudonyms (procedure, affaire, personne, unite), of the journal (its
 * signature) or of the permutation (permute) keys/<name>.<version>.key   a former version: retired,
 * or destroyed (ring.h) keys/lock                   how the directory is opened, if its keys are
 * sealed (lock.h)
 *
 * A key file is a text (key_file.h): the key itself; or the key sealed under the directory's lock;
 * or its id only, where another role holds the key; or its id only, because it was destroyed.
 *
 * Files are made with mode 0600 in a directory of mode 0700; wider modes are refused on reading,
 * and so are links. Only key ids appear in manifests, journals and messages. */
#ifndef MLN_SECRET_KEYS_H
#define MLN_SECRET_KEYS_H

#include "base/err.h"
#include "base/str.h"

enum { MLN_KEY_BYTES = 32, MLN_KEY_ID_CHARS = 16, MLN_KEY_NAME_MAX = 64 };

struct mln_key {
    unsigned char *bytes; /* MLN_KEY_BYTES in locked, guarded memory; wiped on release */
    char id[MLN_KEY_ID_CHARS + 1];
};

/* Starts libsodium. Loading and making keys do it too; whoever has bytes of a key from elsewhere
 * calls it first (locked memory aborts the program otherwise). Any number of times, any thread. */
enum mln_status mln_secret_init(struct mln_err *err) MLN_MUST_USE;

/* Locked, guarded memory for secrets: not swapped, not in a core file; wiped when freed. NULL: no
 * memory. mln_wipe overwrites memory of any sort, and is not optimised away. */
void *mln_locked_alloc(size_t n);
void mln_locked_free(void *p); /* NULL is fine */
void mln_wipe(void *p, size_t n);

/* The directory and what opens it. `lock` without bytes: clear keys only. */
struct mln_keyring {
    const char *dir; /* borrowed */
    struct mln_key lock;
};
void mln_keyring_release(struct mln_keyring *ring); /* wipes the lock */

/* The active key. MLN_KEY, with what to do: it is not there, destroyed, held by another role,
 * sealed under a lock that is not open, damaged, or open to others. */
enum mln_status mln_keyring_load(const struct mln_keyring *ring, const char *name,
                                 struct mln_key *out, struct mln_err *err) MLN_MUST_USE;
/* A version of it, from 1; 0: the active one. */
enum mln_status mln_keyring_load_version(const struct mln_keyring *ring, const char *name,
                                         unsigned version, struct mln_key *out, struct mln_err *err)
    MLN_MUST_USE;
/* The id of the active key, whoever holds the key itself. */
enum mln_status mln_keyring_id(const struct mln_keyring *ring, const char *name,
                               char out[MLN_KEY_ID_CHARS + 1], struct mln_err *err) MLN_MUST_USE;

/* Whether there is an active key of that name, or its id. */
bool mln_keyring_has(const struct mln_keyring *ring, const char *name);

/* Whether the key itself is there, in clear or sealed: not its id only. */
bool mln_keyring_holds(const struct mln_keyring *ring, const char *name);

/* Creates `<name>.key`, sealed if the lock is open; refuses to replace one. `name`: letters,
 * digits,
 * '-' and '_'. */
enum mln_status mln_keyring_create(const struct mln_keyring *ring, const char *name,
                                   struct mln_err *err) MLN_MUST_USE;

/* The same for a directory of clear keys. */
enum mln_status mln_key_create(const char *dir, const char *name, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_key_load(const char *dir, const char *name, struct mln_key *out,
                             struct mln_err *err) MLN_MUST_USE;
void mln_key_release(struct mln_key *key);

/* A key of random bytes, in locked memory only. */
enum mln_status mln_key_random(struct mln_key *out, struct mln_err *err) MLN_MUST_USE;

/* The keys a project needs, in the order `maillon key new` makes them; NULL-terminated. */
extern const char *const mln_key_names[];

#endif
