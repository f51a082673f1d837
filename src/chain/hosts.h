/* Where the affaires of a procedure really are: following jonctions, transmissions, disjonctions.
 *
 * A tie of kind *move* (jonction, transmission) says that an affaire goes on in another one; a tie
 * of kind *split* (disjonction) that a part of it goes on in another one while the rest stays.
 * The hosts of an affaire are the affaires whose acts tell its outcome:
 *
 *      A ─move▶ B ─move▶ C        hosts of A: C          an affaire that moved is no host
 *      A ─split▶ D ─move▶ C       hosts of A: A, C       a split one is, with what was split off
 *      A ─move▶ B ─move▶ A        hosts of A: A, B       a cycle with no way out hosts itself
 *
 * In words: the affaires reachable from A by ties of any kind that are *resident*: none of the
 * affaires reachable from them by moves alone lies outside their own cycle of moves. Every affaire
 * has at least one host. The answer does not depend on the order of the ties, nor do doubled ties
 * change it.
 *
 * Cycles do not exist in law; they come from keying errors. They are counted, never followed twice.
 */
#ifndef MLN_CHAIN_HOSTS_H
#define MLN_CHAIN_HOSTS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum mln_tie_kind { MLN_TIE_MOVE, MLN_TIE_SPLIT };

struct mln_tie {
    int64_t from;
    int64_t to;
    enum mln_tie_kind kind;
};

struct mln_host {
    int64_t affaire;
    int64_t host;
};

struct mln_hosts {
    struct mln_host *pairs; /* every affaire of a tie × its hosts, sorted by (affaire, host) */
    size_t n_pairs;
    size_t n_affaires; /* distinct affaires in the ties */
    size_t n_moved;    /* of them, those that are not their own only host */
    size_t n_cycles;   /* cycles of moves (a tie of an affaire to itself is one) */
    size_t n_in_cycle; /* affaires in them */
};

/* Ties may come in any order. The result lives in the arena. MLN_BAD_INPUT when there would be more
 * than max_pairs pairs (memory stays bounded whatever the ties). O(t log t + pairs), no recursion.
 */
enum mln_status mln_hosts_find(struct mln_arena *arena, const struct mln_tie *ties, size_t n_ties,
                               size_t max_pairs, struct mln_hosts *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
