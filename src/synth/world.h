/* What happened: procedures, persons, offences, the course of each author. No noise, no files.
 *
 * A procedure is a pure function of its number. Some follow the one before: same couple, same
 * home (a group, at most four, all in one shard). Numbers from MLN_SYNTH_VIRTUAL on are cases the
 * courts got from elsewhere: an affaire without a procedure. */
#ifndef MLN_SYNTH_WORLD_H
#define MLN_SYNTH_WORLD_H

#include <stdbool.h>

#include "synth/places.h"

#define MLN_SYNTH_VIRTUAL ((uint64_t)1 << 40)
#define MLN_SYNTH_FOREVER INT32_MAX /* a day that never comes */

enum { MLN_SYNTH_SHARD = 4096, MLN_SYNTH_GROUP = 4, MLN_SYNTH_PERSONS = 6, MLN_SYNTH_OFFENCES = 4 };

struct mln_synth_world {
    const struct mln_synth_profile *profile;
    const struct mln_synth_places *places;
    uint64_t seed;
    double day_factor; /* highest weight of a day in the calendar */
};

/* What decides dates, place, court and numbers: cheap, drawn again by each pass. */
struct mln_synth_core {
    uint64_t id;
    uint64_t group;  /* id of the first procedure of its group */
    uint32_t member; /* 0 for the first */
    enum mln_synth_kind kind;
    bool police;
    bool author_known;
    bool has_affaire;
    int32_t home, commune; /* of the couple, of the facts */
    int32_t unit;          /* in force on the day of recording */
    int32_t court;
    int32_t recorded, facts_first, facts_last;
    enum mln_synth_issue issue; /* in the end, whatever the observation date */
    enum mln_synth_mode mode;
    int32_t arrival, registered;
    bool sent, sent_new,
        split; /* to another court; in a new affaire; one author in a new affaire */
    int32_t sent_court, moved_on; /* day of the sending or splitting */
};

enum mln_synth_slot { /* persons of a group */
                      SLOT_VICTIM = 0,
                      SLOT_AUTHOR = 1,
                      SLOT_CHILD = 2,
                      SLOT_VICTIM_TWO = 3,
                      SLOT_OTHER_VICTIM = 4, /* + member: another partner of the same author */
                      SLOT_OTHER_AUTHOR = 8, /* + member */
                      SLOT_JUSTICE = 12,     /* + member: author known to Justice only */
                      N_SLOTS = 16
};

struct mln_synth_person {
    uint64_t id; /* group × N_SLOTS + slot: the same person wherever she appears */
    bool woman, french;
    bool legal;
    int32_t born;          /* day */
    int32_t residence;     /* commune */
    int32_t birth_commune; /* MLN_SYNTH_NO_INDEX: abroad */
    const char *birth_country, *nationality, *pcs, *situation;
    int children, siblings, rank_among_siblings;
};

struct mln_synth_role {
    struct mln_synth_person person;
    bool victim, partner;
    bool in_procedure, in_affaire; /* known to Interior, to Justice */
    const char *relation;          /* of a victim to the author */
};

struct mln_synth_offence {
    int32_t natinf; /* index */
    enum mln_synth_kind kind;
    bool attempted;
    int32_t first, last, commune;
    uint32_t victims, authors; /* bit r: the role of rank r + 1 */
};

/* The course of one author before the court. Days past the observation date are drawn too. */
struct mln_synth_verdict {
    enum mln_synth_issue issue, first_issue;
    enum mln_synth_mode mode, first_mode;
    const char *code, *first_code; /* orientation; before re-orientation */
    int32_t oriented, reoriented;  /* reoriented: MLN_SYNTH_FOREVER when not */
    int32_t settled;               /* ordonnance de règlement, else FOREVER */
    const char *settlement;
    int32_t decided, appealed;
    const char *decision, *peine, *appeal;
};

struct mln_synth_case {
    struct mln_synth_core core;
    size_t n_roles;
    struct mln_synth_role roles[MLN_SYNTH_PERSONS]; /* rank = index + 1 */
    size_t n_offences;
    struct mln_synth_offence offences[MLN_SYNTH_OFFENCES];
    struct mln_synth_verdict
        verdicts[MLN_SYNTH_PERSONS]; /* of the roles that are authors; [0] if none is known */
    bool petit_x;
};

void mln_synth_world_init(struct mln_synth_world *world, const struct mln_synth_profile *profile,
                          const struct mln_synth_places *places, uint64_t seed);

/* `id` below the number of procedures, or MLN_SYNTH_VIRTUAL + such a number. */
void mln_synth_core_draw(const struct mln_synth_world *world, uint64_t id,
                         struct mln_synth_core *out);
bool mln_synth_has_virtual(const struct mln_synth_world *world, uint64_t id);

void mln_synth_case_draw(const struct mln_synth_world *world, uint64_t id,
                         struct mln_synth_case *out);

/* A person of a case's group; `slot` as above. */
void mln_synth_person_draw(const struct mln_synth_world *world, const struct mln_synth_core *core,
                           unsigned slot, struct mln_synth_person *out);

/* The course of an author who shares, or not, the outcome of the core. */
void mln_synth_verdict_draw(const struct mln_synth_world *world, const struct mln_synth_core *core,
                            unsigned author, int32_t age, struct mln_synth_verdict *out);

/* Outcome, mode and end as known on the observation date. ISSUE_EN_COURS before orientation. */
struct mln_synth_known {
    enum mln_synth_issue issue;
    enum mln_synth_mode mode;
    int32_t oriented, ended; /* MLN_SYNTH_FOREVER: not yet */
};
struct mln_synth_known mln_synth_known_on(const struct mln_synth_verdict *verdict, int32_t day);

/* The priority rule over several authors: first outcome present; its end is the last of its
 * authors' ends; its mode that of the earliest oriented (ties: first in order). */
struct mln_synth_known mln_synth_priority(const struct mln_synth_known *known, size_t n);

int32_t mln_synth_lognormal_days(struct mln_rng *rng, struct mln_synth_lognormal law,
                                 double factor);

#endif
