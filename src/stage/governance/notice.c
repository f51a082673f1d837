#include "stage/governance/notice.h"

#include <stdio.h>

#include "assets/assets.h"
#include "base/date.h"
#include "base/file.h"
#include "secret/lock.h"
#include "stage/ingest/ingest_plan.h"

enum { PROCESSING_BYTES_MAX = 1 << 20 };

/* ── parts ── */

static void french_day(int32_t day, char out[32]) {
    static const char *const months[] = {"janvier",   "février", "mars",     "avril",
                                         "mai",       "juin",    "juillet",  "août",
                                         "septembre", "octobre", "novembre", "décembre"};
    const struct mln_civil c = mln_civil_from_day(day);
    (void)snprintf(out, 32, "%d%s %s %d", (int)c.day, c.day == 1 ? "er" : "",
                   months[c.month < 1 ? 0 : c.month - 1], (int)c.year);
}

static void add_texts(struct mln_document *d, const char *heading, const struct mln_texts *texts,
                      const char *none) {
    mln_document_add(d, MLN_HEADING, "%s", heading);
    for (size_t i = 0; i < texts->n; i++) {
        mln_document_add(d, MLN_ITEM, "%s", texts->list[i]);
    }
    if (texts->n == 0) {
        mln_document_add(d, MLN_PARAGRAPH, "%s", none);
    }
}

static void add_parties(struct mln_document *d, const char *heading,
                        const struct mln_party *parties, size_t n) {
    mln_document_add(d, MLN_HEADING, "%s", heading);
    for (size_t i = 0; i < n; i++) {
        mln_document_add(d, MLN_ITEM, "%s : %s", parties[i].name, parties[i].contact);
    }
}

static void add_categories(struct mln_document *d, const struct mln_categories *categories) {
    mln_document_add(d, MLN_HEADING, "Catégories de données");
    for (size_t i = 0; i < categories->n; i++) {
        const struct mln_category *const c = &categories->list[i];
        if (!c->present) {
            continue;
        }
        mln_document_add(d, MLN_ITEM, "%s", c->label);
        for (size_t v = 0; v < c->n_variables; v++) {
            if (c->variables[v].present) {
                mln_document_add(d, MLN_SUBITEM, "%s", c->variables[v].label);
            }
        }
    }
    mln_document_add(d, MLN_PARAGRAPH,
                     "Ni nom, ni prénom, ni adresse ne figurent parmi les données.");
}

static void add_retention(struct mln_document *d, const struct mln_project *project) {
    char until[32];
    french_day(project->retention.until_day, until);
    mln_document_add(d, MLN_HEADING, "Durée de conservation");
    mln_document_add(d, MLN_PARAGRAPH,
                     "Les données sont conservées jusqu'au %s inclus. Passé ce jour, elles ne "
                     "peuvent plus être ouvertes ; les clés et les fichiers sont détruits, et un "
                     "certificat de destruction est établi.",
                     until);
}

static void add_rights(struct mln_document *d, const struct mln_processing *p) {
    mln_document_add(d, MLN_HEADING, "Droits des personnes");
    for (size_t i = 0; i < p->n_rights; i++) {
        const struct mln_right *const r = &p->rights[i];
        mln_document_add(d, MLN_ITEM, r->applies ? "%s : %s." : "%s : ne s'applique pas (%s).",
                         r->right, r->reason);
    }
}

static void add_security(struct mln_document *d, const struct mln_notice *n) {
    const struct mln_project *const p = n->project;
    mln_document_add(d, MLN_HEADING, "Mesures de sécurité techniques et organisationnelles");
    mln_document_add(d, MLN_ITEM,
                     "Pseudonymisation par code d'authentification HMAC-SHA-256 sous des clés "
                     "secrètes de 256 bits, une par domaine.");
    mln_document_add(d, MLN_ITEM,
                     "Identifiants et contenus dans des fichiers distincts, chiffrés au repos "
                     "(AES-256-GCM, XChaCha20-Poly1305) sous des clés différentes ; fichiers de "
                     "travail temporaires chiffrés.");
    if (n->key_custody != NULL) {
        mln_document_add(d, MLN_ITEM, "%s", n->key_custody);
    }
    mln_document_add(d, MLN_ITEM,
                     "Rôles séparés (appariement, analyse, publication, sécurité), chacun n'ayant "
                     "que ses clés.");
    mln_document_add(d, MLN_ITEM,
                     "Journal des traitements chaîné et signé : auteur, rôle, finalité, clés, "
                     "dénombrements ; aucune ouverture des données sans finalité déclarée.");
    mln_document_add(
        d, MLN_ITEM,
        "Secret statistique : seuil de %llu unités (%llu pour les tableaux détaillés) ; "
        "tableaux liés protégés ensemble et contrôlés avant toute publication.",
        (unsigned long long)p->protect.threshold, (unsigned long long)p->detail_threshold);
}

/* ── the two documents ── */

void mln_notice_write(const struct mln_notice *notice, struct mln_document *out) {
    const struct mln_processing *const p = notice->processing;
    mln_document_add(out, MLN_TITLE, "Notice d'information : %s", p->name);
    mln_document_add(out, MLN_PARAGRAPH,
                     "Cette notice informe les personnes concernées du traitement de leurs données "
                     "(règlement (UE) 2016/679, articles 13 et 14).");
    add_parties(out, "Responsables du traitement", p->controllers, p->n_controllers);
    add_texts(out, "Finalités", &p->purposes, "");
    add_texts(out, "Bases légales", &p->legal_bases, "");
    add_texts(out, "Personnes concernées", &p->persons, "");
    add_categories(out, notice->categories);
    add_texts(out, "Source des données", &p->sources, "");
    add_texts(out, "Destinataires", &p->recipients, "");
    add_texts(out, "Transferts hors de l'Union européenne", &p->transfers, "Aucun.");
    add_retention(out, notice->project);
    add_rights(out, p);
    add_parties(out, "Contacts", p->contacts, p->n_contacts);
}

void mln_register_write(const struct mln_notice *notice, struct mln_document *out) {
    const struct mln_processing *const p = notice->processing;
    mln_document_add(out, MLN_TITLE, "Registre des activités de traitement : %s", p->name);
    mln_document_add(out, MLN_PARAGRAPH,
                     "Fiche établie en application de l'article 30 du règlement (UE) 2016/679. "
                     "Projet : %s. Objet : %s.",
                     notice->project->name, notice->project->purpose);
    add_parties(out, "Responsables du traitement (conjoints)", p->controllers, p->n_controllers);
    add_parties(out, "Délégués à la protection des données et contacts", p->contacts,
                p->n_contacts);
    add_texts(out, "Finalités", &p->purposes, "");
    add_texts(out, "Bases légales", &p->legal_bases, "");
    add_texts(out, "Catégories de personnes concernées", &p->persons, "");
    add_categories(out, notice->categories);
    add_texts(out, "Source des données", &p->sources, "");
    add_texts(out, "Catégories de destinataires", &p->recipients, "");
    add_texts(out, "Transferts hors de l'Union européenne", &p->transfers, "Aucun.");
    add_retention(out, notice->project);
    add_security(out, notice);
    add_rights(out, p);
}

/* ── the whole ── */

static enum mln_status write_both(const struct mln_document *d, const char *dir, const char *name,
                                  struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = mln_document_text(d, &text, err);
    mln_buf_addf(&path, "%s/%s.txt", dir, name);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_buf_check(&path, "a path", err), done);
    MLN_TRY_GOTO(status, mln_file_write(path.p, mln_buf_view(&text), err), done);
    mln_buf_reset(&text);
    mln_buf_reset(&path);
    mln_buf_addf(&path, "%s/%s.html", dir, name);
    MLN_TRY_GOTO(status, mln_document_html(d, "fr", &text, err), done);
    MLN_TRY_GOTO(status, mln_buf_check(&path, "a path", err), done);
    status = mln_file_write(path.p, mln_buf_view(&text), err);
done:
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}

/* How the keys are kept, from the lock of their directory; in `out`. */
static enum mln_status tell_custody(const struct mln_project *project, char *out, size_t cap,
                                    struct mln_err *err) {
    struct mln_lock lock;
    MLN_TRY(mln_lock_read(project->keys_dir, &lock, err));
    if (lock.kind == MLN_LOCK_SHARES) {
        (void)snprintf(out, cap,
                       "Clés scellées, partagées entre %u détenteurs dont %u doivent être réunis "
                       "pour les ouvrir.",
                       lock.n_holders, lock.needed);
    } else {
        (void)snprintf(
            out, cap, "%s",
            lock.kind == MLN_LOCK_PASSPHRASE
                ? "Clés scellées par une phrase de passe (Argon2id)."
                : "Clés conservées à part des données, accessibles à leur seul détenteur.");
    }
    return MLN_OK;
}

static enum mln_status read_processing(struct mln_arena *arena, const struct mln_project *project,
                                       struct mln_processing *out, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    if (project->processing == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%s: the processing is not declared; write `processing: "
                           "processing.yaml`, after the template of `maillon init`",
                           project->path);
    }
    enum mln_status status = mln_file_read(project->processing, PROCESSING_BYTES_MAX, &text, err);
    if (status == MLN_OK) {
        status = mln_processing_read(arena, project->processing, mln_buf_view(&text), out, err);
    }
    mln_buf_release(&text);
    return status;
}

static enum mln_status make(struct mln_arena *arena, const struct mln_project *project,
                            const char *dir, struct mln_talk *talk, struct mln_err *err) {
    static const char asset_name[] = "models/categories.yaml";
    struct mln_processing processing;
    struct mln_categories categories;
    struct mln_model model;
    char custody[256];
    const struct mln_asset *const asset = mln_asset_find(asset_name);
    if (asset == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "%s is not shipped", asset_name);
    }
    MLN_TRY(read_processing(arena, project, &processing, err));
    MLN_TRY(mln_ingest_model(arena, &model, err));
    MLN_TRY(mln_categories_read(arena, asset_name, asset->text, &model, &categories, err));
    MLN_TRY(mln_categories_look(project, talk, &model, &categories, err));
    MLN_TRY(mln_processing_check(&processing, &categories, err));
    MLN_TRY(tell_custody(project, custody, sizeof custody, err));
    const struct mln_notice notice = {project, &processing, &categories, custody};
    struct mln_document first = {.blocks = MLN_BUF_INIT};
    struct mln_document second = {.blocks = MLN_BUF_INIT};
    mln_notice_write(&notice, &first);
    mln_register_write(&notice, &second);
    enum mln_status status = mln_dir_make(dir, err);
    if (status == MLN_OK) {
        status = write_both(&first, dir, "notice", err);
    }
    if (status == MLN_OK) {
        status = write_both(&second, dir, "registre", err);
    }
    mln_document_release(&first);
    mln_document_release(&second);
    return status;
}

enum mln_status mln_notice_make(const struct mln_project *project, const char *dir,
                                struct mln_talk *talk, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const enum mln_status status = make(&arena, project, dir, talk, err);
    mln_arena_release(&arena);
    return status;
}
