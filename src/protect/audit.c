#include "protect/audit.h"

#include <stdlib.h>

/* ── integers modulo 2^61 - 1 ── */

#define PRIME ((UINT64_C(1) << 61) - 1)
__extension__ typedef unsigned __int128 wide;

static uint64_t mod_mul(uint64_t a, uint64_t b) {
    const wide product = (wide)a * b;
    const uint64_t sum = (uint64_t)(product & PRIME) + (uint64_t)(product >> 61);
    return sum >= PRIME ? sum - PRIME : sum;
}

static uint64_t mod_sub(uint64_t a, uint64_t b) {
    return a >= b ? a - b : a + PRIME - b;
}

static uint64_t mod_inverse(uint64_t a) { /* a^(p - 2) */
    uint64_t power = 1;
    for (uint64_t e = PRIME - 2; e > 0; e >>= 1) {
        power = (e & 1) != 0 ? mod_mul(power, a) : power;
        a = mod_mul(a, a);
    }
    return power;
}

/* splitmix64 of a position: never zero. */
static uint64_t mod_draw(uint64_t position) {
    uint64_t z = (position + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z = (z ^ (z >> 31)) % PRIME;
    return z == 0 ? 1 : z;
}

/* ── sparse elimination ── */

struct entry {
    size_t unknown;
    uint64_t value; /* never 0 */
};

struct row {
    struct entry *entries; /* by unknown */
    size_t n;
    size_t cap;
    bool used; /* as a pivot row, or empty */
};

struct pivot {
    size_t row;
    size_t unknown;
};

struct elimination {
    const struct mln_system *system;
    size_t *unknown_of; /* cell → unknown; n_unknowns for shown ones */
    size_t *cell_of;    /* unknown → cell */
    size_t n_unknowns;
    struct row *rows; /* one a line */
    size_t *uses;     /* unknown → rows in play that have it */
    struct pivot *pivots;
    size_t n_pivots;
    struct row merged; /* workspace */
    size_t *queue;
    size_t *in_play; /* rows left after peeling, in their order */
    size_t n_in_play;
};

static bool row_reserve(struct row *row, size_t n) {
    if (n <= row->cap) {
        return true;
    }
    const size_t cap = n + n / 2;
    struct entry *entries = realloc(row->entries, cap * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    row->entries = entries;
    row->cap = cap;
    return true;
}

static int compare_entries(const void *a, const void *b) {
    const size_t x = ((const struct entry *)a)->unknown;
    const size_t y = ((const struct entry *)b)->unknown;
    return (x > y) - (x < y);
}

static const struct entry *row_find(const struct row *row, size_t unknown) {
    const struct entry key = {unknown, 0};
    return row->n == 0 ? NULL : bsearch(&key, row->entries, row->n, sizeof key, compare_entries);
}

static bool load_rows(struct elimination *e) {
    const struct mln_system *s = e->system;
    for (size_t l = 0; l < s->n_lines; l++) {
        struct row *row = &e->rows[l];
        if (!row_reserve(row, s->lines[l].n_suppressed)) {
            return false;
        }
        for (size_t i = 0; i < s->lines[l].n; i++) {
            const size_t unknown = e->unknown_of[s->members[s->lines[l].first + i]];
            if (unknown != e->n_unknowns) {
                row->entries[row->n++] = (struct entry){unknown, i == 0 ? 1 : PRIME - 1};
                e->uses[unknown]++;
            }
        }
        row->used = row->n == 0;
        if (row->n > 1) {
            qsort(row->entries, row->n, sizeof *row->entries, compare_entries);
        }
    }
    return true;
}

static void take_pivot(struct elimination *e, size_t row, size_t unknown) {
    e->rows[row].used = true;
    e->pivots[e->n_pivots++] = (struct pivot){row, unknown};
    for (size_t i = 0; i < e->rows[row].n; i++) {
        e->uses[e->rows[row].entries[i].unknown]--;
    }
}

/* An unknown that stands in one line only can take whatever the rest of the line leaves: its line
 * binds nobody else. Peeling these changes no other row. */
static void peel(struct elimination *e) {
    const struct mln_system *s = e->system;
    size_t n_queue = 0;
    for (size_t u = 0; u < e->n_unknowns; u++) {
        if (e->uses[u] == 1) {
            e->queue[n_queue++] = u;
        }
    }
    while (n_queue > 0) {
        const size_t unknown = e->queue[--n_queue];
        if (e->uses[unknown] != 1) {
            continue;
        }
        const size_t cell = e->cell_of[unknown];
        size_t at = s->line_start[cell];
        while (e->rows[s->line_of[at]].used) {
            at++;
        }
        const struct row *row = &e->rows[s->line_of[at]];
        take_pivot(e, s->line_of[at], unknown);
        for (size_t i = 0; i < row->n; i++) {
            if (e->uses[row->entries[i].unknown] == 1) {
                e->queue[n_queue++] = row->entries[i].unknown;
            }
        }
    }
}

/* target -= factor × pivot, both sorted. */
static bool subtract(struct elimination *e, struct row *target, const struct row *pivot,
                     uint64_t factor) {
    struct row *out = &e->merged;
    if (!row_reserve(out, target->n + pivot->n)) {
        return false;
    }
    out->n = 0;
    for (size_t i = 0, j = 0; i < target->n || j < pivot->n;) {
        const struct entry *a = i < target->n ? &target->entries[i] : NULL;
        const struct entry *b = j < pivot->n ? &pivot->entries[j] : NULL;
        struct entry sum;
        if (b == NULL || (a != NULL && a->unknown < b->unknown)) {
            sum = *a;
            i++;
        } else {
            const bool both = a != NULL && a->unknown == b->unknown;
            sum =
                (struct entry){b->unknown, mod_sub(both ? a->value : 0, mod_mul(factor, b->value))};
            i += both;
            j++;
            e->uses[sum.unknown] += !both;
            e->uses[sum.unknown] -= both && sum.value == 0;
        }
        if (sum.value != 0) {
            out->entries[out->n++] = sum;
        }
    }
    const struct row old = *target;
    *target = *out;
    *out = old;
    target->used = target->n == 0;
    return true;
}

/* The shortest row in play, and in it the unknown that the fewest rows have (Markowitz's rule, one
 * side at a time). Rows that left are forgotten. False when no row is in play. */
static bool choose_pivot(struct elimination *e, size_t *row, size_t *unknown) {
    size_t n = 0;
    for (size_t i = 0; i < e->n_in_play; i++) {
        const size_t at = e->in_play[i];
        if (e->rows[at].used) {
            continue;
        }
        if (n == 0 || e->rows[at].n < e->rows[*row].n) {
            *row = at;
        }
        e->in_play[n++] = at;
    }
    e->n_in_play = n;
    if (n == 0) {
        return false;
    }
    const struct row *r = &e->rows[*row];
    *unknown = r->entries[0].unknown;
    for (size_t i = 1; i < r->n; i++) {
        if (e->uses[r->entries[i].unknown] < e->uses[*unknown]) {
            *unknown = r->entries[i].unknown;
        }
    }
    return true;
}

static bool eliminate(struct elimination *e) {
    peel(e);
    for (size_t l = 0; l < e->system->n_lines; l++) {
        e->in_play[e->n_in_play++] = l;
    }
    for (size_t row, unknown; choose_pivot(e, &row, &unknown);) {
        const struct row *pivot = &e->rows[row];
        const uint64_t inverse = mod_inverse(row_find(pivot, unknown)->value);
        take_pivot(e, row, unknown);
        for (size_t i = 0; e->uses[unknown] > 0 && i < e->n_in_play; i++) {
            struct row *target = &e->rows[e->in_play[i]];
            const struct entry *found = target->used ? NULL : row_find(target, unknown);
            if (found != NULL && !subtract(e, target, pivot, mod_mul(found->value, inverse))) {
                return false;
            }
        }
    }
    return true;
}

/* Free unknowns are drawn; pivots follow, last first: a pivot row has, besides its own, only
 * unknowns that are free or were pivots later. */
static void solve(const struct elimination *e, uint64_t *x) {
    for (size_t u = 0; u < e->n_unknowns; u++) {
        x[u] = mod_draw(u);
    }
    for (size_t i = e->n_pivots; i-- > 0;) {
        const struct row *row = &e->rows[e->pivots[i].row];
        uint64_t others = 0;
        uint64_t own = 1;
        for (size_t j = 0; j < row->n; j++) {
            if (row->entries[j].unknown == e->pivots[i].unknown) {
                own = row->entries[j].value;
            } else {
                others =
                    mod_sub(others, mod_mul(row->entries[j].value, x[row->entries[j].unknown]));
            }
        }
        x[e->pivots[i].unknown] = mod_mul(others, mod_inverse(own));
    }
}

static bool allocate(struct mln_arena *scratch, struct elimination *e) {
    const struct mln_system *s = e->system;
    e->unknown_of = MLN_ARENA_NEW(scratch, size_t, s->n_cells);
    e->cell_of = MLN_ARENA_NEW(scratch, size_t, s->n_cells);
    e->uses = MLN_ARENA_NEW(scratch, size_t, s->n_cells);
    e->queue = MLN_ARENA_NEW(scratch, size_t, 2 * s->n_cells + s->n_lines);
    e->rows = MLN_ARENA_NEW(scratch, struct row, s->n_lines);
    e->pivots = MLN_ARENA_NEW(scratch, struct pivot, s->n_lines);
    e->in_play = MLN_ARENA_NEW(scratch, size_t, s->n_lines);
    return e->unknown_of != NULL && e->cell_of != NULL && e->uses != NULL && e->queue != NULL &&
           e->rows != NULL && e->pivots != NULL && e->in_play != NULL;
}

enum mln_status mln_audit(const struct mln_system *s, bool *given_away, struct mln_err *err) {
    struct mln_arena scratch = MLN_ARENA_INIT;
    struct elimination e = {.system = s};
    uint64_t *x = MLN_ARENA_NEW(&scratch, uint64_t, s->n_cells);
    bool ok = allocate(&scratch, &e) && x != NULL;
    for (size_t c = 0; ok && c < s->n_cells; c++) {
        e.n_unknowns += s->cells[c].state != MLN_CELL_SHOWN;
    }
    for (size_t c = 0, u = 0; ok && c < s->n_cells; c++) {
        const bool unknown = s->cells[c].state != MLN_CELL_SHOWN;
        e.unknown_of[c] = unknown ? u : e.n_unknowns;
        if (unknown) {
            e.cell_of[u++] = c;
        }
    }
    const bool has_rows = e.rows != NULL;
    ok = ok && load_rows(&e) && eliminate(&e);
    if (ok) {
        solve(&e, x);
        for (size_t c = 0; c < s->n_cells; c++) {
            given_away[c] = e.unknown_of[c] != e.n_unknowns && x[e.unknown_of[c]] == 0;
        }
    }
    for (size_t l = 0; has_rows && l < s->n_lines; l++) {
        free(e.rows[l].entries);
    }
    free(e.merged.entries);
    mln_arena_release(&scratch);
    return ok ? MLN_OK : mln_err_nomem(err, "the audit of suppression");
}
