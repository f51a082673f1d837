#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct mln_arena_block {
    struct mln_arena_block *before;
    size_t used;
    size_t cap;
    alignas(max_align_t) unsigned char bytes[];
};

void mln_arena_release(struct mln_arena *arena) {
    mln_arena_reset(arena, (struct mln_arena_mark){NULL, 0});
}

static struct mln_arena_block *new_block(struct mln_arena *arena, size_t bytes) {
    const size_t cap = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    if (cap > SIZE_MAX / 2) {
        return NULL;
    }
    struct mln_arena_block *block = malloc(sizeof *block + cap);
    if (block == NULL) {
        return NULL;
    }
    block->before = arena->last;
    block->used = 0;
    block->cap = cap;
    arena->last = block;
    return block;
}

void *mln_arena_alloc(struct mln_arena *arena, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / 4 / size) {
        return NULL;
    }
    const size_t align = alignof(max_align_t);
    const size_t bytes = (count * size + align - 1) / align * align;
    struct mln_arena_block *block = arena->last;
    if (block == NULL || block->cap - block->used < bytes) {
        block = new_block(arena, bytes);
        if (block == NULL) {
            return NULL;
        }
    }
    void *p = block->bytes + block->used;
    block->used += bytes;
    memset(p, 0, bytes);
    return p;
}

char *mln_arena_strdup(struct mln_arena *arena, struct mln_str s) {
    char *copy = mln_arena_alloc(arena, s.n + 1, 1);
    if (copy != NULL && s.n > 0) {
        memcpy(copy, s.p, s.n);
    }
    return copy;
}

struct mln_arena_mark mln_arena_mark(const struct mln_arena *arena) {
    return (struct mln_arena_mark){arena->last, arena->last == NULL ? 0 : arena->last->used};
}

void mln_arena_reset(struct mln_arena *arena, struct mln_arena_mark mark) {
    while (arena->last != mark.block) {
        struct mln_arena_block *before = arena->last->before;
        free(arena->last);
        arena->last = before;
    }
    if (arena->last != NULL) {
        arena->last->used = mark.used;
    }
}
