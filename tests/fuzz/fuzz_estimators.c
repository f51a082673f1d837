/* Any spells and any histories: refused with a message, or estimated within their bounds.
 * Input: two bytes of options, then rows of six bytes. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "stats/aalen_johansen.h"
#include "stats/counts.h"
#include "stats/gray.h"
#include "stats/km.h"
#include "stats/rmean.h"
#include "stats/transition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 200, GROUPS = 3, CAUSES = 2, STATES = 3 };

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

struct input {
    size_t n;
    double entry[MOST], exit[MOST], weight[MOST];
    uint32_t code[4][MOST];
};

/* Halves of small numbers; rarely what is no time. */
static double number(uint8_t byte) {
    static const double odd[] = {NAN, INFINITY, -1.0, 1e300, 5e-324};
    return byte >= 251 ? odd[byte - 251] : byte % 64 / 2.0;
}

static void decode(const uint8_t *data, size_t size, struct input *in) {
    in->n = size / 6 < MOST ? size / 6 : MOST;
    for (size_t i = 0; i < in->n; i++) {
        const uint8_t *row = data + 6 * i;
        in->entry[i] = number(row[0]);
        in->exit[i] = number(row[1]);
        in->weight[i] = number(row[2]);
        for (size_t c = 0; c < 3; c++) {
            in->code[c][i] = row[3 + c] % 8 == 7 ? UINT32_MAX : row[3 + c] % 4;
        }
        in->code[3][i] = row[5] >> 3;
    }
}

static bool is_share(double x) {
    return x >= -1e-9 && x <= 1 + 1e-9;
}

static bool sum_is_one(const double *p, size_t n) {
    double sum = 0.0;
    for (size_t k = 0; k < n; k++) {
        must(is_share(p[k]));
        sum += p[k];
    }
    return fabs(sum - 1.0) < 1e-9;
}

static void check_group(const struct mln_risk *risk) {
    static struct mln_km_point points[2 * MOST];
    static double prob[2 * MOST * (CAUSES + 1)], std_err[2 * MOST * (CAUSES + 1)];
    struct mln_rmean mean[CAUSES + 1];
    must(mln_km_fit(risk, MLN_KM_GREENWOOD, points, NULL) == MLN_OK);
    for (size_t i = 0; i < risk->n_times; i++) {
        must(i == 0 || risk->time[i] > risk->time[i - 1]);
        must(risk->n_risk[i] >= 0 && (isnan(points[i].running) || is_share(points[i].running)));
        must(isnan(points[i].std_err) || points[i].std_err >= 0);
    }
    const double median = mln_km_quantile(points, risk->n_times, 0.5);
    must(isnan(median) || (median >= risk->time[0] && median <= risk->time[risk->n_times - 1]));
    (void)mln_km_rmean(points, risk->n_times, 10);
    if (risk->has_late_entries) {
        must(mln_aalen_johansen(risk, prob, std_err, NULL) == MLN_BAD_INPUT);
        return;
    }
    must(mln_aalen_johansen(risk, prob, std_err, NULL) == MLN_OK);
    must(mln_aj_rmean(risk, 10, mean, NULL) == MLN_OK);
    for (size_t i = 0; i < risk->n_times; i++) {
        must(sum_is_one(prob + i * (CAUSES + 1), CAUSES + 1));
        must(std_err[i * (CAUSES + 1)] >= 0);
    }
    must(risk->n_times == 0 || fabs(mean[0].mean + mean[1].mean + mean[2].mean - 10) < 1e-9);
}

static void check_spells(const struct input *in, uint8_t options) {
    const struct mln_spells spells = {.n = in->n,
                                      .exit = in->exit,
                                      .end = in->code[0],
                                      .entry = (options & 1) != 0 ? in->entry : NULL,
                                      .group = (options & 2) != 0 ? in->code[1] : NULL,
                                      .weight = (options & 4) != 0 ? in->weight : NULL};
    struct mln_err err = {0};
    struct mln_risk_sets sets;
    const enum mln_status status = mln_risk_build(&spells, GROUPS, CAUSES, &sets, &err);
    must(status == MLN_OK || (status == MLN_BAD_INPUT && err.msg[0] != '\0'));
    for (size_t g = 0; g < sets.n_groups; g++) {
        check_group(&sets.groups[g]);
    }
    if (status == MLN_OK && spells.weight == NULL) {
        const struct mln_compared compared = {sets.groups, GROUPS, 1, (options & 8) != 0 ? 0.5 : 0};
        double observed[GROUPS], expected[GROUPS], variance[GROUPS * GROUPS];
        struct mln_test test;
        must(mln_logrank(&compared, observed, expected, variance, &test, NULL) == MLN_OK);
        must(isnan(test.chi2) || test.chi2 >= 0);
        (void)!mln_gray(&compared, 1, NULL, NULL, &test, NULL);
    }
    static const double horizon[] = {0, 5.5, 20};
    uint64_t counts[GROUPS * 3 * (CAUSES + 2)];
    (void)!mln_count_ends(&spells, GROUPS, CAUSES, horizon, 3, counts, NULL);
    mln_risk_release(&sets);
}

static void check_histories(const struct input *in, uint8_t options) {
    static const bool allowed[STATES * STATES] = {0, 1, 1, 1, 0, 1, 0, 1, 0};
    static const struct mln_multistate_model model = {STATES, allowed};
    const struct mln_stays stays = {.n = in->n,
                                    .subject = (options & 2) != 0 ? in->code[3] : NULL,
                                    .entry = (options & 1) != 0 ? in->entry : NULL,
                                    .exit = in->exit,
                                    .from = in->code[1],
                                    .to = in->code[2],
                                    .weight = (options & 4) != 0 ? in->weight : NULL,
                                    .cluster = (options & 16) != 0 ? in->code[0] : NULL};
    const struct mln_multistate_options with = {.start = (options & 8) != 0 ? 3 : 0, .tau = 12};
    struct mln_multistate fit;
    struct mln_err err = {0};
    const enum mln_status status = mln_multistate_fit(&stays, &model, &with, &fit, &err);
    must(status == MLN_OK || (status == MLN_BAD_INPUT && err.msg[0] != '\0'));
    for (size_t i = 0; i < fit.n_times; i++) {
        must(sum_is_one(fit.prob + i * STATES, STATES));
        must(fit.std_err[i * STATES] >= 0);
    }
    mln_multistate_release(&fit);
    static const double at[] = {6, 40};
    double prob[2 * STATES * STATES], covariance[2 * STATES * STATES * STATES * STATES];
    if (mln_transition_fit(&stays, &model, with.start, at, 2, prob, covariance, NULL) == MLN_OK) {
        must(sum_is_one(prob + STATES * STATES, STATES) && covariance[0] >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct input in;
    if (size >= 2) {
        decode(data + 2, size - 2, &in);
        check_spells(&in, data[0]);
        check_histories(&in, data[1]);
    }
    return 0;
}
