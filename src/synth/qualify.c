#include "synth/qualify.h"

#include <string.h>

#include "synth/streams.h"

static bool happens(struct mln_rng *rng, double p) {
    return mln_rng_unit(rng) < p;
}

static enum mln_synth_kind kind_named(const char *word) {
    int k = 0;
    while (k < KIND_OTHER && strcmp(mln_synth_kind_words[k], word) != 0) {
        k++;
    }
    return (enum mln_synth_kind)k;
}

/* Another code of a kind. One that loses the qualifier needs a recorded link, or, where the kind
 * has none of these, stands outside partner violence. */
static int32_t code_of(const struct mln_synth_world *w, enum mln_synth_kind kind, bool loses,
                       struct mln_rng *rng) {
    const struct mln_synth_places *p = w->places;
    const struct mln_synth_codes *codes = &p->plain;
    if (kind != KIND_OTHER) {
        codes = !loses ? &p->qualified[kind] : p->linked[kind].n > 0 ? &p->linked[kind] : &p->plain;
    }
    return codes->list[mln_rng_below(rng, (uint32_t)codes->n)];
}

/* The same numbers are drawn whatever happens, so that a change of one probability moves nothing
 * else. */
static int32_t requalify(const struct mln_synth_world *w, int32_t natinf, bool may_change_kind,
                         struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    enum mln_synth_kind kind = w->places->natinf[natinf].kind;
    const bool loses = happens(rng, p->requalified_loses_qualifier);
    const bool changes = happens(rng, p->requalified_other_kind);
    const double u = mln_rng_unit(rng);
    if (may_change_kind && changes) {
        kind = kind_named(mln_synth_choose(&p->kinds[kind].requalified_to, u));
    }
    return code_of(w, kind, loses, rng);
}

struct mln_synth_qualification mln_synth_qualify(const struct mln_synth_world *w,
                                                 const struct mln_synth_case *c, size_t offence) {
    const struct mln_synth_profile *p = w->profile;
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_QUALIFY, c->core.id * MLN_SYNTH_OFFENCES + offence);
    struct mln_synth_qualification q = {.entered = c->offences[offence].natinf};
    const double u[3] = {mln_rng_unit(&rng), mln_rng_unit(&rng), mln_rng_unit(&rng)};
    if (u[0] < p->initial_other_code) {
        q.entered = requalify(w, q.entered, false, &rng);
    }
    q.requalified = u[1] < p->requalified;
    q.oriented = q.requalified ? requalify(w, q.entered, true, &rng) : q.entered;
    q.judged = u[2] < p->judged_requalified ? requalify(w, q.oriented, true, &rng) : q.oriented;
    return q;
}

bool mln_synth_is_oriented(const struct mln_synth_world *w, const struct mln_synth_case *c) {
    bool any = false;
    for (size_t i = 0; i < c->n_roles; i++) {
        any = any || (!c->roles[i].victim && c->verdicts[i].oriented <= w->profile->observation);
    }
    return any;
}

bool mln_synth_is_guilty(const struct mln_synth_world *w, const struct mln_synth_case *c) {
    bool any = false;
    for (size_t i = 0; i < c->n_roles; i++) {
        const struct mln_synth_verdict *v = &c->verdicts[i];
        any = any || (!c->roles[i].victim && v->decided <= w->profile->observation &&
                      (strcmp(v->decision, "COND") == 0 || strcmp(v->decision, "DISP") == 0));
    }
    return any;
}
