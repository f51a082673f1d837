#include "synth/profile.h"

#include <math.h>
#include <stdio.h>

#include "assets/assets.h"
#include "base/date.h"
#include "base/file.h"
#include "base/yaml.h"

enum { PROFILE_CAP = 1 << 20, MAX_BASES = 4, PATH_CAP = 96 };

const char *const mln_synth_kind_words[] = {
    "homicide",    "viol",          "physique",   "sexuelle", "menaces",
    "harcelement", "psychologique", "vie_privee", "autre",    NULL};
const char *const mln_synth_issue_words[] = {
    "poursuites",       "composition", "alternative", "inopportunite",
    "non_poursuivable", "en_cours",    NULL};
const char *const mln_synth_mode_words[] = {"CI", "CDIFF", "COPJ", "CPVCJ", "CRPC", "OP",
                                            "CD", "JE",    "TP",   "INST",  NULL};
static const char *const kinds_in_field[] = {"homicide",      "viol",       "physique",
                                             "sexuelle",      "menaces",    "harcelement",
                                             "psychologique", "vie_privee", NULL};
static const char *const dismissals[] = {"composition", "alternative", "inopportunite",
                                         "non_poursuivable", NULL};
static const char *const side_words[] = {"PN", "GN", "justice", NULL};
static const char *const column_words[] = {
    "date_naissance", "sexe",       "commune_residence", "commune_naissance", "pays_naissance",
    "nationalite",    "profession", "situation_famille", "nb_enfants",        "fratrie",
    "lien_auteur",    "date_faits", "date_faits_fin",    "commune_faits",     "date_transmission",
    "juridiction",    NULL};

enum field_type { REAL, DAY, YEAR_LIST, LIST, CHOICE, TEXTS };

/* One parameter: where it stands in the YAML and in the struct. A `*` in the path takes each word
 * of `words` in turn, `stride` bytes apart. */
struct field {
    const char *path;
    enum field_type type;
    size_t offset;
    double min, max;
    size_t n;                 /* LIST: its length */
    const char *const *words; /* of the `*` */
    size_t stride;
    const char *codes; /* CHOICE: the nomenclature its keys belong to, or NULL */
};

#define AT(m) offsetof(struct mln_synth_profile, m)
#define P(path, m)                                                                                 \
    { path, REAL, AT(m), 0, 1, 0, NULL, 0, NULL } /* probability */
#define N(path, m, lo, hi)                                                                         \
    { path, REAL, AT(m), lo, hi, 0, NULL, 0, NULL } /* number */
#define LN(path, m) N(path ".median", m.median, 1e-3, 1e5), N(path ".sigma", m.sigma, 0, 5)
#define D(path, m)                                                                                 \
    { path, DAY, AT(m), 0, 0, 0, NULL, 0, NULL }
#define LY(path, m)                                                                                \
    { path, YEAR_LIST, AT(m), 0, 1e12, 0, NULL, 0, NULL }
#define L(path, m, n)                                                                              \
    { path, LIST, AT(m), 0, 1e12, n, NULL, 0, NULL }
#define C(path, m, codes)                                                                          \
    { path, CHOICE, AT(m), 0, 1e12, 0, NULL, 0, codes }
#define TX(path, m)                                                                                \
    { path, TEXTS, AT(m), 0, 1e12, 0, NULL, 0, NULL }
#define EACH(path, m, lo, hi, words, row)                                                          \
    { path, REAL, AT(m), lo, hi, 0, words, sizeof(row), NULL }
#define KIND(path, m)                                                                              \
    EACH("kinds.*." path, kinds[0].m, 0, 1, mln_synth_kind_words, struct mln_synth_kind_profile)
#define ROUTE(path, m, words, lo, hi) EACH(path, m, lo, hi, words, struct mln_synth_route)
#define SIDE(path, m) EACH(path ".*", m[0], 0, 1, side_words, double)
#define T(path, m)                                                                                 \
    N("check.figures." path ".value", m.value, 0, 1e12),                                           \
        N("check.figures." path ".tolerance", m.tolerance, 0, 1e12)
#define TEACH(path, m, words)                                                                      \
    EACH("check.figures." path ".*.value", m[0].value, 0, 1, words, struct mln_synth_target),      \
        EACH("check.figures." path ".*.tolerance", m[0].tolerance, 0, 1, words,                    \
             struct mln_synth_target)

/* clang-format off */
static const struct field fields[] = {
    D("period.first", first), D("period.last", last), D("period.observation", observation),
    LY("calendar.years", years), L("calendar.months", months, 12), L("calendar.weekdays", weekdays, 7),
    LY("calendar.duration_factor", duration_by_year), LY("calendar.flux_share", flux_by_year),

    P("territory.pn_share", pn_share), N("territory.pn_min_population", pn_min_population, 1, 1e7),
    N("territory.pn_people_per_service", pn_people_per_service, 1000, 1e8),
    N("territory.gn_people_per_unit", gn_people_per_unit, 100, 1e8),
    N("territory.service_spread", service_spread, 0, 4), P("territory.facts_at_home", facts_at_home),
    N("territory.commune_pull", commune_pull, 0, 3),
    P("territory.born_same_departement", born_same_departement),
    P("units.merged", merged_units), P("units.merged_pairs", merged_pairs), P("units.merged_known_late", merged_known_late),
    N("units.pn_number_gap", pn_number_gap, 1, 1e4), N("units.gn_number_gap", gn_number_gap, 1, 1e4),
    N("units.gap_procedures", gap_procedures, 1, 1e9), N("units.parquet_number_gap", parquet_number_gap, 1, 1e4),

    P("procedures.outside", outside), P("procedures.outside_linked_codes", outside_linked_codes),
    P("procedures.unknown_author", unknown_author), P("procedures.unknown_author_outside", unknown_author_outside),
    P("procedures.repeat", repeat), N("procedures.repeat_gap_days", repeat_gap_days, 1, 1e4),
    P("procedures.repeat_other_victim", repeat_other_victim),
    P("procedures.crossed", crossed), P("procedures.second_partner_victim", second_partner_victim),
    P("procedures.other_victim", other_victim), P("procedures.second_author", second_author),
    P("procedures.second_offence", second_offence), P("procedures.declared_count_wrong", declared_count_wrong),
    LN("procedures.facts_to_recording", facts_to_recording),

    KIND("share", share), KIND("qualified", qualified), KIND("attempted", attempted),
    KIND("prosecuted", prosecuted), KIND("composition", composition), KIND("alternative", alternative),
    KIND("inopportune", inopportune), KIND("instruction", instruction),
    EACH("kinds.*.span_days", kinds[0].span_days, 0, 5000, mln_synth_kind_words, struct mln_synth_kind_profile),
    { "kinds.*.requalified_to", CHOICE, AT(kinds[0].requalified_to), 0, 1e12, 0, mln_synth_kind_words,
      sizeof(struct mln_synth_kind_profile), NULL },

    P("persons.victim_female", victim_female), P("persons.opposite_sex", opposite_sex),
    N("persons.age.shift", age_shift, 0, 60), N("persons.age.median", age_median, 1, 80), N("persons.age.sigma", age_sigma, 0, 2),
    N("persons.age.author_gap_mean", author_gap_mean, -30, 30), N("persons.age.author_gap_sd", author_gap_sd, 0, 30),
    P("persons.child_share", child_share), P("persons.under_15", under_15),
    P("persons.legal_victim", legal_victim), P("persons.legal_author", legal_author),
    P("persons.born_abroad_french", born_abroad_french), P("persons.french", french),
    P("persons.namesake", namesake), N("persons.namesake_days", namesake_days, 1, 4000), P("persons.first_of_january", first_of_january),
    C("persons.nationalites", nationalites, "pays"), C("persons.pcs", pcs, "pcs"),
    C("persons.situations", situations, "situation_famille"),
    C("persons.liens_partenaire", liens_partenaire, "lien_auteur"), C("persons.liens_autres", liens_autres, "lien_auteur"),
    N("persons.children_mean", children_mean, 0, 10), N("persons.siblings_mean", siblings_mean, 0, 10),
    SIDE("persons.csns.present", csns_present), P("persons.csns.quality_b", csns_b), P("persons.csns.quality_c", csns_c),
    P("persons.csns.wrong_b", csns_b_wrong), P("persons.csns.wrong_c", csns_c_wrong),

    P("affaires.has_affaire", has_affaire), P("affaires.no_procedure", no_procedure),
    LN("affaires.registration", registration), N("affaires.registration_quick", registration_quick, 0, 30),
    N("affaires.arrival_mean", arrival_mean, 0, 365), N("affaires.transmission_mean", transmission_mean, 0, 365),
    P("affaires.joined", joined), N("affaires.joined_max_wait", joined_max_wait, 1, 5000), P("affaires.joined_carried", joined_carried),
    P("affaires.split", split), P("affaires.sent", sent), P("affaires.sent_new_affaire", sent_new_affaire),
    P("affaires.sent_reference", sent_reference), P("affaires.petit_x", petit_x),
    P("affaires.justice_only_author", justice_only_author), P("affaires.justice_missing_victim", justice_missing_victim),
    P("affaires.duplicate_author", duplicate_author), P("affaires.duplicate_victim", duplicate_victim),
    P("affaires.same_verdict", same_verdict), P("affaires.reoriented", reoriented), N("affaires.reoriented_days", reoriented_days, 1, 5000),
    P("affaires.requalified", requalified), P("affaires.requalified_loses_qualifier", requalified_loses_qualifier),
    P("affaires.requalified_other_kind", requalified_other_kind),
    P("affaires.judged_requalified", judged_requalified), P("affaires.initial_other_code", initial_other_code),
    C("routes.modes", modes, "evenements"),
    ROUTE("routes.prosecution.*.orientation_median", modes_route[0].orientation.median, mln_synth_mode_words, 1e-3, 1e5),
    ROUTE("routes.prosecution.*.orientation_sigma", modes_route[0].orientation.sigma, mln_synth_mode_words, 0, 5),
    ROUTE("routes.prosecution.*.decision_median", modes_route[0].decision.median, mln_synth_mode_words, 1e-3, 1e5),
    ROUTE("routes.prosecution.*.decision_sigma", modes_route[0].decision.sigma, mln_synth_mode_words, 0, 5),
    ROUTE("routes.orientation.*.median", issues_route[ISSUE_COMPOSITION].orientation.median, dismissals, 1e-3, 1e5),
    ROUTE("routes.orientation.*.sigma", issues_route[ISSUE_COMPOSITION].orientation.sigma, dismissals, 0, 5),
    L("routes.ci_days", ci_days, 8), LN("routes.settlement", settlement), P("routes.settlement_dismissed", settlement_dismissed),
    N("routes.minor_age", minor_age, 0, 30),
    C("routes.motifs_non_poursuivable", motifs_non_poursuivable, "evenements"),
    C("routes.motifs_inopportunite", motifs_inopportunite, "evenements"),
    C("routes.motifs_alternative", motifs_alternative, "evenements"),
    P("judgment.acquitted", acquitted), P("judgment.exempted", exempted), P("judgment.irresponsible", irresponsible),
    P("judgment.extinct", extinct), P("judgment.appeal", appeal), P("judgment.appeal_prosecutor", appeal_prosecutor),
    N("judgment.appeal_days", appeal_days, 1, 1000), C("judgment.peines", peines, "peines"),
    P("judgment.late_entry", late_entry), N("judgment.late_entry_days", late_entry_days, 0, 5000),

    P("keys.takeover", takeover), P("keys.no_tie", no_tie), P("keys.flux_key_wrong", flux_key_wrong),
    P("keys.flux_unpadded", flux_unpadded), P("keys.flux_idj", flux_idj), P("keys.typed_idj", typed_idj), P("keys.idj_flux", idj_flux),
    P("keys.slip_number", slip_number), P("keys.typed_missing_unit", typed_missing_unit),
    P("keys.typed_wrong_year", typed_wrong_year), P("keys.typed_swapped", typed_swapped),
    P("keys.typed_dropped", typed_dropped), P("keys.typed_wrong_unit", typed_wrong_unit),
    TX("keys.spellings", spellings), TX("keys.spellings_bare", spellings_bare), P("keys.parquet_dotted", parquet_dotted), P("keys.person_reference", person_reference),

    EACH("values.missing.*.PN", missing[0][SIDE_PN], 0, 1, column_words, double[N_SIDES]),
    EACH("values.missing.*.GN", missing[0][SIDE_GN], 0, 1, column_words, double[N_SIDES]),
    EACH("values.missing.*.justice", missing[0][SIDE_JUSTICE], 0, 1, column_words, double[N_SIDES]),
    SIDE("values.incomplete_birth", incomplete_birth), SIDE("values.incomplete_facts", incomplete_facts),
    P("values.birth_swapped", birth_swapped), P("values.birth_digit", birth_digit), P("values.sex_wrong", sex_wrong),
    SIDE("values.commune_vintage", commune_vintage), SIDE("values.arrondissement", arrondissement), P("values.moved", moved), P("values.incomplete_year_only", incomplete_year_only),
    P("values.bad.date", bad_date), P("values.bad.code", bad_code), P("values.bad.duplicate", bad_duplicate),
    P("values.bad.orphan", bad_orphan),

    N("check.sigmas", sigmas, 0, 10),
    T("match_rate", match_rate), T("procedures_with_affaire", procedures_with_affaire),
    T("victims_per_procedure", victims_per_procedure), T("authors_per_procedure", authors_per_procedure),
    T("authors_per_affaire", authors_per_affaire), T("women_among_victims", women), T("men_among_authors", men),
    T("french_authors", french_authors), T("authors_30_45", authors_30_45), T("age_gap", age_gap),
    T("pn_origin", pn_origin), T("gn_origin", gn_origin), T("joined", joined_share), T("split", split_share), T("sent", sent_share),
    TEACH("issue", issues, mln_synth_issue_words), TEACH("prosecuted", prosecuted_by_kind, kinds_in_field),
    T("physical", physical_share), T("correctional_court", correctional), T("guilty", guilty),
    T("median_months", median_months), T("ended_under_12_months", under_12_months),
    T("mean_months_2018", mean_months_2018), T("mean_months_2021", mean_months_2021),
    T("mode_COPJ", mode_copj), T("mode_CPVCJ", mode_cpvcj), T("mode_CI", mode_ci), T("ci_two_days", ci_two_days),
    T("ci_median_days", ci_median_days), T("copj_months", copj_months), T("crpc_months", crpc_months),
    T("alternative_months", alternative_months), T("non_poursuivable_months", non_poursuivable_months),
    T("instruction_months", instruction_months), T("registration_median_days", registration_median_days),
    T("growth_2022", growth_2022), T("growth_2023", growth_2023),
};
/* clang-format on */

/* The node at a dotted path; *out NULL when absent (an error when `must`). */
static enum mln_status walk(struct mln_yaml *root, const char *path, bool must,
                            struct mln_yaml **out, struct mln_err *err) {
    struct mln_yaml *at = root;
    *out = NULL;
    for (const char *p = path; *p != '\0';) {
        char word[PATH_CAP];
        const size_t n = strcspn(p, ".");
        memcpy(word, p, n);
        word[n] = '\0';
        MLN_TRY(mln_yaml_as_map(at, err));
        struct mln_yaml *next = mln_yaml_get(at, word);
        if (next == NULL) {
            return must ? mln_yaml_error(
                              at, err,
                              "'%s' is missing; say it, or begin the profile with 'base: default'",
                              path)
                        : MLN_OK;
        }
        at = next;
        p += n + (p[n] == '.');
    }
    *out = at;
    return MLN_OK;
}

static bool code_known(struct mln_str csv, struct mln_str code) {
    for (size_t at = 0; at < csv.n;) {
        const char *end = memchr(csv.p + at, '\n', csv.n - at);
        const size_t n = end == NULL ? csv.n - at : (size_t)(end - (csv.p + at));
        if (n > code.n && csv.p[at + code.n] == ',' && memcmp(csv.p + at, code.p, code.n) == 0) {
            return true;
        }
        at += n + 1;
    }
    return false;
}

static enum mln_status close_choice(const struct mln_yaml *node, struct mln_synth_choice *out,
                                    struct mln_err *err) {
    const double sum = out->cum[out->n - 1];
    if (!(sum > 0)) {
        return mln_yaml_error(node, err, "the weights are all zero");
    }
    for (size_t i = 0; i < out->n; i++) {
        out->cum[i] /= sum;
    }
    return MLN_OK;
}

static enum mln_status read_choice(struct mln_yaml *node, const struct field *f,
                                   struct mln_synth_choice *out, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(node, err));
    if (node->n == 0 || node->n > MLN_SYNTH_MAX_CHOICES) {
        return mln_yaml_error(node, err, "expected 1 to %d codes with their weights",
                              MLN_SYNTH_MAX_CHOICES);
    }
    char asset[PATH_CAP];
    struct mln_str known = {NULL, 0};
    if (f->codes != NULL) {
        (void)snprintf(asset, sizeof asset, "nomenclatures/%s.csv", f->codes);
        const struct mln_asset *table = mln_asset_find(asset);
        if (table == NULL) {
            return mln_err_set(err, MLN_INTERNAL, "%s does not travel in the program", asset);
        }
        known = table->text;
    }
    double sum = 0;
    *out = (struct mln_synth_choice){0};
    for (struct mln_yaml *c = node->first; c != NULL; c = c->next) {
        c->used = true;
        if (c->key.n >= sizeof out->code[0] || (known.p != NULL && !code_known(known, c->key))) {
            return mln_yaml_error(c, err, "this code is not in %s",
                                  f->codes == NULL ? "the list" : asset);
        }
        double weight = 0;
        MLN_TRY(mln_yaml_as_f64(c, f->min, f->max, &weight, err));
        memcpy(out->code[out->n], c->key.p, c->key.n);
        sum += weight;
        out->cum[out->n++] = sum;
    }
    return close_choice(node, out, err);
}

/* A list of {text: …, weight: …}. */
static enum mln_status read_texts(struct mln_yaml *node, const struct field *f,
                                  struct mln_synth_choice *out, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(node, err));
    if (node->n == 0 || node->n > MLN_SYNTH_MAX_CHOICES) {
        return mln_yaml_error(node, err, "expected 1 to %d texts with their weights",
                              MLN_SYNTH_MAX_CHOICES);
    }
    *out = (struct mln_synth_choice){0};
    double sum = 0;
    for (struct mln_yaml *c = node->first; c != NULL; c = c->next) {
        struct mln_yaml *text = NULL;
        struct mln_yaml *weight = NULL;
        struct mln_str value = {NULL, 0};
        double w = 0;
        MLN_TRY(mln_yaml_as_map(c, err));
        MLN_TRY(mln_yaml_need(c, "text", &text, err));
        MLN_TRY(mln_yaml_need(c, "weight", &weight, err));
        MLN_TRY(mln_yaml_as_str(text, &value, err));
        MLN_TRY(mln_yaml_as_f64(weight, f->min, f->max, &w, err));
        if (value.n >= sizeof out->code[0]) {
            return mln_yaml_error(text, err, "a text has at most %zu bytes",
                                  sizeof out->code[0] - 1);
        }
        memcpy(out->code[out->n], value.p, value.n);
        out->cum[out->n++] = sum += w;
    }
    return close_choice(node, out, err);
}

static enum mln_status read_list(struct mln_yaml *node, const struct field *f, size_t n,
                                 double *out, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(node, err));
    if (node->n != n) {
        return mln_yaml_error(node, err, "expected %zu numbers, found %zu", n, node->n);
    }
    size_t i = 0;
    for (struct mln_yaml *c = node->first; c != NULL; c = c->next) {
        MLN_TRY(mln_yaml_as_f64(c, f->min, f->max, &out[i++], err));
    }
    return MLN_OK;
}

static enum mln_status read_field(struct mln_yaml *root, const struct field *f, const char *path,
                                  size_t offset, bool must, size_t base_years,
                                  struct mln_synth_profile *out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(walk(root, path, must, &node, err));
    if (node == NULL) {
        return f->type == YEAR_LIST && out->n_years != base_years
                   ? mln_yaml_error(root, err,
                                    "'%s' must be said again, since the number of years changed",
                                    path)
                   : MLN_OK;
    }
    char *place = (char *)out + offset;
    switch (f->type) {
    case REAL: return mln_yaml_as_f64(node, f->min, f->max, (double *)(void *)place, err);
    case DAY: return mln_yaml_as_day(node, (int32_t *)(void *)place, err);
    case YEAR_LIST: return read_list(node, f, out->n_years, (double *)(void *)place, err);
    case LIST: return read_list(node, f, f->n, (double *)(void *)place, err);
    case TEXTS: return read_texts(node, f, (struct mln_synth_choice *)(void *)place, err);
    case CHOICE: return read_choice(node, f, (struct mln_synth_choice *)(void *)place, err);
    }
    return mln_err_set(err, MLN_INTERNAL, "profile: field of an unknown type");
}

/* `pattern` with its `*` replaced by `word`. */
static void expand(char out[PATH_CAP], const char *pattern, const char *word) {
    const char *star = strchr(pattern, '*');
    (void)snprintf(out, PATH_CAP, "%.*s%s%s", (int)(star - pattern), pattern, word, star + 1);
}

static enum mln_status check_period(const struct mln_yaml *root, struct mln_synth_profile *p,
                                    struct mln_err *err) {
    const int32_t years = mln_civil_from_day(p->last).year - mln_civil_from_day(p->first).year + 1;
    if (p->last < p->first || p->observation < p->last || years > MLN_SYNTH_MAX_YEARS) {
        return mln_yaml_error(
            root, err,
            "period: first, last and observation must follow each other, over at most %d years",
            MLN_SYNTH_MAX_YEARS);
    }
    p->n_years = (size_t)years;
    return MLN_OK;
}

/* Every map below `node` must have been read to its last word. */
static enum mln_status all_used(const struct mln_yaml *node, struct mln_err *err) {
    if (node->kind == MLN_YAML_MAP) {
        MLN_TRY(mln_yaml_done(node, err));
    }
    for (const struct mln_yaml *c = node->first; c != NULL; c = c->next) {
        MLN_TRY(all_used(c, err)); /* depth is bounded by the YAML reader */
    }
    return MLN_OK;
}

static enum mln_status read_tree(struct mln_yaml *root, bool must, struct mln_synth_profile *out,
                                 struct mln_err *err) {
    const size_t n = sizeof fields / sizeof *fields;
    const size_t base_years = out->n_years;
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        if (f->words == NULL) {
            MLN_TRY(read_field(root, f, f->path, f->offset, must, base_years, out, err));
        } else {
            char path[PATH_CAP];
            for (size_t w = 0; f->words[w] != NULL; w++) {
                expand(path, f->path, f->words[w]);
                MLN_TRY(read_field(root, f, path, f->offset + w * f->stride, must, base_years, out,
                                   err));
            }
        }
        if (i == 2) { /* the period sets the length of the lists by year */
            MLN_TRY(check_period(root, out, err));
        }
    }
    return all_used(root, err);
}

static bool is_word(const char *const *words, const char *word) {
    size_t i = 0;
    while (words[i] != NULL && strcmp(words[i], word) != 0) {
        i++;
    }
    return words[i] != NULL;
}

static enum mln_status check_kinds(const struct mln_yaml *root, const struct mln_synth_profile *p,
                                   struct mln_err *err) {
    for (size_t k = 0; k < N_KINDS_AND_OTHER; k++) {
        const struct mln_synth_kind_profile *kind = &p->kinds[k];
        for (size_t i = 0; i < kind->requalified_to.n; i++) {
            if (!is_word(mln_synth_kind_words, kind->requalified_to.code[i])) {
                return mln_yaml_error(root, err, "kinds.%s.requalified_to: '%s' is not a kind",
                                      mln_synth_kind_words[k], kind->requalified_to.code[i]);
            }
        }
        if (kind->prosecuted + kind->composition + kind->alternative + kind->inopportune > 1) {
            return mln_yaml_error(
                root, err, "kinds.%s: the probabilities of the outcomes add up to more than 1",
                mln_synth_kind_words[k]);
        }
    }
    double sum = 0;
    for (size_t i = 0; i < 8; i++) {
        sum += p->ci_days[i];
    }
    return sum > 1 ? mln_yaml_error(root, err,
                                    "routes.ci_days: the probabilities add up to more than 1")
                   : MLN_OK;
}

static enum mln_status parse(const char *file, struct mln_str yaml, int depth,
                             struct mln_synth_profile *out, struct mln_buf *text,
                             struct mln_err *err);

static enum mln_status load(const char *name, int depth, struct mln_synth_profile *out,
                            struct mln_buf *text, struct mln_err *err) {
    const size_t n = strlen(name);
    if (strchr(name, '/') != NULL || (n > 5 && strcmp(name + n - 5, ".yaml") == 0)) {
        struct mln_buf yaml = MLN_BUF_INIT;
        enum mln_status status = mln_file_read(name, PROFILE_CAP, &yaml, err);
        if (status == MLN_OK) {
            status = parse(name, mln_buf_view(&yaml), depth, out, text, err);
        }
        mln_buf_release(&yaml);
        return status;
    }
    char asset[PATH_CAP];
    (void)snprintf(asset, sizeof asset, "models/synth/%s.yaml", name);
    const struct mln_asset *shipped = mln_asset_find(asset);
    if (shipped == NULL) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "profile '%.60s' is not shipped (default, worse_keys, missing_births, namesakes); "
            "a file is named with a '/' or '.yaml'",
            name);
    }
    return parse(asset, shipped->text, depth, out, text, err);
}

static enum mln_status read_profile(struct mln_yaml *root, int depth, struct mln_synth_profile *out,
                                    struct mln_buf *text, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(root, err));
    struct mln_yaml *version = NULL;
    MLN_TRY(mln_yaml_need(root, "version", &version, err));
    int64_t v = 0;
    MLN_TRY(mln_yaml_as_i64(version, 1, 1, &v, err));
    struct mln_yaml *base = mln_yaml_get(root, "base");
    if (base != NULL) {
        struct mln_str name = {NULL, 0};
        MLN_TRY(mln_yaml_as_str(base, &name, err));
        char z[PATH_CAP];
        if (depth >= MAX_BASES || name.n >= sizeof z - 32 || memchr(name.p, '/', name.n) != NULL ||
            memchr(name.p, '.', name.n) != NULL) {
            return mln_yaml_error(
                base, err, "a base is the name of a shipped profile, at most %d deep", MAX_BASES);
        }
        memcpy(z, name.p, name.n);
        z[name.n] = '\0';
        MLN_TRY(load(z, depth + 1, out, text, err));
    }
    MLN_TRY(read_tree(root, base == NULL, out, err));
    return check_kinds(root, out, err);
}

static enum mln_status parse(const char *file, struct mln_str yaml, int depth,
                             struct mln_synth_profile *out, struct mln_buf *text,
                             struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root = NULL;
    if (depth == 0) {
        *out = (struct mln_synth_profile){0};
    }
    enum mln_status status = MLN_OK;
    if (text != NULL && depth == 0) {
        mln_buf_add_str(text, yaml);
        status = mln_buf_check(text, "the profile", err);
    }
    if (status == MLN_OK) {
        status = mln_yaml_parse(&arena, file, yaml, &root, err);
    }
    if (status == MLN_OK) {
        status = read_profile(root, depth, out, text, err);
    }
    mln_arena_release(&arena);
    return status;
}

enum mln_status mln_synth_profile_load(const char *name_or_path, struct mln_synth_profile *out,
                                       struct mln_buf *text, struct mln_err *err) {
    return load(name_or_path == NULL ? "default" : name_or_path, 0, out, text, err);
}

enum mln_status mln_synth_profile_parse(const char *file, struct mln_str yaml,
                                        struct mln_synth_profile *out, struct mln_buf *text,
                                        struct mln_err *err) {
    return parse(file, yaml, 0, out, text, err);
}
