/* Where EM starts from: a function of the number of the start and of the seed. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "link/train/em_data.h"

/* m of a start: `first` at the first level, the rest halved from level to level. */
static void start_ladder(double *m, size_t n_levels, double first) {
    double sum = 0;
    for (size_t l = 1; l < n_levels; l++) {
        sum += ldexp(1, -(int)l);
    }
    m[0] = first;
    for (size_t l = 1; l < n_levels; l++) {
        m[l] = (1 - first) * ldexp(1, -(int)l) / sum;
    }
}

void em_pooled_levels(const struct em_data *data, double *out) {
    double count[EM_TERMS] = {0};
    for (size_t r = 0; r < data->n_sessions; r++) {
        const struct em_table *t = &data->sessions[r];
        for (size_t i = 0; i < t->n; i++) {
            for (uint32_t k = t->start[i]; k < t->start[i + 1]; k++) {
                count[t->terms[k]] += t->count[i];
            }
        }
    }
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        em_levels(count + c * MLN_LEVELS_MAX, 1, data->options->n_levels[c], NULL,
                  out + c * MLN_LEVELS_MAX);
    }
}

static void hold(const double *fixed, const struct mln_em_options *o, double *out) {
    for (size_t c = 0; fixed != NULL && c < o->n_comparisons; c++) {
        double *const p = out + c * MLN_LEVELS_MAX;
        double now[MLN_LEVELS_MAX];
        memcpy(now, p, sizeof now);
        em_levels(now, 0, o->n_levels[c], fixed + c * MLN_LEVELS_MAX, p);
    }
}

static void take_given(const double *given, const struct mln_em_options *o, double *out) {
    for (size_t c = 0; given != NULL && c < o->n_comparisons; c++) {
        bool whole = true;
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            whole = whole && given[c * MLN_LEVELS_MAX + l] > 0;
        }
        if (whole) {
            em_levels(given + c * MLN_LEVELS_MAX, 0, o->n_levels[c], NULL,
                      out + c * MLN_LEVELS_MAX);
        }
    }
}

void em_start(const struct em_data *data, size_t start, struct em_params *p) {
    static const double first[] = {0.9, 0.7, 0.95};
    static const double lambda[] = {0.2, 0.02, 0.6};
    const struct mln_em_options *o = data->options;
    struct mln_rng rng;
    mln_rng_init(&rng, o->training->seed, 0x454D7374 /* "EMst" */, start);
    memset(p, 0, sizeof *p);
    for (size_t c = 0; c < o->n_comparisons; c++) {
        start_ladder(p->m + c * MLN_LEVELS_MAX, o->n_levels[c],
                     start < 3 ? first[start] : 0.5 + 0.49 * mln_rng_unit(&rng));
    }
    for (size_t r = 0; r < data->n_sessions; r++) {
        p->lambda[r] = start < 3 ? lambda[start] : 0.01 + 0.9 * mln_rng_unit(&rng);
        p->lambda[r] = isnan(data->lambda_fixed[r]) ? p->lambda[r] : data->lambda_fixed[r];
    }
    em_pooled_levels(data, p->u);
    if (start == 0) {
        take_given(o->m_start, o, p->m);
        take_given(o->u_start, o, p->u);
    }
    hold(o->m_fixed, o, p->m);
    hold(o->u_fixed, o, p->u);
    if (data->random.n > 0) {
        em_u_from_random(data, 0, p);
    }
}
