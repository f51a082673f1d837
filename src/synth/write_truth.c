/* The truth: links at the three levels, outcomes as they were on the observation date. */
#include "synth/pen.h"
#include "synth/qualify.h"

static void put_link(struct mln_synth_pen *pen, enum mln_synth_file file,
                     const struct mln_synth_case *c, size_t rank, const char *id,
                     size_t rank_there) {
    struct mln_synth_out *o = &pen->out[file];
    if (!out_row(o)) {
        return;
    }
    mln_synth_put_key(pen, o, &c->core);
    out_sep(o);
    if (rank > 0) {
        out_u(o, rank, 1);
        out_sep(o);
    }
    out_z(o, id);
    if (rank > 0) {
        out_sep(o);
        out_u(o, rank_there, 1);
    }
    out_end(o);
}

static bool carries(const struct mln_synth_affaire *a, const struct mln_synth_case *c) {
    for (size_t i = 0; i < a->n_carried; i++) {
        if (a->carried[i] == c) {
            return true;
        }
    }
    return false;
}

static void put_affaire(struct mln_synth_pen *pen, const struct mln_synth_case *c,
                        const struct mln_synth_affaire *a) {
    char id[16];
    mln_synth_affaire_id(pen->world->seed, a->slot, id);
    put_link(pen, FILE_TRUTH_PROCEDURE, c, 0, id, 0);
    const bool carried = carries(a, c);
    for (size_t r = 0; r < c->n_roles; r++) {
        for (size_t i = 0; c->roles[r].in_procedure && i < a->n_persons; i++) {
            const struct mln_synth_affaire_person *q = &a->persons[i];
            const struct mln_synth_role *x = &q->from->roles[q->role];
            if ((q->from == c && q->role == r) ||
                (carried && x->person.id == c->roles[r].person.id &&
                 x->victim == c->roles[r].victim)) {
                put_link(pen, FILE_TRUTH_PERSONNE, c, r + 1, id, i + 1);
            }
        }
    }
    for (size_t i = 0; i < a->n_offences; i++) {
        if (a->offences[i].from == c) {
            put_link(pen, FILE_TRUTH_INFRACTION, c, a->offences[i].offence + 1, id, i + 1);
        }
    }
}

static struct mln_synth_known outcome(const struct mln_synth_pen *pen,
                                      const struct mln_synth_case *c) {
    struct mln_synth_known known[MLN_SYNTH_PERSONS];
    size_t n = 0;
    for (size_t i = 0; i < c->n_roles; i++) {
        if (!c->roles[i].victim) {
            known[n++] = mln_synth_known_on(&c->verdicts[i], pen->world->profile->observation);
        }
    }
    if (n == 0) {
        known[n++] = mln_synth_known_on(&c->verdicts[0], pen->world->profile->observation);
    }
    return mln_synth_priority(known, n);
}

/* The gravest offence that the victim suffered, by kind, then by place in the list; n_offences:
 * none. */
static size_t gravest(const struct mln_synth_pen *pen, const struct mln_synth_case *c,
                      size_t role) {
    const struct mln_synth_natinf *natinf = pen->world->places->natinf;
    size_t found = c->n_offences;
    for (size_t i = 0; i < c->n_offences; i++) {
        const struct mln_synth_offence *o = &c->offences[i];
        if (!(o->victims >> role & 1U)) {
            continue;
        }
        const struct mln_synth_offence *f = found == c->n_offences ? NULL : &c->offences[found];
        if (f == NULL || o->kind < f->kind ||
            (o->kind == f->kind && natinf[o->natinf].place < natinf[f->natinf].place)) {
            found = i;
        }
    }
    return found;
}

/* Whether the offences of a case are followed to the end: where its affaire went, they went too. */
static bool followed(const struct mln_synth_affaire *main, const struct mln_synth_case *c) {
    return main->state != STATE_JOINED || carries(main->target, c);
}

/* natinf, natinf_orientation, natinf_jugement of her main offence. */
static void put_codes(struct mln_synth_pen *pen, const struct mln_synth_case *c, size_t offence,
                      const struct mln_synth_affaire *main, bool oriented) {
    const struct mln_synth_world *w = pen->world;
    const struct mln_synth_natinf *natinf = w->places->natinf;
    struct mln_synth_out *o = &pen->out[FILE_TRUTH_VICTIME];
    const bool known = offence < c->n_offences && main != NULL;
    out_sep(o);
    if (offence < c->n_offences) {
        out_z(o, natinf[c->offences[offence].natinf].code);
    }
    const struct mln_synth_qualification q =
        known ? mln_synth_qualify(w, c, offence) : (struct mln_synth_qualification){0};
    const bool here = known && followed(main, c);
    out_sep(o);
    if (known && oriented) {
        out_z(o, natinf[here && mln_synth_is_oriented(w, c) ? q.oriented : q.entered].code);
    }
    out_sep(o);
    if (here && mln_synth_is_guilty(w, c)) {
        out_z(o, natinf[q.judged].code);
    }
}

static void put_victim(struct mln_synth_pen *pen, const struct mln_synth_case *c, size_t role,
                       const struct mln_synth_affaire *main) {
    const struct mln_synth_role *r = &c->roles[role];
    const int32_t age = mln_years_between(r->person.born, c->core.facts_first);
    const size_t offence = gravest(pen, c, role);
    const enum mln_synth_kind kind =
        offence < c->n_offences ? c->offences[offence].kind : KIND_OTHER;
    const bool affaire = main != NULL;
    const bool field = r->partner && kind != KIND_OTHER && age >= 15;
    const struct mln_synth_known k = outcome(pen, c);
    struct mln_synth_out *o = &pen->out[FILE_TRUTH_VICTIME];
    if (!out_row(o)) {
        return;
    }
    mln_synth_put_key(pen, o, &c->core);
    out_sep(o);
    out_u(o, role + 1, 1);
    out_sep(o);
    if (kind != KIND_OTHER) {
        out_z(o, mln_synth_kind_words[kind]);
    }
    out_sep(o);
    out_c(o, field ? '1' : '0');
    out_sep(o);
    out_u(o, (uint64_t)(age < 0 ? 0 : age), 1);
    out_sep(o);
    if (affaire) {
        out_z(o, mln_synth_issue_words[k.issue]);
    }
    out_sep(o);
    if (affaire && k.mode < N_MODES) {
        out_z(o, mln_synth_mode_words[k.mode]);
    }
    out_sep(o);
    const bool ended = affaire && k.ended < MLN_SYNTH_FOREVER;
    if (ended) {
        out_iso(o, k.ended);
    }
    out_sep(o);
    if (ended) {
        out_u(o, (uint64_t)(k.ended - c->core.recorded), 1);
    }
    out_sep(o);
    out_z(o, pen->world->places->communes[c->core.commune].code);
    put_codes(pen, c, offence, main, k.issue != ISSUE_EN_COURS);
    out_end(o);
}

/* Affaires are found again by source; those that are not `main_of` follow it in the list. */
static void put_case(struct mln_synth_pen *pen, const struct mln_synth_shard *s, size_t i) {
    const struct mln_synth_case *c = &s->cases[i];
    const struct mln_synth_affaire *main = s->main_of[i];
    if (main != NULL) {
        put_affaire(pen, c, main);
        const struct mln_synth_affaire *next = main + 1;
        if (next < s->affaires + s->n_affaires && next->source == c) {
            put_affaire(pen, c, next);
        }
        mln_synth_put_stages(pen, c);
        if (main->state == STATE_JOINED && carries(main->target, c)) {
            put_affaire(pen, c, main->target);
        }
    }
    mln_synth_put_persons(pen, c);
    for (size_t r = 0; r < c->n_roles; r++) {
        if (c->roles[r].victim && !c->roles[r].person.legal) {
            put_victim(pen, c, r, main);
        }
    }
}

void mln_synth_put_truth(struct mln_synth_pen *pen, const struct mln_synth_shard *shard) {
    for (size_t i = 0; i < shard->n_cases; i++) {
        put_case(pen, shard, shard->order[i]);
    }
}
