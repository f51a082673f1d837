/* The cell-key method: noise that belongs to the cell.
 *
 * Every record has a key of 64 bits, uniform and secret (from its pseudonym); the key of a cell is
 * the sum of its records' keys modulo 2^64. The perturbation table says for a count how likely each
 * noise is, and the cell's key decides: the same records give the same noise in every table, year
 * and engine, and asking again teaches nothing (Fraser & Wooton 2005; Marley & Leaver 2011, ISI;
 * Thompson, Broadfoot & Elazar 2013, UNECE).
 *
 * The table: for a count i the noise v lies in -max_noise..max_noise, i + v is never negative and
 * never one of 1..smallest - 1; a count of 0 stays 0. Of all distributions with mean 0 and the
 * given variance it is the one of largest entropy (Giessing 2016, PSD,
 * doi:10.1007/978-3-319-45381-1_18; R package ptable): p(v) ∝ exp(a·v + b·v²), a and b by Newton's
 * method on the convex dual. Where a small count allows no such variance, the nearest that it
 * allows is taken (row_variance says which): an attacker who knows the method knows it too.
 *
 * Not protected: sums. TOTAL and parts get noise of their own, and do not add up; whoever has a
 * count split in many ways can average the sums (Asghar & Kaafar 2020, PoPETs). docs/protection.md
 * says how many ways that takes. */
#ifndef MLN_PROTECT_CELL_KEY_H
#define MLN_PROTECT_CELL_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { MLN_NOISE_MOST = 30, MLN_SMALLEST_MOST = 11 };

struct mln_ptable_options {
    uint32_t max_noise; /* D: 1..MLN_NOISE_MOST */
    double variance;    /* V > 0 */
    uint32_t smallest;  /* no published count is 1..smallest-1; 1: all may be */
};

struct mln_ptable {
    struct mln_ptable_options options;
    size_t n_rows;  /* counts 0..n_rows-2 have rows of their own, all larger ones the last */
    size_t width;   /* 2 max_noise + 1 */
    double *probs;  /* n_rows × width: of noise -max_noise..max_noise */
    uint32_t *upto; /* n_rows × width: 2^32 × cumulated probability, rounded; last 2^32 - 1 */
    double *row_variance;
};

/* In the arena. MLN_BAD_INPUT: options out of range, or a variance above what a large count can
 * have (max_noise²). */
enum mln_status mln_ptable_make(struct mln_arena *arena, const struct mln_ptable_options *options,
                                struct mln_ptable *out, struct mln_err *err) MLN_MUST_USE;

/* The noise of one cell: by the 32 high bits of its key. */
int32_t mln_ptable_noise(const struct mln_ptable *t, uint64_t count, uint64_t cell_key);

/* out[i] = counts[i] + noise; out may be counts. O(n). */
void mln_cell_key_perturb(const struct mln_ptable *t, const uint64_t *counts,
                          const uint64_t *cell_keys, size_t n, uint64_t *out);

/* The key of a record: of its pseudonym (secret by its own key) and its rank in it (victims of a
 * procedure; 0). FNV-1a over both, mixed by the finaliser of splitmix64. */
uint64_t mln_record_key(struct mln_str pseudonym, uint64_t rank);

/* Σ record keys modulo 2^64. */
uint64_t mln_cell_key_sum(const uint64_t *record_keys, size_t n);

#endif
