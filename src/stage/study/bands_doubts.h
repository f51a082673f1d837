/* What is not sure in a base: doubtful links, victims who may be of the field, unlinked procedures
 * that may have an affaire, victims who may be of a graver kind (sql/chain/incertitude.sql), as the
 * units of stats/link_band.h. Private to bands.c. */
#ifndef MLN_STAGE_BANDS_DOUBTS_H
#define MLN_STAGE_BANDS_DOUBTS_H

#include "engine/engine.h"
#include "stats/link_band.h"

enum mln_doubt {
    MLN_DOUBT_LINK,
    MLN_DOUBT_FIELD,    /* belongs to the field */
    MLN_DOUBT_VIOLENCE, /* is of a graver kind of violence */
    MLN_DOUBT_MISSING,  /* has an affaire that was not found */
    MLN_DOUBT_KINDS
};

struct mln_doubts {
    size_t n, cap;
    size_t first[MLN_DOUBT_KINDS + 1]; /* units of a kind, by procedure */
    int64_t *procedure;                /* n, increasing within a kind */
    uint64_t *key;                     /* n: of the procedure's pseudonym and the kind */
    double *prob;
    uint32_t *rate;
    size_t n_rates, cap_rates;
    struct mln_band_rate *rates;
};

/* Reads them into a zeroed one. Release it in any case. */
enum mln_status mln_doubts_read(struct mln_doubts *d, struct mln_engine *e, const char *base,
                                struct mln_err *err) MLN_MUST_USE;
void mln_doubts_release(struct mln_doubts *d);

/* The unit of a procedure; MLN_BAND_SURE where it has none of this kind. O(log n). */
uint32_t mln_doubts_find(const struct mln_doubts *d, enum mln_doubt kind, int64_t procedure);

#endif
