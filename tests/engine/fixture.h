/* What the tests of the engine share: a scratch directory, an engine in it, a few words. */
#ifndef MLN_TESTS_ENGINE_FIXTURE_H
#define MLN_TESTS_ENGINE_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "engine/engine.h"

static char dir[64];
static struct mln_engine *e;
static struct mln_err err;
static const unsigned char key_a[32] = "0123456789abcdef0123456789abcde";

#define OK(call)                                      \
    do {                                              \
        const enum mln_status got_ = (call);          \
        ck_assert_msg(got_ == MLN_OK, "%s", err.msg); \
    } while (0)
#define FAILS(status, call) ck_assert_int_eq((call), (status))

static inline const char *in_dir(const char *name) {
    static char paths[8][256];
    static unsigned next;
    char *const path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static inline void open_with(size_t n_threads, uint64_t memory) {
    static char spill[128];
    snprintf(spill, sizeof spill, "%s/spill", dir);
    const struct mln_engine_options options = {
        .n_threads = n_threads, .memory_bytes = memory, .spill_dir = spill};
    OK(mln_engine_open_duckdb(&options, &e, &err));
}

static inline void set_up(void) {
    snprintf(dir, sizeof dir, "/tmp/mln-engine-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    memset(&err, 0, sizeof err);
    open_with(2, 0);
}

static inline void tear_down(void) {
    if (e != NULL) {
        e->ops->close(e);
        e = NULL;
    }
    OK(mln_dir_remove(dir, &err));
}

static inline enum mln_status run(const char *sql, struct mln_params params) {
    return e->ops->exec(e, "test.sql", mln_str_from(sql), params, NULL, &err);
}

static inline int64_t one(const char *sql) {
    int64_t value = -1;
    OK(mln_query_i64(e, "one.sql", sql, MLN_NO_PARAMS, &value, &err));
    return value;
}

static inline int mln_engine_suite(const char *name, const TTest *const *tests, size_t n) {
    Suite *suite = suite_create(name);
    TCase *tc = tcase_create(name);
    tcase_set_timeout(tc, 300);
    tcase_add_checked_fixture(tc, set_up, tear_down);
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

#define ENGINE_TEST_MAIN(name, ...)                                           \
    int main(void) {                                                          \
        const TTest *const tests[] = {__VA_ARGS__};                           \
        return mln_engine_suite(name, tests, sizeof tests / sizeof tests[0]); \
    }

#endif
