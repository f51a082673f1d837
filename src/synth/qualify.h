/* How the courts qualify an offence along the way: on entry, at orientation, at judgment. */
#ifndef MLN_SYNTH_QUALIFY_H
#define MLN_SYNTH_QUALIFY_H

#include "synth/world.h"

struct mln_synth_qualification { /* indices of NATINF */
    int32_t entered;             /* the code that Justice enters first */
    int32_t oriented;            /* at orientation; the same unless `requalified` */
    int32_t judged;              /* by the judgment, if the offence is retained */
    bool requalified;            /* at orientation */
};

/* The codes of offence number `offence` of a case, whichever affaire it stands in and whether or
 * not the affaire goes that far. Reads the case's number and the offence's code only. */
struct mln_synth_qualification mln_synth_qualify(const struct mln_synth_world *world,
                                                 const struct mln_synth_case *c, size_t offence);

/* Whether one of the authors is oriented on the observation date; whether one is found guilty. */
bool mln_synth_is_oriented(const struct mln_synth_world *world, const struct mln_synth_case *c);
bool mln_synth_is_guilty(const struct mln_synth_world *world, const struct mln_synth_case *c);

#endif
