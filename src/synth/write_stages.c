/* The truth of histories: the stages a procedure passed, and who its persons are.
 *
 * A second telling of what the chain computes by counts (sql/chain/passage.sql), from the courses of
 * the authors as they were drawn. */
#include <stdlib.h>

#include "synth/pen.h"

enum stage { STAGE_NONE, ENQUETE, ORIENTATION, INSTRUCTION, JUGEMENT, APPEL, TERMINEE };
static const char *const stage_words[] = {"",         "enquete", "orientation", "instruction",
                                          "jugement", "appel",   "terminee"};

/* From `day` on the author stands in `stage`; on one day, in the order of places. */
struct step {
    int32_t day;
    int place;
    size_t author;
    enum stage stage;
};

enum { STEPS_PER_AUTHOR = 7, STEPS_MOST = STEPS_PER_AUTHOR * MLN_SYNTH_PERSONS };

struct path {
    struct step steps[STEPS_MOST];
    size_t n, n_authors;
};

static int by_day(const void *a, const void *b) {
    const struct step *x = a;
    const struct step *y = b;
    if (x->day != y->day) {
        return x->day < y->day ? -1 : 1;
    }
    return (x->place > y->place) - (x->place < y->place);
}

static enum stage after_orientation(enum mln_synth_issue issue, enum mln_synth_mode mode) {
    return issue != ISSUE_POURSUITES ? TERMINEE : mode == MODE_INST ? INSTRUCTION : JUGEMENT;
}

/* Days past the observation date, or never, are left out. */
static void add_author(struct path *p, const struct mln_synth_core *c,
                       const struct mln_synth_verdict *v, int32_t observation) {
    const bool dismissed = strcmp(v->settlement, "NLIE") == 0;
    const struct step steps[STEPS_PER_AUTHOR] = {
        {c->recorded, 0, 0, ENQUETE},
        {c->registered, 1, 0, ORIENTATION},
        {v->oriented, 2, 0, after_orientation(v->first_issue, v->first_mode)},
        {v->reoriented, 2, 0, after_orientation(v->issue, v->mode)},
        {v->settled, 3, 0, dismissed ? TERMINEE : JUGEMENT},
        {v->decided, 4, 0, TERMINEE},
        {v->appealed, 5, 0, APPEL}};
    for (size_t i = 0; i < STEPS_PER_AUTHOR; i++) {
        if (steps[i].day <= observation) {
            p->steps[p->n] = steps[i];
            p->steps[p->n++].author = p->n_authors;
        }
    }
    p->n_authors++;
}

/* Of several authors, the first of these stages that one of them is in. */
static enum stage stage_of(const enum stage *authors, size_t n) {
    static const enum stage order[] = {INSTRUCTION, JUGEMENT,    APPEL,
                                       TERMINEE,    ORIENTATION, ENQUETE};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        for (size_t i = 0; i < n; i++) {
            if (authors[i] == order[k]) {
                return order[k];
            }
        }
    }
    return STAGE_NONE;
}

static void put_stage(struct mln_synth_pen *pen, const struct mln_synth_case *c, size_t order,
                      enum stage stage, int32_t entered, int32_t left) {
    struct mln_synth_out *o = &pen->out[FILE_TRUTH_ETAPE];
    if (stage == STAGE_NONE || !out_row(o)) {
        return;
    }
    mln_synth_put_key(pen, o, &c->core);
    out_sep(o);
    out_u(o, order, 1);
    out_sep(o);
    out_z(o, stage_words[stage]);
    out_sep(o);
    out_iso(o, entered);
    out_sep(o);
    if (left < MLN_SYNTH_FOREVER) {
        out_iso(o, left);
    }
    out_end(o);
}

void mln_synth_put_stages(struct mln_synth_pen *pen, const struct mln_synth_case *c) {
    struct path p = {.n = 0};
    const int32_t observation = pen->world->profile->observation;
    for (size_t i = 0; i < c->n_roles; i++) {
        if (!c->roles[i].victim) {
            add_author(&p, &c->core, &c->verdicts[i], observation);
        }
    }
    if (p.n_authors == 0) {
        add_author(&p, &c->core, &c->verdicts[0], observation);
    }
    qsort(p.steps, p.n, sizeof *p.steps, by_day);
    enum stage authors[MLN_SYNTH_PERSONS] = {STAGE_NONE};
    enum stage now = STAGE_NONE;
    int32_t since = 0;
    size_t order = 0;
    for (size_t i = 0; i < p.n; i++) {
        authors[p.steps[i].author] = p.steps[i].stage;
        if (i + 1 < p.n && by_day(&p.steps[i], &p.steps[i + 1]) == 0) {
            continue; /* what happens together counts together */
        }
        const enum stage next = stage_of(authors, p.n_authors);
        if (next != now) {
            put_stage(pen, c, order++, now, since, p.steps[i].day);
            now = next;
            since = p.steps[i].day;
        }
    }
    put_stage(pen, c, order, now, since, MLN_SYNTH_FOREVER);
}

void mln_synth_put_persons(struct mln_synth_pen *pen, const struct mln_synth_case *c) {
    struct mln_synth_out *o = &pen->out[FILE_TRUTH_IDENTITE];
    for (size_t r = 0; r < c->n_roles; r++) {
        if (!c->roles[r].in_procedure || c->roles[r].person.legal || !out_row(o)) {
            continue;
        }
        mln_synth_put_key(pen, o, &c->core);
        out_sep(o);
        out_u(o, r + 1, 1);
        out_sep(o);
        out_z(o, c->roles[r].victim ? "victime" : "mis_en_cause");
        out_sep(o);
        out_u(o, c->roles[r].person.id, 1);
        out_end(o);
    }
}
