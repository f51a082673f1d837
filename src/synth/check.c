#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/file.h"
#include "synth/measure.h"
#include "synth/synth.h"

#define DAYS_A_MONTH 30.4375

struct checking {
    struct mln_buf *out;
    double sigmas;
    size_t n, outside;
};

struct estimate {
    double value, error; /* standard error */
    double n;
};

static struct estimate proportion(struct mln_synth_share s) {
    if (s.whole <= 0) {
        return (struct estimate){0, INFINITY, 0};
    }
    const double p = s.part / s.whole;
    return (struct estimate){p, sqrt(p * (1 - p) / s.whole), s.whole};
}

/* A count of things a person may have several of; about Poisson. */
static struct estimate ratio(double part, double whole) {
    return whole > 0 ? (struct estimate){part / whole, sqrt(part) / whole, whole}
                     : (struct estimate){0, INFINITY, 0};
}

static struct estimate growth(double year, double before) {
    if (year <= 0 || before <= 0) {
        return (struct estimate){0, INFINITY, 0};
    }
    const double r = year / before;
    return (struct estimate){r, r * sqrt(1 / year + 1 / before), year + before};
}

static int by_value(const void *a, const void *b) {
    const float x = *(const float *)a;
    const float y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Error from the order statistics one binomial standard error away (Woodruff 1952). Sorts. */
static struct estimate median(struct mln_synth_sample *s, double unit) {
    if (s->n == 0) {
        return (struct estimate){0, INFINITY, 0};
    }
    qsort(s->values, s->n, sizeof *s->values, by_value);
    const double n = (double)s->n;
    const double half = sqrt(n) / 2;
    const size_t low = (size_t)fmax(0, floor(n / 2 - half));
    const size_t high = (size_t)fmin(n - 1, ceil(n / 2 + half));
    const double middle = ((double)s->values[(s->n - 1) / 2] + (double)s->values[s->n / 2]) / 2;
    return (struct estimate){middle / unit, (double)(s->values[high] - s->values[low]) / 2 / unit,
                             n};
}

static struct estimate mean(const struct mln_synth_sample *s, double unit) {
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < s->n; i++) {
        sum += (double)s->values[i];
        squares += (double)s->values[i] * (double)s->values[i];
    }
    if (s->n < 2) {
        return (struct estimate){0, INFINITY, (double)s->n};
    }
    const double n = (double)s->n;
    const double m = sum / n;
    return (struct estimate){m / unit, sqrt(fmax(0, squares / n - m * m) / n) / unit, n};
}

static void figure(struct checking *c, const char *name, const char *word,
                   struct mln_synth_target target, struct estimate e) {
    const bool empty = isinf(e.error);
    const double margin = target.tolerance + c->sigmas * e.error;
    const bool ok = empty || fabs(e.value - target.value) <= margin;
    c->n++;
    c->outside += !ok;
    mln_buf_addf(c->out, "%-26s %-17s %10.4f %10.4f %10.4f %10.0f  %s\n", name, word, target.value,
                 e.value, empty ? target.tolerance : margin, e.n,
                 empty ? "no data"
                 : ok  ? "ok"
                       : "OUTSIDE");
}

static void population_figures(struct checking *c, const struct mln_synth_profile *p,
                               struct mln_synth_measures *m) {
    figure(c, "match_rate", "", p->match_rate, proportion(m->match));
    figure(c, "procedures_with_affaire", "", p->procedures_with_affaire,
           proportion(m->with_affaire));
    figure(c, "victims_per_procedure", "", p->victims_per_procedure,
           ratio(m->victims, m->victim_procedures));
    figure(c, "authors_per_procedure", "", p->authors_per_procedure,
           ratio(m->authors, m->procedures));
    figure(c, "authors_per_affaire", "", p->authors_per_affaire,
           ratio(m->affaire_authors, m->affaires));
    figure(c, "women_among_victims", "", p->women, proportion(m->women));
    figure(c, "men_among_authors", "", p->men, proportion(m->men));
    figure(c, "french_authors", "", p->french_authors, proportion(m->french));
    figure(c, "authors_30_45", "", p->authors_30_45, proportion(m->aged_30_45));
    const double author = m->author_age / fmax(1, m->n_author_age);
    const double victim = m->victim_age / fmax(1, m->n_victim_age);
    const double variance = fmax(0, m->author_age2 / fmax(1, m->n_author_age) - author * author) /
                                fmax(1, m->n_author_age) +
                            fmax(0, m->victim_age2 / fmax(1, m->n_victim_age) - victim * victim) /
                                fmax(1, m->n_victim_age);
    figure(c, "age_gap", "years", p->age_gap,
           (struct estimate){author - victim, sqrt(variance), m->n_author_age});
    figure(c, "pn_origin", "", p->pn_origin, proportion(m->pn));
    figure(c, "gn_origin", "", p->gn_origin, proportion(m->gn));
    figure(c, "joined", "", p->joined_share, proportion(m->joined));
    figure(c, "split", "", p->split_share, proportion(m->split));
    figure(c, "sent", "", p->sent_share, proportion(m->sent));
}

static void outcome_figures(struct checking *c, const struct mln_synth_profile *p,
                            struct mln_synth_measures *m) {
    for (size_t i = 0; i < N_ISSUES; i++) {
        figure(c, "issue", mln_synth_issue_words[i], p->issues[i], proportion(m->issues[i]));
    }
    for (size_t k = 0; k < N_KINDS; k++) {
        figure(c, "prosecuted", mln_synth_kind_words[k], p->prosecuted_by_kind[k],
               proportion(m->prosecuted[k]));
    }
    figure(c, "physical", "", p->physical_share, proportion(m->physical));
    figure(c, "correctional_court", "", p->correctional, proportion(m->correctional));
    figure(c, "guilty", "", p->guilty, proportion(m->guilty));
    figure(c, "mode", "COPJ", p->mode_copj, proportion(m->modes[MODE_COPJ]));
    figure(c, "mode", "CPVCJ", p->mode_cpvcj, proportion(m->modes[MODE_CPVCJ]));
    figure(c, "mode", "CI", p->mode_ci, proportion(m->modes[MODE_CI]));
}

static void duration_figures(struct checking *c, const struct mln_synth_profile *p,
                             struct mln_synth_measures *m) {
    struct mln_synth_sample *s = m->samples;
    figure(c, "median_months", "", p->median_months, median(&s[SAMPLE_DURATION], DAYS_A_MONTH));
    figure(c, "ended_under_12_months", "", p->under_12_months, proportion(m->under_12_months));
    figure(c, "mean_months_2018", "", p->mean_months_2018,
           mean(&s[SAMPLE_DURATION_2018], DAYS_A_MONTH));
    figure(c, "mean_months_2021", "", p->mean_months_2021,
           mean(&s[SAMPLE_DURATION_2021], DAYS_A_MONTH));
    figure(c, "ci_two_days", "", p->ci_two_days, proportion(m->ci_two_days));
    figure(c, "ci_median_days", "", p->ci_median_days, median(&s[SAMPLE_CI], 1));
    figure(c, "copj_months", "", p->copj_months, median(&s[SAMPLE_COPJ], DAYS_A_MONTH));
    figure(c, "crpc_months", "", p->crpc_months, median(&s[SAMPLE_CRPC], DAYS_A_MONTH));
    figure(c, "alternative_months", "", p->alternative_months,
           median(&s[SAMPLE_ALTERNATIVE], DAYS_A_MONTH));
    figure(c, "non_poursuivable_months", "", p->non_poursuivable_months,
           median(&s[SAMPLE_NON_POURSUIVABLE], DAYS_A_MONTH));
    figure(c, "instruction_months", "", p->instruction_months,
           median(&s[SAMPLE_INST], DAYS_A_MONTH));
    figure(c, "registration_median_days", "", p->registration_median_days,
           median(&s[SAMPLE_REGISTRATION], 1));
}

static double victims_of(const struct mln_synth_profile *p, const struct mln_synth_measures *m,
                         int32_t year) {
    const int32_t i = year - mln_civil_from_day(p->first).year;
    return i >= 0 && (size_t)i < p->n_years ? m->victims_by_year[i] : 0;
}

static enum mln_status check(const char *dir, const struct mln_synth_profile *p,
                             struct mln_buf *out, struct mln_synth_measures *m,
                             struct mln_err *err) {
    MLN_TRY(mln_synth_measure(dir, p, m, err));
    struct checking c = {.out = out, .sigmas = p->sigmas};
    mln_buf_addf(out, "%-26s %-17s %10s %10s %10s %10s\n", "figure", "", "published", "obtained",
                 "allowed", "n");
    population_figures(&c, p, m);
    figure(&c, "growth_2022", "", p->growth_2022,
           growth(victims_of(p, m, 2022), victims_of(p, m, 2021)));
    figure(&c, "growth_2023", "", p->growth_2023,
           growth(victims_of(p, m, 2023), victims_of(p, m, 2022)));
    outcome_figures(&c, p, m);
    duration_figures(&c, p, m);
    mln_buf_addf(out, "%zu figures, %zu outside their tolerance\n", c.n, c.outside);
    MLN_TRY(mln_buf_check(out, "the table of figures", err));
    return c.outside == 0 ? MLN_OK
                          : mln_err_set(err, MLN_CHECK_FAILED,
                                        "%s: %zu of %zu figures are outside their tolerance", dir,
                                        c.outside, c.n);
}

enum mln_status mln_synth_check(const char *dir, struct mln_talk *talk, FILE *out,
                                struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf table = MLN_BUF_INIT;
    mln_path_join(&path, dir, MLN_STR_LIT("profile.yaml"));
    struct mln_synth_profile *profile = malloc(sizeof *profile);
    struct mln_synth_measures *m = calloc(1, sizeof *m);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK && (profile == NULL || m == NULL)) {
        status = mln_err_nomem(err, "the check");
    }
    if (status == MLN_OK) {
        status = mln_synth_profile_load(path.p, profile, NULL, err);
    }
    if (status == MLN_OK) {
        mln_detail(talk, "synth: reading %s", dir);
        status = check(dir, profile, &table, m, err);
        if (table.n > 0 && fwrite(table.p, 1, table.n, out) != table.n && status == MLN_OK) {
            status = mln_err_set(err, MLN_IO, "the table of figures cannot be printed: %s",
                                 strerror(errno));
        }
    }
    if (m != NULL) {
        mln_synth_measures_release(m);
    }
    free(m);
    free(profile);
    mln_buf_release(&table);
    mln_buf_release(&path);
    return status;
}
