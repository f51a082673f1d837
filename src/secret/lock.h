/* What opens a key directory whose keys are sealed: one lock (a 256-bit key of its own), itself
 * closed under a passphrase, or split between holders. In the file `lock` of the directory:
 *
 *   maillon-lock 1                      maillon-lock 1
 *   id: <16 hex>                        id: <16 hex>
 *   kind: passphrase                    kind: shares
 *   sealed: <192 hex>                   needed: 2
 *                                       holders: alice bob carol
 *
 * With shares, nothing in the directory opens it: at least two holders must each bring theirs. What
 * they give together is checked against the id. */
#ifndef MLN_SECRET_LOCK_H
#define MLN_SECRET_LOCK_H

#include "secret/share.h"

enum mln_lock_kind { MLN_LOCK_NONE, MLN_LOCK_PASSPHRASE, MLN_LOCK_SHARES };
enum {
    MLN_LOCK_TEXT_MAX = 2048,
    MLN_LOCK_SEALED_BYTES = MLN_KEY_BYTES + MLN_PASSPHRASE_EXTRA_BYTES
};

struct mln_lock {
    enum mln_lock_kind kind;
    char id[MLN_KEY_ID_CHARS + 1];
    unsigned char sealed[MLN_LOCK_SEALED_BYTES]; /* passphrase */
    unsigned needed, n_holders;                  /* shares */
    char holders[MLN_SHAMIR_MAX_SHARES][MLN_HOLDER_MAX + 1];
};

enum mln_status mln_lock_parse(const char *name, struct mln_str text, struct mln_lock *out,
                               struct mln_err *err) MLN_MUST_USE;
void mln_lock_print(const struct mln_lock *lock, struct mln_buf *out);

/* The file of a directory; without one, kind MLN_LOCK_NONE. */
enum mln_status mln_lock_read(const char *dir, struct mln_lock *out, struct mln_err *err)
    MLN_MUST_USE;
/* Writes it, or removes it for MLN_LOCK_NONE. The keys are (un)sealed by the caller: ring.h. */
enum mln_status mln_lock_write(const char *dir, const struct mln_lock *lock, struct mln_err *err)
    MLN_MUST_USE;

/* Opens the lock. MLN_KEY: the wrong passphrase; too few shares, shares of another lock, the same
 * one twice, a sealed one, or wrong ones. */
enum mln_status mln_lock_open(const struct mln_lock *lock, const struct mln_passphrase *passphrase,
                              struct mln_key *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_lock_join(const struct mln_lock *lock, const struct mln_share *shares, size_t n,
                              struct mln_key *out, struct mln_err *err) MLN_MUST_USE;

/* Closes an open lock anew. `shares` receives one a holder, in their order. */
enum mln_status mln_lock_close(const struct mln_key *key, const struct mln_passphrase *passphrase,
                               struct mln_passphrase_cost cost, struct mln_lock *out,
                               struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_lock_split(const struct mln_key *key, const struct mln_str *holders, size_t n,
                               unsigned needed, struct mln_lock *out, struct mln_share *shares,
                               struct mln_err *err) MLN_MUST_USE;

#endif
