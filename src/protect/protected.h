/* The inside of a protected table. Private to this room: nobody else can make one. */
#ifndef MLN_PROTECT_PROTECTED_H
#define MLN_PROTECT_PROTECTED_H

#include "protect/table.h"

struct mln_protected_values { /* of one measure */
    double *values;           /* 0 unless shown */
    uint8_t *states;          /* enum mln_value_state */
};

struct mln_protected_table {
    struct mln_table frame; /* no counts, no values, no n */
    struct mln_protect_options options;
    uint8_t *states;     /* enum mln_cell_state */
    uint64_t *published; /* rounded; 0 where suppressed */
    struct mln_protected_values *measures;
};

#endif
