/* Kuhn–Munkres on an n × n table of costs, O(n^3), as in textbooks (potentials, one row at a time):
 * the least total of one cell a row and column. */
#ifndef MLN_TEST_HUNGARIAN_H
#define MLN_TEST_HUNGARIAN_H

#include <stddef.h>
#include <stdint.h>

int64_t hungarian(size_t n, const int64_t *cost);

#endif
