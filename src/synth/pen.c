#include "synth/pen.h"

#include "synth/streams.h"

#define PROC_KEY "force,code_unite,numero,annee"
#define PERSON                                                                                     \
    "rang,role,nature,date_naissance,sexe,commune_residence,commune_naissance,pays_naissance,"     \
    "nationalite,profession,"                                                                      \
    "csns,csns_qualite,situation_famille,nb_enfants,nb_freres_soeurs,rang_fratrie,lien_auteur"
#define TRUTH_KEY "force,code_unite,annee,numero"

const struct mln_synth_file_info mln_synth_files[N_FILES] = {
    [FILE_PROCEDURE] = {"procedure.csv", false, false,
                        PROC_KEY
                        ",date_enregistrement,date_faits_debut,date_faits_fin,commune_faits,"
                        "date_transmission,juridiction_destinataire,nb_mis_en_cause,nb_victimes"},
    [FILE_PROC_PERSONNE] = {"proc_personne.csv", false, false, PROC_KEY "," PERSON},
    [FILE_PROC_INFRACTION] = {"proc_infraction.csv", false, false,
                              PROC_KEY
                              ",rang,natinf,tentative,date_debut,date_fin,commune,rangs_victimes,"
                              "rangs_mis_en_cause"},
    [FILE_AFFAIRE] =
        {"affaire.csv", true, false,
         "affaire_id,idj,nataff,date_arrivee,date_enregistrement,origine,juridiction,petit_x,"
         "nb_mis_en_cause,nb_victimes"},
    [FILE_AFFAIRE_PARQUET] = {"affaire_parquet.csv", true, false,
                              "affaire_id,juridiction,numero_parquet,etat"},
    [FILE_CORRESPONDANCE] =
        {"correspondance.csv", true, false,
         "affaire_id,rang,force,code_unite,numero,annee,reference_pv,idj_pv,numero_parquet,"
         "type_creation"},
    [FILE_AFFAIRE_PERSONNE] = {"affaire_personne.csv", true, false,
                               "affaire_id," PERSON ",reference_pv"},
    [FILE_AFFAIRE_INFRACTION] =
        {"affaire_infraction.csv", true, false,
         "affaire_id,rang,etat,natinf,classe,date_debut,date_fin,commune,rangs_auteurs"},
    [FILE_EVENEMENT] = {"evenement.csv", true, false,
                        "affaire_id,rang,rang_auteur,type,date,code,natinf,peine"},
    [FILE_LIEN_AFFAIRE] = {"lien_affaire.csv", true, false,
                           "affaire_id,affaire_cible_id,type,date,juridiction,juridiction_cible"},
    [FILE_TRUTH_PROCEDURE] = {"truth/lien_procedure_affaire.csv", true, true,
                              TRUTH_KEY ",affaire_id"},
    [FILE_TRUTH_PERSONNE] = {"truth/lien_personne.csv", true, true,
                             TRUTH_KEY ",rang_procedure,affaire_id,rang_affaire"},
    [FILE_TRUTH_INFRACTION] = {"truth/lien_infraction.csv", true, true,
                               TRUTH_KEY ",rang_procedure,affaire_id,rang_affaire"},
    [FILE_TRUTH_VICTIME] = {"truth/victime.csv", true, true,
                            TRUTH_KEY
                            ",rang,genre,champ,age_faits,issue,mode,date_issue,duree_jours,"
                            "commune_faits,natinf,natinf_orientation,natinf_jugement"},
    [FILE_TRUTH_ETAPE] = {"truth/etape.csv", true, true, TRUTH_KEY ",ordre,etape,entree,sortie"},
    [FILE_TRUTH_IDENTITE] = {"truth/identite.csv", true, true, TRUTH_KEY ",rang,role,personne"},
};

void mln_synth_pen_init(struct mln_synth_pen *pen, const struct mln_synth_world *world,
                        const struct mln_synth_plan *plan) {
    *pen = (struct mln_synth_pen){.world = world, .plan = plan};
    for (size_t i = 0; i < N_FILES; i++) {
        const struct mln_synth_file_info *f = &mln_synth_files[i];
        pen->out[i].separator = f->truth ? ',' : ';';
        pen->out[i].crlf = f->justice && !f->truth;
    }
}

void mln_synth_pen_release(struct mln_synth_pen *pen) {
    for (size_t i = 0; i < N_FILES; i++) {
        mln_buf_release(&pen->out[i].buf);
    }
}

/* ── opaque identifiers: a Feistel permutation of 2 × half bits, keyed by the seed ── */

static uint64_t permute(uint64_t seed, uint32_t purpose, uint64_t x, unsigned half) {
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    uint64_t left = x >> half & mask;
    uint64_t right = x & mask;
    for (uint32_t round = 0; round < 4; round++) {
        const uint32_t counter[4] = {(uint32_t)right, (uint32_t)(right >> 32), purpose, round};
        const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
        uint32_t f[4];
        mln_philox4x32(counter, key, f);
        const uint64_t next = left ^ (f[0] & mask);
        left = right;
        right = next;
    }
    return left << half | right;
}

enum { PURPOSE_AFFAIRE = 101, PURPOSE_IDJ, PURPOSE_CSNS };

void mln_synth_affaire_id(uint64_t seed, uint64_t slot, char out[16]) {
    uint64_t x = permute(seed, PURPOSE_AFFAIRE, slot, 18);
    for (int i = 10; i >= 0; i--, x /= 10) {
        out[i] = (char)('0' + x % 10);
    }
    out[11] = '\0';
}

void mln_synth_idj(uint64_t seed, uint64_t slot, char out[16]) {
    static const char digits[] = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ";
    uint64_t x = permute(seed, PURPOSE_IDJ, slot, 27);
    for (int i = 10; i >= 0; i--, x /= 32) {
        out[i] = digits[x % 32];
    }
    out[11] = '\0';
}

void mln_synth_csns(uint64_t seed, uint64_t person, char out[24]) {
    static const char digits[] = "0123456789abcdef";
    uint64_t x = permute(seed, PURPOSE_CSNS, person, 32);
    for (int i = 15; i >= 0; i--, x /= 16) {
        out[i] = digits[x % 16];
    }
    out[16] = '\0';
}

void mln_synth_numero_parquet(const struct mln_synth_pen *pen, uint64_t slot, int32_t day,
                              char out[16]) {
    const int32_t year = mln_civil_from_day(day).year;
    const uint32_t of_year = (uint32_t)(day - mln_day_from_civil(year, 1, 1) + 1);
    uint64_t x =
        ((uint64_t)(year % 100) * 1000 + of_year) * 1000000 + pen->plan->sequence[slot] % 1000000;
    for (int i = 10; i >= 0; i--, x /= 10) {
        out[i] = (char)('0' + x % 10);
    }
    out[11] = '\0';
}

/* ── cells ── */

int32_t mln_synth_year_of(const struct mln_synth_core *core) {
    return mln_civil_from_day(core->recorded).year;
}

void mln_synth_put_key(struct mln_synth_pen *pen, struct mln_synth_out *o,
                       const struct mln_synth_core *core) {
    const struct mln_synth_unit *unit = &pen->world->places->units[core->unit];
    const bool iso = o->separator == ','; /* truth: force,code_unite,annee,numero */
    out_z(o, unit->police ? "PN" : "GN");
    out_sep(o);
    out_z(o, unit->code);
    out_sep(o);
    if (iso) {
        out_u(o, (uint64_t)mln_synth_year_of(core), 4);
        out_sep(o);
    }
    out_u(o, pen->plan->numero[core->id], unit->police ? 6 : 5);
    if (!iso) {
        out_sep(o);
        out_u(o, (uint64_t)mln_synth_year_of(core), 4);
    }
}

bool mln_synth_absent(const struct mln_synth_world *w, enum mln_synth_column column,
                      enum mln_synth_side side, struct mln_rng *rng) {
    return mln_rng_unit(rng) < w->profile->missing[column][side];
}

void mln_synth_put_period(const struct mln_synth_world *w, struct mln_synth_out *o, int32_t day,
                          double incomplete, struct mln_rng *rng) {
    if (mln_rng_unit(rng) >= incomplete) {
        out_day(o, day);
        return;
    }
    const struct mln_civil c = mln_civil_from_day(day);
    if (mln_rng_unit(rng) >= w->profile->incomplete_year_only) {
        out_u(o, (uint64_t)c.month, 2);
        out_c(o, '/');
    }
    out_u(o, (uint64_t)c.year, 4);
}

void mln_synth_put_commune(const struct mln_synth_world *w, struct mln_synth_out *o,
                           int32_t commune, enum mln_synth_side side, struct mln_rng *rng) {
    const struct mln_synth_places *p = w->places;
    const struct mln_synth_commune *c = &p->communes[commune];
    const double u = mln_rng_unit(rng);
    const double v = mln_rng_unit(rng);
    if (c->n_arr > 0 && u < w->profile->arrondissement[side]) {
        out_z(o, p->arrondissements[c->first_arr + (int32_t)(v * c->n_arr)]);
    } else if (c->n_old > 0 && u < w->profile->commune_vintage[side]) {
        out_z(o, p->old[c->first_old + (int32_t)(v * c->n_old)]);
    } else {
        out_z(o, c->code);
    }
}

static int32_t mistyped_birth(const struct mln_synth_world *w, int32_t born, struct mln_rng *rng) {
    const struct mln_civil c = mln_civil_from_day(born);
    const double u = mln_rng_unit(rng);
    int32_t wrong = MLN_DAY_NONE;
    if (u < w->profile->birth_swapped) {
        wrong = mln_day_from_civil(c.year, c.day,
                                   c.month); /* month and day changed places, if possible */
    } else if (u < w->profile->birth_swapped + w->profile->birth_digit) {
        const int32_t to = (int32_t)mln_rng_below(rng, 10);
        wrong = mln_rng_below(rng, 2) == 0
                    ? mln_day_from_civil(c.year - c.year % 10 + to, c.month, c.day)
                    : mln_day_from_civil(c.year, c.month, c.day - c.day % 10 + to);
    }
    return wrong == MLN_DAY_NONE ? born : wrong;
}

static void put_token(struct mln_synth_pen *pen, struct mln_synth_out *o, uint64_t person,
                      enum mln_synth_side side, struct mln_rng *rng) {
    const struct mln_synth_profile *p = pen->world->profile;
    const double quality = mln_rng_unit(rng);
    const double wrong = mln_rng_unit(rng);
    if (mln_rng_unit(rng) >= p->csns_present[side]) {
        out_sep(o);
        return;
    }
    const bool c = quality < p->csns_c;
    const bool b = !c && quality < p->csns_c + p->csns_b;
    const bool other = (c && wrong < p->csns_c_wrong) || (b && wrong < p->csns_b_wrong);
    char token[24];
    /* a wrong token is that of somebody who appears nowhere: ids past all persons */
    mln_synth_csns(pen->world->seed, other ? ((uint64_t)1 << 62 | mln_rng_u64(rng) >> 2) : person,
                   token);
    out_z(o, token);
    out_sep(o);
    out_c(o, c ? 'C' : b ? 'B' : 'A');
}

static void put_count(const struct mln_synth_world *w, struct mln_synth_out *o,
                      enum mln_synth_column column, enum mln_synth_side side, int value,
                      struct mln_rng *rng) {
    if (!mln_synth_absent(w, column, side, rng)) {
        out_u(o, (uint64_t)value, 1);
    }
    out_sep(o);
}

static void put_code(const struct mln_synth_world *w, struct mln_synth_out *o,
                     enum mln_synth_column column, enum mln_synth_side side, const char *code,
                     struct mln_rng *rng) {
    if (!mln_synth_absent(w, column, side, rng)) {
        out_z(o, code);
    }
    out_sep(o);
}

static void put_identity(struct mln_synth_pen *pen, struct mln_synth_out *o,
                         const struct mln_synth_person *x, enum mln_synth_side side,
                         struct mln_rng *rng) {
    const struct mln_synth_world *w = pen->world;
    if (!mln_synth_absent(w, COL_DATE_NAISSANCE, side, rng)) {
        mln_synth_put_period(w, o, mistyped_birth(w, x->born, rng),
                             w->profile->incomplete_birth[side], rng);
    }
    out_sep(o);
    if (!mln_synth_absent(w, COL_SEXE, side, rng)) {
        out_c(o, (mln_rng_unit(rng) < w->profile->sex_wrong) != x->woman ? 'F' : 'M');
    }
    out_sep(o);
    if (!mln_synth_absent(w, COL_COMMUNE_RESIDENCE, side, rng)) {
        int32_t at = x->residence;
        if (side == SIDE_JUSTICE && mln_rng_unit(rng) < w->profile->moved) {
            const int32_t first = w->places->departement_first[at];
            at = first +
                 (int32_t)mln_rng_below(rng, (uint32_t)(w->places->departement_end[at] - first));
        }
        if (mln_rng_unit(rng) < w->profile->bad_code) {
            out_z(o, "99999");
        } else {
            mln_synth_put_commune(w, o, at, side, rng);
        }
    }
    out_sep(o);
    if (x->birth_commune >= 0 && !mln_synth_absent(w, COL_COMMUNE_NAISSANCE, side, rng)) {
        mln_synth_put_commune(w, o, x->birth_commune, side, rng);
    }
    out_sep(o);
}

void mln_synth_put_person(struct mln_synth_pen *pen, struct mln_synth_out *o,
                          const struct mln_synth_role *role, enum mln_synth_side side,
                          struct mln_rng *rng) {
    const struct mln_synth_world *w = pen->world;
    const struct mln_synth_person *x = &role->person;
    out_z(o, role->victim ? "victime" : "mis_en_cause");
    out_sep(o);
    out_z(o, x->legal ? "morale" : "physique");
    out_sep(o);
    if (x->legal) {
        out_bytes(o, ";;;;;;;;;;;;;", 13); /* date_naissance … rang_fratrie, all empty */
    } else {
        put_identity(pen, o, x, side, rng);
        put_code(w, o, COL_PAYS_NAISSANCE, side, x->birth_country, rng);
        put_code(w, o, COL_NATIONALITE, side, x->nationality, rng);
        put_code(w, o, COL_PROFESSION, side,
                 mln_rng_unit(rng) < w->profile->bad_code ? "ZZ" : x->pcs, rng);
        put_token(pen, o, x->id, side, rng);
        out_sep(o);
        put_code(w, o, COL_SITUATION_FAMILLE, side, x->situation, rng);
        put_count(w, o, COL_NB_ENFANTS, side, x->children, rng);
        put_count(w, o, COL_FRATRIE, side, x->siblings, rng);
        put_count(w, o, COL_FRATRIE, side, x->rank_among_siblings, rng);
    }
    if (role->victim && !mln_synth_absent(w, COL_LIEN_AUTEUR, side, rng)) {
        out_z(o, role->relation);
    }
}
