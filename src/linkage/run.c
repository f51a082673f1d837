#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/thread.h"
#include "linkage/codes.h"
#include "linkage/condition.h"
#include "linkage/decide.h"
#include "linkage/frequency.h"
#include "linkage/linkage.h"
#include "linkage/manifest.h"
#include "linkage/read.h"
#include "linkage/labels.h"
#include "linkage/previous.h"
#include "linkage/report.h"
#include "linkage/result.h"
#include "linkage/review.h"
#include "linkage/write.h"

enum { MODEL_BYTES_MAX = 16 << 20 };

struct whole {
    const struct mln_linkage_options *options;
    struct mln_arena arena;
    struct mln_engine *engine;
    struct mln_link_model model, trained;
    struct mln_records records;
    struct mln_field_count *fields;
    struct mln_blocks *blocks;
    struct mln_ladder *ladder;
    struct mln_rule_count *rules;
    struct mln_em_result fit;
    struct mln_linkage_code_file *codes;
    struct mln_linkage_tables tables;
    struct mln_linkage_conditions *conditions;
    struct mln_linkage_tf tf;
    struct mln_scored_pairs scores;
    struct mln_linkage_decision decision;
    struct mln_linkage_previous previous;
    struct mln_digest input[2], model_digest, labels_digest, previous_digest;
    bool was_trained;
    double wall, cpu;       /* at the end of the last step */
    struct mln_buf partial; /* the folder being written */
};

static struct mln_linkage_work work_of(struct whole *w, const struct mln_link_model *model) {
    return (struct mln_linkage_work){.model = model, .records = &w->records, .blocks = w->blocks,
                                     .ladder = w->ladder, .n_threads = w->options->n_threads,
                                     .arena = &w->arena, .talk = w->options->talk,
                                     .former_link = w->previous.link,
                                     .n_former_links = w->previous.n_links,
                                     .frequencies = w->tables.frequencies};
}

/* ── how long each step took, for -v ── */

static double seconds(clockid_t clock) {
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell_step(struct whole *w, const char *step) {
    const double wall = seconds(CLOCK_MONOTONIC);
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    mln_progress_end(w->options->talk);
    mln_detail(w->options->talk, "%-10s %7.2f s, %7.2f s of processor", step, wall - w->wall,
               cpu - w->cpu);
    w->wall = wall;
    w->cpu = cpu;
}

/* ── before any work ── */

static enum mln_status read_model(struct whole *w, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = mln_file_read(w->options->model, MODEL_BYTES_MAX, &text, err);
    if (status == MLN_OK) {
        mln_digest_text(mln_buf_view(&text), &w->model_digest);
        status = mln_link_model_read(&w->arena, w->options->model, mln_buf_view(&text), &w->model,
                                     err);
    }
    mln_buf_release(&text);
    if (status != MLN_OK) {
        return status;
    }
    const bool one = w->options->input[1] == NULL;
    if (one != (w->model.kind == MLN_LINK_DEDUPE)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           one ? "%s: its kind is link, which needs two files; use maillon link, or "
                                 "write kind: dedupe"
                               : "%s: its kind is dedupe, which reads one file; use maillon dedupe, "
                                 "or write kind: link",
                           w->options->model);
    }
    return MLN_OK;
}

/* OUT is replaced only when it is a former result or empty. */
static enum mln_status check_out(struct whole *w, struct mln_err *err) {
    const char *out = w->options->out;
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/manifest.json", out);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK && mln_path_exists(out) && !mln_path_exists(path.p)) {
        status = mln_err_set(err, MLN_BAD_INPUT,
                             "%s: is there and is no result of maillon (no manifest.json); name "
                             "another folder",
                             out);
    }
    mln_buf_release(&path);
    mln_buf_addf(&w->partial, "%s.partial", out);
    if (status == MLN_OK) {
        status = mln_buf_check(&w->partial, "a path", err);
    }
    if (status == MLN_OK) {
        status = mln_dir_remove(w->partial.p, err);
    }
    return status == MLN_OK ? mln_dir_make(w->partial.p, err) : status;
}

static const char *partial_path(struct whole *w, const char *name) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/%s", w->partial.p, name);
    const char *kept = path.failed ? NULL : mln_arena_strdup(&w->arena, mln_buf_view(&path));
    mln_buf_release(&path);
    return kept;
}

static enum mln_status open_engine(struct whole *w, struct mln_err *err) {
    const struct mln_engine_options options = {
        .n_threads = 1, /* rows of Parquet are streamed; the sides have an engine each */
        .memory_bytes = w->options->memory_bytes, /* a cap: small files take little of it */
        .clear = true,
        .talk = w->options->talk};
    return mln_engine_open_duckdb(&options, &w->engine, err);
}

/* ── the steps ── */

/* With nothing to pair, nothing can be said. */
static enum mln_status check_rows(const struct whole *w, struct mln_err *err) {
    const bool one = w->options->input[1] == NULL;
    const uint32_t rows[2] = {w->records.n_left, w->records.n_right};
    for (size_t s = 0; s < (one ? 1 : 2); s++) {
        if (rows[s] < (one ? 2U : 1U)) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s: has %s after its header: nothing can be linked",
                               w->options->input[s], rows[s] == 0 ? "no row" : "one row");
        }
    }
    return MLN_OK;
}

/* Of a model that has none: those of the former result, else by the values. */
static enum mln_status choose_rules(struct whole *w, struct mln_err *err) {
    if (w->model.n_rules == 0 && w->options->previous != NULL) {
        MLN_TRY(mln_linkage_previous_rules(w->options->previous, &w->arena, &w->model, err));
    }
    if (w->model.n_rules > 0) {
        return MLN_OK;
    }
    MLN_TRY(mln_blocks_choose(&w->arena, &w->records, w->options->n_threads, &w->model, err));
    for (size_t r = 0; r < w->model.n_rules; r++) {
        mln_say(w->options->talk, "%s%.*s", r == 0 ? "blocking    " : "            ",
                MLN_STR_ARG(w->model.rules[r].name));
    }
    return MLN_OK;
}

static enum mln_status digest_input(void *ctx, size_t side, struct mln_err *err) {
    struct whole *w = ctx;
    return mln_digest_file(w->options->input[side], &w->input[side], err);
}

static enum mln_status prepare(struct whole *w, struct mln_err *err) {
    const size_t n_sides = w->options->input[1] == NULL ? 1 : 2;
    MLN_TRY(mln_parallel(w->options->n_threads, n_sides, digest_input, w, err));
    if (w->options->labels != NULL) {
        MLN_TRY(mln_digest_file(w->options->labels, &w->labels_digest, err));
    }
    tell_step(w, "digest");
    MLN_TRY(mln_linkage_codes_read(w->options, w->engine, &w->arena, &w->model, &w->codes, err));
    MLN_TRY(mln_linkage_read(w->options, &w->model, w->engine, &w->arena, &w->records, &w->fields,
                             err));
    tell_step(w, "read");
    mln_say(w->options->talk, "rows        %u%s", w->records.n_left,
            w->records.n_right > 0 ? "" : " to deduplicate");
    if (w->records.n_right > 0) {
        mln_say(w->options->talk, "      and   %u", w->records.n_right);
    }
    MLN_TRY(check_rows(w, err));
    MLN_TRY(mln_linkage_tables_read(w->options, &w->model, &w->records, w->engine, &w->arena, &w->tables,
                                    err));
    MLN_TRY(choose_rules(w, err));
    MLN_TRY(mln_blocks_build(&w->model, &w->records, w->options->n_threads, &w->blocks, err));
    MLN_TRY(mln_ladder_build(&w->model, &w->records, w->options->n_threads, &w->ladder, err));
    MLN_TRY(mln_linkage_conditions_new(w->options->model, &w->model, &w->records, w->ladder, &w->conditions,
                                       err));
    tell_step(w, "block");
    return MLN_OK;
}

static enum mln_status read_previous(struct whole *w, struct mln_err *err) {
    const struct mln_linkage_work work = work_of(w, &w->model);
    const char *out = w->options->previous;
    if (out == NULL) {
        return MLN_OK;
    }
    const char *manifest = mln_linkage_result_path(out, "manifest.json", &w->arena);
    if (manifest == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_digest_file(manifest, &w->previous_digest, err));
    MLN_TRY(mln_linkage_previous_read(out, &work, w->engine, &w->previous, err));
    if (!w->options->retrain && w->options->labels == NULL && !mln_linkage_trained(&w->model)) {
        return mln_linkage_previous_model(out, &w->arena, &w->model, err);
    }
    return MLN_OK;
}

static enum mln_status learn(struct whole *w, struct mln_err *err) {
    const struct mln_linkage_work work = work_of(w, &w->model);
    w->was_trained = !mln_linkage_trained(&w->model) || w->options->retrain ||
                     w->options->labels != NULL;
    if (!w->was_trained) {
        mln_linkage_fit_of(&w->model, &w->fit);
        w->trained = w->model;
        return MLN_OK;
    }
    MLN_TRY(w->options->labels != NULL
                ? mln_linkage_labels(w->options, &work, w->engine, &w->fit, &w->trained, err)
                : mln_linkage_train(&work, &w->fit, &w->trained, err));
    for (unsigned bit = 0; mln_em_alarm_word(bit) != NULL; bit++) {
        if ((w->fit.alarms >> bit & 1U) != 0) {
            mln_say(w->options->talk, "training: %s", mln_em_alarm_text(bit));
        }
    }
    return MLN_OK;
}

static enum mln_status score_and_decide(struct whole *w, struct mln_err *err) {
    const struct mln_linkage_work work = work_of(w, &w->trained);
    MLN_TRY(mln_linkage_tf_init(&work, &w->fit, &w->tf, err));
    MLN_TRY(mln_linkage_score(&work, &w->fit, &w->tf, mln_linkage_score_from(&work, &w->fit),
                              &w->scores, err));
    tell_step(w, "score");
    w->rules = MLN_ARENA_NEW(&w->arena, struct mln_rule_count, w->model.n_rules);
    if (w->rules == NULL) {
        return mln_err_nomem(err, "the counts");
    }
    mln_blocks_counts(w->blocks, w->rules);
    mln_blocks_free(w->blocks); /* no more runs over pairs */
    w->blocks = NULL;
    mln_ladder_end_runs(w->ladder);
    const struct mln_linkage_work after = work_of(w, &w->trained);
    return mln_linkage_decide(&after, &w->fit, &w->scores, &w->decision, err);
}

static enum mln_status write_model(struct whole *w, const char *path, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_link_model_write(&w->trained, &text);
    enum mln_status status = mln_buf_check(&text, "the model", err);
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&text), err);
    }
    mln_buf_release(&text);
    return status;
}

struct writing {
    struct whole *w;
    const struct mln_linkage_work *work;
    const struct mln_linkage_told *told;
    const char *pairs, *candidates, *clusters, *review, *model, *report, *manifest; /* paths */
};

static enum mln_status name_files(struct writing *out, struct mln_err *err) {
    const struct {
        const char **path;
        const char *name;
    } files[] = {{&out->pairs, "pairs.parquet"},       {&out->candidates, "candidates.parquet"},
                 {&out->clusters, "clusters.parquet"}, {&out->review, "review.csv"},
                 {&out->model, "model.yaml"},          {&out->report, "report.html"},
                 {&out->manifest, "manifest.json"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        *files[i].path = partial_path(out->w, files[i].name);
        if (*files[i].path == NULL) {
            return mln_err_nomem(err, "a path");
        }
    }
    return MLN_OK;
}

static enum mln_status write_rows(const struct writing *out, struct mln_err *err) {
    const struct whole *w = out->w;
    struct mln_arena names = MLN_ARENA_INIT; /* the other task has the run's */
    struct mln_linkage_work work = *out->work;
    work.arena = &names;
    enum mln_status status =
        mln_linkage_write_pairs(&work, &w->scores, w->decision.decision, out->pairs, err);
    if (status == MLN_OK) {
        status = mln_linkage_write_candidates(&work, &w->scores, w->decision.decision,
                                              out->candidates, err);
    }
    if (status == MLN_OK && w->decision.cluster_name != NULL) {
        status = mln_linkage_write_clusters(&work, w->decision.cluster_name, out->clusters, err);
    }
    mln_arena_release(&names);
    return status;
}

static enum mln_status write_texts(const struct writing *out, struct mln_err *err) {
    struct whole *w = out->w;
    MLN_TRY(mln_linkage_write_review(out->work, &w->scores, &w->decision, out->review, err));
    MLN_TRY(write_model(w, out->model, err));
    return w->options->no_report
               ? MLN_OK
               : mln_linkage_write_report(out->told, &w->tf,
                                          w->options->french ? MLN_LANG_FR : MLN_LANG_EN,
                                          out->report, err);
}

static enum mln_status write_task(void *ctx, size_t task, struct mln_err *err) {
    return task == 0 ? write_rows(ctx, err) : write_texts(ctx, err);
}

/* Rows by all threads, and what is for people, by one, at the same time. The manifest comes last. */
static enum mln_status write_all(struct whole *w, struct mln_err *err) {
    const struct mln_linkage_work work = work_of(w, &w->trained);
    const struct mln_linkage_told told = {
        .options = w->options, .work = &work, .fields = w->fields, .rules = w->rules,
        .fit = &w->fit, .trained = w->was_trained, .scores = &w->scores, .decision = &w->decision,
        .input = {w->input[0], w->input[1]}, .model = w->model_digest,
        .labels = w->labels_digest, .previous = w->previous_digest,
        .codes = w->codes, .tables = &w->tables};
    struct writing out = {.w = w, .work = &work, .told = &told};
    MLN_TRY(name_files(&out, err));
    if (w->options->previous != NULL) {
        const char *changes = partial_path(w, "changes.csv");
        MLN_TRY(changes == NULL ? mln_err_nomem(err, "a path")
                                : mln_linkage_previous_settle(&w->previous, &work, &w->scores,
                                                              &w->decision, changes, err));
    }
    MLN_TRY(mln_linkage_tables_keep(&w->tables, w->partial.p, &w->arena, &w->trained, err));
    MLN_TRY(mln_parallel(w->options->n_threads, 2, write_task, &out, err));
    return mln_linkage_write_manifest(&told, out.manifest, err);
}

static enum mln_status run(struct whole *w, struct mln_err *err) {
    w->wall = seconds(CLOCK_MONOTONIC);
    w->cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    MLN_TRY(read_model(w, err));
    MLN_TRY(check_out(w, err));
    MLN_TRY(open_engine(w, err));
    tell_step(w, "open");
    MLN_TRY(prepare(w, err));
    MLN_TRY(read_previous(w, err));
    MLN_TRY(learn(w, err));
    tell_step(w, "train");
    MLN_TRY(score_and_decide(w, err));
    tell_step(w, "decide");
    MLN_TRY(write_all(w, err));
    tell_step(w, "write");
    w->engine->ops->close(w->engine);
    w->engine = NULL;
    return mln_dir_replace(w->partial.p, w->options->out, err);
}

enum mln_status mln_linkage_run(const struct mln_linkage_options *options,
                                struct mln_linkage_counts *counts, struct mln_err *err) {
    struct whole *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return mln_err_nomem(err, "the linkage");
    }
    w->options = options;
    enum mln_status status = run(w, err);
    if (w->engine != NULL) {
        w->engine->ops->close(w->engine);
    }
    if (status != MLN_OK && w->partial.p != NULL) {
        const enum mln_status removed = mln_dir_remove(w->partial.p, NULL);
        (void)removed; /* the first failure is the one told */
    }
    *counts = (struct mln_linkage_counts){.rows = {w->records.n_left, w->records.n_right},
                                          .candidates = w->scores.n_all,
                                          .links = w->decision.n_links,
                                          .clusters = w->decision.n_clusters};
    mln_linkage_previous_release(&w->previous);
    mln_linkage_decision_release(&w->decision);
    mln_scored_pairs_release(&w->scores);
    mln_linkage_conditions_free(w->conditions);
    mln_ladder_free(w->ladder);
    mln_blocks_free(w->blocks);
    mln_records_release(&w->records);
    mln_buf_release(&w->partial);
    mln_arena_release(&w->arena);
    free(w);
    return status;
}
