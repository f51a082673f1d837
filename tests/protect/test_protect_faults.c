/* Every allocation on the way from tables to protected tables and back, failed in turn: a status
 * and a message, nothing leaked, never a table with a cell that was not protected. */
#include "fault.h"
#include "protect/hand.h"
#include "run.h"

/* Check's own assertions allocate, so they are called only where one has failed. */
#define MUST(holds)               \
    do {                          \
        if (!(holds)) {           \
            (void)fault_disarm(); \
            ck_abort_msg(#holds); \
        }                         \
    } while (0)

/* Two closed groups of small cells and a bridge: sweep, audit and elimination all work. */
static struct mln_table bridge(struct mln_arena *arena) {
    static const char *const codes[] = {"a", "b", "c", "d", "TOTAL"};
    static const uint64_t counts[] = {4, 4,   90, 91, 189, 4, 4,   4,   92,  104, 93,  94, 4,
                                      4, 195, 95, 96, 4,   4, 199, 196, 198, 102, 191, 687};
    const struct mln_dimension d[2] = {hand_dimension("x", codes, 5, true),
                                       hand_dimension("y", codes, 5, true)};
    struct mln_table t = hand_table(arena, d, 2, counts);
    hand_add_share(arena, &t, 1);
    return t;
}

static enum mln_status go(struct mln_arena *arena, const struct mln_table *made,
                          struct mln_buf *bytes, struct mln_err *err) {
    static const struct mln_protect_options options = {.threshold = 5, .threshold_detail = 5};
    struct mln_table *tables = NULL;
    struct mln_protected_table **back = NULL;
    struct mln_protected_table *out = NULL;
    size_t n = 0;
    MLN_TRY(mln_tables_write(made, 1, bytes, err));
    MLN_TRY(mln_tables_read(arena, mln_buf_view(bytes), &tables, &n, err));
    MLN_TRY(mln_protect_all(arena, tables, n, &options, &out, err));
    mln_buf_reset(bytes);
    MLN_TRY(mln_protected_write(&out, 1, bytes, err));
    MLN_TRY(mln_protected_read(arena, mln_buf_view(bytes), &back, &n, err));
    const struct mln_protect_summary s = mln_protected_summary(back[0]);
    MUST(n == 1 && s.primary == 9 && s.secondary > 0);
    return MLN_OK;
}

START_TEST(every_allocation_failed_in_turn) {
    struct mln_arena kept = MLN_ARENA_INIT;
    const struct mln_table made = bridge(&kept);
    size_t failures = 0;
    for (size_t nth = 1; nth < 100000; nth++) {
        const size_t live = fault_live();
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_buf bytes = MLN_BUF_INIT;
        struct mln_err err = {0};
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = go(&arena, &made, &bytes, &err);
        const bool happened = fault_disarm();
        mln_arena_release(&arena);
        mln_buf_release(&bytes);
        ck_assert_uint_eq(fault_live(), live);
        if (!happened) {
            ck_assert_int_eq(status, MLN_OK);
            break;
        }
        ck_assert_int_eq(status, MLN_NO_MEMORY);
        ck_assert_int_eq(err.status, MLN_NO_MEMORY);
        ck_assert_uint_gt(strlen(err.msg), 0);
        failures++;
    }
    ck_assert_uint_gt(failures, 20);
    mln_arena_release(&kept);
}
END_TEST

/* Two tables tied by a hierarchy, one of them published before, a sensitive row, a difference; then
 * rounded together; then with cell keys. */
static enum mln_status go_linked(struct mln_arena *arena, const struct mln_table tables[2],
                                 enum mln_method method, struct mln_err *err) {
    static const char *const courts[] = {"t1", "t2", "t3"};
    static const char *const appeal_of[] = {"c1", "c1", "c2"};
    static const char *const sensitive[] = {"y"};
    static const struct mln_hierarchy h = {"x", "appel", 3, courts, appeal_of};
    static const uint8_t states[6] = {MLN_CELL_SHOWN, MLN_CELL_SHOWN, MLN_CELL_SHOWN,
                                      MLN_CELL_SHOWN, MLN_CELL_SHOWN, MLN_CELL_SHOWN};
    const struct mln_past_table past = {tables[1], states};
    const struct mln_protect_context context = {.n_sensitive = 1,
                                                .sensitive = sensitive,
                                                .n_hierarchies = 1,
                                                .hierarchies = &h,
                                                .n_past = 1,
                                                .past = &past};
    const struct mln_protect_options options = {.method = method,
                                                .threshold = 5,
                                                .threshold_detail = 5,
                                                .rounding_base =
                                                    method == MLN_METHOD_ROUNDING ? 3 : 0,
                                                .noise_max = 3,
                                                .noise_smallest = 1,
                                                .noise_variance = 2};
    struct mln_protected_table *out = NULL;
    struct mln_protect_outcome outcome;
    MLN_TRY(mln_protect_linked(arena, tables, 1, &context, &options, &out, &outcome, err));
    uint64_t shown = 0;
    const bool hides = method == MLN_METHOD_SUPPRESSION;
    MUST(mln_protected_count(out, 0, &shown) == !hides);
    MUST(!hides || (outcome.n_primary > 0 && outcome.n_proven > outcome.n_primary));
    return MLN_OK;
}

START_TEST(linked_tables_every_allocation_failed_in_turn) {
    static const char *const courts[] = {"t1", "t2", "t3", "TOTAL"};
    static const char *const appeals[] = {"c1", "c2", "TOTAL"};
    static const char *const outcomes[] = {"a", "TOTAL"};
    static const uint64_t by_court[] = {4, 4, 31, 31, 22, 22, 57, 57};
    static const uint64_t by_appeal[] = {35, 35, 20, 20, 55, 55}; /* 2 fewer before, in c2 */
    static uint64_t keys[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct mln_arena kept = MLN_ARENA_INIT;
    const struct mln_dimension d[2] = {hand_dimension("x", courts, 4, true),
                                       hand_dimension("y", outcomes, 2, true)};
    const struct mln_dimension e[2] = {hand_dimension("appel", appeals, 3, true),
                                       hand_dimension("y", outcomes, 2, true)};
    struct mln_table tables[2] = {hand_table(&kept, d, 2, by_court),
                                  hand_table(&kept, e, 2, by_appeal)};
    tables[0].cell_keys = keys;
    size_t failures = 0;
    for (int method = 0; method < MLN_METHOD_COUNT; method++) {
        for (size_t nth = 1; nth < 100000; nth++) {
            const size_t live = fault_live();
            struct mln_arena arena = MLN_ARENA_INIT;
            struct mln_err err = {0};
            fault_arm(FAULT_MEMORY, nth);
            const enum mln_status status = go_linked(&arena, tables, (enum mln_method)method, &err);
            const bool happened = fault_disarm();
            mln_arena_release(&arena);
            ck_assert_uint_eq(fault_live(), live);
            if (!happened) {
                ck_assert_msg(status == MLN_OK, "%s", err.msg);
                break;
            }
            ck_assert_int_eq(status, MLN_NO_MEMORY);
            ck_assert_int_eq(err.status, MLN_NO_MEMORY);
            failures++;
        }
    }
    ck_assert_uint_gt(failures, 50);
    mln_arena_release(&kept);
}
END_TEST

MLN_TEST_MAIN("protect_faults", every_allocation_failed_in_turn,
              linked_tables_every_allocation_failed_in_turn)
