/* Makes the n-th allocation, or the n-th call of the file system, fail in the code under test.
 *
 *   for (size_t nth = 1;; nth++) {
 *       fault_arm(FAULT_MEMORY, nth);
 *       … run …
 *       if (!fault_disarm()) break;      the n-th call never came: everything was tried
 *       … it must have failed with MLN_NO_MEMORY, and fault_live() must be as before …
 *   }
 *
 * Works by the linker's --wrap on every object and archive of the program (not on shared
 * libraries). A test gets it with USES mln_faults. Not for several threads at once that allocate.
 */
#ifndef MLN_TESTS_FAULT_H
#define MLN_TESTS_FAULT_H

#include <stdbool.h>
#include <stddef.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_MEMORY,       /* malloc, calloc, realloc, posix_memalign, strdup: NULL */
    FAULT_IO,           /* open, read, write, fsync, ftruncate, flock, fstat, rename: EIO */
    FAULT_SHORT_WRITES, /* every write takes half of what it is given, every other is interrupted */
};

void fault_arm(enum fault_kind kind, size_t nth); /* 1-based */
bool fault_disarm(void);                          /* true: the fault happened */

size_t fault_syncs(void); /* calls of fsync since the start */

size_t fault_live(void); /* allocations not freed yet, of all since the start */

#endif
