/* Places and codes the generator draws from, read from the nomenclatures that travel in the
 * program: communes with their vintages, courts, units of the two forces, NATINF by kind. */
#ifndef MLN_SYNTH_PLACES_H
#define MLN_SYNTH_PLACES_H

#include "base/arena.h"
#include "base/rng.h"
#include "synth/profile.h"

enum { MLN_SYNTH_NO_INDEX = -1 };

struct mln_synth_commune {
    char code[6];
    char departement[4];
    int32_t court;            /* index of the court, by its district */
    int32_t first_old, n_old; /* in `old`: codes of the past and of delegated communes */
    int32_t first_arr, n_arr; /* in `arrondissements`: municipal ones */
    int32_t first_unit, n_units;
    bool police; /* served by the police, else by the gendarmerie */
};

struct mln_synth_unit {
    char code[8];
    bool police;
    int32_t successor; /* index, or MLN_SYNTH_NO_INDEX */
    int32_t merged_on; /* first day of the successor */
};

struct mln_synth_natinf {
    char code[8];
    const char *classe;       /* crime, delit, contravention */
    enum mln_synth_kind kind; /* KIND_OTHER outside the list of partner violence */
    bool link_required;
    int32_t place; /* in the list of partner violence, from 0; outside it: after all */
};

/* Indices of NATINF, by kind. */
struct mln_synth_codes {
    int32_t list[64];
    size_t n;
};

/* Communes to draw from, with cumulated weights. */
struct mln_synth_pool {
    int32_t *index;
    double *cum;
    size_t n;
};

struct mln_synth_places {
    struct mln_arena arena;
    struct mln_synth_commune *communes; /* the present ones that have people and a court, by code */
    size_t n_communes;
    double *people_cum;         /* of communes */
    int32_t *departement_first; /* of communes: range of its département */
    int32_t *departement_end;
    char (*old)[6];
    char (*arrondissements)[6];
    struct mln_synth_pool pools[2]; /* [0] police, [1] gendarmerie */
    char (*courts)[8];
    size_t n_courts;
    struct mln_synth_unit *units; /* codes before and after mergers */
    size_t n_units;
    double *unit_cum; /* of a commune's units: cumulated weights, restarting at each commune */
    struct mln_synth_natinf *natinf;
    size_t n_natinf;
    struct mln_synth_codes qualified[N_KINDS]; /* the NATINF states the relation */
    struct mln_synth_codes linked[N_KINDS];    /* needs the recorded link */
    struct mln_synth_codes plain;              /* outside the list */
    struct mln_synth_codes linked_all;
};

enum mln_status mln_synth_places_init(struct mln_synth_places *places,
                                      const struct mln_synth_profile *profile, uint64_t seed,
                                      struct mln_err *err) MLN_MUST_USE;
void mln_synth_places_release(struct mln_synth_places *places);

/* First index whose cumulated weight passes u × the last one. n > 0. O(log n). */
size_t mln_synth_pick(const double *cum, size_t n, double u);

const char *mln_synth_choose(const struct mln_synth_choice *choice, double u);

#endif
