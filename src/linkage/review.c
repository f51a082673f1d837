#include "linkage/review.h"

#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/num.h"

static void put_cell(struct mln_buf *out, struct mln_str text) {
    mln_buf_addc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        mln_buf_addz(out, text.p[i] == '"' ? "\"" : "");
        mln_buf_addc(out, text.p[i]);
    }
    mln_buf_addz(out, "\",");
}

static void put_number(struct mln_buf *out, double value) {
    char text[MLN_F64_TEXT];
    mln_buf_add(out, text, mln_format_f64(value, text));
    mln_buf_addc(out, ',');
}

static void put_header(struct mln_buf *out, const struct mln_link_model *model) {
    mln_buf_addz(out, "left_id,right_id,weight_log2,probability,decision,stratum,represents");
    for (size_t c = 0; c < model->n_comparisons; c++) {
        mln_buf_addz(out, ",level_");
        mln_buf_add_str(out, model->comparisons[c].name);
    }
    mln_buf_addc(out, '\n');
}

static void put_pair(struct mln_buf *out, const struct mln_linkage_work *work,
                     const struct mln_scored *pair, uint8_t decision,
                     const struct mln_sampled *drawn) {
    char room[2][MLN_ID_ROOM];
    uint8_t levels[MLN_COMPARISONS_MAX];
    mln_ladder_levels(work->ladder, pair->pattern, levels);
    put_cell(out, mln_records_id(work->records, pair->left, room[0]));
    put_cell(out, mln_records_id(work->records, pair->right, room[1]));
    put_number(out, pair->weight);
    put_number(out, mln_em_probability(pair->log2_odds));
    static const char *const words[] = {"linked", "below_threshold", "better_elsewhere"};
    mln_buf_addf(out, "%s,%zu,", words[decision], drawn->stratum);
    char text[MLN_F64_TEXT];
    mln_buf_add(out, text, mln_format_f64(drawn->represents, text));
    for (size_t c = 0; c < work->model->n_comparisons; c++) {
        mln_buf_addc(out, ',');
        if (levels[c] != MLN_LEVEL_MISSING) {
            mln_buf_add_u64(out, levels[c]);
        }
    }
    mln_buf_addc(out, '\n');
}

/* Names of pairs that hold whatever else is in the files: rows move with every id added, ids do
 * not. */
static uint64_t key_of(const struct mln_linkage_work *work, const struct mln_scored *pair) {
    uint64_t hash = 14695981039346656037U; /* FNV-1a, 64 bits */
    const uint32_t row[2] = {pair->left, pair->right};
    for (size_t s = 0; s < 2; s++) {
        char room[MLN_ID_ROOM];
        const struct mln_str id = mln_records_id(work->records, row[s], room);
        for (size_t i = 0; i < id.n; i++) {
            hash = (hash ^ (unsigned char)id.p[i]) * 1099511628211U;
        }
        hash = (hash ^ 0xFF) * 1099511628211U;
    }
    return hash;
}

/* Nobody doubts a pair whose weight is that far from the cut: where keep_from is 0 pairs below it
 * are not looked at one by one. */
static const double FAR_BITS = 40;

static enum mln_status draw(const struct mln_linkage_work *work,
                            const struct mln_scored_pairs *scores, double cut,
                            struct mln_sampled *drawn, size_t *n, struct mln_err *err) {
    const double keep = work->model->decision.keep_from;
    cut = fmin(fmax(cut, -FAR_BITS), FAR_BITS); /* a threshold may be 0 or 1 */
    const double low = fmax(log2(keep / (1 - keep)), cut - FAR_BITS);
    const struct mln_sample_options options = {.n_pairs = MLN_REVIEW_PAIRS,
                                               .n_strata = MLN_REVIEW_STRATA,
                                               .low_log2 = fmin(low, cut - 8),
                                               .high_log2 = fmax(cut + 8, 2 * cut - low),
                                               .seed = work->model->training.seed};
    double *weight = malloc((scores->n + 1) * sizeof *weight);
    uint64_t *key = malloc((scores->n + 1) * sizeof *key);
    enum mln_status status =
        weight == NULL || key == NULL ? mln_err_nomem(err, "the sample for review") : MLN_OK;
    size_t n_near = 0;
    size_t *at = malloc((scores->n + 1) * sizeof *at);
    status = status == MLN_OK && at == NULL ? mln_err_nomem(err, "the sample for review") : status;
    for (size_t i = 0; status == MLN_OK && i < scores->n; i++) {
        if (scores->pair[i].log2_odds <= options.high_log2) {
            weight[n_near] = scores->pair[i].log2_odds;
            key[n_near] = key_of(work, &scores->pair[i]);
            at[n_near++] = i;
        }
    }
    if (status == MLN_OK) {
        status = mln_clerical_sample(weight, key, n_near, &options, drawn, n, err);
    }
    for (size_t i = 0; status == MLN_OK && i < *n; i++) {
        drawn[i].pair = at[drawn[i].pair];
    }
    free(weight);
    free(key);
    free(at);
    return status;
}

enum mln_status mln_linkage_write_review(const struct mln_linkage_work *work,
                                         const struct mln_scored_pairs *scores,
                                         const struct mln_linkage_decision *decision,
                                         const char *path, struct mln_err *err) {
    struct mln_sampled drawn[MLN_REVIEW_PAIRS];
    size_t n = 0;
    struct mln_buf text = MLN_BUF_INIT;
    const double cut = log2(decision->threshold / (1 - decision->threshold));
    enum mln_status status =
        isfinite(cut) ? draw(work, scores, cut, drawn, &n, err) : MLN_OK; /* nothing is kept */
    put_header(&text, work->model);
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        put_pair(&text, work, &scores->pair[drawn[i].pair], decision->decision[drawn[i].pair],
                 &drawn[i]);
    }
    if (status == MLN_OK) {
        status = mln_buf_check(&text, "review.csv", err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&text), err);
    }
    mln_buf_release(&text);
    return status;
}
