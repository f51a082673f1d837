/* report.html of OUT: what a linkage learnt and decided, one page that fetches nothing. No value of
 * a record and no id stands in it; the same inputs give the same bytes. */
#ifndef MLN_LINKAGE_REPORT_H
#define MLN_LINKAGE_REPORT_H

#include "linkage/figure.h"
#include "linkage/manifest.h"

enum mln_status mln_linkage_write_report(const struct mln_linkage_told *told,
                                         const struct mln_linkage_tf *tf, enum mln_lang lang,
                                         const char *path, struct mln_err *err) MLN_MUST_USE;

/* ── the figures, for report.c ── */

enum { MLN_REPORT_FIGURES_MAX = 16, MLN_REPORT_SELF_MAX = 20000 };

struct mln_linkage_figures {
    const struct mln_linkage_told *told;
    const struct mln_linkage_tf *tf;
    enum mln_lang lang;
    struct mln_arena *arena;
    struct mln_figure figure[MLN_REPORT_FIGURES_MAX];
    size_t n;
    double unlinkable; /* share of records at the threshold; NaN without records */
};

/* Errors: MLN_NO_MEMORY. Cost: one pass over the scored pairs, and at most MLN_REPORT_SELF_MAX
 * records compared with themselves. */
enum mln_status mln_linkage_figures(struct mln_linkage_figures *f, struct mln_err *err)
    MLN_MUST_USE;

/* Those that look at single pairs and records (report_pairs.c). */
enum mln_status mln_linkage_figure_unlinkables(struct mln_linkage_figures *f, struct mln_err *err)
    MLN_MUST_USE;
enum mln_status mln_linkage_figure_waterfalls(struct mln_linkage_figures *f, struct mln_err *err)
    MLN_MUST_USE;

/* Starts a figure; it counts once mln_linkage_figure_done is called on it. */
struct mln_figure *mln_linkage_figure_new(struct mln_linkage_figures *f, const char *name,
                                          const char *view, const char *title, const char *note);

#endif
