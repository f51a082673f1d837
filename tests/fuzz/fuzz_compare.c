/* Two texts, split at the first NUL: every comparator on both paths and both ways round, any bytes. What is
 * not UTF-8 must be refused by both doors; what is must satisfy the bounds each comparator promises. */
#include <math.h>
#include <stdlib.h>

#include "link/compare/many.h"
#include "link/compare/qgram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

static void check_pair(struct mln_points a, struct mln_points b, struct mln_compare_work *work,
                       const uint32_t *many, double many_score) {
    const struct mln_jaro_winkler how = {.prefix_weight = 0.1};
    uint32_t lv, osa, dl, indel;
    double score;
    struct mln_qgram_counts counts;
    must(mln_levenshtein(a, b, MLN_NO_CUTOFF, work, &lv, NULL) == MLN_OK);
    must(mln_osa(a, b, MLN_NO_CUTOFF, work, &osa, NULL) == MLN_OK);
    must(mln_damerau(a, b, MLN_NO_CUTOFF, work, &dl, NULL) == MLN_OK);
    must(mln_indel(a, b, MLN_NO_CUTOFF, work, &indel, NULL) == MLN_OK);
    must(mln_jaro_winkler(a, b, &how, work, &score, NULL) == MLN_OK);
    must(mln_qgram_pair(a, b, 2, work, &counts, NULL) == MLN_OK);
    must(dl <= osa && osa <= lv && lv <= indel && lv <= (a.n > b.n ? a.n : b.n));
    must(score >= 0 && score <= 1 && (score < 1 || counts.equal));
    must(mln_qgram_distance(&counts) <= a.n + b.n);
    must(many[0] == lv && many[1] == osa && many[2] == dl && many[3] == indel && many_score == score);
}

static void check_many(const struct mln_strset *set, uint32_t query_id, uint32_t id,
                       enum mln_compare_path path, uint32_t *out, double *score) {
    const struct mln_jaro_winkler how = {.prefix_weight = 0.1};
    struct mln_candidates candidates = MLN_CANDIDATES_INIT;
    static struct mln_query query;
    must(mln_candidates_set(&candidates, set, &id, 1, path, NULL) == MLN_OK);
    mln_query_id(&query, set, query_id);
    must(mln_levenshtein_many(&query, &candidates, MLN_NO_CUTOFF, &out[0], NULL) == MLN_OK);
    must(mln_osa_many(&query, &candidates, MLN_NO_CUTOFF, &out[1], NULL) == MLN_OK);
    must(mln_damerau_many(&query, &candidates, MLN_NO_CUTOFF, &out[2], NULL) == MLN_OK);
    must(mln_indel_many(&query, &candidates, MLN_NO_CUTOFF, &out[3], NULL) == MLN_OK);
    must(mln_jaro_winkler_many(&query, &candidates, &how, score, NULL) == MLN_OK);
    mln_candidates_release(&candidates);
    mln_query_release(&query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 2000) {
        return 0;
    }
    const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
    const size_t cut = nul == NULL ? size / 2 : (size_t)(nul - data);
    const size_t from = nul == NULL ? cut : cut + 1;
    const char *bytes = size == 0 ? "" : (const char *)data;
    const struct mln_str rows[2] = {{bytes, cut}, {bytes + from, size - from}};
    struct mln_compare_work work = {0};
    struct mln_points a, b;
    const bool good = mln_points_decode(&work, 0, rows[0], &a, NULL) == MLN_OK &&
                      mln_points_decode(&work, 1, rows[1], &b, NULL) == MLN_OK;
    struct mln_strset set;
    uint32_t ids[2];
    must((mln_strset_build(rows, 2, 1, &set, ids, NULL) == MLN_OK) == good);
    if (good) {
        for (enum mln_compare_path path = MLN_PATH_BEST; path <= MLN_PATH_PORTABLE; path++) {
            uint32_t d[4];
            double score;
            check_many(&set, ids[0], ids[1], path, d, &score);
            check_pair(a, b, &work, d, score);
            check_many(&set, ids[1], ids[0], path, d, &score);
            check_pair(b, a, &work, d, score);
        }
        mln_strset_release(&set);
    }
    mln_compare_work_release(&work);
    return 0;
}
