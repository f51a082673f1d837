/* Study files: refused with a place, or whole: every reference of a table is inside its lists. */
#include <stdint.h>
#include <stdlib.h>

#include "stage/study/study_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_table(const struct mln_study_table *t) {
    must(t->name != NULL && t->title.fr != NULL && t->title.en != NULL && t->unit.fr != NULL);
    if (t->from == MLN_FROM_FUNNEL) {
        must(t->steps != NULL && t->n_dimensions == 0);
        return;
    }
    must(t->n_dimensions >= 1 && t->n_dimensions <= MLN_TABLE_MAX_DIMENSIONS);
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const struct mln_study_variable *v = t->dimensions[d];
        must(v->label.fr != NULL && v->column != NULL && v->missing.en != NULL);
        for (size_t i = 0; i < v->n_categories; i++) {
            must(v->codes[i] != NULL && v->labels[i].fr != NULL && v->labels[i].en != NULL);
        }
        for (size_t i = 0; i < v->n_members; i++) {
            must(v->members[i].category < v->n_categories && v->members[i].code != NULL);
        }
    }
    for (size_t i = 0; i < t->n_filters; i++) {
        must(t->filters[i].n_codes > 0 && t->filters[i].column != NULL);
    }
    for (size_t i = 0; i < t->n_measures; i++) {
        must(t->measures[i].kind != MLN_STUDY_SHARE || t->measures[i].share_of < t->n_dimensions);
        must(t->measures[i].kind == MLN_STUDY_SHARE || t->from == MLN_FROM_VICTIMS ||
             t->from == MLN_FROM_PERSONS);
        must(t->measures[i].per_mille < 1000);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err err = {0};
    struct mln_study study;
    const enum mln_status status = mln_study_parse(
        &arena, "fuzz.yaml", (struct mln_str){(const char *)data, size}, &study, &err);
    must(status == MLN_OK || status == MLN_BAD_INPUT);
    must(status == MLN_OK || strncmp(err.msg, "fuzz.yaml", 9) == 0);
    for (size_t i = 0; status == MLN_OK && i < study.n_tables; i++) {
        check_table(&study.tables[i]);
    }
    mln_arena_release(&arena);
    return 0;
}
