/* Grammars of acts: refused with a place, or whole: every succession once, from a known act to a
 * known act, none to the beginning. */
#include <stdint.h>
#include <stdlib.h>

#include "stage/chain/chain_grammar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_list(const struct mln_grammar *g) {
    must(g->n >= 1 && g->n <= 64 && g->gap_days >= 1 && g->gap_days <= 36525);
    for (size_t i = 0; i < g->n; i++) {
        const struct mln_succession *s = &g->list[i];
        must(s->before != NULL && s->after != NULL && strcmp(s->after, "debut") != 0);
        for (size_t k = 0; k < i; k++) {
            must(strcmp(g->list[k].before, s->before) != 0 ||
                 strcmp(g->list[k].after, s->after) != 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err err = {0};
    struct mln_grammar grammar;
    const enum mln_status status = mln_grammar_parse(
        &arena, "fuzz.yaml", (struct mln_str){(const char *)data, size}, &grammar, &err);
    must(status == MLN_OK || status == MLN_BAD_INPUT);
    must(status == MLN_OK || strncmp(err.msg, "fuzz.yaml", 9) == 0);
    if (status == MLN_OK) {
        check_list(&grammar);
    }
    mln_arena_release(&arena);
    return 0;
}
