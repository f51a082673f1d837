/* Training: m, u and λ of the Fellegi–Sunter model from counts of agreement patterns, by EM.
 *
 * Data come in *sessions*: the patterns of all pairs of one blocking rule, with the comparisons
 * that share a field with the rule left out of that session (given the rule they tell nothing). All
 * sessions share m and u; each has its own share of matches λ_r:
 *
 *   ℓ(m, u, λ) = Σ_r Σ_γ n_r(γ) log( λ_r Π_{c ∉ r} m_c(γ_c) + (1 - λ_r) Π_{c ∉ r} u_c(γ_c) )
 *
 * Under conditional independence given the match status, every session estimates the same m and u,
 * so this composite likelihood is consistent whatever the rules select (Varin, Reid & Firth 2011);
 * one session without exclusions is the usual EM (Winkler 1988; Fellegi & Sunter 1969). Missing
 * levels drop out of the products (missing at random). Its cost depends on the number of distinct
 * patterns, never on the number of pairs.
 *
 * u: from a session of random pairs. These hold matches at the rate λ too, each of which would
 * weigh in u as many times as 1/u(exact): every random pair counts with its probability of being no
 * match, u_c(l) = Σ_γ n(γ) (1 - w(γ)) [γ_c = l] / Σ_γ n(γ) (1 - w(γ)) [c not missing], not below
 * half a pair, w being the posterior at λ; a few rounds of (m | u), (u | m, λ) settle it. Or u is
 * trained with the sessions (no random pairs: MLN_U_EM).
 *
 * Others of a rule: in the session of a rule the u of a comparison is that of the random pairs
 * which satisfy the rule (the level asked of each comparison or one before it, again counted by
 * their probability of being no match), where G² says that it differs from u, MLN_EM_SESSION_PAIRS
 * pairs like all others added. Two persons with one first name have similar e-mail addresses, two
 * of one household one surname: at the u of all pairs these would be taken for matches, m and λ_r
 * with them. Only m and λ_r are learnt so; weights are by the u of all pairs.
 *
 * λ (of two random records) follows from the sessions: λ_r n_r matches satisfy rule r, which a
 * share s_r = Π_c m_c(level asked or before) P(c present) of all matches does, over the comparisons
 * it asks for: λ = Σ_r λ_r n_r / (N Σ_r s_r), not below the λ_r n_r / N of any session, N all
 * pairs. That s_r takes the comparisons of a rule as independent among matches; where they are not
 * it is too low, by a factor of 1.5 to 2 where names are compared in several ways. So the random
 * pairs check it: they estimate λ themselves, m and u being given; when they hold at least 50
 * matches and disagree by more than two of their standard errors (1/√matches each), theirs is
 * taken.
 *
 * Dependence (training->dependence): within each class some comparisons are tied two by two,
 * without a cycle, by log-linear terms (Larsen & Rubin 2001 and Xu et al. 2019 on why; fastLink's
 * emlinklog has all two-way terms at once). They are taken one by one, the largest mutual
 * information first (Chow & Liu 1968), EM going on between, while they clear two bars: BIC's as
 * evidence, 0.02 bits a pair that agrees somewhere as effect. Their ratios are scaled to the
 * margins m and u; a missing level drops its ties, so that this is no exact ascent, and the rise is
 * not checked. A cell hardly expected says nothing.
 *
 * Prior: each comparison has prior_weight pseudo-pairs spread evenly over its levels, in m and in
 * u, so that a level never seen has no infinite weight; the fit is the mode of the posterior. */
#ifndef MLN_LINK_TRAIN_EM_H
#define MLN_LINK_TRAIN_EM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "link/model/model.h"

struct mln_em_session {
    const uint8_t *levels; /* n_patterns × n_comparisons, row-major; MLN_LEVEL_MISSING */
    const uint64_t *count; /* n_patterns */
    size_t n_patterns;
    const bool *left_out; /* n_comparisons; NULL: none */
    /* n_comparisons: those whose first level the rule asks for, for s_r; NULL: those left out */
    const bool *asked;
    /* n_comparisons: the level down to which those asked satisfy the rule; NULL: the first */
    const uint8_t *asked_to;
    double share; /* P(a match satisfies the rule), when it is known; 0: s_r of m */
};

enum {
    MLN_EM_SESSIONS_MAX = 64,
    MLN_EM_ALARMS = 10,
    MLN_EM_RANDOM_MATCHES = 50,
    MLN_EM_SESSION_PAIRS = 100
};
enum { MLN_EM_INTERACTIONS_MAX = MLN_INTERACTIONS_MAX / 2 }; /* a class */

struct mln_em_options {
    const struct mln_str *names; /* n_comparisons, for messages; NULL: numbered from 1 */
    const uint8_t *n_levels;     /* n_comparisons */
    size_t n_comparisons;
    const struct mln_em_session *sessions;
    size_t n_sessions;
    const struct mln_em_session *random; /* NULL: u is trained with the sessions */
    double n_pairs_all;                  /* N: all pairs of records, blocked or not */
    const struct mln_training *training;
    /* By comparison × MLN_LEVELS_MAX + level; NaN: free. Each may be NULL. The free levels of a
     * comparison share what its fixed ones leave of 1. Starting values serve the first start. */
    const double *m_fixed, *u_fixed;
    const double *m_start, *u_start;
};

/* What makes a trained model not to be trusted, as bits.
 *   NOT_MONOTONE    the likelihood fell: numbers too small, or a fault
 *   LAMBDA_BOUND    a session without a match, or with nothing else while u is trained
 *   M_BELOW_U       the first level of a comparison speaks against a match
 *   HOUSEHOLD       the "matches" agree on shared fields (address, surname) and disagree on
 *                   personal ones: households, not persons
 *   ONE_FIELD       one comparison carries nearly all of the separation
 *   STARTS_DIFFER   other starts reach as good a likelihood with other parameters
 *   NEVER_SEEN      a comparison left out of every session: its m comes from pairs that
 *                   the rules on its own fields made, so it is too high; or missing in all
 *                   their pairs (though not in all random ones): m = u
 *   ONE_CLASS       two classes fit hardly better than one
 *   ELSE_FOR_MATCH  the last level of a comparison speaks for a match */
enum mln_em_alarm {
    MLN_EM_NOT_CONVERGED = 1,
    MLN_EM_NOT_MONOTONE = 2,
    MLN_EM_LAMBDA_BOUND = 4,
    MLN_EM_M_BELOW_U = 8,
    MLN_EM_HOUSEHOLD = 16,
    MLN_EM_ONE_FIELD = 32,
    MLN_EM_STARTS_DIFFER = 64,
    MLN_EM_NEVER_SEEN = 128,
    MLN_EM_ONE_CLASS = 256,
    MLN_EM_ELSE_FOR_MATCH = 512,
};

struct mln_em_result {
    /* comparison × MLN_LEVELS_MAX + level; those of a comparison sum to 1 */
    double m[MLN_COMPARISONS_MAX * MLN_LEVELS_MAX];
    double u[MLN_COMPARISONS_MAX * MLN_LEVELS_MAX];
    double lambda;                              /* of two random records */
    double session_lambda[MLN_EM_SESSIONS_MAX]; /* per session */
    double coverage; /* share of matches that at least one session's rule lets through, its
                        comparisons taken as independent among matches (mln_rule_coverage) */
    double random_pairs, random_matches; /* u by random pairs and λ free: how many there were, and
                                            how many of them are matches by the model; else 0 */
    double log_likelihood; /* natural log, of the sessions at m, u, λ_r; without the prior */
    size_t iterations;     /* passes over the patterns, all starts and rounds */
    size_t best_start;
    size_t n_interactions; /* training->dependence; else 0 */
    struct mln_interaction interactions[MLN_INTERACTIONS_MAX];
    unsigned alarms; /* enum mln_em_alarm */
    /* per alarm bit: mask of the comparisons concerned */
    uint32_t alarm_comparisons[MLN_EM_ALARMS];
};

/* EM accelerated by squared extrapolation (Varadhan & Roland 2008), kept only where the likelihood
 * does not fall: it rises at every step. Several starts, the best by the posterior; a start is a
 * function of its number and of the seed. Deterministic, whatever the order of patterns: they are
 * sorted, and sums are compensated and run in that order. A fixed training->lambda is λ; a session
 * of all pairs (n_pairs_all, nothing left out) then has it too. Errors: MLN_BAD_INPUT (no pair at
 * all, one pattern only, a comparison missing everywhere, no match or nothing but matches, a level
 * out of range: the message says which), MLN_NO_MEMORY. Cost: patterns × comparisons a pass, some
 * tens of passes a start. */
enum mln_status mln_em_fit(const struct mln_em_options *options, struct mln_em_result *out,
                           struct mln_err *err) MLN_MUST_USE;

/* Supervised: m and u from labelled pairs (sessions[0]: matches, sessions[1]: non-matches; left_out
 * is not looked at). With random pairs u comes from these and sessions[1] may be absent: labelled
 * non-matches are mostly hard ones, and would make u too high. λ: training->lambda, or the matches
 * per pair of records, as if all matches were labelled. session_lambda and log_likelihood are 0. */
enum mln_status mln_em_from_labels(const struct mln_em_options *options, struct mln_em_result *out,
                                   struct mln_err *err) MLN_MUST_USE;

/* Weight of a pattern: Σ_c log2(m_c / u_c) over levels not missing, plus the interactions, plus
 * log2(λ / (1 - λ)) when with_prior. Not NaN: m and u are floored at 1e-12. */
double mln_em_weight(const struct mln_em_result *fit, const uint8_t *levels, size_t n_comparisons,
                     bool with_prior);

/* Probability of a weight with prior: 1 / (1 + 2^-weight); exact at ±∞. */
double mln_em_probability(double weight_log2);

/* A word and a sentence for each alarm bit, for reports; NULL past the last. */
const char *mln_em_alarm_word(unsigned bit);
const char *mln_em_alarm_text(unsigned bit);

#endif
