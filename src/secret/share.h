/* A holder's share of a lock, as a text that can also be printed and typed again:
 *
 *   maillon-share 1              or, under the holder's own passphrase:  maillon-sealed-share 1
 *   lock: <16 hex>               the id of the lock it opens                 …
 *   holder: alice
 *   share: 1                     its number, from 1
 *   of: 3
 *   needed: 2
 *   value: <64 hex>                                                     sealed: <192 hex>
 *   sum: <16 hex>                first 8 bytes of BLAKE2b-256("maillon share" ‖ the lines before)
 *
 * The sum finds a slip of typing, not a forger: what shares give is checked against the lock's id.
 */
#ifndef MLN_SECRET_SHARE_H
#define MLN_SECRET_SHARE_H

#include "secret/keys.h"
#include "secret/passphrase.h"
#include "secret/shamir.h"

enum {
    MLN_SHARE_TEXT_MAX = 1024,
    MLN_HOLDER_MAX = 32,
    MLN_SHARE_SEALED_BYTES = MLN_KEY_BYTES + MLN_PASSPHRASE_EXTRA_BYTES,
};

struct mln_share {
    char lock[MLN_KEY_ID_CHARS + 1];
    char holder[MLN_HOLDER_MAX + 1]; /* letters, digits, '-', '_' and '.' */
    unsigned number, of, needed;
    bool sealed;
    unsigned char bytes[MLN_SHARE_SEALED_BYTES]; /* the first MLN_KEY_BYTES, if not sealed */
};

bool mln_holder_is_name(struct mln_str name);

/* MLN_KEY: not a whole share; `name` is for messages, which never quote the text. */
enum mln_status mln_share_parse(const char *name, struct mln_str text, struct mln_share *out,
                                struct mln_err *err) MLN_MUST_USE;
/* At the end of `out`, whose bytes the caller wipes. */
void mln_share_print(const struct mln_share *share, struct mln_buf *out);

/* Closes and opens a share under its holder's passphrase, in place. */
enum mln_status mln_share_seal(struct mln_share *share, const struct mln_passphrase *passphrase,
                               struct mln_passphrase_cost cost, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_share_unseal(struct mln_share *share, const struct mln_passphrase *passphrase,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
