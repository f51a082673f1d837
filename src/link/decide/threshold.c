#include "link/decide/threshold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ── scores ── */

struct bin {
    double weight;
    uint64_t count;
};

static double probability(double weight_log2) {
    return 1 / (1 + exp2(-weight_log2));
}

/* A number whose ascending order is the descending order of weights. */
static uint64_t order_of(double weight) {
    uint64_t bits;
    const double positive_zero = weight + 0.0; /* -0 equals 0 */
    memcpy(&bits, &positive_zero, sizeof bits);
    return (bits >> 63 != 0) ? bits : ~bits & ~((uint64_t)1 << 63);
}

/* Radix sort of bins by descending weight, 11 bits a pass, through `scratch` (n each). */
static void sort_bins(struct bin *bins, struct bin *scratch, size_t n) {
    enum { BITS = 11, DIGITS = 1 << BITS };
    struct bin *from = bins;
    struct bin *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += BITS) {
        size_t at[DIGITS + 1] = {0};
        for (size_t i = 0; i < n; i++) {
            at[(order_of(from[i].weight) >> shift & (DIGITS - 1)) + 1]++;
        }
        for (size_t d = 0; d < DIGITS; d++) {
            at[d + 1] += at[d];
        }
        for (size_t i = 0; i < n; i++) {
            to[at[order_of(from[i].weight) >> shift & (DIGITS - 1)]++] = from[i];
        }
        struct bin *const sorted = to;
        to = from;
        from = sorted;
    }
}

/* Sorted by weight, equal weights in one bin; returns how many. */
static size_t merge_bins(struct bin *bins, struct bin *scratch, size_t n) {
    sort_bins(bins, scratch, n);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && bins[kept - 1].weight == bins[i].weight) {
            bins[kept - 1].count += bins[i].count;
        } else {
            bins[kept++] = bins[i];
        }
    }
    return kept;
}

/* Adds x to a running sum that keeps what it rounds off in *rest. */
static double add(double sum, double x, double *rest) {
    const double y = x - *rest;
    const double t = sum + y;
    *rest = (t - sum) - y;
    return t;
}

static void run_sums(const struct bin *bins, struct mln_scores *out) {
    double matches = 0, matches_rest = 0;
    double variance = 0, variance_rest = 0;
    uint64_t kept = 0;
    for (size_t i = 0; i < out->n; i++) {
        const double p = probability(bins[i].weight);
        const double q = probability(-bins[i].weight);
        kept += bins[i].count;
        matches = add(matches, (double)bins[i].count * p, &matches_rest);
        variance = add(variance, (double)bins[i].count * p * q, &variance_rest);
        out->weight[i] = bins[i].weight;
        out->kept[i] = (double)kept;
        out->matches[i] = matches;
        out->variance[i] = variance;
    }
}

enum mln_status mln_scores_init(const double *weight_log2, const uint64_t *count, size_t n,
                                struct mln_scores *out, struct mln_err *err) {
    *out = (struct mln_scores){0};
    enum mln_status status = MLN_OK;
    struct bin *bins = malloc((n + 1) * sizeof *bins);
    struct bin *scratch = malloc((n + 1) * sizeof *scratch);
    if (bins == NULL || scratch == NULL) {
        status = mln_err_nomem(err, "the scores of pairs");
        goto done;
    }
    size_t n_bins = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(weight_log2[i])) {
            status = mln_err_set(err, MLN_BAD_INPUT, "decision: pair %zu has no weight", i);
            goto done;
        }
        if (count == NULL || count[i] > 0) {
            bins[n_bins++] = (struct bin){weight_log2[i], count == NULL ? 1 : count[i]};
        }
    }
    out->n = merge_bins(bins, scratch, n_bins);
    out->weight = malloc((out->n + 1) * sizeof *out->weight);
    out->kept = malloc((out->n + 1) * sizeof *out->kept);
    out->matches = malloc((out->n + 1) * sizeof *out->matches);
    out->variance = malloc((out->n + 1) * sizeof *out->variance);
    if (out->weight == NULL || out->kept == NULL || out->matches == NULL || out->variance == NULL) {
        mln_scores_release(out);
        status = mln_err_nomem(err, "the scores of pairs");
        goto done;
    }
    run_sums(bins, out);
done:
    free(bins);
    free(scratch);
    return status;
}

void mln_scores_release(struct mln_scores *scores) {
    free(scores->weight);
    free(scores->kept);
    free(scores->matches);
    free(scores->variance);
    *scores = (struct mln_scores){0};
}

/* ── quality ── */

struct mln_estimate mln_quality_interval(double value, double variance, double z) {
    const double half = z * sqrt(fmax(variance, 0));
    return (struct mln_estimate){value, fmax(value - half, 0), fmin(value + half, 1)};
}

/* What is kept when the first `n` weights are; `q` has its threshold already. */
static void estimate(const struct mln_scores *s, size_t n, const struct mln_unmade *unmade,
                     double z, struct mln_quality *q) {
    const double all = s->n == 0 ? 0 : s->matches[s->n - 1];
    const double all_variance = s->n == 0 ? 0 : s->variance[s->n - 1];
    const double variance = n == 0 ? 0 : s->variance[n - 1];
    q->kept = n == 0 ? 0 : s->kept[n - 1];
    q->true_kept = n == 0 ? 0 : s->matches[n - 1];
    q->false_kept = fmax(q->kept - q->true_kept, 0);
    q->lost_below = fmax(all - q->true_kept, 0);
    const bool known = !isnan(unmade->matches);
    q->lost_unmade = known ? unmade->matches : 0;
    const double lost = q->lost_below + q->lost_unmade;
    const double lost_variance =
        fmax(all_variance - variance, 0) + (known ? unmade->sd * unmade->sd : 0);
    const double matches = q->true_kept + lost;
    const double both = q->kept + matches;
    /* By first derivatives in the number of true pairs kept and in that of matches lost. */
    q->precision = mln_quality_interval(q->true_kept / q->kept, variance / (q->kept * q->kept), z);
    q->recall = mln_quality_interval(
        q->true_kept / matches,
        (lost * lost * variance + q->true_kept * q->true_kept * lost_variance) / pow(matches, 4),
        z);
    q->f1 = mln_quality_interval(2 * q->true_kept / both,
                            4 *
                                ((q->kept + lost) * (q->kept + lost) * variance +
                                 q->true_kept * q->true_kept * lost_variance) /
                                pow(both, 4),
                            z);
    q->fdr = 1 - q->precision.value;
    q->fnr = 1 - q->recall.value;
}

struct mln_quality mln_quality_at(const struct mln_scores *scores, double threshold_log2,
                                  const struct mln_unmade *unmade, double z) {
    size_t lo = 0;
    size_t hi = scores->n; /* weights before lo are kept, from hi on they are not */
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (scores->weight[mid] >= threshold_log2) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    struct mln_quality q = {.threshold_log2 = threshold_log2,
                            .probability = probability(threshold_log2)};
    estimate(scores, lo, unmade, z, &q);
    return q;
}

/* Any threshold down to the next weight keeps the same pairs: the one nearest to even odds is no
 * more severe than it must be, but halfway when that would be the next weight itself. */
static double below(const struct mln_scores *scores, size_t last) {
    const double weight = scores->weight[last];
    const double next = last + 1 < scores->n ? scores->weight[last + 1] : -INFINITY;
    if (weight <= 0 || next < 0) {
        return weight <= 0 ? weight : 0;
    }
    return isinf(weight) ? next + 1 : (weight + next) / 2;
}

double mln_threshold_choose(const struct mln_scores *scores, enum mln_threshold_choice choice,
                            double value, double unmade) {
    if (choice == MLN_THRESHOLD_FIXED) {
        return log2(value) - log2(1 - value);
    }
    double best = 0;
    size_t last = scores->n; /* of the weights to keep */
    for (size_t i = 0; i < scores->n; i++) {
        const double all = scores->matches[scores->n - 1] + unmade;
        const double f1 = 2 * scores->matches[i] / (scores->kept[i] + all);
        const double fdr = 1 - scores->matches[i] / scores->kept[i];
        if (choice == MLN_THRESHOLD_F1 && f1 > best) {
            best = f1;
            last = i;
        } else if (choice == MLN_THRESHOLD_FDR && fdr <= value) {
            last = i;
        }
    }
    return last == scores->n ? INFINITY : below(scores, last);
}

/* ── coverage ── */

struct mln_unmade mln_unmade_matches(double found, double coverage, double random_matches,
                                     double n_random, double n_all) {
    double matches = 0;
    double weight = 0;
    if (coverage > 0) {
        const double by_rules = found * (1 - coverage) / coverage;
        const double w = 1 / fmax(4 * by_rules * by_rules, 1); /* sd: twice itself */
        matches += w * by_rules;
        weight += w;
    }
    if (n_random > 0) {
        const double each = n_all / n_random;
        const double w = 1 / fmax(each * each * fmax(random_matches, 1), 1);
        matches += w * (each * random_matches - found);
        weight += w;
    }
    return weight > 0 ? (struct mln_unmade){fmax(matches / weight, 0), sqrt(1 / weight)}
                      : (struct mln_unmade){NAN, NAN};
}

struct coverage {
    const double *reach;
    const uint8_t *asked_to;
    size_t stride, n_comparisons, n_rules;
};

/* Of the open rules, those that ask for something of comparison c or a later one; a rule that does
 * not holds. */
static uint64_t asking(const struct coverage *v, size_t c, uint64_t open) {
    uint64_t some = 0;
    for (size_t r = 0; r < v->n_rules; r++) {
        for (size_t k = c; (open >> r & 1U) != 0 && k < v->n_comparisons; k++) {
            some |= (uint64_t)(v->asked_to[r * v->n_comparisons + k] != MLN_RULE_ASKS_NOT) << r;
        }
    }
    return some;
}

/* The least level asked of c by an open rule, above `from`; MLN_RULE_ASKS_NOT: none. */
static unsigned next_asked(const struct coverage *v, size_t c, uint64_t open, int from) {
    unsigned least = MLN_RULE_ASKS_NOT;
    for (size_t r = 0; r < v->n_rules; r++) {
        const unsigned to = v->asked_to[r * v->n_comparisons + c];
        least = (open >> r & 1U) != 0 && (int)to > from && to < least ? to : least;
    }
    return least;
}

/* P(no rule holds) over comparisons from c on; `open` rules have failed none so far. The levels of
 * c fall into runs between those that rules ask for: in each run the same rules go on. */
static double none_holds(const struct coverage *v, size_t c, uint64_t open) {
    if (open == 0) {
        return 1;
    }
    if (asking(v, c, open) != open) {
        return 0;
    }
    double sum = 0;
    double before = 0;
    for (int from = -1;;) {
        const unsigned to = next_asked(v, c, open, from);
        const double up_to = to == MLN_RULE_ASKS_NOT ? 1 : v->reach[c * v->stride + to];
        sum += up_to > before ? (up_to - before) * none_holds(v, c + 1, open) : 0;
        if (to == MLN_RULE_ASKS_NOT) {
            return sum;
        }
        before = up_to;
        from = (int)to;
        for (size_t r = 0; r < v->n_rules; r++) {
            open &= ~((uint64_t)(v->asked_to[r * v->n_comparisons + c] == to) << r);
        }
    }
}

double mln_rule_coverage(const double *reach, size_t stride, size_t n_comparisons,
                         const uint8_t *asked_to, size_t n_rules) {
    const size_t n = n_rules < 63 ? n_rules : 63; /* further ones can only add */
    const struct coverage v = {reach, asked_to, stride, n_comparisons, n};
    return 1 - none_holds(&v, 0, ((uint64_t)1 << n) - 1);
}
