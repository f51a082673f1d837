/* Bands of linkage error around shares of a population of which a part is linked.
 *
 *     units of doubt ─ draw m ─▶ who is linked, who is missing, who belongs ─▶ weights of the
 * missing (post_strata.h) ─▶ share and variance of draw m ─▶ combine
 *
 * What is estimated. The population is finite and recorded whole: nothing is sampled. The share is
 * that of the subjects (victims) of the field who have what linkage looks for (an affaire), as the
 * true links would show it. With A the subjects of the field who have one, θ = Σ_A y / Σ_A x: y the
 * part, x the whole. What separates the share of the linked from θ:
 *
 *   false links      a link stands with its probability. The subjects of one that does not stand
 * have lost theirs: missing. missing links    an unlinked subject has an affaire that was not found
 * with the rate of its class; the others truly have none, and do not count. belonging        a
 * subject that may be of the field belongs to it with the rate of its class; or is of one kind with
 * that rate, and of another one else.
 *
 * Units of doubt are what subjects hang on together (the link of a procedure, its unfound affaire).
 * A rate is not known but estimated from n cases of which e turned out so; each draw takes it from
 * its posterior, Beta(alpha, beta), so that the band has its error too (proper imputation: Rubin
 * 1987, 4.2). Then each unit stands or does not, independently given the rates.
 *
 * In a draw the missing have no outcome of their own: the linked of their class stand for them.
 * With n linked and M missing each linked subject weighs w = (n + M) / n. W = Σ w over the whole,
 * Y = Σ w over the part, p = Y / W (Hájek). If who is missing is chance within a class, the
 * variance of p is about
 *
 *     Σ_part w (w − 1) (1 − p)² / W²  +  Σ_rest w (w − 1) p² / W²
 *
 * (linearised ratio, Poisson sampling; Särndal, Swensson & Wretman, "Model assisted survey
 * sampling", 1992, 5.6 and 3.5). It is 0 where nobody is missing. Where p is 0 or 1 the formula
 * says 0 too, which is too sure: then p̃ (1 − p̃) Σ_whole w (w − 1) / W² with p̃ = (Y + ½) / (W + 1)
 * (Jeffreys). Between draws: Rubin's rules, on the logit scale (link_error.h).
 *
 * Counts and weights are summed in the order of the groups: give them in an order that the data
 * fix. */
#ifndef MLN_STATS_LINK_BAND_H
#define MLN_STATS_LINK_BAND_H

#include "stats/link_error.h"
#include "stats/post_strata.h"

enum { MLN_BAND_MAX_DRAWS = 64 };
#define MLN_BAND_SURE UINT32_MAX

/* A rate's posterior, Beta(alpha, beta), both > 0. */
struct mln_band_rate {
    double alpha, beta;
};

/* The posteriors of n_rates rates from e[i] of n[i] cases, each drawn towards the whole: with
 * r = (Σ e + ½) / (Σ n + 1), the prior Beta(1, 1/r − 1) is worth one case that turned out so.
 * alpha = e + 1, beta = max(0, n − e) + 1/r − 1 (at least ½). A class without cases has the prior.
 * Empirical Bayes with a fixed weight; Gelman & al., "Bayesian data analysis" (2013), 2.4. */
void mln_band_rates(const uint64_t *e, const uint64_t *n, size_t n_rates,
                    struct mln_band_rate *out);

struct mln_band_units {
    size_t n;
    const uint64_t *key;  /* n, unique: what names the unit in every run */
    const double *prob;   /* n: that it stands; not looked at where it has a rate */
    const uint32_t *rate; /* n: 0..n_rates-1, or MLN_BAND_SURE where prob counts; NULL: nowhere */
    size_t n_rates;
    const struct mln_band_rate *rates;
};

/* Subjects alike: of one stratum (a cell of post_strata.h), on the same units, in one cell of the
 * table. A linked one counts in the draws where both its units stand (but see `unless`). */
struct mln_band_group {
    uint32_t stratum;
    uint32_t lost;   /* the stratum it is missing from in the draws where `unit` does not stand */
    uint32_t unit;   /* of its link, or of its affaire that was not found; or MLN_BAND_SURE */
    uint32_t member; /* of its belonging to the field; or MLN_BAND_SURE */
    uint32_t cell;   /* of a table; mln_band_draw does not look at it */
    uint64_t n;
    bool unless; /* counts where `member` does not stand: what they are if they are not the other */
};

struct mln_band_groups {
    const struct mln_band_group *list;
    size_t n;
};

struct mln_band_options {
    uint64_t seed;
    uint32_t n_draws; /* 2..MLN_BAND_MAX_DRAWS */
    struct mln_collapse collapse;
};

struct mln_band_draws {
    uint32_t n_draws;
    size_t n_units, n_strata;
    uint64_t *stands; /* n_units: bit m set when the unit stands in draw m */
    double *weight;   /* n_draws × n_strata; NaN where nobody of the class is linked */
};

/* The draws of the units, and the weights of each draw: of a class, all who belong and have an
 * affaire over those of them whose link stands. `linked`: all the linked subjects, once;
 * `unlinked`: those who may miss a link (their unit: that they have an affaire), and nobody else.
 * `strata` tells the cells and which are near each other; its sizes are not looked at. Release the
 * result. MLN_BAD_INPUT for a probability outside 0..1, a rate that is not > 0, or options out of
 * range. O(n_draws × (n_units + groups + strata)). */
enum mln_status mln_band_draw(const struct mln_band_units *units, const struct mln_cells *strata,
                              struct mln_band_groups linked, struct mln_band_groups unlinked,
                              const struct mln_band_options *options, struct mln_band_draws *out,
                              struct mln_err *err) MLN_MUST_USE;
void mln_band_release(struct mln_band_draws *draws); /* of a zeroed or made one */

/* Sums of w and of w (w − 1) of each cell and draw over linked groups, into the caller's n_draws ×
 * n_cells arrays, which are set. O(n_draws × n_groups). */
void mln_band_sums(const struct mln_band_draws *draws, const struct mln_band_group *groups,
                   size_t n_groups, size_t n_cells, double *sum, double *square);

/* The share of cell `part` in cell `whole` (which holds it), and its band. `unseen`: how many
 * subjects of the whole stand elsewhere in the table, because what tells their line is not
 * recorded, for one subject there; those there stand for them too, which adds p (1 − p) unseen / (W
 * (1 + unseen)²) to the variance. NaN where the whole is empty in some draw. O(n_draws). */
struct mln_combined mln_band_share(const struct mln_band_draws *draws, const double *sum,
                                   const double *square, size_t n_cells, size_t part, size_t whole,
                                   double unseen, double level);

#endif
