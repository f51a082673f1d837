/* The grammar of acts (models/chain-grammar.yaml): which act of an author may follow which. */
#ifndef MLN_STAGE_CHAIN_GRAMMAR_H
#define MLN_STAGE_CHAIN_GRAMMAR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/engine.h"

struct mln_succession {
    const char *before, *after;
};

struct mln_grammar {
    int32_t gap_days;
    const struct mln_succession *list;
    size_t n;
};

/* Reads and checks a grammar; everything in the arena. Acts are the words of evenement.type;
 * `debut` comes before an author's first act and after none. */
enum mln_status mln_grammar_parse(struct mln_arena *arena, const char *file, struct mln_str text,
                                  struct mln_grammar *out, struct mln_err *err) MLN_MUST_USE;

/* Reads the grammar that travels in the program and fills the table grammaire of catalog `work`. */
enum mln_status mln_grammar_load(struct mln_arena *arena, struct mln_engine *e, const char *work,
                                 struct mln_grammar *out, struct mln_err *err) MLN_MUST_USE;

#endif
