#include "linkage/score.h"

#include <math.h>
#include <stdlib.h>

#include "link/decide/term.h"

enum { REMEMBERED_BITS = 10 };

/* The weights of the patterns seen last: pairs have few of them. */
struct remembered {
    uint32_t pattern_1; /* pattern + 1; 0: empty */
    double weight;
};

/* What one task keeps; tasks are merged in their order. */
struct slot {
    struct remembered *remembered; /* while the task runs */
    struct mln_scored *pair;
    size_t n, cap;
    uint64_t n_all;
    uint64_t bin_count[MLN_WEIGHT_BINS];
    double bin_matches[MLN_WEIGHT_BINS];
};

struct scorer {
    const struct mln_linkage_work *work;
    const struct mln_em_result *fit;
    const struct mln_linkage_tf *tf;
    double keep_weight; /* of the lowest pair kept */
    struct slot *slots;
    size_t n_slots;
};

/* ── weights ── */

double mln_linkage_tf(const struct mln_linkage_work *work, const struct mln_linkage_tf *tf,
                      const uint8_t *levels, uint32_t left, uint32_t right) {
    double sum = 0;
    for (size_t c = 0; c < work->model->n_comparisons; c++) {
        if (levels[c] == MLN_LEVEL_MISSING || tf->adjust[c][levels[c]] == NULL) {
            continue;
        }
        const size_t field = work->model->comparisons[c].levels[levels[c]].field;
        const uint32_t *ids = work->records->fields[field].ids;
        if (ids[left] != MLN_STRSET_MISSING && ids[right] != MLN_STRSET_MISSING) {
            sum += mln_term_pair(tf->adjust[c][levels[c]], ids[left], ids[right]);
        }
    }
    return sum;
}

static double pattern_weight(const struct scorer *s, struct slot *slot, uint32_t pattern) {
    struct remembered *r = &slot->remembered[(pattern * 2654435761U) >> (32 - REMEMBERED_BITS)];
    if (r->pattern_1 != pattern + 1) {
        uint8_t levels[MLN_COMPARISONS_MAX];
        mln_ladder_levels(s->work->ladder, pattern, levels);
        r->pattern_1 = pattern + 1;
        r->weight = mln_em_weight(s->fit, levels, s->work->model->n_comparisons, true);
    }
    return r->weight;
}

/* ── one row of pairs ── */

static size_t bin_of(double weight) {
    const double bin = (weight + 64) * 4;
    return bin < 0 ? 0 : bin >= MLN_WEIGHT_BINS ? MLN_WEIGHT_BINS - 1 : (size_t)bin;
}

static enum mln_status keep(struct slot *slot, struct mln_scored pair, struct mln_err *err) {
    if (slot->n == slot->cap) {
        const size_t cap = slot->cap == 0 ? 1024 : 2 * slot->cap;
        struct mln_scored *wider = realloc(slot->pair, cap * sizeof *wider);
        if (wider == NULL) {
            return mln_err_nomem(err, "the scored pairs");
        }
        slot->pair = wider;
        slot->cap = cap;
    }
    slot->pair[slot->n++] = pair;
    return MLN_OK;
}

static enum mln_status score_row(void *ctx, size_t task, const struct mln_pair_row *row,
                                 struct mln_err *err) {
    const struct scorer *s = ctx;
    struct slot *slot = &s->slots[task];
    const double worth_a_look = s->keep_weight - s->tf->most;
    if (slot->remembered == NULL) {
        slot->remembered = calloc((size_t)1 << REMEMBERED_BITS, sizeof *slot->remembered);
        if (slot->remembered == NULL) {
            return mln_err_nomem(err, "the weights");
        }
    }
    for (size_t i = 0; i < row->n; i++) {
        double weight = pattern_weight(s, slot, row->pattern[i]);
        if (weight >= worth_a_look && s->tf->most > 0) {
            uint8_t levels[MLN_COMPARISONS_MAX];
            mln_ladder_levels(s->work->ladder, row->pattern[i], levels);
            weight += mln_linkage_tf(s->work, s->tf, levels, row->left, row->right[i]);
        }
        slot->bin_count[bin_of(weight)]++;
        if (weight < s->keep_weight) {
            continue;
        }
        slot->bin_matches[bin_of(weight)] += mln_em_probability(weight);
        MLN_TRY(keep(slot,
                     (struct mln_scored){row->left, row->right[i], row->pattern[i],
                                         (uint32_t)row->rule, weight},
                     err));
    }
    slot->n_all += row->n;
    return MLN_OK;
}

static enum mln_status begin(void *ctx, size_t n_tasks, struct mln_err *err) {
    struct scorer *s = ctx;
    s->slots = calloc(n_tasks == 0 ? 1 : n_tasks, sizeof *s->slots);
    s->n_slots = n_tasks;
    return s->slots == NULL ? mln_err_nomem(err, "the scored pairs") : MLN_OK;
}

/* ── the whole ── */

static uint64_t place(const struct mln_scored *p) {
    return (uint64_t)p->left << 32 | p->right;
}

static int by_place(const void *a, const void *b) {
    const uint64_t x = place(a);
    const uint64_t y = place(b);
    return (x > y) - (x < y);
}

/* Pairs below keep_weight are only counted by bin, whose middle stands for them: a probability a pair
 * would cost more than the comparison did. */
static void sum_bins(struct mln_scored_pairs *out, double keep_weight) {
    for (size_t b = 0; b < MLN_WEIGHT_BINS; b++) {
        const double middle = ((double)b + 0.5) / 4 - 64;
        if (middle < keep_weight) {
            out->bin_matches[b] = (double)out->bin_count[b] * mln_em_probability(middle);
        }
        out->matches_all += out->bin_matches[b];
    }
}

static enum mln_status merge(struct scorer *s, struct mln_scored_pairs *out, struct mln_err *err) {
    size_t n = 0;
    for (size_t t = 0; t < s->n_slots; t++) {
        n += s->slots[t].n;
    }
    out->pair = malloc((n == 0 ? 1 : n) * sizeof *out->pair);
    if (out->pair == NULL) {
        return mln_err_nomem(err, "the scored pairs");
    }
    for (size_t t = 0; t < s->n_slots; t++) {
        struct slot *slot = &s->slots[t];
        if (slot->n > 0) {
            memcpy(out->pair + out->n, slot->pair, slot->n * sizeof *slot->pair);
        }
        out->n += slot->n;
        out->n_all += slot->n_all;
        for (size_t b = 0; b < MLN_WEIGHT_BINS; b++) {
            out->bin_count[b] += slot->bin_count[b];
            out->bin_matches[b] += slot->bin_matches[b];
        }
        free(slot->pair);
        slot->pair = NULL;
    }
    qsort(out->pair, out->n, sizeof *out->pair, by_place);
    sum_bins(out, s->keep_weight);
    return MLN_OK;
}

static void hear(void *ctx, uint64_t done, uint64_t total) {
    mln_progress(ctx, "scoring pairs", done, total);
}

enum mln_status mln_linkage_score(const struct mln_linkage_work *work,
                                  const struct mln_em_result *fit, const struct mln_linkage_tf *tf,
                                  double keep_from, struct mln_scored_pairs *out, struct mln_err *err) {
    struct scorer s = {.work = work, .fit = fit, .tf = tf,
                       .keep_weight = log2(keep_from / (1 - keep_from))};
    *out = (struct mln_scored_pairs){0};
    const struct mln_pairs_consumer consumer = {&s, begin, score_row};
    const struct mln_pairs_options options = {.n_threads = work->n_threads,
                                              .only_rule = SIZE_MAX,
                                              .progress = hear,
                                              .progress_ctx = work->talk};
    enum mln_status status =
        mln_pairs_run(work->blocks, work->ladder, &options, &consumer, err);
    if (status == MLN_OK) {
        status = merge(&s, out, err);
    }
    for (size_t t = 0; t < s.n_slots; t++) {
        free(s.slots[t].pair);
        free(s.slots[t].remembered);
    }
    free(s.slots);
    if (status != MLN_OK) {
        mln_scored_pairs_release(out);
    }
    return status;
}

void mln_scored_pairs_release(struct mln_scored_pairs *scores) {
    free(scores->pair);
    *scores = (struct mln_scored_pairs){0};
}
