#include "synth/affaire.h"

#include <stdlib.h>

#include "synth/streams.h"

enum mln_status mln_synth_shard_init(struct mln_synth_shard *s, struct mln_err *err) {
    *s = (struct mln_synth_shard){
        .cases = calloc(2 * MLN_SYNTH_SHARD, sizeof *s->cases),
        .affaires = calloc((size_t)MLN_SYNTH_SHARD * N_PLACES, sizeof *s->affaires),
        .main_of = calloc(MLN_SYNTH_SHARD, sizeof *s->main_of),
        .order = calloc(MLN_SYNTH_SHARD, sizeof *s->order),
        .affaire_order = calloc((size_t)MLN_SYNTH_SHARD * N_PLACES, sizeof *s->affaire_order),
    };
    if (s->cases == NULL || s->affaires == NULL || s->main_of == NULL || s->order == NULL ||
        s->affaire_order == NULL) {
        mln_synth_shard_release(s);
        return mln_err_nomem(err, "a shard of procedures");
    }
    return MLN_OK;
}

void mln_synth_shard_release(struct mln_synth_shard *s) {
    free(s->cases);
    free(s->affaires);
    free(s->main_of);
    free(s->order);
    free(s->affaire_order);
    *s = (struct mln_synth_shard){0};
}

static struct mln_synth_affaire *
add_affaire(struct mln_synth_shard *s, const struct mln_synth_case *c, enum mln_synth_place place) {
    struct mln_synth_affaire *a = &s->affaires[s->n_affaires++];
    const uint64_t id = c->core.id % MLN_SYNTH_VIRTUAL;
    *a = (struct mln_synth_affaire){.slot = id * N_PLACES + place,
                                    .place = place,
                                    .source = c,
                                    .state = STATE_ACTIVE,
                                    .arrival = c->core.arrival,
                                    .moved_on = c->core.moved_on};
    (void)mln_synth_place_of(&c->core, place, &a->court, &a->registered);
    if (place == PLACE_SENT || place == PLACE_SPLIT) {
        a->arrival = a->registered;
    }
    return a;
}

/* ── who joins whom ── */

/* The only author of a case; -1 when none or several. */
static int only_author(const struct mln_synth_case *c) {
    int found = -1;
    for (size_t i = 0; i < c->n_roles; i++) {
        if (!c->roles[i].victim) {
            if (found >= 0) {
                return -1;
            }
            found = (int)i;
        }
    }
    return found;
}

static bool may_join(const struct mln_synth_world *w, const struct mln_synth_case *c,
                     const struct mln_synth_case *host) {
    const struct mln_synth_core *a = &c->core;
    const struct mln_synth_core *h = &host->core;
    if (a->group != h->group || !a->has_affaire || !h->has_affaire || a->court != h->court ||
        a->sent || h->sent || a->split || h->split || only_author(c) < 0 || only_author(host) < 0) {
        return false;
    }
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_AFFAIRE, a->id);
    const struct mln_synth_verdict *v = &host->verdicts[only_author(host)];
    return a->registered >= h->registered &&
           a->registered - h->registered <= (int32_t)w->profile->joined_max_wait &&
           v->oriented >= a->moved_on && a->moved_on <= w->profile->observation &&
           mln_rng_unit(&rng) < w->profile->joined;
}

static void join(const struct mln_synth_world *w, struct mln_synth_shard *s, size_t i) {
    struct mln_synth_case *c = &s->cases[i];
    for (size_t back = c->core.member; back > 0; back--) {
        struct mln_synth_affaire *host = s->main_of[i - back];
        if (host == NULL || host->state != STATE_ACTIVE || !may_join(w, c, host->source)) {
            continue;
        }
        struct mln_synth_affaire *a = s->main_of[i];
        struct mln_rng rng;
        mln_rng_init(&rng, w->seed, STREAM_AFFAIRE, c->core.id + MLN_SYNTH_VIRTUAL);
        a->state = STATE_JOINED;
        a->target = host;
        if (mln_rng_unit(&rng) < w->profile->joined_carried &&
            host->n_carried < MLN_SYNTH_AFFAIRE_SOURCES) {
            host->carried[host->n_carried++] = c;
        }
        /* the author's course is that of the host */
        c->verdicts[only_author(c)] = host->source->verdicts[only_author(host->source)];
        return;
    }
}

/* ── persons and offences at Justice ── */

uint32_t mln_synth_rank_of(const struct mln_synth_affaire *a, const struct mln_synth_case *from,
                           uint32_t role) {
    for (uint32_t i = 0; i < a->n_persons; i++) {
        if (a->persons[i].from == from && a->persons[i].role == role) {
            return i + 1;
        }
    }
    /* a person carried along may stand there through her other case */
    const struct mln_synth_role *r = &from->roles[role];
    bool belongs = false;
    for (size_t i = 0; i < a->n_carried; i++) {
        belongs = belongs || a->carried[i] == from;
    }
    for (uint32_t i = 0; belongs && i < a->n_persons; i++) {
        const struct mln_synth_role *x = &a->persons[i].from->roles[a->persons[i].role];
        if (x->person.id == r->person.id && x->victim == r->victim) {
            return i + 1;
        }
    }
    return 0;
}

static int last_author(const struct mln_synth_case *c) {
    int last = -1;
    int n = 0;
    for (size_t i = 0; i < c->n_roles; i++) {
        if (!c->roles[i].victim) {
            last = (int)i;
            n++;
        }
    }
    return n > 1 ? last : -1;
}

static bool already_there(const struct mln_synth_affaire *a, const struct mln_synth_role *r) {
    for (size_t i = 0; i < a->n_persons; i++) {
        const struct mln_synth_role *x = &a->persons[i].from->roles[a->persons[i].role];
        if (x->person.id == r->person.id && x->victim == r->victim) {
            return true;
        }
    }
    return false;
}

static void add_person(struct mln_synth_affaire *a, const struct mln_synth_case *from, size_t role,
                       bool duplicate) {
    if (a->n_persons < MLN_SYNTH_AFFAIRE_PERSONS) {
        a->persons[a->n_persons++] =
            (struct mln_synth_affaire_person){from, (uint32_t)role, duplicate};
    }
}

static void add_persons(const struct mln_synth_world *w, struct mln_synth_affaire *a,
                        const struct mln_synth_case *from, struct mln_rng *rng) {
    const bool splits = from->core.split && last_author(from) >= 0;
    for (size_t i = 0; i < from->n_roles; i++) {
        const struct mln_synth_role *r = &from->roles[i];
        const bool moved = splits && (int)i == last_author(from);
        const bool here = r->victim || !splits || moved == (a->place == PLACE_SPLIT);
        const double u = mln_rng_unit(rng);
        if (!r->in_affaire || !here || (from != a->source && already_there(a, r))) {
            continue;
        }
        add_person(a, from, i, false);
        if (u < (r->victim ? w->profile->duplicate_victim : w->profile->duplicate_author)) {
            add_person(a, from, i, true);
        }
    }
}

static void add_offences(struct mln_synth_affaire *a, const struct mln_synth_case *from) {
    for (size_t i = 0; i < from->n_offences && a->n_offences < MLN_SYNTH_AFFAIRE_OFFENCES; i++) {
        a->offences[a->n_offences++] = (struct mln_synth_affaire_offence){from, (uint32_t)i};
    }
}

static void fill(const struct mln_synth_world *w, struct mln_synth_affaire *a) {
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_ORDER_JUSTICE, MLN_SYNTH_VIRTUAL + a->slot);
    add_persons(w, a, a->source, &rng);
    add_offences(a, a->source);
    for (size_t i = 0; i < a->n_carried; i++) {
        add_persons(w, a, a->carried[i], &rng);
        add_offences(a, a->carried[i]);
    }
    for (size_t i = a->n_persons; i > 1; i--) { /* ranks at Justice are not those at Interior */
        const size_t j = mln_rng_below(&rng, (uint32_t)i);
        const struct mln_synth_affaire_person held = a->persons[i - 1];
        a->persons[i - 1] = a->persons[j];
        a->persons[j] = held;
    }
    for (size_t i = a->n_offences; i > 1; i--) {
        const size_t j = mln_rng_below(&rng, (uint32_t)i);
        const struct mln_synth_affaire_offence held = a->offences[i - 1];
        a->offences[i - 1] = a->offences[j];
        a->offences[j] = held;
    }
}

/* ── the shard ── */

static void later(int32_t *day, int32_t by) {
    *day = *day == MLN_SYNTH_FOREVER ? *day : *day + by;
}

/* The author who leaves is oriented at the new affaire, once it is registered. */
static void split(struct mln_synth_shard *s, struct mln_synth_case *c,
                  struct mln_synth_affaire *main) {
    struct mln_synth_affaire *a = add_affaire(s, c, PLACE_SPLIT);
    a->target = main;
    struct mln_synth_verdict *v = &c->verdicts[last_author(c)];
    const int32_t by = a->registered > v->oriented ? a->registered - v->oriented : 0;
    int32_t *const days[] = {&v->oriented, &v->reoriented, &v->settled, &v->decided, &v->appealed};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        later(days[i], by);
    }
}

static void make_affaires(const struct mln_synth_world *w, struct mln_synth_shard *s) {
    s->n_affaires = 0;
    for (size_t i = 0; i < s->n_cases; i++) {
        struct mln_synth_case *c = &s->cases[i];
        s->main_of[i] = c->core.has_affaire ? add_affaire(s, c, PLACE_MAIN) : NULL;
        if (s->main_of[i] == NULL) {
            continue;
        }
        struct mln_synth_affaire *main = s->main_of[i];
        main->two_courts = c->core.sent && !c->core.sent_new;
        if (c->core.sent_new) {
            main->state = STATE_SENT;
            main->target = add_affaire(s, c, PLACE_SENT);
        } else if (c->core.split && last_author(c) >= 0) {
            split(s, c, main);
        }
        join(w, s, i);
    }
    for (size_t i = 0; i < s->n_virtual; i++) {
        const struct mln_synth_case *c = &s->cases[MLN_SYNTH_SHARD + i];
        if (c->core.has_affaire) {
            (void)add_affaire(s, c, PLACE_VIRTUAL);
        }
    }
    for (size_t i = 0; i < s->n_affaires; i++) {
        fill(w, &s->affaires[i]);
    }
}

static void shuffle(const struct mln_synth_world *w, enum mln_synth_stream stream, uint64_t shard,
                    uint32_t *order, size_t n) {
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, stream, shard);
    for (size_t i = 0; i < n; i++) {
        const size_t j = mln_rng_below(&rng, (uint32_t)(i + 1));
        order[i] = order[j];
        order[j] = (uint32_t)i;
    }
}

void mln_synth_shard_draw(const struct mln_synth_world *w, uint64_t n, size_t index, bool justice,
                          struct mln_synth_shard *s) {
    s->first = (uint64_t)index * MLN_SYNTH_SHARD;
    s->n_cases = n - s->first < MLN_SYNTH_SHARD ? (size_t)(n - s->first) : MLN_SYNTH_SHARD;
    s->n_virtual = 0;
    for (size_t i = 0; i < s->n_cases; i++) {
        mln_synth_case_draw(w, s->first + i, &s->cases[i]);
    }
    shuffle(w, STREAM_ORDER_INTERIOR, index, s->order, s->n_cases);
    if (!justice) {
        return;
    }
    for (size_t i = 0; i < s->n_cases; i++) {
        if (mln_synth_has_virtual(w, s->first + i)) {
            mln_synth_case_draw(w, MLN_SYNTH_VIRTUAL + s->first + i,
                                &s->cases[MLN_SYNTH_SHARD + s->n_virtual++]);
        }
    }
    make_affaires(w, s);
    shuffle(w, STREAM_ORDER_JUSTICE, index, s->affaire_order, s->n_affaires);
}
