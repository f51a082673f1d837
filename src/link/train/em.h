/* Training: m, u and λ of the Fellegi–Sunter model from counts of agreement patterns, by EM.
 *
 * Data come in *sessions*: the patterns of all pairs of one blocking rule, with the comparisons that
 * share a field with the rule left out of that session (given the rule they tell nothing). All
 * sessions share m and u; each has its own share of matches λ_r:
 *
 *   ℓ(m, u, λ) = Σ_r Σ_γ n_r(γ) log( λ_r Π_{c ∉ r} m_c(γ_c) + (1 - λ_r) Π_{c ∉ r} u_c(γ_c) )
 *
 * Under conditional independence given the match status, every session estimates the same m and u, so
 * this composite likelihood is consistent whatever the rules select (Varin, Reid & Firth 2011);
 * one session without exclusions is the usual EM (Winkler 1988; Fellegi & Sunter 1969). Missing levels
 * drop out of the products (missing at random). Its cost depends on the number of distinct patterns,
 * never on the number of pairs.
 *
 * u: from a session of random pairs. These hold matches at the rate λ too, so
 *   u_c(l) = (p_c(l) - λ m_c(l)) / (1 - λ), not below a floor of half a pair,
 * where p_c is the distribution over random pairs; or trained with the sessions (MLN_U_EM).
 *
 * λ (of two random records) follows from the sessions: λ_r n_r matches satisfy rule r, a share
 * Π_{c ∈ r} m_c(exact) of all matches; see mln_em_lambda. */
#ifndef MLN_LINK_TRAIN_EM_H
#define MLN_LINK_TRAIN_EM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "link/model/model.h"

struct mln_em_session {
    const uint8_t *levels;  /* n_patterns × n_comparisons, row-major; MLN_LEVEL_MISSING */
    const uint64_t *count;  /* n_patterns */
    size_t n_patterns;
    const bool *left_out;   /* n_comparisons; NULL: none */
};

struct mln_em_options {
    const uint8_t *n_levels;   /* n_comparisons */
    size_t n_comparisons;
    const struct mln_em_session *sessions;
    size_t n_sessions;
    const struct mln_em_session *random; /* NULL: u is trained with the sessions */
    double n_pairs_all;        /* all pairs of records, blocked or not: bounds λ */
    const struct mln_training *training;
    /* Fixed values and starting values, by comparison × MLN_LEVELS_MAX + level; NaN: free. May be NULL. */
    const double *m_fixed, *u_fixed;
};

/* What makes a trained model not to be trusted, as bits. */
enum mln_em_alarm {
    MLN_EM_NOT_CONVERGED = 1,
    MLN_EM_NOT_MONOTONE = 2,     /* the likelihood fell: numbers too small, or a fault */
    MLN_EM_LAMBDA_BOUND = 4,     /* λ of a session at 0 or 1: the two classes are one */
    MLN_EM_M_BELOW_U = 8,        /* the first level of a comparison speaks against a match */
    MLN_EM_HOUSEHOLD = 16,       /* the "matches" agree on shared fields (address, surname) and disagree
                                    on personal ones: households, not persons */
    MLN_EM_ONE_FIELD = 32,       /* one comparison carries nearly all of the separation */
    MLN_EM_STARTS_DIFFER = 64,   /* other starts reach as good a likelihood with other parameters */
    MLN_EM_NEVER_SEEN = 128,     /* a comparison left out of every session: its m comes from exact links */
};

struct mln_em_result {
    double m[MLN_COMPARISONS_MAX * MLN_LEVELS_MAX]; /* comparison × MLN_LEVELS_MAX + level; sums to 1 */
    double u[MLN_COMPARISONS_MAX * MLN_LEVELS_MAX];
    double lambda;             /* of two random records */
    double session_lambda[64]; /* per session */
    double log_likelihood;     /* natural log, of the best start */
    size_t iterations;
    size_t best_start;
    unsigned alarms;           /* enum mln_em_alarm */
    uint32_t alarm_comparisons[8]; /* per alarm bit: mask of the comparisons concerned */
};

/* Errors: MLN_BAD_INPUT (no pair at all, a comparison missing everywhere, a single class: the message
 * says which), MLN_NO_MEMORY. Deterministic: sums run in the order of the patterns. */
enum mln_status mln_em_fit(const struct mln_em_options *options, struct mln_em_result *out,
                           struct mln_err *err) MLN_MUST_USE;

/* Supervised: m and u from labelled pairs (sessions[0]: matches, sessions[1]: non-matches). */
enum mln_status mln_em_from_labels(const struct mln_em_options *options, struct mln_em_result *out,
                                   struct mln_err *err) MLN_MUST_USE;

/* Weight of a pattern: Σ_c log2(m_c / u_c) over levels not missing, plus log2(λ / (1 - λ)) when
 * with_prior. Not NaN: m and u are floored at 1e-12. */
double mln_em_weight(const struct mln_em_result *fit, const uint8_t *levels, size_t n_comparisons,
                     bool with_prior);

/* Probability of a weight with prior: 1 / (1 + 2^-weight); exact at ±∞. */
double mln_em_probability(double weight_log2);

/* A word and a sentence for each alarm bit, for reports; NULL past the last. */
const char *mln_em_alarm_word(unsigned bit);
const char *mln_em_alarm_text(unsigned bit);

#endif
