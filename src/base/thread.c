#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

atomic_int mln_interrupt_flag;

enum mln_status mln_check_interrupt(struct mln_err *err) {
    if (atomic_load_explicit(&mln_interrupt_flag, memory_order_relaxed) == 0) {
        return MLN_OK;
    }
    return mln_err_set(err, MLN_INTERRUPTED, "interrupted");
}

size_t mln_thread_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1; /* more processors than cpu_set_t holds, or not allowed to ask */
    }
    const int n = CPU_COUNT(&set);
    return n < 1 ? 1 : (size_t)n;
}

struct crew {
    enum mln_status (*task)(void *ctx, size_t i, struct mln_err *err);
    void *ctx;
    size_t n_tasks;
    atomic_size_t next;
    atomic_bool stop;
    pthread_mutex_t lock; /* guards what follows */
    size_t failed_task;
    enum mln_status status;
    struct mln_err *err;
};

/* Tasks are handed out in order, so when task i fails every lower one has been started, and all
 * started ones are waited for: the lowest failure does not depend on timing. */
static void *work(void *arg) {
    struct crew *crew = arg;
    while (!atomic_load(&crew->stop)) {
        const size_t i = atomic_fetch_add(&crew->next, 1);
        if (i >= crew->n_tasks) {
            break;
        }
        struct mln_err err;
        err.msg[0] = '\0';
        const enum mln_status status = crew->task(crew->ctx, i, &err);
        if (status == MLN_OK) {
            continue;
        }
        atomic_store(&crew->stop, true);
        pthread_mutex_lock(&crew->lock);
        if (crew->status == MLN_OK || i < crew->failed_task) {
            crew->failed_task = i;
            crew->status = status;
            if (crew->err != NULL) {
                err.status = status;
                *crew->err = err;
            }
        }
        pthread_mutex_unlock(&crew->lock);
    }
    return NULL;
}

enum mln_status mln_parallel(size_t n_threads, size_t n_tasks,
                             enum mln_status (*task)(void *ctx, size_t i, struct mln_err *err),
                             void *ctx, struct mln_err *err) {
    size_t n = n_threads == 0 ? mln_thread_count() : n_threads;
    n = n > n_tasks ? n_tasks : n;
    struct crew crew = {.task = task, .ctx = ctx, .n_tasks = n_tasks, .err = err};
    pthread_t *helpers = NULL;
    if (n > 1) {
        helpers = calloc(n - 1, sizeof *helpers);
        if (helpers == NULL) {
            return mln_err_nomem(err, "a list of threads");
        }
    }
    pthread_mutex_init(&crew.lock, NULL);
    /* The caller works too; where the system refuses a thread, those that exist do the work. */
    size_t n_helpers = 0;
    while (n_helpers + 1 < n && pthread_create(&helpers[n_helpers], NULL, work, &crew) == 0) {
        n_helpers++;
    }
    work(&crew);
    for (size_t i = 0; i < n_helpers; i++) {
        pthread_join(helpers[i], NULL);
    }
    pthread_mutex_destroy(&crew.lock);
    free(helpers);
    return crew.status;
}
