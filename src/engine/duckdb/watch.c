/* A thread that hands the program's interrupt on to the statement that runs.
 *
 * DuckDB's other way, working on a pending result task by task, gives no means to wait for its
 * threads (it would burn a processor) and reports blocked tasks as errors without a text. */
#include <signal.h>
#include <time.h>

#include "base/thread.h"
#include "engine/duckdb/duck.h"

enum { LOOK_EVERY_MS = 20 };

static struct timespec soon(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += LOOK_EVERY_MS * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000L;
    t.tv_nsec %= 1000000000L;
    return t;
}

static void *watch(void *arg) {
    struct duck_watch *const w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        if (w->running == NULL) {
            pthread_cond_wait(&w->changed, &w->lock);
            continue;
        }
        const struct timespec until = soon();
        pthread_cond_timedwait(&w->changed, &w->lock, &until);
        if (w->running != NULL &&
            atomic_load_explicit(&mln_interrupt_flag, memory_order_relaxed) != 0) {
            duckdb_interrupt(w->running); /* again, if it came before the statement began */
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

enum mln_status duck_watch_start(struct duck_watch *w, struct mln_err *err) {
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, &attr);
    pthread_condattr_destroy(&attr);
    sigset_t all;
    sigset_t was;
    sigfillset(&all); /* signals are for the program's own threads */
    pthread_sigmask(SIG_SETMASK, &all, &was);
    w->started = pthread_create(&w->thread, NULL, watch, w) == 0;
    pthread_sigmask(SIG_SETMASK, &was, NULL);
    return w->started ? MLN_OK : mln_err_set(err, MLN_NO_MEMORY, "no thread for the engine");
}

void duck_watch_end(struct duck_watch *w) {
    if (!w->started) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    w->started = false;
}

void duck_watch_set(struct duck_watch *w, duckdb_connection running) {
    pthread_mutex_lock(&w->lock);
    w->running = running;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}
