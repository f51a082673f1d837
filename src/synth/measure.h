/* What DIR's extracts and truth say, counted: the numbers behind `maillon synth --check`. */
#ifndef MLN_SYNTH_MEASURE_H
#define MLN_SYNTH_MEASURE_H

#include "synth/profile.h"

struct mln_synth_share { /* a proportion */
    double part, whole;
};

struct mln_synth_sample { /* values, for medians and means */
    float *values;
    size_t n, cap;
};

enum mln_synth_measure_sample {
    SAMPLE_DURATION,
    SAMPLE_DURATION_2018,
    SAMPLE_DURATION_2021,
    SAMPLE_CI,
    SAMPLE_COPJ,
    SAMPLE_CRPC,
    SAMPLE_ALTERNATIVE,
    SAMPLE_NON_POURSUIVABLE,
    SAMPLE_INST,
    SAMPLE_REGISTRATION,
    N_SAMPLES
};

struct mln_synth_measures {
    struct mln_synth_share match, with_affaire, women, men, french, aged_30_45, pn, gn, joined,
        split, sent, issues[N_ISSUES], prosecuted[N_KINDS], physical, correctional, guilty,
        modes[N_MODES], ci_two_days, under_12_months;
    /* sums for ratios and means */
    double victims, victim_procedures; /* of the field, found by exact keys */
    double authors, procedures, affaire_authors, affaires;
    double author_age, author_age2, n_author_age, victim_age, victim_age2, n_victim_age;
    double victims_by_year[MLN_SYNTH_MAX_YEARS];
    struct mln_synth_sample samples[N_SAMPLES]; /* days */
};

/* Reads DIR. About 100 bytes a procedure. */
enum mln_status mln_synth_measure(const char *dir, const struct mln_synth_profile *profile,
                                  struct mln_synth_measures *out, struct mln_err *err) MLN_MUST_USE;
void mln_synth_measures_release(struct mln_synth_measures *m);

#endif
