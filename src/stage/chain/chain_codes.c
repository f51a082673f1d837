#include "stage/chain/chain_codes.h"

#include "base/date.h"
#include "stage/project/codes.h"

struct loader {
    struct mln_run *run;
    struct mln_engine *e;
    const struct mln_study *study;
    struct mln_builder *b; /* of the table being filled */
};

/* First and last day that DATE columns of the base may hold: open ends of validity. */
static int32_t day_min(void) {
    return mln_day_from_civil(1, 1, 1);
}
static int32_t day_max(void) {
    return mln_day_from_civil(9999, 12, 31);
}

static enum mln_status nomenclature(struct loader *l, const char *name, const char *const *columns,
                                    size_t n, struct mln_codes *out, struct mln_err *err) {
    struct mln_str text;
    MLN_TRY(mln_project_nomenclature(l->run->project, l->run->arena, name, &text, err));
    return mln_codes_read(l->run->arena, name, text, columns, n, out, err);
}

static enum mln_status fault(const struct mln_codes *codes, size_t row, struct mln_err *err,
                             const char *why) {
    const struct mln_str code = mln_codes_cell(codes, row, 0);
    return mln_err_set(err, MLN_BAD_INPUT, "nomenclature %s, line %u: code '%.*s': %s", codes->name,
                       codes->lines[row], MLN_STR_ARG(code), why);
}

static void add_text(struct mln_builder *b, size_t column, struct mln_str text) {
    mln_add_str(b, column, text.n == 0 ? (struct mln_str){NULL, 0} : text);
}

/* 1-based place in a list of words; 0 when it is not there. */
static int32_t place(const char *const *words, size_t n, struct mln_str word) {
    for (size_t i = 0; i < n; i++) {
        if (mln_str_is(word, words[i])) {
            return (int32_t)i + 1;
        }
    }
    return 0;
}

/* ── one table ── */

typedef enum mln_status fill_fn(struct loader *l, struct mln_err *err);

static enum mln_status fill(struct loader *l, const char *table,
                            const struct mln_column_spec *specs, size_t n_specs, fill_fn *rows,
                            struct mln_err *err) {
    struct mln_appender *a = NULL;
    struct mln_batch batch;
    l->b = mln_builder_new(specs, n_specs);
    enum mln_status status = l->b == NULL ? mln_err_nomem(err, table) : rows(l, err);
    if (status == MLN_OK) {
        status = mln_builder_view(l->b, &batch, err);
    }
    if (status == MLN_OK && l->e != NULL) {
        status = l->e->ops->append_open(l->e, MLN_WORK, table, &a, err);
    }
    if (status == MLN_OK && l->e != NULL) {
        status = l->e->ops->append(a, &batch, err);
        const enum mln_status closed =
            l->e->ops->append_close(a, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status == MLN_OK ? closed : status;
    }
    mln_builder_free(l->b);
    return status;
}

/* ── the field ── */

static enum mln_status fill_pays(struct loader *l, struct mln_err *err) {
    static const char *const columns[] = {"code", "groupe"};
    struct mln_codes codes;
    MLN_TRY(nomenclature(l, "pays", columns, 2, &codes, err));
    for (size_t i = 0; i < codes.n_rows; i++) {
        mln_add_str(l->b, 0, mln_codes_cell(&codes, i, 0));
        add_text(l->b, 1, mln_codes_cell(&codes, i, 1));
    }
    return MLN_OK;
}

static enum mln_status fill_partners(struct loader *l, struct mln_err *err) {
    static const char *const columns[] = {"code", "partenaire"};
    struct mln_codes codes;
    MLN_TRY(nomenclature(l, l->study->relation, columns, 2, &codes, err));
    for (size_t i = 0; i < codes.n_rows; i++) {
        bool partner = false;
        MLN_TRY(mln_codes_flag(&codes, i, 1, &partner, err));
        if (partner) {
            mln_add_str(l->b, 0, mln_codes_cell(&codes, i, 0));
        }
    }
    return MLN_OK;
}

enum { N_CODE, N_GENRE, N_LINK, N_FROM, N_TO };

/* Ordered by the study's kinds, then as listed: ordre = kind × rows + row. */
static enum mln_status fill_natinf(struct loader *l, struct mln_err *err) {
    static const char *const columns[] = {"code", "genre", "lien_requis", "debut", "fin"};
    const struct mln_study *s = l->study;
    struct mln_codes codes;
    MLN_TRY(nomenclature(l, s->natinf, columns, 5, &codes, err));
    bool *used = MLN_ARENA_NEW(l->run->arena, bool, s->n_genres + 1);
    if (used == NULL || codes.n_rows > 1000000) {
        return mln_err_nomem(err, s->natinf);
    }
    for (size_t i = 0; i < codes.n_rows; i++) {
        const struct mln_str genre = mln_codes_cell(&codes, i, N_GENRE);
        const int32_t kind = place(s->genres, s->n_genres, genre);
        bool needs_link = false;
        int32_t from = 0, to = 0;
        MLN_TRY(mln_codes_flag(&codes, i, N_LINK, &needs_link, err));
        MLN_TRY(mln_codes_day(&codes, i, N_FROM, day_min(), &from, err));
        MLN_TRY(mln_codes_day(&codes, i, N_TO, day_max(), &to, err));
        if (kind == 0) {
            continue; /* a kind that this study leaves out */
        }
        used[kind] = true;
        mln_add_str(l->b, 0, mln_codes_cell(&codes, i, N_CODE));
        mln_add_str(l->b, 1, genre);
        mln_add_i32(l->b, 2, kind * (int32_t)codes.n_rows + (int32_t)i);
        mln_add_i32(l->b, 3, needs_link);
        mln_add_i32(l->b, 4, from);
        mln_add_i32(l->b, 5, to);
    }
    for (size_t k = 0; k < s->n_genres; k++) {
        if (!used[k + 1]) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "study %s: no code of nomenclature %s is of kind '%s'", s->name,
                               s->natinf, s->genres[k]);
        }
    }
    return MLN_OK;
}

/* ── classes of offences ── */

enum { C_CODE, C_CLASS, C_FROM, C_TO };

/* No day may have two classes of a code: a victim would be counted twice. */
static enum mln_status check_alone(const struct mln_codes *codes, size_t row, int32_t from,
                                   int32_t to, struct mln_err *err) {
    if (to < from) {
        return fault(codes, row, err, "it ends before it begins");
    }
    for (size_t i = 0; i < row; i++) {
        int32_t begin = 0, end = 0;
        if (!mln_str_eq(mln_codes_cell(codes, i, C_CODE), mln_codes_cell(codes, row, C_CODE))) {
            continue;
        }
        MLN_TRY(mln_codes_day(codes, i, C_FROM, day_min(), &begin, err));
        MLN_TRY(mln_codes_day(codes, i, C_TO, day_max(), &end, err));
        if (begin <= to && from <= end) {
            return fault(codes, row, err, "two of its classes hold on the same day");
        }
    }
    return MLN_OK;
}

static enum mln_status fill_classes(struct loader *l, struct mln_err *err) {
    const char *const columns[] = {"code", l->study->class_column, "debut", "fin"};
    struct mln_codes codes;
    if (l->study->classes == NULL) {
        return MLN_OK;
    }
    MLN_TRY(nomenclature(l, l->study->classes, columns, 4, &codes, err));
    for (size_t i = 0; i < codes.n_rows; i++) {
        int32_t from = 0, to = 0;
        MLN_TRY(mln_codes_day(&codes, i, C_FROM, day_min(), &from, err));
        MLN_TRY(mln_codes_day(&codes, i, C_TO, day_max(), &to, err));
        MLN_TRY(check_alone(&codes, i, from, to, err));
        mln_add_str(l->b, 0, mln_codes_cell(&codes, i, C_CODE));
        add_text(l->b, 1, mln_codes_cell(&codes, i, C_CLASS));
        mln_add_i32(l->b, 2, from);
        mln_add_i32(l->b, 3, to);
    }
    return MLN_OK;
}

enum mln_status mln_chain_classes_load(struct mln_run *run, struct mln_engine *e,
                                       const struct mln_study *study, struct mln_err *err) {
    static const struct mln_column_spec specs[] = {{"code", MLN_UTF8_TEXT},
                                                   {"classe", MLN_UTF8_TEXT},
                                                   {"debut", MLN_DATE32},
                                                   {"fin", MLN_DATE32}};
    struct loader l = {run, e, study, NULL};
    return fill(&l, "classe", specs, 4, fill_classes, err);
}

/* ── the outcome ── */

enum { E_CODE, E_TYPE, E_ISSUE, E_MODE, E_FROM, E_TO, E_COUNT };

/* A code keeps its meaning outside its validity, as acts are keyed late: of several versions of a
 * code, each begins with its `debut` and ends before the next; the first and the last are open. */
static enum mln_status stretch(const struct mln_codes *codes, size_t row, int32_t *from,
                               int32_t *to, struct mln_err *err) {
    int32_t begin = 0;
    MLN_TRY(mln_codes_day(codes, row, E_FROM, day_min(), &begin, err));
    *from = day_min();
    *to = day_max();
    for (size_t i = 0; i < codes->n_rows; i++) {
        int32_t other = 0;
        if (i == row ||
            !mln_str_eq(mln_codes_cell(codes, i, E_CODE), mln_codes_cell(codes, row, E_CODE)) ||
            !mln_str_eq(mln_codes_cell(codes, i, E_TYPE), mln_codes_cell(codes, row, E_TYPE))) {
            continue;
        }
        MLN_TRY(mln_codes_day(codes, i, E_FROM, day_min(), &other, err));
        if (other == begin) {
            return fault(codes, row, err, "two versions begin on the same day");
        }
        if (other < begin) {
            *from = begin;
        } else if (other - 1 < *to) {
            *to = other - 1;
        }
    }
    return MLN_OK;
}

static enum mln_status add_event(struct loader *l, const struct mln_codes *codes, size_t row,
                                 bool *is_end, struct mln_err *err) {
    const struct mln_study *s = l->study;
    const struct mln_str code = mln_codes_cell(codes, row, E_CODE);
    const struct mln_str type = mln_codes_cell(codes, row, E_TYPE);
    const struct mln_str issue = mln_codes_cell(codes, row, E_ISSUE);
    const struct mln_str mode = mln_codes_cell(codes, row, E_MODE);
    const int32_t end = mln_str_is(type, "decision") || mln_str_is(type, "ordonnance_reglement")
                            ? place(s->ends, s->n_ends, code)
                            : 0;
    int32_t from = 0, to = 0;
    MLN_TRY(stretch(codes, row, &from, &to, err));
    if (issue.n > 0 && place(mln_issue_words, MLN_ISSUE_COUNT, issue) == 0) {
        return fault(codes, row, err, "its issue is none of the outcome words");
    }
    if (mode.n > 0 && place(s->modes, s->n_modes, mode) == 0) {
        return fault(codes, row, err, "its mode is not among the study's modes");
    }
    if (mln_str_is(type, "decision") && end == 0) {
        return fault(codes, row, err, "a decision that is not among the study's ends");
    }
    mln_add_str(l->b, 0, type);
    mln_add_str(l->b, 1, code);
    add_text(l->b, 2, issue);
    add_text(l->b, 3, mode);
    if (end > 0) {
        mln_add_i32(l->b, 4, end);
        is_end[end] = true;
    } else {
        mln_add_null(l->b, 4);
    }
    mln_add_i32(l->b, 5, from);
    mln_add_i32(l->b, 6, to);
    return MLN_OK;
}

static enum mln_status fill_events(struct loader *l, struct mln_err *err) {
    static const char *const columns[] = {"code", "type", "issue", "mode", "debut", "fin"};
    const struct mln_study *s = l->study;
    struct mln_codes codes;
    MLN_TRY(nomenclature(l, s->events, columns, E_COUNT, &codes, err));
    bool *is_end = MLN_ARENA_NEW(l->run->arena, bool, s->n_ends + 1);
    if (is_end == NULL) {
        return mln_err_nomem(err, s->events);
    }
    for (size_t i = 0; i < codes.n_rows; i++) {
        MLN_TRY(add_event(l, &codes, i, is_end, err));
    }
    for (size_t k = 0; k < s->n_ends; k++) {
        if (!is_end[k + 1]) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "study %s: nomenclature %s has no decision and no ordonnance_reglement "
                "with code '%s'",
                s->name, s->events, s->ends[k]);
        }
    }
    return MLN_OK;
}

static void add_ordered(struct mln_builder *b, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++) {
        mln_add_i32(b, 0, (int32_t)i + 1);
        mln_add_str(b, 1, mln_str_from(words[i]));
    }
}

static enum mln_status fill_issues(struct loader *l, struct mln_err *err) {
    (void)err;
    add_ordered(l->b, l->study->priority, MLN_ISSUE_COUNT);
    return MLN_OK;
}

static enum mln_status fill_modes(struct loader *l, struct mln_err *err) {
    (void)err;
    add_ordered(l->b, l->study->modes, l->study->n_modes);
    return MLN_OK;
}

static enum mln_status fill_decisions(struct loader *l, struct mln_err *err) {
    (void)err;
    const struct mln_study *s = l->study;
    add_ordered(l->b, s->ends, s->n_ends);
    for (size_t i = 0; i < s->n_ends; i++) {
        mln_add_i32(l->b, 2, place(s->guilty, s->n_guilty, mln_str_from(s->ends[i])) > 0);
    }
    return MLN_OK;
}

enum mln_status mln_chain_codes_load(struct mln_run *run, struct mln_engine *e,
                                     const struct mln_study *study, struct mln_err *err) {
    static const struct mln_column_spec pays[] = {{"code", MLN_UTF8_TEXT},
                                                  {"groupe", MLN_UTF8_TEXT}};
    static const struct mln_column_spec partners[] = {{"code", MLN_UTF8_TEXT}};
    static const struct mln_column_spec natinf[] = {
        {"code", MLN_UTF8_TEXT},    {"genre", MLN_UTF8_TEXT}, {"ordre", MLN_INT32},
        {"lien_requis", MLN_INT32}, {"debut", MLN_DATE32},    {"fin", MLN_DATE32}};
    static const struct mln_column_spec events[] = {
        {"type", MLN_UTF8_TEXT}, {"code", MLN_UTF8_TEXT},       {"issue", MLN_UTF8_TEXT},
        {"mode", MLN_UTF8_TEXT}, {"decision_ordre", MLN_INT32}, {"debut", MLN_DATE32},
        {"fin", MLN_DATE32}};
    static const struct mln_column_spec ordered[] = {
        {"ordre", MLN_INT32}, {"code", MLN_UTF8_TEXT}, {"condamne", MLN_INT32}};
    struct loader l = {run, e, study, NULL};
    MLN_TRY(fill(&l, "pays", pays, 2, fill_pays, err));
    MLN_TRY(fill(&l, "partenaire", partners, 1, fill_partners, err));
    MLN_TRY(fill(&l, "champ_natinf", natinf, 6, fill_natinf, err));
    MLN_TRY(mln_chain_classes_load(run, e, study, err));
    MLN_TRY(fill(&l, "code_acte", events, 7, fill_events, err));
    MLN_TRY(fill(&l, "issue", ordered, 2, fill_issues, err));
    MLN_TRY(fill(&l, "mode", ordered, 2, fill_modes, err));
    return fill(&l, "decision", ordered, 3, fill_decisions, err);
}

enum mln_status mln_study_check(struct mln_run *run, struct mln_err *err) {
    static const char *const labels[] = {"code", "libelle"};
    struct mln_study study;
    MLN_TRY(mln_study_read(run->arena, run->project->study, &study, err));
    MLN_TRY(mln_chain_codes_load(run, NULL, &study, err));
    struct loader l = {run, NULL, &study, NULL};
    for (size_t i = 0; i < study.n_variables; i++) {
        struct mln_codes codes;
        if (study.variables[i].nomenclature != NULL) {
            MLN_TRY(nomenclature(&l, study.variables[i].nomenclature, labels, 2, &codes, err));
        }
    }
    return MLN_OK;
}
