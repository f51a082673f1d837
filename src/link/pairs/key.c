#include "link/pairs/key.h"

#include <math.h>
#include <stdlib.h>

#include "link/pairs/text.h"

/* ── sort ── */

enum { DIGIT_BITS = 11, DIGIT = 1 << DIGIT_BITS, DIGITS = 6 };

static size_t digit_of(uint64_t key, unsigned d) {
    return key >> DIGIT_BITS * d & (DIGIT - 1);
}

static void scatter(const struct mln_entry *from, struct mln_entry *to, size_t n, unsigned d,
                    size_t at[DIGIT]) {
    size_t sum = 0;
    for (size_t k = 0; k < DIGIT; k++) {
        const size_t count = at[k];
        at[k] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[at[digit_of(from[i].key, d)]++] = from[i];
    }
}

static void count_digits(const struct mln_entry *entries, size_t n, unsigned n_digits,
                         size_t counts[DIGITS][DIGIT]) {
    memset(counts, 0, n_digits * sizeof counts[0]);
    for (size_t i = 0; i < n; i++) {
        uint64_t key = entries[i].key;
        for (unsigned d = 0; d < n_digits; d++, key >>= DIGIT_BITS) {
            counts[d][key & (DIGIT - 1)]++;
        }
    }
}

void mln_entries_sort(struct mln_entry *entries, struct mln_entry *scratch, size_t n,
                      uint64_t dim) {
    size_t counts[DIGITS][DIGIT];
    unsigned n_digits = 1;
    while (n_digits < DIGITS && (dim - 1) >> DIGIT_BITS * n_digits != 0) {
        n_digits++;
    }
    count_digits(entries, n, n_digits, counts);
    struct mln_entry *from = entries, *to = scratch;
    for (unsigned d = 0; d < n_digits && n > 0; d++) {
        if (counts[d][digit_of(entries[0].key, d)] < n) { /* the keys differ here */
            scatter(from, to, n, d, counts[d]);
            struct mln_entry *swap = from;
            from = to;
            to = swap;
        }
    }
    if (from != entries) {
        memcpy(entries, from, n * sizeof *entries);
    }
}

/* ── codes of one field ── */

struct codes {
    uint32_t *code; /* per row; MLN_KEY_NONE */
    uint64_t dim;
};

/* Doubles in the order of their bits read as whole numbers. */
static uint64_t ordered_bits(double x) {
    const double plain = x + 0.0; /* -0 is 0 */
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | (uint64_t)1 << 63;
}

/* Ranks of the keys of `entries` (n of them, below *dim; 0: any), written to out[row]; *dim becomes
 * how many ranks. */
static enum mln_status rank_entries(struct mln_entry *entries, size_t n, uint32_t *out,
                                    uint64_t *dim, struct mln_err *err) {
    struct mln_entry *scratch = malloc((n + 1) * sizeof *scratch);
    if (scratch == NULL) {
        return mln_err_nomem(err, "the keys of a blocking rule");
    }
    mln_entries_sort(entries, scratch, n, *dim);
    free(scratch);
    uint32_t rank = 0;
    for (size_t i = 0; i < n; i++) {
        rank += i > 0 && entries[i].key != entries[i - 1].key;
        out[entries[i].row] = rank;
    }
    *dim = n == 0 ? 1 : (uint64_t)rank + 1;
    return MLN_OK;
}

static enum mln_status number_codes(const double *number, uint32_t n, struct codes *out,
                                    struct mln_err *err) {
    struct mln_entry *entries = malloc(((size_t)n + 1) * sizeof *entries);
    if (entries == NULL) {
        return mln_err_nomem(err, "the keys of a blocking rule");
    }
    size_t n_entries = 0;
    for (uint32_t i = 0; i < n; i++) {
        out->code[i] = MLN_KEY_NONE;
        if (!isnan(number[i])) {
            entries[n_entries++] = (struct mln_entry){ordered_bits(number[i]), i};
        }
    }
    out->dim = 0; /* any 64 bits */
    const enum mln_status status = rank_entries(entries, n_entries, out->code, &out->dim, err);
    free(entries);
    return status;
}

/* For equality the days of complete dates; in order also intervals, by first then last day. */
static void date_codes(const struct mln_field_column *column, uint32_t n, bool in_order,
                       struct codes *out) {
    int32_t least = INT32_MAX, most = INT32_MIN;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t day = column->first[i];
        if (day != MLN_DAY_NONE) {
            least = day < least ? day : least;
            most = day > most ? day : most;
        }
    }
    const uint32_t span = in_order ? 367 : 1;
    out->dim = least > most ? 1 : ((uint64_t)((int64_t)most - least) + 1) * span;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t first = column->first[i], last = column->last[i];
        out->code[i] = MLN_KEY_NONE;
        if (first != MLN_DAY_NONE && (in_order || first == last)) {
            const uint32_t width = last - first > 366 ? 366 : (uint32_t)(last - first);
            out->code[i] = (uint32_t)((int64_t)first - least) * span + (in_order ? width : 0);
        }
    }
}

static enum mln_status text_codes(const struct mln_field_column *column, uint32_t n, bool in_order,
                                  struct codes *out, struct mln_err *err) {
    out->dim = column->set.n == 0 ? 1 : column->set.n;
    memcpy(out->code, column->ids, (size_t)n * sizeof *out->code);
    if (!in_order) {
        return MLN_OK;
    }
    uint32_t *rank = malloc(((size_t)column->set.n + 1) * sizeof *rank);
    if (rank == NULL) {
        return mln_err_nomem(err, "the keys of a blocking rule");
    }
    const enum mln_status status = mln_text_ranks(&column->set, rank, err);
    for (uint32_t i = 0; status == MLN_OK && i < n; i++) {
        out->code[i] = out->code[i] == MLN_STRSET_MISSING ? MLN_KEY_NONE : rank[out->code[i]];
    }
    free(rank);
    return status;
}

/* ── the key of the fields that are no lists ── */

struct base {
    uint64_t *key; /* per row */
    bool *none;
    uint64_t dim;
};

static enum mln_status densify(struct base *base, uint32_t n, struct mln_err *err) {
    struct mln_entry *entries = malloc(((size_t)n + 1) * sizeof *entries);
    uint32_t *rank = malloc(((size_t)n + 1) * sizeof *rank);
    size_t n_entries = 0;
    enum mln_status status = MLN_OK;
    if (entries == NULL || rank == NULL) {
        status = mln_err_nomem(err, "the keys of a blocking rule");
        goto done;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!base->none[i]) {
            entries[n_entries++] = (struct mln_entry){base->key[i], i};
        }
    }
    MLN_TRY_GOTO(status, rank_entries(entries, n_entries, rank, &base->dim, err), done);
    for (uint32_t i = 0; i < n; i++) {
        base->key[i] = base->none[i] ? 0 : rank[i];
    }
done:
    free(entries);
    free(rank);
    return status;
}

static enum mln_status add_codes(struct base *base, uint32_t n, const struct codes *codes,
                                 struct mln_err *err) {
    if (base->dim > (UINT64_MAX >> 1) / codes->dim) {
        MLN_TRY(densify(base, n, err));
    }
    for (uint32_t i = 0; i < n; i++) {
        if (codes->code[i] == MLN_KEY_NONE) {
            base->none[i] = true;
        } else {
            base->key[i] = base->key[i] * codes->dim + codes->code[i];
        }
    }
    base->dim *= codes->dim;
    return MLN_OK;
}

static enum mln_status add_field(struct base *base, const struct mln_field_column *column,
                                 uint32_t n, bool in_order, struct codes *codes,
                                 struct mln_err *err) {
    switch (column->type) {
    case MLN_FIELD_TEXT: MLN_TRY(text_codes(column, n, in_order, codes, err)); break;
    case MLN_FIELD_DATE: date_codes(column, n, in_order, codes); break;
    case MLN_FIELD_NUMBER: MLN_TRY(number_codes(column->number, n, codes, err)); break;
    case MLN_FIELD_GEO:
        MLN_TRY(number_codes(column->latitude, n, codes, err));
        MLN_TRY(add_codes(base, n, codes, err));
        MLN_TRY(number_codes(column->longitude, n, codes, err));
        break;
    case MLN_FIELD_LIST: return MLN_OK;
    }
    return add_codes(base, n, codes, err);
}

static enum mln_status add_fields(struct base *base, const struct mln_block_rule *rule,
                                  const struct mln_records *records, struct mln_err *err) {
    const uint32_t n = mln_records_n(records);
    struct codes codes = {malloc(((size_t)n + 1) * sizeof *codes.code), 1};
    if (codes.code == NULL) {
        return mln_err_nomem(err, "the keys of a blocking rule");
    }
    enum mln_status status = MLN_OK;
    for (size_t f = 0; f < rule->n_fields && status == MLN_OK; f++) {
        codes.dim = 1;
        status = add_field(base, &records->fields[rule->fields[f]], n,
                           rule->kind == MLN_RULE_WINDOW, &codes, err);
    }
    free(codes.code);
    return status;
}

/* ── lists ── */

struct lists {
    const struct mln_field_column *column[2];
    size_t n;
};

static enum mln_status find_lists(const struct mln_link_model *model, size_t r,
                                  const struct mln_records *records, struct lists *out,
                                  struct mln_err *err) {
    const struct mln_block_rule *rule = &model->rules[r];
    for (size_t f = 0; f < rule->n_fields; f++) {
        const struct mln_field_column *column = &records->fields[rule->fields[f]];
        if (column->type != MLN_FIELD_LIST) {
            continue;
        }
        if (out->n == 2 || rule->kind == MLN_RULE_WINDOW) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "blocking rule \"%.*s\": %s; make a text field of it, or a rule of "
                               "its own",
                               MLN_STR_ARG(rule->name),
                               out->n == 2 ? "it has more than two lists" : "a list has no order");
        }
        out->column[out->n++] = column;
    }
    return MLN_OK;
}

static uint64_t combinations(const struct lists *lists, uint32_t row) {
    uint64_t n = 1;
    for (size_t k = 0; k < lists->n; k++) {
        n *= lists->column[k]->start[row + 1] - lists->column[k]->start[row];
    }
    return n;
}

static void explode(const struct lists *lists, uint32_t row, uint64_t key,
                    const struct mln_rule_keys *keys, struct mln_entry *out) {
    const uint64_t n = combinations(lists, row);
    const uint64_t n_last =
        lists->n < 2 ? 1 : lists->column[1]->start[row + 1] - lists->column[1]->start[row];
    for (uint64_t i = 0; i < n; i++) {
        uint64_t k = key;
        if (lists->n > 0) {
            const struct mln_field_column *c = lists->column[0];
            k = k * keys->list_dim[0] + c->item[c->start[row] + i / n_last];
        }
        if (lists->n > 1) {
            const struct mln_field_column *c = lists->column[1];
            k = k * keys->list_dim[1] + c->item[c->start[row] + i % n_last];
        }
        out[i] = (struct mln_entry){k, row};
    }
}

/* ── entries ── */

static enum mln_status too_many(const struct mln_block_rule *rule, const char *what,
                                struct mln_err *err) {
    return mln_err_set(err, MLN_BAD_INPUT, "blocking rule \"%.*s\": %s; take fewer fields or lists",
                       MLN_STR_ARG(rule->name), what);
}

static enum mln_status prepare_lists(const struct mln_block_rule *rule, const struct lists *lists,
                                     struct base *base, uint32_t n, struct mln_rule_keys *out,
                                     struct mln_err *err) {
    MLN_TRY(densify(base, n, err));
    uint64_t dim = base->dim;
    out->n_lists = lists->n;
    for (size_t k = 0; k < lists->n; k++) {
        const uint64_t d = lists->column[k]->set.n == 0 ? 1 : lists->column[k]->set.n;
        if (dim > UINT64_MAX / d) {
            return too_many(rule, "it has too many different keys", err);
        }
        out->list_dim[k] = d;
        dim *= d;
    }
    out->dim = dim;
    out->base = malloc(((size_t)n + 1) * sizeof *out->base);
    if (out->base == NULL) {
        return mln_err_nomem(err, "the keys of a blocking rule");
    }
    for (uint32_t i = 0; i < n; i++) {
        out->base[i] = base->none[i] ? MLN_KEY_NONE : (uint32_t)base->key[i];
    }
    return MLN_OK;
}

static enum mln_status make_entries(const struct mln_block_rule *rule, const struct lists *lists,
                                    const struct base *base, const struct mln_records *records,
                                    struct mln_rule_keys *out, struct mln_err *err) {
    const uint32_t n = mln_records_n(records);
    uint64_t total = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t here = base->none[i] ? 0 : combinations(lists, i);
        out->keyless[i >= records->n_left] += here == 0;
        total += here;
        if (here > UINT32_MAX || total > UINT32_MAX - 1) {
            return too_many(rule, "its lists make more than 4 billion keys", err);
        }
    }
    out->n = (size_t)total;
    out->entries = mln_scattered_alloc((out->n + 1) * sizeof *out->entries);
    struct mln_entry *scratch = mln_scattered_alloc((out->n + 1) * sizeof *scratch);
    if (out->entries == NULL || scratch == NULL) {
        free(scratch);
        return mln_err_nomem(err, "the keys of a blocking rule");
    }
    struct mln_entry *to = out->entries;
    for (uint32_t i = 0; i < n; i++) {
        if (!base->none[i]) {
            explode(lists, i, base->key[i], out, to);
            to += combinations(lists, i);
        }
    }
    mln_entries_sort(out->entries, scratch, out->n, out->dim);
    free(scratch);
    return MLN_OK;
}

enum mln_status mln_rule_keys_build(const struct mln_link_model *model, size_t rule,
                                    const struct mln_records *records, struct mln_rule_keys *out,
                                    struct mln_err *err) {
    *out = (struct mln_rule_keys){0};
    const uint32_t n = mln_records_n(records);
    struct lists lists = {0};
    MLN_TRY(find_lists(model, rule, records, &lists, err));
    struct base base = {mln_scattered_alloc(((size_t)n + 1) * sizeof *base.key),
                        calloc((size_t)n + 1, sizeof *base.none), 1};
    enum mln_status status = MLN_OK;
    if (base.key == NULL || base.none == NULL) {
        status = mln_err_nomem(err, "the keys of a blocking rule");
        goto done;
    }
    memset(base.key, 0, n * sizeof *base.key);
    MLN_TRY_GOTO(status, add_fields(&base, &model->rules[rule], records, err), done);
    out->dim = base.dim;
    if (lists.n > 0) {
        MLN_TRY_GOTO(status, prepare_lists(&model->rules[rule], &lists, &base, n, out, err), done);
    }
    MLN_TRY_GOTO(status, make_entries(&model->rules[rule], &lists, &base, records, out, err), done);
done:
    free(base.key);
    free(base.none);
    if (status != MLN_OK) {
        mln_rule_keys_release(out);
    }
    return status;
}

void mln_rule_keys_release(struct mln_rule_keys *keys) {
    free(keys->entries);
    free(keys->base);
    *keys = (struct mln_rule_keys){0};
}

/* ── a name for a key in a message ── */

static uint32_t fnv(uint32_t hash, const void *bytes, size_t n) {
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ p[i]) * 16777619U;
    }
    return hash;
}

static uint32_t hash_text(uint32_t hash, const struct mln_strset *set, uint32_t id) {
    const struct mln_sequence value = mln_strset_view(set, id);
    for (uint32_t i = 0; i < value.length; i++) {
        const uint32_t point = mln_sequence_point(set, value, i);
        hash = fnv(hash, &point, sizeof point);
    }
    return hash;
}

uint32_t mln_rule_key_hash(const struct mln_link_model *model, size_t rule,
                           const struct mln_records *records, uint32_t row) {
    uint32_t hash = 2166136261U;
    for (size_t f = 0; f < model->rules[rule].n_fields; f++) {
        const struct mln_field_column *c = &records->fields[model->rules[rule].fields[f]];
        switch (c->type) {
        case MLN_FIELD_TEXT: hash = hash_text(hash, &c->set, c->ids[row]); break;
        case MLN_FIELD_DATE: hash = fnv(hash, &c->first[row], sizeof c->first[row]); break;
        case MLN_FIELD_NUMBER: hash = fnv(hash, &c->number[row], sizeof c->number[row]); break;
        case MLN_FIELD_LIST:
            for (uint64_t i = c->start[row]; i < c->start[row + 1]; i++) {
                hash = hash_text(hash, &c->set, c->item[i]);
            }
            break;
        case MLN_FIELD_GEO:
            hash = fnv(hash, &c->latitude[row], sizeof c->latitude[row]);
            hash = fnv(hash, &c->longitude[row], sizeof c->longitude[row]);
            break;
        }
        hash = fnv(hash, "|", 1);
    }
    return hash;
}
