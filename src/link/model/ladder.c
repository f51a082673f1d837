/* Which levels of a ladder could never hold: the first level that holds is the pair's, so a level
 * that implies an earlier one is an oversight. */
#include "link/model/inside.h"

/* Edit distances of one pair, the smallest first: Damerau ≤ OSA ≤ Levenshtein ≤ indel. */
static int edit_rank(enum mln_level_kind kind) {
    switch (kind) {
    case MLN_LEVEL_DAMERAU: return 1;
    case MLN_LEVEL_OSA: return 2;
    case MLN_LEVEL_LEVENSHTEIN: return 3;
    case MLN_LEVEL_INDEL: return 4;
    default: return 0;
    }
}

static bool same_measure(const struct mln_level *a, const struct mln_level *b) {
    return a->kind == b->kind && a->q == b->q && a->prefix_weight == b->prefix_weight;
}

/* Larger values of `at` are harder to reach. */
static bool is_at_least(enum mln_level_kind kind) {
    switch (kind) {
    case MLN_LEVEL_JARO:
    case MLN_LEVEL_JARO_WINKLER:
    case MLN_LEVEL_JACCARD:
    case MLN_LEVEL_DICE:
    case MLN_LEVEL_COSINE:
    case MLN_LEVEL_PREFIX:
    case MLN_LEVEL_CONTAINS:
    case MLN_LEVEL_WORDS:
    case MLN_LEVEL_OVERLAP: return true;
    default: return false;
    }
}

/* Equal values reach this level whatever they are. */
static bool holds_for_equals(const struct mln_level *level) {
    switch (level->kind) {
    case MLN_LEVEL_PREFIX: /* both may be shorter */
    case MLN_LEVEL_CONTAINS:
    case MLN_LEVEL_WORDS:
    case MLN_LEVEL_DAY_MONTH:
    case MLN_LEVEL_COMPATIBLE:
    case MLN_LEVEL_SWAPPED:
    case MLN_LEVEL_OTHER:
    case MLN_LEVEL_NULL:
    case MLN_LEVEL_ELSE: return false;
    case MLN_LEVEL_OVERLAP: return level->at <= 1;
    default: return true;
    }
}

/* Whether a pair that reaches `later` has reached `earlier`. */
static bool implies(const struct mln_level *later, const struct mln_level *earlier) {
    if (later->kind == MLN_LEVEL_NULL || earlier->kind == MLN_LEVEL_NULL) {
        return later->kind == earlier->kind;
    }
    if (later->kind == MLN_LEVEL_SQL || earlier->kind == MLN_LEVEL_SQL) {
        return later->kind == earlier->kind && mln_str_eq(later->sql, earlier->sql);
    }
    if (later->field != earlier->field) {
        return false;
    }
    if (later->kind == MLN_LEVEL_SWAPPED || later->kind == MLN_LEVEL_OTHER) {
        return later->other_field == earlier->other_field &&
               (later->kind == earlier->kind ||
                (later->kind == MLN_LEVEL_SWAPPED && earlier->kind == MLN_LEVEL_OTHER));
    }
    if (later->kind == MLN_LEVEL_EXACT) {
        return holds_for_equals(earlier);
    }
    if (same_measure(later, earlier)) {
        return is_at_least(later->kind) ? later->at >= earlier->at : later->at <= earlier->at;
    }
    if (edit_rank(later->kind) > edit_rank(earlier->kind) && edit_rank(earlier->kind) > 0) {
        return later->at <= earlier->at;
    }
    /* Jaro–Winkler only adds to Jaro. */
    return later->kind == MLN_LEVEL_JARO && earlier->kind == MLN_LEVEL_JARO_WINKLER &&
           later->at >= earlier->at;
}

enum mln_status mln_model_check_level(struct mln_model_reader *r, const struct mln_level *levels,
                                      size_t n, const struct mln_yaml *at) {
    for (size_t l = 0; l < n; l++) {
        if (levels[l].kind == MLN_LEVEL_ELSE) {
            return mln_yaml_error(at, r->err, "nothing comes after else, which always holds");
        }
        if (levels[n].kind != MLN_LEVEL_ELSE && implies(&levels[n], &levels[l])) {
            return mln_yaml_error(at, r->err,
                                  "level '%.*s' never holds: a pair that reaches it has reached "
                                  "'%.*s' before; write the strictest level first",
                                  MLN_STR_ARG(levels[n].label), MLN_STR_ARG(levels[l].label));
        }
    }
    return MLN_OK;
}
