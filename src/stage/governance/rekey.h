/* Moves the pseudonymised base to another key without identity data: a copy of work/chain/base.db
 * whose pseudonyms went from one permutation to another (secret/permute.h). */
#ifndef MLN_STAGE_REKEY_H
#define MLN_STAGE_REKEY_H

#include "base/talk.h"
#include "stage/project/project.h"

struct mln_rekey_result {
    char base_id[MLN_KEY_ID_CHARS + 1];    /* of the key that closes the copy */
    char permute_id[MLN_KEY_ID_CHARS + 1]; /* of its permutation */
    uint64_t n_columns, n_pseudonyms;      /* moved; distinct ones, over all domains */
};

/* Writes `to` (which must not exist) under the key `base` of `into`; its pseudonyms, columns
 * <domain>_id, are those under the key `permute` of `into`. The base's own permutation is that of
 * the project, if it has one. Rows, their order and all other columns stay. MLN_INTERNAL when a
 * column has not as many distinct pseudonyms as before: then nothing is left at `to`. */
enum mln_status mln_rekey_base(const struct mln_project *project, const char *to,
                               const struct mln_keyring *into, struct mln_talk *talk,
                               struct mln_rekey_result *out, struct mln_err *err) MLN_MUST_USE;

#endif
