/* An arena: many small allocations, one release.
 *
 * A stage owns one; scratch is mark/reset; results are copied out or live in the caller's arena.
 * Not thread-safe: one arena per thread. Memory is zeroed. */
#ifndef MLN_BASE_ARENA_H
#define MLN_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct mln_arena_block;

struct mln_arena {
    struct mln_arena_block *last;
};

struct mln_arena_mark {
    struct mln_arena_block *block;
    size_t used;
};

#define MLN_ARENA_INIT ((struct mln_arena){0})

void mln_arena_release(struct mln_arena *arena);

/* NULL when there is no memory or count × size overflows. Aligned for any type. O(1). */
void *mln_arena_alloc(struct mln_arena *arena, size_t count, size_t size);

#define MLN_ARENA_NEW(arena, type, count) ((type *)mln_arena_alloc((arena), (count), sizeof(type)))

/* A NUL-terminated copy; NULL when there is no memory. */
char *mln_arena_strdup(struct mln_arena *arena, struct mln_str s);

/* Everything allocated after the mark is given back by the reset. */
struct mln_arena_mark mln_arena_mark(const struct mln_arena *arena);
void mln_arena_reset(struct mln_arena *arena, struct mln_arena_mark mark);

#endif
