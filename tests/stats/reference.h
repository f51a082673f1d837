/* Reads the reference files of reference/ (words separated by tabs and line ends; nan for what R
 * has as NA), and compares. Tests only: stops the program on a malformed file. */
#ifndef MLN_TESTS_STATS_REFERENCE_H
#define MLN_TESTS_STATS_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reference {
    char *text;
    const char *at;
    double worst; /* relative difference of any `same` so far */
    size_t n_compared;
};

struct reference reference_open(const char *directory, const char *name);
void reference_close(struct reference *ref); /* prints how much was compared, and the worst */

bool reference_word(struct reference *ref, char out[32]); /* false at the end */
double reference_number(struct reference *ref);
size_t reference_size(struct reference *ref); /* a whole number from 0 */
void reference_skip_line(struct reference *ref);

/* Both NaN, or within `tolerance` relative; where theirs is below 1e-12 (0 but for rounding),
 * within 1e-14. */
bool same(struct reference *ref, double ours, double theirs, double tolerance);

/* Fails the test unless same; the message says what and where. */
#define ck_same(ref, ours, theirs, tolerance, ...)                                      \
    do {                                                                                \
        const double ours_ = (ours), theirs_ = (theirs);                                \
        if (!same((ref), ours_, theirs_, (tolerance))) {                                \
            char where_[128];                                                           \
            snprintf(where_, sizeof where_, __VA_ARGS__);                               \
            ck_abort_msg("%s: %s is %.17g, in R %.17g", where_, #ours, ours_, theirs_); \
        }                                                                               \
    } while (0)

/* The columns of a `data` block; owned. */
struct columns {
    char name[32];
    size_t n, n_groups, n_causes;
    bool has_entry, has_weight;
    double *entry, *exit, *weight;
    uint32_t *end, *group, *cluster;
};

struct columns reference_columns(struct reference *ref); /* after the word "data" */
void columns_release(struct columns *columns);

#endif
