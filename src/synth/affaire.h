/* The affaires of a shard: what the courts hold of its cases, after joining, splitting and sending.
 * Still without noise. */
#ifndef MLN_SYNTH_AFFAIRE_H
#define MLN_SYNTH_AFFAIRE_H

#include "synth/plan.h"

enum {
    MLN_SYNTH_AFFAIRE_PERSONS = 24,
    MLN_SYNTH_AFFAIRE_OFFENCES = 16,
    MLN_SYNTH_AFFAIRE_SOURCES = MLN_SYNTH_GROUP
};

struct mln_synth_affaire_person { /* rank = index + 1 */
    const struct mln_synth_case *from;
    uint32_t role;
    bool duplicate; /* the same role stands at another rank */
};

struct mln_synth_affaire_offence { /* rank = index + 1 */
    const struct mln_synth_case *from;
    uint32_t offence;
};

enum mln_synth_state { STATE_ACTIVE, STATE_JOINED, STATE_SENT };

struct mln_synth_affaire {
    uint64_t slot; /* procedure × N_PLACES + place */
    enum mln_synth_place place;
    const struct mln_synth_case *source;
    int32_t court, arrival, registered;
    enum mln_synth_state state;
    bool two_courts;                  /* sent without a new affaire: a second numéro parquet */
    struct mln_synth_affaire *target; /* host or receiving affaire, or the one it was split from */
    int32_t moved_on;
    size_t n_carried; /* procedures joined whose ties, persons and offences came along */
    const struct mln_synth_case *carried[MLN_SYNTH_AFFAIRE_SOURCES];
    size_t n_persons;
    struct mln_synth_affaire_person persons[MLN_SYNTH_AFFAIRE_PERSONS];
    size_t n_offences;
    struct mln_synth_affaire_offence offences[MLN_SYNTH_AFFAIRE_OFFENCES];
};

struct mln_synth_shard {
    uint64_t first;
    size_t n_cases, n_virtual, n_affaires;
    struct mln_synth_case *cases;       /* [SHARD] then the virtual ones [SHARD] */
    struct mln_synth_affaire *affaires; /* [SHARD × N_PLACES] */
    struct mln_synth_affaire **main_of; /* [SHARD] first affaire of a case, or NULL */
    uint32_t *order;                    /* [SHARD] a permutation of the cases */
    uint32_t *affaire_order;            /* of the affaires */
};

enum mln_status mln_synth_shard_init(struct mln_synth_shard *shard,
                                     struct mln_err *err) MLN_MUST_USE;
void mln_synth_shard_release(struct mln_synth_shard *shard);

/* Draws shard number `index` of a population of n procedures; `justice`: the affaires too. */
void mln_synth_shard_draw(const struct mln_synth_world *world, uint64_t n, size_t index,
                          bool justice, struct mln_synth_shard *out);

/* Rank at the affaire of a role of a case (its first place if duplicated); 0: absent. */
uint32_t mln_synth_rank_of(const struct mln_synth_affaire *affaire,
                           const struct mln_synth_case *from, uint32_t role);

#endif
