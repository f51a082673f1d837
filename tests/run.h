/* The main of a Check program: `MLN_TEST_MAIN("date", first_test, second_test)`. */
#ifndef MLN_TESTS_RUN_H
#define MLN_TESTS_RUN_H

#include <check.h>
#include <stdlib.h>

static inline int mln_run_tests(const char *name, const TTest *const *tests, size_t n) {
    Suite *suite = suite_create(name);
    TCase *tc = tcase_create(name);
    tcase_set_timeout(tc, 300);
    for (size_t i = 0; i < n; i++) {
        tcase_add_test(tc, tests[i]);
    }
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define MLN_TEST_MAIN(name, ...)                                           \
    int main(void) {                                                       \
        const TTest *const tests[] = {__VA_ARGS__};                        \
        return mln_run_tests(name, tests, sizeof tests / sizeof tests[0]); \
    }

#endif
