/* A study as it comes to the report, made by arithmetic: no data, no person behind it. */
#ifndef MLN_TESTS_REPORT_SAMPLE_H
#define MLN_TESTS_REPORT_SAMPLE_H

#include "report/report.h"

enum { SAMPLE_TABLES = 8 };

struct sample {
    struct mln_arena arena;
    struct mln_protected_table *tables[SAMPLE_TABLES];
    struct mln_report_facts facts;
};

/* `courts` rows in the detail table. Aborts without memory. */
void sample_make(struct sample *s, enum mln_lang lang, size_t courts);
void sample_release(struct sample *s);

#endif
