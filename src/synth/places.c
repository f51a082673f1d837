#include "synth/places.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "assets/assets.h"
#include "base/date.h"
#include "synth/streams.h"

/* ── nomenclatures: header line, no quotes, ',' ── */

enum { MAX_CELLS = 12 };

struct lines {
    struct mln_str text;
    size_t at;
};

static bool next_line(struct lines *lines, struct mln_str cells[MAX_CELLS], size_t *n) {
    if (lines->at >= lines->text.n) {
        return false;
    }
    const char *p = lines->text.p + lines->at;
    const char *end = memchr(p, '\n', lines->text.n - lines->at);
    end = end == NULL ? lines->text.p + lines->text.n : end;
    lines->at += (size_t)(end - p) + 1;
    *n = 0;
    while (*n < MAX_CELLS) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma == NULL ? end : comma;
        cells[(*n)++] = (struct mln_str){p, (size_t)(stop - p)};
        if (comma == NULL) {
            break;
        }
        p = comma + 1;
    }
    return true;
}

static enum mln_status open_table(const char *name, struct lines *lines, struct mln_err *err) {
    const struct mln_asset *asset = mln_asset_find(name);
    if (asset == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "%s does not travel in the program", name);
    }
    struct mln_str cells[MAX_CELLS];
    size_t n = 0;
    *lines = (struct lines){asset->text, 0};
    (void)next_line(lines, cells, &n);
    return MLN_OK;
}

static size_t count_lines(struct mln_str text) {
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        n += text.p[i] == '\n';
    }
    return n;
}

static void copy(char *out, size_t cap, struct mln_str s) {
    const size_t n = s.n < cap - 1 ? s.n : cap - 1;
    memcpy(out, s.p, n);
    out[n] = '\0';
}

static double number(struct mln_str s) {
    double value = 0;
    for (size_t i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
        value = value * 10 + (s.p[i] - '0');
    }
    return value;
}

/* ── courts and districts ── */

struct district {
    char code[8];
    int32_t court;
};

struct loading {
    struct district *districts;
    size_t n_districts;
    double *people; /* of communes */
};

static enum mln_status load_courts(struct mln_synth_places *p, struct loading *load,
                                   struct mln_err *err) {
    struct lines lines;
    MLN_TRY(open_table("nomenclatures/juridictions.csv", &lines, err));
    const size_t cap = count_lines(lines.text);
    p->courts = mln_arena_alloc(&p->arena, cap, sizeof *p->courts);
    load->districts = mln_arena_alloc(&p->arena, lines.text.n / 3, sizeof *load->districts);
    if (p->courts == NULL || load->districts == NULL) {
        return mln_err_nomem(err, "courts");
    }
    struct mln_str cells[MAX_CELLS];
    size_t n = 0;
    while (next_line(&lines, cells, &n)) {
        struct mln_str resort = cells[4];
        while (resort.n > 0) {
            const char *blank = memchr(resort.p, ' ', resort.n);
            const size_t len = blank == NULL ? resort.n : (size_t)(blank - resort.p);
            struct district *d = &load->districts[load->n_districts++];
            copy(d->code, sizeof d->code, (struct mln_str){resort.p, len});
            d->court = (int32_t)p->n_courts;
            resort.p += len + (blank != NULL);
            resort.n -= len + (blank != NULL);
        }
        copy(p->courts[p->n_courts++], sizeof *p->courts, cells[0]);
    }
    return MLN_OK;
}

static int32_t court_of(const struct loading *load, struct mln_str district) {
    for (size_t i = 0; i < load->n_districts; i++) {
        if (mln_str_is(district, load->districts[i].code)) {
            return load->districts[i].court;
        }
    }
    return MLN_SYNTH_NO_INDEX;
}

/* ── communes ── */

static enum mln_status load_present(struct mln_synth_places *p, struct loading *load,
                                    const struct mln_synth_profile *profile, struct mln_err *err) {
    struct lines lines;
    MLN_TRY(open_table("nomenclatures/communes.csv", &lines, err));
    const size_t cap = count_lines(lines.text);
    p->communes = MLN_ARENA_NEW(&p->arena, struct mln_synth_commune, cap);
    p->people_cum = MLN_ARENA_NEW(&p->arena, double, cap);
    p->departement_first = MLN_ARENA_NEW(&p->arena, int32_t, cap);
    p->departement_end = MLN_ARENA_NEW(&p->arena, int32_t, cap);
    load->people = MLN_ARENA_NEW(&p->arena, double, cap);
    if (p->communes == NULL || p->people_cum == NULL || p->departement_first == NULL ||
        p->departement_end == NULL || load->people == NULL) {
        return mln_err_nomem(err, "communes");
    }
    struct mln_str cells[MAX_CELLS];
    size_t n = 0;
    double sum = 0;
    while (next_line(&lines, cells, &n)) {
        const double people = number(cells[6]);
        const int32_t court = n > 7 ? court_of(load, cells[7]) : MLN_SYNTH_NO_INDEX;
        if (!mln_str_is(cells[4], "actuelle") || people <= 0 || court < 0) {
            continue;
        }
        struct mln_synth_commune *c = &p->communes[p->n_communes];
        copy(c->code, sizeof c->code, cells[0]);
        copy(c->departement, sizeof c->departement, cells[2]);
        c->court = court;
        c->police = people >= profile->pn_min_population;
        load->people[p->n_communes] = people;
        p->people_cum[p->n_communes++] = sum += people;
    }
    for (size_t i = 0, first = 0; i < p->n_communes; i++) {
        if (strcmp(p->communes[i].departement, p->communes[first].departement) != 0) {
            first = i;
        }
        p->departement_first[i] = (int32_t)first;
    }
    for (size_t i = p->n_communes; i-- > 0;) {
        const bool last = i + 1 == p->n_communes || p->departement_first[i + 1] == (int32_t)i + 1;
        p->departement_end[i] = last ? (int32_t)i + 1 : p->departement_end[i + 1];
    }
    return MLN_OK;
}

static int32_t find_commune(const struct mln_synth_places *p, struct mln_str code) {
    size_t low = 0;
    size_t high = p->n_communes;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int c = mln_str_cmp(mln_str_from(p->communes[mid].code), code);
        if (c == 0) {
            return (int32_t)mid;
        }
        if (c < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return MLN_SYNTH_NO_INDEX;
}

/* Codes other than the present one: twice over the table, to count, then to place. */
static enum mln_status load_other_codes(struct mln_synth_places *p, struct mln_err *err) {
    struct lines lines;
    MLN_TRY(open_table("nomenclatures/communes.csv", &lines, err));
    const size_t cap = count_lines(lines.text);
    p->old = mln_arena_alloc(&p->arena, cap, sizeof *p->old);
    p->arrondissements = mln_arena_alloc(&p->arena, cap, sizeof *p->arrondissements);
    if (p->old == NULL || p->arrondissements == NULL) {
        return mln_err_nomem(err, "communes");
    }
    const size_t start = lines.at;
    struct mln_str cells[MAX_CELLS];
    for (int pass = 0; pass < 2; pass++) {
        size_t n = 0;
        lines.at = start;
        while (next_line(&lines, cells, &n)) {
            const int32_t i =
                mln_str_is(cells[4], "actuelle") ? MLN_SYNTH_NO_INDEX : find_commune(p, cells[5]);
            if (i < 0) {
                continue;
            }
            struct mln_synth_commune *c = &p->communes[i];
            const bool arr = mln_str_is(cells[4], "arrondissement");
            int32_t *count = arr ? &c->n_arr : &c->n_old;
            if (pass == 1) {
                char *to =
                    arr ? p->arrondissements[c->first_arr + *count] : p->old[c->first_old + *count];
                copy(to, 6, cells[0]);
            }
            ++*count;
        }
        if (pass == 0) {
            int32_t old = 0;
            int32_t arr = 0;
            for (size_t i = 0; i < p->n_communes; i++) {
                struct mln_synth_commune *c = &p->communes[i];
                c->first_old = old, old += c->n_old, c->n_old = 0;
                c->first_arr = arr, arr += c->n_arr, c->n_arr = 0;
            }
        }
    }
    return MLN_OK;
}

static enum mln_status make_pools(struct mln_synth_places *p, const struct loading *load,
                                  const struct mln_synth_profile *profile, struct mln_err *err) {
    for (int force = 0; force < 2; force++) {
        struct mln_synth_pool *pool = &p->pools[force];
        pool->index = MLN_ARENA_NEW(&p->arena, int32_t, p->n_communes);
        pool->cum = MLN_ARENA_NEW(&p->arena, double, p->n_communes);
        if (pool->index == NULL || pool->cum == NULL) {
            return mln_err_nomem(err, "communes");
        }
        double sum = 0;
        for (size_t i = 0; i < p->n_communes; i++) {
            if (p->communes[i].police == (force == 0)) {
                pool->index[pool->n] = (int32_t)i;
                pool->cum[pool->n++] = sum += pow(load->people[i], profile->commune_pull);
            }
        }
        if (pool->n == 0) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "territory.pn_min_population leaves a force without communes");
        }
    }
    return MLN_OK;
}

/* ── units ── */

static struct mln_synth_unit *add_unit(struct mln_synth_places *p, bool police,
                                       const char *departement, size_t number_in_force) {
    struct mln_synth_unit *u = &p->units[p->n_units++];
    u->police = police;
    u->successor = MLN_SYNTH_NO_INDEX;
    if (police) { /* six characters that begin with the département, in order within it */
        char code[24];
        const int width = departement[2] == '\0' ? 4 : 3;
        (void)snprintf(code, sizeof code, "%.3s%0*u", departement, width,
                       (unsigned)(number_in_force % 10000));
        copy(u->code, sizeof u->code, mln_str_from(code));
    } else { /* five digits that say nothing: a permutation of 0..99999 (7919 is prime) */
        char code[24];
        (void)snprintf(code, sizeof code, "%05u",
                       (unsigned)((number_in_force * 7919 + 13) % 100000));
        copy(u->code, sizeof u->code, mln_str_from(code));
    }
    return u;
}

static void add_services(struct mln_synth_places *p, size_t commune, double people,
                         const struct mln_synth_profile *profile, size_t *number_in_departement) {
    struct mln_synth_commune *c = &p->communes[commune];
    const double wanted = floor(people / profile->pn_people_per_service);
    c->n_units = wanted < 1 ? 1 : (int32_t)(wanted > 200 ? 200 : wanted);
    c->first_unit = (int32_t)p->n_units;
    double sum = 0;
    for (int32_t i = 0; i < c->n_units; i++) {
        sum += pow(i + 1, -profile->service_spread);
        p->unit_cum[p->n_units] = sum;
        (void)add_unit(p, true, c->departement, (*number_in_departement)++);
    }
}

/* Police: one service or more a commune. Gendarmerie: a unit serves communes that follow each other
 * in a département until it has its people. */
static void make_units(struct mln_synth_places *p, const struct loading *load,
                       const struct mln_synth_profile *profile, size_t *n_gn, size_t *n_pn_last) {
    size_t n_pn = 1;
    double served = 0;
    int32_t current = MLN_SYNTH_NO_INDEX;
    for (size_t i = 0; i < p->n_communes; i++) {
        struct mln_synth_commune *c = &p->communes[i];
        if (p->departement_first[i] == (int32_t)i) {
            n_pn = 1;
            current = MLN_SYNTH_NO_INDEX;
        }
        if (c->police) {
            add_services(p, i, load->people[i], profile, &n_pn);
        } else {
            if (current < 0 || served >= profile->gn_people_per_unit) {
                current = (int32_t)p->n_units;
                p->unit_cum[p->n_units] = 1;
                (void)add_unit(p, false, c->departement, (*n_gn)++);
                served = 0;
            }
            served += load->people[i];
            c->first_unit = current;
            c->n_units = 1;
        }
    }
    *n_pn_last = 5000; /* new codes of a département begin past those in use */
}

static const char *departement_of_unit(const struct mln_synth_unit *u, char out[4]) {
    const bool overseas = u->code[0] == '9' && u->code[1] == '7';
    memcpy(out, u->code, overseas ? 3 : 2);
    out[overseas ? 3 : 2] = '\0';
    return out;
}

static void merge_units(struct mln_synth_places *p, const struct mln_synth_profile *profile,
                        uint64_t seed, size_t n_gn, size_t n_pn) {
    const size_t n = p->n_units;
    for (size_t i = 0; i < n; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, STREAM_UNITS, i);
        struct mln_synth_unit *u = &p->units[i];
        if (u->successor >= 0 || mln_rng_unit(&rng) >= profile->merged_units) {
            continue;
        }
        const uint32_t days = (uint32_t)(profile->last - profile->first);
        const struct mln_civil day =
            mln_civil_from_day(profile->first + (int32_t)mln_rng_below(&rng, days + 1));
        char departement[4];
        struct mln_synth_unit *to =
            add_unit(p, u->police, u->police ? departement_of_unit(u, departement) : "",
                     u->police ? n_pn++ : n_gn++);
        u->successor = (int32_t)(to - p->units);
        u->merged_on = mln_day_from_civil(day.year, day.month, 1);
        struct mln_synth_unit *next = u + 1;
        if (mln_rng_unit(&rng) < profile->merged_pairs && i + 1 < n && next->police == u->police &&
            next->successor < 0) {
            next->successor = u->successor;
            next->merged_on = u->merged_on;
        }
    }
}

/* ── offences ── */

static enum mln_status load_natinf(struct mln_synth_places *p, struct mln_err *err) {
    struct lines lines;
    MLN_TRY(open_table("nomenclatures/natinf.csv", &lines, err));
    p->natinf = MLN_ARENA_NEW(&p->arena, struct mln_synth_natinf, count_lines(lines.text));
    if (p->natinf == NULL) {
        return mln_err_nomem(err, "NATINF");
    }
    static const char *const classes[] = {"crime", "delit", "contravention"};
    struct mln_str cells[MAX_CELLS];
    size_t n = 0;
    while (next_line(&lines, cells, &n)) {
        struct mln_synth_natinf *x = &p->natinf[p->n_natinf++];
        copy(x->code, sizeof x->code, cells[0]);
        x->kind = KIND_OTHER;
        x->place = INT32_MAX;
        x->classe = classes[1];
        for (size_t k = 0; k < 3; k++) {
            x->classe = mln_str_is(cells[2], classes[k]) ? classes[k] : x->classe;
        }
    }
    return MLN_OK;
}

static enum mln_status load_kinds(struct mln_synth_places *p, struct mln_err *err) {
    struct lines lines;
    MLN_TRY(open_table("nomenclatures/natinf_violences_conjugales.csv", &lines, err));
    struct mln_str cells[MAX_CELLS];
    size_t n = 0;
    for (int32_t place = 0; next_line(&lines, cells, &n); place++) {
        for (size_t i = 0; i < p->n_natinf; i++) {
            struct mln_synth_natinf *x = &p->natinf[i];
            if (!mln_str_is(cells[0], x->code)) {
                continue;
            }
            for (int k = 0; k < N_KINDS; k++) {
                x->kind = mln_str_is(cells[2], mln_synth_kind_words[k]) ? (enum mln_synth_kind)k
                                                                        : x->kind;
            }
            x->link_required = mln_str_is(cells[3], "1");
            x->place = place;
        }
    }
    for (size_t i = 0; i < p->n_natinf; i++) {
        const struct mln_synth_natinf *x = &p->natinf[i];
        struct mln_synth_codes *to = x->kind == KIND_OTHER ? &p->plain
                                     : x->link_required    ? &p->linked[x->kind]
                                                           : &p->qualified[x->kind];
        if (to->n < 64) {
            to->list[to->n++] = (int32_t)i;
        }
        if (x->link_required && p->linked_all.n < 64) {
            p->linked_all.list[p->linked_all.n++] = (int32_t)i;
        }
    }
    for (int k = 0; k < N_KINDS; k++) {
        if (p->qualified[k].n == 0) {
            return mln_err_set(err, MLN_INTERNAL,
                               "natinf_violences_conjugales.csv has no code of kind %s",
                               mln_synth_kind_words[k]);
        }
    }
    return p->plain.n > 0 && p->linked_all.n > 0
               ? MLN_OK
               : mln_err_set(err, MLN_INTERNAL, "natinf.csv has no code outside partner violence");
}

enum mln_status mln_synth_places_init(struct mln_synth_places *p,
                                      const struct mln_synth_profile *profile, uint64_t seed,
                                      struct mln_err *err) {
    *p = (struct mln_synth_places){0};
    struct loading load = {0};
    MLN_TRY(load_courts(p, &load, err));
    MLN_TRY(load_present(p, &load, profile, err));
    MLN_TRY(load_other_codes(p, err));
    MLN_TRY(make_pools(p, &load, profile, err));
    double services = 0;
    for (size_t i = 0; i < p->n_communes; i++) {
        services += p->communes[i].police ? 1 + load.people[i] / profile->pn_people_per_service : 1;
    }
    const size_t cap = 2 * (size_t)services + 2;
    p->units = MLN_ARENA_NEW(&p->arena, struct mln_synth_unit, cap);
    p->unit_cum = MLN_ARENA_NEW(&p->arena, double, cap);
    if (p->units == NULL || p->unit_cum == NULL) {
        return mln_err_nomem(err, "units");
    }
    size_t n_gn = 1;
    size_t n_pn = 0;
    make_units(p, &load, profile, &n_gn, &n_pn);
    merge_units(p, profile, seed, n_gn, n_pn);
    MLN_TRY(load_natinf(p, err));
    return load_kinds(p, err);
}

void mln_synth_places_release(struct mln_synth_places *p) {
    mln_arena_release(&p->arena);
    *p = (struct mln_synth_places){0};
}

size_t mln_synth_pick(const double *cum, size_t n, double u) {
    const double wanted = u * cum[n - 1];
    size_t low = 0;
    size_t high = n - 1;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (cum[mid] <= wanted) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

const char *mln_synth_choose(const struct mln_synth_choice *choice, double u) {
    return choice->code[mln_synth_pick(choice->cum, choice->n, u)];
}
