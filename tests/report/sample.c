#include "report/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"

/* ── dimensions ── */

struct category {
    const char *code, *fr, *en;
    double weight;
};

static const struct category years[] = {
    {"2018", "2018", "2018", 0.9}, {"2019", "2019", "2019", 1.0}, {"2020", "2020", "2020", 1.1},
    {"2021", "2021", "2021", 1.3}, {"2022", "2022", "2022", 1.5}, {"2023", "2023", "2023", 1.7},
};
static const struct category forces[] = {
    {"PN", "Police nationale", "National police", 58},
    {"GN", "Gendarmerie nationale", "Gendarmerie", 42},
};
static const struct category links[] = {
    {"liee", "Procédures rapprochées d’une affaire", "Procedures linked to a case", 84},
    {"non_liee", "Procédures sans affaire retrouvée", "Procedures without a case found", 16},
};
static const struct category outcomes[] = {
    {"poursuites", "Poursuites (instruction comprise)", "Prosecution (with instruction)", 31},
    {"composition", "Composition pénale", "Penal composition", 5},
    {"alternative", "Alternative aux poursuites", "Alternative to prosecution", 18},
    {"inopportunite", "Classement pour inopportunité", "Dismissal as inexpedient", 6},
    {"non_poursuivable", "Affaire non poursuivable", "Case that cannot be prosecuted", 36},
    {"en_cours", "En cours d’orientation", "Not yet oriented", 4},
};
static const struct category kinds[] = {
    {"physiques", "Violences physiques", "Physical violence", 78},
    {"psychologiques", "Violences psychologiques ou verbales", "Psychological or verbal", 12},
    {"harcelement", "Harcèlement", "Harassment", 5},
    {"menaces", "Menaces", "Threats", 3},
    {"viols", "Viols", "Rapes", 1.5},
    {"sexuelles", "Autres violences sexuelles", "Other sexual violence", 0.4},
    {"homicides", "Tentatives d’homicide et homicides", "Homicides and attempts", 0.012},
};
static const struct category modes[] = {
    {"CI", "Comparution immédiate", "Immediate appearance", 15},
    {"CPVCJ", "Convocation par procès-verbal avec contrôle judiciaire",
     "Summons by report with judicial supervision", 24},
    {"COPJ", "Convocation par officier de police judiciaire", "Summons by police officer", 45},
    {"CRPC", "Comparution sur reconnaissance préalable de culpabilité", "Guilty plea", 9},
    {"INST", "Instruction", "Judicial investigation", 2},
    {"TP", "Tribunal de police", "Police court", 0.02},
};
static const struct category steps[] = {
    {"rows_read", "Lignes lues", "Rows read", 1208334},
    {"rows_accepted", "Lignes acceptées", "Rows accepted", 1206911},
    {"procedures", "Procédures enregistrées", "Procedures recorded", 100000},
    {"procedures_linked", "Procédures rapprochées d’une affaire", "Procedures linked to a case",
     84112},
    {"victims_field", "Victimes du champ", "Victims of the field", 81905},
    {"victims_linked", "Victimes du champ rapprochées", "Victims of the field linked", 69702},
    {"victims_oriented", "Victimes avec une issue connue", "Victims with a known outcome", 66958},
};
static const struct category stages[] = {
    {"orientation", "En attente d’orientation", "Awaiting orientation", 9000},
    {"instruction", "Instruction", "Judicial investigation", 400},
    {"jugement", "En attente de jugement", "Awaiting judgment", 4000},
};
static const struct category parts[] = {
    {"stock_initial", "Stock au 1er janvier", "Stock on 1 January", 0},
    {"entrees", "Entrées", "Entries", 0},
    {"retours", "Retours", "Returns", 0},
    {"sorties", "Sorties", "Exits", 0},
    {"stock_final", "Stock en fin d’année", "Stock at the end of the year", 0},
};

static void *need(void *p) {
    if (p == NULL) {
        abort();
    }
    return p;
}

static struct mln_dimension dimension(struct mln_arena *arena, const char *name, const char *fr,
                                      const char *en, const struct category *list, size_t n,
                                      bool total) {
    const char **texts = need(MLN_ARENA_NEW(arena, const char *, 3 * (n + 1)));
    for (size_t i = 0; i < n; i++) {
        texts[i] = list[i].code;
        texts[n + 1 + i] = list[i].fr;
        texts[2 * (n + 1) + i] = list[i].en;
    }
    texts[n] = "TOTAL";
    texts[n + 1 + n] = "Ensemble";
    texts[2 * (n + 1) + n] = "All";
    return (struct mln_dimension){.name = name,
                                  .label_fr = fr,
                                  .label_en = en,
                                  .n = n + total,
                                  .codes = texts,
                                  .labels_fr = texts + n + 1,
                                  .labels_en = texts + 2 * (n + 1),
                                  .total = total ? (ptrdiff_t)n : -1};
}

/* ── tables ── */

static struct mln_table table(struct mln_arena *arena, size_t n_dimensions,
                              const struct mln_dimension *dimensions) {
    struct mln_table t = {.observation_day = mln_day_from_civil(2024, 12, 31),
                          .n_dimensions = n_dimensions,
                          .n_cells = 1,
                          .unit_fr = "victimes",
                          .unit_en = "victims"};
    t.dimensions = need(MLN_ARENA_NEW(arena, struct mln_dimension, n_dimensions));
    for (size_t d = 0; d < n_dimensions; d++) {
        t.dimensions[d] = dimensions[d];
        t.n_cells *= dimensions[d].n;
    }
    t.counts = need(MLN_ARENA_NEW(arena, uint64_t, t.n_cells));
    return t;
}

/* rows × columns with their totals: size × weights, bent so that shares differ by row. */
static void fill(struct mln_table *t, const struct category *rows, size_t n_rows,
                 const struct category *columns, size_t n_columns, double size) {
    double all_rows = 0;
    double all_columns = 0;
    for (size_t r = 0; r < n_rows; r++) {
        all_rows += rows[r].weight;
    }
    for (size_t c = 0; c < n_columns; c++) {
        all_columns += columns[c].weight;
    }
    for (size_t r = 0; r < n_rows; r++) {
        for (size_t c = 0; c < n_columns; c++) {
            const double bend = 1 + 0.35 * sin(1.7 * (double)r + 2.3 * (double)c);
            const uint64_t count = (uint64_t)(size * rows[r].weight / all_rows * columns[c].weight /
                                              all_columns * bend);
            const size_t w = n_columns + 1;
            t->counts[r * w + c] = count;
            t->counts[r * w + n_columns] += count;
            t->counts[n_rows * w + c] += count;
            t->counts[n_rows * w + n_columns] += count;
        }
    }
}

static void add_share(struct mln_arena *arena, struct mln_table *t, const char *fr,
                      const char *en) {
    t->measures = need(MLN_ARENA_NEW(arena, struct mln_measure, 1));
    t->n_measures = 1;
    t->measures[0] = (struct mln_measure){.kind = MLN_MEASURE_SHARE,
                                          .name = "part",
                                          .label_fr = fr,
                                          .label_en = en,
                                          .share_of = t->n_dimensions - 1};
}

#define LIST(a) (a), sizeof(a) / sizeof *(a)

static struct mln_table crossed(struct mln_arena *arena, struct mln_dimension rows,
                                const struct category *row_list, struct mln_dimension columns,
                                const struct category *column_list, double size) {
    const struct mln_dimension d[2] = {rows, columns};
    struct mln_table t = table(arena, 2, d);
    fill(&t, row_list, rows.n - 1, column_list, columns.n - 1, size);
    return t;
}

static struct mln_table outcome_table(struct mln_arena *arena, const char *name, const char *fr,
                                      const char *en, struct mln_dimension rows,
                                      const struct category *row_list, double size) {
    struct mln_table t = crossed(
        arena, rows, row_list, dimension(arena, "issue", "Issue", "Outcome", LIST(outcomes), true),
        outcomes, size);
    t.name = name;
    t.title_fr = fr;
    t.title_en = en;
    t.view = MLN_VIEW_STACKED;
    t.note_fr = "victimes de 15 ans ou plus de violences conjugales, enregistrées de 2018 à 2023, "
                "dont la procédure est rapprochée d’une affaire.";
    t.note_en = "victims aged 15 or more of intimate-partner violence, recorded from 2018 to 2023, "
                "whose procedure is linked to a case.";
    add_share(arena, &t, "Part des issues", "Share of outcomes");
    return t;
}

static struct mln_table link_table(struct mln_arena *arena, const char *name, const char *fr,
                                   const char *en, struct mln_dimension rows,
                                   const struct category *row_list, double size) {
    struct mln_table t = crossed(
        arena, rows, row_list,
        dimension(arena, "rapprochement", "Rapprochement", "Link", LIST(links), true), links, size);
    t.name = name;
    t.title_fr = fr;
    t.title_en = en;
    t.unit_fr = "procédures";
    t.unit_en = "procedures";
    t.view = MLN_VIEW_RATE;
    add_share(arena, &t, "Taux de rapprochement", "Match rate");
    return t;
}

static struct mln_table duration_table(struct mln_arena *arena) {
    enum { N = sizeof modes / sizeof *modes + 1 };
    static const char *const names[][3] = {
        {"q1_jours", "1er quartile (jours)", "First quartile (days)"},
        {"mediane_jours", "Médiane (jours)", "Median (days)"},
        {"q3_jours", "3e quartile (jours)", "Third quartile (days)"}};
    static const double medians[N] = {2, 110, 152, 121, 1010, 90, 148};
    const struct mln_dimension d =
        dimension(arena, "mode", "Mode de poursuite", "Mode of prosecution", LIST(modes), true);
    struct mln_table t = table(arena, 1, &d);
    for (size_t i = 0; i + 1 < N; i++) {
        t.counts[i] = (uint64_t)(210 * modes[i].weight);
        t.counts[N - 1] += t.counts[i];
    }
    t.name = "durees_par_mode";
    t.title_fr = "Durée de l’enregistrement à la fin de la chaîne, par mode de poursuite";
    t.title_en = "Time from recording to the end of the chain, by mode of prosecution";
    t.view = MLN_VIEW_DURATION;
    t.n_measures = 3;
    t.measures = need(MLN_ARENA_NEW(arena, struct mln_measure, 3));
    for (size_t m = 0; m < 3; m++) {
        t.measures[m] = (struct mln_measure){.kind = MLN_MEASURE_QUANTILE,
                                             .name = names[m][0],
                                             .label_fr = names[m][1],
                                             .label_en = names[m][2],
                                             .values = need(MLN_ARENA_NEW(arena, double, N)),
                                             .n = need(MLN_ARENA_NEW(arena, uint64_t, N))};
        for (size_t i = 0; i < N; i++) {
            static const double factors[] = {0.5, 1, 1.9};
            t.measures[m].values[i] = floor(medians[i] * factors[m]);
            t.measures[m].n[i] = t.counts[i] * 9 / 10;
        }
    }
    return t;
}

static struct mln_table funnel_table(struct mln_arena *arena) {
    const struct mln_dimension d = dimension(arena, "etape", "Étape", "Step", LIST(steps), false);
    struct mln_table t = table(arena, 1, &d);
    for (size_t i = 0; i < t.n_cells; i++) {
        t.counts[i] = (uint64_t)steps[i].weight;
    }
    t.name = "entonnoir";
    t.title_fr = "Des lignes lues aux victimes dont l’issue est connue";
    t.title_en = "From rows read to victims with a known outcome";
    t.unit_fr = "selon l’étape (lignes, procédures, victimes)";
    t.unit_en = "by step (rows, procedures, victims)";
    t.view = MLN_VIEW_FUNNEL;
    return t;
}

/* Three stages over six years: a part of the stock leaves every year, of the last one all but two.
 */
static struct mln_table balance_table(struct mln_arena *arena) {
    const struct mln_dimension d[] = {
        dimension(arena, "annee_flux", "Année", "Year", LIST(years), false),
        dimension(arena, "etape", "Étape", "Stage", LIST(stages), true),
        dimension(arena, "mouvement", "Stock ou flux", "Stock or flow", LIST(parts), false)};
    struct mln_table t = table(arena, 3, d);
    for (size_t y = 0; y < d[0].n; y++) {
        for (size_t s = 0; s + 1 < d[1].n; s++) {
            uint64_t *n = t.counts + (y * d[1].n + s) * MLN_BALANCE_PARTS;
            n[MLN_BALANCE_OPENING] = y == 0 ? 0 : n[-(ptrdiff_t)(d[1].n * MLN_BALANCE_PARTS) + 4];
            n[MLN_BALANCE_ENTERED] = (uint64_t)(stages[s].weight * (1 + 0.1 * (double)y));
            n[MLN_BALANCE_RETURNED] = (uint64_t)(stages[s].weight / 20);
            const uint64_t held =
                n[MLN_BALANCE_OPENING] + n[MLN_BALANCE_ENTERED] + n[MLN_BALANCE_RETURNED];
            n[MLN_BALANCE_CLOSING] = y == 3 && s == 1 ? 2 : held / 3;
            n[MLN_BALANCE_LEFT] = held - n[MLN_BALANCE_CLOSING];
            for (size_t k = 0; k < MLN_BALANCE_PARTS; k++) {
                t.counts[(y * d[1].n + d[1].n - 1) * MLN_BALANCE_PARTS + k] += n[k];
            }
        }
    }
    t.name = "flux_par_annee";
    t.title_fr = "Stocks et flux par étape et par année";
    t.title_en = "Stocks and flows by stage and year";
    t.view = MLN_VIEW_BALANCE;
    return t;
}

static const struct category *court_list(struct mln_arena *arena, size_t n) {
    struct category *list = need(MLN_ARENA_NEW(arena, struct category, n));
    for (size_t i = 0; i < n; i++) {
        char text[48];
        snprintf(text, sizeof text, "tj%05zu", 1000 + 97 * i);
        list[i].code = need(mln_arena_strdup(arena, mln_str_from(text)));
        snprintf(text, sizeof text, "Tribunal n° %zu", i + 1);
        list[i].fr = need(mln_arena_strdup(arena, mln_str_from(text)));
        snprintf(text, sizeof text, "Court no. %zu", i + 1);
        list[i].en = need(mln_arena_strdup(arena, mln_str_from(text)));
        list[i].weight = 1 / (1 + 0.15 * (double)i) - 0.03;
    }
    return list;
}

void sample_make(struct sample *s, enum mln_lang lang, size_t courts) {
    s->arena = MLN_ARENA_INIT;
    struct mln_arena *a = &s->arena;
    const struct category *court = court_list(a, courts);
    const struct mln_dimension year =
        dimension(a, "annee", "Année d’enregistrement", "Year of recording", LIST(years), true);
    struct mln_table t[SAMPLE_TABLES] = {
        funnel_table(a),
        link_table(a, "rapprochement_par_force", "Taux de rapprochement par force",
                   "Match rate by force",
                   dimension(a, "force", "Force", "Force", LIST(forces), true), forces, 100000),
        link_table(a, "rapprochement_par_annee", "Taux de rapprochement par année",
                   "Match rate by year", year, years, 100000),
        link_table(a, "rapprochement_par_juridiction", "Taux de rapprochement par juridiction",
                   "Match rate by court",
                   dimension(a, "juridiction", "Juridiction", "Court", court, courts, true), court,
                   12000),
        outcome_table(a, "issues_par_annee", "Issue par année d’enregistrement",
                      "Outcome by year of recording", year, years, 69702),
        outcome_table(
            a, "issues_par_genre", "Issue par genre de violences", "Outcome by kind of violence",
            dimension(a, "genre", "Genre de violences", "Kind of violence", LIST(kinds), true),
            kinds, 69702),
        duration_table(a),
        balance_table(a),
    };
    t[3].detail = true;
    const struct mln_protect_options options = {.threshold = 5,
                                                .threshold_detail = 11,
                                                .rounding_base = 5,
                                                .quantile_threshold = 11,
                                                .share_decimals = 1};
    struct mln_err err = {0};
    if (mln_protect_all(a, t, SAMPLE_TABLES, &options, s->tables, &err) != MLN_OK) {
        fprintf(stderr, "%s\n", err.msg);
        abort();
    }
    static const struct mln_report_source sources[] = {{"procedure", 100214, 100000, 214},
                                                       {"proc_personne", 211807, 211790, 17},
                                                       {"affaire", 90121, 90121, 0}};
    s->facts = (struct mln_report_facts){
        .lang = lang,
        .name = lang == MLN_LANG_FR ? "Violences conjugales : de l’enregistrement à l’issue pénale"
                                    : "Intimate-partner violence: from recording to penal outcome",
        .purpose = lang == MLN_LANG_FR ? "essai de mise en page sur des nombres inventés"
                                       : "a trial of the page on made-up numbers",
        .version = "0",
        .observation_day = mln_day_from_civil(2024, 12, 31),
        .sources = sources,
        .n_sources = 3};
}

void sample_release(struct sample *s) {
    mln_arena_release(&s->arena);
}
