#include "stage/eval/eval_bands.h"

#include <math.h>

#include "base/file.h"
#include "stage/sealed.h"

enum mln_status mln_eval_bands_read(struct mln_run *run, struct mln_eval_bands *out,
                                    struct mln_err *err) {
    struct mln_buf bytes = MLN_BUF_INIT;
    *out = (struct mln_eval_bands){0};
    const char *path = mln_run_path(run, "study", MLN_TABLES_FILE);
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    if (!mln_path_exists(path)) {
        return MLN_OK;
    }
    MLN_TRY(mln_study_read(run->arena, run->project->study, &out->study, err));
    enum mln_status status = mln_sealed_read(run, "study", MLN_SEAL_STUDY, path, &bytes, err);
    if (status == MLN_OK) {
        status = mln_tables_read(run->arena, mln_buf_view(&bytes), &out->tables, &out->n, err);
    }
    mln_buf_release(&bytes);
    return status;
}

/* Where a figure stands: a table of these two dimensions, at these codes; NULL: the category. */
static const struct place {
    const char *figure, *dimension[2], *code[2];
} places[] = {
    {"outcome of victims", {"annee", "issue"}, {"TOTAL", NULL}},
    {"prosecution by kind of violence", {"genre", "issue"}, {NULL, "poursuites"}},
    {"mode of prosecution", {"annee", "mode"}, {"TOTAL", NULL}},
    {"prosecution by density", {"densite", "issue"}, {NULL, "poursuites"}},
    {"prosecution by year", {"annee", "issue"}, {NULL, "poursuites"}},
};

static size_t category_of(const struct mln_dimension *d, struct mln_str code) {
    size_t i = 0;
    while (i < d->n && !mln_str_is(code, d->codes[i])) {
        i++;
    }
    return i;
}

/* NaN when the table has no such end, or the cell no such category. */
static double end_of(const struct mln_study_table *spec, const struct mln_table *t,
                     const struct place *p, struct mln_str category, int bound) {
    const struct mln_dimension *a = &t->dimensions[0], *b = &t->dimensions[1];
    const size_t i = category_of(a, p->code[0] == NULL ? category : mln_str_from(p->code[0]));
    const size_t j = category_of(b, p->code[1] == NULL ? category : mln_str_from(p->code[1]));
    for (size_t k = 0; i < a->n && j < b->n && k < spec->n_measures; k++) {
        const struct mln_study_measure *m = &spec->measures[k];
        if (m->kind == MLN_STUDY_BAND && m->bound == bound && m->share_of == 1) {
            return t->measures[k].values[i * b->n + j] / 100;
        }
    }
    return NAN;
}

struct mln_interval mln_eval_band(const struct mln_eval_bands *bands, struct mln_str figure,
                                  struct mln_str category) {
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        for (size_t i = 0; i < bands->n && mln_str_is(figure, places[p].figure); i++) {
            const struct mln_table *t = &bands->tables[i];
            const struct mln_study_table *spec = &bands->study.tables[i];
            if (t->n_dimensions != 2 ||
                strcmp(t->dimensions[0].name, places[p].dimension[0]) != 0 ||
                strcmp(t->dimensions[1].name, places[p].dimension[1]) != 0) {
                continue;
            }
            const struct mln_interval band = {end_of(spec, t, &places[p], category, -1),
                                              end_of(spec, t, &places[p], category, 1)};
            if (!isnan(band.lower) && !isnan(band.upper)) {
                return band;
            }
        }
    }
    return (struct mln_interval){NAN, NAN};
}
