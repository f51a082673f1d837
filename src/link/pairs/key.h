/* Keys of blocking rules: what a record must share with another one to make a candidate pair, as
 * one number a record. Internal to this room.
 *
 *   fields ─code─▶ 0 … dim - 1 each ─mixed radix─▶ 64 bits ─sort─▶ groups of equal keys
 *
 * Codes are exact (ids of texts, days, ranks of numbers), so equal keys are equal values. Where the
 * product of the dims would pass 64 bits, the key so far is replaced by its rank. */
#ifndef MLN_LINK_PAIRS_KEY_H
#define MLN_LINK_PAIRS_KEY_H

#include "link/model/model.h"
#include "link/records/records.h"

#define MLN_KEY_NONE UINT32_MAX /* a record without a key */

/* Memory that is read all over the place: in large pages where the system has them, as most of the
 * time of such reads goes into finding pages. Freed with free. NULL when there is no memory. */
void *mln_scattered_alloc(size_t bytes);

struct mln_entry {
    uint64_t key;
    uint32_t row;
};

/* Stable, ascending by key; keys are below `dim` (0: any 64 bits). `scratch` holds n entries too.
 * O(n log dim). */
void mln_entries_sort(struct mln_entry *entries, struct mln_entry *scratch, size_t n, uint64_t dim);

/* The entries of a rule, sorted by key, rows ascending within a key. A record without a value in
 * one of the fields has none, with a LIST field one for each element (each combination, of
 * several). */
struct mln_rule_keys {
    struct mln_entry *entries;
    size_t n;
    uint64_t dim; /* keys are below it */
    uint64_t keyless[2];
    uint32_t *base; /* rule with a LIST: per row, the rank of its other fields; MLN_KEY_NONE */
    size_t n_lists;
    uint64_t list_dim[2]; /* the last digits of a key are elements, in the order of the lists */
};

/* Errors: MLN_BAD_INPUT (more than two lists; keys past 64 bits; more than 2^32 - 2 entries),
 * MLN_NO_MEMORY. */
enum mln_status mln_rule_keys_build(const struct mln_link_model *model, size_t rule,
                                    const struct mln_records *records, struct mln_rule_keys *out,
                                    struct mln_err *err) MLN_MUST_USE;
void mln_rule_keys_release(struct mln_rule_keys *keys);

/* 32 bits that tell values of a rule's key apart in a message, from the values of one record. */
uint32_t mln_rule_key_hash(const struct mln_link_model *model, size_t rule,
                           const struct mln_records *records, uint32_t row);

#endif
