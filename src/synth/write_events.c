/* Acts on an affaire, known on the observation date, in the order of their days. */
#include "synth/pen.h"
#include "synth/streams.h"

struct act {
    const char *type, *code, *peine;
    int32_t day;
    uint32_t author; /* rank; 0: the whole affaire */
    const char *natinf;
};

enum { MAX_ACTS = 1 + 6 * MLN_SYNTH_AFFAIRE_PERSONS };

struct acts {
    struct act list[MAX_ACTS];
    size_t n;
    int32_t observation;
};

static void add(struct acts *a, struct act act) {
    if (act.day <= a->observation && a->n < MAX_ACTS) {
        a->list[a->n++] = act;
    }
}

static void add_course(struct acts *a, const struct mln_synth_verdict *v, uint32_t author,
                       const char *natinf) {
    const bool again = v->reoriented < MLN_SYNTH_FOREVER;
    add(a, (struct act){"orientation", v->first_code, "", v->oriented, author, natinf});
    if (again) {
        add(a, (struct act){"reorientation", v->code, "", v->reoriented, author, natinf});
    }
    if (v->mode == MODE_INST) {
        const int32_t opened = again ? v->reoriented : v->oriented;
        add(a, (struct act){"transmission_instruction", "", "", opened, author, natinf});
        add(a, (struct act){"ordonnance_reglement", v->settlement, "", v->settled, author, natinf});
    }
    if (v->decided < MLN_SYNTH_FOREVER) {
        add(a, (struct act){"decision", v->decision, v->peine, v->decided, author, natinf});
    }
    if (v->appealed < MLN_SYNTH_FOREVER) {
        add(a, (struct act){"appel", v->appeal, "", v->appealed, author, natinf});
    }
}

static void sort(struct acts *a) { /* stable: acts of one day keep their order */
    for (size_t i = 1; i < a->n; i++) {
        const struct act held = a->list[i];
        size_t at = i;
        while (at > 0 && a->list[at - 1].day > held.day) {
            a->list[at] = a->list[at - 1];
            at--;
        }
        a->list[at] = held;
    }
}

static void put(struct mln_synth_pen *pen, const char *id, size_t rank, const struct act *act) {
    struct mln_synth_out *o = &pen->out[FILE_EVENEMENT];
    if (!out_row(o)) {
        return;
    }
    out_z(o, id);
    out_sep(o);
    out_u(o, rank, 1);
    out_sep(o);
    if (act->author > 0) {
        out_u(o, act->author, 1);
    }
    out_sep(o);
    out_z(o, act->type);
    out_sep(o);
    out_day(o, act->day);
    out_sep(o);
    out_z(o, act->code);
    out_sep(o);
    out_z(o, act->natinf);
    out_sep(o);
    out_z(o, act->peine);
    out_end(o);
}

void mln_synth_put_events(struct mln_synth_pen *pen, const struct mln_synth_affaire *x) {
    const struct mln_synth_profile *p = pen->world->profile;
    struct acts acts = {.observation = p->observation};
    add(&acts, (struct act){"enregistrement", "", "", x->registered, 0, ""});
    const char *natinf = pen->world->places->natinf[x->source->offences[0].natinf].code;
    const bool here = x->state == STATE_ACTIVE;
    if (here && !x->source->core.author_known) {
        add_course(&acts, &x->source->verdicts[0], 0, natinf);
    }
    for (uint32_t i = 0; here && i < x->n_persons; i++) {
        const struct mln_synth_affaire_person *q = &x->persons[i];
        if (!q->duplicate && !q->from->roles[q->role].victim) {
            add_course(&acts, &q->from->verdicts[q->role], i + 1, natinf);
        }
    }
    sort(&acts);
    char id[16];
    mln_synth_affaire_id(pen->world->seed, x->slot, id);
    struct mln_rng rng;
    mln_rng_init(&rng, pen->world->seed, STREAM_AFFAIRE, x->slot + 2 * MLN_SYNTH_VIRTUAL);
    for (size_t i = 0; i < acts.n; i++) {
        const bool recent = acts.list[i].day > p->observation - (int32_t)p->late_entry_days;
        if (i > 0 && recent && pen_happens(&rng, p->late_entry)) {
            continue; /* done, but not yet entered when the extract was taken */
        }
        put(pen, id, i + 1, &acts.list[i]);
    }
}
