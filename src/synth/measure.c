#include "synth/measure.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/date.h"
#include "link/proc_key.h"
#include "link/pv_reference.h"
#include "synth/rows.h"

/* ── procedures by key ── */

struct procedure {
    int32_t recorded, registered; /* registered: first true affaire, MLN_DAY_NONE without */
    uint8_t found, linked, field_victims, partner;
};

/* Open addressing on 64-bit hashes of keys; two keys of one hash are not expected below 2^32 rows.
 */
struct index {
    uint64_t *hash; /* 0: free */
    uint32_t *value;
    size_t cap;
};

#define ABSENT UINT32_MAX
#define AMBIGUOUS (UINT32_MAX - 1)

struct measuring {
    const char *dir;
    const struct mln_synth_profile *profile;
    struct mln_synth_measures *out;
    struct procedure *procedures;
    size_t n, cap;
    struct index raw, current; /* by key; by key with the unit at the end of its chain */
    struct index affaires;     /* affaire → registration day */
    struct index links;        /* (procedure, affaire): true links */
    struct mln_unit_map *units;
};

static uint64_t hash_bytes(uint64_t h, const char *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)p[i]) * 0x100000001b3U;
    }
    h ^= h >> 29;
    h *= 0x9e3779b97f4a7c15U;
    return h ^ h >> 32;
}

static uint64_t hash_key(struct mln_str force, struct mln_str unit, int64_t year,
                         struct mln_str number) {
    while (number.n > 1 && number.p[0] == '0') {
        number.p++, number.n--;
    }
    uint64_t h = hash_bytes(0xcbf29ce484222325U, force.p, force.n);
    h = hash_bytes(h, unit.p, unit.n);
    h = hash_bytes(h, (const char *)&year, sizeof year);
    h = hash_bytes(h, number.p, number.n);
    return h == 0 ? 1 : h;
}

static enum mln_status index_init(struct index *x, size_t n, struct mln_err *err) {
    x->cap = 16;
    while (x->cap < n + n / 2 + 8) {
        x->cap *= 2;
    }
    x->hash = calloc(x->cap, sizeof *x->hash);
    x->value = calloc(x->cap, sizeof *x->value);
    return x->hash == NULL || x->value == NULL ? mln_err_nomem(err, "an index of keys") : MLN_OK;
}

static size_t index_place(const struct index *x, uint64_t hash) {
    size_t at = hash & (x->cap - 1);
    while (x->hash[at] != 0 && x->hash[at] != hash) {
        at = (at + 1) & (x->cap - 1);
    }
    return at;
}

static void index_add(struct index *x, uint64_t hash, uint32_t value) {
    const size_t at = index_place(x, hash);
    x->value[at] = x->hash[at] == 0 || x->value[at] == value ? value : AMBIGUOUS;
    x->hash[at] = hash;
}

static uint32_t index_find(const struct index *x, uint64_t hash) {
    const size_t at = index_place(x, hash);
    return x->hash[at] == 0 ? ABSENT : x->value[at];
}

static void index_release(struct index *x) {
    free(x->hash);
    free(x->value);
}

/* ── samples ── */

static enum mln_status sample_add(struct mln_synth_sample *s, double value, struct mln_err *err) {
    if (s->n == s->cap) {
        const size_t cap = s->cap == 0 ? 1024 : s->cap * 2;
        float *values = realloc(s->values, cap * sizeof *values);
        if (values == NULL) {
            return mln_err_nomem(err, "a sample");
        }
        s->values = values;
        s->cap = cap;
    }
    s->values[s->n++] = (float)value;
    return MLN_OK;
}

static void share_add(struct mln_synth_share *s, bool part) {
    s->part += part;
    s->whole += 1;
}

/* ── readers, one a file ── */

static enum mln_status for_each(
    struct measuring *m, const char *name, char separator, const char *columns,
    enum mln_status (*row)(struct measuring *m, const struct mln_str *cells, struct mln_err *err),
    struct mln_err *err) {
    struct mln_synth_rows rows;
    MLN_TRY(mln_synth_rows_open(&rows, m->dir, name, separator, columns, err));
    enum mln_status status = MLN_OK;
    bool more = true;
    while (status == MLN_OK && more) {
        status = mln_synth_rows_next(&rows, &more, err);
        if (status == MLN_OK && more) {
            status = row(m, rows.cells, err);
        }
    }
    mln_synth_rows_close(&rows);
    return status;
}

#define KEY "force,code_unite,annee,numero"

static uint64_t row_key(const struct mln_str *c) {
    return hash_key(c[0], c[1], mln_synth_number(c[2]), c[3]);
}

static enum mln_status on_count(struct measuring *m, const struct mln_str *c, struct mln_err *err) {
    (void)c;
    (void)err;
    m->cap++;
    return MLN_OK;
}

static enum mln_status on_procedure(struct measuring *m, const struct mln_str *c,
                                    struct mln_err *err) {
    (void)err;
    const int32_t day = mln_synth_day(c[4]);
    if (day == MLN_DAY_NONE) {
        return MLN_OK; /* one of the rows made to be refused */
    }
    const uint32_t i = (uint32_t)m->n++;
    m->procedures[i] = (struct procedure){.recorded = day, .registered = MLN_DAY_NONE};
    index_add(&m->raw, row_key(c), i);
    const int64_t year = mln_synth_number(c[2]);
    index_add(&m->current,
              hash_key(c[0], mln_unit_map_current(m->units, c[0], c[1], (int32_t)year), year, c[3]),
              i);
    return MLN_OK;
}

static enum mln_status on_affaire(struct measuring *m, const struct mln_str *c,
                                  struct mln_err *err) {
    (void)err;
    index_add(&m->affaires, hash_bytes(1, c[0].p, c[0].n) | 1, (uint32_t)mln_synth_day(c[1]));
    share_add(&m->out->pn, mln_str_is(c[2], "PN"));
    share_add(&m->out->gn, mln_str_is(c[2], "GN"));
    m->out->affaires++;
    return MLN_OK;
}

static uint64_t hash_link(uint32_t procedure, struct mln_str affaire) {
    return hash_bytes(hash_bytes(2, (const char *)&procedure, sizeof procedure), affaire.p,
                      affaire.n) |
           1;
}

static enum mln_status on_link(struct measuring *m, const struct mln_str *c, struct mln_err *err) {
    const uint32_t i = index_find(&m->raw, row_key(c));
    const uint32_t day = index_find(&m->affaires, hash_bytes(1, c[4].p, c[4].n) | 1);
    if (i >= m->n || day == ABSENT) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s/truth/lien_procedure_affaire.csv: a link names a procedure or an affaire that is "
            "not in the extracts",
            m->dir);
    }
    struct procedure *p = &m->procedures[i];
    p->linked = 1;
    if (p->registered == MLN_DAY_NONE || (int32_t)day < p->registered) {
        p->registered = (int32_t)day;
    }
    index_add(&m->links, hash_link(i, c[4]), 1);
    return MLN_OK;
}

/* The procedure of an exact key: as written, else with units at the end of their chains. */
static uint32_t find_key(const struct measuring *m, struct mln_str force, struct mln_str unit,
                         int32_t year, struct mln_str number) {
    const uint32_t i = index_find(&m->raw, hash_key(force, unit, year, number));
    if (i < m->n) {
        return i;
    }
    return index_find(
        &m->current,
        hash_key(force, mln_unit_map_current(m->units, force, unit, year), year, number));
}

static uint32_t find_reference(const struct measuring *m, struct mln_str text) {
    const struct mln_pv_years years = {mln_civil_from_day(m->profile->first).year,
                                       mln_civil_from_day(m->profile->observation).year};
    struct mln_pv_reading r[MLN_PV_READINGS_MAX];
    const size_t n = mln_pv_reference_read(text, years, r);
    uint32_t found = ABSENT;
    for (size_t i = 0; i < n; i++) {
        static const enum mln_force forces[] = {MLN_FORCE_PN, MLN_FORCE_GN};
        for (size_t f = 0; f < 2 && r[i].unit.n > 0; f++) {
            if (r[i].force != MLN_FORCE_NONE && r[i].force != forces[f]) {
                continue;
            }
            const uint32_t x =
                find_key(m, mln_force_str(forces[f]), r[i].unit, r[i].year, r[i].number);
            if (x < m->n) {
                found = found == ABSENT || found == x ? x : AMBIGUOUS;
            }
        }
    }
    return found;
}

static enum mln_status on_tie(struct measuring *m, const struct mln_str *c, struct mln_err *err) {
    (void)err;
    uint32_t i = ABSENT;
    if (c[0].n > 0) {
        i = find_key(m, c[0], c[1], (int32_t)mln_synth_number(c[2]), c[3]);
    } else if (c[4].n > 0) {
        i = find_reference(m, c[4]);
    }
    if (i < m->n && index_find(&m->links, hash_link(i, c[5])) == 1) { /* right, not merely found */
        m->procedures[i].found = 1;
    }
    return MLN_OK;
}

static bool month_of(double days, double months) {
    return days < months * 30.4375;
}

static enum mln_status add_duration(struct measuring *m, const struct procedure *p, int issue,
                                    int mode, double days, struct mln_err *err) {
    struct mln_synth_measures *o = m->out;
    const int32_t year = mln_civil_from_day(p->recorded).year;
    MLN_TRY(sample_add(&o->samples[SAMPLE_DURATION], days, err));
    share_add(&o->under_12_months, month_of(days, 12));
    const struct {
        bool in;
        enum mln_synth_measure_sample sample;
    } list[] = {{year == 2018, SAMPLE_DURATION_2018},
                {year == 2021, SAMPLE_DURATION_2021},
                {mode == MODE_CI, SAMPLE_CI},
                {mode == MODE_COPJ, SAMPLE_COPJ},
                {mode == MODE_CRPC, SAMPLE_CRPC},
                {mode == MODE_INST, SAMPLE_INST},
                {issue == ISSUE_ALTERNATIVE, SAMPLE_ALTERNATIVE},
                {issue == ISSUE_NON_POURSUIVABLE, SAMPLE_NON_POURSUIVABLE}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        if (list[i].in) {
            MLN_TRY(sample_add(&o->samples[list[i].sample], days, err));
        }
    }
    if (mode == MODE_CI) {
        share_add(&o->ci_two_days, days < 2);
    }
    return MLN_OK;
}

static int word_of(const char *const *words, int n, struct mln_str cell) {
    for (int i = 0; i < n; i++) {
        if (mln_str_is(cell, words[i])) {
            return i;
        }
    }
    return n;
}

static enum mln_status on_victim(struct measuring *m, const struct mln_str *c,
                                 struct mln_err *err) {
    const uint32_t i = index_find(&m->raw, row_key(c));
    if (i >= m->n || !mln_str_is(c[5], "1")) {
        return MLN_OK;
    }
    struct mln_synth_measures *o = m->out;
    struct procedure *p = &m->procedures[i];
    p->field_victims++;
    p->partner = 1;
    const int32_t year =
        mln_civil_from_day(p->recorded).year - mln_civil_from_day(m->profile->first).year;
    if (year >= 0 && (size_t)year < m->profile->n_years) {
        o->victims_by_year[year]++;
    }
    if (!p->found) {
        return MLN_OK; /* the study only knows procedures whose affaire was found */
    }
    const int kind = word_of(mln_synth_kind_words, N_KINDS, c[4]);
    const int issue = word_of(mln_synth_issue_words, N_ISSUES, c[6]);
    const int mode = word_of(mln_synth_mode_words, N_MODES, c[7]);
    for (int k = 0; k < N_ISSUES; k++) {
        share_add(&o->issues[k], k == issue);
    }
    if (kind < N_KINDS) {
        share_add(&o->prosecuted[kind], issue == ISSUE_POURSUITES);
    }
    share_add(&o->physical, kind == KIND_PHYSIQUE);
    share_add(&o->correctional,
              issue == ISSUE_POURSUITES && mode != MODE_JE && mode != MODE_TP && mode != MODE_INST);
    for (int k = 0; k < N_MODES && issue == ISSUE_POURSUITES; k++) {
        share_add(&o->modes[k], k == mode);
    }
    return c[8].n == 0 ? MLN_OK
                       : add_duration(m, p, issue, mode, (double)mln_synth_number(c[8]), err);
}

/* Persons at Interior, of procedures with a victim of the field. */
static enum mln_status on_person(struct measuring *m, const struct mln_str *c,
                                 struct mln_err *err) {
    (void)err;
    const uint32_t i = index_find(&m->raw, row_key(c));
    struct mln_synth_measures *o = m->out;
    const bool author = mln_str_is(c[4], "mis_en_cause");
    if (i >= m->n) {
        return MLN_OK;
    }
    const struct procedure *p = &m->procedures[i];
    o->authors += author && p->partner;
    if (!p->partner || !mln_str_is(c[5], "physique")) {
        return MLN_OK;
    }
    const bool relation = mln_str_is(c[9], "CONJ") || mln_str_is(c[9], "EXCJ") ||
                          mln_str_is(c[9], "CONC") || mln_str_is(c[9], "EXCC") ||
                          mln_str_is(c[9], "PACS") || mln_str_is(c[9], "EXPA") ||
                          mln_str_is(c[9], "PETI") || mln_str_is(c[9], "EXPE");
    if (!author && !relation) {
        return MLN_OK;
    }
    if (c[6].n > 0) {
        share_add(author ? &o->men : &o->women, mln_str_is(c[6], author ? "M" : "F"));
    }
    if (author && c[8].n > 0) {
        share_add(&o->french, mln_str_is(c[8], "99100"));
    }
    const int32_t born = mln_synth_day(c[7]);
    if (born != MLN_DAY_NONE && born < p->recorded) {
        const double age = mln_years_between(born, p->recorded);
        if (author) {
            share_add(&o->aged_30_45, age >= 30 && age < 46);
        }
        *(author ? &o->author_age : &o->victim_age) += age;
        *(author ? &o->author_age2 : &o->victim_age2) += age * age;
        *(author ? &o->n_author_age : &o->n_victim_age) += 1;
    }
    return MLN_OK;
}

static enum mln_status on_affaire_person(struct measuring *m, const struct mln_str *c,
                                         struct mln_err *err) {
    (void)err;
    m->out->affaire_authors += mln_str_is(c[0], "mis_en_cause");
    return MLN_OK;
}

static enum mln_status on_event(struct measuring *m, const struct mln_str *c, struct mln_err *err) {
    (void)err;
    if (mln_str_is(c[0], "decision")) {
        share_add(&m->out->guilty, mln_str_is(c[1], "COND") || mln_str_is(c[1], "DISP"));
    }
    return MLN_OK;
}

static enum mln_status on_affaire_link(struct measuring *m, const struct mln_str *c,
                                       struct mln_err *err) {
    (void)err;
    m->out->joined.part += mln_str_is(c[0], "jonction");
    m->out->split.part += mln_str_is(c[0], "disjonction");
    m->out->sent.part += mln_str_is(c[0], "transmission");
    return MLN_OK;
}

static enum mln_status on_parquet(struct measuring *m, const struct mln_str *c,
                                  struct mln_err *err) {
    (void)c;
    (void)err;
    m->out->sent.whole++; /* rows; those past one an affaire are second courts */
    return MLN_OK;
}

/* ── successors ── */

struct successors {
    struct mln_unit_successor *rows;
    size_t n, cap;
};

static enum mln_status load_units(struct measuring *m, struct mln_err *err) {
    struct mln_synth_rows rows;
    MLN_TRY(mln_synth_rows_open(&rows, m->dir, "nomenclatures/unites_successeurs.csv", ',',
                                "force,code_unite,successeur,date_effet", err));
    struct successors s = {0};
    enum mln_status status = MLN_OK;
    struct mln_arena arena = MLN_ARENA_INIT;
    for (bool more = true; status == MLN_OK && more;) {
        status = mln_synth_rows_next(&rows, &more, err);
        if (status != MLN_OK || !more) {
            break;
        }
        if (s.n == s.cap) {
            s.cap = s.cap == 0 ? 256 : s.cap * 2;
            struct mln_unit_successor *grown = realloc(s.rows, s.cap * sizeof *grown);
            if (grown == NULL) {
                status = mln_err_nomem(err, "successors of units");
                break;
            }
            s.rows = grown;
        }
        struct mln_unit_successor *u = &s.rows[s.n++];
        *u = (struct mln_unit_successor){.day = mln_synth_day(rows.cells[3]), .line = rows.line};
        struct mln_str *const to[] = {&u->force, &u->unit, &u->successor};
        for (size_t i = 0; i < 3; i++) { /* the row's text is gone at the next line */
            const char *copy = mln_arena_strdup(&arena, rows.cells[i]);
            *to[i] = mln_str_from(copy);
            status = copy == NULL ? mln_err_nomem(err, "successors of units") : status;
        }
    }
    mln_synth_rows_close(&rows);
    if (status == MLN_OK) {
        status = mln_unit_map_new(s.rows, s.n, &m->units, err);
    }
    free(s.rows);
    mln_arena_release(&arena);
    return status;
}

/* ── the whole ── */

static enum mln_status allocate(struct measuring *m, struct mln_err *err) {
    MLN_TRY(for_each(m, "procedure.csv", ';', "numero", on_count, err));
    const size_t n = m->cap;
    m->procedures = calloc(n + 1, sizeof *m->procedures);
    if (m->procedures == NULL) {
        return mln_err_nomem(err, "procedures");
    }
    MLN_TRY(index_init(&m->raw, n, err));
    MLN_TRY(index_init(&m->current, n, err));
    m->cap = 0;
    MLN_TRY(for_each(m, "affaire.csv", ';', "affaire_id", on_count, err));
    MLN_TRY(index_init(&m->affaires, m->cap, err));
    m->cap = 0;
    MLN_TRY(for_each(m, "truth/lien_procedure_affaire.csv", ',', "affaire_id", on_count, err));
    return index_init(&m->links, m->cap, err);
}

static enum mln_status summarise(struct measuring *m, struct mln_err *err) {
    struct mln_synth_measures *o = m->out;
    for (size_t i = 0; i < m->n; i++) {
        const struct procedure *p = &m->procedures[i];
        share_add(&o->match, p->found);
        share_add(&o->with_affaire, p->linked);
        o->procedures += p->partner;
        if (p->found && p->partner) {
            o->victims += p->field_victims;
            o->victim_procedures++;
        }
        if (p->registered != MLN_DAY_NONE) {
            MLN_TRY(sample_add(&o->samples[SAMPLE_REGISTRATION], p->registered - p->recorded, err));
        }
    }
    o->joined.whole = o->split.whole = o->affaires;
    o->sent.part += o->sent.whole - o->affaires; /* second numéros parquet */
    o->sent.whole = o->affaires;
    return MLN_OK;
}

static enum mln_status measure(struct measuring *m, struct mln_err *err) {
    MLN_TRY(load_units(m, err));
    MLN_TRY(allocate(m, err));
    MLN_TRY(for_each(m, "procedure.csv", ';', KEY ",date_enregistrement", on_procedure, err));
    MLN_TRY(
        for_each(m, "affaire.csv", ';', "affaire_id,date_enregistrement,origine", on_affaire, err));
    MLN_TRY(for_each(m, "truth/lien_procedure_affaire.csv", ',', KEY ",affaire_id", on_link, err));
    MLN_TRY(for_each(m, "correspondance.csv", ';',
                     "force,code_unite,annee,numero,reference_pv,affaire_id", on_tie, err));
    MLN_TRY(for_each(m, "truth/victime.csv", ',', KEY ",genre,champ,issue,mode,duree_jours",
                     on_victim, err));
    MLN_TRY(for_each(m, "proc_personne.csv", ';',
                     KEY ",role,nature,sexe,date_naissance,nationalite,lien_auteur", on_person,
                     err));
    MLN_TRY(for_each(m, "affaire_personne.csv", ';', "role", on_affaire_person, err));
    MLN_TRY(for_each(m, "evenement.csv", ';', "type,code", on_event, err));
    MLN_TRY(for_each(m, "lien_affaire.csv", ';', "type", on_affaire_link, err));
    MLN_TRY(for_each(m, "affaire_parquet.csv", ';', "affaire_id", on_parquet, err));
    return summarise(m, err);
}

enum mln_status mln_synth_measure(const char *dir, const struct mln_synth_profile *profile,
                                  struct mln_synth_measures *out, struct mln_err *err) {
    *out = (struct mln_synth_measures){0};
    struct measuring m = {.dir = dir, .profile = profile, .out = out};
    const enum mln_status status = measure(&m, err);
    free(m.procedures);
    index_release(&m.raw);
    index_release(&m.current);
    index_release(&m.affaires);
    index_release(&m.links);
    mln_unit_map_free(m.units);
    return status;
}

void mln_synth_measures_release(struct mln_synth_measures *m) {
    for (size_t i = 0; i < N_SAMPLES; i++) {
        free(m->samples[i].values);
    }
    *m = (struct mln_synth_measures){0};
}
