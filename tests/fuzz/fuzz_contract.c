/* Contracts: refused with a place, or whole: every column says where it comes from, and what a
 * header is bound to is inside it. */
#include <stdint.h>
#include <stdlib.h>

#include "../source/small_model.h"
#include "source/contract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_column(const struct mln_contract_column *c, const struct mln_model_column *m) {
    must(c->from == NULL || c->from[0] != '\0');
    must(c->from != NULL || c->constant.p != NULL || !c->required);
    must(c->required || !m->required);
    must(c->min >= m->min && c->max <= m->max && c->min <= c->max);
    must(c->n_dates > 0);
    for (size_t i = 1; i < c->n_values; i++) {
        must(mln_str_cmp(c->values[i - 1].from, c->values[i].from) <= 0);
    }
}

static void check_source(const struct mln_contract_source *s, const struct mln_model *model,
                         struct mln_arena *arena) {
    const struct mln_model_table *table = &model->tables[s->table];
    must(s->n_patterns > 0 && s->folder != NULL && s->delimiter != s->quote);
    for (size_t c = 0; c < table->n_columns; c++) {
        check_column(&s->columns[c], &table->columns[c]);
    }
    static const struct mln_str header[] = {
        {"no", 2}, {"SEXE", 4}, {"jour", 4}, {"x", 1}, {"jour", 4}};
    struct mln_findings findings = {.arena = arena};
    struct mln_binding binding;
    must(mln_binding_make(arena, s, table, "f", header, 5, &binding, &findings, NULL) == MLN_OK);
    for (size_t c = 0; findings.n == 0 && c < table->n_columns; c++) {
        must(binding.places[c] == SIZE_MAX || binding.places[c] < binding.n_selected);
        must((binding.places[c] == SIZE_MAX) == (s->columns[c].from == NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err err = {0};
    struct mln_model model;
    struct mln_contract contract;
    struct mln_findings findings = {.arena = &arena};
    must(read_small_model(&arena, &model) == MLN_OK);
    const enum mln_status status =
        mln_contract_read(&arena, "fuzz.yaml", (struct mln_str){(const char *)data, size}, &model,
                          &contract, &findings, &err);
    must(status == MLN_OK || status == MLN_BAD_INPUT);
    must(status == MLN_OK || strncmp(err.msg, "fuzz.yaml", 9) == 0);
    for (size_t i = 0; i < findings.n; i++) {
        must(strncmp(findings.lines[i], "fuzz.yaml:", 10) == 0);
    }
    for (size_t i = 0; status == MLN_OK && findings.n == 0 && i < contract.n_sources; i++) {
        check_source(&contract.sources[i], &model, &arena);
    }
    mln_arena_release(&arena);
    return 0;
}
