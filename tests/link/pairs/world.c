#include "link/pairs/world.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

static void *many(size_t n, size_t size) {
    void *p = calloc(n + 1, size);
    REQUIRE(p != NULL);
    return p;
}

void world_init(struct world *w, const enum mln_field_type *types, size_t n_fields, uint32_t n_left,
                uint32_t n_right) {
    *w = (struct world){.arena = MLN_ARENA_INIT};
    struct mln_records *r = &w->records;
    const size_t n = (size_t)n_left + n_right;
    r->n_left = n_left;
    r->n_right = n_right;
    r->n_fields = n_fields;
    r->fields = many(n_fields, sizeof *r->fields);
    for (size_t f = 0; f < n_fields; f++) {
        struct mln_field_column *c = &r->fields[f];
        c->type = types[f];
        w->text[f] = many(n, sizeof *w->text[f]);
        c->ids = many(n, sizeof *c->ids);
        c->first = many(n, sizeof *c->first);
        c->last = many(n, sizeof *c->last);
        c->number = many(n, sizeof *c->number);
        c->start = many(n + 1, sizeof *c->start);
        c->item = many(16 * n, sizeof *c->item);
        c->latitude = many(n, sizeof *c->latitude);
        c->longitude = many(n, sizeof *c->longitude);
        for (size_t i = 0; i < n; i++) {
            c->first[i] = c->last[i] = MLN_DAY_NONE;
            c->number[i] = c->latitude[i] = c->longitude[i] = NAN;
        }
    }
}

void world_release(struct world *w) {
    for (size_t f = 0; f < w->records.n_fields; f++) {
        struct mln_field_column *c = &w->records.fields[f];
        mln_strset_release(&c->set);
        free(w->text[f]);
        free(c->ids);
        free(c->first);
        free(c->last);
        free(c->number);
        free(c->start);
        free(c->item);
        free(c->latitude);
        free(c->longitude);
    }
    free(w->records.fields);
    mln_arena_release(&w->arena);
    *w = (struct world){0};
}

void world_text(struct world *w, size_t field, uint32_t row, const char *text) {
    w->text[field][row] = text == NULL
                              ? (struct mln_str){NULL, 0}
                              : mln_str_from(mln_arena_strdup(&w->arena, mln_str_from(text)));
}

void world_date(struct world *w, size_t field, uint32_t row, int32_t first, int32_t last) {
    w->records.fields[field].first[row] = first;
    w->records.fields[field].last[row] = last;
}

static int by_number(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Elements become ids of one set; at most 16 a row. */
void world_lists(struct world *w, size_t field, const char *const *lists) {
    struct mln_field_column *c = &w->records.fields[field];
    const uint32_t n = mln_records_n(&w->records);
    struct mln_str *items = many(16 * (size_t)n, sizeof *items);
    size_t n_items = 0;
    for (uint32_t i = 0; i < n; i++) {
        c->start[i] = n_items;
        for (const char *p = lists[i]; p != NULL && *p != '\0';) {
            const size_t length = strcspn(p, " ");
            if (length > 0) {
                items[n_items++] = (struct mln_str){p, length};
            }
            p += length + (p[length] == ' ');
        }
    }
    c->start[n] = n_items;
    REQUIRE(mln_strset_build(items, n_items, 1, &c->set, c->item, NULL) == MLN_OK);
    uint64_t to = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t from = c->start[i], end = c->start[i + 1];
        qsort(c->item + from, end - from, sizeof *c->item, by_number);
        c->start[i] = to;
        uint32_t last = UINT32_MAX;
        for (uint64_t k = from; k < end; k++) {
            if (c->item[k] != last) {
                last = c->item[k];
                c->item[to++] = last;
            }
        }
    }
    c->start[n] = to;
    free(items);
}

void world_finish(struct world *w) {
    const uint32_t n = mln_records_n(&w->records);
    for (size_t f = 0; f < w->records.n_fields; f++) {
        struct mln_field_column *c = &w->records.fields[f];
        if (c->type == MLN_FIELD_TEXT) {
            REQUIRE(mln_strset_build(w->text[f], n, 1, &c->set, c->ids, NULL) == MLN_OK);
        }
    }
}

/* ── at random ── */

static const char *const syllables[] = {"MAR", "TIN", "LE", "BER", "NARD", "DU", "PONT",
                                        "RO",  "BE",  "RT", "AN",  "E",    "É",  "Z"};
enum { N_SYLLABLES = sizeof syllables / sizeof syllables[0] };

/* Name number k, with an edit now and then. */
static void put_name(struct mln_rng *rng, uint32_t k, char *out) {
    struct mln_rng of_name;
    mln_rng_init(&of_name, 99, 1, k);
    const uint32_t n = 1 + mln_rng_below(&of_name, 4);
    out[0] = '\0';
    for (uint32_t i = 0; i < n; i++) {
        strcat(out, syllables[mln_rng_below(&of_name, N_SYLLABLES)]);
        if (mln_rng_below(&of_name, 5) == 0) {
            strcat(out, " ");
        }
    }
    const size_t length = strlen(out);
    if (length > 2 && mln_rng_below(rng, 5) == 0 && (out[length - 2] & 0x80) == 0 &&
        (out[length - 1] & 0x80) == 0) {
        const char c = out[length - 2];
        out[length - 2] = out[length - 1];
        out[length - 1] = c;
    } else if (mln_rng_below(rng, 8) == 0) {
        strcat(out, "S");
    }
}

static void put_long(struct mln_rng *rng, uint32_t k, char *out) {
    struct mln_rng of_text;
    mln_rng_init(&of_text, 98, 2, k);
    const uint32_t lengths[] = {0, 1, 3, 9, 20, 63, 64, 65, 80};
    const uint32_t n = lengths[mln_rng_below(&of_text, 9)];
    const bool rare = mln_rng_below(&of_text, 3) == 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t point = rare && i % 3 == 1 ? 0x400 + mln_rng_below(&of_text, 3000)
                                                  : 'A' + mln_rng_below(&of_text, 4);
        out += mln_utf8_put(mln_rng_below(rng, 40) == 0 ? 'Q' : point, out);
    }
    *out = '\0';
}

static void random_date(struct world *w, struct mln_rng *rng, size_t field, uint32_t row,
                        uint32_t spread) {
    const int32_t year = 1950 + (int32_t)mln_rng_below(rng, 3);
    const int32_t month = 1 + (int32_t)mln_rng_below(rng, spread > 12 ? 12 : spread);
    const int32_t day = 1 + (int32_t)mln_rng_below(rng, 12);
    int32_t first = mln_day_from_civil(year, month, day), last = first;
    const uint32_t kind = mln_rng_below(rng, 8);
    if (kind == 0) {
        first = mln_day_from_civil(year, 1, 1);
        last = mln_day_from_civil(year, 12, 31);
    } else if (kind == 1) {
        first = mln_day_from_civil(year, month, 1);
        last = first + 27;
    } else if (kind == 2) {
        first = last = MLN_DAY_NONE;
    }
    world_date(w, field, row, first, last);
}

static void random_row(struct world *w, struct mln_rng *rng, uint32_t row, uint32_t spread,
                       char *list) {
    char text[1024];
    put_name(rng, mln_rng_below(rng, spread), text);
    world_text(w, W_SURNAME, row, mln_rng_below(rng, 9) == 0 ? NULL : text);
    put_name(rng, mln_rng_below(rng, spread), text);
    world_text(w, W_BIRTH, row, mln_rng_below(rng, 9) == 0 ? NULL : text);
    put_long(rng, mln_rng_below(rng, 2 * spread), text);
    world_text(w, W_LONG, row, mln_rng_below(rng, 9) == 0 ? NULL : text);
    snprintf(text, sizeof text, "%0*u", 1 + (int)mln_rng_below(rng, 5), mln_rng_below(rng, 30));
    world_text(w, W_CODE, row, mln_rng_below(rng, 9) == 0 ? NULL : text);
    random_date(w, rng, W_DATE, row, spread);
    random_date(w, rng, W_DATE2, row, spread);
    for (size_t f = W_NUMBER; f <= W_NUMBER2; f++) {
        const double x = (double)mln_rng_below(rng, 2 * spread) - spread;
        w->records.fields[f].number[row] = mln_rng_below(rng, 7) == 0 ? NAN : x / 2;
    }
    if (mln_rng_below(rng, 7) != 0) {
        w->records.fields[W_GEO].latitude[row] = 45 + mln_rng_below(rng, 4) * 0.01;
        w->records.fields[W_GEO].longitude[row] = 3 + mln_rng_below(rng, 4) * 0.01;
    }
    list[0] = '\0';
    for (uint32_t n = mln_rng_below(rng, 5); n > 0; n--) {
        snprintf(list + strlen(list), 8, "%u ", mln_rng_below(rng, spread));
    }
}

void world_random(struct world *w, uint64_t seed, uint32_t n_left, uint32_t n_right,
                  uint32_t spread) {
    static const enum mln_field_type types[WORLD_FIELDS] = {
        MLN_FIELD_TEXT, MLN_FIELD_TEXT,   MLN_FIELD_TEXT,   MLN_FIELD_TEXT, MLN_FIELD_DATE,
        MLN_FIELD_DATE, MLN_FIELD_NUMBER, MLN_FIELD_NUMBER, MLN_FIELD_LIST, MLN_FIELD_GEO};
    world_init(w, types, WORLD_FIELDS, n_left, n_right);
    const uint32_t n = n_left + n_right;
    const char **lists = many(n, sizeof *lists);
    for (uint32_t i = 0; i < n; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 7, i);
        char list[64];
        random_row(w, &rng, i, spread, list);
        lists[i] = mln_arena_strdup(&w->arena, mln_str_from(list));
    }
    world_lists(w, W_LIST, lists);
    free(lists);
    world_finish(w);
}

void world_permuted(struct world *w, const struct world *from, const uint32_t *order) {
    enum mln_field_type types[WORLD_FIELDS];
    const struct mln_records *r = &from->records;
    for (size_t f = 0; f < r->n_fields; f++) {
        types[f] = r->fields[f].type;
    }
    world_init(w, types, r->n_fields, r->n_left, r->n_right);
    const uint32_t n = mln_records_n(r);
    for (size_t f = 0; f < r->n_fields; f++) {
        const struct mln_field_column *a = &r->fields[f];
        struct mln_field_column *b = &w->records.fields[f];
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t k = order[i];
            world_text(w, f, i, from->text[f][k].p);
            world_date(w, f, i, a->first[k], a->last[k]);
            b->number[i] = a->number[k];
            b->latitude[i] = a->latitude[k];
            b->longitude[i] = a->longitude[k];
            b->start[i + 1] = b->start[i];
            for (uint64_t e = a->start[k]; e < a->start[k + 1]; e++) {
                b->item[b->start[i + 1]++] = a->item[e];
            }
        }
        if (a->type == MLN_FIELD_LIST) { /* the same set of elements, built again */
            const char **lists = many(n, sizeof *lists);
            char text[128];
            for (uint32_t i = 0; i < n; i++) {
                text[0] = '\0';
                for (uint64_t e = a->start[order[i]]; e < a->start[order[i] + 1]; e++) {
                    const struct mln_sequence v = mln_strset_view(&a->set, a->item[e]);
                    for (uint32_t c = 0; c < v.length; c++) {
                        const size_t at = strlen(text);
                        text[at] = (char)a->set.alphabet[v.symbols[c]];
                        text[at + 1] = '\0';
                    }
                    strcat(text, " ");
                }
                lists[i] = mln_arena_strdup(&w->arena, mln_str_from(text));
            }
            world_lists(w, f, lists);
            free(lists);
        }
    }
    world_finish(w);
}

struct mln_link_model world_model(enum mln_link_kind kind, struct mln_comparison *comparisons,
                                  size_t n_comparisons, const struct mln_block_rule *rules,
                                  size_t n_rules) {
    struct mln_link_model model = {.kind = kind,
                                   .comparisons = comparisons,
                                   .n_comparisons = n_comparisons,
                                   .rules = rules,
                                   .n_rules = n_rules};
    model.decision.block_share_max = 1;
    model.decision.pairs_max = UINT64_MAX;
    return model;
}
