/* Every allocation of training fails in turn: an error, nothing leaked. */
#include "fault.h"
#include "pairs.h"
#include "run.h"

#define MUST(holds)               \
    do {                          \
        if (!(holds)) {           \
            (void)fault_disarm(); \
            ck_abort_msg(#holds); \
        }                         \
    } while (0)

static const uint8_t levels[] = {0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0};
static const uint64_t counts[] = {300, 20, 30, 900, 25};
static const uint8_t n_levels[] = {2, 2, 2};
static const bool left_out[] = {true, false, false};

static enum mln_status train(bool labels, struct mln_err *err) {
    const struct mln_em_session s[] = {
        {.levels = levels, .count = counts, .n_patterns = 5, .left_out = left_out},
        {.levels = levels, .count = counts, .n_patterns = 5}};
    struct mln_training training = usual_training();
    training.dependence = true;
    const struct mln_em_options o = {.n_levels = n_levels,
                                     .n_comparisons = 3,
                                     .sessions = s,
                                     .n_sessions = 1,
                                     .random = &s[1],
                                     .n_pairs_all = 1e5,
                                     .training = &training};
    struct mln_em_result fit;
    return labels ? mln_em_from_labels(&o, &fit, err) : mln_em_fit(&o, &fit, err);
}

START_TEST(each_allocation_fails_in_turn) {
    for (int labels = 0; labels < 2; labels++) {
        for (size_t nth = 1;; nth++) {
            const size_t live = fault_live();
            struct mln_err err;
            fault_arm(FAULT_MEMORY, nth);
            const enum mln_status status = train(labels != 0, &err);
            const bool happened = fault_disarm();
            MUST(fault_live() == live);
            MUST(status == (happened ? MLN_NO_MEMORY : MLN_OK));
            if (!happened) {
                MUST(nth > 2);
                break;
            }
        }
    }
}
END_TEST

MLN_TEST_MAIN("em_faults", each_allocation_fails_in_turn)
