/* Bands of linkage error around shares of a population of which a part is linked.
 *
 *     units with a doubtful link ─ draw m ─▶ who is linked ─▶ weights of the unmatched
 * (post_strata.h) ─▶ share and variance of draw m ─▶ combine
 *
 * A subject (a victim) is linked or not. Whether a link stands may be sure, or doubtful: then the
 * subjects that hang on it (the victims of one procedure) are linked together in some draws and
 * not in others (link_error.h). In each draw every linked subject weighs N / n of its class, so
 * that it stands for the unmatched of its class too.
 *
 * Share and variance in a draw. With w the weights, W = Σ w over the whole and Y = Σ w over the
 * part, p = Y / W (Hájek). If each subject of a class were linked by chance, with probability 1 /
 * w, the variance of p is about
 *
 *     Σ_part w (w − 1) (1 − p)² / W²  +  Σ_rest w (w − 1) p² / W²
 *
 * (linearised ratio, Poisson sampling; Särndal, Swensson & Wretman, "Model assisted survey
 * sampling", 1992, 5.6 and 3.5). It is 0 where everybody is linked. Between draws: Rubin's rules,
 * on the logit scale (link_error.h).
 *
 * Counts and weights are summed in the order of the groups: give them in an order that the data
 * fix. */
#ifndef MLN_STATS_LINK_BAND_H
#define MLN_STATS_LINK_BAND_H

#include "stats/link_error.h"
#include "stats/post_strata.h"

enum { MLN_BAND_MAX_DRAWS = 64 };
#define MLN_BAND_SURE UINT32_MAX

/* Subjects alike: of one stratum (a cell of post_strata.h), all on one doubtful unit or all surely
 * linked, in one cell of the table. */
struct mln_band_group {
    uint32_t stratum;
    uint32_t unit; /* 0..n_units-1, or MLN_BAND_SURE */
    uint32_t cell; /* of a table; mln_band_draw does not look at it */
    uint64_t n;
};

struct mln_band_options {
    uint64_t seed;
    uint32_t n_draws; /* 2..MLN_BAND_MAX_DRAWS */
    struct mln_collapse collapse;
};

struct mln_band_draws {
    uint32_t n_draws;
    size_t n_units, n_strata;
    uint64_t *stands; /* n_units: bit m set when the unit's link stands in draw m */
    double *weight;   /* n_draws × n_strata; NaN where nobody of the class is linked */
};

/* The draws of n_units doubtful links with their keys and probabilities, and the weights of each.
 * `linked`: all the linked subjects, sure and doubtful, once. Release the result. MLN_BAD_INPUT for
 * a probability outside 0..1 or options out of range. O(n_draws × (n_units + groups + strata)). */
enum mln_status mln_band_draw(size_t n_units, const uint64_t *key, const double *prob,
                              const struct mln_cells *strata, const struct mln_band_group *linked,
                              size_t n_linked, const struct mln_band_options *options,
                              struct mln_band_draws *out, struct mln_err *err) MLN_MUST_USE;
void mln_band_release(struct mln_band_draws *draws); /* of a zeroed or made one */

/* Sums of w and of w (w − 1) of each cell and draw, into the caller's n_draws × n_cells arrays,
 * which are set. O(n_draws × n_groups). */
void mln_band_sums(const struct mln_band_draws *draws, const struct mln_band_group *groups,
                   size_t n_groups, size_t n_cells, double *sum, double *square);

/* The share of cell `part` in cell `whole` (which holds it), and its band. NaN where the whole is
 * empty in some draw. O(n_draws). */
struct mln_combined mln_band_share(const struct mln_band_draws *draws, const double *sum,
                                   const double *square, size_t n_cells, size_t part, size_t whole,
                                   double level);

#endif
