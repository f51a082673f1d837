/* Linkage models: refused with a place, or whole: every index is inside its list, every ladder ends
 * in else, and what is written reads back to the same model. */
#include <stdint.h>
#include <stdlib.h>

#include "../link/model/same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_field(const struct mln_link_model *m, size_t f) {
    const struct mln_link_field *field = &m->fields[f];
    must(field->name.n > 0 && mln_link_model_field(m, field->name) == f);
    must(field->from == SIZE_MAX || field->from < f);
    for (size_t side = 0; field->from == SIZE_MAX && side < 2; side++) {
        must(field->n_columns[side] > 0 && field->columns[side][0].n > 0);
    }
    for (size_t s = 0; s < field->n_steps; s++) {
        const struct mln_clean_step *step = &field->steps[s];
        const size_t stride = step->op == MLN_CLEAN_TABLE ? 2 : 1;
        for (size_t w = stride; w < step->n_words; w += stride) {
            must(mln_str_cmp(step->words[w - stride], step->words[w]) < 0);
        }
    }
}

static void check_comparison(const struct mln_link_model *m, const struct mln_comparison *c) {
    must(c->field < m->n_fields && c->n_levels >= 2 && c->n_levels <= MLN_LEVELS_MAX);
    must(c->levels[c->n_levels - 1].kind == MLN_LEVEL_ELSE);
    for (size_t l = 0; l < c->n_levels; l++) {
        const struct mln_level *level = &c->levels[l];
        must(level->field < m->n_fields && level->label.n > 0);
        must(level->other_field == SIZE_MAX || level->other_field < m->n_fields);
        must(level->kind != MLN_LEVEL_ELSE || l == c->n_levels - 1);
    }
}

static void check_round_trip(const struct mln_link_model *m) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_link_model back;
    mln_link_model_write(m, &text);
    must(mln_link_model_read(&arena, "back.yaml", mln_buf_view(&text), &back, NULL) == MLN_OK);
    must(model_difference(m, &back) == NULL);
    mln_buf_release(&text);
    mln_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_link_model m;
    struct mln_err err = {0};
    const enum mln_status status = mln_link_model_read(
        &arena, "fuzz.yaml", (struct mln_str){(const char *)data, size}, &m, &err);
    must(status == MLN_OK || status == MLN_BAD_INPUT);
    must(status == MLN_OK || strncmp(err.msg, "fuzz.yaml:", 10) == 0);
    if (status == MLN_OK) {
        for (size_t f = 0; f < m.n_fields; f++) {
            check_field(&m, f);
        }
        for (size_t c = 0; c < m.n_comparisons; c++) {
            check_comparison(&m, &m.comparisons[c]);
        }
        if (m.n_rules > 0) { /* without rules, keys are offered again when it is read back */
            check_round_trip(&m);
        }
    }
    mln_arena_release(&arena);
    return 0;
}
