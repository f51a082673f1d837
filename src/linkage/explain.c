#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "engine/engine.h"
#include "linkage/condition.h"
#include "linkage/find.h"
#include "linkage/frequency.h"
#include "linkage/linkage.h"
#include "linkage/read.h"
#include "linkage/result.h"
#include "linkage/values.h"
#include "linkage/waterfall.h"
#include "linkage/write.h"

enum { BAR_CELLS = 36, SHOWN_PAIRS = 8 };

struct explain {
    struct mln_arena arena;
    struct mln_engine *engine;
    struct mln_linkage_result result;
    struct mln_records records;
    struct mln_field_count *fields;
    struct mln_blocks *blocks;
    struct mln_ladder *ladder;
    struct mln_em_result fit;
    struct mln_linkage_tables tables;
    struct mln_linkage_conditions *conditions;
    struct mln_linkage_tf tf;
    uint32_t row[2];
    struct mln_str id[2]; /* in the order of the rows */
    uint32_t pattern;
    bool made; /* by a rule */
    FILE *to;
};

static struct mln_linkage_work work_of(struct explain *e, size_t n_threads) {
    return (struct mln_linkage_work){.model = &e->result.model,
                                     .records = &e->records,
                                     .blocks = e->blocks,
                                     .ladder = e->ladder,
                                     .n_threads = n_threads,
                                     .arena = &e->arena,
                                     .frequencies = e->tables.frequencies};
}

/* ── the result, and what it was made from ── */

static enum mln_status rebuild(struct explain *e, size_t n_threads, struct mln_err *err) {
    const struct mln_linkage_options options = {.model = e->result.model_path,
                                                .input = {e->result.input[0], e->result.input[1]},
                                                .encoding = e->result.encoding,
                                                .delimiter = e->result.delimiter,
                                                .n_threads = n_threads};
    const struct mln_engine_options engine = {
        .n_threads = n_threads, .clear = true};
    MLN_TRY(mln_engine_open_duckdb(&engine, &e->engine, err));
    MLN_TRY(mln_linkage_read(&options, &e->result.model, e->engine, &e->arena, &e->records,
                             &e->fields, err));
    MLN_TRY(mln_linkage_tables_read(&options, &e->result.model, &e->records, e->engine, &e->arena,
                                    &e->tables, err));
    MLN_TRY(mln_blocks_build(&e->result.model, &e->records, n_threads, &e->blocks, err));
    MLN_TRY(mln_ladder_build(&e->result.model, &e->records, n_threads, &e->ladder, err));
    MLN_TRY(mln_linkage_conditions_new(e->result.model_path, &e->result.model, &e->records, e->ladder,
                                       &e->conditions, err));
    mln_linkage_fit_of(&e->result.model, &e->fit);
    const struct mln_linkage_work work = work_of(e, n_threads);
    return mln_linkage_tf_init(&work, &e->fit, &e->tf, err);
}

/* ── the two records ── */

/* An id may hold a comma: each one is tried until both halves are ids. */
static enum mln_status find_pair(struct explain *e, const char *pair, struct mln_err *err) {
    const bool dedupe = e->result.model.kind == MLN_LINK_DEDUPE;
    bool left_known = false, right_known = false;
    for (const char *comma = strchr(pair, ','); comma != NULL; comma = strchr(comma + 1, ',')) {
        const struct mln_str left = {pair, (size_t)(comma - pair)};
        const struct mln_str right = mln_str_from(comma + 1);
        const uint32_t a = mln_linkage_find_row(&e->records, 0, left);
        const uint32_t b = mln_linkage_find_row(&e->records, dedupe ? 0 : 1, right);
        left_known |= a != UINT32_MAX;
        right_known |= b != UINT32_MAX;
        if (a == UINT32_MAX || b == UINT32_MAX || a == b) {
            continue;
        }
        const bool swap = a > b;
        e->row[0] = swap ? b : a;
        e->row[1] = swap ? a : b;
        e->id[0] = swap ? right : left;
        e->id[1] = swap ? left : right;
        return MLN_OK;
    }
    if (left_known && right_known) {
        return mln_err_set(err, MLN_BAD_INPUT, "the pair names one record twice; give two");
    }
    return mln_err_set(err, MLN_BAD_INPUT,
                       "the pair must be LEFT,RIGHT, the ids of two records: %s",
                       strchr(pair, ',') == NULL ? "there is no comma"
                       : left_known              ? "the second one is not in its file"
                       : right_known             ? "the first one is not in its file"
                                                 : "neither is in its file");
}

static enum mln_status compare(struct explain *e, struct mln_err *err) {
    struct mln_ladder_work *scratch = NULL;
    MLN_TRY(mln_ladder_work_new(e->ladder, &scratch, err));
    const enum mln_status status =
        mln_ladder_pair(e->ladder, scratch, e->row[0], e->row[1], &e->pattern, err);
    mln_ladder_work_free(scratch);
    return status;
}

/* ── what is told ── */

static void tell_rules(struct explain *e) {
    fprintf(e->to, "%-12s ", "rules");
    for (size_t r = 0; r < e->result.model.n_rules; r++) {
        if (mln_blocks_make(e->blocks, r, e->row[0], e->row[1])) {
            fprintf(e->to, "%s%.*s", e->made ? "; " : "",
                    MLN_STR_ARG(e->result.model.rules[r].name));
            e->made = true;
        }
    }
    fprintf(e->to, "%s\n",
            e->made ? "" : "none makes this pair: it was never compared, whatever its weight");
}

struct scale {
    double low, high;
    size_t cut; /* the cell of the threshold */
};

static size_t cell_of(const struct scale *s, double weight) {
    const double at = (weight - s->low) / (s->high - s->low) * (BAR_CELLS - 1);
    return at < 0 ? 0 : at > BAR_CELLS - 1 ? BAR_CELLS - 1 : (size_t)lround(at);
}

static struct scale scale_of(const struct mln_waterfall *w, size_t n, double cut) {
    struct scale s = {fmin(w->prior, 0), fmax(w->prior, 0), 0};
    for (size_t c = 0; c < n; c++) {
        s.low = fmin(s.low, w->sum[c]);
        s.high = fmax(s.high, w->sum[c]);
    }
    s.low = isfinite(cut) ? fmin(s.low, cut) : s.low;
    s.high = isfinite(cut) ? fmax(s.high, cut) : s.high;
    s.high += s.high > s.low ? 0 : 1;
    s.cut = isfinite(cut) ? cell_of(&s, cut) : BAR_CELLS;
    return s;
}

/* From one sum to the next: full where the weight rises, light where it falls; the threshold is a
 * line. */
static void bar(FILE *to, const struct scale *s, double before, double after) {
    const size_t a = cell_of(s, fmin(before, after));
    const size_t b = cell_of(s, fmax(before, after));
    size_t last = b > s->cut && s->cut < BAR_CELLS ? b : s->cut < BAR_CELLS ? s->cut : b;
    for (size_t i = 0; i <= last; i++) {
        fputs(i >= a && i <= b ? (after > before   ? "█"
                                  : after < before ? "░"
                                                   : "·")
              : i == s->cut    ? "│"
                               : " ",
              to);
    }
    fputc('\n', to);
}

/* Padded by code points: printf counts bytes. */
static void put_padded(FILE *to, struct mln_str text, size_t width) {
    size_t n = 0;
    for (size_t at = 0; at < text.n; n++) {
        (void)mln_utf8_next(text, &at);
    }
    fprintf(to, "%.*s%*s ", MLN_STR_ARG(text), n < width ? (int)(width - n) : 0, "");
}

static void tell_waterfall(struct explain *e, const struct mln_waterfall *w, double cut,
                           bool values) {
    const struct mln_link_model *model = &e->result.model;
    const struct scale scale = scale_of(w, model->n_comparisons, cut);
    fprintf(e->to, "\n%-18s %-34s %8s %8s %8s\n", "comparison", "level", "weight", "term", "sum");
    fprintf(e->to, "%-18s %-34s %+8.2f %8s %+8.2f  ", "(prior)", "of two random records", w->prior,
            "", w->prior);
    bar(e->to, &scale, fmin(0, scale.high), w->prior);
    double before = w->prior;
    for (size_t c = 0; c < model->n_comparisons; c++) {
        const struct mln_comparison *comparison = &model->comparisons[c];
        const struct mln_str label = mln_linkage_level_label(comparison, w->level[c]);
        put_padded(e->to, comparison->name, 18);
        put_padded(e->to, label, 34);
        fprintf(e->to, "%+8.2f ", w->weight[c]);
        if (w->term[c] != 0) {
            fprintf(e->to, "%+8.2f", w->term[c]);
        } else {
            fprintf(e->to, "%8s", "");
        }
        fprintf(e->to, " %+8.2f  ", w->sum[c]);
        bar(e->to, &scale, before, w->sum[c]);
        before = w->sum[c];
        if (values) {
            mln_linkage_tell_values(model, &e->records, c, w->level[c], e->row, e->to);
        }
    }
    fprintf(e->to, "\n%-12s %+.4f  (log2 of the odds)\n", "weight", w->total);
    if (e->result.shift_log2 != 0) {
        fprintf(e->to,
                "%-12s %+.4f  (a record has one link at most: two that no other claims are likelier to meet)\n",
                "alone", e->result.shift_log2);
    }
    fprintf(e->to, "%-12s %.9g%s\n", "probability",
            mln_em_probability(w->total + e->result.shift_log2),
            e->result.shift_log2 != 0 ? "  (without rivals)" : "");
    fprintf(e->to, "%-12s %+.4f  (probability %.9g)\n", "threshold", cut, e->result.threshold);
}

/* ── the decision ── */

struct around {
    struct explain *e;
    uint64_t links;    /* of either record, but for the pair itself */
    char decision[20]; /* of the pair; empty: not among the pairs kept */
    double probability; /* of the pair, its rivals seen */
    struct mln_buf others;
};

static enum mln_status take_around(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct around *a = ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const struct mln_str left = mln_get_str(&batch->columns[0], i);
        const struct mln_str right = mln_get_str(&batch->columns[1], i);
        const struct mln_str decision = mln_get_str(&batch->columns[3], i);
        if (mln_str_eq(left, a->e->id[0]) && mln_str_eq(right, a->e->id[1])) {
            snprintf(a->decision, sizeof a->decision, "%.*s", MLN_STR_ARG(decision));
            a->probability = mln_get_f64(&batch->columns[4], i);
        } else if (mln_str_is(decision, "linked") && a->links++ < SHOWN_PAIRS) {
            mln_buf_addf(&a->others, "%-12s ", "");
            mln_buf_add_str(&a->others, left);
            mln_buf_addz(&a->others, ",");
            mln_buf_add_str(&a->others, right);
            mln_buf_addf(&a->others, "  weight %+.4f\n", mln_get_f64(&batch->columns[2], i));
        }
    }
    return mln_buf_check(&a->others, "the pairs of the two records", err);
}

static const char *why(const struct around *a, const struct mln_waterfall *w, double cut) {
    if (strcmp(a->decision, "linked") == 0) {
        return "linked";
    }
    if (!a->e->made) {
        return "not linked: no blocking rule makes the pair";
    }
    if (strcmp(a->decision, "better_elsewhere") == 0) {
        return "not linked: above the threshold, but the assignment gave one of the records, or "
               "both, to "
               "links that are worth more together";
    }
    return w->total < cut ? "not linked: below the threshold"
                          : "not linked, though its weight says so: the result is of other rules";
}

static enum mln_status tell_decision(struct explain *e, const struct mln_waterfall *w, double cut,
                                     struct mln_err *err) {
    struct around a = {.e = e, .others = MLN_BUF_INIT};
    const char *pairs = mln_linkage_result_path(e->result.out, "pairs.parquet", &e->arena);
    const char *candidates =
        mln_linkage_result_path(e->result.out, "candidates.parquet", &e->arena);
    if (pairs == NULL || candidates == NULL) {
        return mln_err_nomem(err, "a path");
    }
    const struct mln_param params[] = {MLN_TEXT("pairs", pairs),
                                       MLN_TEXT("candidates", candidates),
                                       {.name = "left", .type = MLN_PARAM_TEXT, .s = e->id[0]},
                                       {.name = "right", .type = MLN_PARAM_TEXT, .s = e->id[1]},
                                       MLN_INT("any", e->result.model.kind == MLN_LINK_DEDUPE)};
    const enum mln_status status = mln_scan_sql(
        e->engine, "linkage/around.sql",
        (struct mln_params){params, sizeof params / sizeof params[0]}, take_around, &a, err);
    if (status == MLN_OK) {
        if (e->result.shift_log2 != 0 && a.decision[0] != '\0') {
            fprintf(e->to, "%-12s %.9g  (its rivals seen)\n", "", a.probability);
        }
        fprintf(e->to, "%-12s %s\n", "decision", why(&a, w, cut));
        if (a.links > 0) {
            fprintf(e->to, "%-12s %" PRIu64 " other link%s of the two records:\n%s", "elsewhere",
                    a.links, a.links == 1 ? "" : "s", a.others.p);
        }
        if (a.links > SHOWN_PAIRS) {
            fprintf(e->to, "%-12s …\n", "");
        }
    }
    mln_buf_release(&a.others);
    return status;
}

struct two_clusters {
    int64_t of[2];
    size_t n;
};

static enum mln_status take_clusters(void *ctx, const struct mln_batch *batch,
                                     struct mln_err *err) {
    struct two_clusters *t = ctx;
    (void)err;
    for (size_t i = 0; i < batch->n_rows && t->n < 2; i++) {
        t->of[t->n++] = mln_get_i64(&batch->columns[1], i);
    }
    return MLN_OK;
}

static enum mln_status tell_clusters(struct explain *e, struct mln_err *err) {
    if (e->result.model.decision.clusters == MLN_CLUSTER_NONE) {
        return MLN_OK;
    }
    const char *path = mln_linkage_result_path(e->result.out, "clusters.parquet", &e->arena);
    struct two_clusters t = {0};
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    const struct mln_param params[] = {MLN_TEXT("clusters", path),
                                       {.name = "left", .type = MLN_PARAM_TEXT, .s = e->id[0]},
                                       {.name = "right", .type = MLN_PARAM_TEXT, .s = e->id[1]}};
    MLN_TRY(mln_scan_sql(e->engine, "linkage/cluster_of.sql",
                         (struct mln_params){params, sizeof params / sizeof params[0]},
                         take_clusters, &t, err));
    if (t.n == 2 && t.of[0] == t.of[1]) {
        fprintf(e->to, "%-12s both are in %" PRId64 "\n", "cluster", t.of[0]);
    } else if (t.n == 2) {
        fprintf(e->to, "%-12s they are in two, %" PRId64 " and %" PRId64 "\n", "cluster", t.of[0],
                t.of[1]);
    }
    return MLN_OK;
}

static enum mln_status explain(struct explain *e, const char *pair, bool values, size_t n_threads,
                               struct mln_err *err) {
    MLN_TRY(mln_linkage_result_read(e->result.out, &e->arena, &e->result, err));
    MLN_TRY(mln_linkage_result_check_inputs(&e->result, err));
    MLN_TRY(rebuild(e, n_threads, err));
    MLN_TRY(find_pair(e, pair, err));
    MLN_TRY(compare(e, err));
    const struct mln_linkage_work work = work_of(e, n_threads);
    const double cut =
        log2(e->result.threshold / (1 - e->result.threshold)) - e->result.shift_log2;
    struct mln_waterfall w;
    mln_linkage_waterfall(&work, &e->fit, &e->tf, e->pattern, e->row[0], e->row[1], &w);
    fprintf(e->to, "%-12s %.*s,%.*s\n", "pair", MLN_STR_ARG(e->id[0]), MLN_STR_ARG(e->id[1]));
    tell_rules(e);
    tell_waterfall(e, &w, cut, values);
    MLN_TRY(tell_decision(e, &w, cut, err));
    MLN_TRY(tell_clusters(e, err));
    return ferror(e->to) != 0 ? mln_err_set(err, MLN_IO, "cannot write the explanation") : MLN_OK;
}

enum mln_status mln_linkage_explain(const char *out, const char *pair, bool values,
                                    size_t n_threads, FILE *to, struct mln_err *err) {
    struct explain *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return mln_err_nomem(err, "the explanation");
    }
    e->to = to;
    e->result.out = out;
    const enum mln_status status = explain(e, pair, values, n_threads, err);
    if (e->engine != NULL) {
        e->engine->ops->close(e->engine);
    }
    mln_linkage_conditions_free(e->conditions);
    mln_ladder_free(e->ladder);
    mln_blocks_free(e->blocks);
    mln_records_release(&e->records);
    mln_arena_release(&e->arena);
    free(e);
    return status;
}
