/* The tables of Justice but the ties and the acts. */
#include "synth/pen.h"
#include "synth/qualify.h"
#include "synth/streams.h"

static void put_parquet(struct mln_synth_pen *pen, const char *id, int32_t court, uint64_t slot,
                        int32_t day, const char *state, struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_AFFAIRE_PARQUET];
    if (!out_row(o)) {
        return;
    }
    char number[16];
    mln_synth_numero_parquet(pen, slot, day, number);
    out_z(o, id);
    out_sep(o);
    out_z(o, pen->world->places->courts[court]);
    out_sep(o);
    if (pen_happens(rng,
                    pen->world->profile->parquet_dotted)) { /* 21.123.004567 or 21 123 004567 */
        const char mark = mln_rng_below(rng, 2) == 0 ? '.' : ' ';
        out_bytes(o, number, 2);
        out_c(o, mark);
        out_bytes(o, number + 2, 3);
        out_c(o, mark);
        out_bytes(o, number + 5, 6);
    } else {
        out_z(o, number);
    }
    out_sep(o);
    out_z(o, state);
    out_end(o);
}

static const char *nature_of(const struct mln_synth_affaire *a, struct mln_rng *rng) {
    static const char *const by_kind[N_KINDS_AND_OTHER] = {"A12", "A31", "A23", "A32", "A41",
                                                           "A42", "A43", "A44", "B11"};
    /* the nature is that of the whole affaire: partner violence is often filed under its parent */
    return a->source->core.kind == KIND_PHYSIQUE && mln_rng_below(rng, 3) == 0
               ? "A21"
               : by_kind[a->source->core.kind];
}

static void put_affaire(struct mln_synth_pen *pen, const struct mln_synth_affaire *a,
                        const char *id, struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_AFFAIRE];
    if (!out_row(o)) {
        return;
    }
    uint64_t authors = 0;
    uint64_t victims = 0;
    for (size_t i = 0; i < a->n_persons; i++) {
        const bool victim = a->persons[i].from->roles[a->persons[i].role].victim;
        victims += victim && !a->persons[i].duplicate;
        authors += !victim && !a->persons[i].duplicate;
    }
    bool has_idj = false;
    (void)mln_synth_by_flux(pen, a, &has_idj);
    char idj[16] = "";
    if (has_idj) {
        mln_synth_idj(pen->world->seed, a->slot, idj);
    }
    out_z(o, id);
    out_sep(o);
    out_z(o, idj);
    out_sep(o);
    out_z(o, pen_happens(rng, pen->world->profile->bad_code) ? "Z99" : nature_of(a, rng));
    out_sep(o);
    out_day(o, a->arrival);
    out_sep(o);
    out_day(o, a->registered);
    out_sep(o);
    out_z(o, a->place == PLACE_VIRTUAL ? "autre" : a->source->core.police ? "PN" : "GN");
    out_sep(o);
    out_z(o, pen->world->places->courts[a->court]);
    out_sep(o);
    out_c(o, a->source->petit_x ? '1' : '0');
    out_sep(o);
    out_u(o, authors, 1);
    out_sep(o);
    out_u(o, victims, 1);
    out_end(o);
}

static void put_parquets(struct mln_synth_pen *pen, const struct mln_synth_affaire *a,
                         const char *id, struct mln_rng *rng) {
    static const char *const words[] = {
        [STATE_ACTIVE] = "active", [STATE_JOINED] = "jointe", [STATE_SENT] = "dessaisie"};
    put_parquet(pen, id, a->court, a->slot, a->registered,
                a->two_courts ? "dessaisie" : words[a->state], rng);
    if (a->two_courts) {
        put_parquet(pen, id, a->source->core.sent_court, a->source->core.id * N_PLACES + PLACE_SENT,
                    a->moved_on, "active", rng);
    }
}

static void put_persons(struct mln_synth_pen *pen, const struct mln_synth_affaire *a,
                        const char *id, struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_AFFAIRE_PERSONNE];
    for (size_t i = 0; i < a->n_persons; i++) {
        const struct mln_synth_affaire_person *x = &a->persons[i];
        if (!out_row(o)) {
            return;
        }
        out_z(o, id);
        out_sep(o);
        out_u(o, i + 1, 1);
        out_sep(o);
        mln_synth_put_person(pen, o, &x->from->roles[x->role], SIDE_JUSTICE, rng);
        out_sep(o);
        if (a->place != PLACE_VIRTUAL && pen_happens(rng, pen->world->profile->person_reference)) {
            char reference[96];
            mln_synth_reference(pen, &x->from->core, true, rng, reference);
            mln_synth_put_reference(o, reference);
        }
        out_end(o);
        if (pen_happens(rng, pen->world->profile->bad_duplicate)) {
            out_again(o);
        }
    }
}

/* ── offences in their states ── */

struct offence_row {
    const struct mln_synth_affaire *affaire;
    const struct mln_synth_affaire_offence *offence;
    const char *id;
    uint32_t rank;
};

static void put_offence(struct mln_synth_pen *pen, const struct offence_row *r, const char *state,
                        const struct mln_synth_natinf *natinf, struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_AFFAIRE_INFRACTION];
    const struct mln_synth_world *w = pen->world;
    const struct mln_synth_offence *f = &r->offence->from->offences[r->offence->offence];
    if (!out_row(o)) {
        return;
    }
    out_z(o, r->id);
    out_sep(o);
    out_u(o, r->rank, 1);
    out_sep(o);
    out_z(o, state);
    out_sep(o);
    out_z(o, natinf->code);
    out_sep(o);
    out_z(o, natinf->classe);
    out_sep(o);
    if (!mln_synth_absent(w, COL_DATE_FAITS, SIDE_JUSTICE, rng)) {
        mln_synth_put_period(w, o, f->first, w->profile->incomplete_facts[SIDE_JUSTICE], rng);
    }
    out_sep(o);
    if (!mln_synth_absent(w, COL_DATE_FAITS_FIN, SIDE_JUSTICE, rng)) {
        mln_synth_put_period(w, o, f->last, w->profile->incomplete_facts[SIDE_JUSTICE], rng);
    }
    out_sep(o);
    if (!mln_synth_absent(w, COL_COMMUNE_FAITS, SIDE_JUSTICE, rng)) {
        mln_synth_put_commune(w, o, f->commune, SIDE_JUSTICE, rng);
    }
    out_sep(o);
    bool first = true;
    for (uint32_t role = 0; role < r->offence->from->n_roles; role++) {
        const uint32_t rank =
            f->authors >> role & 1U ? mln_synth_rank_of(r->affaire, r->offence->from, role) : 0;
        if (rank > 0) {
            if (!first) {
                out_c(o, ' ');
            }
            out_u(o, rank, 1);
            first = false;
        }
    }
    out_end(o);
}

static void put_offences(struct mln_synth_pen *pen, const struct mln_synth_affaire *a,
                         const char *id, struct mln_rng *rng) {
    const struct mln_synth_world *w = pen->world;
    const struct mln_synth_natinf *natinf = w->places->natinf;
    for (uint32_t i = 0; i < a->n_offences; i++) {
        const struct offence_row r = {a, &a->offences[i], id, i + 1};
        const struct mln_synth_case *c = r.offence->from;
        const struct mln_synth_qualification q = mln_synth_qualify(w, c, r.offence->offence);
        const bool here = a->state == STATE_ACTIVE;
        put_offence(pen, &r, "initiale", &natinf[q.entered], rng);
        if (here && q.requalified && mln_synth_is_oriented(w, c)) {
            put_offence(pen, &r, "requalifiee", &natinf[q.oriented], rng);
        }
        if (here && mln_synth_is_guilty(w, c)) {
            put_offence(pen, &r, "jugement", &natinf[q.judged], rng);
        }
    }
}

/* ── ties between affaires ── */

static void put_link(struct mln_synth_pen *pen, uint64_t from, uint64_t to, const char *type,
                     int32_t day, int32_t court, int32_t court_to, struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_LIEN_AFFAIRE];
    if (!out_row(o)) {
        return;
    }
    char id[16];
    mln_synth_affaire_id(pen->world->seed, from, id);
    out_z(o, id);
    out_sep(o);
    mln_synth_affaire_id(pen->world->seed, to, id);
    out_z(o, id);
    out_sep(o);
    out_z(o, type);
    out_sep(o);
    if (!mln_synth_absent(pen->world, COL_DATE_TRANSMISSION, SIDE_JUSTICE, rng)) {
        out_day(o, day);
    }
    out_sep(o);
    out_z(o, pen->world->places->courts[court]);
    out_sep(o);
    out_z(o, pen->world->places->courts[court_to]);
    out_end(o);
}

static void put_links(struct mln_synth_pen *pen, const struct mln_synth_affaire *a,
                      struct mln_rng *rng) {
    if (a->target == NULL) {
        return;
    }
    if (a->state == STATE_JOINED) {
        put_link(pen, a->slot, a->target->slot, "jonction", a->moved_on, a->court, a->target->court,
                 rng);
    } else if (a->state == STATE_SENT) {
        put_link(pen, a->slot, a->target->slot, "transmission", a->moved_on, a->court,
                 a->target->court, rng);
    } else { /* split from its target */
        put_link(pen, a->target->slot, a->slot, "disjonction", a->moved_on, a->target->court,
                 a->court, rng);
    }
}

static void put_orphan(struct mln_synth_pen *pen, const struct mln_synth_affaire *a) {
    struct mln_rng rng;
    mln_rng_init(&rng, pen->world->seed, STREAM_BAD, a->slot + MLN_SYNTH_VIRTUAL);
    struct mln_synth_out *o = &pen->out[FILE_EVENEMENT];
    if (pen_happens(&rng, pen->world->profile->bad_orphan) && out_row(o)) {
        out_z(o, "99999999999"); /* past every identifier: they have 36 bits */
        out_sep(o);
        out_u(o, a->slot, 1);
        out_z(o, ";;enregistrement;");
        out_day(o, a->registered);
        out_z(o, ";;;");
        out_end(o);
    }
}

void mln_synth_write_justice(struct mln_synth_pen *pen, const struct mln_synth_shard *shard) {
    for (size_t i = 0; i < shard->n_affaires; i++) {
        const struct mln_synth_affaire *a = &shard->affaires[shard->affaire_order[i]];
        struct mln_rng rng;
        char id[16];
        mln_synth_affaire_id(pen->world->seed, a->slot, id);
        mln_rng_init(&rng, pen->world->seed, STREAM_NOISE_JUSTICE, a->slot);
        put_affaire(pen, a, id, &rng);
        put_parquets(pen, a, id, &rng);
        mln_synth_put_ties(pen, a);
        put_persons(pen, a, id, &rng);
        put_offences(pen, a, id, &rng);
        mln_synth_put_events(pen, a);
        put_links(pen, a, &rng);
        put_orphan(pen, a);
    }
    mln_synth_put_truth(pen, shard);
}
