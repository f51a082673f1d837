#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/thread.h"
#include "run.h"

enum { N = 1000 };

struct jobs {
    atomic_int runs[N];
    size_t results[N];
    size_t fails_from; /* every task from this one on fails … */
    size_t fails_at;   /* … and this one, slowly */
};

static enum mln_status job(void *ctx, size_t i, struct mln_err *err) {
    struct jobs *jobs = ctx;
    atomic_fetch_add(&jobs->runs[i], 1);
    jobs->results[i] = i * i;
    if (i == jobs->fails_at) {
        usleep(20000); /* higher tasks fail meanwhile */
        return mln_err_set(err, MLN_BAD_INPUT, "task %zu", i);
    }
    return i >= jobs->fails_from ? mln_err_set(err, MLN_IO, "task %zu", i) : MLN_OK;
}

START_TEST(every_task_runs_once) {
    static const size_t threads[] = {0, 1, 2, 7, 64};
    static const size_t tasks[] = {0, 1, 2, N};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        for (size_t k = 0; k < sizeof tasks / sizeof tasks[0]; k++) {
            static struct jobs jobs;
            memset(&jobs, 0, sizeof jobs);
            jobs.fails_from = jobs.fails_at = N;
            ck_assert_int_eq(mln_parallel(threads[t], tasks[k], job, &jobs, NULL), MLN_OK);
            for (size_t i = 0; i < N; i++) {
                ck_assert_int_eq(atomic_load(&jobs.runs[i]), i < tasks[k]);
                ck_assert_uint_eq(jobs.results[i], i < tasks[k] ? i * i : 0);
            }
        }
    }
}
END_TEST

/* Whatever the threads: the error of the lowest failing task, even when it comes last. */
START_TEST(the_lowest_failure_is_told) {
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        for (size_t at = 0; at < 40; at += 13) {
            static struct jobs jobs;
            memset(&jobs, 0, sizeof jobs);
            jobs.fails_at = at;
            jobs.fails_from = at + 1;
            struct mln_err err = {0};
            ck_assert_int_eq(mln_parallel(threads[t], N, job, &jobs, &err), MLN_BAD_INPUT);
            ck_assert_int_eq(err.status, MLN_BAD_INPUT);
            char want[32];
            ck_assert_int_lt(snprintf(want, sizeof want, "task %zu", at), (int)sizeof want);
            ck_assert_str_eq(err.msg, want);
            /* Nothing is begun after a failure: a task a thread, at most, was under way. */
            size_t begun = 0;
            for (size_t i = 0; i < N; i++) {
                begun += (size_t)atomic_load(&jobs.runs[i]);
            }
            ck_assert_uint_ge(begun, at + 1);
            ck_assert_uint_le(begun, at + threads[t]);
        }
    }
    static struct jobs jobs;
    memset(&jobs, 0, sizeof jobs);
    jobs.fails_at = 5;
    jobs.fails_from = N;
    ck_assert_int_eq(mln_parallel(2, N, job, &jobs, NULL), MLN_BAD_INPUT); /* err may be NULL */
}
END_TEST

/* Sums of random draws by record, in slots: the same bits for any number of threads. */
static enum mln_status draw(void *ctx, size_t i, struct mln_err *err) {
    (void)err;
    double sum = 0;
    for (uint64_t record = i * 100; record < (i + 1) * 100; record++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 9, 1, record);
        sum += mln_rng_normal(&rng);
    }
    ((double *)ctx)[i] = sum;
    return MLN_OK;
}

START_TEST(threads_change_no_bit) {
    static double one[64];
    static double many[64];
    ck_assert_int_eq(mln_parallel(1, 64, draw, one, NULL), MLN_OK);
    ck_assert_int_eq(mln_parallel(5, 64, draw, many, NULL), MLN_OK);
    ck_assert_int_eq(memcmp(one, many, sizeof one), 0);
}
END_TEST

START_TEST(an_interrupt_is_seen) {
    struct mln_err err = {0};
    ck_assert_uint_ge(mln_thread_count(), 1);
    ck_assert_int_eq(mln_check_interrupt(&err), MLN_OK);
    atomic_store(&mln_interrupt_flag, 1);
    ck_assert_int_eq(mln_check_interrupt(&err), MLN_INTERRUPTED);
    ck_assert_int_eq(err.status, MLN_INTERRUPTED);
    atomic_store(&mln_interrupt_flag, 0);
    ck_assert_int_eq(mln_check_interrupt(&err), MLN_OK);
}
END_TEST

MLN_TEST_MAIN("thread", every_task_runs_once, the_lowest_failure_is_told, threads_change_no_bit,
              an_interrupt_is_seen)
