/* The life of the keys of a directory: versions, rotation, destruction, opening and closing.
 *
 *            create              rotate                   destroy
 *   (none) ─────────▶ active ─────────────▶ retired ─────────────▶ destroyed
 *                        └──────────────────────────────────────────▲
 *
 * There is at most one active version. Retired ones still open the files that they closed; nothing
 * is ever made with them. Of a destroyed one only the id is left. Each step is safe against a kill:
 * done again, it ends what was begun. */
#ifndef MLN_SECRET_RING_H
#define MLN_SECRET_RING_H

#include "secret/key_file.h"
#include "secret/keys.h"

enum mln_key_state { MLN_KEY_IS_ACTIVE, MLN_KEY_IS_RETIRED, MLN_KEY_IS_DESTROYED };
extern const char *const mln_key_state_words[]; /* active retired destroyed NULL */

struct mln_key_entry {
    char name[MLN_KEY_NAME_MAX + 1];
    unsigned version; /* from 1 */
    enum mln_key_state state;
    enum mln_key_form form;
    char id[MLN_KEY_ID_CHARS + 1];
};
struct mln_key_list {
    struct mln_key_entry *entries; /* by name in byte order, then version */
    size_t n;
};
/* What the directory holds; no key is opened. `ring->lock` is not needed. */
enum mln_status mln_ring_list(const struct mln_keyring *ring, struct mln_key_list *out,
                              struct mln_err *err) MLN_MUST_USE;
void mln_key_list_release(struct mln_key_list *list);

/* A new active version; the former one (if any) is retired. `now` describes the new one. */
enum mln_status mln_ring_rotate(const struct mln_keyring *ring, const char *name,
                                struct mln_key_entry *now, struct mln_err *err) MLN_MUST_USE;

/* Destroys a version (0: the active one): its file is overwritten, removed, and its id kept.
 * `gone` describes it. MLN_BAD_INPUT: there is none, or it is destroyed already. */
enum mln_status mln_ring_destroy(const struct mln_keyring *ring, const char *name, unsigned version,
                                 struct mln_key_entry *gone, struct mln_err *err) MLN_MUST_USE;

/* Writes all keys of the directory again under another lock; `after` without bytes: in clear. A key
 * that is already under it is left. */
enum mln_status mln_ring_reseal(const struct mln_keyring *ring, const struct mln_key *after,
                                struct mln_err *err) MLN_MUST_USE;

/* Copies the active keys named (NULL-terminated) into another directory under the lock of `to`, and
 * of the other names of `all` their ids only: what a role needs, and no more. */
enum mln_status mln_ring_give(const struct mln_keyring *ring, const char *const *names,
                              const char *const *all, const struct mln_keyring *to,
                              struct mln_err *err) MLN_MUST_USE;

#endif
