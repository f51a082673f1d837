#include "stage/study/study_query.h"

#include <assert.h>
#include <stdlib.h>

enum { MAX_PARAMS = 512 };

struct statement {
    struct mln_buf sql;
    struct mln_buf names; /* of parameters, each NUL-terminated */
    struct mln_param params[MAX_PARAMS];
    size_t name_at[MAX_PARAMS];
    size_t n;
};

/* The name of parameter number `n`: c0 (identifier), v0 (value). */
static void add_param(struct statement *s, char letter, struct mln_param param) {
    s->name_at[s->n] = s->names.n;
    mln_buf_addc(&s->names, letter);
    mln_buf_add_u64(&s->names, s->n);
    mln_buf_addc(&s->names, '\0');
    s->params[s->n++] = param;
}

static void add_ident(struct statement *s, const char *column) {
    mln_buf_addc(&s->sql, '{');
    mln_buf_addc(&s->sql, 'c');
    mln_buf_add_u64(&s->sql, s->n);
    mln_buf_addc(&s->sql, '}');
    add_param(s, 'c', MLN_IDENT(NULL, column));
}

static void add_value(struct statement *s, struct mln_param value) {
    mln_buf_addc(&s->sql, '$');
    mln_buf_addc(&s->sql, 'v');
    mln_buf_add_u64(&s->sql, s->n);
    add_param(s, 'v', value);
}

static void add_code(struct statement *s, const char *column) {
    mln_buf_addz(&s->sql, "CAST(");
    add_ident(s, column);
    mln_buf_addz(&s->sql, " AS VARCHAR)");
}

static bool wants_durations(const struct mln_study_table *t) {
    for (size_t i = 0; i < t->n_measures; i++) {
        const enum mln_study_measure_kind kind = t->measures[i].kind;
        if (kind != MLN_STUDY_SHARE && kind != MLN_STUDY_BAND && kind != MLN_STUDY_BOUNDS &&
            kind != MLN_STUDY_RATE && kind != MLN_STUDY_DIFFERENCE) {
            return true;
        }
    }
    return false;
}

/* The table of each source, what counts its units, and the pseudonym and rank that make a record
 * key (NULL: its units have no key). */
static const struct source {
    const char *table, *count, *pseudonym, *rank;
} sources[] = {
    [MLN_FROM_VICTIMS] = {"chaine_victime", "COUNT(*)", "procedure_id", "rang"},
    [MLN_FROM_PROCEDURES] = {"chaine_procedure", "COUNT(*)", "procedure_id", "0"},
    [MLN_FROM_ANOMALIES] = {"anomalie", "COUNT(*)", NULL, NULL},
    [MLN_FROM_LEDGER] = {"rapprochement", "SUM(n)", NULL, NULL},
    [MLN_FROM_FLOWS] = {"flux", "SUM(n)", NULL, NULL},
    [MLN_FROM_PERSONS] = {"personne", "COUNT(*)", "personne_id",
                          "CASE role WHEN 'victime' THEN 0 ELSE 1 END"},
    [MLN_FROM_MEMBERS] = {"participation", "COUNT(*)", "procedure_id", "rang"},
};

/* The units a table counts; keyed: with the pseudonym and the rank that make a record key. */
static void add_source(struct statement *s, const struct mln_study_table *t, bool keyed) {
    const struct source *from = &sources[t->from];
    if (!keyed) {
        mln_buf_addf(&s->sql, ", CAST(%s AS BIGINT) AS n FROM {base}.%s", from->count, from->table);
        return;
    }
    mln_buf_addf(&s->sql,
                 ", CAST(1 AS BIGINT) AS n, CAST(%s AS VARCHAR) AS pseudonyme, "
                 "CAST(%s AS INTEGER) AS rang FROM ",
                 from->pseudonym, from->rank);
    if (strcmp(from->pseudonym, "procedure_id") == 0) {
        mln_buf_addf(&s->sql,
                     "(SELECT u.*, p.procedure_id FROM {base}.%s AS u JOIN {base}.procedure AS p "
                     "ON u.procedure_no = p.procedure_no) AS unites",
                     from->table);
    } else {
        mln_buf_addf(&s->sql, "{base}.%s", from->table);
    }
}

/* `word` before the first condition. */
static void add_filters(struct statement *s, const struct mln_study_table *t, const char *word) {
    for (size_t i = 0; i < t->n_filters; i++) {
        mln_buf_addz(&s->sql, i == 0 ? word : " AND ");
        add_code(s, t->filters[i].column);
        for (size_t k = 0; k < t->filters[i].n_codes; k++) {
            mln_buf_addz(&s->sql, k == 0 ? " IN (" : ", ");
            add_value(s, MLN_TEXT(NULL, t->filters[i].codes[k]));
        }
        mln_buf_addc(&s->sql, ')');
    }
}

/* GROUP BY and ORDER BY the first n columns. */
static void add_grouping(struct statement *s, size_t n) {
    for (size_t part = 0; part < 2; part++) {
        mln_buf_addz(&s->sql, part == 0 ? " GROUP BY " : " ORDER BY ");
        for (size_t i = 1; i <= n; i++) {
            mln_buf_addf(&s->sql, "%s%zu", i == 1 ? "" : ", ", i);
        }
    }
}

/* SELECT CAST(dimension AS VARCHAR)…, jours, en_cours, COUNT(*) … WHERE … GROUP BY … ORDER BY …;
 * keyed, every unit by itself. */
static void build_counts(struct statement *s, const struct mln_study_table *t, bool keyed) {
    mln_buf_addz(&s->sql, "SELECT ");
    for (size_t d = 0; d < t->n_dimensions; d++) {
        add_code(s, t->dimensions[d]->column);
        mln_buf_addf(&s->sql, " AS k%zu, ", d);
    }
    mln_buf_addz(&s->sql, wants_durations(t)
                              ? "duree_jours AS jours, en_cours"
                              : "CAST(NULL AS INTEGER) AS jours, CAST(NULL AS INTEGER) AS "
                                "en_cours");
    add_source(s, t, keyed);
    add_filters(s, t, " WHERE ");
    if (!keyed) {
        add_grouping(s, t->n_dimensions + 2);
    }
}

static void build_bands(struct statement *s, const struct mln_study_table *t,
                        const struct mln_band_query *q) {
    mln_buf_addz(&s->sql, "SELECT ");
    for (size_t d = 0; d < t->n_dimensions; d++) {
        add_code(s, t->dimensions[d]->column);
        mln_buf_addf(&s->sql, " AS k%zu, ", d);
    }
    for (size_t i = 0; i < q->n_strata; i++) {
        add_code(s, q->strata[i]);
        mln_buf_addf(&s->sql, " AS s%zu, ", i);
    }
    mln_buf_addz(&s->sql,
                 "CAST(CASE WHEN lie = 0 OR probabilite_lien < 1 OR issue = 'en_cours' THEN "
                 "procedure_no END AS BIGINT) AS douteuse, "
                 "CAST(CASE WHEN membre > 0 THEN procedure_no END AS BIGINT) AS membre_no, membre, "
                 "CASE WHEN issue = 'en_cours' THEN 2 WHEN date_premiere_orientation > ");
    add_value(s, MLN_DAY(NULL, q->recent_from));
    mln_buf_addz(&s->sql,
                 " THEN 1 ELSE 0 END AS retard, CAST(COUNT(*) AS BIGINT) AS n FROM ("
                 "SELECT v.*, CASE WHEN p.procedure_no IS NULL THEN 0 ELSE 3 END AS membre "
                 "FROM {base}.chaine_victime AS v LEFT JOIN {base}.victime_possible AS p "
                 "ON p.procedure_no = v.procedure_no AND p.rang = v.rang UNION ALL "
                 "SELECT p.*, CASE WHEN v.procedure_no IS NULL THEN 1 ELSE 2 END "
                 "FROM {base}.victime_possible AS p LEFT JOIN {base}.chaine_victime AS v "
                 "ON v.procedure_no = p.procedure_no AND v.rang = p.rang) AS victimes "
                 "WHERE lie = ");
    mln_buf_addc(&s->sql, q->linked ? '1' : '0');
    add_filters(s, t, " AND ");
    add_grouping(s, t->n_dimensions + q->n_strata + 4);
}

static size_t params_needed(const struct mln_study_table *t, size_t n_strata) {
    size_t n = 2 + t->n_dimensions + n_strata;
    for (size_t i = 0; i < t->n_filters; i++) {
        n += 1 + t->filters[i].n_codes;
    }
    return n;
}

/* Runs what was built. */
static enum mln_status scan(struct mln_engine *e, const char *base, const char *label,
                            struct statement *s, mln_sink_fn *sink, void *ctx,
                            struct mln_err *err) {
    MLN_TRY(mln_buf_check(&s->sql, label, err));
    MLN_TRY(mln_buf_check(&s->names, label, err));
    for (size_t i = 0; i < s->n; i++) {
        s->params[i].name = s->names.p + s->name_at[i];
    }
    s->params[s->n] = MLN_IDENT("base", base);
    return e->ops->scan(e, label, mln_buf_view(&s->sql), (struct mln_params){s->params, s->n + 1},
                        sink, ctx, err);
}

static enum mln_status begin(const struct mln_study_table *t, size_t n_strata,
                             struct statement **out, struct mln_err *err) {
    if (params_needed(t, n_strata) > MAX_PARAMS) {
        return mln_err_set(err, MLN_BAD_INPUT, "table %s: its filters hold too many codes",
                           t->name);
    }
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        return mln_err_nomem(err, t->name);
    }
    (*out)->sql = MLN_BUF_INIT;
    (*out)->names = MLN_BUF_INIT;
    return MLN_OK;
}

static void end(struct statement *s) {
    mln_buf_release(&s->sql);
    mln_buf_release(&s->names);
    free(s);
}

bool mln_query_has_record_keys(const struct mln_study_table *t) {
    return sources[t->from].rank != NULL;
}

enum mln_status mln_query_counts(struct mln_engine *e, const char *base,
                                 const struct mln_study_table *t, bool keyed, mln_sink_fn *sink,
                                 void *ctx, struct mln_err *err) {
    struct statement *s = NULL;
    assert(!keyed || mln_query_has_record_keys(t));
    MLN_TRY(begin(t, 0, &s, err));
    build_counts(s, t, keyed);
    const enum mln_status status = scan(e, base, t->name, s, sink, ctx, err);
    end(s);
    return status;
}

enum mln_status mln_query_bands(struct mln_engine *e, const char *base,
                                const struct mln_study_table *t, const struct mln_band_query *query,
                                mln_sink_fn *sink, void *ctx, struct mln_err *err) {
    struct statement *s = NULL;
    MLN_TRY(begin(t, query->n_strata, &s, err));
    build_bands(s, t, query);
    const enum mln_status status = scan(e, base, t->name, s, sink, ctx, err);
    end(s);
    return status;
}
