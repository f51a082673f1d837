/* The profile of a synthetic population: every number the generator uses.
 *
 * Read from YAML (models/synth/default.yaml is the manual of the words). A profile with
 * `base: NAME` starts from the shipped profile NAME and says only what changes; one without must
 * say everything. Refused with file:line:column: unknown words, absent words, values out of
 * range, lists of the wrong length, codes unknown to their nomenclature. */
#ifndef MLN_SYNTH_PROFILE_H
#define MLN_SYNTH_PROFILE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { MLN_SYNTH_MAX_YEARS = 20, MLN_SYNTH_MAX_CHOICES = 64 };

/* Kinds of violence, gravest first: a victim's kind is the first of those she suffered. */
enum mln_synth_kind {
    KIND_HOMICIDE,
    KIND_VIOL,
    KIND_PHYSIQUE,
    KIND_SEXUELLE,
    KIND_MENACES,
    KIND_HARCELEMENT,
    KIND_PSYCHOLOGIQUE,
    KIND_VIE_PRIVEE,
    N_KINDS,
    KIND_OTHER = N_KINDS, /* not partner violence */
    N_KINDS_AND_OTHER
};
/* Outcomes in the order of the priority rule: the first present among her authors is hers. */
enum mln_synth_issue {
    ISSUE_POURSUITES,
    ISSUE_COMPOSITION,
    ISSUE_ALTERNATIVE,
    ISSUE_INOPPORTUNITE,
    ISSUE_NON_POURSUIVABLE,
    ISSUE_EN_COURS,
    N_ISSUES,
    ISSUE_NONE = N_ISSUES
};
enum mln_synth_mode {
    MODE_CI,
    MODE_CDIFF,
    MODE_COPJ,
    MODE_CPVCJ,
    MODE_CRPC,
    MODE_OP,
    MODE_CD,
    MODE_JE,
    MODE_TP,
    MODE_INST,
    N_MODES,
    MODE_NONE = N_MODES
};
enum mln_synth_side { SIDE_PN, SIDE_GN, SIDE_JUSTICE, N_SIDES };
/* Columns that may be missing in a person, procedure or offence. */
enum mln_synth_column {
    COL_DATE_NAISSANCE,
    COL_SEXE,
    COL_COMMUNE_RESIDENCE,
    COL_COMMUNE_NAISSANCE,
    COL_PAYS_NAISSANCE,
    COL_NATIONALITE,
    COL_PROFESSION,
    COL_SITUATION_FAMILLE,
    COL_NB_ENFANTS,
    COL_FRATRIE,
    COL_LIEN_AUTEUR,
    COL_DATE_FAITS,
    COL_DATE_FAITS_FIN,
    COL_COMMUNE_FAITS,
    COL_DATE_TRANSMISSION,
    COL_JURIDICTION,
    N_COLUMNS
};

extern const char *const mln_synth_kind_words[];
extern const char *const mln_synth_issue_words[];
extern const char *const mln_synth_mode_words[];

/* A choice among codes, with cumulated weights (the last is 1). */
struct mln_synth_choice {
    size_t n;
    char code[MLN_SYNTH_MAX_CHOICES][40];
    double cum[MLN_SYNTH_MAX_CHOICES];
};

struct mln_synth_lognormal {
    double median; /* days, unless the profile says otherwise */
    double sigma;  /* of the logarithm */
};

struct mln_synth_kind_profile {
    double share;     /* weight among kinds */
    double qualified; /* probability that the NATINF states the relation */
    double attempted;
    double prosecuted, composition, alternative, inopportune; /* the rest: non poursuivable */
    double instruction;                                       /* of those prosecuted */
    double span_days; /* mean length of the facts; 0: one day */
    struct mln_synth_choice requalified_to; /* kinds, when a requalification changes it */
};

struct mln_synth_route {
    struct mln_synth_lognormal orientation; /* registration → orientation */
    struct mln_synth_lognormal decision;    /* orientation → decision (prosecution) */
};

struct mln_synth_target {
    double value, tolerance;
};

struct mln_synth_profile {
    int32_t first, last, observation; /* days */
    size_t n_years;
    double years[MLN_SYNTH_MAX_YEARS], months[12], weekdays[7];
    double duration_by_year[MLN_SYNTH_MAX_YEARS], flux_by_year[MLN_SYNTH_MAX_YEARS];

    /* territory and units */
    double pn_share, pn_min_population, pn_people_per_service, gn_people_per_unit, service_spread;
    double facts_at_home, commune_pull, born_same_departement;
    double merged_units, merged_pairs, merged_known_late;
    double pn_number_gap, gn_number_gap, parquet_number_gap, gap_procedures;

    /* procedures */
    double outside, outside_linked_codes, unknown_author, unknown_author_outside;
    double repeat, repeat_gap_days, repeat_other_victim;
    double crossed, second_partner_victim, other_victim, second_author;
    double second_offence;
    double declared_count_wrong;
    struct mln_synth_lognormal facts_to_recording;
    struct mln_synth_kind_profile kinds[N_KINDS_AND_OTHER];

    /* persons */
    double victim_female, opposite_sex, age_shift, age_sigma, age_median, author_gap_mean,
        author_gap_sd, child_share, under_15, legal_victim, legal_author, born_abroad_french;
    double french, namesake, namesake_days, first_of_january;
    struct mln_synth_choice nationalites, pcs, situations, liens_partenaire, liens_autres;
    double children_mean, siblings_mean;
    double csns_present[N_SIDES], csns_b, csns_c, csns_b_wrong, csns_c_wrong;

    /* affaires */
    double has_affaire, no_procedure;
    struct mln_synth_lognormal registration;
    double registration_quick; /* CI, CPVCJ: mean days */
    double arrival_mean, transmission_mean;
    double joined, joined_max_wait, joined_carried, split, sent, sent_new_affaire, sent_reference;
    double petit_x;
    double justice_only_author, justice_missing_victim, duplicate_author, duplicate_victim;
    double same_verdict, reoriented, reoriented_days;
    double requalified, requalified_loses_qualifier, requalified_other_kind, judged_requalified;
    double initial_other_code;
    struct mln_synth_choice modes;
    struct mln_synth_route modes_route[N_MODES];
    struct mln_synth_route issues_route[N_ISSUES];
    double ci_days[8]; /* probability of 0, 1, … 7 days from orientation to decision; the rest:
                          decision */
    struct mln_synth_lognormal settlement; /* opening → ordonnance de règlement */
    double settlement_dismissed, minor_age;
    struct mln_synth_choice motifs_non_poursuivable, motifs_inopportunite, motifs_alternative;
    double acquitted, exempted, irresponsible, extinct, appeal, appeal_prosecutor, appeal_days;
    struct mln_synth_choice peines;
    double late_entry, late_entry_days;

    /* keys between the ministries */
    double takeover, no_tie, flux_key_wrong, flux_unpadded, flux_idj, typed_idj, idj_flux,
        slip_number;
    double typed_missing_unit, typed_wrong_year, typed_swapped, typed_dropped, typed_wrong_unit;
    struct mln_synth_choice spellings, spellings_bare; /* patterns, see key.c */
    double parquet_dotted, person_reference;

    /* values */
    double missing[N_COLUMNS][N_SIDES];
    double incomplete_birth[N_SIDES], incomplete_facts[N_SIDES];
    double birth_swapped, birth_digit, sex_wrong, commune_vintage[N_SIDES], arrondissement[N_SIDES];
    double moved, incomplete_year_only;
    double bad_date, bad_code, bad_duplicate, bad_orphan;

    /* check */
    double sigmas;
    struct mln_synth_target match_rate, procedures_with_affaire, victims_per_procedure,
        authors_per_procedure, authors_per_affaire, women, men, french_authors, authors_30_45,
        age_gap, pn_origin, gn_origin, joined_share, split_share, sent_share, issues[N_ISSUES],
        prosecuted_by_kind[N_KINDS], physical_share, correctional, guilty, median_months,
        under_12_months, mean_months_2018, mean_months_2021, mode_copj, mode_cpvcj, mode_ci,
        ci_two_days, ci_median_days, copj_months, crpc_months, alternative_months,
        non_poursuivable_months, instruction_months, registration_median_days, growth_2022,
        growth_2023;
};

/* `text` (may be NULL) receives the text of the profile, then that of its bases, as read. */
enum mln_status mln_synth_profile_load(const char *name_or_path, struct mln_synth_profile *out,
                                       struct mln_buf *text, struct mln_err *err) MLN_MUST_USE;

/* The same from a text (what DIR/profile.yaml keeps); `file` is the name shown in messages. */
enum mln_status mln_synth_profile_parse(const char *file, struct mln_str yaml,
                                        struct mln_synth_profile *out, struct mln_buf *text,
                                        struct mln_err *err) MLN_MUST_USE;

#endif
