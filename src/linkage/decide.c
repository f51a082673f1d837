#include "linkage/decide.h"

#include <math.h>
#include <stdlib.h>

#include "link/decide/cluster.h"
#include "link/decide/posterior.h"

static const double Z_95 = 1.959964;

static double log2_odds(double p) {
    return log2(p / (1 - p));
}

/* ── one link a record ── */

static bool one_a_record(const struct mln_linkage_work *work, struct mln_posterior_options *out) {
    const struct mln_decision *d = &work->model->decision;
    const bool optimal = d->assignment == MLN_ASSIGN_OPTIMAL;
    *out = (struct mln_posterior_options){.n_left = work->records->n_left,
                                          .n_right = work->records->n_right,
                                          .left_one = optimal && d->left_max == 1,
                                          .right_one = optimal && d->right_max == 1,
                                          .n_threads = work->n_threads};
    return out->left_one || out->right_one;
}

double mln_linkage_score_from(const struct mln_linkage_work *work,
                              const struct mln_em_result *fit) {
    enum { BITS_MAX = 8 }; /* each bit less about doubles the pairs kept */
    struct mln_posterior_options options;
    const double keep_from = work->model->decision.keep_from;
    if (!one_a_record(work, &options) || keep_from <= 0 || keep_from >= 1) {
        return keep_from;
    }
    const double shift = mln_posterior_shift(&options, fit->lambda * mln_linkage_all_pairs(work));
    return mln_em_probability(log2_odds(keep_from) - fmin(shift, BITS_MAX));
}

struct edge_arrays {
    uint32_t *left, *right;
    double *gain;
    bool *kept;
};

static void edges_free(struct edge_arrays *a) {
    free(a->left);
    free(a->right);
    free(a->gain);
    free(a->kept);
}

/* The scored pairs as edges of gain 0. */
static enum mln_status edges_of(const struct mln_linkage_work *work,
                                const struct mln_scored_pairs *scores, struct edge_arrays *out,
                                struct mln_err *err) {
    const size_t n = scores->n + 1;
    *out = (struct edge_arrays){malloc(n * sizeof *out->left), malloc(n * sizeof *out->right),
                                calloc(n, sizeof *out->gain), calloc(n, sizeof *out->kept)};
    if (out->left == NULL || out->right == NULL || out->gain == NULL || out->kept == NULL) {
        edges_free(out);
        return mln_err_nomem(err, "the links");
    }
    const uint32_t base = work->model->kind == MLN_LINK_DEDUPE ? 0 : work->records->n_left;
    for (size_t i = 0; i < scores->n; i++) {
        out->left[i] = scores->pair[i].left;
        out->right[i] = scores->pair[i].right - base;
    }
    return MLN_OK;
}

/* Drops pairs whose weight and odds are both below keep_from; they stay counted. */
static void drop_lowest(struct mln_scored_pairs *scores, double keep_from) {
    const double lowest = log2_odds(keep_from);
    size_t kept = 0;
    for (size_t i = 0; i < scores->n; i++) {
        const struct mln_scored *pair = &scores->pair[i];
        if (pair->weight >= lowest || pair->log2_odds >= lowest) {
            scores->pair[kept++] = *pair;
        } else {
            scores->bin_below[mln_weight_bin(pair->log2_odds)]++;
        }
    }
    scores->n = kept;
}

/* The odds of each pair given its rivals. */
static enum mln_status weigh_rivals(const struct mln_linkage_work *work,
                                    struct mln_scored_pairs *scores,
                                    struct mln_linkage_decision *out, struct mln_err *err) {
    struct mln_posterior_options options;
    if (!one_a_record(work, &options)) {
        return MLN_OK;
    }
    struct edge_arrays a;
    struct mln_posterior posterior;
    MLN_TRY(edges_of(work, scores, &a, err));
    double *odds = malloc((scores->n + 1) * sizeof *odds);
    enum mln_status status =
        odds == NULL ? mln_err_nomem(err, "the probabilities of links") : MLN_OK;
    for (size_t i = 0; i < scores->n; i++) {
        a.gain[i] = scores->pair[i].weight;
    }
    if (status == MLN_OK) {
        const struct mln_edges edges = {a.left, a.right, a.gain, scores->n};
        status = mln_posterior_one_to_one(&edges, &options, odds, &posterior, err);
    }
    for (size_t i = 0; status == MLN_OK && i < scores->n; i++) {
        scores->pair[i].log2_odds = odds[i];
    }
    if (status == MLN_OK) {
        out->shift_log2 = posterior.shift_log2;
        drop_lowest(scores, work->model->decision.keep_from);
        mln_scored_pairs_sum(scores);
    }
    free(odds);
    edges_free(&a);
    return status;
}

/* ── the threshold ── */

/* The scored pairs, and by bins those that were not kept. */
static enum mln_status scores_of(const struct mln_scored_pairs *scored, struct mln_scores *out,
                                 struct mln_err *err) {
    double *weight = malloc((scored->n + MLN_WEIGHT_BINS) * sizeof *weight);
    uint64_t *count = malloc((scored->n + MLN_WEIGHT_BINS) * sizeof *count);
    size_t n = 0;
    enum mln_status status =
        weight == NULL || count == NULL ? mln_err_nomem(err, "the threshold") : MLN_OK;
    for (; status == MLN_OK && n < scored->n; n++) {
        weight[n] = scored->pair[n].log2_odds;
        count[n] = 1;
    }
    for (size_t b = 0; status == MLN_OK && b < MLN_WEIGHT_BINS; b++) {
        if (scored->bin_below[b] > 0) {
            weight[n] = ((double)b + 0.5) / 4 - 64;
            count[n++] = scored->bin_below[b];
        }
    }
    if (status == MLN_OK) {
        status = mln_scores_init(weight, count, n, out, err);
    }
    free(weight);
    free(count);
    return status;
}

/* Matches that no rule makes; without any reading of their own, what λ says less those found, give
 * or take as many. */
static struct mln_unmade missed(const struct mln_linkage_work *work,
                                const struct mln_em_result *fit,
                                const struct mln_scored_pairs *scores) {
    const double n_all = mln_linkage_all_pairs(work);
    const struct mln_unmade unmade = mln_unmade_matches(
        scores->matches_all, fit->coverage, fit->random_matches, fit->random_pairs, n_all);
    if (!isnan(unmade.matches)) {
        return unmade;
    }
    const double left = fmax(fit->lambda * n_all - scores->matches_all, 0);
    return (struct mln_unmade){left, left};
}

static enum mln_status choose(const struct mln_linkage_work *work,
                              const struct mln_scored_pairs *scored,
                              struct mln_linkage_decision *out, struct mln_err *err) {
    const struct mln_decision *d = &work->model->decision;
    struct mln_scores scores;
    MLN_TRY(scores_of(scored, &scores, err));
    const bool by_fdr = !isnan(d->fdr_max);
    if (isnan(d->threshold)) {
        out->threshold = mln_em_probability(
            mln_threshold_choose(&scores, by_fdr ? MLN_THRESHOLD_FDR : MLN_THRESHOLD_F1,
                                 by_fdr ? d->fdr_max : 0, out->missed.matches));
    }
    out->quality =
        mln_quality_at(&scores, log2(out->threshold / (1 - out->threshold)), &out->missed, Z_95);
    mln_scores_release(&scores);
    return MLN_OK;
}

/* ── links ── */

/* A threshold may be 0 or 1, a given m or u 0: further than this nothing is more sure. */
static double bounded(double bits) {
    const double sure = 1024;
    return fmin(fmax(bits, -sure), sure);
}

/* What odds are worth over the threshold. On the threshold itself a pair is a link: the gain is
 * above 0 by the least that counts. */
static double gain_over(double threshold, double odds_log2) {
    return bounded(odds_log2) - bounded(log2_odds(threshold)) + 0x1p-30;
}

static void gains_over(const struct mln_scored_pairs *scores, double threshold, double *gain) {
    for (size_t i = 0; i < scores->n; i++) {
        gain[i] = gain_over(threshold, scores->pair[i].log2_odds);
    }
}

/* What a pair would be worth without rivals. */
static double unrivalled(const struct mln_scored *pair, const struct mln_linkage_decision *d) {
    return gain_over(d->threshold, pair->weight + d->shift_log2);
}

/* A former link that would reach the threshold without rivals is worth more than any two new ones:
 * weights are far below this. */
static const double FORMER_GAIN = 4096;

static void favour_former(const struct mln_linkage_work *work,
                          const struct mln_scored_pairs *scores,
                          const struct mln_linkage_decision *d, double *gain) {
    size_t f = 0;
    for (size_t i = 0; f < work->n_former_links && i < scores->n; i++) {
        const uint64_t place = (uint64_t)scores->pair[i].left << 32 | scores->pair[i].right;
        while (f < work->n_former_links && work->former_link[f] < place) {
            f++;
        }
        if (f < work->n_former_links && work->former_link[f] == place &&
            unrivalled(&scores->pair[i], d) > 0) {
            gain[i] = unrivalled(&scores->pair[i], d) + FORMER_GAIN;
        }
    }
}

static enum mln_status assign(const struct mln_linkage_work *work, const struct mln_edges *edges,
                              bool *kept, struct mln_err *err) {
    const struct mln_decision *d = &work->model->decision;
    if (d->assignment == MLN_ASSIGN_BEST) {
        return mln_assign_best(edges, work->records->n_left, kept, err);
    }
    if (d->assignment == MLN_ASSIGN_OPTIMAL) {
        const struct mln_assign_options options = {.n_left = work->records->n_left,
                                                   .n_right = work->records->n_right,
                                                   .left_max = d->left_max,
                                                   .right_max = d->right_max,
                                                   .n_threads = work->n_threads};
        struct mln_assign_result result;
        return mln_assign(edges, &options, kept, &result, err);
    }
    for (size_t i = 0; i < edges->n; i++) {
        kept[i] = edges->gain[i] > 0;
    }
    return MLN_OK;
}

/* ── clusters ── */

/* Pairs far below the threshold say no more than that they are far below it. */
static const double SPEAKS_FROM_LOG2 = -4;

/* What a pair that no rule made says inside a component: the share of matches that no rule makes,
 * as the log2 of how much less often a match is absent than there. It speaks against a merge no
 * louder than what is sure: the share is the upper end of its interval. */
static double absent_log2(const struct mln_linkage_decision *d) {
    const double absent_matches = d->missed.matches + Z_95 * d->missed.sd;
    const double all = d->matches_expected + absent_matches;
    const double share = all > 0 ? absent_matches / all : 0;
    const double absent = log2(share > 0x1p-4 ? share : 0x1p-4);
    return absent < -0.5 ? absent : -0.5;
}

static size_t drop_far(struct edge_arrays *a, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (a->gain[i] >= SPEAKS_FROM_LOG2) {
            a->left[kept] = a->left[i];
            a->right[kept] = a->right[i];
            a->gain[kept++] = a->gain[i];
        }
    }
    return kept;
}

static enum mln_status cluster(const struct mln_linkage_work *work,
                               const struct mln_scored_pairs *scores, double threshold,
                               struct mln_linkage_decision *out, struct mln_err *err) {
    const struct mln_decision *d = &work->model->decision;
    const uint32_t n = mln_records_n(work->records);
    struct edge_arrays a;
    MLN_TRY(edges_of(work, scores, &a, err));
    gains_over(scores, threshold, a.gain);
    uint32_t *of = malloc((n + 1) * sizeof *of);
    out->cluster_name = malloc((n + 1) * sizeof *out->cluster_name);
    enum mln_status status =
        of == NULL || out->cluster_name == NULL ? mln_err_nomem(err, "the clusters") : MLN_OK;
    if (status == MLN_OK) {
        const struct mln_edges edges = {a.left, a.right, a.gain, drop_far(&a, scores->n)};
        const struct mln_cluster_options options = {
            .n_records = n, .absent_log2 = absent_log2(out), .n_threads = work->n_threads};
        status = d->clusters == MLN_CLUSTER_ROBUST
                     ? mln_cluster_robust(&edges, &options, of, err)
                     : mln_cluster_components(&edges, &options, of, err);
    }
    for (uint32_t i = 0; status == MLN_OK && i < n; i++) {
        out->cluster_name[i] = (uint64_t)of[i] + 1;
    }
    /* A cluster is of two or more once a second record names it. */
    for (uint32_t i = 0; status == MLN_OK && i < n; i++) {
        const uint32_t first = (uint32_t)(out->cluster_name[i] - 1);
        if (first != i && of[first] != UINT32_MAX) {
            of[first] = UINT32_MAX;
            out->n_clusters++;
        }
    }
    free(of);
    edges_free(&a);
    return status;
}

/* ── the whole ── */

/* Estimates of the links: pairs as independent draws, what no rule makes with its sd
 * (link/decide/threshold.h). */
static void tell_quality(const struct mln_scored_pairs *scores, struct mln_linkage_decision *out) {
    double kept = 0, kept_variance = 0, variance = 0;
    for (size_t i = 0; i < scores->n; i++) {
        const double p = mln_em_probability(scores->pair[i].log2_odds);
        const bool linked = out->decision[i] == MLN_PAIR_LINKED;
        kept += linked ? p : 0;
        kept_variance += linked ? p * (1 - p) : 0;
        variance += p * (1 - p);
    }
    const double n = (double)out->n_links;
    const double lost = fmax(out->matches_expected - kept, 0) + out->missed.matches;
    const double lost_variance = variance - kept_variance + out->missed.sd * out->missed.sd;
    out->precision = mln_quality_interval(kept / n, kept_variance / (n * n), Z_95);
    out->recall = mln_quality_interval(
        kept / (kept + lost),
        (lost * lost * kept_variance + kept * kept * lost_variance) / pow(kept + lost, 4), Z_95);
}

/* The links, and why the other pairs are none. */
static enum mln_status link(const struct mln_linkage_work *work,
                            const struct mln_scored_pairs *scores, struct mln_linkage_decision *out,
                            struct mln_err *err) {
    struct edge_arrays a;
    MLN_TRY(edges_of(work, scores, &a, err));
    gains_over(scores, out->threshold, a.gain);
    favour_former(work, scores, out, a.gain);
    const struct mln_edges edges = {a.left, a.right, a.gain, scores->n};
    out->decision = malloc(scores->n + 1);
    enum mln_status status = out->decision == NULL ? mln_err_nomem(err, "the links") : MLN_OK;
    if (status == MLN_OK) {
        status = assign(work, &edges, a.kept, err);
    }
    for (size_t i = 0; status == MLN_OK && i < scores->n; i++) {
        out->decision[i] = a.kept[i]                               ? MLN_PAIR_LINKED
                           : unrivalled(&scores->pair[i], out) > 0 ? MLN_PAIR_OUTDONE
                                                                   : MLN_PAIR_BELOW;
        out->n_links += a.kept[i];
    }
    edges_free(&a);
    return status;
}

enum mln_status mln_linkage_decide(const struct mln_linkage_work *work,
                                   const struct mln_em_result *fit, struct mln_scored_pairs *scores,
                                   struct mln_linkage_decision *out, struct mln_err *err) {
    const struct mln_decision *d = &work->model->decision;
    *out = (struct mln_linkage_decision){.threshold = d->threshold};
    MLN_TRY(weigh_rivals(work, scores, out, err));
    out->matches_expected = scores->matches_all;
    out->missed = missed(work, fit, scores);
    MLN_TRY(choose(work, scores, out, err));
    enum mln_status status = link(work, scores, out, err);
    if (status == MLN_OK) {
        tell_quality(scores, out);
    }
    if (status == MLN_OK && d->clusters != MLN_CLUSTER_NONE) {
        status =
            cluster(work, scores,
                    isnan(d->cluster_threshold) ? out->threshold : d->cluster_threshold, out, err);
    }
    if (status != MLN_OK) {
        mln_linkage_decision_release(out);
    }
    return status;
}

void mln_linkage_decision_release(struct mln_linkage_decision *decision) {
    free(decision->decision);
    free(decision->cluster_name);
    decision->decision = NULL;
    decision->cluster_name = NULL;
}
