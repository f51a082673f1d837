/* Must not compile: a table of the study is not a table that may leave the building.
 *
 * Built twice by the tests of this room: as it stands it is refused; with MLN_ALLOWED it only hands
 * on a protected table and compiles, so that the refusal is not for another reason. */
#include "report/report.h"

enum mln_status publish(const struct mln_table *counts, struct mln_protected_table *protected,
                        const struct mln_report_facts *facts, struct mln_buf *out,
                        struct mln_err *err);

enum mln_status publish(const struct mln_table *counts, struct mln_protected_table *protected,
                        const struct mln_report_facts *facts, struct mln_buf *out,
                        struct mln_err *err) {
#if defined(MLN_ALLOWED)
    (void)counts;
    return mln_report_page(&protected, 1, facts, out, err);
#elif defined(MLN_PEEK)
    (void)counts, (void)facts, (void)out, (void)err;
    return protected->published[0] == 0 ? MLN_OK : MLN_INTERNAL; /* the inside is hidden */
#else
    (void)protected;
    return mln_report_page(&counts, 1, facts, out, err);
#endif
}
