#include "link/compare/many.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "link/compare/damerau.h"
#include "link/compare/lanes.h"
#include "link/compare/word.h"
#include "link/compare/work.h"

/* ── the many ── */

static bool grow(void **p, size_t *cap, size_t need, size_t size) {
    if (need <= *cap && *p != NULL) {
        return true;
    }
    const size_t wanted = need + need / 2 + 16;
    free(*p);
    *p = wanted > SIZE_MAX / size ? NULL : malloc(wanted * size);
    *cap = *p == NULL ? 0 : wanted;
    return *p != NULL;
}

static bool fits_lane(const struct mln_strset *set, uint32_t id) {
    return id != MLN_STRSET_MISSING && set->at[id] >> 31 == 0 && set->length[id] <= MLN_LANE_LENGTH;
}

/* Lengths of pack p; positions that cannot be in a lane go to `odd`. */
static void measure_pack(struct mln_candidates *c, size_t p) {
    struct mln_pack *pack = &c->packs[p];
    *pack = (struct mln_pack){0};
    pack->shortest = UINT8_MAX;
    for (size_t i = p * MLN_LANES; i < c->n && i < (p + 1) * MLN_LANES; i++) {
        if (!fits_lane(c->set, c->ids[i])) {
            c->odd[c->n_odd++] = (uint32_t)i;
            continue;
        }
        const uint8_t length = (uint8_t)c->set->length[c->ids[i]];
        pack->length[i % MLN_LANES] = length;
        pack->shortest = length < pack->shortest ? length : pack->shortest;
        pack->longest = length > pack->longest ? length : pack->longest;
    }
    if (pack->shortest == UINT8_MAX) {
        pack->shortest = 0;
    }
}

static void fill_pack(const struct mln_candidates *c, size_t p, const struct mln_lanes *lanes,
                      uint8_t *columns) {
    const uint8_t *values[MLN_LANES] = {NULL};
    struct mln_pack *pack = &c->packs[p];
    for (size_t i = p * MLN_LANES; i < c->n && i < (p + 1) * MLN_LANES; i++) {
        if (fits_lane(c->set, c->ids[i])) {
            values[i % MLN_LANES] = c->set->narrow + (size_t)c->set->at[c->ids[i]] * 8;
        }
    }
    lanes->transpose(values, pack->length, pack->longest, columns);
    pack->columns = columns;
}

enum mln_status mln_candidates_set(struct mln_candidates *candidates, const struct mln_strset *set,
                                   const uint32_t *ids, size_t n, enum mln_compare_path path,
                                   struct mln_err *err) {
    struct mln_candidates *c = candidates;
    const struct mln_lanes *lanes = path == MLN_PATH_BEST ? mln_lanes_avx2() : NULL;
    c->set = set;
    c->ids = ids;
    c->n = n;
    c->n_odd = 0;
    c->lanes = lanes != NULL;
    if (lanes == NULL) {
        return MLN_OK;
    }
    const size_t n_packs = (n + MLN_LANES - 1) / MLN_LANES;
    if (n > UINT32_MAX || !grow((void **)&c->packs, &c->pack_cap, n_packs, sizeof *c->packs) ||
        !grow((void **)&c->odd, &c->odd_cap, n, sizeof *c->odd)) {
        return mln_err_nomem(err, "the candidates of a block");
    }
    size_t n_columns = 0;
    for (size_t p = 0; p < n_packs; p++) {
        measure_pack(c, p);
        n_columns += c->packs[p].longest;
    }
    if (!grow((void **)&c->columns, &c->column_cap, n_columns, MLN_LANES)) {
        return mln_err_nomem(err, "the candidates of a block");
    }
    uint8_t *columns = c->columns;
    for (size_t p = 0; p < n_packs; p++) {
        fill_pack(c, p, lanes, columns);
        columns += (size_t)c->packs[p].longest * MLN_LANES;
    }
    return MLN_OK;
}

void mln_candidates_release(struct mln_candidates *candidates) {
    free(candidates->packs);
    free(candidates->odd);
    free(candidates->columns);
    *candidates = MLN_CANDIDATES_INIT;
}

/* ── the one ── */

void mln_query_release(struct mln_query *query) {
    mln_compare_work_release(&query->work);
    *query = (struct mln_query){0};
}

/* Takes back what the former query wrote: cheaper than clearing all masks. */
static void forget(struct mln_query *q) {
    if (q->short_narrow) {
        for (uint32_t i = 0; i < q->length; i++) {
            q->masks[q->symbols[i]] = 0;
        }
        memset(q->plane, 0, q->n_pages * sizeof q->plane[0]);
    }
    q->n_pages = 0;
    q->short_narrow = false;
    q->missing = false;
    q->points = (struct mln_points){NULL, 0};
}

/* From q->symbols. Letters the set does not know stay without a mask: no candidate has them. */
static void set_masks(struct mln_query *q) {
    uint8_t page_of[16];
    memset(page_of, UINT8_MAX, sizeof page_of);
    for (uint32_t i = 0; i < q->length; i++) {
        const uint8_t s = q->symbols[i];
        if (s == MLN_SYMBOL_FOREIGN) {
            continue;
        }
        if (page_of[s / 16] == UINT8_MAX) {
            page_of[s / 16] = q->n_pages;
            q->page[q->n_pages++] = s / 16;
        }
        q->masks[s] |= (uint64_t)1 << i;
        uint8_t *byte = &q->plane[page_of[s / 16]][i / 8][s % 16];
        *byte = (uint8_t)(*byte | 1U << i % 8);
    }
    q->short_narrow = true;
}

void mln_query_id(struct mln_query *query, const struct mln_strset *set, uint32_t id) {
    forget(query);
    query->set = set;
    query->length = 0;
    query->id = id;
    query->missing = id == MLN_STRSET_MISSING;
    if (query->missing) {
        return;
    }
    const struct mln_sequence value = mln_strset_view(set, id);
    query->length = value.length;
    if (value.symbols != NULL && value.length <= MLN_LANE_LENGTH) {
        memcpy(query->symbols, value.symbols, value.length);
        query->bag = set->bag[id];
        set_masks(query);
    }
}

/* From code points; false where the text cannot be short_narrow. */
static bool text_symbols(struct mln_query *q, struct mln_points points) {
    if (points.n > MLN_LANE_LENGTH) {
        return false;
    }
    for (size_t i = 0; i < points.n; i++) {
        q->symbols[i] = (uint8_t)mln_strset_symbol(q->set, points.p[i]);
    }
    return true;
}

enum mln_status mln_query_text(struct mln_query *query, const struct mln_strset *set,
                               struct mln_str text, struct mln_err *err) {
    forget(query);
    query->set = set;
    query->id = MLN_STRSET_MISSING;
    query->length = 0;
    query->missing = text.p == NULL;
    if (query->missing) {
        return MLN_OK;
    }
    struct mln_points points;
    MLN_TRY(mln_points_decode(&query->work, 0, text, &points, err));
    query->points = points;
    query->length = (uint32_t)points.n;
    if (text_symbols(query, points)) {
        query->bag = mln_bag_of(query->symbols, query->length);
        set_masks(query);
    }
    return MLN_OK;
}

/* ── one by one ── */

static enum mln_status value_points(struct mln_query *q, uint32_t id, size_t side,
                                    struct mln_points *out, struct mln_err *err) {
    const struct mln_sequence value = mln_strset_view(q->set, id);
    *out = (struct mln_points){value.points, value.length};
    if (value.symbols == NULL) {
        return MLN_OK;
    }
    uint32_t *points =
        mln_work_need(&q->work, MLN_WORK_SIDE + side, value.length * sizeof *points);
    if (points == NULL) {
        return mln_err_nomem(err, "the code points of a value");
    }
    for (uint32_t i = 0; i < value.length; i++) {
        points[i] = q->set->alphabet[value.symbols[i]];
    }
    out->p = points;
    return MLN_OK;
}

/* The query's and one candidate's code points. */
static enum mln_status both_points(struct mln_query *q, uint32_t id, struct mln_points *a,
                                   struct mln_points *b, struct mln_err *err) {
    if (q->points.p == NULL) {
        MLN_TRY(value_points(q, q->id, 0, &q->points, err));
    }
    *a = q->points;
    return value_points(q, id, 1, b, err);
}

/* ── distances ── */

typedef enum mln_status pair_distance(struct mln_points a, struct mln_points b, uint32_t cutoff,
                                      struct mln_compare_work *work, uint32_t *out,
                                      struct mln_err *err);
typedef uint32_t word_distance(const struct mln_query *q, const uint8_t *text, uint32_t n);

struct distance {
    pair_distance *pair;
    word_distance *word;
    mln_lanes_distance *lanes;
    bool by_bag; /* at least max(lengths) less the letters in common */
};

static uint32_t word_levenshtein(const struct mln_query *q, const uint8_t *text, uint32_t n) {
    return mln_word_levenshtein(q->masks, q->length, text, n);
}

static uint32_t word_osa(const struct mln_query *q, const uint8_t *text, uint32_t n) {
    return mln_word_osa(q->masks, q->length, text, n);
}

static uint32_t word_indel(const struct mln_query *q, const uint8_t *text, uint32_t n) {
    return q->length + n - 2 * mln_word_lcs(q->masks, q->length, text, n);
}

static uint32_t word_damerau(const struct mln_query *q, const uint8_t *text, uint32_t n) {
    uint32_t a[MLN_LANE_LENGTH], b[MLN_LANE_LENGTH];
    uint32_t cells[3 * (MLN_LANE_LENGTH + 2) + MLN_SYMBOL_FOREIGN + 1];
    for (uint32_t i = 0; i < q->length; i++) {
        a[i] = q->symbols[i];
    }
    for (uint32_t j = 0; j < n; j++) {
        b[j] = text[j];
    }
    return mln_damerau_rows(a, q->length, b, n, MLN_SYMBOL_FOREIGN, cells);
}

/* One candidate on the portable path, or on any when it is odd. */
static enum mln_status one_distance(struct mln_query *q, uint32_t id, const struct distance *how,
                                    uint32_t cutoff, uint32_t *out, struct mln_err *err) {
    if (id == MLN_STRSET_MISSING) {
        *out = MLN_MISSING_DISTANCE;
        return MLN_OK;
    }
    const uint32_t n = q->set->length[id];
    if (!q->short_narrow || !fits_lane(q->set, id)) {
        struct mln_points a, b;
        MLN_TRY(both_points(q, id, &a, &b, err));
        return how->pair(a, b, cutoff, &q->work, out, err);
    }
    const uint32_t longer = n > q->length ? n : q->length, shorter = n + q->length - longer;
    const uint32_t common = mln_bag_common(q->bag, q->set->bag[id]);
    if (longer - shorter > cutoff ||
        (how->by_bag && longer > common && longer - common > cutoff)) {
        *out = cutoff + 1;
        return MLN_OK;
    }
    const uint32_t d = how->word(q, q->set->narrow + (size_t)q->set->at[id] * 8, n);
    *out = d > cutoff ? cutoff + 1 : d;
    return MLN_OK;
}

static bool lengths_reach(const struct mln_query *q, const struct mln_pack *pack, uint32_t cutoff) {
    const uint32_t apart = q->length < pack->shortest  ? pack->shortest - q->length
                           : q->length > pack->longest ? q->length - pack->longest
                                                       : 0;
    return apart <= cutoff;
}

static void pack_distances(const struct mln_query *q, const struct mln_candidates *c, size_t p,
                           const struct distance *how, uint32_t cutoff, uint32_t *out) {
    const size_t left = c->n - p * MLN_LANES;
    const size_t n = left < MLN_LANES ? left : MLN_LANES;
    uint32_t last[MLN_LANES];
    uint32_t *to = n < MLN_LANES ? last : out + p * MLN_LANES;
    if (!lengths_reach(q, &c->packs[p], cutoff)) {
        for (size_t i = 0; i < n; i++) {
            to[i] = cutoff + 1;
        }
    } else {
        how->lanes(q, &c->packs[p], cutoff, to);
    }
    if (n < MLN_LANES) {
        memcpy(out + p * MLN_LANES, last, n * sizeof *last);
    }
}

static enum mln_status distances(struct mln_query *q, const struct mln_candidates *c,
                                 const struct distance *how, uint32_t cutoff, uint32_t *out,
                                 struct mln_err *err) {
    assert(q->set == c->set);
    if (q->missing) {
        for (size_t i = 0; i < c->n; i++) {
            out[i] = MLN_MISSING_DISTANCE;
        }
        return MLN_OK;
    }
    if (!c->lanes || !q->short_narrow || q->length == 0) {
        for (size_t i = 0; i < c->n; i++) {
            MLN_TRY(one_distance(q, c->ids[i], how, cutoff, &out[i], err));
        }
        return MLN_OK;
    }
    for (size_t p = 0; p * MLN_LANES < c->n; p++) {
        pack_distances(q, c, p, how, cutoff, out);
    }
    for (size_t i = 0; i < c->n_odd; i++) {
        MLN_TRY(one_distance(q, c->ids[c->odd[i]], how, cutoff, &out[c->odd[i]], err));
    }
    return MLN_OK;
}

enum mln_status mln_levenshtein_many(struct mln_query *query,
                                     const struct mln_candidates *candidates, uint32_t cutoff,
                                     uint32_t *out, struct mln_err *err) {
    const struct distance how = {mln_levenshtein, word_levenshtein,
                                 candidates->lanes ? mln_lanes_avx2()->levenshtein : NULL, true};
    return distances(query, candidates, &how, cutoff, out, err);
}

enum mln_status mln_osa_many(struct mln_query *query, const struct mln_candidates *candidates,
                             uint32_t cutoff, uint32_t *out, struct mln_err *err) {
    const struct distance how = {mln_osa, word_osa,
                                 candidates->lanes ? mln_lanes_avx2()->osa : NULL, true};
    return distances(query, candidates, &how, cutoff, out, err);
}

enum mln_status mln_damerau_many(struct mln_query *query, const struct mln_candidates *candidates,
                                 uint32_t cutoff, uint32_t *out, struct mln_err *err) {
    const struct distance how = {mln_damerau, word_damerau,
                                 candidates->lanes ? mln_lanes_avx2()->damerau : NULL, true};
    return distances(query, candidates, &how, cutoff, out, err);
}

enum mln_status mln_indel_many(struct mln_query *query, const struct mln_candidates *candidates,
                               uint32_t cutoff, uint32_t *out, struct mln_err *err) {
    const struct distance how = {mln_indel, word_indel,
                                 candidates->lanes ? mln_lanes_avx2()->indel : NULL, false};
    return distances(query, candidates, &how, cutoff, out, err);
}

/* ── Jaro–Winkler ── */

static uint32_t narrow_prefix(const struct mln_query *q, const uint8_t *text, uint32_t n) {
    uint32_t prefix = 0;
    while (prefix < 4 && prefix < q->length && prefix < n && q->symbols[prefix] == text[prefix]) {
        prefix++;
    }
    return prefix;
}

/* Whether `common` letters in common, all in order, after a full prefix, could reach the cutoff. The
 * slack covers the last rounding of the prefix term. */
static bool could_reach(uint32_t m, uint32_t n, uint32_t common,
                        const struct mln_jaro_winkler *options) {
    struct mln_jaro_winkler free = *options;
    free.cutoff = 0;
    return mln_jaro_winkler_score(common, 0, 4, m, n, &free) >= options->cutoff - 1e-12;
}

static enum mln_status one_jaro_winkler(struct mln_query *q, uint32_t id,
                                        const struct mln_jaro_winkler *options, double *out,
                                        struct mln_err *err) {
    if (id == MLN_STRSET_MISSING) {
        *out = NAN;
        return MLN_OK;
    }
    if (!q->short_narrow || !fits_lane(q->set, id)) {
        struct mln_points a, b;
        MLN_TRY(both_points(q, id, &a, &b, err));
        return mln_jaro_winkler(a, b, options, &q->work, out, err);
    }
    const uint32_t m = q->length, n = q->set->length[id], shorter = m < n ? m : n;
    if (options->cutoff > 0 && shorter > 0) {
        const uint32_t common = mln_bag_common(q->bag, q->set->bag[id]);
        if (!could_reach(m, n, common < shorter ? common : shorter, options)) {
            *out = 0;
            return MLN_OK;
        }
    }
    const uint8_t *text = q->set->narrow + (size_t)q->set->at[id] * 8;
    const struct mln_jaro_counts counts = mln_word_jaro(q->masks, m, text, n);
    *out = mln_jaro_winkler_score(counts.common, counts.out_of_order, narrow_prefix(q, text, n), m,
                                  n, options);
    return MLN_OK;
}

/* Of the lengths in the pack, the one nearest to the query's allows the highest similarity. */
static bool pack_could_reach(const struct mln_query *q, const struct mln_pack *pack,
                             const struct mln_jaro_winkler *options) {
    const uint32_t m = q->length;
    const uint32_t n = m < pack->shortest  ? pack->shortest
                       : m > pack->longest ? pack->longest
                                           : m;
    return options->cutoff <= 0 || could_reach(m, n, m < n ? m : n, options);
}

static void pack_jaro_winkler(const struct mln_query *q, const struct mln_candidates *c, size_t p,
                              const struct mln_jaro_winkler *options, double *out) {
    const size_t left = c->n - p * MLN_LANES;
    const size_t n = left < MLN_LANES ? left : MLN_LANES;
    double last[MLN_LANES];
    double *to = n < MLN_LANES ? last : out + p * MLN_LANES;
    if (!pack_could_reach(q, &c->packs[p], options)) {
        memset(to, 0, n * sizeof *to);
    } else {
        mln_lanes_avx2()->jaro_winkler(q, &c->packs[p], options, to);
    }
    if (n < MLN_LANES) {
        memcpy(out + p * MLN_LANES, last, n * sizeof *last);
    }
}

enum mln_status mln_jaro_winkler_many(struct mln_query *query,
                                      const struct mln_candidates *candidates,
                                      const struct mln_jaro_winkler *options, double *out,
                                      struct mln_err *err) {
    const struct mln_candidates *c = candidates;
    assert(query->set == c->set);
    if (query->missing) {
        for (size_t i = 0; i < c->n; i++) {
            out[i] = NAN;
        }
        return MLN_OK;
    }
    if (!c->lanes || !query->short_narrow || query->length == 0) {
        for (size_t i = 0; i < c->n; i++) {
            MLN_TRY(one_jaro_winkler(query, c->ids[i], options, &out[i], err));
        }
        return MLN_OK;
    }
    for (size_t p = 0; p * MLN_LANES < c->n; p++) {
        pack_jaro_winkler(query, c, p, options, out);
    }
    for (size_t i = 0; i < c->n_odd; i++) {
        MLN_TRY(one_jaro_winkler(query, c->ids[c->odd[i]], options, &out[c->odd[i]], err));
    }
    return MLN_OK;
}
