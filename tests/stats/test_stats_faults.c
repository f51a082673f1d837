/* Every allocation of the estimators, failed in turn: MLN_NO_MEMORY with a message, nothing leaked.
 */
#include <string.h>

#include "fault.h"
#include "run.h"
#include "stats/gray.h"
#include "stats/link_band.h"
#include "stats/post_strata.h"
#include "stats/transition.h"

enum { N = 120 };

static double exit_[N], entry[N], weight[N];
static uint32_t end[N], group[N], from[N], to[N];
static const bool allowed[9] = {0, 1, 1, 0, 0, 0, 0, 0, 0};
static const struct mln_multistate_model model = {3, allowed};

static void fill(void) {
    for (uint32_t i = 0; i < N; i++) {
        entry[i] = i % 5;
        exit_[i] = entry[i] + 1 + i * 37 % 80;
        weight[i] = 1 + 0.25 * (i % 3);
        end[i] = i % 3;
        group[i] = i % 4;
        to[i] = end[i] == 0 ? MLN_STAYS : end[i];
    }
}

static enum mln_status risk(const double *entries, const double *weights, struct mln_err *err) {
    const struct mln_spells spells = {N, exit_, end, entries, group, weights};
    struct mln_risk_sets sets;
    const enum mln_status status = mln_risk_build(&spells, 4, 2, &sets, err);
    mln_risk_release(&sets);
    return status;
}

static enum mln_status risk_counted(struct mln_err *err) {
    return risk(NULL, NULL, err);
}

static enum mln_status risk_sorted(struct mln_err *err) {
    return risk(entry, weight, err);
}

static enum mln_status compare(bool by_gray, struct mln_err *err) {
    const struct mln_spells spells = {N, exit_, end, NULL, group, NULL};
    struct mln_risk_sets sets;
    struct mln_test test;
    double observed[4], expected[4], variance[16];
    MLN_TRY(mln_risk_build(&spells, 4, 2, &sets, err));
    const struct mln_compared compared = {sets.groups, 4, 1, 0.5};
    const enum mln_status status =
        by_gray ? mln_gray(&compared, 1, NULL, NULL, &test, err)
                : mln_logrank(&compared, observed, expected, variance, &test, err);
    mln_risk_release(&sets);
    return status;
}

static enum mln_status logrank(struct mln_err *err) {
    return compare(false, err);
}

static enum mln_status gray(struct mln_err *err) {
    return compare(true, err);
}

static enum mln_status multistate(struct mln_err *err) {
    const struct mln_stays stays = {N, group, entry, exit_, from, to, weight, NULL};
    struct mln_stays own = stays;
    own.subject = NULL;
    own.cluster = group;
    const struct mln_multistate_options options = {.start = 2.5, .tau = 40};
    struct mln_multistate fit;
    const enum mln_status status = mln_multistate_fit(&own, &model, &options, &fit, err);
    mln_multistate_release(&fit);
    return status;
}

static enum mln_status subjects(struct mln_err *err) {
    static const uint32_t subject[] = {1, 1}, state[] = {0, 1}, next[] = {1, MLN_STAYS};
    static const double in[] = {0, 1}, out[] = {1, 2};
    static const struct mln_stays stays = {2, subject, in, out, state, next, NULL, NULL};
    const struct mln_multistate_options options = {0};
    struct mln_multistate fit;
    const enum mln_status status = mln_multistate_fit(&stays, &model, &options, &fit, err);
    mln_multistate_release(&fit);
    return status;
}

static enum mln_status transition(struct mln_err *err) {
    const struct mln_stays stays = {N, NULL, entry, exit_, from, to, NULL, NULL};
    static const double at[] = {30};
    double prob[9], covariance[81];
    return mln_transition_fit(&stays, &model, 0, at, 1, prob, covariance, err);
}

static enum mln_status weights(struct mln_err *err) {
    const uint32_t *const code[] = {group, from};
    const struct mln_strata strata = {N, 2, code};
    const struct mln_collapse collapse = {50, 4.0};
    static const uint64_t n_matched[] = {20, 10, 5, 30};
    struct mln_cells cells;
    struct mln_weights built;
    MLN_TRY(mln_cells_build(&strata, &cells, err));
    const enum mln_status status = mln_weights_build(&cells, n_matched, &collapse, &built, err);
    mln_weights_release(&built);
    mln_cells_release(&cells);
    return status;
}

static enum mln_status bands(struct mln_err *err) {
    const uint32_t *const code[] = {group};
    const struct mln_strata strata = {N, 1, code};
    static const uint64_t key[] = {1, 2};
    static const double prob[] = {0.5, 0};
    static const uint32_t rate[] = {MLN_BAND_SURE, 0};
    static const struct mln_band_rate rates[] = {{2, 5}};
    static const struct mln_band_units units = {2, key, prob, rate, 1, rates};
    static const struct mln_band_group linked[] = {{0, 0, MLN_BAND_SURE, MLN_BAND_SURE, 0, 60, false},
                                                   {1, 1, 0, 1, 0, 20, false}};
    static const struct mln_band_options options = {.n_draws = 3, .collapse = {1, 4}};
    struct mln_cells cells;
    struct mln_band_draws draws;
    MLN_TRY(mln_cells_build(&strata, &cells, err));
    const enum mln_status status =
        mln_band_draw(&units, &cells, (struct mln_band_groups){linked, 2},
                      (struct mln_band_groups){linked, 1}, &options, &draws, err);
    mln_band_release(&draws);
    mln_cells_release(&cells);
    return status;
}

static const struct scenario {
    const char *name;
    enum mln_status (*run)(struct mln_err *err);
} scenarios[] = {{"risk, counted", risk_counted}, {"risk, sorted", risk_sorted},
                 {"log-rank", logrank},           {"gray", gray},
                 {"multi-state", multistate},     {"subjects", subjects},
                 {"transition", transition},      {"weights", weights},
                 {"bands", bands}};

START_TEST(every_allocation_may_fail) {
    fill();
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        const struct scenario *s = &scenarios[i];
        size_t nth = 1;
        for (bool happened = true; happened; nth++) {
            struct mln_err err = {0};
            const size_t live = fault_live();
            fault_arm(FAULT_MEMORY, nth);
            const enum mln_status status = s->run(&err);
            happened = fault_disarm();
            ck_assert_msg(fault_live() == live, "%s: allocation %zu leaks", s->name, nth);
            ck_assert_msg(status == (happened ? MLN_NO_MEMORY : MLN_OK), "%s: allocation %zu: %s",
                          s->name, nth, err.msg);
            ck_assert(!happened || err.msg[0] != '\0');
        }
        ck_assert_msg(nth > 3, "%s allocates nothing: the shim is not at work", s->name);
    }
}
END_TEST

MLN_TEST_MAIN("stats_faults", every_allocation_may_fail)
