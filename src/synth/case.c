/* Persons and offences of a procedure. */
#include <math.h>

#include "base/date.h"
#include "synth/streams.h"
#include "synth/world.h"

static bool happens(struct mln_rng *rng, double p) {
    return mln_rng_unit(rng) < p;
}

static int poisson(struct mln_rng *rng, double mean) {
    double left = exp(-mean);
    double u = mln_rng_unit(rng);
    int n = 0;
    while (u > left && n < 15) {
        u -= left;
        n++;
        left *= mean / n;
    }
    return n;
}

/* ── persons ── */

struct couple { /* ages at the first facts of the group */
    double victim_age, author_age;
    bool victim_woman, author_woman;
    bool first_of_january;
};

static void draw_couple(const struct mln_synth_world *w, uint64_t group, struct couple *out) {
    const struct mln_synth_profile *p = w->profile;
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_PERSON, group * (N_SLOTS + 1) + N_SLOTS);
    out->victim_woman = happens(&rng, p->victim_female);
    out->author_woman = happens(&rng, p->opposite_sex) ? !out->victim_woman : out->victim_woman;
    out->victim_age = p->age_shift + p->age_median * exp(p->age_sigma * mln_rng_normal(&rng));
    if (happens(&rng, p->under_15)) {
        out->victim_age = 12 + 3 * mln_rng_unit(&rng);
    } else if (out->victim_age < 15) {
        out->victim_age = 15 + 2 * mln_rng_unit(&rng);
    }
    /* the gap is that of men over women; reversed in couples where she is the author */
    const double gap = p->author_gap_mean + p->author_gap_sd * mln_rng_normal(&rng);
    out->author_age = out->victim_age + (out->author_woman && !out->victim_woman ? -gap : gap);
    out->victim_age = fmin(out->victim_age, 98);
    out->author_age = fmin(fmax(out->author_age, 15), 98);
}

static double age_of(const struct mln_synth_world *w, const struct mln_synth_core *core,
                     unsigned slot, struct mln_rng *rng, bool *woman) {
    struct couple couple;
    draw_couple(w, core->group, &couple);
    switch (slot) {
    case SLOT_VICTIM: *woman = couple.victim_woman; return couple.victim_age;
    case SLOT_AUTHOR: *woman = couple.author_woman; return couple.author_age;
    case SLOT_CHILD: *woman = happens(rng, 0.5); return 17.99 * mln_rng_unit(rng);
    case SLOT_VICTIM_TWO:
        *woman = couple.victim_woman;
        return fmax(couple.victim_age + w->profile->author_gap_sd * mln_rng_normal(rng), 15);
    default:
        *woman = slot < SLOT_OTHER_AUTHOR ? couple.victim_woman
                                          : happens(rng, 1 - w->profile->victim_female);
        return fmin(
            fmax(w->profile->age_shift +
                     w->profile->age_median * exp(w->profile->age_sigma * mln_rng_normal(rng)),
                 15),
            98);
    }
}

static void draw_origin(const struct mln_synth_world *w, const struct mln_synth_core *core,
                        struct mln_rng *rng, struct mln_synth_person *out) {
    const struct mln_synth_profile *p = w->profile;
    const struct mln_synth_places *places = w->places;
    out->french = happens(rng, p->french);
    const char *foreign = mln_synth_choose(&p->nationalites, mln_rng_unit(rng));
    out->nationality = out->french ? "99100" : foreign;
    const bool abroad = !out->french || happens(rng, p->born_abroad_french);
    out->birth_country = abroad ? foreign : "99100";
    const double u = mln_rng_unit(rng);
    const bool near = happens(rng, p->born_same_departement);
    out->birth_commune = MLN_SYNTH_NO_INDEX;
    if (!abroad) {
        const int32_t first = near ? places->departement_first[core->home] : 0;
        const int32_t end =
            near ? places->departement_end[core->home] : (int32_t)places->n_communes;
        const double before = first == 0 ? 0 : places->people_cum[first - 1];
        const double wanted = before + u * (places->people_cum[end - 1] - before);
        out->birth_commune =
            (int32_t)mln_synth_pick(places->people_cum, places->n_communes,
                                    wanted / places->people_cum[places->n_communes - 1]);
    }
}

void mln_synth_person_draw(const struct mln_synth_world *w, const struct mln_synth_core *core,
                           unsigned slot, struct mln_synth_person *out) {
    const struct mln_synth_profile *p = w->profile;
    *out = (struct mln_synth_person){.id = core->group * N_SLOTS + slot};
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_PERSON, core->group * (N_SLOTS + 1) + slot);
    const double age = age_of(w, core, slot, &rng, &out->woman);
    /* the age is that on the first facts of the group, which the first core knows */
    struct mln_synth_core first = *core;
    if (core->member > 0) {
        mln_synth_core_draw(w, core->group, &first);
    }
    out->born = first.facts_last - (int32_t)floor(age * 365.2425);
    const bool january = happens(&rng, p->first_of_january);
    draw_origin(w, core, &rng, out);
    if (january && !out->french) { /* civil status known by the year only */
        out->born = mln_day_from_civil(mln_civil_from_day(out->born).year, 1, 1);
    }
    if (happens(&rng, p->namesake)) { /* one of few days: shared with many */
        out->born -= out->born % (int32_t)p->namesake_days;
    }
    const double legal = slot == SLOT_VICTIM && core->kind == KIND_OTHER    ? p->legal_victim
                         : slot >= SLOT_OTHER_AUTHOR && slot < SLOT_JUSTICE ? p->legal_author
                                                                            : 0;
    out->legal = happens(&rng, legal);
    out->residence = core->home;
    out->pcs = mln_synth_choose(&p->pcs, mln_rng_unit(&rng));
    out->situation = mln_synth_choose(&p->situations, mln_rng_unit(&rng));
    out->children = age < 16 ? 0 : poisson(&rng, p->children_mean);
    out->siblings = poisson(&rng, p->siblings_mean);
    out->rank_among_siblings = 1 + (int)mln_rng_below(&rng, (uint32_t)out->siblings + 1);
}

/* ── roles ── */

static struct mln_synth_role *add_role(const struct mln_synth_world *w, struct mln_synth_case *c,
                                       bool victim, unsigned slot, bool partner, double u) {
    struct mln_synth_role *r = &c->roles[c->n_roles++];
    mln_synth_person_draw(w, &c->core, slot, &r->person);
    r->victim = victim;
    r->partner = partner;
    r->in_procedure = r->in_affaire = true;
    r->relation = "";
    if (victim) {
        r->relation = mln_synth_choose(
            partner ? &w->profile->liens_partenaire : &w->profile->liens_autres, u);
    }
    return r;
}

static void draw_roles(const struct mln_synth_world *w, struct mln_synth_case *c, bool *crossed,
                       struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    const unsigned m = c->core.member;
    const bool partner = c->core.kind != KIND_OTHER;
    const bool known = c->core.author_known;
    const bool other = happens(rng, p->repeat_other_victim) && m > 0;
    const double u[4] = {mln_rng_unit(rng), mln_rng_unit(rng), mln_rng_unit(rng),
                         mln_rng_unit(rng)};
    *crossed = happens(rng, p->crossed) && known && partner;
    const unsigned victim = other ? SLOT_OTHER_VICTIM + m : SLOT_VICTIM;
    (void)add_role(w, c, true, victim, partner, u[0]);
    if (*crossed) {
        (void)add_role(w, c, true, SLOT_AUTHOR, partner, u[1]);
    } else if (happens(rng, p->second_partner_victim)) {
        (void)add_role(w, c, true, SLOT_VICTIM_TWO, partner, u[1]);
    }
    if (happens(rng, p->other_victim)) {
        const bool child = happens(rng, p->child_share);
        struct mln_synth_role *r =
            add_role(w, c, true, child ? SLOT_CHILD : SLOT_VICTIM_TWO, false, u[2]);
        r->relation = child ? "ENFA" : r->relation;
    }
    if (!known) {
        return;
    }
    (void)add_role(w, c, false, SLOT_AUTHOR, partner, 0);
    if (*crossed) {
        (void)add_role(w, c, false, victim, partner, 0);
    } else if (happens(rng, p->second_author)) {
        (void)add_role(w, c, false, SLOT_OTHER_AUTHOR + m, false, 0);
    } else if (happens(rng,
                       p->justice_only_author)) { /* last, so that ranks at Interior have no hole */
        add_role(w, c, false, SLOT_JUSTICE + m, false, 0)->in_procedure = false;
    }
}

/* ── offences ── */

static int32_t choose_natinf(const struct mln_synth_world *w, enum mln_synth_kind kind,
                             struct mln_rng *rng) {
    const struct mln_synth_places *pl = w->places;
    const bool qualified = happens(rng, w->profile->kinds[kind].qualified);
    const struct mln_synth_codes *codes = &pl->plain;
    if (kind == KIND_OTHER) {
        codes = happens(rng, w->profile->outside_linked_codes) ? &pl->linked_all : &pl->plain;
    } else {
        codes = qualified || pl->linked[kind].n == 0 ? &pl->qualified[kind] : &pl->linked[kind];
    }
    return codes->list[mln_rng_below(rng, (uint32_t)codes->n)];
}

static void add_offence(const struct mln_synth_world *w, struct mln_synth_case *c,
                        enum mln_synth_kind kind, uint32_t victims, uint32_t authors,
                        struct mln_rng *rng) {
    struct mln_synth_offence *o = &c->offences[c->n_offences++];
    *o = (struct mln_synth_offence){.kind = kind,
                                    .first = c->core.facts_first,
                                    .last = c->core.facts_last,
                                    .commune = c->core.commune,
                                    .victims = victims,
                                    .authors = authors};
    o->natinf = choose_natinf(w, kind, rng);
    o->attempted = happens(rng, w->profile->kinds[kind].attempted);
}

static void draw_offences(const struct mln_synth_world *w, struct mln_synth_case *c, bool crossed,
                          struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    uint32_t victims = 0;
    uint32_t authors = 0;
    for (size_t i = 0; i < c->n_roles; i++) {
        const struct mln_synth_role *r = &c->roles[i];
        victims |= r->victim && (r->partner || c->core.kind == KIND_OTHER) ? 1U << i : 0;
        authors |= !r->victim ? 1U << i : 0; /* one known to Justice only included */
    }
    const uint32_t all = victims;
    if (crossed) { /* victim 1 by author 1; victim 2, who is author 1, by author 2, who is victim 1
                    */
        const size_t first_author = c->n_roles - 2;
        add_offence(w, c, c->core.kind, 1U, 1U << first_author, rng);
        add_offence(w, c, c->core.kind, 2U, 1U << (first_author + 1), rng);
    } else {
        add_offence(w, c, c->core.kind, victims, authors, rng);
    }
    for (size_t i = 0; i < c->n_roles;
         i++) { /* a child or third person: an offence outside the field */
        if (c->roles[i].victim && !(all >> i & 1U)) {
            add_offence(w, c, KIND_OTHER, 1U << i, authors, rng);
        }
    }
    if (happens(rng, p->second_offence) &&
        c->n_offences < MLN_SYNTH_OFFENCES) { /* never graver than the first */
        const uint32_t lesser = N_KINDS - (uint32_t)c->core.kind;
        const enum mln_synth_kind second =
            lesser == 0
                ? KIND_OTHER
                : (enum mln_synth_kind)((uint32_t)c->core.kind + mln_rng_below(rng, lesser));
        add_offence(w, c, second, 1U, crossed ? 1U << (c->n_roles - 2) : authors, rng);
    }
}

void mln_synth_case_draw(const struct mln_synth_world *w, uint64_t id, struct mln_synth_case *c) {
    c->n_roles = c->n_offences = 0;
    mln_synth_core_draw(w, id, &c->core);
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_CASE, id);
    bool crossed = false;
    draw_roles(w, c, &crossed, &rng);
    draw_offences(w, c, crossed, &rng);
    for (size_t i = 1; i < c->n_roles; i++) {
        c->roles[i].in_affaire =
            !c->roles[i].victim || !happens(&rng, w->profile->justice_missing_victim);
    }
    c->petit_x = !c->core.author_known && happens(&rng, w->profile->petit_x);
    unsigned author = 0;
    for (size_t i = 0; i < c->n_roles; i++) {
        struct mln_synth_role *r = &c->roles[i];
        if (!r->victim) {
            const int32_t age = mln_years_between(r->person.born, c->core.facts_last);
            mln_synth_verdict_draw(w, &c->core, author++, age, &c->verdicts[i]);
        }
    }
    if (author == 0) {
        mln_synth_verdict_draw(w, &c->core, 0, 99, &c->verdicts[0]);
    }
}
