/* Comparators of the library: one pair of texts at a time. */
#include "link/compare/pair.h"

#include <maillon/maillon.h>
#include <math.h>

typedef enum mln_status distance_fn(struct mln_points a, struct mln_points b, uint32_t cutoff,
                                    struct mln_compare_work *work, uint32_t *out,
                                    struct mln_err *err);

static enum mln_status decode(struct mln_compare_work *work, struct mln_str a, struct mln_str b,
                              struct mln_points points[2]) {
    MLN_TRY(mln_points_decode(work, 0, a, &points[0], NULL));
    return mln_points_decode(work, 1, b, &points[1], NULL);
}

static uint32_t distance(distance_fn *measure, struct mln_str a, struct mln_str b) {
    struct mln_compare_work work = {0};
    struct mln_points points[2];
    uint32_t found = UINT32_MAX;
    enum mln_status status = decode(&work, a, b, points);
    if (status == MLN_OK) {
        status = measure(points[0], points[1], MLN_NO_CUTOFF, &work, &found, NULL);
    }
    mln_compare_work_release(&work);
    return status == MLN_OK ? found : UINT32_MAX;
}

uint32_t mln_text_levenshtein(const char *a, size_t n_a, const char *b, size_t n_b) {
    return distance(mln_levenshtein, (struct mln_str){a, n_a}, (struct mln_str){b, n_b});
}

uint32_t mln_text_osa(const char *a, size_t n_a, const char *b, size_t n_b) {
    return distance(mln_osa, (struct mln_str){a, n_a}, (struct mln_str){b, n_b});
}

uint32_t mln_text_damerau(const char *a, size_t n_a, const char *b, size_t n_b) {
    return distance(mln_damerau, (struct mln_str){a, n_a}, (struct mln_str){b, n_b});
}

double mln_text_jaro_winkler(const char *a, size_t n_a, const char *b, size_t n_b,
                             double prefix_weight) {
    struct mln_compare_work work = {0};
    struct mln_points points[2];
    const struct mln_jaro_winkler options = {.prefix_weight = prefix_weight};
    double found = NAN;
    enum mln_status status =
        decode(&work, (struct mln_str){a, n_a}, (struct mln_str){b, n_b}, points);
    if (status == MLN_OK) {
        status = mln_jaro_winkler(points[0], points[1], &options, &work, &found, NULL);
    }
    mln_compare_work_release(&work);
    return status == MLN_OK ? found : NAN;
}
