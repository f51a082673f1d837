/* Where to cut: estimated precision and recall at a threshold, the choice of a threshold, and a
 * sample of pairs for people to look at.
 *
 *   weights (log2, with prior) of candidate pairs ──▶ mln_scores ──▶ quality at any threshold
 *
 * Every estimate comes from the posterior probabilities p of the pairs: among the pairs kept Σ p
 * are true and Σ (1 - p) false, below the threshold Σ p matches are lost (Fellegi & Sunter 1969;
 * Belin & Rubin 1995 on what such estimates are worth: as much as the model). Matches that no
 * blocking rule makes are lost too: mln_rule_coverage tells the share the rules reach.
 *
 * Intervals take pairs as independent Bernoulli draws, and matches no rule makes with the sd of
 * their estimate: they do not tell the error of m and u; a clerical sample tells that. */
#ifndef MLN_LINK_DECIDE_THRESHOLD_H
#define MLN_LINK_DECIDE_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Distinct weights, descending, with running sums down to and with each. Plain data; release it. */
struct mln_scores {
    double *weight;   /* n, descending, distinct */
    double *kept;     /* pairs at or above */
    double *matches;  /* Σ p of them */
    double *variance; /* Σ p (1 - p) of them */
    size_t n;
};

/* From n pairs or bins of pairs in any order; count NULL: 1 each. Weights may be ±infinite; a NaN
 * is MLN_BAD_INPUT. The result depends on the set only. O(n log n). */
enum mln_status mln_scores_init(const double *weight_log2, const uint64_t *count, size_t n,
                                struct mln_scores *out, struct mln_err *err) MLN_MUST_USE;
void mln_scores_release(struct mln_scores *scores);

struct mln_estimate {
    double value, low, high;
};

/* value ± z √variance, within 0 … 1. */
struct mln_estimate mln_quality_interval(double value, double variance, double z);

struct mln_quality {
    double threshold_log2, probability; /* pairs at or above are kept */
    double kept;                        /* pairs */
    double true_kept, false_kept;       /* Σ p, Σ (1 - p) over them */
    double lost_below;                  /* matches among the candidates below */
    double lost_unmade;                 /* matches that no rule makes */
    struct mln_estimate precision, recall,
        f1;          /* NaN where nothing is kept (precision) or nothing matches */
    double fdr, fnr; /* 1 - precision, 1 - recall */
};

/* Matches that no rule makes, and how far that may be off. */
struct mln_unmade {
    double matches, sd;
};

/* From two readings, each weighted by the inverse of its variance:
 *   - the rules reach a share `coverage` of all matches: found × (1 - coverage)/coverage. Records
 *     with errors have several, so that fewer are reached than independent comparisons say: on data
 *     with truth there were 0.9 to 1.3 times as many as that, 3 times on historical_50k. sd: twice
 *     itself, at least 1. coverage 0: not known;
 *   - of n_random random pairs `random_matches` are matches: as many a pair of all n_all, less
 *     those found; its sd is that of a Poisson count, at least of one match. n_random 0: not known.
 * NaN when neither is known; not below 0. */
struct mln_unmade mln_unmade_matches(double found, double coverage, double random_matches,
                                     double n_random, double n_all);

/* z: width of the intervals in standard deviations, e.g. 1.96. unmade->matches may be NaN: counts
 * as 0. O(log n). */
struct mln_quality mln_quality_at(const struct mln_scores *scores, double threshold_log2,
                                  const struct mln_unmade *unmade, double z);

enum mln_threshold_choice {
    MLN_THRESHOLD_F1,    /* the largest estimated F1; ties: the fewer pairs */
    MLN_THRESHOLD_FDR,   /* the lowest threshold with estimated FDR ≤ value */
    MLN_THRESHOLD_FIXED, /* probability `value` */
};

/* Of all thresholds that keep the chosen pairs the one nearest to even odds (weight 0), and halfway
 * to the next weight where all are above; +∞ (nothing kept) when no threshold will do. O(n). */
double mln_threshold_choose(const struct mln_scores *scores, enum mln_threshold_choice choice,
                            double value, double unmade);

enum { MLN_RULE_ASKS_NOT = 255 };

/* Share of all matches that satisfy at least one rule. reach[c × stride + l]: P(a match has level l
 * or one before it at comparison c), rising in l, at most P(present). asked_to[r × n_comparisons +
 * c]: rule r holds down to that level of c, and of all others it asks for; MLN_RULE_ASKS_NOT: it
 * does not ask for c. Comparisons are taken as independent among matches. A rule that asks for
 * nothing reaches all. O((rules + 1)^comparisons asked) at worst. */
double mln_rule_coverage(const double *reach, size_t stride, size_t n_comparisons,
                         const uint8_t *asked_to, size_t n_rules);

/* ── clerical sample ── */

struct mln_sample_options {
    size_t n_pairs;  /* to draw */
    size_t n_strata; /* of equal width in weight, between the two weights below; at least 1 */
    double low_log2, high_log2; /* pairs outside are not drawn */
    uint64_t seed;
};

struct mln_sampled {
    size_t pair;       /* index */
    size_t stratum;    /* 0: the lowest weights */
    double represents; /* pairs of its stratum per pair drawn */
};

/* Draws pairs for review: to each stratum in proportion to pairs × sqrt(p (1 - p)) at its middle
 * (Neyman 1934: where doubt is), at least 2 where it holds that many. key[i] names pair i whatever
 * its place (left record, right record): the same pairs are drawn for any order. out holds n_pairs;
 * *n_out ≤ n_pairs, sorted by stratum, then by the draw. O(n log n). */
enum mln_status mln_clerical_sample(const double *weight_log2, const uint64_t *key, size_t n,
                                    const struct mln_sample_options *options,
                                    struct mln_sampled *out, size_t *n_out, struct mln_err *err)
    MLN_MUST_USE;

#endif
