#include "same.h"

static bool same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

static bool same_strs(const struct mln_str *a, size_t n_a, const struct mln_str *b, size_t n_b) {
    bool same = n_a == n_b;
    for (size_t i = 0; same && i < n_a; i++) {
        same = mln_str_eq(a[i], b[i]);
    }
    return same;
}

static const char *field_difference(const struct mln_link_field *a,
                                    const struct mln_link_field *b) {
    if (!mln_str_eq(a->name, b->name) || a->type != b->type || a->from != b->from ||
        a->separator != b->separator) {
        return "a field";
    }
    for (size_t s = 0; s < 2; s++) {
        if (!same_strs(a->columns[s], a->n_columns[s], b->columns[s], b->n_columns[s])) {
            return "the columns of a field";
        }
    }
    if (a->n_steps != b->n_steps || a->n_formats != b->n_formats) {
        return "the numbers of a field's steps or formats";
    }
    for (size_t i = 0; i < a->n_steps; i++) {
        const struct mln_clean_step *x = &a->steps[i], *y = &b->steps[i];
        if (x->op != y->op || x->n != y->n || !mln_str_eq(x->file, y->file) || !mln_str_eq(x->from, y->from) ||
            !mln_str_eq(x->to, y->to) ||
            !same_strs(x->words, x->n_words, y->words, y->n_words)) {
            return "a step";
        }
    }
    for (size_t i = 0; i < a->n_formats; i++) {
        if (memcmp(&a->formats[i], &b->formats[i], sizeof a->formats[i]) != 0) {
            return "a format";
        }
    }
    return NULL;
}

static bool same_sql(const struct mln_level *a, const struct mln_level *b) {
    return mln_str_eq(a->sql, b->sql) && a->n_sql_fields == b->n_sql_fields &&
           (a->n_sql_fields == 0 || memcmp(a->sql_fields, b->sql_fields, a->n_sql_fields * sizeof *a->sql_fields) == 0);
}

static bool same_table(const struct mln_frequency_table *a, const struct mln_frequency_table *b) {
    return mln_str_eq(a->file, b->file) && mln_str_eq(a->value, b->value) &&
           mln_str_eq(a->number, b->number) && a->shares == b->shares;
}

static bool same_level(const struct mln_level *a, const struct mln_level *b) {
    return a->kind == b->kind && same_bits(a->at, b->at) &&
           same_bits(a->prefix_weight, b->prefix_weight) && a->q == b->q && a->field == b->field &&
           a->other_field == b->other_field && same_sql(a, b) && mln_str_eq(a->label, b->label) &&
           same_bits(a->m, b->m) && same_bits(a->u, b->u) && a->m_fixed == b->m_fixed &&
           a->u_fixed == b->u_fixed && a->term_frequency == b->term_frequency;
}

static const char *comparison_difference(const struct mln_comparison *a,
                                         const struct mln_comparison *b) {
    if (!mln_str_eq(a->name, b->name) || a->field != b->field || a->n_levels != b->n_levels) {
        return "a comparison";
    }
    if (!same_bits(a->tf_weight, b->tf_weight) || !same_bits(a->tf_minimum, b->tf_minimum) ||
        !same_table(&a->tf_table, &b->tf_table)) {
        return "a term frequency";
    }
    for (size_t l = 0; l < a->n_levels; l++) {
        if (!same_level(&a->levels[l], &b->levels[l])) {
            return "a level";
        }
    }
    return NULL;
}

static bool same_rule(const struct mln_block_rule *a, const struct mln_block_rule *b) {
    return mln_str_eq(a->name, b->name) && a->kind == b->kind && a->window == b->window &&
           a->allow_large == b->allow_large && a->train == b->train && a->n_fields == b->n_fields &&
           memcmp(a->fields, b->fields, a->n_fields * sizeof *a->fields) == 0;
}

static bool same_training(const struct mln_training *a, const struct mln_training *b) {
    return a->seed == b->seed && a->u == b->u && a->random_pairs == b->random_pairs &&
           a->starts == b->starts && a->max_iterations == b->max_iterations &&
           same_bits(a->tolerance, b->tolerance) && same_bits(a->prior_weight, b->prior_weight) &&
           same_bits(a->lambda, b->lambda) && a->dependence == b->dependence &&
           mln_str_eq(a->labels_left, b->labels_left) &&
           mln_str_eq(a->labels_right, b->labels_right);
}

static bool same_decision(const struct mln_decision *a, const struct mln_decision *b) {
    return same_bits(a->threshold, b->threshold) && same_bits(a->fdr_max, b->fdr_max) &&
           same_bits(a->keep_from, b->keep_from) && a->assignment == b->assignment &&
           a->left_max == b->left_max && a->right_max == b->right_max &&
           a->clusters == b->clusters && same_bits(a->cluster_threshold, b->cluster_threshold) &&
           same_bits(a->block_share_max, b->block_share_max) && a->pairs_max == b->pairs_max;
}

static bool same_interactions(const struct mln_link_model *a, const struct mln_link_model *b) {
    bool same = a->n_interactions == b->n_interactions && same_bits(a->coverage, b->coverage) &&
 same_bits(a->random_pairs, b->random_pairs) && same_bits(a->random_matches, b->random_matches);
    for (size_t i = 0; same && i < a->n_interactions; i++) {
        const struct mln_interaction *x = &a->interactions[i], *y = &b->interactions[i];
        same = x->a == y->a && x->b == y->b;
        for (size_t k = 0; same && k < MLN_LEVELS_MAX * MLN_LEVELS_MAX; k++) {
            same = same_bits(x->weight_log2[k / MLN_LEVELS_MAX][k % MLN_LEVELS_MAX],
                             y->weight_log2[k / MLN_LEVELS_MAX][k % MLN_LEVELS_MAX]);
        }
    }
    return same;
}

const char *model_difference(const struct mln_link_model *a, const struct mln_link_model *b) {
    if (a->kind != b->kind || !mln_str_eq(a->id[0], b->id[0]) || !mln_str_eq(a->id[1], b->id[1]) ||
        a->n_fields != b->n_fields || a->n_comparisons != b->n_comparisons ||
        a->n_rules != b->n_rules || !same_bits(a->lambda, b->lambda)) {
        return "the top of the model";
    }
    const char *difference = NULL;
    for (size_t f = 0; difference == NULL && f < a->n_fields; f++) {
        difference = field_difference(&a->fields[f], &b->fields[f]);
    }
    for (size_t c = 0; difference == NULL && c < a->n_comparisons; c++) {
        difference = comparison_difference(&a->comparisons[c], &b->comparisons[c]);
    }
    for (size_t i = 0; difference == NULL && i < a->n_rules; i++) {
        difference = same_rule(&a->rules[i], &b->rules[i]) ? NULL : "a rule";
    }
    if (difference == NULL && !same_training(&a->training, &b->training)) {
        difference = "training";
    }
    if (difference == NULL && !same_interactions(a, b)) {
        difference = "what was trained";
    }
    return difference != NULL                          ? difference
           : same_decision(&a->decision, &b->decision) ? NULL
                                                       : "decision";
}
