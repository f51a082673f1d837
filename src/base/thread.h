/* Threads for independent tasks. The result must not depend on which thread runs which task:
 * a task writes only its own slot, and whoever needs an order merges the slots in task order. */
#ifndef MLN_BASE_THREAD_H
#define MLN_BASE_THREAD_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/str.h"

/* Runs task(ctx, i, err) for i in 0..n_tasks-1 on up to n_threads threads (0: all processors).
 * The error reported is that of the lowest failing task; tasks not yet started are skipped. */
enum mln_status mln_parallel(size_t n_threads, size_t n_tasks,
                             enum mln_status (*task)(void *ctx, size_t i, struct mln_err *err),
                             void *ctx, struct mln_err *err) MLN_MUST_USE;

size_t mln_thread_count(void); /* processors this process may use, at least 1 */

/* Set by the program's signal handler, read by long loops. Libraries never set it. */
extern atomic_int mln_interrupt_flag;
enum mln_status mln_check_interrupt(struct mln_err *err) MLN_MUST_USE;

#endif
