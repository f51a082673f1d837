#include "stage/study/density.h"

#include <stdio.h>
#include <stdlib.h>

#define GRID "grille_densite"
#define APPROXIMATION "densite_population"

/* ── the layout of INSEE ── */

/* The text from the line that has the word CODGEO on; whole when there is none. */
static struct mln_str from_header(struct mln_str text) {
    static const char word[] = "CODGEO";
    size_t line = 0;
    for (size_t i = 0; i + sizeof word - 1 <= text.n; i++) {
        if (text.p[i] == '\n') {
            line = i + 1;
        } else if (memcmp(text.p + i, word, sizeof word - 1) == 0) {
            return (struct mln_str){text.p + line, text.n - line};
        }
    }
    return text;
}

static enum mln_status read_grid(struct mln_arena *arena, const char *name, struct mln_str text,
                                 struct mln_density *out, struct mln_err *err) {
    static const struct {
        const char *column;
        int levels; /* 0: as its values say */
    } layouts[] = {{"DENS7", 7}, {"DENS4", 4}, {"DENS3", 3}, {"DENS", 0}};
    const struct mln_str rows = from_header(text);
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        const char *const columns[] = {"CODGEO", layouts[i].column};
        bool has[2];
        for (size_t c = 0; c < 2; c++) {
            MLN_TRY(mln_codes_has_column(arena, name, rows, columns[c], &has[c], err));
        }
        if (has[0] && has[1]) {
            out->levels = layouts[i].levels;
            return mln_codes_read(arena, name, rows, columns, 2, &out->codes, err);
        }
    }
    return mln_err_set(
        err, MLN_BAD_INPUT,
        "nomenclature %s has no columns CODGEO and DENS (or DENS7, DENS4, DENS3): save "
        "the sheet by commune of INSEE's grid as CSV",
        name);
}

/* ── what both files must hold ── */

static int level_of(const struct mln_codes *codes, size_t row) {
    const struct mln_str cell = mln_codes_cell(codes, row, 1);
    return cell.n == 1 && cell.p[0] >= '1' && cell.p[0] <= '9' ? cell.p[0] - '0' : 0;
}

static int by_commune(const void *a, const void *b) {
    return mln_str_cmp(*(const struct mln_str *)a, *(const struct mln_str *)b);
}

static enum mln_status check_communes(struct mln_arena *arena, const struct mln_codes *codes,
                                      struct mln_err *err) {
    struct mln_str *list = MLN_ARENA_NEW(arena, struct mln_str, codes->n_rows + 1);
    if (list == NULL) {
        return mln_err_nomem(err, codes->name);
    }
    for (size_t i = 0; i < codes->n_rows; i++) {
        list[i] = mln_codes_cell(codes, i, 0);
    }
    qsort(list, codes->n_rows, sizeof *list, by_commune);
    for (size_t i = 1; i < codes->n_rows; i++) {
        if (mln_str_eq(list[i - 1], list[i])) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "nomenclature %s: commune '%.*s' is listed twice", codes->name,
                               MLN_STR_ARG(list[i]));
        }
    }
    return MLN_OK;
}

static enum mln_status check(struct mln_arena *arena, const struct mln_density *d, int levels,
                             struct mln_err *err) {
    for (size_t i = 0; i < d->codes.n_rows; i++) {
        const int level = level_of(&d->codes, i);
        if (level == 0 || level > levels) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "nomenclature %s, line %u: the level of density is not 1..%d",
                               d->codes.name, d->codes.lines[i], levels);
        }
    }
    return check_communes(arena, &d->codes, err);
}

enum mln_status mln_density_parse(struct mln_arena *arena, const char *name, struct mln_str text,
                                  struct mln_density *out, struct mln_err *err) {
    *out = (struct mln_density){0};
    MLN_TRY(read_grid(arena, name, text, out, err));
    int most = 3;
    for (size_t i = 0; i < out->codes.n_rows; i++) {
        most = level_of(&out->codes, i) > most ? level_of(&out->codes, i) : most;
    }
    if (out->levels == 0) {
        out->levels = most > 4 ? 7 : most;
    }
    return check(arena, out, out->levels, err);
}

enum mln_status mln_density_read(const struct mln_project *project, struct mln_arena *arena,
                                 struct mln_density *out, struct mln_err *err) {
    static const char *const columns[] = {"code", "densite"};
    struct mln_str text;
    *out = (struct mln_density){0};
    if (mln_project_has_nomenclature(project, GRID)) {
        MLN_TRY(mln_project_nomenclature(project, arena, GRID, &text, err));
        return mln_density_parse(arena, GRID, text, out, err);
    }
    MLN_TRY(mln_project_nomenclature(project, arena, APPROXIMATION, &text, err));
    MLN_TRY(mln_codes_read(arena, APPROXIMATION, text, columns, 2, &out->codes, err));
    return check(arena, out, 3, err);
}

/* Places of levels in the three of all grids: 7 levels nest as 1 | 2 3 4 | 5 6 7, 4 as 1 | 2 | 3 4.
 */
static struct mln_str word_of(int levels, int level) {
    static const char *const words[] = {"dense", "intermediaire", "rural"};
    const int last = levels == 7 ? 4 : 2; /* of the intermediate ones */
    return mln_str_from(words[level == 1 ? 0 : level <= last ? 1 : 2]);
}

static void add_rows(const struct mln_density *density, struct mln_builder *b) {
    static const char *const origins[] = {[0] = "POP", [3] = "D3", [4] = "D4", [7] = "D7"};
    for (size_t i = 0; i < density->codes.n_rows; i++) {
        const int level = level_of(&density->codes, i);
        char detail[16];
        const int n = snprintf(detail, sizeof detail, "%s_%d", origins[density->levels], level);
        mln_add_str(b, 0, mln_codes_cell(&density->codes, i, 0));
        mln_add_str(b, 1, word_of(density->levels, level));
        mln_add_str(b, 2, (struct mln_str){detail, (size_t)n});
    }
}

enum mln_status mln_density_append(const struct mln_density *density, struct mln_engine *e,
                                   const char *catalog, const char *table, struct mln_err *err) {
    static const struct mln_column_spec specs[] = {
        {"code", MLN_UTF8_TEXT}, {"densite", MLN_UTF8_TEXT}, {"densite_detail", MLN_UTF8_TEXT}};
    struct mln_builder *b = mln_builder_new(specs, 3);
    struct mln_appender *a = NULL;
    struct mln_batch batch;
    if (b == NULL) {
        return mln_err_nomem(err, table);
    }
    add_rows(density, b);
    enum mln_status status = mln_builder_view(b, &batch, err);
    if (status == MLN_OK) {
        status = e->ops->append_open(e, catalog, table, &a, err);
    }
    if (a != NULL) {
        status = e->ops->append(a, &batch, err);
        const enum mln_status closed =
            e->ops->append_close(a, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status == MLN_OK ? closed : status;
    }
    mln_builder_free(b);
    return status;
}
