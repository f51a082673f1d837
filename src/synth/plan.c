#include "synth/plan.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/thread.h"
#include "synth/streams.h"

/* Something to number: sorted by (where, when, tie), then counted along each (where, year). */
struct item {
    uint32_t where; /* unit or court */
    int32_t day;
    uint32_t tie;  /* order within the day, not that of the procedures */
    uint32_t slot; /* place of the answer */
};

struct making {
    const struct mln_synth_world *world;
    struct mln_synth_plan *plan;
    struct item *procedures; /* [n] */
    struct item *affaires;   /* [n × N_PLACES]; where == UINT32_MAX: none */
};

bool mln_synth_place_of(const struct mln_synth_core *c, enum mln_synth_place place, int32_t *court,
                        int32_t *day) {
    const bool virtual = c->id >= MLN_SYNTH_VIRTUAL;
    *court = place == PLACE_SENT ? c->sent_court : c->court;
    *day = place == PLACE_SENT || place == PLACE_SPLIT ? c->moved_on : c->registered;
    return c->has_affaire && (place == PLACE_MAIN    ? !virtual
                              : place == PLACE_SENT  ? c->sent
                              : place == PLACE_SPLIT ? c->split
                                                     : virtual);
}

static uint32_t mix(uint64_t x) {
    x = (x ^ x >> 31) * 0x7fb5d329728ea185U;
    x = (x ^ x >> 27) * 0x81dadef4bc2dd44dU;
    return (uint32_t)(x >> 32);
}

static void plan_one(struct making *m, uint64_t id) {
    struct mln_synth_core c;
    mln_synth_core_draw(m->world, id, &c);
    m->procedures[id] =
        (struct item){(uint32_t)c.unit, c.recorded, mix(m->world->seed ^ id), (uint32_t)id};
    for (uint32_t place = 0; place < N_PLACES; place++) {
        if (place == PLACE_VIRTUAL) {
            if (!mln_synth_has_virtual(m->world, id)) {
                m->affaires[id * N_PLACES + place].where = UINT32_MAX;
                break;
            }
            mln_synth_core_draw(m->world, MLN_SYNTH_VIRTUAL + id, &c);
        }
        int32_t court = 0;
        int32_t day = 0;
        const uint32_t slot = (uint32_t)(id * N_PLACES + place);
        const bool there = mln_synth_place_of(&c, (enum mln_synth_place)place, &court, &day);
        m->affaires[slot] = (struct item){there ? (uint32_t)court : UINT32_MAX, day,
                                          mix(m->world->seed + slot), slot};
    }
}

static enum mln_status plan_shard(void *ctx, size_t shard, struct mln_err *err) {
    struct making *m = ctx;
    const uint64_t first = (uint64_t)shard * MLN_SYNTH_SHARD;
    for (uint64_t id = first; id < first + MLN_SYNTH_SHARD && id < m->plan->n; id++) {
        plan_one(m, id);
    }
    return mln_check_interrupt(err);
}

static int by_place(const void *a, const void *b) {
    const struct item *x = a;
    const struct item *y = b;
    if (x->where != y->where) {
        return x->where < y->where ? -1 : 1;
    }
    if (x->day != y->day) {
        return x->day < y->day ? -1 : 1;
    }
    if (x->tie != y->tie) {
        return x->tie < y->tie ? -1 : 1;
    }
    return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Numbers restart each year in each place; between two of ours, others were used. */
static void number(const struct mln_synth_world *w, enum mln_synth_stream stream,
                   const struct item *items, size_t n, double scale, uint32_t *out) {
    const struct mln_synth_profile *p = w->profile;
    uint32_t last = 0;
    int32_t year = 0;
    for (size_t i = 0; i < n; i++) {
        const int32_t y = mln_civil_from_day(items[i].day).year;
        if (i == 0 || items[i].where != items[i - 1].where || y != year) {
            last = 0;
            year = y;
        }
        const double step = stream == STREAM_NUMBER_PARQUET           ? p->parquet_number_gap
                            : w->places->units[items[i].where].police ? p->pn_number_gap
                                                                      : p->gn_number_gap;
        const double gap = step * scale < 1 ? 1 : step * scale;
        struct mln_rng rng;
        mln_rng_init(&rng, w->seed, stream, items[i].slot);
        last += 1 + (uint32_t)((gap - 1) * mln_rng_exponential(&rng));
        out[items[i].slot] = last;
    }
}

static enum mln_status make(struct making *m, size_t n_threads, struct mln_err *err) {
    const uint64_t n = m->plan->n;
    const double scale = m->world->profile->gap_procedures / (double)n;
    MLN_TRY(mln_parallel(n_threads, (size_t)((n + MLN_SYNTH_SHARD - 1) / MLN_SYNTH_SHARD),
                         plan_shard, m, err));
    qsort(m->procedures, n, sizeof *m->procedures, by_place);
    number(m->world, STREAM_NUMBER_PV, m->procedures, n, scale, m->plan->numero);
    size_t there = 0;
    for (size_t i = 0; i < n * N_PLACES; i++) {
        if (m->affaires[i].where != UINT32_MAX) {
            m->affaires[there++] = m->affaires[i];
        }
    }
    qsort(m->affaires, there, sizeof *m->affaires, by_place);
    number(m->world, STREAM_NUMBER_PARQUET, m->affaires, there, scale, m->plan->sequence);
    return MLN_OK;
}

enum mln_status mln_synth_plan_make(const struct mln_synth_world *world, uint64_t n,
                                    size_t n_threads, struct mln_synth_plan *out,
                                    struct mln_err *err) {
    *out = (struct mln_synth_plan){.n = n};
    struct making m = {world, out, malloc(n * sizeof *m.procedures),
                       malloc(n * N_PLACES * sizeof *m.affaires)};
    out->numero = calloc(n, sizeof *out->numero);
    out->sequence = calloc(n * N_PLACES, sizeof *out->sequence);
    enum mln_status status = MLN_OK;
    if (m.procedures == NULL || m.affaires == NULL || out->numero == NULL ||
        out->sequence == NULL) {
        status = mln_err_nomem(err, "the plan of numbers");
    } else {
        status = make(&m, n_threads, err);
    }
    free(m.procedures);
    free(m.affaires);
    if (status != MLN_OK) {
        mln_synth_plan_release(out);
    }
    return status;
}

void mln_synth_plan_release(struct mln_synth_plan *plan) {
    free(plan->numero);
    free(plan->sequence);
    *plan = (struct mln_synth_plan){0};
}
