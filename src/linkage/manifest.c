#include "linkage/manifest.h"

#include <math.h>

#include "base/file.h"
#include "base/json.h"

static void key_u64(struct mln_json *j, const char *key, uint64_t value) {
    mln_json_key(j, key);
    mln_json_u64(j, value);
}

static void key_f64(struct mln_json *j, const char *key, double value) {
    mln_json_key(j, key);
    mln_json_f64(j, value);
}

static void optional(struct mln_json *j, const char *key, const char *value) {
    if (value != NULL) {
        mln_json_key(j, key);
        mln_json_strz(j, value);
    }
}

static void with_digest(struct mln_json *j, const char *key, const char *path,
                        const struct mln_digest *digest) {
    if (path != NULL) {
        mln_json_key(j, key);
        mln_json_begin_object(j);
        optional(j, "path", path);
        optional(j, "blake2b", digest->hex);
        mln_json_end(j);
    }
}

static void inputs(struct mln_json *j, const struct mln_linkage_told *t) {
    const struct mln_link_model *model = t->work->model;
    mln_json_key(j, "inputs");
    mln_json_begin_array(j);
    for (size_t s = 0; s < 2 && t->options->input[s] != NULL; s++) {
        mln_json_begin_object(j);
        mln_json_key(j, "side");
        mln_json_strz(j, model->kind == MLN_LINK_DEDUPE ? "file" : s == 0 ? "left" : "right");
        mln_json_key(j, "path");
        mln_json_strz(j, t->options->input[s]);
        mln_json_key(j, "blake2b");
        mln_json_strz(j, t->input[s].hex);
        key_u64(j, "rows_read", s == 0 ? t->work->records->n_left : t->work->records->n_right);
        key_u64(j, "rows_accepted", s == 0 ? t->work->records->n_left : t->work->records->n_right);
        key_u64(j, "rows_rejected", 0);
        mln_json_key(j, "fields");
        mln_json_begin_object(j);
        for (size_t f = 0; f < model->n_fields; f++) {
            const struct mln_field_count *c = &t->fields[s * model->n_fields + f];
            mln_json_key_str(j, model->fields[f].name);
            mln_json_begin_object(j);
            key_u64(j, "present", c->present);
            key_u64(j, "missing", c->missing);
            key_u64(j, "unreadable", c->unreadable);
            mln_json_end(j);
        }
        mln_json_end(j);
        mln_json_end(j);
    }
    mln_json_end(j);
}

static void rules(struct mln_json *j, const struct mln_linkage_told *t) {
    const struct mln_link_model *model = t->work->model;
    mln_json_key(j, "blocking");
    mln_json_begin_array(j);
    for (size_t r = 0; r < model->n_rules; r++) {
        mln_json_begin_object(j);
        mln_json_key(j, "rule");
        mln_json_str(j, model->rules[r].name);
        key_u64(j, "pairs", t->rules[r].pairs);
        key_u64(j, "new_pairs", t->rules[r].new_pairs);
        key_u64(j, "blocks", t->rules[r].blocks);
        key_u64(j, "largest_block_pairs", t->rules[r].largest);
        key_u64(j, "left_without_key", t->rules[r].keyless[0]);
        key_u64(j, "right_without_key", t->rules[r].keyless[1]);
        mln_json_end(j);
    }
    mln_json_end(j);
}

static void training(struct mln_json *j, const struct mln_linkage_told *t) {
    mln_json_key(j, "training");
    mln_json_begin_object(j);
    mln_json_key(j, "trained");
    mln_json_bool(j, t->trained);
    key_u64(j, "seed", t->work->model->training.seed);
    key_f64(j, "lambda", t->fit->lambda);
    if (t->trained) {
        key_f64(j, "log_likelihood", t->fit->log_likelihood);
        key_u64(j, "iterations", t->fit->iterations);
    }
    mln_json_key(j, "alarms");
    mln_json_begin_array(j);
    for (unsigned bit = 0; mln_em_alarm_word(bit) != NULL; bit++) {
        if ((t->fit->alarms >> bit & 1U) != 0) {
            mln_json_strz(j, mln_em_alarm_word(bit));
        }
    }
    mln_json_end(j);
    mln_json_end(j);
}

static void key_interval(struct mln_json *j, const char *key, const struct mln_estimate *of) {
    mln_json_key(j, key);
    mln_json_begin_array(j);
    mln_json_f64(j, of->low);
    mln_json_f64(j, of->high);
    mln_json_end(j);
}

static void decision(struct mln_json *j, const struct mln_linkage_told *t) {
    const struct mln_linkage_decision *d = t->decision;
    uint64_t outdone = 0;
    for (size_t i = 0; i < t->scores->n; i++) {
        outdone += d->decision[i] == MLN_PAIR_OUTDONE;
    }
    mln_json_key(j, "pairs");
    mln_json_begin_object(j);
    key_u64(j, "candidates", t->scores->n_all);
    key_u64(j, "links", d->n_links);
    key_u64(j, "better_elsewhere", outdone);
    key_u64(j, "below_threshold", t->scores->n_all - d->n_links - outdone);
    mln_json_end(j);
    mln_json_key(j, "decision");
    mln_json_begin_object(j);
    key_f64(j, "threshold_probability", d->threshold);
    key_f64(j, "one_link_a_record_log2", d->shift_log2);
    key_f64(j, "matches_expected_among_candidates", d->matches_expected);
    key_f64(j, "matches_expected_outside", d->missed.matches);
    key_f64(j, "matches_expected_outside_sd", d->missed.sd);
    key_f64(j, "precision_estimated", d->precision.value);
    key_interval(j, "precision_95", &d->precision);
    key_f64(j, "recall_estimated", d->recall.value);
    key_interval(j, "recall_95", &d->recall);
    if (d->cluster_name != NULL) {
        key_u64(j, "clusters_of_two_or_more", d->n_clusters);
    }
    mln_json_end(j);
}

static void codes(struct mln_json *j, const struct mln_linkage_told *t) {
    if (t->codes == NULL) {
        return;
    }
    mln_json_key(j, "code_tables");
    mln_json_begin_array(j);
    for (const struct mln_linkage_code_file *file = t->codes; file != NULL; file = file->next) {
        mln_json_begin_object(j);
        mln_json_key(j, "field");
        mln_json_str(j, file->field);
        mln_json_key(j, "path");
        mln_json_strz(j, file->path);
        mln_json_key(j, "blake2b");
        mln_json_strz(j, file->digest.hex);
        key_u64(j, "rows_read", file->n_rows);
        mln_json_end(j);
    }
    mln_json_end(j);
}

static void tables(struct mln_json *j, const struct mln_linkage_told *t) {
    bool any = false;
    for (size_t c = 0; c < t->work->model->n_comparisons; c++) {
        const struct mln_linkage_table *table = &t->tables->of[c];
        if (table->path == NULL) {
            continue;
        }
        if (!any) {
            mln_json_key(j, "term_frequencies");
            mln_json_begin_array(j);
            any = true;
        }
        mln_json_begin_object(j);
        mln_json_key(j, "comparison");
        mln_json_str(j, t->work->model->comparisons[c].name);
        mln_json_key(j, "path");
        mln_json_strz(j, table->path);
        mln_json_key(j, "blake2b");
        mln_json_strz(j, table->digest.hex);
        key_u64(j, "rows_read", table->frequencies.n_rows);
        key_u64(j, "values", table->frequencies.n_values);
        key_u64(j, "values_of_the_field_absent", table->frequencies.n_absent);
        mln_json_end(j);
    }
    if (any) {
        mln_json_end(j);
    }
}

enum mln_status mln_linkage_write_manifest(const struct mln_linkage_told *t, const char *path,
                                           struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_json j;
    mln_json_init(&j, &text);
    mln_json_begin_object(&j);
    mln_json_key(&j, "program");
    mln_json_strz(&j, "maillon " MLN_VERSION);
    mln_json_key(&j, "command");
    mln_json_strz(&j, t->work->model->kind == MLN_LINK_DEDUPE ? "dedupe" : "link");
    mln_json_key(&j, "model");
    mln_json_begin_object(&j);
    mln_json_key(&j, "path");
    mln_json_strz(&j, t->options->model);
    mln_json_key(&j, "blake2b");
    mln_json_strz(&j, t->model.hex);
    mln_json_end(&j);
    with_digest(&j, "labels", t->options->labels, &t->labels);
    with_digest(&j, "previous", t->options->previous, &t->previous);
    optional(&j, "encoding", t->options->encoding);
    optional(&j, "delimiter", t->options->delimiter);
    inputs(&j, t);
    codes(&j, t);
    tables(&j, t);
    rules(&j, t);
    training(&j, t);
    decision(&j, t);
    mln_json_end(&j);
    enum mln_status status = mln_json_finish(&j, err);
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&text), err);
    }
    mln_buf_release(&text);
    return status;
}
