#include "stage/governance/rekey.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "secret/permute.h"
#include "stage/zone.h"

static const char *const domains[] = {"procedure", "affaire", "personne", "unite"};
enum { N_DOMAINS = sizeof domains / sizeof *domains, MAX_COLUMNS = 1024 };

/* Every column of the base whose name ends in _id is a pseudonym, of the domain of that name but
 * for these. */
static const struct { const char *column, *domain; } other_names[] = {{"identite_id", "personne"}};

static const struct mln_column_spec specs[] = {{"idx", MLN_INT64}, {"pseudonyme", MLN_UTF8_TEXT}};

struct column {
    const char *table, *name;
    size_t domain; /* N_DOMAINS: no pseudonym */
};

struct rekey {
    struct mln_run run;
    struct mln_engine *e;
    struct mln_arena arena;
    const struct mln_keyring *into;
    struct column columns[MAX_COLUMNS]; /* of base.db, by table and place */
    size_t n_columns;
    struct mln_rekey_result *out;
};

/* ── what the base has ── */

/* A pseudonym that nothing moves would tie the copy to the base: a column of no known domain is an
 * error. */
static enum mln_status find_domain(struct column *c, struct mln_err *err) {
    const size_t n = strlen(c->name);
    const bool is_pseudonym = n > 3 && strcmp(c->name + n - 3, "_id") == 0;
    struct mln_str domain = {c->name, is_pseudonym ? n - 3 : 0};
    for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++) {
        if (strcmp(c->name, other_names[i].column) == 0) {
            domain = mln_str_from(other_names[i].domain);
        }
    }
    c->domain = 0;
    while (c->domain < N_DOMAINS && !mln_str_eq(domain, mln_str_from(domains[c->domain]))) {
        c->domain++;
    }
    return c->domain < N_DOMAINS || !is_pseudonym
               ? MLN_OK
               : mln_err_set(err, MLN_INTERNAL,
                             "%s.%s: a pseudonym of no known domain cannot be moved", c->table,
                             c->name);
}

static enum mln_status add_columns(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct rekey *const r = ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        if (r->n_columns == MAX_COLUMNS) {
            return mln_err_set(err, MLN_INTERNAL, "the base has more columns than it can have");
        }
        struct column *const c = &r->columns[r->n_columns++];
        c->table = mln_arena_strdup(&r->arena, mln_get_str(&batch->columns[0], row));
        c->name = mln_arena_strdup(&r->arena, mln_get_str(&batch->columns[1], row));
        if (c->table == NULL || c->name == NULL) {
            return mln_err_nomem(err, "the columns of the base");
        }
        MLN_TRY(find_domain(c, err));
        r->out->n_columns += c->domain < N_DOMAINS;
    }
    return MLN_OK;
}

static enum mln_status list_columns(struct rekey *r, struct mln_err *err) {
    static const char sql[] = "SELECT table_name, column_name FROM information_schema.columns "
                              "WHERE table_catalog = 'base' ORDER BY table_name, ordinal_position";
    return r->e->ops->scan(r->e, "columns of the base", mln_str_from(sql), MLN_NO_PARAMS,
                           add_columns, r, err);
}

/* ── the pseudonyms of a domain ── */

static enum mln_status exec(struct rekey *r, const char *label, struct mln_buf *sql,
                            struct mln_err *err) {
    enum mln_status status = mln_buf_check(sql, label, err);
    if (status == MLN_OK) {
        status = r->e->ops->exec(r->e, label, mln_buf_view(sql), MLN_NO_PARAMS, NULL, err);
    }
    mln_buf_release(sql);
    return status;
}

static void add_ident(struct mln_buf *sql, const char *before, const char *name) {
    mln_buf_addz(sql, before);
    mln_quote_ident(sql, mln_str_from(name));
}

/* memory.avant_<domain>(idx, pseudonyme): each pseudonym of the base once. */
static enum mln_status collect(struct rekey *r, size_t domain, struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    const char *before = "";
    mln_buf_addf(&sql,
                 "CREATE TABLE memory.avant_%s AS SELECT ROW_NUMBER() OVER (ORDER BY pseudonyme) "
                 "AS idx, pseudonyme FROM (",
                 domains[domain]);
    for (size_t i = 0; i < r->n_columns; i++) {
        if (r->columns[i].domain == domain) {
            mln_buf_addf(&sql, "%sSELECT DISTINCT ", before);
            mln_quote_ident(&sql, mln_str_from(r->columns[i].name));
            mln_buf_addz(&sql, " AS pseudonyme FROM base.");
            mln_quote_ident(&sql, mln_str_from(r->columns[i].table));
            before = " UNION ";
        }
    }
    if (*before == '\0') {
        mln_buf_addz(&sql, "SELECT CAST(NULL AS VARCHAR) AS pseudonyme");
    }
    mln_buf_addz(&sql, ") AS t WHERE pseudonyme IS NOT NULL");
    return exec(r, "pseudonyms of the base", &sql, err);
}

static enum mln_status permutation_of(const struct mln_keyring *ring, const char *domain,
                                      struct mln_permutation **out, struct mln_err *err) {
    struct mln_key key;
    MLN_TRY(mln_keyring_load(ring, "permute", &key, err));
    const enum mln_status status = mln_permutation_new(&key, domain, out, err);
    mln_key_release(&key);
    return status;
}

static enum mln_status count_alike(struct rekey *r, size_t domain, struct mln_err *err) {
    char sql[256];
    int64_t before = 0;
    int64_t after = 0;
    (void)snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM memory.avant_%s", domains[domain]);
    MLN_TRY(mln_query_i64(r->e, "count", sql, MLN_NO_PARAMS, &before, err));
    (void)snprintf(sql, sizeof sql, "SELECT COUNT(DISTINCT pseudonyme) FROM memory.apres_%s",
                   domains[domain]);
    MLN_TRY(mln_query_i64(r->e, "count", sql, MLN_NO_PARAMS, &after, err));
    r->out->n_pseudonyms += (uint64_t)after;
    return before == after
               ? MLN_OK
               : mln_err_set(err, MLN_INTERNAL, "domain %s: %lld pseudonyms before, %lld after",
                             domains[domain], (long long)before, (long long)after);
}

/* memory.apres_<domain>(idx, pseudonyme): what each becomes. */
static enum mln_status move_domain(struct rekey *r, size_t domain, struct mln_err *err) {
    const struct mln_keyring from = mln_project_ring(r->run.project);
    struct mln_permutation *before = NULL;
    struct mln_permutation *after = NULL;
    char table[32];
    char sql[160];
    struct mln_buf create = MLN_BUF_INIT;
    MLN_TRY(collect(r, domain, err));
    (void)snprintf(table, sizeof table, "apres_%s", domains[domain]);
    mln_buf_addf(&create, "CREATE TABLE memory.%s (idx BIGINT, pseudonyme VARCHAR)", table);
    MLN_TRY(exec(r, "pseudonyms of the copy", &create, err));
    (void)snprintf(sql, sizeof sql, "SELECT idx, pseudonyme FROM memory.avant_%s ORDER BY idx",
                   domains[domain]);
    enum mln_status status = mln_keyring_has(&from, "permute")
                                 ? permutation_of(&from, domains[domain], &before, err)
                                 : MLN_OK;
    if (status == MLN_OK) {
        status = permutation_of(r->into, domains[domain], &after, err);
    }
    if (status == MLN_OK) {
        struct mln_rekey rekey = {before, after};
        status = r->e->ops->map(r->e, "re-keying", mln_str_from(sql), MLN_NO_PARAMS,
                                mln_rekey_kernel, &rekey, specs, 2, "memory", table, err);
    }
    mln_permutation_free(before);
    mln_permutation_free(after);
    return status == MLN_OK ? count_alike(r, domain, err) : status;
}

/* ── the copy ── */

/* Columns first…n-1 are those of one table. */
static enum mln_status copy_table(struct rekey *r, size_t first, size_t n, struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    add_ident(&sql, "CREATE TABLE cible.", r->columns[first].table);
    mln_buf_addz(&sql, " AS SELECT ");
    for (size_t i = first; i < n; i++) {
        const struct column *const c = &r->columns[i];
        mln_buf_addz(&sql, i == first ? "" : ", ");
        if (c->domain == N_DOMAINS) {
            add_ident(&sql, "x.", c->name);
        } else {
            mln_buf_addf(&sql, "n%zu.pseudonyme", i);
            add_ident(&sql, " AS ", c->name);
        }
    }
    add_ident(&sql, " FROM base.", r->columns[first].table);
    mln_buf_addz(&sql, " AS x");
    for (size_t i = first; i < n; i++) {
        const size_t domain = r->columns[i].domain;
        if (domain < N_DOMAINS) {
            mln_buf_addf(&sql, " LEFT JOIN memory.avant_%s AS a%zu ON a%zu.pseudonyme = ",
                         domains[domain], i, i);
            add_ident(&sql, "x.", r->columns[i].name);
            mln_buf_addf(&sql, " LEFT JOIN memory.apres_%s AS n%zu ON n%zu.idx = a%zu.idx",
                         domains[domain], i, i, i);
        }
    }
    mln_buf_addz(&sql, " ORDER BY x.rowid");
    return exec(r, "a table of the copy", &sql, err);
}

static enum mln_status work(struct rekey *r, const char *to, struct mln_err *err) {
    struct mln_key key;
    MLN_TRY(mln_zone_open(&r->run, &r->e, err));
    MLN_TRY(mln_zone_attach(&r->run, r->e, "base", mln_run_path(&r->run, "chain", "base.db"),
                            "base", MLN_ATTACH_READ, err));
    MLN_TRY(mln_keyring_id(r->into, "permute", r->out->permute_id, err));
    MLN_TRY(mln_keyring_load(r->into, "base", &key, err));
    memcpy(r->out->base_id, key.id, sizeof key.id);
    enum mln_status status =
        r->e->ops->attach(r->e, "cible", to, key.bytes, MLN_ATTACH_CREATE, err);
    mln_key_release(&key);
    MLN_TRY(status);
    MLN_TRY(r->e->ops->lock_down(r->e, &r->run.partial_dir, 1, err));
    MLN_TRY(list_columns(r, err));
    for (size_t d = 0; d < N_DOMAINS; d++) {
        MLN_TRY(move_domain(r, d, err));
    }
    for (size_t first = 0; first < r->n_columns;) {
        size_t n = first;
        while (n < r->n_columns && strcmp(r->columns[n].table, r->columns[first].table) == 0) {
            n++;
        }
        MLN_TRY(copy_table(r, first, n, err));
        first = n;
    }
    return r->e->ops->detach(r->e, "cible", err);
}

enum mln_status mln_rekey_base(const struct mln_project *project, const char *to,
                               const struct mln_keyring *into, struct mln_talk *talk,
                               struct mln_rekey_result *out, struct mln_err *err) {
    *out = (struct mln_rekey_result){0};
    if (mln_path_exists(to)) {
        return mln_err_set(err, MLN_BAD_INPUT, "%s: is there already; a base is never replaced",
                           to);
    }
    struct rekey *const r = calloc(1, sizeof *r);
    struct mln_buf partial = MLN_BUF_INIT;
    mln_buf_addf(&partial, "%s/.rekey.partial", project->work_dir);
    if (r == NULL || partial.failed) {
        free(r);
        mln_buf_release(&partial);
        return mln_err_nomem(err, "the copy of the base");
    }
    *r = (struct rekey){.into = into, .out = out};
    r->run = (struct mln_run){
        .project = project, .talk = talk, .arena = &r->arena, .partial_dir = partial.p};
    enum mln_status status = mln_dir_make(partial.p, err);
    if (status == MLN_OK) {
        status = work(r, to, err);
    }
    mln_zone_close(&r->run, r->e);
    (void)!mln_dir_remove(partial.p, NULL); /* a spill directory: gone with the next run, else */
    if (status != MLN_OK) {
        (void)unlink(to);
    }
    mln_arena_release(&r->arena);
    free(r);
    mln_buf_release(&partial);
    return status;
}
