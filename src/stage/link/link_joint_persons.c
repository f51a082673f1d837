#include <stdlib.h>

#include "stage/link/link_joint_inside.h"

/* First of `list`'s (ascending, repeated) numbers that is at least `no`. */
static uint32_t first_of(const struct numbers *list, int64_t no) {
    size_t low = 0;
    size_t high = list->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->v[middle] < no) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

/* ── persons ── */

static struct person_range persons_of(const struct mln_joint_pass *j, size_t side, int64_t no) {
    const struct numbers *list = &j->persons.kept[side][NO];
    return (struct person_range){first_of(list, no), first_of(list, no + 1)};
}

/* A pair of persons of a candidate, of one role and nature. */
struct person_pair {
    uint32_t candidate;
    uint32_t left, right; /* places: see mln_joint_persons */
    uint32_t pattern;
};

struct person_pairs {
    struct person_pair *v;
    size_t n, cap;
    uint32_t n_left, n_right; /* places so far */
};

static enum mln_status add_pair(struct person_pairs *pairs, struct person_pair pair,
                                struct mln_err *err) {
    if (pairs->n == pairs->cap) {
        const size_t cap = pairs->cap == 0 ? 4096 : 2 * pairs->cap;
        struct person_pair *wider = realloc(pairs->v, cap * sizeof *wider);
        if (wider == NULL) {
            return mln_err_nomem(err, "the persons of the joint pass");
        }
        pairs->v = wider;
        pairs->cap = cap;
    }
    pairs->v[pairs->n++] = pair;
    return MLN_OK;
}

/* All pairs of persons of one procedure and one affaire, none where they are too many; their places go
 * on from `pairs`. */
static enum mln_status pair_persons(struct mln_joint_pass *j, uint32_t candidate, struct person_range a,
                                    struct person_range b, struct person_pairs *pairs,
                                    struct mln_err *err) {
    const struct numbers *left = j->persons.kept[0];
    const struct numbers *right = j->persons.kept[1];
    const uint32_t last = joint_may_compare(a, b) ? a.last : a.first;
    for (uint32_t p = a.first; p < last; p++) {
        for (uint32_t q = b.first; q < b.last; q++) {
            if (left[ROLE].v[p] != right[ROLE].v[q] || left[NATURE].v[p] != right[NATURE].v[q]) {
                continue;
            }
            struct person_pair pair = {candidate, pairs->n_left + p - a.first,
                                       pairs->n_right + q - b.first, 0};
            MLN_TRY(mln_ladder_pair(j->persons.ladder, j->persons.work, p,
                                    j->persons.records.n_left + q, &pair.pattern, err));
            MLN_TRY(add_pair(pairs, pair, err));
        }
    }
    pairs->n_left += a.last - a.first;
    pairs->n_right += b.last - b.first;
    return MLN_OK;
}

static int by_pattern(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Distinct patterns with their counts, as a session. */
static enum mln_status person_session(struct mln_joint_pass *j, const uint32_t *pattern, size_t n,
                                      struct mln_em_session *out, struct mln_err *err) {
    struct mln_arena *arena = j->pass.run->arena;
    const size_t n_comparisons = j->persons_model.n_comparisons;
    size_t n_distinct = 0;
    for (size_t i = 0; i < n; i++) {
        n_distinct += i == 0 || pattern[i] != pattern[i - 1];
    }
    uint8_t *levels = MLN_ARENA_NEW(arena, uint8_t, n_distinct * n_comparisons + 1);
    uint64_t *count = MLN_ARENA_NEW(arena, uint64_t, n_distinct + 1);
    if (levels == NULL || count == NULL) {
        return mln_err_nomem(err, "the persons of the joint pass");
    }
    size_t d = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && pattern[i] != pattern[i - 1]) {
            d++;
        }
        if (count[d]++ == 0) {
            mln_ladder_levels(j->persons.ladder, pattern[i], levels + d * n_comparisons);
        }
    }
    *out = (struct mln_em_session){.levels = levels, .count = count, .n_patterns = n_distinct};
    return MLN_OK;
}

/* Persons of linked procedures against those of their own affaire (`shift` 0) or of another linked pair's. */
static enum mln_status linked_session(struct mln_joint_pass *j, size_t shift, struct mln_em_session *out,
                                      struct mln_err *err) {
    struct person_pairs pairs = {0};
    struct numbers linked = {0};
    uint32_t *pattern = NULL;
    enum mln_status status = MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < j->n; i++) {
        status = j->column[APPRIS].v[i] == 1 ? joint_push(&linked, (int64_t)i, err) : MLN_OK;
    }
    for (size_t i = 0; status == MLN_OK && i < linked.n; i++) {
        const size_t other = (size_t)linked.v[(i + shift) % linked.n];
        status = pair_persons(j, 0, persons_of(j, 0, j->column[PROCEDURE].v[linked.v[i]]),
                              persons_of(j, 1, j->column[AFFAIRE].v[other]), &pairs, err);
    }
    if (status == MLN_OK) {
        pattern = malloc((pairs.n + 1) * sizeof *pattern);
        status = pattern == NULL ? mln_err_nomem(err, "the persons of the joint pass") : MLN_OK;
    }
    if (status == MLN_OK) {
        for (size_t i = 0; i < pairs.n; i++) {
            pattern[i] = pairs.v[i].pattern;
        }
        qsort(pattern, pairs.n, sizeof *pattern, by_pattern);
        status = person_session(j, pattern, pairs.n, out, err);
    }
    free(pattern);
    free(linked.v);
    free(pairs.v);
    return status;
}


enum mln_status joint_train_persons(struct mln_joint_pass *j, struct mln_err *err) {
    uint8_t n_levels[MLN_COMPARISONS_MAX];
    struct mln_em_session inside = {0};
    struct mln_em_session across = {0};
    for (size_t c = 0; c < j->persons_model.n_comparisons; c++) {
        n_levels[c] = (uint8_t)j->persons_model.comparisons[c].n_levels;
    }
    MLN_TRY(linked_session(j, 0, &inside, err));
    MLN_TRY(linked_session(j, 1, &across, err));
    double n_across = 0;
    for (size_t i = 0; i < across.n_patterns; i++) {
        n_across += (double)across.count[i];
    }
    const struct mln_em_options options = {.n_levels = n_levels,
                                           .n_comparisons = j->persons_model.n_comparisons,
                                           .sessions = &inside,
                                           .n_sessions = 1,
                                           .random = &across,
                                           .n_pairs_all = n_across * n_across,
                                           .training = &j->persons_model.training};
    MLN_TRY(mln_em_fit(&options, &j->persons_fit, err));
    j->taught = true;
    return MLN_OK;
}

enum mln_status joint_match_persons(struct mln_joint_pass *j, struct mln_err *err) {
    struct person_pairs pairs = {0};
    uint32_t *left = NULL, *right = NULL;
    double *weight = NULL, *gain = NULL;
    bool *taken = NULL;
    uint32_t *sides = calloc(2 * j->n + 1, sizeof *sides); /* persons of each side of a candidate */
    enum mln_status status = sides == NULL ? mln_err_nomem(err, "the joint pass") : MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < j->n; i++) {
        const struct person_range a = persons_of(j, 0, j->column[PROCEDURE].v[i]);
        const struct person_range b = persons_of(j, 1, j->column[AFFAIRE].v[i]);
        sides[2 * i] = a.last - a.first;
        sides[2 * i + 1] = b.last - b.first;
        status = pair_persons(j, (uint32_t)i, a, b, &pairs, err);
    }
    if (status == MLN_OK) {
        left = malloc((pairs.n + 1) * sizeof *left);
        right = malloc((pairs.n + 1) * sizeof *right);
        weight = malloc((pairs.n + 1) * sizeof *weight);
        gain = malloc((pairs.n + 1) * sizeof *gain);
        taken = calloc(pairs.n + 1, sizeof *taken);
        status = left == NULL || right == NULL || weight == NULL || gain == NULL || taken == NULL
                     ? mln_err_nomem(err, "the persons of the joint pass")
                     : MLN_OK;
    }
    if (status == MLN_OK) {
        const double odds = joint_log2_odds(j->persons_fit.session_lambda[0]);
        for (size_t e = 0; e < pairs.n; e++) {
            uint8_t levels[MLN_COMPARISONS_MAX];
            mln_ladder_levels(j->persons.ladder, pairs.v[e].pattern, levels);
            weight[e] = mln_em_weight(&j->persons_fit, levels, j->persons_model.n_comparisons, false);
            gain[e] = weight[e] + odds;
            left[e] = pairs.v[e].left;
            right[e] = pairs.v[e].right;
        }
        const struct mln_joint_persons persons = {
            .left = left, .right = right, .gain = gain, .n = pairs.n,
            .n_left = pairs.n_left, .n_right = pairs.n_right,
            .n_threads = j->pass.run->project->n_threads};
        status = mln_joint_assign(&persons, taken, err);
    }
    for (size_t i = 0, e = 0; status == MLN_OK && i < j->n; i++) {
        double sum = 0;
        uint32_t matched = 0;
        bool any = false;
        for (; e < pairs.n && pairs.v[e].candidate == i; e++) {
            any = true;
            sum += taken[e] ? weight[e] : 0;
            matched += taken[e];
        }
        uint8_t *levels = j->levels + i * j->n_comparisons + j->cases_model.n_comparisons;
        levels[0] = mln_joint_weight_level(any ? (matched > 0 ? sum : -INFINITY) : NAN, j->bounds,
                                           j->n_bounds);
        levels[1] = any ? mln_joint_left_level(sides[2 * i], sides[2 * i + 1], matched)
                        : MLN_LEVEL_MISSING;
    }
    free(sides);
    free(taken);
    free(gain);
    free(weight);
    free(right);
    free(left);
    free(pairs.v);
    return status;
}
