#include "link/train/em_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ── tables ── */

struct pattern_row {
    uint8_t levels[MLN_COMPARISONS_MAX];
    uint64_t count;
};

static int by_levels(const void *a, const void *b) {
    return memcmp(((const struct pattern_row *)a)->levels, ((const struct pattern_row *)b)->levels,
                  MLN_COMPARISONS_MAX);
}

static enum mln_status read_rows(const struct mln_em_options *o, const struct mln_em_session *s,
                                 const bool *left_out, struct pattern_row *rows, size_t *n_rows,
                                 struct mln_err *err) {
    const size_t n_comparisons = o->n_comparisons;
    size_t n = 0;
    for (size_t i = 0; i < s->n_patterns; i++) {
        if (s->count[i] == 0) {
            continue;
        }
        memset(rows[n].levels, MLN_LEVEL_MISSING, sizeof rows[n].levels);
        for (size_t c = 0; c < n_comparisons; c++) {
            const uint8_t level = s->levels[i * n_comparisons + c];
            if (level != MLN_LEVEL_MISSING && level >= o->n_levels[c]) {
                return mln_err_set(
                    err, MLN_BAD_INPUT,
                    "training: pattern %zu has level %u of comparison %zu, which has "
                    "only %u levels",
                    i, (unsigned)level, c + 1, (unsigned)o->n_levels[c]);
            }
            if (left_out == NULL || !left_out[c]) {
                rows[n].levels[c] = level;
            }
        }
        rows[n++].count = s->count[i];
    }
    qsort(rows, n, sizeof *rows, by_levels);
    *n_rows = n;
    return MLN_OK;
}

static size_t merge_rows(struct pattern_row *rows, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && by_levels(&rows[kept - 1], &rows[i]) == 0) {
            rows[kept - 1].count += rows[i].count;
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

static enum mln_status rows_to_table(struct em_data *data, const struct pattern_row *rows, size_t n,
                                     struct em_table *out, struct mln_err *err) {
    const size_t n_comparisons = data->options->n_comparisons;
    if (n > UINT32_MAX / MLN_COMPARISONS_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT, "training: %zu distinct patterns are too many", n);
    }
    uint32_t *start = MLN_ARENA_NEW(&data->arena, uint32_t, n + 1);
    uint16_t *terms = MLN_ARENA_NEW(&data->arena, uint16_t, n * n_comparisons);
    double *count = MLN_ARENA_NEW(&data->arena, double, n + 1);
    if (start == NULL || terms == NULL || count == NULL) {
        return mln_err_nomem(err, "the patterns of training");
    }
    uint32_t at = 0;
    struct em_sum total = {0, 0};
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < n_comparisons; c++) {
            if (rows[i].levels[c] != MLN_LEVEL_MISSING) {
                terms[at++] = (uint16_t)(c * MLN_LEVELS_MAX + rows[i].levels[c]);
            }
        }
        start[i + 1] = at;
        count[i] = (double)rows[i].count;
        em_add(&total, count[i]);
    }
    *out = (struct em_table){n, start, terms, count, em_value(total)};
    return MLN_OK;
}

enum mln_status em_table_build(struct em_data *data, const struct mln_em_session *session,
                               const bool *left_out, struct em_table *out, struct mln_err *err) {
    *out = (struct em_table){0};
    if (session->n_patterns == 0) {
        return MLN_OK;
    }
    struct pattern_row *rows = calloc(session->n_patterns, sizeof *rows);
    if (rows == NULL) {
        return mln_err_nomem(err, "the patterns of training");
    }
    size_t n = 0;
    enum mln_status status = read_rows(data->options, session, left_out, rows, &n, err);
    if (status == MLN_OK && n > 0) {
        status = rows_to_table(data, rows, merge_rows(rows, n), out, err);
    }
    free(rows);
    return status;
}

/* ── checks ── */

static enum mln_status check_fixed(const struct mln_em_options *o, const double *fixed, char which,
                                   struct mln_err *err) {
    for (size_t c = 0; fixed != NULL && c < o->n_comparisons; c++) {
        double sum = 0;
        size_t n_free = 0;
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            const double x = fixed[c * MLN_LEVELS_MAX + l];
            if (isnan(x)) {
                n_free++;
            } else if (x < 0 || x > 1) {
                return mln_err_set(
                    err, MLN_BAD_INPUT,
                    "training: the fixed %c of comparison %zu, level %zu is not in 0..1", which,
                    c + 1, l + 1);
            } else {
                sum += x;
            }
        }
        if (sum > 1 + 1e-9 || (n_free == 0 && sum < 1 - 1e-9)) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "training: the fixed %c of comparison %zu sum to %.6g; all levels must "
                "sum to 1, some of them to no more",
                which, c + 1, sum);
        }
    }
    return MLN_OK;
}

static enum mln_status check_options(const struct mln_em_options *o, struct mln_err *err) {
    if (o->n_comparisons == 0 || o->n_comparisons > MLN_COMPARISONS_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT, "training: %zu comparisons; 1 to %d are possible",
                           o->n_comparisons, (int)MLN_COMPARISONS_MAX);
    }
    for (size_t c = 0; c < o->n_comparisons; c++) {
        if (o->n_levels[c] < 2 || o->n_levels[c] > MLN_LEVELS_MAX) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "training: comparison %zu has %u levels; 2 to %d are possible",
                               c + 1, (unsigned)o->n_levels[c], (int)MLN_LEVELS_MAX);
        }
    }
    if (o->n_sessions > MLN_EM_SESSIONS_MAX) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "training: %zu blocking rules take part; at most %d can: mark some "
                           "`train: false`",
                           o->n_sessions, (int)MLN_EM_SESSIONS_MAX);
    }
    const double lambda = o->training->lambda;
    if (!(o->n_pairs_all > 0) || (!isnan(lambda) && !(lambda > 0 && lambda < 1)) ||
        !(o->training->prior_weight >= 0)) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "training: needs pairs of records, a fixed lambda inside 0..1 and a prior "
            "weight of 0 or more");
    }
    MLN_TRY(check_fixed(o, o->m_fixed, 'm', err));
    return check_fixed(o, o->u_fixed, 'u', err);
}

/* ── what is present ── */

static void note_presence(struct em_data *data) {
    double present[MLN_COMPARISONS_MAX] = {0};
    const struct em_table *t = &data->random;
    for (size_t i = 0; i < t->n; i++) {
        for (uint32_t k = t->start[i]; k < t->start[i + 1]; k++) {
            present[t->terms[k] / MLN_LEVELS_MAX] += t->count[i];
        }
    }
    for (size_t c = 0; c < MLN_COMPARISONS_MAX; c++) {
        data->present[c] = t->n == 0 ? 1 : present[c] / t->total;
    }
    for (size_t r = 0; r < data->n_sessions; r++) {
        for (uint32_t k = 0;
             data->sessions[r].n > 0 && k < data->sessions[r].start[data->sessions[r].n]; k++) {
            data->kept[data->sessions[r].terms[k] / MLN_LEVELS_MAX] = true;
        }
    }
}

static bool keeps_all(const struct mln_em_session *s, size_t n_comparisons) {
    for (size_t c = 0; s->left_out != NULL && c < n_comparisons; c++) {
        if (s->left_out[c]) {
            return false;
        }
    }
    return true;
}

enum mln_status em_data_init(struct em_data *data, const struct mln_em_options *options,
                             struct mln_err *err) {
    *data = (struct em_data){.arena = MLN_ARENA_INIT, .options = options};
    MLN_TRY(check_options(options, err));
    data->n_sessions = options->n_sessions;
    for (size_t r = 0; r < options->n_sessions; r++) {
        const struct mln_em_session *s = &options->sessions[r];
        MLN_TRY(em_table_build(data, s, s->left_out, &data->sessions[r], err));
        const bool whole =
            keeps_all(s, options->n_comparisons) && data->sessions[r].total >= options->n_pairs_all;
        data->lambda_fixed[r] = whole ? options->training->lambda : NAN;
    }
    if (options->random != NULL) {
        MLN_TRY(em_table_build(data, options->random, NULL, &data->random, err));
    }
    note_presence(data);
    data->session_u = MLN_ARENA_NEW(&data->arena, double, (data->n_sessions + 1) * EM_TERMS);
    return data->session_u == NULL ? mln_err_nomem(err, "the sessions of training") : MLN_OK;
}

void em_data_release(struct em_data *data) {
    mln_arena_release(&data->arena);
}
