/* How Justice knows the procès-verbal: structured by the application flow, typed by a clerk, or
 * only through another affaire. Here live the errors that make linkage a craft. */
#include "synth/pen.h"
#include "synth/streams.h"

bool mln_synth_by_flux(const struct mln_synth_pen *pen, const struct mln_synth_affaire *a,
                       bool *has_idj) {
    const struct mln_synth_profile *p = pen->world->profile;
    struct mln_rng rng;
    mln_rng_init(&rng, pen->world->seed, STREAM_KEYS, a->slot);
    int32_t year = mln_civil_from_day(a->registered).year - mln_civil_from_day(p->first).year;
    year = year >= (int32_t)p->n_years ? (int32_t)p->n_years - 1 : year < 0 ? 0 : year;
    const bool flux = pen_happens(&rng, p->flux_by_year[year]) && a->place == PLACE_MAIN;
    *has_idj = pen_happens(&rng, flux ? p->idj_flux : p->typed_idj);
    return flux;
}

/* ── the number as written ── */

struct written {
    char number[16]; /* without leading zeros */
    int32_t year;
    const char *unit;
    bool police;
};

static void decimal(uint32_t value, char out[16]) {
    char digits[16];
    int n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (int i = 0; i < n; i++) {
        out[i] = digits[n - 1 - i];
    }
    out[n] = '\0';
}

/* Two neighbouring digits that differ change places; a number of one digit stays. */
static void swap_digits(char *number, struct mln_rng *rng) {
    const uint32_t n = (uint32_t)strlen(number);
    if (n < 2) {
        return;
    }
    const uint32_t i = mln_rng_below(rng, n - 1);
    const char held = number[i];
    number[i] = number[i + 1];
    number[i + 1] = held;
    if (number[0] == '0') { /* stays a number of the same length */
        number[i + 1] = number[i];
        number[i] = held;
    }
}

static void drop_digit(char *number, struct mln_rng *rng) {
    const size_t n = strlen(number);
    if (n > 1) {
        const size_t i = 1 + mln_rng_below(rng, (uint32_t)(n - 1));
        memmove(number + i, number + i + 1, n - i);
    }
}

/* The code in use when the clerk or the flow wrote it: a successor, if it had come by then. */
static const char *unit_known(struct mln_synth_pen *pen, const struct mln_synth_core *c,
                              struct mln_rng *rng) {
    const struct mln_synth_unit *units = pen->world->places->units;
    const struct mln_synth_unit *u = &units[c->unit];
    const bool late = pen_happens(rng, pen->world->profile->merged_known_late);
    if (late && u->successor >= 0 && c->registered >= u->merged_on) {
        u = &units[u->successor];
    }
    return u->code;
}

static struct written right(struct mln_synth_pen *pen, const struct mln_synth_core *c,
                            struct mln_rng *rng) {
    struct written w = {
        .year = mln_synth_year_of(c), .unit = unit_known(pen, c, rng), .police = c->police};
    decimal(pen->plan->numero[c->id], w.number);
    return w;
}

static const char *another_unit(struct mln_synth_pen *pen, bool police, struct mln_rng *rng) {
    const struct mln_synth_places *p = pen->world->places;
    const struct mln_synth_unit *u = &p->units[mln_rng_below(rng, (uint32_t)p->n_units)];
    for (int i = 0; i < 32 && u->police != police; i++) {
        u = &p->units[mln_rng_below(rng, (uint32_t)p->n_units)];
    }
    return u->code;
}

/* ── typed by a clerk ── */

static char *put(char *at, const char *end, const char *z) {
    while (*z != '\0' && at < end) {
        *at++ = *z++;
    }
    return at;
}

static char *put_padded(char *at, const char *end, const char *number, int width) {
    for (int n = (int)strlen(number); n < width; n++) {
        at = put(at, end, "0");
    }
    return put(at, end, number);
}

/* {n} number, {N} number with its zeros, {u} unit, {Y} {y} year of four or two digits, {f} force.
 */
static void spell(const char *pattern, const struct written *w, char out[96]) {
    char *at = out;
    const char *end = out + 95;
    char year[16];
    decimal((uint32_t)w->year, year);
    for (const char *p = pattern; *p != '\0'; p++) {
        if (p[0] != '{' || p[1] == '\0' || p[2] != '}') {
            at += at < end ? 1 : 0;
            at[-1] = *p;
            continue;
        }
        switch (p[1]) {
        case 'n': at = put(at, end, w->number); break;
        case 'N': at = put_padded(at, end, w->number, w->police ? 6 : 5); break;
        case 'u': at = put(at, end, w->unit); break;
        case 'Y': at = put(at, end, year); break;
        case 'y': at = put(at, end, year + 2); break;
        case 'f': at = put(at, end, w->police ? "PN" : "GN"); break;
        default: break;
        }
        p += 2;
    }
    *at = '\0';
}

void mln_synth_reference(struct mln_synth_pen *pen, const struct mln_synth_core *c, bool clean,
                         struct mln_rng *rng, char out[96]) {
    const struct mln_synth_profile *p = pen->world->profile;
    struct written w = right(pen, c, rng);
    const double fault = clean ? 1 : mln_rng_unit(rng);
    const double v = mln_rng_unit(rng);
    double below = p->typed_missing_unit;
    const bool bare = fault < below;
    if (!bare && fault < (below += p->typed_wrong_year)) {
        w.year += mln_rng_below(rng, 2) == 0 ? -1 : 1;
    } else if (!bare && fault < (below += p->typed_swapped)) {
        swap_digits(w.number, rng);
    } else if (!bare && fault < (below += p->typed_dropped)) {
        drop_digit(w.number, rng);
    } else if (!bare && fault < below + p->typed_wrong_unit) {
        w.unit = another_unit(pen, c->police, rng);
    }
    spell(mln_synth_choose(bare ? &p->spellings_bare : &p->spellings, v), &w, out);
}

/* ── rows ── */

struct tie { /* empty strings: nothing in the cell */
    const char *type;
    struct written key;
    bool structured, padded;
    char reference[96], idj[16], parquet[16];
};

static void put_quoted(struct mln_synth_out *o, const char *utf8) {
    if (utf8[0] == '\0') {
        return;
    }
    out_c(o, '"');
    for (const unsigned char *p = (const unsigned char *)utf8; *p != '\0';
         p++) { /* é ° are Latin-1 */
        if (*p == 0xC2 || *p == 0xC3) {
            const unsigned char low = p[1];
            out_c(o, (char)(*p == 0xC2 ? low : low + 0x40));
            p++;
        } else {
            out_c(o, (char)*p);
        }
    }
    out_c(o, '"');
}

void mln_synth_put_reference(struct mln_synth_out *o, const char *utf8) {
    put_quoted(o, utf8);
}

static void put_tie(struct mln_synth_pen *pen, const char *affaire, uint32_t rank,
                    const struct tie *t, struct mln_rng *rng) {
    struct mln_synth_out *o = &pen->out[FILE_CORRESPONDANCE];
    if (!out_row(o)) {
        return;
    }
    out_z(o, affaire);
    out_sep(o);
    out_u(o, rank, 1);
    out_sep(o);
    if (t->structured) {
        out_z(o, t->key.police ? "PN" : "GN");
        out_sep(o);
        out_z(o, t->key.unit);
        out_sep(o);
        for (int n = (int)strlen(t->key.number); t->padded && n < (t->key.police ? 6 : 5); n++) {
            out_c(o, '0');
        }
        out_z(o, t->key.number);
        out_sep(o);
        out_u(o, (uint64_t)t->key.year, 4);
        out_sep(o);
    } else {
        out_z(o, ";;;;");
    }
    put_quoted(o, t->reference);
    out_sep(o);
    out_z(o, t->idj);
    out_sep(o);
    out_z(o, t->parquet);
    out_sep(o);
    out_z(o, t->type);
    out_end(o);
    if (pen_happens(rng, pen->world->profile->bad_duplicate)) {
        out_again(o);
    }
}

static void tie_of_main(struct mln_synth_pen *pen, const struct mln_synth_affaire *a, struct tie *t,
                        struct mln_rng *rng) {
    const struct mln_synth_profile *p = pen->world->profile;
    bool has_idj = false;
    const bool flux = mln_synth_by_flux(pen, a, &has_idj);
    if (flux || pen_happens(rng, p->takeover)) {
        t->type = flux ? "flux" : "reprise";
        t->structured = true;
        t->padded = !pen_happens(rng, p->flux_unpadded);
        t->key = right(pen, &a->source->core, rng);
        if (pen_happens(rng, p->flux_key_wrong)) {
            swap_digits(t->key.number, rng);
        }
    } else {
        t->type = "saisie";
        mln_synth_reference(pen, &a->source->core, false, rng, t->reference);
    }
    if (flux && has_idj && pen_happens(rng, p->flux_idj)) {
        mln_synth_idj(pen->world->seed, a->slot, t->idj);
    }
    if (pen_happens(rng, p->slip_number)) {
        mln_synth_numero_parquet(pen, a->slot, a->registered, t->parquet);
    }
}

/* An affaire born of another knows the procès-verbal by what the first one sent along. */
static void tie_of_second(struct mln_synth_pen *pen, const struct mln_synth_affaire *a,
                          struct tie *t, struct mln_rng *rng) {
    const struct mln_synth_core *c = &a->source->core;
    struct mln_synth_affaire first = {
        .slot = c->id * N_PLACES, .place = PLACE_MAIN, .registered = c->registered};
    bool has_idj = false;
    const bool flux = mln_synth_by_flux(pen, &first, &has_idj);
    t->type = "reprise";
    if (pen_happens(rng, pen->world->profile->sent_reference)) {
        mln_synth_reference(pen, c, false, rng, t->reference);
    } else if (flux && has_idj) {
        mln_synth_idj(pen->world->seed, first.slot, t->idj);
    } else {
        mln_synth_numero_parquet(pen, first.slot, first.registered, t->parquet);
    }
}

void mln_synth_put_ties(struct mln_synth_pen *pen, const struct mln_synth_affaire *a) {
    char id[16];
    mln_synth_affaire_id(pen->world->seed, a->slot, id);
    struct mln_rng rng;
    mln_rng_init(&rng, pen->world->seed, STREAM_KEYS, a->slot + MLN_SYNTH_VIRTUAL);
    uint32_t rank = 1;
    struct tie t = {0};
    if (a->place == PLACE_MAIN && !pen_happens(&rng, pen->world->profile->no_tie)) {
        tie_of_main(pen, a, &t, &rng);
        put_tie(pen, id, rank++, &t, &rng);
    } else if (a->place == PLACE_SENT || a->place == PLACE_SPLIT) {
        tie_of_second(pen, a, &t, &rng);
        put_tie(pen, id, rank++, &t, &rng);
    }
    for (size_t i = 0; i < a->n_carried; i++) { /* what came along with a joined affaire */
        t = (struct tie){.type = "reprise"};
        mln_synth_reference(pen, &a->carried[i]->core, false, &rng, t.reference);
        put_tie(pen, id, rank++, &t, &rng);
    }
}
