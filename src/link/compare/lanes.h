/* What a vector path gives to many.c: one query over one pack. Internal to this room.
 *
 * The query is short_narrow with 1 … 64 symbols; `out` receives 32 results, those of lanes without
 * a value without meaning. Distances above `cutoff` are given as cutoff + 1. */
#ifndef MLN_LINK_COMPARE_LANES_H
#define MLN_LINK_COMPARE_LANES_H

#include "link/compare/many.h"

typedef void mln_lanes_distance(const struct mln_query *query, const struct mln_pack *pack,
                                uint32_t cutoff, uint32_t *out);

struct mln_lanes {
    mln_lanes_distance *levenshtein, *osa, *damerau, *indel;
    void (*jaro_winkler)(const struct mln_query *query, const struct mln_pack *pack,
                         const struct mln_jaro_winkler *options, double *out);
    /* Lays 32 narrow values in columns; length 0: an unused lane, whose value is not read. */
    void (*transpose)(const uint8_t *const *values, const uint8_t *length, size_t longest,
                      uint8_t *columns);
};

/* NULL where the processor lacks AVX2 or the build is for another one. */
const struct mln_lanes *mln_lanes_avx2(void);

#endif
