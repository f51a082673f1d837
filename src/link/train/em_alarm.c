/* Alarms of a trained model, and reading it: weights, probabilities, words. */
#include <math.h>

#include "link/train/em_data.h"

static const struct {
    const char *word, *text;
} alarm_words[MLN_EM_ALARMS] = {
    {"not-converged", "training stopped at the largest number of iterations before it stood still"},
    {"not-monotone", "the likelihood fell during training: the weights are not to be trusted"},
    {"lambda-bound",
     "a blocking rule holds no match, or nothing but matches while u is trained on it"},
    {"m-below-u", "the first level of a comparison speaks against a match"},
    {"household",
     "the matches found agree on some fields and mostly disagree on others: they may be "
     "households or namesakes, not the same record"},
    {"one-field", "one comparison carries nearly all of the separation"},
    {"starts-differ", "other starting values fit as well with other weights"},
    {"never-seen",
     "a comparison shares a field with every blocking rule of training, and its m is too high, or is "
     "missing in all their pairs, and says nothing"},
    {"one-class", "two classes fit the pairs hardly better than one"},
    {"else-for-match", "the last level of a comparison speaks for a match"},
};

const char *mln_em_alarm_word(unsigned bit) {
    return bit < MLN_EM_ALARMS ? alarm_words[bit].word : NULL;
}

const char *mln_em_alarm_text(unsigned bit) {
    return bit < MLN_EM_ALARMS ? alarm_words[bit].text : NULL;
}

/* ── reading a model ── */

static double floored_log2(double p) {
    return log2(fmax(p, 1e-12));
}

static double level_weight(const struct mln_em_result *fit, size_t k) {
    return floored_log2(fit->m[k]) - floored_log2(fit->u[k]);
}

double mln_em_weight(const struct mln_em_result *fit, const uint8_t *levels, size_t n_comparisons,
                     bool with_prior) {
    double weight = with_prior ? floored_log2(fit->lambda) - floored_log2(1 - fit->lambda) : 0;
    for (size_t c = 0; c < n_comparisons; c++) {
        if (levels[c] != MLN_LEVEL_MISSING) {
            weight += level_weight(fit, c * MLN_LEVELS_MAX + levels[c]);
        }
    }
    for (size_t i = 0; i < fit->n_interactions; i++) {
        const uint8_t a = levels[fit->interactions[i].a];
        const uint8_t b = levels[fit->interactions[i].b];
        if (a != MLN_LEVEL_MISSING && b != MLN_LEVEL_MISSING) {
            weight += fit->interactions[i].weight_log2[a][b];
        }
    }
    return weight;
}

double mln_em_probability(double weight_log2) {
    return 1 / (1 + exp2(-weight_log2));
}

/* ── alarms ── */

static void raise_alarm(struct mln_em_result *result, enum mln_em_alarm alarm, size_t comparison) {
    result->alarms |= alarm;
    result->alarm_comparisons[__builtin_ctz(alarm)] |= (uint32_t)1 << comparison;
}

/* First level, last level, and whether any session kept the comparison. */
static void look_at_ladders(const struct em_data *data, struct mln_em_result *result) {
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        const size_t first = c * MLN_LEVELS_MAX;
        const size_t last = first + data->options->n_levels[c] - 1U;
        if (result->m[first] < result->u[first]) {
            raise_alarm(result, MLN_EM_M_BELOW_U, c);
        }
        if (result->m[last] > result->u[last]) {
            raise_alarm(result, MLN_EM_ELSE_FOR_MATCH, c);
        }
        if (!data->kept[c]) {
            raise_alarm(result, MLN_EM_NEVER_SEEN, c);
        }
    }
}

/* Matches that agree on most of one field (first level) and disagree on most of another (last
 * level). */
static void look_for_households(const struct em_data *data, struct mln_em_result *result) {
    bool one_agrees = false;
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        one_agrees = one_agrees || result->m[c * MLN_LEVELS_MAX] > 0.9;
    }
    for (size_t c = 0; c < data->options->n_comparisons && one_agrees; c++) {
        const size_t last = c * MLN_LEVELS_MAX + data->options->n_levels[c] - 1U;
        if (result->m[last] > 0.5) {
            raise_alarm(result, MLN_EM_HOUSEHOLD, c);
        }
    }
}

/* The mean weight that each comparison gives to a match (its relative entropy from m to u). */
static void look_for_one_field(const struct em_data *data, struct mln_em_result *result) {
    double all = 0;
    double most = 0;
    size_t heaviest = 0;
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        double mean = 0;
        for (size_t l = 0; l < data->options->n_levels[c]; l++) {
            const size_t k = c * MLN_LEVELS_MAX + l;
            mean += result->m[k] * level_weight(result, k);
        }
        all += mean;
        if (mean > most) {
            most = mean;
            heaviest = c;
        }
    }
    if (data->options->n_comparisons > 1 && most > 0.8 * all) {
        raise_alarm(result, MLN_EM_ONE_FIELD, heaviest);
    }
}

/* The likelihood of the sessions' pairs when their levels are independent in one class. */
static double one_class_likelihood(const struct em_data *data) {
    struct em_params p = {0};
    struct em_params ignored;
    struct em_data independent = *data;
    independent.forests = NULL;
    em_pooled_levels(data, p.u);
    for (size_t k = 0; k < EM_TERMS; k++) {
        p.m[k] = p.u[k];
    }
    return em_pass(&independent, &p, &ignored).data;
}

static void look_at_classes(const struct em_data *data, struct mln_em_result *result) {
    for (size_t r = 0; r < data->n_sessions; r++) {
        const double total = data->sessions[r].total;
        const bool no_match = result->session_lambda[r] * total < 0.5;
        const bool only_matches = (1 - result->session_lambda[r]) * total < 0.5;
        if (total > 0 && (no_match || (only_matches && data->random.n == 0))) {
            result->alarms |= MLN_EM_LAMBDA_BOUND;
        }
    }
    size_t parameters = data->n_sessions;
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        parameters += data->kept[c] ? data->options->n_levels[c] - 1U : 0;
    }
    const double gain = 2 * (result->log_likelihood - one_class_likelihood(data));
    const double k = (double)parameters;
    if (data->random.n == 0 && gain < k + 3 * sqrt(2 * k)) {
        result->alarms |= MLN_EM_ONE_CLASS;
    }
}

void em_alarms(const struct em_data *data, struct mln_em_result *result) {
    look_at_ladders(data, result);
    look_for_households(data, result);
    look_for_one_field(data, result);
    look_at_classes(data, result);
}
