#include "synth/world.h"

#include <math.h>

#include "base/date.h"
#include "synth/streams.h"

static bool happens(struct mln_rng *rng, double p) {
    return mln_rng_unit(rng) < p;
}

static int32_t days(double x) {
    return x < 0 ? 0 : x > 40000 ? 40000 : (int32_t)floor(x + 0.5);
}

static int32_t exponential_days(struct mln_rng *rng, double mean) {
    return days(mean * mln_rng_exponential(rng));
}

int32_t mln_synth_lognormal_days(struct mln_rng *rng, struct mln_synth_lognormal law,
                                 double factor) {
    return days(law.median * factor * exp(law.sigma * mln_rng_normal(rng)));
}

void mln_synth_world_init(struct mln_synth_world *world, const struct mln_synth_profile *profile,
                          const struct mln_synth_places *places, uint64_t seed) {
    double month = 0;
    double weekday = 0;
    for (size_t i = 0; i < 12; i++) {
        month = fmax(month, profile->months[i]);
    }
    for (size_t i = 0; i < 7; i++) {
        weekday = fmax(weekday, profile->weekdays[i]);
    }
    *world = (struct mln_synth_world){profile, places, seed, month * weekday};
}

/* ── calendar ── */

static size_t weekday(int32_t day) { /* Monday 0; 1970-01-01 was a Thursday */
    return (size_t)(((day + 3) % 7 + 7) % 7);
}

static size_t year_index(const struct mln_synth_profile *p, int32_t day) {
    const int32_t i = mln_civil_from_day(day).year - mln_civil_from_day(p->first).year;
    return i < 0 ? 0 : (size_t)i < p->n_years ? (size_t)i : p->n_years - 1;
}

/* A day of the period: the year by its weight, the day in it by rejection on month × weekday. */
static int32_t calendar_day(const struct mln_synth_world *w, struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    double cum[MLN_SYNTH_MAX_YEARS];
    double sum = 0;
    for (size_t i = 0; i < p->n_years; i++) {
        cum[i] = sum += p->years[i];
    }
    const int32_t year = mln_civil_from_day(p->first).year +
                         (int32_t)mln_synth_pick(cum, p->n_years, mln_rng_unit(rng));
    const int32_t jan = mln_day_from_civil(year, 1, 1);
    const int32_t dec = mln_day_from_civil(year, 12, 31);
    const int32_t first = jan < p->first ? p->first : jan;
    const int32_t last = dec > p->last ? p->last : dec;
    int32_t day = first;
    for (int attempt = 0; attempt < 64; attempt++) {
        day = first + (int32_t)mln_rng_below(rng, (uint32_t)(last - first + 1));
        const int32_t month = mln_civil_from_day(day).month;
        if (mln_rng_unit(rng) * w->day_factor < p->months[month - 1] * p->weekdays[weekday(day)]) {
            break;
        }
    }
    return day;
}

/* ── groups ── */

static bool follows(const struct mln_synth_world *w, uint64_t id) {
    if (id % MLN_SYNTH_SHARD == 0 || id >= MLN_SYNTH_VIRTUAL) {
        return false;
    }
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_CHAIN, id);
    return happens(&rng, w->profile->repeat);
}

static void find_group(const struct mln_synth_world *w, struct mln_synth_core *c) {
    uint64_t start = c->id;
    while (follows(w, start)) {
        start--;
    }
    c->member = (uint32_t)((c->id - start) % MLN_SYNTH_GROUP);
    c->group = c->id - c->member;
}

struct group_draw {
    int32_t home, anchor;
    bool police;
    enum mln_synth_kind kind;
};

static void draw_group(const struct mln_synth_world *w, uint64_t group, struct group_draw *g) {
    const struct mln_synth_profile *p = w->profile;
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_GROUP, group);
    g->police = happens(&rng, p->pn_share);
    const struct mln_synth_pool *pool = &w->places->pools[g->police ? 0 : 1];
    g->home = pool->index[mln_synth_pick(pool->cum, pool->n, mln_rng_unit(&rng))];
    g->anchor = calendar_day(w, &rng);
    g->kind = happens(&rng, p->outside) ? KIND_OTHER : KIND_HOMICIDE;
}

static enum mln_synth_kind draw_kind(const struct mln_synth_profile *p, struct mln_rng *rng) {
    double cum[N_KINDS];
    double sum = 0;
    for (size_t k = 0; k < N_KINDS; k++) {
        cum[k] = sum += p->kinds[k].share;
    }
    return (enum mln_synth_kind)mln_synth_pick(cum, N_KINDS, mln_rng_unit(rng));
}

/* ── place, day and unit of one procedure ── */

static void draw_facts(const struct mln_synth_world *w, const struct group_draw *g,
                       struct mln_synth_core *c, struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    const struct mln_synth_places *places = w->places;
    c->recorded = g->anchor;
    if (c->member > 0) {
        c->recorded = g->anchor + exponential_days(rng, p->repeat_gap_days * c->member);
        if (c->recorded > p->last) {
            c->recorded = calendar_day(w, rng);
        }
    }
    c->facts_last = c->recorded - mln_synth_lognormal_days(rng, p->facts_to_recording, 1);
    c->facts_first = c->facts_last;
    if (p->kinds[c->kind].span_days > 0) {
        c->facts_first -= exponential_days(rng, p->kinds[c->kind].span_days);
    }
    c->commune = g->home;
    const double u = mln_rng_unit(rng);
    if (!happens(rng,
                 p->facts_at_home)) { /* elsewhere in the département, served by the same force */
        const int32_t first = places->departement_first[g->home];
        const uint32_t n = (uint32_t)(places->departement_end[g->home] - first);
        const int32_t other = first + (int32_t)mln_rng_below(rng, n);
        c->commune = places->communes[other].police == g->police ? other : g->home;
    }
    const struct mln_synth_commune *at = &places->communes[c->commune];
    c->unit = at->first_unit +
              (int32_t)mln_synth_pick(places->unit_cum + at->first_unit, (size_t)at->n_units, u);
    while (places->units[c->unit].successor >= 0 &&
           c->recorded >= places->units[c->unit].merged_on) {
        c->unit = places->units[c->unit].successor;
    }
    c->court = at->court;
}

/* ── outcome and registration ── */

static enum mln_synth_issue draw_issue(const struct mln_synth_kind_profile *k,
                                       struct mln_rng *rng) {
    double u = mln_rng_unit(rng);
    const double p[] = {k->prosecuted, k->composition, k->alternative, k->inopportune};
    for (size_t i = 0; i < 4; i++) {
        if (u < p[i]) {
            return (enum mln_synth_issue)i;
        }
        u -= p[i];
    }
    return ISSUE_NON_POURSUIVABLE;
}

static enum mln_synth_mode draw_mode(const struct mln_synth_world *w, enum mln_synth_kind kind,
                                     int32_t day, struct mln_rng *rng) {
    const double instruction = mln_rng_unit(rng);
    const char *word = mln_synth_choose(&w->profile->modes, mln_rng_unit(rng));
    if (instruction < w->profile->kinds[kind].instruction) {
        return MODE_INST;
    }
    enum mln_synth_mode mode = MODE_COPJ;
    for (int m = 0; m < N_MODES; m++) {
        mode = strcmp(word, mln_synth_mode_words[m]) == 0 ? (enum mln_synth_mode)m : mode;
    }
    /* comparution à délai différé exists since 2019-06-01 */
    return mode == MODE_CDIFF && day < mln_day_from_civil(2019, 6, 1) ? MODE_CPVCJ : mode;
}

static bool
quick(enum mln_synth_mode mode) { /* the author is brought before the prosecutor at once */
    return mode == MODE_CI || mode == MODE_CDIFF || mode == MODE_CPVCJ;
}

static void draw_affaire(const struct mln_synth_world *w, struct mln_synth_core *c,
                         struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    const bool virtual = c->id >= MLN_SYNTH_VIRTUAL;
    c->has_affaire = happens(rng, p->has_affaire) || virtual;
    c->author_known =
        !happens(rng, c->kind == KIND_OTHER ? p->unknown_author_outside : p->unknown_author);
    c->issue = c->author_known ? draw_issue(&p->kinds[c->kind], rng) : ISSUE_NON_POURSUIVABLE;
    c->mode = c->issue == ISSUE_POURSUITES ? draw_mode(w, c->kind, c->recorded, rng) : MODE_NONE;
    const int32_t lag = quick(c->mode) ? exponential_days(rng, p->registration_quick)
                                       : mln_synth_lognormal_days(rng, p->registration, 1);
    c->registered = c->recorded + lag;
    c->arrival = c->registered - exponential_days(rng, p->arrival_mean);
    c->arrival = c->arrival < c->recorded ? c->recorded : c->arrival;
    c->has_affaire = c->has_affaire && c->registered <= p->observation;
    const double u = mln_rng_unit(rng);
    c->sent = c->has_affaire && !virtual && u < p->sent;
    c->sent_new = happens(rng, p->sent_new_affaire);
    c->sent_court = (int32_t)mln_rng_below(rng, (uint32_t)w->places->n_courts);
    c->split = c->has_affaire && !virtual && !c->sent && u > 1 - p->split;
    c->moved_on = c->registered + exponential_days(rng, p->arrival_mean) + 1;
    c->sent = c->sent && c->sent_court != c->court && c->moved_on <= p->observation;
    c->sent_new = c->sent && c->sent_new;
    c->split = c->split && c->moved_on <= p->observation;
}

void mln_synth_core_draw(const struct mln_synth_world *w, uint64_t id, struct mln_synth_core *c) {
    *c = (struct mln_synth_core){.id = id};
    find_group(w, c);
    struct group_draw g;
    draw_group(w, c->group, &g);
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_CORE, id);
    c->police = g.police;
    c->home = g.home;
    c->kind = g.kind == KIND_OTHER ? KIND_OTHER : draw_kind(w->profile, &rng);
    draw_facts(w, &g, c, &rng);
    draw_affaire(w, c, &rng);
}

bool mln_synth_has_virtual(const struct mln_synth_world *w, uint64_t id) {
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_CHAIN, MLN_SYNTH_VIRTUAL + id);
    return happens(&rng, w->profile->no_procedure);
}

/* ── the course of an author ── */

static const char *dated(const char *code, int32_t day) {
    /* the avertissement pénal probatoire follows the rappel à la loi on 2023-01-01 */
    const bool new_law = day >= mln_day_from_civil(2023, 1, 1);
    return strcmp(code, "56") == 0 && new_law     ? "APP"
           : strcmp(code, "APP") == 0 && !new_law ? "56"
                                                  : code;
}

static const char *orientation_code(const struct mln_synth_world *w, enum mln_synth_issue issue,
                                    enum mln_synth_mode mode, bool author_known, int32_t day,
                                    double u) {
    switch (issue) {
    case ISSUE_POURSUITES: return mln_synth_mode_words[mode];
    case ISSUE_COMPOSITION: return "58";
    case ISSUE_ALTERNATIVE: return dated(mln_synth_choose(&w->profile->motifs_alternative, u), day);
    case ISSUE_INOPPORTUNITE: return mln_synth_choose(&w->profile->motifs_inopportunite, u);
    default: return author_known ? mln_synth_choose(&w->profile->motifs_non_poursuivable, u) : "71";
    }
}

static int32_t hearing_delay(const struct mln_synth_world *w, enum mln_synth_mode mode,
                             double factor, struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    if (mode == MODE_CI) {
        double u = mln_rng_unit(rng);
        for (int32_t d = 0; d < 8; d++) {
            if (u < p->ci_days[d]) {
                return d;
            }
            u -= p->ci_days[d];
        }
        return 8 + mln_synth_lognormal_days(rng, p->modes_route[mode].decision, 1);
    }
    return mln_synth_lognormal_days(rng, p->modes_route[mode].decision, factor);
}

static void draw_judgment(const struct mln_synth_world *w, struct mln_synth_verdict *v,
                          enum mln_synth_kind kind, struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    double u = mln_rng_unit(rng);
    const bool assizes = v->mode == MODE_INST && strcmp(v->settlement, "MACC") == 0;
    (void)kind;
    v->decision = "COND";
    const struct {
        const char *code;
        double p;
    } ends[] = {
        {assizes ? "ACQT" : "RELX", v->mode == MODE_CRPC || v->mode == MODE_OP ? 0 : p->acquitted},
        {"DISP", p->exempted},
        {"IRRD", p->irresponsible},
        {"EXTD", p->extinct}};
    for (size_t i = 0; i < 4; i++) {
        if (u < ends[i].p) {
            v->decision = ends[i].code;
            break;
        }
        u -= ends[i].p;
    }
    if (strcmp(v->decision, "COND") == 0) {
        v->peine = assizes ? "RECL" : mln_synth_choose(&p->peines, mln_rng_unit(rng));
    } else if (strcmp(v->decision, "DISP") == 0) {
        v->peine = "DISP";
    }
    if (v->mode != MODE_CRPC && v->mode != MODE_OP && happens(rng, p->appeal)) {
        v->appealed = v->decided + exponential_days(rng, p->appeal_days);
        v->appeal = happens(rng, p->appeal_prosecutor) ? "APMP" : "APRE";
    }
}

static void draw_prosecution(const struct mln_synth_world *w, const struct mln_synth_core *c,
                             struct mln_synth_verdict *v, double factor, struct mln_rng *rng) {
    const struct mln_synth_profile *p = w->profile;
    const int32_t start = v->reoriented < MLN_SYNTH_FOREVER ? v->reoriented : v->oriented;
    v->decided = start;
    if (v->mode == MODE_INST) {
        v->settled = start + mln_synth_lognormal_days(rng, p->settlement, factor);
        const bool crime = c->kind == KIND_HOMICIDE || c->kind == KIND_VIOL;
        v->settlement = happens(rng, p->settlement_dismissed) ? "NLIE" : crime ? "MACC" : "RENV";
        v->decided = v->settled;
        if (strcmp(v->settlement, "NLIE") == 0) {
            v->decided = MLN_SYNTH_FOREVER;
            return;
        }
    }
    v->decided += hearing_delay(w, v->mode, factor, rng);
    draw_judgment(w, v, c->kind, rng);
}

void mln_synth_verdict_draw(const struct mln_synth_world *w, const struct mln_synth_core *c,
                            unsigned author, int32_t age, struct mln_synth_verdict *v) {
    const struct mln_synth_profile *p = w->profile;
    struct mln_rng rng;
    mln_rng_init(&rng, w->seed, STREAM_VERDICT, c->id * MLN_SYNTH_PERSONS + author);
    *v = (struct mln_synth_verdict){.issue = c->issue,
                                    .mode = c->mode,
                                    .reoriented = MLN_SYNTH_FOREVER,
                                    .settled = MLN_SYNTH_FOREVER,
                                    .decided = MLN_SYNTH_FOREVER,
                                    .appealed = MLN_SYNTH_FOREVER,
                                    .settlement = "",
                                    .decision = "",
                                    .peine = "",
                                    .appeal = ""};
    if (author > 0 && c->author_known && !happens(&rng, p->same_verdict)) {
        v->issue = draw_issue(&p->kinds[c->kind], &rng);
        v->mode =
            v->issue == ISSUE_POURSUITES ? draw_mode(w, c->kind, c->recorded, &rng) : MODE_NONE;
    }
    if (v->issue == ISSUE_POURSUITES && age < (int32_t)p->minor_age) {
        v->mode = MODE_JE;
    }
    const double factor = p->duration_by_year[year_index(p, c->recorded)];
    const int32_t start = c->sent && c->moved_on > c->registered ? c->moved_on : c->registered;
    const struct mln_synth_lognormal law = v->issue == ISSUE_POURSUITES
                                               ? p->modes_route[v->mode].orientation
                                               : p->issues_route[v->issue].orientation;
    v->oriented = start + (v->mode == MODE_CI ? 0 : mln_synth_lognormal_days(&rng, law, factor));
    v->first_issue = v->issue;
    v->first_mode = v->mode;
    if (happens(&rng, p->reoriented) && !quick(v->mode) &&
        c->author_known) { /* the first orientation did not hold */
        v->first_issue = draw_issue(&p->kinds[c->kind], &rng);
        v->first_mode = v->first_issue == ISSUE_POURSUITES
                            ? draw_mode(w, c->kind, c->recorded, &rng)
                            : MODE_NONE;
        v->reoriented = v->oriented + 1 + exponential_days(&rng, p->reoriented_days);
    }
    v->first_code = orientation_code(w, v->first_issue, v->first_mode, c->author_known, v->oriented,
                                     mln_rng_unit(&rng));
    v->code = v->first_code;
    if (v->reoriented < MLN_SYNTH_FOREVER) {
        v->code = orientation_code(w, v->issue, v->mode, c->author_known, v->reoriented,
                                   mln_rng_unit(&rng));
    }
    if (v->issue == ISSUE_POURSUITES) {
        draw_prosecution(w, c, v, factor, &rng);
    }
}

struct mln_synth_known mln_synth_known_on(const struct mln_synth_verdict *v, int32_t day) {
    struct mln_synth_known k = {ISSUE_EN_COURS, MODE_NONE, MLN_SYNTH_FOREVER, MLN_SYNTH_FOREVER};
    if (v->oriented > day) {
        return k;
    }
    const bool again = v->reoriented <= day;
    k.issue = again ? v->issue : v->first_issue;
    k.mode = again ? v->mode : v->first_mode;
    k.oriented = again ? v->reoriented : v->oriented;
    if (k.issue != ISSUE_POURSUITES) {
        k.ended = k.oriented;
    } else if (again || v->reoriented == MLN_SYNTH_FOREVER) {
        const int32_t end = strcmp(v->settlement, "NLIE") == 0 ? v->settled : v->decided;
        k.ended = end <= day ? end : MLN_SYNTH_FOREVER;
    }
    return k;
}

struct mln_synth_known mln_synth_priority(const struct mln_synth_known *known, size_t n) {
    struct mln_synth_known best = {ISSUE_NONE, MODE_NONE, MLN_SYNTH_FOREVER, MLN_SYNTH_FOREVER};
    for (size_t i = 0; i < n; i++) {
        if (known[i].issue < best.issue) {
            best = known[i];
        } else if (known[i].issue == best.issue) {
            best.ended = known[i].ended > best.ended ? known[i].ended : best.ended;
            if (known[i].oriented < best.oriented) {
                best.oriented = known[i].oriented;
                best.mode = known[i].mode;
            }
        }
    }
    return best;
}
