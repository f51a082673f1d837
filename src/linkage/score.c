#include "linkage/score.h"

#include <math.h>
#include <stdlib.h>

#include "link/decide/term.h"
#include "link/pairs/run.h"

enum { REMEMBERED_BITS = 10, REMEMBERED = 1 << REMEMBERED_BITS };

/* A level of equal values that term frequencies adjust: what they add is known of either record. */
struct term {
    const uint32_t *ids; /* of the level's field */
    const double *adjust;
};

/* The weight of a pattern. */
struct remembered {
    uint32_t pattern_1; /* pattern + 1; 0: empty */
    bool low;           /* no such pair is kept, whatever its values: it is only counted, */
    uint64_t n_low;     /* here, */
    size_t bin;         /* for this bin */
    bool adjusted;      /* term frequencies may matter */
    bool by_left;       /* and only on levels of equal values */
    uint8_t n_terms;    /* the terms of those */
    uint16_t term[MLN_COMPARISONS_MAX];
    double weight;
    double most; /* the weight and the most that term frequencies can add to it */
    uint8_t levels[MLN_COMPARISONS_MAX];
};

/* What a thread keeps: the patterns it saw last (pairs have few), and the terms of its left record. */
struct own {
    struct remembered remembered[REMEMBERED];
    uint64_t bin_below[MLN_WEIGHT_BINS];
    uint64_t n_all;
    uint32_t left_1; /* left record + 1; 0: none */
    double adjust[]; /* by term */
};

/* What one task keeps; tasks are merged in their order. */
struct slot {
    struct mln_scored *pair;
    size_t n, cap;
};

struct scorer {
    const struct mln_linkage_work *work;
    const struct mln_em_result *fit;
    const struct mln_linkage_tf *tf;
    double keep_weight; /* of the lowest pair kept */
    struct term terms[MLN_COMPARISONS_MAX * MLN_LEVELS_MAX];
    uint16_t term_of[MLN_COMPARISONS_MAX][MLN_LEVELS_MAX]; /* of levels of equal values with an adjustment */
    size_t n_terms;
    struct slot *slots;
    size_t n_slots;
    uint64_t bin_below[MLN_WEIGHT_BINS]; /* of the threads that ended: counts have no order */
    uint64_t n_all;
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

static bool is_of_equal_values(const struct scorer *s, size_t c, size_t level) {
    return s->tf->adjust[c][level] != NULL &&
           s->work->model->comparisons[c].levels[level].kind == MLN_LEVEL_EXACT;
}

static void list_terms(struct scorer *s) {
    for (size_t c = 0; c < s->work->model->n_comparisons; c++) {
        const struct mln_comparison *comparison = &s->work->model->comparisons[c];
        for (size_t l = 0; l < comparison->n_levels; l++) {
            if (is_of_equal_values(s, c, l)) {
                s->term_of[c][l] = (uint16_t)s->n_terms;
                s->terms[s->n_terms++] = (struct term){
                    s->work->records->fields[comparison->levels[l].field].ids, s->tf->adjust[c][l]};
            }
        }
    }
}

static void learn(const struct scorer *s, struct remembered *r, uint32_t pattern) {
    const size_t n = s->work->model->n_comparisons;
    *r = (struct remembered){.pattern_1 = pattern + 1, .by_left = true};
    mln_ladder_levels(s->work->ladder, pattern, r->levels);
    r->weight = mln_em_weight(s->fit, r->levels, n, true);
    r->most = r->weight;
    for (size_t c = 0; c < n; c++) {
        const uint8_t level = r->levels[c];
        if (level == MLN_LEVEL_MISSING || s->tf->adjust[c][level] == NULL) {
            continue;
        }
        r->most += s->tf->most[c][level];
        if (is_of_equal_values(s, c, level)) {
            r->term[r->n_terms++] = s->term_of[c][level];
        } else {
            r->by_left = false;
        }
    }
    r->adjusted = r->most >= s->keep_weight && r->most > r->weight;
    r->low = !r->adjusted && r->weight < s->keep_weight;
    r->bin = mln_weight_bin(r->weight);
}

static void learn_left(const struct scorer *s, struct own *own, uint32_t left) {
    own->left_1 = left + 1;
    for (size_t t = 0; t < s->n_terms; t++) {
        const uint32_t id = s->terms[t].ids[left];
        own->adjust[t] = id == MLN_STRSET_MISSING ? 0 : s->terms[t].adjust[id];
    }
}

static struct remembered *recall(const struct scorer *s, struct own *own, uint32_t pattern) {
    struct remembered *r = &own->remembered[(pattern * 2654435761U) >> (32 - REMEMBERED_BITS)];
    if (r->pattern_1 != pattern + 1) {
        own->bin_below[r->bin] += r->n_low;
        learn(s, r, pattern);
    }
    return r;
}

static double weight_of(const struct scorer *s, struct own *own, const struct remembered *r,
                        uint32_t left, uint32_t right) {
    if (!r->adjusted) {
        return r->weight;
    }
    if (!r->by_left) {
        return r->weight + mln_linkage_tf(s->work, s->tf, r->levels, left, right);
    }
    if (own->left_1 != left + 1) {
        learn_left(s, own, left);
    }
    double sum = 0;
    for (size_t t = 0; t < r->n_terms; t++) {
        sum += own->adjust[r->term[t]];
    }
    return r->weight + sum;
}

/* ── one row of pairs ── */

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

static enum mln_status score_row(void *ctx, void *thread, size_t task,
                                 const struct mln_pair_row *row, struct mln_err *err) {
    const struct scorer *s = ctx;
    struct own *own = thread;
    struct slot *slot = &s->slots[task];
    own->n_all += row->n;
    for (size_t i = 0; i < row->n; i++) {
        struct remembered *r = recall(s, own, row->pattern[i]);
        if (r->low) {
            r->n_low++;
            continue;
        }
        const double weight = weight_of(s, own, r, row->left, row->right[i]);
        if (weight < s->keep_weight) {
            own->bin_below[mln_weight_bin(weight)]++;
            continue;
        }
        MLN_TRY(keep(slot,
                     (struct mln_scored){row->left, row->right[i], row->pattern[i],
                                         (uint32_t)row->rule, weight, weight},
                     err));
    }
    return MLN_OK;
}

static void ahead(void *ctx, uint32_t left) {
    const struct scorer *s = ctx;
    for (size_t t = 0; t < s->n_terms; t++) {
        __builtin_prefetch(&s->terms[t].ids[left]);
    }
}

static enum mln_status own_new(void *ctx, void **own, struct mln_err *err) {
    const struct scorer *s = ctx;
    *own = calloc(1, sizeof(struct own) + (s->n_terms + 1) * sizeof(double));
    return *own == NULL ? mln_err_nomem(err, "the weights") : MLN_OK;
}

static void own_end(void *ctx, void *thread) {
    struct scorer *s = ctx;
    struct own *own = thread;
    for (size_t i = 0; i < REMEMBERED; i++) {
        own->bin_below[own->remembered[i].bin] += own->remembered[i].n_low;
    }
    for (size_t b = 0; b < MLN_WEIGHT_BINS; b++) {
        s->bin_below[b] += own->bin_below[b];
    }
    s->n_all += own->n_all;
    free(own);
}

static enum mln_status begin(void *ctx, size_t n_tasks, struct mln_err *err) {
    struct scorer *s = ctx;
    s->slots = calloc(n_tasks == 0 ? 1 : n_tasks, sizeof *s->slots);
    s->n_slots = s->slots == NULL ? 0 : n_tasks;
    return s->slots == NULL ? mln_err_nomem(err, "the scored pairs") : MLN_OK;
}

/* ── the whole ── */

static uint64_t place(const struct mln_scored *p) {
    return (uint64_t)p->left << 32 | p->right;
}

/* By (left, right): digits of 11 bits of the 64 of the place, least significant first; digits that all
 * pairs share are skipped. `aside` holds as many. */
static struct mln_scored *sort_by_place(struct mln_scored *pairs, struct mln_scored *aside,
                                        size_t n) {
    enum { BITS = 11, VALUES = 1 << BITS };
    uint64_t same = UINT64_MAX;
    for (size_t i = 1; i < n; i++) {
        same &= ~(place(&pairs[i]) ^ place(&pairs[0]));
    }
    for (unsigned shift = 0; shift < 64; shift += BITS) {
        size_t start[VALUES + 1] = {0};
        if (n == 0 || (~same >> shift & (VALUES - 1)) == 0) {
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            start[(place(&pairs[i]) >> shift & (VALUES - 1)) + 1]++;
        }
        for (size_t v = 0; v < VALUES; v++) {
            start[v + 1] += start[v];
        }
        for (size_t i = 0; i < n; i++) {
            aside[start[place(&pairs[i]) >> shift & (VALUES - 1)]++] = pairs[i];
        }
        struct mln_scored *swap = pairs;
        pairs = aside;
        aside = swap;
    }
    return pairs;
}

/* Pairs below keep_weight are only counted by bin, whose middle stands for them: a probability a pair
 * would cost more than the comparison did. */
void mln_scored_pairs_sum(struct mln_scored_pairs *scores) {
    for (size_t b = 0; b < MLN_WEIGHT_BINS; b++) {
        const double middle = ((double)b + 0.5) / 4 - 64;
        scores->bin_count[b] = scores->bin_below[b];
        scores->bin_matches[b] = (double)scores->bin_below[b] * mln_em_probability(middle);
    }
    for (size_t i = 0; i < scores->n; i++) {
        const double odds = scores->pair[i].log2_odds;
        scores->bin_count[mln_weight_bin(odds)]++;
        scores->bin_matches[mln_weight_bin(odds)] += mln_em_probability(odds);
    }
    scores->matches_all = 0;
    for (size_t b = 0; b < MLN_WEIGHT_BINS; b++) {
        scores->matches_all += scores->bin_matches[b];
    }
}

static enum mln_status merge(struct scorer *s, struct mln_scored_pairs *out, struct mln_err *err) {
    size_t n = 0;
    for (size_t t = 0; t < s->n_slots; t++) {
        n += s->slots[t].n;
    }
    struct mln_scored *aside = malloc((n == 0 ? 1 : n) * sizeof *aside);
    out->pair = malloc((n == 0 ? 1 : n) * sizeof *out->pair);
    if (out->pair == NULL || aside == NULL) {
        free(aside);
        return mln_err_nomem(err, "the scored pairs");
    }
    for (size_t t = 0; t < s->n_slots; t++) {
        struct slot *slot = &s->slots[t];
        if (slot->n > 0) {
            memcpy(out->pair + out->n, slot->pair, slot->n * sizeof *slot->pair);
        }
        out->n += slot->n;
        free(slot->pair);
        slot->pair = NULL;
    }
    memcpy(out->bin_below, s->bin_below, sizeof out->bin_below);
    out->n_all = s->n_all;
    struct mln_scored *sorted = sort_by_place(out->pair, aside, out->n);
    free(sorted == out->pair ? aside : out->pair);
    out->pair = sorted;
    out->keep_weight = s->keep_weight;
    mln_scored_pairs_sum(out);
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
    list_terms(&s);
    const struct mln_pairs_sink sink = {&s, begin, own_new, own_end, score_row, ahead};
    const struct mln_pairs_options options = {.n_threads = work->n_threads,
                                              .only_rule = SIZE_MAX,
                                              .progress = hear,
                                              .progress_ctx = work->talk};
    enum mln_status status = mln_pairs_each(work->blocks, work->ladder, &options, &sink, err);
    if (status == MLN_OK) {
        status = merge(&s, out, err);
    }
    for (size_t t = 0; t < s.n_slots; t++) {
        free(s.slots[t].pair);
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
