/* Chain: from the linked extracts to the base that studies read.
 *
 *   content.db ─┐                ties ─ kernel ─▶ hosts ─┐
 *               ├─▶ base (no idx) ─▶ victims of the field ├─▶ authors, where their affaire really
 * is pivot.db  ──┘                    acts up to the date ─┘   ─▶ state of each ─▶ chaine_victime
 */
#include "base/thread.h"
#include "chain/hosts.h"
#include "stage/chain/chain_codes.h"
#include "stage/chain/chain_grammar.h"

#define CONTENT "content"
#define PIVOT "pivot"
#define BASE "base"

struct chain {
    struct mln_run *run;
    struct mln_engine *e;
    struct mln_study study;
    struct mln_grammar grammar;
};

/* Every statement of the stage gets the same parameters and uses those it names. `possible`: what
 * chaine_victime.sql makes is of those who may be in the field, not of those who are. */
static enum mln_status step_for(struct chain *c, const char *asset, bool possible,
                                struct mln_err *err) {
    const struct mln_study *s = &c->study;
    const struct mln_params params = MLN_PARAMS(
        MLN_IDENT("content", CONTENT), MLN_IDENT("pivot", PIVOT), MLN_IDENT("base", BASE),
        MLN_IDENT("work", MLN_WORK), MLN_DAY("observation", c->run->project->observation_day),
        MLN_DAY("debut", s->recorded_from), MLN_DAY("fin", s->recorded_to),
        MLN_INT("age_min", s->age_min), MLN_INT("age_inconnu", s->keeps_unknown_age),
        MLN_INT("toutes", s->ends_with_last), MLN_INT("ecart", c->grammar.gap_days),
        MLN_INT("tous", s->whole_affaires),
        MLN_IDENT("victimes", possible ? "victime_possible" : "chaine_victime"),
        MLN_IDENT("source", possible ? "victime_possible" : "victime"),
        MLN_IDENT("stade", possible ? "stade_possible" : "stade"),
        MLN_INT("champ", possible ? 0 : 1), MLN_INT("tard_jours", s->link_error.late_days),
        MLN_REAL("tard_part", s->link_error.late_share));
    MLN_TRY(mln_check_interrupt(err));
    return mln_run_sql(c->e, asset, params, NULL, err);
}

static enum mln_status step(struct chain *c, const char *asset, struct mln_err *err) {
    return step_for(c, asset, false, err);
}

static enum mln_status steps(struct chain *c, const char *const *assets, size_t n,
                             struct mln_err *err) {
    for (size_t i = 0; i < n; i++) {
        MLN_TRY(step(c, assets[i], err));
    }
    return MLN_OK;
}

static enum mln_status open_zones(struct chain *c, struct mln_err *err) {
    struct mln_run *const run = c->run;
    MLN_TRY(mln_zone_open(run, &c->e, err));
    MLN_TRY(mln_zone_attach(run, c->e, CONTENT, mln_run_path(run, "ingest", "content.db"),
                            "content", MLN_ATTACH_READ, err));
    MLN_TRY(mln_zone_attach(run, c->e, PIVOT, mln_run_path(run, "link-chain", "pivot.db"), "pivot",
                            MLN_ATTACH_READ, err));
    MLN_TRY(mln_zone_attach(run, c->e, BASE, mln_run_partial(run, "base.db"), "base",
                            MLN_ATTACH_CREATE, err));
    return c->e->ops->lock_down(c->e, &run->partial_dir, 1, err);
}

/* ── hosts ── */

struct tie_list {
    struct mln_arena *arena;
    struct mln_tie *ties;
    size_t n, cap;
};

static enum mln_status add_ties(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct tie_list *list = ctx;
    if (list->n + batch->n_rows > list->cap) {
        list->cap = 2 * (list->n + batch->n_rows);
        struct mln_tie *wider = MLN_ARENA_NEW(list->arena, struct mln_tie, list->cap);
        if (wider == NULL) {
            return mln_err_nomem(err, "the ties of affaires");
        }
        if (list->n > 0) {
            memcpy(wider, list->ties, list->n * sizeof *wider);
        }
        list->ties = wider;
    }
    for (size_t i = 0; i < batch->n_rows; i++) {
        list->ties[list->n++] = (struct mln_tie){
            mln_get_i64(&batch->columns[0], i), mln_get_i64(&batch->columns[1], i),
            mln_get_i32(&batch->columns[2], i) == 1 ? MLN_TIE_MOVE : MLN_TIE_SPLIT};
    }
    return MLN_OK;
}

static enum mln_status store_hosts(struct chain *c, const struct mln_hosts *hosts,
                                   struct mln_err *err) {
    static const struct mln_column_spec specs[] = {{"affaire_no", MLN_INT64},
                                                   {"hote_no", MLN_INT64}};
    enum { STEP = 65536 };
    struct mln_appender *a = NULL;
    struct mln_builder *b = mln_builder_new(specs, 2);
    struct mln_batch batch;
    enum mln_status status = b == NULL ? mln_err_nomem(err, "the hosts") : MLN_OK;
    if (status == MLN_OK) {
        status = c->e->ops->append_open(c->e, BASE, "hote", &a, err);
    }
    for (size_t from = 0; status == MLN_OK && from < hosts->n_pairs; from += STEP) {
        mln_builder_reset(b);
        for (size_t i = from; i < hosts->n_pairs && i < from + STEP; i++) {
            mln_add_i64(b, 0, hosts->pairs[i].affaire);
            mln_add_i64(b, 1, hosts->pairs[i].host);
        }
        status = mln_builder_view(b, &batch, err);
        if (status == MLN_OK) {
            status = c->e->ops->append(a, &batch, err);
        }
    }
    if (a != NULL) {
        const enum mln_status closed =
            c->e->ops->append_close(a, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status == MLN_OK ? closed : status;
    }
    mln_builder_free(b);
    return status;
}

static enum mln_status find_hosts(struct chain *c, struct mln_err *err) {
    struct mln_run *const run = c->run;
    const struct mln_params params =
        MLN_PARAMS(MLN_IDENT("base", BASE), MLN_DAY("observation", run->project->observation_day));
    struct mln_arena arena = MLN_ARENA_INIT;
    struct tie_list list = {.arena = &arena};
    struct mln_hosts hosts = {0};
    enum mln_status status =
        mln_scan_sql(c->e, "chain/liens_en_vigueur.sql", params, add_ties, &list, err);
    if (status == MLN_OK) {
        status = mln_hosts_find(&arena, list.ties, list.n, 10 * list.n + 1000000, &hosts, err);
    }
    if (status == MLN_OK) {
        status = store_hosts(c, &hosts, err);
    }
    mln_arena_release(&arena);
    MLN_TRY(status);
    MLN_TRY(mln_run_figure(run, "affaires_liees_entre_elles", (double)hosts.n_affaires, err));
    MLN_TRY(mln_run_figure(run, "affaires_deplacees", (double)hosts.n_moved, err));
    MLN_TRY(mln_run_figure(run, "cycles_de_liens", (double)hosts.n_cycles, err));
    return mln_run_figure(run, "affaires_en_cycle", (double)hosts.n_in_cycle, err);
}

/* ── acts that would be counted too often ── */

static enum mln_status refuse_growth(void *ctx, const struct mln_batch *batch,
                                     struct mln_err *err) {
    enum { SPARE = 30000000, TIMES = 10 };
    (void)ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const int64_t acts = mln_get_i64(&batch->columns[0], i);
        const int64_t rows = mln_get_i64(&batch->columns[1], i);
        if (rows > TIMES * acts + SPARE) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "evenement: the acts of single affaires would be counted %lld times "
                "(there are %lld acts), once for each author of each procedure that "
                "ended there; look for an affaire with a great many acts and a great "
                "many procedures (lien_affaire, correspondance) or authors",
                (long long)rows, (long long)acts);
        }
    }
    return MLN_OK;
}

static enum mln_status check_growth(struct chain *c, struct mln_err *err) {
    const struct mln_params params =
        MLN_PARAMS(MLN_IDENT("base", BASE), MLN_IDENT("work", MLN_WORK));
    return mln_scan_sql(c->e, "chain/croissance.sql", params, refuse_growth, NULL, err);
}

/* ── counts ── */

static enum mln_status add_counts(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct mln_run *run = ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const char *what = mln_arena_strdup(run->arena, mln_get_str(&batch->columns[0], i));
        const int64_t read = mln_get_i64(&batch->columns[1], i);
        const int64_t kept = mln_get_i64(&batch->columns[2], i);
        if (what == NULL) {
            return mln_err_nomem(err, "the counts of the chain");
        }
        if (kept < 0 || kept > read) {
            return mln_err_set(err, MLN_INTERNAL, "%s: more rows come out than went in", what);
        }
        MLN_TRY(
            mln_run_count(run, what, (uint64_t)read, (uint64_t)kept, (uint64_t)(read - kept), err));
    }
    return MLN_OK;
}

/* What the joins must not do: lose or multiply rows of the base (every idx of the content is in the
 * pivot once). Out of content, all that is not accepted would be lost. */
static enum mln_status check_base(const struct mln_run *run, struct mln_err *err) {
    for (size_t i = 0; i < run->n_counts; i++) {
        const struct mln_stage_count *count = &run->counts[i];
        if (strncmp(count->what, "base ", 5) == 0 && count->rejected != 0) {
            return mln_err_set(err, MLN_INTERNAL,
                               "%s: %llu of %llu rows have no place in the pivot; run link-chain "
                               "again",
                               count->what, (unsigned long long)count->rejected,
                               (unsigned long long)count->read);
        }
    }
    return MLN_OK;
}

static enum mln_status tell_counts(struct chain *c, struct mln_err *err) {
    const struct mln_params params = MLN_PARAMS(
        MLN_IDENT("content", CONTENT), MLN_IDENT("base", BASE), MLN_IDENT("work", MLN_WORK),
        MLN_DAY("observation", c->run->project->observation_day));
    MLN_TRY(mln_scan_sql(c->e, "chain/comptes.sql", params, add_counts, c->run, err));
    return check_base(c->run, err);
}

/* Figures of the manifest: what, by its word. */
struct telling {
    struct mln_run *run;
    const char *prefix;
};

static enum mln_status add_figure(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    const struct telling *t = ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        struct mln_buf name = MLN_BUF_INIT;
        mln_buf_addz(&name, t->prefix);
        mln_buf_add_str(&name, mln_get_str(&batch->columns[0], i));
        enum mln_status status = mln_buf_check(&name, "a figure", err);
        if (status == MLN_OK) {
            status = mln_run_figure(t->run, name.p, mln_get_f64(&batch->columns[1], i), err);
        }
        mln_buf_release(&name);
        MLN_TRY(status);
    }
    return MLN_OK;
}

static enum mln_status tell_quality(struct chain *c, struct mln_err *err) {
    const struct mln_params params =
        MLN_PARAMS(MLN_IDENT("work", MLN_WORK), MLN_IDENT("base", BASE));
    struct telling errors = {c->run, "erreur_estimee_"}, anomalies = {c->run, "anomalies_"},
                   residue = {c->run, "ecart_residuel_"};
    MLN_TRY(mln_scan_sql(c->e, "chain/ecart_residuel.sql", params, add_figure, &residue, err));
    MLN_TRY(mln_scan_sql(c->e, "chain/erreur_passe.sql", params, add_figure, &errors, err));
    return mln_scan_sql(c->e, "chain/comptes_anomalies.sql", params, add_figure, &anomalies, err);
}

/* ── the stage ── */

static enum mln_status rebuild(struct chain *c, struct mln_err *err) {
    static const char *const base_steps[] = {"chain/base_procedures.sql", "chain/base_affaires.sql",
                                             "chain/base_liens.sql"};
    static const char *const author_steps[] = {"chain/infraction_listee.sql",
                                               "chain/age_victime.sql", "chain/victime.sql",
                                               "chain/auteur.sql", "chain/auteur_hote.sql"};
    static const char *const chain_steps[] = {"chain/acte.sql",
                                              "chain/etat_auteur.sql",
                                              "chain/issue_procedure.sql",
                                              "chain/qualification.sql",
                                              "chain/chaine_victime.sql",
                                              "chain/chaine_procedure.sql",
                                              "chain/histoire.sql",
                                              "chain/anomalie.sql",
                                              "chain/rapprochement.sql",
                                              "chain/passage.sql",
                                              "chain/flux.sql",
                                              "chain/personne.sql",
                                              "chain/histoire_affaire.sql"};
    MLN_TRY(step(c, "chain/nomenclatures.sql", err));
    MLN_TRY(mln_chain_codes_load(c->run, c->e, &c->study, err));
    MLN_TRY(mln_grammar_load(c->run->arena, c->e, MLN_WORK, &c->grammar, err));
    MLN_TRY(steps(c, base_steps, sizeof base_steps / sizeof *base_steps, err));
    MLN_TRY(find_hosts(c, err));
    MLN_TRY(steps(c, author_steps, sizeof author_steps / sizeof *author_steps, err));
    MLN_TRY(check_growth(c, err));
    MLN_TRY(steps(c, chain_steps, sizeof chain_steps / sizeof *chain_steps, err));
    MLN_TRY(step_for(c, "chain/qualification.sql", true, err));
    MLN_TRY(step_for(c, "chain/chaine_victime.sql", true, err));
    MLN_TRY(step(c, "chain/incertitude.sql", err));
    MLN_TRY(tell_quality(c, err));
    return tell_counts(c, err);
}

enum mln_status mln_stage_chain(struct mln_run *run, struct mln_err *err) {
    struct chain c = {.run = run};
    MLN_TRY(mln_study_read(run->arena, run->project->study, &c.study, err));
    enum mln_status status = open_zones(&c, err);
    if (status == MLN_OK) {
        status = rebuild(&c, err);
    }
    if (status == MLN_OK) {
        status = c.e->ops->detach(c.e, BASE, err);
    }
    mln_zone_close(run, c.e);
    return status;
}
