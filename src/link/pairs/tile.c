#include <math.h>
#include <stdlib.h>

#include "link/pairs/layout.h"

enum mln_status mln_tile_init(struct mln_tile *tile, const struct mln_layout *layout,
                              size_t n_rules, struct mln_err *err) {
    *tile = (struct mln_tile){0};
    tile->memory = calloc(1, layout->tile_bytes + 64);
    tile->keys = calloc((n_rules + 1) * MLN_TILE_CAP, sizeof *tile->keys);
    if (tile->memory == NULL || tile->keys == NULL) {
        mln_tile_release(tile);
        return mln_err_nomem(err, "the records of a block");
    }
    return MLN_OK;
}

void mln_tile_release(struct mln_tile *tile) {
    free(tile->memory);
    free(tile->keys);
    *tile = (struct mln_tile){0};
}

enum { AHEAD = 24 };

/* The cards come from anywhere in memory: ask for those to come. */
static void load_words(struct mln_tile *tile, const struct mln_layout *layout, const uint32_t *rows,
                       size_t n) {
    const size_t n_words = layout->n_words, stride = layout->stride;
    uint32_t *const to = (uint32_t *)(void *)tile->memory;
    for (size_t j = 0; j < n; j++) {
        if (j + AHEAD < n) {
            __builtin_prefetch(layout->cards + rows[j + AHEAD] * stride);
        }
        const uint32_t *card = layout->cards + rows[j] * stride;
        for (size_t w = 0; w < n_words; w++) {
            to[w * MLN_TILE_CAP + j] = card[w];
        }
    }
}

static void *part(struct mln_tile *tile, const struct mln_tile_column *c, size_t p) {
    return tile->memory + c->at[p];
}

static void load_letters(struct mln_tile *tile, const struct mln_tile_column *c, uint32_t missing,
                         size_t n) {
    const uint32_t *id = (const uint32_t *)(void *)tile->memory + c->word * MLN_TILE_CAP;
    uint64_t *seen = part(tile, c, 0);
    uint32_t *prefix = part(tile, c, 1);
    uint8_t *length = part(tile, c, 2), *more = part(tile, c, 3), *symbols = part(tile, c, 4);
    for (size_t j = 0; j < n; j++) {
        const uint32_t ahead = id[j + AHEAD < n ? j + AHEAD : j];
        __builtin_prefetch(&c->cards[ahead < missing ? ahead : missing]);
        const struct mln_text_card *card = &c->cards[id[j] < missing ? id[j] : missing];
        seen[j] = card->seen;
        prefix[j] = card->prefix;
        length[j] = card->length;
        more[j] = card->more;
        memcpy(symbols + j * MLN_FEW, card->symbols, MLN_FEW);
    }
}

static void load_sets(struct mln_tile *tile, const struct mln_tile_column *c, bool by_row,
                      const uint32_t *rows, size_t n) {
    const uint32_t *id = (const uint32_t *)(void *)tile->memory + c->word * MLN_TILE_CAP;
    uint32_t *owner = part(tile, c, 0), *distinct = part(tile, c, 1);
    uint64_t *mark = part(tile, c, 2);
    for (size_t j = 0; j < n; j++) {
        owner[j] = by_row ? rows[j] : id[j] < c->sets.n ? id[j] : c->sets.n;
        distinct[j] = c->sets.distinct[owner[j]];
        mark[j] = c->sets.mark[owner[j]];
    }
}

static void load_point(struct mln_tile *tile, const struct mln_tile_column *c,
                       const struct mln_field_column *field, const uint32_t *rows, size_t n) {
    double *x = part(tile, c, 0), *y = part(tile, c, 1), *z = part(tile, c, 2);
    for (size_t j = 0; j < n; j++) {
        double place[3];
        mln_geo_point(field->latitude[rows[j]], field->longitude[rows[j]], place);
        x[j] = place[0];
        y[j] = place[1];
        z[j] = place[2];
    }
}

static void load_number(struct mln_tile *tile, const struct mln_tile_column *c,
                        const double *number, const uint32_t *rows, size_t n) {
    double *to = part(tile, c, 0);
    for (size_t j = 0; j < n; j++) {
        to[j] = number[rows[j]];
    }
}

/* Keys lie row by row: the first n_keys of a row are neighbours. */
static void load_keys(struct mln_tile *tile, const struct mln_blocks *blocks, size_t n_keys,
                      const uint32_t *rows, size_t n) {
    for (size_t j = 0; j < n; j++) {
        if (j + AHEAD < n) {
            __builtin_prefetch(blocks->keys + rows[j + AHEAD] * blocks->n_keys);
        }
        const uint32_t *key = blocks->keys + rows[j] * blocks->n_keys;
        for (size_t r = 0; r < n_keys; r++) {
            tile->keys[r * MLN_TILE_CAP + j] = key[r];
        }
    }
}

void mln_tile_load(struct mln_tile *tile, const struct mln_layout *layout,
                   const struct mln_blocks *blocks, size_t n_keys, const uint32_t *rows, size_t n) {
    tile->n = n;
    tile->row = rows;
    load_words(tile, layout, rows, n);
    for (size_t i = 0; i < layout->n_columns; i++) {
        const struct mln_tile_column *c = &layout->columns[i];
        const struct mln_field_column *field = &layout->records->fields[c->field];
        switch (c->kind) {
        case MLN_COLUMN_LETTERS: load_letters(tile, c, field->set.n, n); break;
        case MLN_COLUMN_SET: load_sets(tile, c, field->type == MLN_FIELD_LIST, rows, n); break;
        case MLN_COLUMN_NUMBER: load_number(tile, c, field->number, rows, n); break;
        case MLN_COLUMN_POINT: load_point(tile, c, field, rows, n); break;
        case MLN_COLUMN_WORD:
        case MLN_COLUMN_MAP:
        case MLN_COLUMN_RANGE: break;
        }
    }
    if (n_keys > 0) {
        load_keys(tile, blocks, n_keys, rows, n);
    }
}
