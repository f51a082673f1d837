/* The study: one YAML file that says which victims are counted, how an outcome follows from the
 * acts, and which tables are made. Another study needs no code. Worked example, every key
 * explained: models/study/violences-conjugales.yaml.
 *
 * Tables are counts of rows of the base, by variables out of a fixed list of columns
 * (mln_study_columns); nothing of the file is ever pasted into SQL but these names. */
#ifndef MLN_STAGE_STUDY_FILE_H
#define MLN_STAGE_STUDY_FILE_H

#include "base/yaml.h"
#include "protect/table.h"

struct mln_label {
    const char *fr;
    const char *en;
};

/* Which rows a table counts. */
enum mln_study_source {
    MLN_FROM_VICTIMS,    /* base.chaine_victime */
    MLN_FROM_PROCEDURES, /* base.chaine_procedure */
    MLN_FROM_ANOMALIES,  /* base.anomalie: acts that do not fit the grammar */
    MLN_FROM_LEDGER,  /* base.rapprochement: what each ministry counts, and how the counts meet */
    MLN_FROM_FLOWS,   /* base.flux: stocks and flows of the stages by year */
    MLN_FROM_PERSONS, /* base.personne: who is known, once a role, with the way to a second
                         procedure */
    MLN_FROM_MEMBERS, /* base.participation: persons of the procedures of the field, a row a
                         procedure */
    MLN_FROM_FUNNEL,  /* the steps from rows read to outcomes, one dimension */
};

struct mln_study_column {
    const char *name;
    bool of[MLN_FROM_FUNNEL]; /* indexed by mln_study_source */
};
extern const struct mln_study_column mln_study_columns[];
extern const size_t mln_study_column_count;

/* A value of the column and the category it falls in. */
struct mln_study_member {
    const char *code;
    uint32_t category;
};

struct mln_study_variable {
    const char *name;
    const char *column; /* one of mln_study_columns */
    struct mln_label label;
    struct mln_label missing; /* label of "NR" */
    bool no_total;            /* its categories do not add up to anything */
    /* Categories in their order: as listed, or one an interval of cuts. None: those observed,
     * sorted. Values outside the list are counted in a category "NR" that appears if needed. */
    size_t n_categories;
    const char *const *codes;
    const struct mln_label *labels;
    size_t n_members; /* of listed categories: one or more a category */
    const struct mln_study_member *members;
    size_t n_cuts; /* category i of a cut variable: cuts[i] <= value < cuts[i + 1] */
    const int32_t *cuts;
    const char *nomenclature; /* gives the labels of observed codes; NULL: the code itself */
};

struct mln_study_filter {
    const char *column;
    const char *const *codes;
    size_t n_codes;
};

enum mln_study_measure_kind {
    MLN_STUDY_SHARE,
    MLN_STUDY_QUANTILE,        /* of the durations that ended (src/stats/quantile.h) */
    MLN_STUDY_MEAN,            /* of the durations that ended */
    MLN_STUDY_KAPLAN,          /* a quantile that takes the running durations into account (km.h) */
    MLN_STUDY_RESTRICTED_MEAN, /* mean duration up to `horizon`, running ones counted (rmean.h) */
    MLN_STUDY_INCIDENCE, /* of the units of a whole line of `share_of`, the share that ended in this
                            category by `horizon` days (aalen_johansen.h); en_cours: that run then
                          */
    MLN_STUDY_BAND,      /* an end of the band of linkage error of a share (bands.h), or its middle:
                            the share weighted for the missing */
    MLN_STUDY_RATE,      /* an end of the interval of 95 % of a share (Wilson) */
    MLN_STUDY_DIFFERENCE, /* MLN_MEASURE_STD_DIFF between the first two categories of share_of */
    MLN_STUDY_BOUNDS,    /* a worst case of a share, whatever the unlinked are (bands_bounds.h) */
    MLN_STUDY_GRAY,      /* of Gray's test that the categories of the other dimension end alike, by
                            category of `share_of` (gray.h): its `part` */
};

struct mln_study_measure {
    enum mln_study_measure_kind kind;
    const char *name;
    struct mln_label label;
    size_t share_of;            /* SHARE, INCIDENCE, BAND, GRAY: dimension */
    enum mln_measure_kind part; /* GRAY: CHI2, DEGREES or P_VALUE */
    uint32_t per_mille;         /* QUANTILE, KAPLAN */
    int32_t horizon;            /* RESTRICTED_MEAN, INCIDENCE: days */
    int bound; /* KAPLAN, RESTRICTED_MEAN, INCIDENCE: 0 the estimate, -1 and +1 the ends of its
                  interval of 95 %; BAND: -1 or +1 */
};

struct mln_study_table {
    const char *name;
    struct mln_label title, unit, note; /* note.fr NULL: none */
    enum mln_study_source from;
    enum mln_view view;
    bool detail;
    size_t n_filters;
    const struct mln_study_filter *filters;
    size_t n_dimensions;
    const struct mln_study_variable *const *dimensions;
    size_t n_measures;
    const struct mln_study_measure *measures;
    /* MLN_FROM_FUNNEL */
    struct mln_label step_label;
    const struct mln_label *steps; /* MLN_STEP_COUNT labels, NULL texts: the step is not shown */
};

/* Steps of the funnel, in their order. */
enum mln_study_step {
    MLN_STEP_ROWS_READ,
    MLN_STEP_ROWS_ACCEPTED,
    MLN_STEP_PROCEDURES,
    MLN_STEP_PROCEDURES_LINKED,
    MLN_STEP_VICTIMS,
    MLN_STEP_VICTIMS_FIELD,
    MLN_STEP_VICTIMS_LINKED,
    MLN_STEP_VICTIMS_ORIENTED,
    MLN_STEP_VICTIMS_ENDED,
};
enum { MLN_STEP_COUNT = MLN_STEP_VICTIMS_ENDED + 1 };
extern const char *const mln_study_step_words[]; /* NULL-terminated */

/* Outcome words, in the order of docs/architecture.md. */
enum { MLN_ISSUE_COUNT = 6 };
extern const char *const mln_issue_words[];

/* How the error of linkage is carried into shares: bands.h. */
enum { MLN_STUDY_MAX_STRATA = 4 };
struct mln_study_link_error {
    uint32_t n_draws;
    uint64_t seed;
    double level;
    const char *strata[MLN_STUDY_MAX_STRATA]; /* columns of victims, the one given up first last */
    size_t n_strata;
    uint64_t min_matched; /* post_strata.h */
    double max_weight;
    int32_t late_days; /* of the acts of the last days up to the observation date, */
    double late_share; /* the share that is not entered yet */
};

struct mln_study {
    const char *name;
    /* the field */
    const char *natinf;        /* nomenclature: code, genre, lien_requis, debut, fin */
    const char *relation;      /* nomenclature: code, partenaire */
    const char *const *genres; /* the first one present is a victim's kind of violence */
    size_t n_genres;
    int32_t age_min;
    bool keeps_unknown_age; /* else who may be younger than age_min is left out */
    int32_t recorded_from, recorded_to;
    /* the class of offences, for requalifications */
    const char *classes;      /* nomenclature: code (NATINF), class_column, debut, fin; NULL: none */
    const char *class_column;
    /* the outcome */
    const char *events;                    /* nomenclature: code, type, issue, mode, debut, fin */
    const char *priority[MLN_ISSUE_COUNT]; /* every outcome word, highest priority first */
    const char *const *modes;              /* modes of prosecution: order between equal days */
    size_t n_modes;
    const char *const *ends; /* acts that end a prosecution, highest priority first */
    size_t n_ends;
    const char *const *guilty; /* among them, those that are a guilty verdict */
    size_t n_guilty;
    bool whole_affaires; /* authors: all those of an affaire linked to one procedure alone */
    bool ends_with_last; /* the chain ends with the last author's end, else with the first */
    struct mln_study_link_error link_error;
    bool has_bands; /* of some table */
    /* the tables */
    size_t n_variables;
    const struct mln_study_variable *variables;
    size_t n_tables;
    const struct mln_study_table *tables;
};

/* Reads and checks the text of a study; everything in the arena. */
enum mln_status mln_study_parse(struct mln_arena *arena, const char *file, struct mln_str text,
                                struct mln_study *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_study_read(struct mln_arena *arena, const char *path, struct mln_study *out,
                               struct mln_err *err) MLN_MUST_USE;

#endif
