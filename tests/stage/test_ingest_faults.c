/* The stage ingest with an allocation, or a call of the file system, failing: a status and a
 * message, the memory given back, and no state to be believed. The n-th ones are tried one by one at
 * first, then ever further apart: the engine opens slowly. */
#include "ingest_case.h"

#include <check.h>
#include <stdlib.h>

#include "fault.h"

static bool told(enum fault_kind kind, enum mln_status status) {
    return kind == FAULT_MEMORY ? status == MLN_NO_MEMORY
                                : status == MLN_IO || status == MLN_BAD_INPUT || status == MLN_KEY;
}

START_TEST(faults_are_told) {
    const enum fault_kind kind = _i == 0 ? FAULT_MEMORY : FAULT_IO;
    struct ingest_case c;
    case_make(&c);
    ck_assert_int_eq(case_ingest(&c, 1), MLN_OK); /* what the first run keeps for good */
    size_t tried = 0;
    bool failed = true;
    for (size_t nth = 1; failed; nth += 1 + nth / 6) {
        case_begin(&c, 1);
        const size_t before = fault_live();
        struct mln_arena arena = MLN_ARENA_INIT;
        c.run.arena = &arena;
        fault_arm(kind, nth);
        const enum mln_status status = mln_stage_ingest(&c.run, &c.err);
        failed = fault_disarm();
        ck_assert_msg(failed ? told(kind, status) : status == MLN_OK, "%s %zu: status %d: %s",
                      kind == FAULT_MEMORY ? "allocation" : "call", nth, (int)status, c.err.msg);
        ck_assert(status == MLN_OK || c.err.msg[0] != '\0');
        mln_arena_release(&arena);
        ck_assert_uint_eq(fault_live(), before);
        tried += failed;
    }
    ck_assert_uint_gt(tried, 10);
    case_remove(&c);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ingest_faults");
    TCase *tc = tcase_create("ingest_faults");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, faults_are_told, 0, 2);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
