/* A model as YAML that reads back to the same model: everything is written out, defaults too, one
 * field, level and rule a line. */
#include <math.h>

#include "base/num.h"
#include "base/utf8.h"
#include "link/model/model.h"

/* ── values ── */

/* In double quotes. What YAML does not print, or folds as the end of a line, is an escape. */
static void add_text(struct mln_buf *out, struct mln_str text) {
    mln_buf_addc(out, '"');
    for (size_t at = 0; at < text.n;) {
        const size_t from = at;
        const uint32_t point = mln_utf8_next(text, &at);
        if (point == '"' || point == '\\') {
            mln_buf_addc(out, '\\');
            mln_buf_addc(out, (char)point);
        } else if (point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 ||
                   point == 0x2029 || point == 0xFEFF || point == 0xFFFE || point == 0xFFFF) {
            mln_buf_addf(out, "\\u%04X", (unsigned)point);
        } else {
            mln_buf_add(out, text.p + from, at - from);
        }
    }
    mln_buf_addc(out, '"');
}

static void add_number(struct mln_buf *out, double value) {
    char text[MLN_F64_TEXT];
    mln_buf_add(out, text, mln_format_f64(value, text));
}

static void add_bool(struct mln_buf *out, bool value) {
    mln_buf_addz(out, value ? "true" : "false");
}

static void add_estimated(struct mln_buf *out, double value) {
    if (isnan(value)) {
        mln_buf_addz(out, "estimated");
    } else {
        add_number(out, value);
    }
}

static void add_texts(struct mln_buf *out, const struct mln_str *texts, size_t n) {
    mln_buf_addc(out, '[');
    for (size_t i = 0; i < n; i++) {
        mln_buf_addz(out, i == 0 ? "" : ", ");
        add_text(out, texts[i]);
    }
    mln_buf_addc(out, ']');
}

/* ── fields ── */

static void add_step(struct mln_buf *out, const struct mln_clean_step *step) {
    const char *word = mln_clean_words[step->op];
    switch (step->op) {
    case MLN_CLEAN_PREFIX:
    case MLN_CLEAN_SUFFIX: mln_buf_addf(out, "{%s: %u}", word, step->n); return;
    case MLN_CLEAN_DATE_YEAR: mln_buf_addf(out, "{%s: year}", word); return;
    case MLN_CLEAN_DATE_MONTH: mln_buf_addf(out, "{%s: month}", word); return;
    case MLN_CLEAN_NO_PARTICLES:
    case MLN_CLEAN_NULL:
        if (step->n_words == 0) {
            break;
        }
        mln_buf_addf(out, "{%s: ", word);
        add_texts(out, step->words, step->n_words);
        mln_buf_addc(out, '}');
        return;
    case MLN_CLEAN_TABLE:
        if (step->file.n > 0) {
            mln_buf_addf(out, "{%s: {file: ", word);
            add_text(out, step->file);
            mln_buf_addz(out, ", from: ");
            add_text(out, step->from);
            mln_buf_addz(out, ", to: ");
            add_text(out, step->to);
            mln_buf_addz(out, "}}");
            return;
        }
        mln_buf_addf(out, "{%s: [", word);
        for (size_t i = 0; i < step->n_words; i += 2) {
            mln_buf_addz(out, i == 0 ? "" : ", ");
            add_texts(out, step->words + i, 2);
        }
        mln_buf_addz(out, "]}");
        return;
    default: break;
    }
    mln_buf_addz(out, word);
}

static bool same_on_both_sides(const struct mln_link_field *f) {
    bool same = f->n_columns[0] == f->n_columns[1];
    for (size_t i = 0; same && i < f->n_columns[0]; i++) {
        same = mln_str_eq(f->columns[0][i], f->columns[1][i]);
    }
    return same;
}

static void add_columns(struct mln_buf *out, const struct mln_link_field *f) {
    mln_buf_addz(out, "columns: ");
    if (same_on_both_sides(f)) {
        add_texts(out, f->columns[0], f->n_columns[0]);
        return;
    }
    mln_buf_addz(out, "{left: ");
    add_texts(out, f->columns[0], f->n_columns[0]);
    mln_buf_addz(out, ", right: ");
    add_texts(out, f->columns[1], f->n_columns[1]);
    mln_buf_addc(out, '}');
}

static void add_field(struct mln_buf *out, const struct mln_link_model *m,
                      const struct mln_link_field *f) {
    mln_buf_addz(out, "  ");
    add_text(out, f->name);
    mln_buf_addz(out, ": {");
    if (f->from != SIZE_MAX) {
        mln_buf_addz(out, "from: ");
        add_text(out, m->fields[f->from].name);
    } else {
        add_columns(out, f);
    }
    mln_buf_addf(out, ", type: %s", mln_field_type_words[f->type]);
    if (f->type == MLN_FIELD_LIST) {
        mln_buf_addz(out, ", separator: ");
        add_text(out, (struct mln_str){&f->separator, 1});
    }
    for (size_t i = 0; i < f->n_formats; i++) {
        char text[MLN_DATE_FORMAT_TEXT];
        const size_t n = mln_date_format_text(&f->formats[i], text);
        mln_buf_addz(out, i == 0 ? ", formats: [" : ", ");
        add_text(out, (struct mln_str){text, n});
    }
    mln_buf_addz(out, f->n_formats > 0 ? "], clean: [" : ", clean: [");
    for (size_t s = 0; s < f->n_steps; s++) {
        mln_buf_addz(out, s == 0 ? "" : ", ");
        add_step(out, &f->steps[s]);
    }
    mln_buf_addz(out, "]}\n");
}

/* ── comparisons ── */

static void add_probability(struct mln_buf *out, const char *name, double value, bool fixed) {
    if (!isnan(value)) {
        mln_buf_addf(out, fixed ? ", %s: {fixed: " : ", %s: ", name);
        add_number(out, value);
        mln_buf_addz(out, fixed ? "}" : "");
    }
}

static void add_level(struct mln_buf *out, const struct mln_link_model *m,
                      const struct mln_comparison *c, const struct mln_level *level) {
    const char *word = mln_level_words[level->kind];
    if (level->kind == MLN_LEVEL_SQL) {
        mln_buf_addz(out, "      - {sql: ");
        add_text(out, level->sql);
    } else if (level->other_field != SIZE_MAX) {
        mln_buf_addf(out, "      - {%s: ", word);
        add_text(out, m->fields[level->other_field].name);
    } else if (level->at == 0 && level->kind != MLN_LEVEL_DAYS && level->kind != MLN_LEVEL_MONTHS &&
               level->kind != MLN_LEVEL_YEARS) {
        mln_buf_addf(out, "      - {level: %s", word);
    } else {
        mln_buf_addf(out, "      - {%s: ", word);
        add_number(out, level->at);
    }
    if (level->kind == MLN_LEVEL_JARO_WINKLER) {
        mln_buf_addz(out, ", prefix_weight: ");
        add_number(out, level->prefix_weight);
    }
    if (level->q > 0) {
        mln_buf_addf(out, ", q: %u", level->q);
    }
    if (level->field != c->field) {
        mln_buf_addz(out, ", field: ");
        add_text(out, m->fields[level->field].name);
    }
    mln_buf_addz(out, ", label: ");
    add_text(out, level->label);
    add_probability(out, "m", level->m, level->m_fixed);
    add_probability(out, "u", level->u, level->u_fixed);
    mln_buf_addz(out, level->term_frequency ? ", term_frequency: true}\n" : "}\n");
}

static void add_comparison(struct mln_buf *out, const struct mln_link_model *m,
                           const struct mln_comparison *c) {
    mln_buf_addz(out, "  - name: ");
    add_text(out, c->name);
    mln_buf_addz(out, "\n    field: ");
    add_text(out, m->fields[c->field].name);
    bool frequency = false;
    for (size_t l = 0; l < c->n_levels; l++) {
        frequency = frequency || c->levels[l].term_frequency;
    }
    if (frequency) {
        mln_buf_addz(out, "\n    term_frequency: {weight: ");
        add_number(out, c->tf_weight);
        mln_buf_addz(out, ", minimum: ");
        add_number(out, c->tf_minimum);
        if (c->tf_table.file.n > 0) {
            mln_buf_addz(out, ", file: ");
            add_text(out, c->tf_table.file);
            mln_buf_addz(out, ", value: ");
            add_text(out, c->tf_table.value);
            mln_buf_addz(out, c->tf_table.shares ? ", frequency: " : ", count: ");
            add_text(out, c->tf_table.number);
        }
        mln_buf_addc(out, '}');
    }
    mln_buf_addz(out, "\n    levels:\n");
    for (size_t l = 0; l < c->n_levels; l++) {
        add_level(out, m, c, &c->levels[l]);
    }
}

/* ── the rest ── */

static void add_rule(struct mln_buf *out, const struct mln_link_model *m,
                     const struct mln_block_rule *rule) {
    mln_buf_addz(out, "  - {name: ");
    add_text(out, rule->name);
    if (rule->kind == MLN_RULE_WINDOW) {
        mln_buf_addf(out, ", window: %u", rule->window);
    }
    mln_buf_addz(out, ", fields: [");
    for (size_t i = 0; i < rule->n_fields; i++) {
        mln_buf_addz(out, i == 0 ? "" : ", ");
        add_text(out, m->fields[rule->fields[i]].name);
    }
    mln_buf_addz(out, "], allow_large: ");
    add_bool(out, rule->allow_large);
    mln_buf_addz(out, ", train: ");
    add_bool(out, rule->train);
    mln_buf_addz(out, "}\n");
}

static void add_training(struct mln_buf *out, const struct mln_training *t) {
    mln_buf_addz(out, "training:\n  seed: ");
    mln_buf_add_u64(out, t->seed);
    mln_buf_addz(out, "\n  u: ");
    if (t->u == MLN_U_RANDOM) {
        mln_buf_addz(out, "{random_pairs: ");
        mln_buf_add_u64(out, t->random_pairs);
        mln_buf_addc(out, '}');
    } else {
        mln_buf_addz(out, t->u == MLN_U_ALL ? "all" : "em");
    }
    mln_buf_addf(out, "\n  starts: %zu\n  max_iterations: %zu\n  tolerance: ", t->starts,
                 t->max_iterations);
    add_number(out, t->tolerance);
    mln_buf_addz(out, "\n  prior_weight: ");
    add_number(out, t->prior_weight);
    mln_buf_addz(out, "\n  lambda: ");
    add_estimated(out, t->lambda);
    mln_buf_addz(out, "\n  dependence: ");
    add_bool(out, t->dependence);
    if (t->labels_left.n > 0) {
        mln_buf_addz(out, "\n  labels: {left: ");
        add_text(out, t->labels_left);
        mln_buf_addz(out, ", right: ");
        add_text(out, t->labels_right);
        mln_buf_addc(out, '}');
    }
    mln_buf_addc(out, '\n');
}

static void add_assignment(struct mln_buf *out, const struct mln_decision *d) {
    if (d->assignment != MLN_ASSIGN_OPTIMAL) {
        mln_buf_addz(out, d->assignment == MLN_ASSIGN_ALL ? "all" : "best");
        return;
    }
    mln_buf_addc(out, '{');
    if (d->left_max > 0) {
        mln_buf_addf(out, "left: %u%s", d->left_max, d->right_max > 0 ? ", " : "");
    }
    if (d->right_max > 0) {
        mln_buf_addf(out, "right: %u", d->right_max);
    }
    mln_buf_addc(out, '}');
}

static void add_decision(struct mln_buf *out, const struct mln_decision *d) {
    static const char *const clusters[] = {"none", "components", "robust"};
    mln_buf_addz(out, "decision:\n  threshold: ");
    if (isnan(d->fdr_max)) {
        add_estimated(out, d->threshold);
    } else {
        mln_buf_addz(out, "{fdr: ");
        add_number(out, d->fdr_max);
        mln_buf_addc(out, '}');
    }
    mln_buf_addz(out, "\n  keep_from: ");
    add_number(out, d->keep_from);
    mln_buf_addz(out, "\n  assignment: ");
    add_assignment(out, d);
    mln_buf_addf(out, "\n  clusters: %s", clusters[d->clusters]);
    if (!isnan(d->cluster_threshold)) {
        mln_buf_addz(out, "\n  cluster_threshold: ");
        add_number(out, d->cluster_threshold);
    }
    mln_buf_addz(out, "\n  block_share_max: ");
    add_number(out, d->block_share_max);
    mln_buf_addz(out, "\n  pairs_max: ");
    mln_buf_add_u64(out, d->pairs_max);
    mln_buf_addc(out, '\n');
}

static void add_id(struct mln_buf *out, const struct mln_link_model *m) {
    if (m->id[0].n == 0) {
        return;
    }
    mln_buf_addz(out, "id: ");
    if (mln_str_eq(m->id[0], m->id[1])) {
        add_text(out, m->id[0]);
    } else {
        mln_buf_addz(out, "{left: ");
        add_text(out, m->id[0]);
        mln_buf_addz(out, ", right: ");
        add_text(out, m->id[1]);
        mln_buf_addc(out, '}');
    }
    mln_buf_addc(out, '\n');
}

/* The levels of a comparison against those of another, a list a level of the first. */
static void add_interaction(struct mln_buf *out, const struct mln_link_model *m,
                            const struct mln_interaction *interaction) {
    mln_buf_addz(out, "  - between: ");
    const struct mln_str names[] = {m->comparisons[interaction->a].name,
                                    m->comparisons[interaction->b].name};
    add_texts(out, names, 2);
    mln_buf_addz(out, "\n    weight_log2:\n");
    for (size_t i = 0; i < m->comparisons[interaction->a].n_levels; i++) {
        for (size_t j = 0; j < m->comparisons[interaction->b].n_levels; j++) {
            mln_buf_addz(out, j == 0 ? "      - [" : ", ");
            add_number(out, interaction->weight_log2[i][j]);
        }
        mln_buf_addz(out, "]\n");
    }
}

static void add_trained(struct mln_buf *out, const struct mln_link_model *m) {
    if (!isnan(m->lambda)) {
        mln_buf_addz(out, "lambda: ");
        add_number(out, m->lambda);
        mln_buf_addc(out, '\n');
    }
    if (!isnan(m->coverage)) {
        mln_buf_addz(out, "coverage: ");
        add_number(out, m->coverage);
        mln_buf_addc(out, '\n');
    }
    if (m->random_pairs > 0) {
        mln_buf_addz(out, "random: {pairs: ");
        add_number(out, m->random_pairs);
        mln_buf_addz(out, ", matches: ");
        add_number(out, m->random_matches);
        mln_buf_addz(out, "}\n");
    }
    for (size_t i = 0; i < m->n_interactions; i++) {
        mln_buf_addz(out, i == 0 ? "interactions:\n" : "");
        add_interaction(out, m, &m->interactions[i]);
    }
}

void mln_link_model_write(const struct mln_link_model *model, struct mln_buf *out) {
    mln_buf_addf(out, "version: 1\nkind: %s\n", model->kind == MLN_LINK_DEDUPE ? "dedupe" : "link");
    add_id(out, model);
    mln_buf_addz(out, "fields:\n");
    for (size_t f = 0; f < model->n_fields; f++) {
        add_field(out, model, &model->fields[f]);
    }
    mln_buf_addz(out, "comparisons:\n");
    for (size_t c = 0; c < model->n_comparisons; c++) {
        add_comparison(out, model, &model->comparisons[c]);
    }
    mln_buf_addz(out, model->n_rules == 0 ? "blocking: auto\n" : "blocking:\n");
    for (size_t i = 0; i < model->n_rules; i++) {
        add_rule(out, model, &model->rules[i]);
    }
    add_training(out, &model->training);
    add_decision(out, &model->decision);
    add_trained(out, model);
}
