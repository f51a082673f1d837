/* Time of blocking, comparing and counting over synthetic persons, in CPU time of the process.
 *
 *   bench_pairs [-t threads] [n …]     n records a side; default 100000 1000000
 *   bench_pairs [-t threads] -g n      three records in ten share a commune, the only rule: one
 * large block
 *
 * Persons have a surname and a first name (drawn by Zipf's law from lists of invented names), a
 * birth date over 80 years, a sex and a commune (Zipf). One right record in two is a copy of a left
 * one, with faults: one letter exchanged, lost or another, day and month exchanged, another digit,
 * a value missing. The model is that of models/persons.yaml. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/rng.h"
#include "link/pairs/pairs.h"

enum { SURNAME, FIRST_NAME, DOB, SEXE, COMMUNE, N_FIELDS };
enum { N_SURNAMES = 60000, N_FIRST_NAMES = 1200, N_COMMUNES = 35000, NAME = 24 };

/* ── names ── */

static void invent(struct mln_rng *rng, uint32_t syllables, char *out) {
    static const char *const starts[] = {"B", "C", "D", "F", "G", "L",  "M",  "N",  "P", "R",  "S",
                                         "T", "V", "J", "",  "H", "BR", "CH", "GR", "L", "TR", "M"};
    static const char *const vowels[] = {"A", "E", "I", "O", "U", "AU", "OU", "EU", "IE", "E", "A"};
    static const char *const ends[] = {"", "N", "R", "", "T", "L", "", "S", "RD", "NT", ""};
    out[0] = '\0';
    for (uint32_t i = 0; i < syllables; i++) {
        strcat(out, starts[mln_rng_below(rng, sizeof starts / sizeof *starts)]);
        strcat(out, vowels[mln_rng_below(rng, sizeof vowels / sizeof *vowels)]);
        strcat(out, ends[mln_rng_below(rng, sizeof ends / sizeof *ends)]);
    }
}

/* Ranks by Zipf's law with exponent s, by inversion of the sums. */
struct zipf {
    double *sum;
    uint32_t n;
};

static struct zipf zipf_make(uint32_t n, double s, double shift) {
    struct zipf z = {malloc(n * sizeof *z.sum), n};
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += pow(i + 1 + shift, -s);
        z.sum[i] = sum;
    }
    return z;
}

static uint32_t zipf_draw(const struct zipf *z, struct mln_rng *rng) {
    const double x = mln_rng_unit(rng) * z->sum[z->n - 1];
    uint32_t low = 0, high = z->n - 1;
    while (low < high) {
        const uint32_t mid = (low + high) / 2;
        if (z->sum[mid] > x) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return low;
}

/* ── persons ── */

struct person {
    char name[2][NAME];
    int32_t dob;
    char sexe;
    uint32_t commune;
};

static void fault_text(struct mln_rng *rng, char *text) {
    const size_t n = strlen(text);
    if (n < 3) {
        return;
    }
    const size_t at = mln_rng_below(rng, (uint32_t)n - 1);
    switch (mln_rng_below(rng, 3)) {
    case 0: memmove(text + at, text + at + 1, n - at); break;
    case 1: text[at] = (char)('A' + mln_rng_below(rng, 26)); break;
    default: {
        const char c = text[at];
        text[at] = text[at + 1];
        text[at + 1] = c;
    }
    }
}

static void add_faults(struct mln_rng *rng, struct person *p) {
    for (size_t k = 0; k < 2; k++) {
        if (mln_rng_below(rng, 10) == 0) {
            fault_text(rng, p->name[k]);
        }
        if (mln_rng_below(rng, 50) == 0) {
            p->name[k][0] = '\0';
        }
    }
    struct mln_civil c = mln_civil_from_day(p->dob);
    if (mln_rng_below(rng, 20) == 0 && c.day <= 12) {
        p->dob = mln_day_from_civil(c.year, c.day, c.month);
    } else if (mln_rng_below(rng, 20) == 0) {
        p->dob = mln_day_from_civil(c.year - 1, c.month, c.day > 28 ? 28 : c.day);
    } else if (mln_rng_below(rng, 50) == 0) {
        p->dob = MLN_DAY_NONE;
    }
}

static struct person *people(uint32_t n) {
    struct person *all = calloc(2 * (size_t)n, sizeof *all);
    char(*names[2])[NAME] = {calloc(N_SURNAMES, NAME), calloc(N_FIRST_NAMES, NAME)};
    struct mln_rng rng;
    mln_rng_init(&rng, 1, 1, 0);
    for (uint32_t i = 0; i < N_SURNAMES; i++) {
        invent(&rng, 2 + mln_rng_below(&rng, 2), names[0][i]);
    }
    for (uint32_t i = 0; i < N_FIRST_NAMES; i++) {
        invent(&rng, 2 + (mln_rng_below(&rng, 3) == 0), names[1][i]);
    }
    const struct zipf surname = zipf_make(N_SURNAMES, .92, 8),
                      first = zipf_make(N_FIRST_NAMES, .9, 5);
    const struct zipf commune = zipf_make(N_COMMUNES, .7, 2);
    for (uint32_t i = 0; i < 2 * n; i++) {
        struct mln_rng one;
        mln_rng_init(&one, 1, 2, i);
        struct person *p = &all[i];
        strcpy(p->name[0], names[0][zipf_draw(&surname, &one)]);
        strcpy(p->name[1], names[1][zipf_draw(&first, &one)]);
        p->dob = mln_day_from_civil(1930, 1, 1) + (int32_t)mln_rng_below(&one, 80 * 365);
        p->sexe = mln_rng_below(&one, 2) == 0 ? '1' : '2';
        p->commune = zipf_draw(&commune, &one);
        if (i >= n && mln_rng_below(&one, 2) == 0) {
            *p = all[mln_rng_below(&one, n)];
            add_faults(&one, p);
        }
    }
    free(names[0]);
    free(names[1]);
    free(surname.sum);
    free(first.sum);
    free(commune.sum);
    return all;
}

static void check(enum mln_status status, const struct mln_err *err) {
    if (status != MLN_OK) {
        fprintf(stderr, "bench_pairs: %s\n", err->msg);
        exit(1);
    }
}

static struct mln_records records_make(uint32_t n) {
    struct mln_err err = {0};
    struct person *p = people(n);
    struct mln_records r = {.n_left = n, .n_right = n, .n_fields = N_FIELDS};
    r.fields = calloc(N_FIELDS, sizeof *r.fields);
    struct mln_str *text = malloc(2 * (size_t)n * sizeof *text);
    char(*code)[8] = malloc(2 * (size_t)n * sizeof *code);
    for (size_t f = 0; f < N_FIELDS; f++) {
        struct mln_field_column *c = &r.fields[f];
        if (f == DOB) {
            c->type = MLN_FIELD_DATE;
            c->first = c->last = malloc(2 * (size_t)n * sizeof *c->first);
            for (uint32_t i = 0; i < 2 * n; i++) {
                c->first[i] = p[i].dob;
            }
            continue;
        }
        c->ids = malloc(2 * (size_t)n * sizeof *c->ids);
        for (uint32_t i = 0; i < 2 * n; i++) {
            if (f == SEXE) {
                text[i] = (struct mln_str){&p[i].sexe, 1};
            } else if (f == COMMUNE) {
                snprintf(code[i], sizeof code[i], "%05u", p[i].commune);
                text[i] = (struct mln_str){code[i], 5};
            } else {
                text[i] = mln_str_from(p[i].name[f]);
                text[i].p = text[i].n == 0 ? NULL : text[i].p;
            }
        }
        check(mln_strset_build(text, 2 * (size_t)n, 0, &c->set, c->ids, &err), &err);
    }
    free(text);
    free(code);
    free(p);
    return r;
}

static void records_free(struct mln_records *r) {
    for (size_t f = 0; f < N_FIELDS; f++) {
        mln_strset_release(&r->fields[f].set);
        free(r->fields[f].ids);
        free(r->fields[f].first);
    }
    free(r->fields);
}

/* ── the model ── */

#define LEVEL(k, f, a) \
    { .kind = MLN_LEVEL_##k, .field = (f), .at = (a), .prefix_weight = .1 }
static const struct mln_level first_name[] = {
    LEVEL(EXACT, FIRST_NAME, 0),
    LEVEL(JARO_WINKLER, FIRST_NAME, .92),
    {.kind = MLN_LEVEL_SWAPPED, .field = FIRST_NAME, .other_field = SURNAME},
    LEVEL(JARO_WINKLER, FIRST_NAME, .8),
    LEVEL(ELSE, FIRST_NAME, 0)};
static const struct mln_level surname[] = {
    LEVEL(EXACT, SURNAME, 0), LEVEL(JARO_WINKLER, SURNAME, .92), LEVEL(JARO_WINKLER, SURNAME, .8),
    LEVEL(ELSE, SURNAME, 0)};
static const struct mln_level dob[] = {LEVEL(EXACT, DOB, 0),     LEVEL(COMPATIBLE, DOB, 0),
                                       LEVEL(DAY_MONTH, DOB, 0), LEVEL(DATE_DIGITS, DOB, 1),
                                       LEVEL(YEARS, DOB, 1),     LEVEL(ELSE, DOB, 0)};
static const struct mln_level sexe[] = {LEVEL(EXACT, SEXE, 0), LEVEL(ELSE, SEXE, 0)};
static const struct mln_level commune[] = {LEVEL(EXACT, COMMUNE, 0), LEVEL(PREFIX, COMMUNE, 2),
                                           LEVEL(ELSE, COMMUNE, 0)};
static struct mln_comparison comparisons[] = {
    {.field = FIRST_NAME, .levels = first_name, .n_levels = 5},
    {.field = SURNAME, .levels = surname, .n_levels = 4},
    {.field = DOB, .levels = dob, .n_levels = 6},
    {.field = SEXE, .levels = sexe, .n_levels = 2},
    {.field = COMMUNE, .levels = commune, .n_levels = 3}};
static const size_t by_dob[] = {DOB}, by_names[] = {SURNAME, FIRST_NAME},
                    by_place[] = {SURNAME, COMMUNE};
static const struct mln_block_rule rules[] = {
    {.name = {"dob", 3}, .fields = by_dob, .n_fields = 1},
    {.name = {"names", 5}, .fields = by_names, .n_fields = 2},
    {.name = {"place", 5}, .fields = by_place, .n_fields = 2}};

/* ── times ── */

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static const size_t by_commune[] = {COMMUNE};
static const struct mln_block_rule one_large_block = {
    .name = {"commune", 7}, .fields = by_commune, .n_fields = 1, .allow_large = true};

static void run_large(uint32_t n, size_t n_threads) {
    struct mln_err err = {0};
    struct mln_records r = records_make(n);
    for (uint32_t i = 0; i < 2 * n; i++) {
        if (i % 10 < 3) {
            r.fields[COMMUNE].ids[i] = 0;
        }
    }
    struct mln_link_model model = {
        .comparisons = comparisons, .n_comparisons = 5, .rules = &one_large_block, .n_rules = 1};
    model.decision.block_share_max = .1;
    model.decision.pairs_max = UINT64_MAX;
    struct mln_blocks *blocks;
    struct mln_ladder *ladder;
    struct mln_pattern_counts counts;
    check(mln_blocks_build(&model, &r, n_threads, &blocks, &err), &err);
    check(mln_ladder_build(&model, &r, n_threads, &ladder, &err), &err);
    const double tables = peak_mib(), t = cpu();
    struct mln_pairs_options options = {.n_threads = n_threads, .only_rule = SIZE_MAX};
    check(mln_pairs_count(blocks, ladder, &options, &counts, &err), &err);
    struct mln_rule_count made;
    mln_blocks_counts(blocks, &made);
    printf("%u x %u, one block of %.1f M pairs among %.1f M: %.1f ns a pair; peak before %.1f MiB, "
           "after %.1f MiB\n",
           n, n, (double)made.largest * 1e-6, (double)counts.total * 1e-6,
           (cpu() - t) * 1e9 / (double)counts.total, tables, peak_mib());
    mln_pattern_counts_release(&counts);
    mln_blocks_free(blocks);
    mln_ladder_free(ladder);
    records_free(&r);
}

static void run(uint32_t n, size_t n_threads) {
    struct mln_err err = {0};
    struct mln_records r = records_make(n);
    struct mln_link_model model = {
        .comparisons = comparisons, .n_comparisons = 5, .rules = rules, .n_rules = 3};
    model.decision.block_share_max = .1;
    model.decision.pairs_max = UINT64_MAX;
    const double tables = peak_mib();
    struct mln_blocks *blocks;
    struct mln_ladder *ladder;
    struct mln_pattern_counts counts, rule, random;
    double t[6];
    t[0] = cpu();
    check(mln_blocks_build(&model, &r, n_threads, &blocks, &err), &err);
    t[1] = cpu();
    check(mln_ladder_build(&model, &r, n_threads, &ladder, &err), &err);
    t[2] = cpu();
    struct mln_pairs_options options = {.n_threads = n_threads, .only_rule = SIZE_MAX};
    check(mln_pairs_count(blocks, ladder, &options, &counts, &err), &err);
    t[3] = cpu();
    check(mln_pairs_random(&r, MLN_LINK_TWO_FILES, ladder, 1, 2000000, n_threads, &random, &err),
          &err);
    t[4] = cpu();
    struct mln_rule_count made[3];
    mln_blocks_counts(blocks, made);
    printf(
        "%u x %u: %.1f M pairs, %zu patterns; blocks %.3f s, ladder %.3f s, pairs %.3f s = %.1f ns "
        "a pair; 2 M random pairs %.3f s; tables %.0f MiB, peak %.0f MiB\n",
        n, n, (double)counts.total * 1e-6, counts.n, t[1] - t[0], t[2] - t[1], t[3] - t[2],
        (t[3] - t[2]) * 1e9 / (double)counts.total, t[4] - t[3], tables, peak_mib());
    for (size_t k = 0; k < 3; k++) {
        options.only_rule = k;
        t[4] = cpu();
        check(mln_pairs_count(blocks, ladder, &options, &rule, &err), &err);
        t[5] = cpu();
        printf("  %-6s %6.1f M pairs, new %6.1f M, blocks %8llu, largest %8llu: %.1f ns a pair\n",
               rules[k].name.p, (double)made[k].pairs * 1e-6, (double)made[k].new_pairs * 1e-6,
               (unsigned long long)made[k].blocks, (unsigned long long)made[k].largest,
               (t[5] - t[4]) * 1e9 / (double)rule.total);
        mln_pattern_counts_release(&rule);
    }
    mln_pattern_counts_release(&counts);
    mln_pattern_counts_release(&random);
    mln_blocks_free(blocks);
    mln_ladder_free(ladder);
    records_free(&r);
}

int main(int argc, char **argv) {
    size_t n_threads = 1;
    int at = 1;
    if (argc > 2 && strcmp(argv[1], "-t") == 0) {
        n_threads = strtoul(argv[2], NULL, 10);
        at = 3;
    }
    if (at + 1 < argc && strcmp(argv[at], "-g") == 0) {
        run_large((uint32_t)strtoul(argv[at + 1], NULL, 10), n_threads);
        return 0;
    }
    if (at == argc) {
        run(100000, n_threads);
        run(1000000, n_threads);
    }
    for (; at < argc; at++) {
        run((uint32_t)strtoul(argv[at], NULL, 10), n_threads);
    }
    return 0;
}
