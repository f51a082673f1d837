/* The three tables of Interior. */
#include "synth/pen.h"
#include "synth/streams.h"

enum { PHANTOM = 90000000 }; /* numbers no procedure has: for rows that must be refused */

static enum mln_synth_side side_of(const struct mln_synth_core *c) {
    return c->police ? SIDE_PN : SIDE_GN;
}

static void put_facts(struct mln_synth_pen *pen, struct mln_synth_out *o,
                      const struct mln_synth_core *c, struct mln_rng *rng) {
    const struct mln_synth_world *w = pen->world;
    const enum mln_synth_side side = side_of(c);
    const double incomplete = w->profile->incomplete_facts[side];
    if (!mln_synth_absent(w, COL_DATE_FAITS, side, rng)) {
        mln_synth_put_period(w, o, c->facts_first, incomplete, rng);
    }
    out_sep(o);
    if (!mln_synth_absent(w, COL_DATE_FAITS_FIN, side, rng)) {
        mln_synth_put_period(w, o, c->facts_last, incomplete, rng);
    }
    out_sep(o);
    if (!mln_synth_absent(w, COL_COMMUNE_FAITS, side, rng)) {
        mln_synth_put_commune(w, o, c->commune, side, rng);
    }
    out_sep(o);
}

static void put_counts(struct mln_synth_pen *pen, struct mln_synth_out *o,
                       const struct mln_synth_case *c, struct mln_rng *rng) {
    uint64_t authors = 0;
    uint64_t victims = 0;
    for (size_t i = 0; i < c->n_roles; i++) {
        victims += c->roles[i].in_procedure && c->roles[i].victim;
        authors += c->roles[i].in_procedure && !c->roles[i].victim;
    }
    authors += pen_happens(rng, pen->world->profile->declared_count_wrong);
    out_u(o, authors, 1);
    out_sep(o);
    out_u(o, victims, 1);
}

static void put_procedure(struct mln_synth_pen *pen, const struct mln_synth_case *x,
                          struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_PROCEDURE];
    const struct mln_synth_world *w = pen->world;
    const struct mln_synth_core *c = &x->core;
    if (!out_row(o)) {
        return;
    }
    mln_synth_put_key(pen, o, c);
    out_sep(o);
    out_day(o, c->recorded);
    out_sep(o);
    put_facts(pen, o, c, rng);
    int32_t sent = c->arrival - (int32_t)(w->profile->transmission_mean * mln_rng_exponential(rng));
    sent = sent < c->recorded ? c->recorded : sent;
    const bool never = !c->has_affaire && c->arrival > w->profile->observation;
    if (!never && sent <= w->profile->observation &&
        !mln_synth_absent(w, COL_DATE_TRANSMISSION, side_of(c), rng)) {
        out_day(o, sent);
    }
    out_sep(o);
    if (!mln_synth_absent(w, COL_JURIDICTION, side_of(c), rng)) {
        out_z(o, w->places->courts[c->court]);
    }
    out_sep(o);
    put_counts(pen, o, x, rng);
    out_end(o);
}

static void put_persons(struct mln_synth_pen *pen, const struct mln_synth_case *x,
                        struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_PROC_PERSONNE];
    for (size_t i = 0; i < x->n_roles; i++) {
        if (!x->roles[i].in_procedure) {
            continue;
        }
        if (!out_row(o)) {
            return;
        }
        mln_synth_put_key(pen, o, &x->core);
        out_sep(o);
        out_u(o, i + 1, 1);
        out_sep(o);
        mln_synth_put_person(pen, o, &x->roles[i], side_of(&x->core), rng);
        out_end(o);
        if (pen_happens(rng, pen->world->profile->bad_duplicate)) {
            out_again(o);
        }
    }
}

static void put_ranks(struct mln_synth_out *o, const struct mln_synth_case *x, uint32_t mask) {
    bool first = true;
    for (size_t i = 0; i < x->n_roles; i++) {
        if (mask >> i & 1U && x->roles[i].in_procedure) {
            if (!first) {
                out_c(o, ' ');
            }
            out_u(o, i + 1, 1);
            first = false;
        }
    }
}

static void put_offences(struct mln_synth_pen *pen, const struct mln_synth_case *x,
                         struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_PROC_INFRACTION];
    const struct mln_synth_world *w = pen->world;
    const enum mln_synth_side side = side_of(&x->core);
    for (size_t i = 0; i < x->n_offences; i++) {
        const struct mln_synth_offence *f = &x->offences[i];
        if (!out_row(o)) {
            return;
        }
        mln_synth_put_key(pen, o, &x->core);
        out_sep(o);
        out_u(o, i + 1, 1);
        out_sep(o);
        out_z(o, w->places->natinf[f->natinf].code);
        out_sep(o);
        out_c(o, f->attempted ? '1' : '0');
        out_sep(o);
        if (!mln_synth_absent(w, COL_DATE_FAITS, side, rng)) {
            mln_synth_put_period(w, o, f->first, w->profile->incomplete_facts[side], rng);
        }
        out_sep(o);
        if (!mln_synth_absent(w, COL_DATE_FAITS_FIN, side, rng)) {
            mln_synth_put_period(w, o, f->last, w->profile->incomplete_facts[side], rng);
        }
        out_sep(o);
        if (!mln_synth_absent(w, COL_COMMUNE_FAITS, side, rng)) {
            mln_synth_put_commune(w, o, f->commune, side, rng);
        }
        out_sep(o);
        put_ranks(o, x, f->victims);
        out_sep(o);
        put_ranks(o, x, f->authors);
        out_end(o);
    }
}

/* Rows an ingest must refuse, under keys of no procedure: the truth is not touched. */
static void put_bad(struct mln_synth_pen *pen, const struct mln_synth_case *x) {
    static const char *const dates[] = {"31/02/2021", "2021-13-05", "00/00/0000", "12/1O/2022"};
    const struct mln_synth_profile *p = pen->world->profile;
    const char *unit = pen->world->places->units[x->core.unit].code;
    const char *force = x->core.police ? "PN;" : "GN;";
    struct mln_rng rng;
    mln_rng_init(&rng, pen->world->seed, STREAM_BAD, x->core.id);
    const uint64_t number = PHANTOM + x->core.id % PHANTOM;
    struct mln_synth_out *o = &pen->out[FILE_PROCEDURE];
    if (pen_happens(&rng, p->bad_date) && out_row(o)) {
        out_z(o, force);
        out_z(o, unit);
        out_sep(o);
        out_u(o, number, 8);
        out_sep(o);
        out_u(o, (uint64_t)mln_synth_year_of(&x->core), 4);
        out_sep(o);
        out_z(o, dates[mln_rng_below(&rng, 4)]);
        out_z(o, ";;;;;;1;1");
        out_end(o);
    }
    o = &pen->out[FILE_PROC_INFRACTION];
    if (pen_happens(&rng, p->bad_orphan) && out_row(o)) {
        out_z(o, force);
        out_z(o, unit);
        out_sep(o);
        out_u(o, PHANTOM + number, 9);
        out_sep(o);
        out_u(o, (uint64_t)mln_synth_year_of(&x->core), 4);
        out_sep(o);
        out_z(o, "1;");
        out_z(o, pen->world->places->natinf[x->offences[0].natinf].code);
        out_z(o, ";0;;;;1;2");
        out_end(o);
    }
}

void mln_synth_write_interior(struct mln_synth_pen *pen, const struct mln_synth_shard *shard) {
    for (size_t i = 0; i < shard->n_cases; i++) {
        const struct mln_synth_case *x = &shard->cases[shard->order[i]];
        struct mln_rng rng;
        mln_rng_init(&rng, pen->world->seed, STREAM_NOISE_INTERIOR, x->core.id);
        put_procedure(pen, x, &rng);
        put_persons(pen, x, &rng);
        put_offences(pen, x, &rng);
        put_bad(pen, x);
    }
}
