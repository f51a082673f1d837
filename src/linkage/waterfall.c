#include "linkage/waterfall.h"

void mln_linkage_waterfall(const struct mln_linkage_work *work, const struct mln_em_result *fit,
                           const struct mln_linkage_tf *tf, uint32_t pattern, uint32_t left,
                           uint32_t right, struct mln_waterfall *out) {
    const size_t n = work->model->n_comparisons;
    uint8_t upto[MLN_COMPARISONS_MAX]; /* the comparisons so far, the others as if missing */
    uint8_t alone[MLN_COMPARISONS_MAX];
    memset(upto, MLN_LEVEL_MISSING, sizeof upto);
    memset(alone, MLN_LEVEL_MISSING, sizeof alone);
    mln_ladder_levels(work->ladder, pattern, out->level);
    out->prior = mln_em_weight(fit, upto, n, true);
    double before = out->prior;
    out->total = out->prior;
    for (size_t c = 0; c < n; c++) {
        upto[c] = out->level[c];
        alone[c] = out->level[c];
        const double with = mln_em_weight(fit, upto, n, true);
        out->weight[c] = with - before;
        out->term[c] = mln_linkage_tf(work, tf, alone, left, right);
        out->total += out->weight[c] + out->term[c];
        out->sum[c] = out->total;
        before = with;
        alone[c] = MLN_LEVEL_MISSING;
    }
    out->probability = mln_em_probability(out->total);
}

struct mln_str mln_linkage_level_label(const struct mln_comparison *comparison, uint8_t level) {
    return level == MLN_LEVEL_MISSING ? mln_str_from("missing") : comparison->levels[level].label;
}
