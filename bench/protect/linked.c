#include "linked.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"

enum attribute {
    ANNEE,
    FORCE,
    REGION,
    DEPARTEMENT,
    COUR,
    JURIDICTION,
    GENRE,
    SEXE,
    AGE,
    ISSUE,
    MODE,
    LIEN,
    PCS,
    N_ATTRIBUTES
};

static const struct {
    const char *name;
    size_t n;
    bool detail;
} attributes[N_ATTRIBUTES] = {
    {"annee", 6, false},        {"force", 2, false}, {"region", 13, false},
    {"departement", 100, true}, {"cour", 36, false}, {"juridiction", 164, true},
    {"genre", 8, false},        {"sexe", 2, false},  {"age", 10, false},
    {"issue", 6, false},        {"mode", 10, false}, {"lien", 5, false},
    {"pcs", 8, false},
};

static void *need(void *p) {
    if (p == NULL) {
        fprintf(stderr, "linked: out of memory\n");
        abort();
    }
    return p;
}

/* Small numbers are likelier: of n categories, i with weight 1 / (i + 1)^power. */
static size_t skewed(struct mln_rng *rng, size_t n, int power) {
    double u = mln_rng_unit(rng);
    for (int i = 1; i < power; i++) {
        u *= mln_rng_unit(rng);
    }
    const size_t at = (size_t)(u * (double)n);
    return at < n ? at : n - 1;
}

static void draw_person(uint64_t seed, size_t person, uint8_t *out) {
    struct mln_rng rng;
    mln_rng_init(&rng, seed, 1, person);
    out[ANNEE] = (uint8_t)mln_rng_below(&rng, 6);
    out[FORCE] = (uint8_t)(mln_rng_unit(&rng) < 0.42);
    out[DEPARTEMENT] = (uint8_t)skewed(&rng, 100, 2);
    out[REGION] = (uint8_t)(out[DEPARTEMENT] * 7 % 13);
    const size_t court = (size_t)out[DEPARTEMENT] + (mln_rng_unit(&rng) < 0.3 ? 100 : 0);
    out[JURIDICTION] = (uint8_t)(court < 164 ? court : out[DEPARTEMENT]);
    out[COUR] = (uint8_t)(out[JURIDICTION] * 5 % 36);
    out[GENRE] = (uint8_t)skewed(&rng, 8, 3);
    out[SEXE] = (uint8_t)(mln_rng_unit(&rng) < 0.14);
    out[AGE] = (uint8_t)((skewed(&rng, 10, 1) + skewed(&rng, 10, 1)) / 2);
    out[ISSUE] = (uint8_t)((skewed(&rng, 6, 2) + out[GENRE] / 3) % 6);
    out[MODE] = (uint8_t)skewed(&rng, 10, 2 + (out[ISSUE] > 2));
    out[LIEN] = (uint8_t)skewed(&rng, 5, 2);
    out[PCS] = (uint8_t)skewed(&rng, 8, 2);
}

struct plan {
    size_t n;
    enum attribute by[4];
};

/* 50 plans; the wide ones at their end. */
static const struct plan small[] = {
    {1, {ANNEE}},
    {1, {FORCE}},
    {1, {REGION}},
    {1, {COUR}},
    {1, {DEPARTEMENT}},
    {1, {JURIDICTION}},
    {2, {ANNEE, ISSUE}},
    {2, {GENRE, ISSUE}},
    {2, {SEXE, ISSUE}},
    {2, {AGE, ISSUE}},
    {2, {AGE, SEXE}},
    {2, {ANNEE, MODE}},
    {2, {GENRE, MODE}},
    {2, {ANNEE, GENRE}},
    {2, {FORCE, ISSUE}},
    {2, {FORCE, GENRE}},
    {2, {REGION, ISSUE}},
    {2, {REGION, GENRE}},
    {2, {REGION, ANNEE}},
    {2, {REGION, FORCE}},
    {2, {COUR, FORCE}},
    {2, {COUR, ISSUE}},
    {2, {DEPARTEMENT, SEXE}},
    {2, {DEPARTEMENT, FORCE}},
    {2, {JURIDICTION, SEXE}},
    {2, {LIEN, ISSUE}},
    {2, {LIEN, SEXE}},
    {2, {LIEN, GENRE}},
    {2, {LIEN, AGE}},
    {2, {PCS, ISSUE}},
    {2, {PCS, SEXE}},
    {2, {PCS, GENRE}},
    {2, {PCS, AGE}},
    {2, {PCS, ANNEE}},
    {2, {LIEN, ANNEE}},
    {2, {AGE, GENRE}},
    {2, {AGE, ANNEE}},
    {2, {SEXE, GENRE}},
    {2, {SEXE, ANNEE}},
    {2, {FORCE, SEXE}},
    {2, {FORCE, ANNEE}},
    {3, {ANNEE, SEXE, ISSUE}},
    {3, {GENRE, SEXE, ISSUE}},
    {3, {AGE, SEXE, ISSUE}},
    {3, {ANNEE, GENRE, ISSUE}},
    {3, {AGE, GENRE, ISSUE}},
    {2, {DEPARTEMENT, ISSUE}},
    {2, {DEPARTEMENT, GENRE}},
    {2, {JURIDICTION, ISSUE}},
    {3, {REGION, GENRE, ISSUE}},
};
static const struct plan large[] = {
    {3, {DEPARTEMENT, GENRE, ISSUE}}, {3, {JURIDICTION, GENRE, ISSUE}},
    {3, {COUR, GENRE, ISSUE}},        {3, {REGION, AGE, ISSUE}},
    {3, {REGION, ANNEE, ISSUE}},      {3, {DEPARTEMENT, ANNEE, ISSUE}},
    {3, {DEPARTEMENT, SEXE, GENRE}},  {3, {JURIDICTION, SEXE, ISSUE}},
    {4, {ANNEE, AGE, SEXE, ISSUE}},   {3, {COUR, ANNEE, ISSUE}},
    {3, {DEPARTEMENT, AGE, SEXE}},    {3, {JURIDICTION, ANNEE, ISSUE}},
    {3, {PCS, AGE, ISSUE}},           {3, {LIEN, AGE, ISSUE}},
    {3, {PCS, GENRE, ISSUE}},         {3, {JURIDICTION, FORCE, GENRE}},
    {3, {DEPARTEMENT, LIEN, ISSUE}},  {3, {JURIDICTION, ANNEE, SEXE}},
    {3, {DEPARTEMENT, FORCE, ISSUE}}, {3, {JURIDICTION, LIEN, ISSUE}},
    {3, {DEPARTEMENT, PCS, SEXE}},    {3, {COUR, AGE, SEXE}},
    {3, {COUR, LIEN, ISSUE}},         {3, {JURIDICTION, FORCE, ISSUE}},
    {3, {DEPARTEMENT, ANNEE, GENRE}}, {3, {DEPARTEMENT, LIEN, SEXE}},
    {3, {JURIDICTION, AGE, SEXE}},
};

static size_t cells_of(const struct plan *p) {
    size_t n = 1;
    for (size_t d = 0; d < p->n; d++) {
        n *= attributes[p->by[d]].n + 1;
    }
    return n;
}

static void fill_dimension(struct mln_arena *a, enum attribute at, struct mln_dimension *out) {
    const size_t n = attributes[at].n;
    const char **codes = need(MLN_ARENA_NEW(a, const char *, n + 1));
    for (size_t i = 0; i < n; i++) {
        char text[32];
        const int length = snprintf(text, sizeof text, "%c%03zu", attributes[at].name[0], i);
        codes[i] = need(mln_arena_strdup(a, (struct mln_str){text, (size_t)length}));
    }
    codes[n] = "TOTAL";
    *out = (struct mln_dimension){.name = attributes[at].name,
                                  .label_fr = attributes[at].name,
                                  .label_en = attributes[at].name,
                                  .n = n + 1,
                                  .codes = codes,
                                  .labels_fr = codes,
                                  .labels_en = codes,
                                  .total = (ptrdiff_t)n};
}

static void count_table(const uint8_t (*persons)[N_ATTRIBUTES], const uint64_t *keys,
                        size_t n_persons, const struct plan *plan, struct mln_table *t) {
    for (size_t i = 0; i < n_persons; i++) {
        for (unsigned subset = 0; subset < 1u << plan->n; subset++) {
            size_t cell = 0;
            for (size_t d = 0; d < plan->n; d++) {
                const size_t n = t->dimensions[d].n;
                cell = cell * n + ((subset >> d & 1u) != 0 ? n - 1 : persons[i][plan->by[d]]);
            }
            t->counts[cell]++;
            t->cell_keys[cell] += keys[i];
        }
    }
}

static void make_table(struct linked *l, const uint8_t (*persons)[N_ATTRIBUTES],
                       const uint64_t *keys, size_t n_persons, const struct plan *plan,
                       struct mln_table *t) {
    char name[128] = "par";
    size_t at = 3;
    *t = (struct mln_table){.title_fr = "Essai",
                            .title_en = "Trial",
                            .unit_fr = "victimes",
                            .unit_en = "victims",
                            .n_dimensions = plan->n,
                            .n_cells = cells_of(plan)};
    t->dimensions = need(MLN_ARENA_NEW(&l->arena, struct mln_dimension, plan->n));
    t->counts = need(MLN_ARENA_NEW(&l->arena, uint64_t, t->n_cells));
    t->cell_keys = need(MLN_ARENA_NEW(&l->arena, uint64_t, t->n_cells));
    for (size_t d = 0; d < plan->n; d++) {
        fill_dimension(&l->arena, plan->by[d], &t->dimensions[d]);
        t->detail = t->detail || attributes[plan->by[d]].detail;
        at += (size_t)snprintf(name + at, sizeof name - at, "_%s", attributes[plan->by[d]].name);
    }
    t->name = need(mln_arena_strdup(&l->arena, (struct mln_str){name, at}));
    count_table(persons, keys, n_persons, plan, t);
    l->n_cells += t->n_cells;
}

void linked_make(struct linked *l, size_t n_persons, size_t scale, uint64_t seed) {
    enum { N_SMALL = sizeof small / sizeof *small, N_LARGE = sizeof large / sizeof *large };
    *l = (struct linked){.arena = MLN_ARENA_INIT, .n_tables = N_SMALL};
    uint8_t(*persons)[N_ATTRIBUTES] = need(malloc(n_persons * sizeof *persons));
    uint64_t *keys = need(malloc(n_persons * sizeof *keys));
    for (size_t i = 0; i < n_persons; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 2, i);
        keys[i] = mln_rng_u64(&rng);
        draw_person(seed, i, persons[i]);
    }
    l->tables = need(MLN_ARENA_NEW(&l->arena, struct mln_table, N_SMALL));
    for (size_t t = 0; t < N_SMALL; t++) {
        const bool takes_large = t < N_LARGE * (scale - 1) / 9;
        make_table(l, (const uint8_t(*)[N_ATTRIBUTES])persons, keys, n_persons,
                   takes_large ? &large[t] : &small[t], &l->tables[t]);
    }
    free(persons);
    free(keys);
}

void linked_release(struct linked *l) {
    mln_arena_release(&l->arena);
}
