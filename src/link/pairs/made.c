/* Whether a rule makes one pair, from the values of the two records: the slow obvious way. */
#include "link/pairs/blocks.h"

static bool same_value(const struct mln_field_column *c, uint32_t a, uint32_t b) {
    uint32_t element;
    switch (c->type) {
    case MLN_FIELD_TEXT: return c->ids[a] != MLN_STRSET_MISSING && c->ids[a] == c->ids[b];
    case MLN_FIELD_DATE:
        return c->first[a] != MLN_DAY_NONE && c->first[a] == c->last[a] &&
               c->first[a] == c->first[b] && c->last[a] == c->last[b];
    case MLN_FIELD_NUMBER: return c->number[a] == c->number[b]; /* NaN equals nothing */
    case MLN_FIELD_LIST: return mln_list_common(c, a, b, &element);
    case MLN_FIELD_GEO:
        return c->latitude[a] == c->latitude[b] && c->longitude[a] == c->longitude[b];
    }
    return false;
}

/* The rank of a row in an order; MLN_KEY_NONE when it is not there. */
static uint32_t rank_in(const uint32_t *rows, const uint32_t *ranks, size_t n, uint32_t row) {
    for (size_t i = 0; i < n; i++) {
        if (rows[i] == row) {
            return ranks[i];
        }
    }
    return MLN_KEY_NONE;
}

static bool neighbours(const struct mln_rule_blocks *rule, uint32_t a, uint32_t b) {
    const uint32_t x = rank_in(rule->left, rule->left_rank, rule->n_left_order, a);
    const uint32_t y = rank_in(rule->candidate, rule->candidate_rank, rule->n_candidates, b);
    return x != MLN_KEY_NONE && y != MLN_KEY_NONE && (x > y ? x - y : y - x) <= rule->window;
}

bool mln_blocks_make(const struct mln_blocks *blocks, size_t rule, uint32_t left, uint32_t right) {
    const struct mln_block_rule *asked = &blocks->model->rules[rule];
    if (left == right) {
        return false;
    }
    if (asked->kind == MLN_RULE_WINDOW) {
        return neighbours(&blocks->rules[rule], left, right);
    }
    bool same = true;
    for (size_t f = 0; same && f < asked->n_fields; f++) {
        same = same_value(&blocks->records->fields[asked->fields[f]], left, right);
    }
    return same;
}
