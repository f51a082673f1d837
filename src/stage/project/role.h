/* Who may do what: the roles, their stages and their keys. A role's key directory holds its keys
 * and the ids of the others (`maillon key give`); what it lacks it cannot open, whatever it is
 * told.
 *
 *   linker      ingest, link-chain    id content pivot procedure affaire personne unite permute
 *   analyst     chain, study          content pivot base study
 *   publisher   protect, report       study publish
 *   security    none: keys, journal, purge, notice
 *
 * Every role has a journal key of its own. Without a role, one user with all keys does everything.
 */
#ifndef MLN_STAGE_ROLE_H
#define MLN_STAGE_ROLE_H

#include <stdbool.h>

#include "base/err.h"

enum mln_role { MLN_ROLE_NONE, MLN_LINKER, MLN_ANALYST, MLN_PUBLISHER, MLN_SECURITY };

/* The word of a role; "" for MLN_ROLE_NONE. */
const char *mln_role_word(enum mln_role role);
/* NULL: MLN_ROLE_NONE. */
enum mln_status mln_role_from_word(const char *word, enum mln_role *out, struct mln_err *err)
    MLN_MUST_USE;

/* Names of its keys, without the journal's; NULL-terminated. All of them for MLN_ROLE_NONE. */
const char *const *mln_role_keys(enum mln_role role);

#endif
