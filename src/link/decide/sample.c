/* A clerical sample: stratified by weight, drawn by a number of each pair's own. */
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "link/decide/threshold.h"

struct drawn {
    size_t stratum;
    uint64_t draw, key;
    size_t pair;
};

static int by_stratum_and_draw(const void *a, const void *b) {
    const struct drawn *x = a;
    const struct drawn *y = b;
    if (x->stratum != y->stratum) {
        return x->stratum < y->stratum ? -1 : 1;
    }
    if (x->draw != y->draw) {
        return x->draw < y->draw ? -1 : 1;
    }
    return (x->key > y->key) - (x->key < y->key);
}

static size_t list_pairs(const double *weight_log2, const uint64_t *key, size_t n,
                         const struct mln_sample_options *o, struct drawn *all) {
    size_t n_all = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(weight_log2[i] >= o->low_log2 && weight_log2[i] <= o->high_log2)) {
            continue;
        }
        const double at = (weight_log2[i] - o->low_log2) / (o->high_log2 - o->low_log2);
        const double stratum = at >= 0 ? at * (double)o->n_strata : 0; /* NaN: low is high */
        struct mln_rng rng;
        mln_rng_init(&rng, o->seed, 0x636C6572 /* "cler" */, key[i]);
        all[n_all++] =
            (struct drawn){stratum < (double)o->n_strata ? (size_t)stratum : o->n_strata - 1,
                           mln_rng_u64(&rng), key[i], i};
    }
    qsort(all, n_all, sizeof *all, by_stratum_and_draw);
    return n_all;
}

struct stratum {
    size_t pairs, take;
    double doubt; /* pairs × sqrt(p (1 - p)) */
};

/* Two each, the rest where the doubt is; what a stratum cannot take goes to the next one. */
static void allot(struct stratum *strata, size_t n_strata, size_t n_pairs) {
    double doubt = 0;
    size_t left = n_pairs;
    for (size_t s = 0; s < n_strata; s++) {
        const size_t two = strata[s].pairs < 2 ? strata[s].pairs : 2;
        strata[s].take = two < left ? two : left;
        left -= strata[s].take;
        doubt += strata[s].doubt;
    }
    const size_t to_share = left;
    for (size_t s = 0; s < n_strata && doubt > 0; s++) {
        const size_t share = (size_t)((double)to_share * strata[s].doubt / doubt);
        const size_t room = strata[s].pairs - strata[s].take;
        size_t more = share < room ? share : room;
        more = more < left ? more : left;
        strata[s].take += more;
        left -= more;
    }
    for (size_t s = n_strata; s-- > 0 && left > 0;) {
        const size_t room = strata[s].pairs - strata[s].take;
        const size_t more = room < left ? room : left;
        strata[s].take += more;
        left -= more;
    }
}

static void count_strata(const struct drawn *all, size_t n_all, const struct mln_sample_options *o,
                         struct stratum *strata) {
    for (size_t i = 0; i < n_all; i++) {
        strata[all[i].stratum].pairs++;
    }
    for (size_t s = 0; s < o->n_strata; s++) {
        const double middle =
            o->low_log2 + (o->high_log2 - o->low_log2) * ((double)s + 0.5) / (double)o->n_strata;
        const double p = 1 / (1 + exp2(-middle));
        strata[s].doubt = (double)strata[s].pairs * sqrt(p * (1 - p));
    }
}

enum mln_status mln_clerical_sample(const double *weight_log2, const uint64_t *key, size_t n,
                                    const struct mln_sample_options *options,
                                    struct mln_sampled *out, size_t *n_out, struct mln_err *err) {
    *n_out = 0;
    if (options->n_strata == 0 || !(options->low_log2 <= options->high_log2) ||
        isinf(options->low_log2) || isinf(options->high_log2)) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "clerical sample: needs at least one stratum between two finite weights");
    }
    enum mln_status status = MLN_OK;
    struct drawn *all = malloc((n + 1) * sizeof *all);
    struct stratum *strata = calloc(options->n_strata, sizeof *strata);
    if (all == NULL || strata == NULL) {
        status = mln_err_nomem(err, "the clerical sample");
        goto done;
    }
    const size_t n_all = list_pairs(weight_log2, key, n, options, all);
    count_strata(all, n_all, options, strata);
    allot(strata, options->n_strata, options->n_pairs);
    size_t at = 0;
    for (size_t s = 0; s < options->n_strata; s++) {
        for (size_t k = 0; k < strata[s].take; k++) {
            out[(*n_out)++] = (struct mln_sampled){
                all[at + k].pair, s, (double)strata[s].pairs / (double)strata[s].take};
        }
        at += strata[s].pairs;
    }
done:
    free(all);
    free(strata);
    return status;
}
