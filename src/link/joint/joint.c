#include "link/joint/joint.h"

#include <math.h>
#include <stdlib.h>

#include "link/decide/assign.h"

enum mln_status mln_joint_assign(const struct mln_joint_persons *persons, bool *taken,
                                 struct mln_err *err) {
    const struct mln_edges edges = {persons->left, persons->right, persons->gain, persons->n};
    const struct mln_assign_options options = {.n_left = persons->n_left,
                                               .n_right = persons->n_right,
                                               .left_max = 1,
                                               .right_max = 1,
                                               .n_threads = persons->n_threads};
    struct mln_assign_result result;
    return mln_assign(&edges, &options, taken, &result, err);
}

uint8_t mln_joint_left_level(uint32_t n_left, uint32_t n_right, uint32_t n_matched) {
    if (n_left == 0 || n_right == 0) {
        return MLN_LEVEL_MISSING;
    }
    if (n_matched == 0) {
        return MLN_JOINT_NONE_MATCHED;
    }
    if (n_matched < n_left && n_matched < n_right) {
        return MLN_JOINT_LEFT_BOTH;
    }
    return n_matched == n_left && n_matched == n_right ? MLN_JOINT_ALL_MATCHED
                                                        : MLN_JOINT_LEFT_ONE_SIDE;
}

uint8_t mln_joint_weight_level(double weight, const double *bounds, size_t n_bounds) {
    if (isnan(weight)) {
        return MLN_LEVEL_MISSING;
    }
    for (size_t i = 0; i < n_bounds; i++) {
        if (weight >= bounds[i]) {
            return (uint8_t)i;
        }
    }
    return (uint8_t)n_bounds;
}

static int falling(const void *a, const void *b) {
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Odds of a weight, kept finite: sums of them must not overflow. */
static double odds_of(double weight) {
    return exp2(fmin(fmax(weight, -900), 900));
}

/* The odds of one affaire's candidates, whose sum beyond the best `capacity - 1` others is what each
 * competes with. `sorted` is scratch for n. */
static void compete(const double *weight, size_t n, size_t capacity, double *sorted,
                    double *probability) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sorted[i] = odds_of(weight[i]);
        sum += sorted[i];
    }
    qsort(sorted, n, sizeof *sorted, falling);
    double spared = 0; /* the capacity's best: they do not compete with one another */
    for (size_t i = 0; i < n && i < capacity; i++) {
        spared += sorted[i];
    }
    const double last_in = capacity <= n ? sorted[capacity - 1] : 0;
    for (size_t i = 0; i < n; i++) {
        const double odds = odds_of(weight[i]);
        const double rivals = odds >= last_in ? sum - spared : sum - odds - (spared - last_in);
        probability[i] = odds / (1 + odds + (rivals > 0 ? rivals : 0));
    }
}

enum mln_status mln_joint_posterior(const struct mln_joint_candidates *candidates,
                                    double *probability, struct mln_err *err) {
    double *sorted = malloc((candidates->n == 0 ? 1 : candidates->n) * sizeof *sorted);
    if (sorted == NULL) {
        return mln_err_nomem(err, "the candidates");
    }
    for (size_t i = 0, end; i < candidates->n; i = end) {
        for (end = i + 1;
             end < candidates->n && candidates->affaire[end] == candidates->affaire[i]; end++) {
        }
        compete(candidates->weight + i, end - i, candidates->capacity[i], sorted,
                probability + i);
    }
    free(sorted);
    return MLN_OK;
}
