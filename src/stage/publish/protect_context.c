#include "stage/publish/protect_context.h"

#include <stdlib.h>

#include "secret/seal.h"
#include "stage/project/codes.h"
#include "stage/sealed.h"

static enum mln_status read_sealed(struct mln_run *run, const char *work_dir, const char *stage,
                                   const char *key, const char *label, struct mln_buf *bytes,
                                   struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/%s/" MLN_TABLES_FILE, work_dir, stage);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_sealed_read(run, key, label, path.p, bytes, err);
    }
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_study_tables_read(struct mln_run *run, const char *work_dir,
                                      struct mln_table **tables, size_t *n, struct mln_err *err) {
    struct mln_buf bytes = MLN_BUF_INIT;
    enum mln_status status =
        read_sealed(run, work_dir, "study", "study", MLN_SEAL_STUDY, &bytes, err);
    if (status == MLN_OK) {
        status = mln_tables_read(run->arena, mln_buf_view(&bytes), tables, n, err);
    }
    mln_buf_release(&bytes);
    return status;
}

/* ── hierarchies ── */

struct pair {
    const char *child;
    const char *parent;
};

static int by_child(const void *a, const void *b) {
    const struct pair *x = a;
    const struct pair *y = b;
    const int c = strcmp(x->child, y->child);
    return c != 0 ? c : strcmp(x->parent, y->parent);
}

/* Sorted, each child once; a child in two parents is an error. */
static enum mln_status unique_pairs(const struct mln_project_hierarchy *h, struct pair *pairs,
                                    size_t *n, struct mln_err *err) {
    size_t kept = 0;
    if (*n > 0) {
        qsort(pairs, *n, sizeof *pairs, by_child);
    }
    for (size_t i = 0; i < *n; i++) {
        if (kept > 0 && strcmp(pairs[kept - 1].child, pairs[i].child) == 0) {
            if (strcmp(pairs[kept - 1].parent, pairs[i].parent) != 0) {
                return mln_err_set(err, MLN_BAD_INPUT,
                                   "nomenclature %s: %s '%s' lies in two of %s, '%s' and '%s'; a "
                                   "hierarchy needs one",
                                   h->nomenclature, h->child_column, pairs[i].child,
                                   h->parent_column, pairs[kept - 1].parent, pairs[i].parent);
            }
            continue;
        }
        pairs[kept++] = pairs[i];
    }
    *n = kept;
    return MLN_OK;
}

static enum mln_status read_pairs(struct mln_run *run, const struct mln_project_hierarchy *h,
                                  struct pair **pairs, size_t *n, struct mln_err *err) {
    const char *const columns[] = {h->child_column, h->parent_column};
    struct mln_str text = {0};
    struct mln_codes codes;
    MLN_TRY(mln_project_nomenclature(run->project, run->arena, h->nomenclature, &text, err));
    MLN_TRY(mln_codes_read(run->arena, h->nomenclature, text, columns, 2, &codes, err));
    *pairs = MLN_ARENA_NEW(run->arena, struct pair, codes.n_rows + 1);
    *n = 0;
    for (size_t row = 0; *pairs != NULL && row < codes.n_rows; row++) {
        const struct mln_str child = mln_codes_cell(&codes, row, 0);
        const struct mln_str parent = mln_codes_cell(&codes, row, 1);
        if (child.n == 0 || parent.n == 0) {
            continue; /* it lies nowhere */
        }
        struct pair *p = &(*pairs)[(*n)++];
        p->child = mln_arena_strdup(run->arena, child);
        p->parent = mln_arena_strdup(run->arena, parent);
        if (p->child == NULL || p->parent == NULL) {
            return mln_err_nomem(err, "a hierarchy");
        }
    }
    return *pairs == NULL ? mln_err_nomem(err, "a hierarchy") : unique_pairs(h, *pairs, n, err);
}

static enum mln_status read_hierarchy(struct mln_run *run, const struct mln_project_hierarchy *h,
                                      struct mln_hierarchy *out, struct mln_err *err) {
    struct pair *pairs = NULL;
    size_t n = 0;
    MLN_TRY(read_pairs(run, h, &pairs, &n, err));
    const char **children = MLN_ARENA_NEW(run->arena, const char *, n + 1);
    const char **parents = MLN_ARENA_NEW(run->arena, const char *, n + 1);
    if (children == NULL || parents == NULL) {
        return mln_err_nomem(err, "a hierarchy");
    }
    for (size_t i = 0; i < n; i++) {
        children[i] = pairs[i].child;
        parents[i] = pairs[i].parent;
    }
    *out = (struct mln_hierarchy){h->child, h->parent, n, children, parents};
    return MLN_OK;
}

/* ── the vintage before ── */

static enum mln_status pair_up(const struct mln_table *study, size_t n_study,
                               struct mln_protected_table *const *shown, size_t n_shown,
                               struct mln_err *err) {
    bool same = n_study == n_shown;
    for (size_t t = 0; same && t < n_study; t++) {
        const struct mln_table *frame = mln_protected_frame(shown[t]);
        same = strcmp(study[t].name, frame->name) == 0 && study[t].n_cells == frame->n_cells;
    }
    return same ? MLN_OK
                : mln_err_set(err, MLN_BAD_INPUT,
                              "protect.previous: its study and its protected tables do not go "
                              "together; was its study run again after it was published?");
}

static enum mln_status read_past(struct mln_run *run, struct mln_protect_context *out,
                                 struct mln_err *err) {
    const char *dir = run->project->previous;
    struct mln_table *study = NULL;
    struct mln_protected_table **shown = NULL;
    size_t n_shown = 0;
    struct mln_buf bytes = MLN_BUF_INIT;
    MLN_TRY(mln_study_tables_read(run, dir, &study, &out->n_past, err));
    enum mln_status status =
        read_sealed(run, dir, "protect", "publish", MLN_SEAL_PROTECTED, &bytes, err);
    if (status == MLN_OK) {
        status = mln_protected_read(run->arena, mln_buf_view(&bytes), &shown, &n_shown, err);
    }
    mln_buf_release(&bytes);
    MLN_TRY(status);
    MLN_TRY(pair_up(study, out->n_past, shown, n_shown, err));
    struct mln_past_table *past = MLN_ARENA_NEW(run->arena, struct mln_past_table, n_shown + 1);
    for (size_t t = 0; past != NULL && t < n_shown; t++) {
        uint8_t *states = MLN_ARENA_NEW(run->arena, uint8_t, study[t].n_cells + 1);
        if (states == NULL) {
            return mln_err_nomem(err, "the vintage before");
        }
        for (size_t c = 0; c < study[t].n_cells; c++) {
            states[c] = (uint8_t)mln_protected_state(shown[t], c);
        }
        past[t] = (struct mln_past_table){study[t], states};
    }
    out->past = past;
    return past == NULL ? mln_err_nomem(err, "the vintage before") : MLN_OK;
}

enum mln_status mln_protect_context_read(struct mln_run *run, struct mln_protect_context *out,
                                         struct mln_err *err) {
    const struct mln_project *p = run->project;
    *out = (struct mln_protect_context){.n_sensitive = p->n_sensitive, .sensitive = p->sensitive};
    struct mln_hierarchy *hierarchies =
        MLN_ARENA_NEW(run->arena, struct mln_hierarchy, p->n_hierarchies + 1);
    if (hierarchies == NULL) {
        return mln_err_nomem(err, "the hierarchies");
    }
    for (size_t i = 0; i < p->n_hierarchies; i++) {
        MLN_TRY(read_hierarchy(run, &p->hierarchies[i], &hierarchies[i], err));
    }
    out->hierarchies = hierarchies;
    out->n_hierarchies = p->n_hierarchies;
    return p->previous == NULL ? MLN_OK : read_past(run, out, err);
}
