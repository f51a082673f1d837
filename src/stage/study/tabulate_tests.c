/* Gray's tests of a table: whether groups end alike. */
#include <stdlib.h>

#include "stage/study/tabulate_inside.h"
#include "stats/gray.h"

enum { GROUPS_MOST = 64, UNITS_LEAST = 2 };

/* The groups that are compared, each with its risk table. */
struct groups {
    struct mln_risk risk[GROUPS_MOST];
    size_t n;
    uint64_t n_units;
    double *memory; /* what the tables look at */
};

static uint64_t units_of(const struct mln_tab_spell *spells, size_t n) {
    uint64_t units = 0;
    for (size_t i = 0; i < n; i++) {
        units += spells[i].n_ended + spells[i].n_censored;
    }
    return units;
}

/* TOTAL is the groups together, NR none of them. */
static bool is_group(const struct mln_dimension *d, size_t category) {
    return (ptrdiff_t)category != d->total && strcmp(d->codes[category], "NR") != 0;
}

/* The risk tables of the lines of `spells` (sorted by line) whose category in the other dimension
 * is a group of at least UNITS_LEAST. */
static enum mln_status find_groups(const struct mln_table *t, size_t ends,
                                   const struct mln_tab_line *line,
                                   const struct mln_tab_spell *spells, size_t n, struct groups *out,
                                   struct mln_err *err) {
    const struct mln_dimension *d = &t->dimensions[1 - ends];
    const size_t stride = ends == 0 ? 1 : line->n; /* of the groups' dimension */
    double *free_room = out->memory = malloc((n + 1) * (line->n_causes + 3) * sizeof *out->memory);
    if (out->memory == NULL) {
        return mln_err_nomem(err, t->name);
    }
    for (size_t first = 0, end = 0; first < n; first = end) {
        for (end = first; end < n && spells[end].first == spells[first].first;) {
            end++;
        }
        const uint64_t units = units_of(spells + first, end - first);
        if (!is_group(d, spells[first].first / stride % d->n) || units < UNITS_LEAST) {
            continue;
        }
        if (out->n == GROUPS_MOST) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "table %s: '%s' has more than %d groups, too many to be tested",
                               t->name, d->name, GROUPS_MOST);
        }
        double *time = free_room, *n_risk = time + (end - first), *n_end = n_risk + (end - first);
        free_room = n_end + (end - first) * (line->n_causes + 1);
        out->risk[out->n++] = mln_tab_risk(spells + first, end - first, line, time, n_end, n_risk);
        out->n_units += units;
    }
    return MLN_OK;
}

static bool has_ended(const struct groups *g, size_t cause) {
    for (size_t i = 0; i < g->n; i++) {
        const struct mln_risk *r = &g->risk[i];
        for (size_t k = 0; k < r->n_times; k++) {
            if (r->n_end[k * (r->n_causes + 1) + cause] > 0) {
                return true;
            }
        }
    }
    return false;
}

/* Of every end, each part that the table asks for. */
static enum mln_status test_ends(const struct mln_tab *tab, struct mln_table *t, size_t ends,
                                 const struct mln_tab_line *line, const struct groups *g,
                                 struct mln_err *err) {
    const struct mln_compared compared = {g->risk, g->n, 1, 0};
    const struct mln_dimension *d = &t->dimensions[1 - ends];
    const size_t at_total = (size_t)d->total * (ends == 0 ? 1 : line->n);
    for (size_t cause = 0; cause < line->n_causes; cause++) {
        struct mln_test test = {0};
        if (cause == line->running || g->n < 2 || !has_ended(g, cause + 1)) {
            continue;
        }
        MLN_TRY(mln_gray(&compared, cause + 1, NULL, NULL, &test, err));
        for (size_t k = 0; k < tab->spec->n_measures; k++) {
            const struct mln_study_measure *m = &tab->spec->measures[k];
            if (m->kind == MLN_STUDY_GRAY && m->share_of == ends) {
                const size_t cell = at_total + cause * line->stride;
                t->measures[k].n[cell] = g->n_units;
                t->measures[k].values[cell] = m->part == MLN_MEASURE_CHI2      ? test.chi2
                                              : m->part == MLN_MEASURE_DEGREES ? (double)test.df
                                                                               : test.p_value;
            }
        }
    }
    return MLN_OK;
}

static bool wants_test(const struct mln_study_table *spec, size_t ends) {
    for (size_t k = 0; k < spec->n_measures; k++) {
        if (spec->measures[k].kind == MLN_STUDY_GRAY && spec->measures[k].share_of == ends) {
            return true;
        }
    }
    return false;
}

enum mln_status mln_tab_tests(const struct mln_tab *tab, struct mln_table *t, struct mln_err *err) {
    for (size_t ends = 0; ends < t->n_dimensions; ends++) {
        struct mln_tab_spell *spells = NULL;
        struct groups g = {.n = 0};
        size_t n = 0;
        if (!wants_test(tab->spec, ends)) {
            continue;
        }
        const struct mln_tab_line line = mln_tab_line_of(t, ends);
        if (line.n_causes > MLN_MAX_CAUSES) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "table %s: '%s' has more than %d categories, too many for ends that "
                               "compete",
                               t->name, t->dimensions[ends].name, MLN_MAX_CAUSES);
        }
        MLN_TRY(mln_tab_spells(tab, t, &spells, &n, err));
        n = mln_tab_sort_lines(&line, spells, n);
        enum mln_status status = find_groups(t, ends, &line, spells, n, &g, err);
        if (status == MLN_OK) {
            status = test_ends(tab, t, ends, &line, &g, err);
        }
        free(spells);
        free(g.memory);
        MLN_TRY(status);
    }
    return MLN_OK;
}
