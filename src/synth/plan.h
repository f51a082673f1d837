/* Numbers that follow each other: of procedures in their unit and year, of affaires in their court.
 *
 * They depend on all procedures at once, hence one pass before the writing. */
#ifndef MLN_SYNTH_PLAN_H
#define MLN_SYNTH_PLAN_H

#include "synth/world.h"

/* An affaire is named by procedure × 4 + place. */
enum mln_synth_place {
    PLACE_MAIN = 0,
    PLACE_SENT = 1,
    PLACE_SPLIT = 2,
    PLACE_VIRTUAL = 3,
    N_PLACES = 4
};

struct mln_synth_plan {
    uint64_t n;
    uint32_t *numero;   /* [n] number of the procedure in its unit and year */
    uint32_t *sequence; /* [n × N_PLACES] last part of the numéro parquet; 0: none */
};

/* O(n log n) time; 100 bytes a procedure while it runs, 20 after. */
enum mln_status mln_synth_plan_make(const struct mln_synth_world *world, uint64_t n,
                                    size_t n_threads, struct mln_synth_plan *out,
                                    struct mln_err *err) MLN_MUST_USE;
void mln_synth_plan_release(struct mln_synth_plan *plan);

/* Where and when a place of a core is registered; false: there is none. */
bool mln_synth_place_of(const struct mln_synth_core *core, enum mln_synth_place place,
                        int32_t *court, int32_t *day);

#endif
