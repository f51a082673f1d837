/* A set of codes: is this one in the nomenclature? */
#ifndef MLN_SOURCE_CODE_SET_H
#define MLN_SOURCE_CODE_SET_H

#include "base/arena.h"
#include "base/err.h"

struct mln_code_set; /* in the arena */

/* `codes` may repeat (dated nomenclatures do) and are borrowed. O(n). */
enum mln_status mln_code_set_new(struct mln_arena *arena, const struct mln_str *codes, size_t n,
                                 struct mln_code_set **out, struct mln_err *err) MLN_MUST_USE;

bool mln_code_set_has(const struct mln_code_set *set, struct mln_str code); /* O(length) */

#endif
