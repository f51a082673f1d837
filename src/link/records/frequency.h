/* How common the values of a field are by a table from outside: first names by all births, say,
 * where the files hold a few hundred persons and their own frequencies are noise.
 *
 *   new ─▶ add a row of the table … ─▶ finish ─▶ a frequency for each value of the field
 *
 * A value of the table passes through the cleaning of the field (of a field made from another:
 * through that one's first), so that both are written alike; rows that become one value are added
 * up. Rows whose value the cleaning leaves empty count in the total only: they are other persons.
 *
 * A value that the table lacks has the frequency of the rarest value of the table: that it is rarer
 * than what is listed is known, how much is not.
 *
 * Nothing depends on the order of the rows: counts are added as whole numbers, frequencies in
 * ascending order. */
#ifndef MLN_LINK_RECORDS_FREQUENCY_H
#define MLN_LINK_RECORDS_FREQUENCY_H

#include "link/records/records.h"

struct mln_frequencies {
    double *frequency; /* per value of the field's set, 0 < f ≤ 1; NULL when there is none */
    double chance;     /* Σ f² over the values of the table: that two draws from it agree */
    uint64_t n_rows;   /* of the table */
    uint64_t n_values; /* distinct, once cleaned */
    uint64_t n_absent; /* values of the field that the table lacks */
};

struct mln_frequency_builder; /* opaque */

/* Field `field` is a text made from texts; model and records must outlive the builder. O(values).
 */
enum mln_status mln_frequency_new(const struct mln_link_model *model,
                                  const struct mln_records *records, size_t field,
                                  struct mln_frequency_builder **out, struct mln_err *err)
    MLN_MUST_USE;
void mln_frequency_free(struct mln_frequency_builder *b);

/* A row of the table: the raw value, UTF-8, {NULL, 0} missing, and its count or frequency, which is
 * not negative. A row of 0 says nothing of its value: it is as if the value were absent. */
enum mln_status mln_frequency_add(struct mln_frequency_builder *b, struct mln_str value,
                                  double number, struct mln_err *err) MLN_MUST_USE;

/* `shares`: the numbers were frequencies, which add up to 1 at most (1.001 allows for rounding);
 * else counts, divided by their sum. Errors, without a place (the caller names the file):
 * MLN_BAD_INPUT (no value above 0; frequencies that add up to more than 1); MLN_NO_MEMORY. */
enum mln_status mln_frequency_finish(struct mln_frequency_builder *b, bool shares,
                                     struct mln_arena *arena, struct mln_frequencies *out,
                                     struct mln_err *err) MLN_MUST_USE;

#endif
