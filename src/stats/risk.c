#include "stats/risk.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"
#include "stats/sum.h"

/* ── what both ways share: the tables' memory and their risk sets ── */

/* Lays out tables of n_times[g] rows; all numbers zero. */
static enum mln_status lay_out(const size_t *n_times, size_t n_groups, size_t n_causes,
                               bool weighted, struct mln_risk_sets *out, struct mln_err *err) {
    const size_t width = (weighted ? 2 : 1) * (n_causes + 2) + 1; /* doubles a time */
    size_t total = 0;
    for (size_t g = 0; g < n_groups; g++) {
        total += n_times[g];
    }
    *out = (struct mln_risk_sets){.groups = calloc(n_groups + 1, sizeof *out->groups),
                                  .n_groups = n_groups,
                                  .numbers = calloc(total * width + 1, sizeof *out->numbers)};
    if (out->groups == NULL || out->numbers == NULL) {
        mln_risk_release(out);
        return mln_err_nomem(err, "risk tables");
    }
    double *at = out->numbers;
    for (size_t g = 0; g < n_groups; g++) {
        const size_t n = n_times[g];
        struct mln_risk *risk = &out->groups[g];
        *risk = (struct mln_risk){.n_times = n, .n_causes = n_causes, .time = at, .n_risk = at + n};
        risk->n_end = at + 2 * n;
        at += (n_causes + 3) * n;
        risk->sq_risk = weighted ? at : risk->n_risk;
        risk->sq_end = weighted ? at + n : risk->n_end;
        at += weighted ? (n_causes + 2) * n : 0;
    }
    return MLN_OK;
}

/* From the last time back: what ends later, less what entered later. `n_in` (n_times) may be NULL.
 */
static void sum_at_risk(const struct mln_risk *risk, const double *n_end, const double *n_in,
                        double *n_risk) {
    struct mln_sum running = {0.0, 0.0};
    for (size_t i = risk->n_times; i-- > 0;) {
        if (n_in != NULL) {
            mln_sum_add(&running, -n_in[i]);
        }
        for (size_t k = 0; k <= risk->n_causes; k++) {
            mln_sum_add(&running, n_end[i * (risk->n_causes + 1) + k]);
        }
        const double n = mln_sum_of(&running);
        n_risk[i] = n > 0.0 ? n : 0.0;
    }
}

/* ── checks ── */

struct scan {
    bool whole; /* all exits are whole numbers */
    double longest;
};

static bool is_time(double t) {
    return t >= 0.0 && t < INFINITY;
}

static enum mln_status explain(const struct mln_spells *s, size_t i, size_t n_groups,
                               size_t n_causes, struct mln_err *err) {
    if (!is_time(s->exit[i])) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "spell %zu: the exit is not a time; use finite numbers from 0", i + 1);
    }
    if (s->end[i] > n_causes) {
        return mln_err_set(err, MLN_BAD_INPUT, "spell %zu: unknown end; use 0 (censored) to %zu",
                           i + 1, n_causes);
    }
    if (s->group != NULL && s->group[i] >= n_groups) {
        return mln_err_set(err, MLN_BAD_INPUT, "spell %zu: unknown group; there are %zu", i + 1,
                           n_groups);
    }
    if (s->weight != NULL && !is_time(s->weight[i])) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "spell %zu: the weight is not a finite number from 0", i + 1);
    }
    return mln_err_set(err, MLN_BAD_INPUT, "spell %zu: the entry is not a time before the exit",
                       i + 1);
}

static enum mln_status check(const struct mln_spells *s, size_t n_groups, size_t n_causes,
                             struct scan *scan, struct mln_err *err) {
    if (n_causes < 1 || n_causes > MLN_MAX_CAUSES || n_groups < 1 || s->n > UINT32_MAX / 2) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "risk tables take 1 to %d causes, a group or more and fewer than 2^31 "
                           "spells",
                           MLN_MAX_CAUSES);
    }
    *scan = (struct scan){true, 0.0};
    for (size_t i = 0; i < s->n; i++) {
        const double t = s->exit[i];
        const bool good = is_time(t) && s->end[i] <= n_causes &&
                          (s->group == NULL || s->group[i] < n_groups) &&
                          (s->weight == NULL || is_time(s->weight[i])) &&
                          (s->entry == NULL || (s->entry[i] >= 0.0 && s->entry[i] < t));
        if (!good) {
            return explain(s, i, n_groups, n_causes, err);
        }
        scan->whole = scan->whole && t < INT32_MAX && (double)(int32_t)t == t;
        scan->longest = t > scan->longest ? t : scan->longest;
    }
    return MLN_OK;
}

/* ── one pass over whole times ── */

struct grid {
    uint32_t *cells; /* groups × days × (1 + causes) */
    size_t n_days, width;
};

static void count_spells(const struct mln_spells *s, const struct grid *grid) {
    for (size_t i = 0; i < s->n; i++) {
        const size_t g = s->group == NULL ? 0 : s->group[i];
        const size_t day = (size_t)(int32_t)s->exit[i];
        grid->cells[(g * grid->n_days + day) * grid->width + s->end[i]]++;
    }
}

static bool is_listed(const struct grid *grid, size_t g, size_t day) {
    const uint32_t *cell = grid->cells + (g * grid->n_days + day) * grid->width;
    uint32_t any = 0;
    for (size_t k = 0; k < grid->width; k++) {
        any |= cell[k];
    }
    return any != 0;
}

/* A view's arrays are const for its readers; here they are ours, inside sets->numbers, and filled.
 */
static void list_days(const struct grid *grid, size_t g, struct mln_risk *risk) {
    double *time = (double *)risk->time;
    double *n_end = (double *)risk->n_end;
    size_t at = 0;
    for (size_t day = 0; day < grid->n_days; day++) {
        if (is_listed(grid, g, day)) {
            const uint32_t *cell = grid->cells + (g * grid->n_days + day) * grid->width;
            for (size_t k = 0; k < grid->width; k++) {
                n_end[at * grid->width + k] = cell[k];
            }
            time[at++] = (double)day;
        }
    }
    sum_at_risk(risk, n_end, NULL, (double *)risk->n_risk);
}

static enum mln_status build_by_counting(const struct mln_spells *s, const struct grid *shape,
                                         size_t n_groups, struct mln_risk_sets *out,
                                         struct mln_err *err) {
    struct grid grid = *shape;
    size_t *n_times = calloc(n_groups + 1, sizeof *n_times);
    grid.cells = calloc(n_groups * grid.n_days * grid.width + 1, sizeof *grid.cells);
    if (n_times == NULL || grid.cells == NULL) {
        free(n_times);
        free(grid.cells);
        return mln_err_nomem(err, "risk tables");
    }
    count_spells(s, &grid);
    for (size_t g = 0; g < n_groups; g++) {
        for (size_t day = 0; day < grid.n_days; day++) {
            n_times[g] += is_listed(&grid, g, day);
        }
    }
    const enum mln_status status = lay_out(n_times, n_groups, grid.width - 1, false, out, err);
    for (size_t g = 0; status == MLN_OK && g < n_groups; g++) {
        list_days(&grid, g, &out->groups[g]);
    }
    free(n_times);
    free(grid.cells);
    return status;
}

/* ── sorted marks: exits, and entries where some are late ── */

struct marks {
    size_t n;
    uint64_t *group, *time, *what, *weight; /* what: the end, or n_causes + 1 for an entry */
    uint32_t *order, *scratch;
};

static void release_marks(struct marks *m) {
    free(m->group);
    free(m->order);
}

static enum mln_status alloc_marks(size_t n, struct marks *m, struct mln_err *err) {
    *m = (struct marks){.group = malloc((4 * n + 1) * sizeof *m->group),
                        .order = malloc((2 * n + 1) * sizeof *m->order)};
    if (m->group == NULL || m->order == NULL) {
        release_marks(m);
        return mln_err_nomem(err, "the order of spells");
    }
    m->time = m->group + n;
    m->what = m->group + 2 * n;
    m->weight = m->group + 3 * n;
    m->scratch = m->order + n;
    return MLN_OK;
}

static double weight_of(const struct mln_spells *s, size_t i) {
    return s->weight == NULL ? 1.0 : s->weight[i];
}

static void mark(struct marks *m, const struct mln_spells *s, size_t i, double time, size_t what) {
    m->order[m->n] = (uint32_t)m->n;
    m->group[m->n] = s->group == NULL ? 0 : s->group[i];
    m->time[m->n] = mln_order_key(time);
    m->what[m->n] = what;
    m->weight[m->n] = mln_order_key(weight_of(s, i));
    m->n++;
}

/* `late` (a flag a group) says where some spell enters past 0. */
static void mark_spells(const struct mln_spells *s, size_t n_causes, bool *late, struct marks *m) {
    for (size_t i = 0; s->entry != NULL && i < s->n; i++) {
        late[s->group == NULL ? 0 : s->group[i]] |= s->entry[i] > 0.0 && weight_of(s, i) > 0.0;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (weight_of(s, i) > 0.0) {
            mark(m, s, i, s->exit[i], s->end[i]);
            if (late[s->group == NULL ? 0 : s->group[i]]) {
                mark(m, s, i, s->entry[i], n_causes + 1);
            }
        }
    }
    mln_order_by(m->weight, m->n, m->order, m->scratch);
    mln_order_by(m->what, m->n, m->order, m->scratch);
    mln_order_by(m->time, m->n, m->order, m->scratch);
    mln_order_by(m->group, m->n, m->order, m->scratch);
}

static bool is_new_time(const struct marks *m, size_t i) {
    return i == 0 || m->group[m->order[i]] != m->group[m->order[i - 1]] ||
           m->time[m->order[i]] != m->time[m->order[i - 1]];
}

static double number_of(uint64_t key) {
    double x;
    memcpy(&x, &key, sizeof x);
    return x;
}

/* Sums the marks from `i` on that belong to this group; `n_in` takes its entries. Returns the end.
 */
static size_t list_marks(const struct marks *m, size_t i, size_t g, struct mln_risk *risk,
                         double *n_in, double *sq_in) {
    const size_t width = risk->n_causes + 1;
    double *time = (double *)risk->time;
    double *n_end = (double *)risk->n_end;
    double *sq_end = risk->sq_end == risk->n_end ? NULL : (double *)risk->sq_end;
    size_t at = 0;
    for (size_t first = i; i < m->n && m->group[m->order[i]] == g; i++) {
        at += is_new_time(m, i) && i > first;
        const uint32_t row = m->order[i];
        const double w = number_of(m->weight[row]);
        time[at] = number_of(m->time[row]);
        const bool enters = m->what[row] == width;
        *(enters ? &n_in[at] : &n_end[at * width + m->what[row]]) += w;
        if (sq_end != NULL) {
            *(enters ? &sq_in[at] : &sq_end[at * width + m->what[row]]) += w * w;
        }
    }
    sum_at_risk(risk, n_end, n_in, (double *)risk->n_risk);
    if (sq_end != NULL) {
        sum_at_risk(risk, sq_end, sq_in, (double *)risk->sq_risk);
    }
    return i;
}

static enum mln_status list_groups(const struct marks *m, const bool *late, bool weighted,
                                   size_t n_groups, size_t n_causes, struct mln_risk_sets *out,
                                   struct mln_err *err) {
    size_t *n_times = calloc(n_groups + 1, sizeof *n_times);
    double *in = NULL;
    enum mln_status status = MLN_OK;
    size_t most = 0;
    if (n_times == NULL) {
        return mln_err_nomem(err, "risk tables");
    }
    for (size_t i = 0; i < m->n; i++) {
        n_times[m->group[m->order[i]]] += is_new_time(m, i);
    }
    for (size_t g = 0; g < n_groups; g++) {
        most = n_times[g] > most ? n_times[g] : most;
    }
    MLN_TRY_GOTO(status, lay_out(n_times, n_groups, n_causes, weighted, out, err), done);
    in = malloc((2 * most + 1) * sizeof *in);
    if (in == NULL) {
        mln_risk_release(out);
        status = mln_err_nomem(err, "risk tables");
        goto done;
    }
    for (size_t g = 0, i = 0; g < n_groups; g++) {
        for (size_t k = 0; k < n_times[g]; k++) {
            in[k] = in[most + k] = 0.0;
        }
        out->groups[g].has_late_entries = late[g];
        i = list_marks(m, i, g, &out->groups[g], in, in + most);
    }
done:
    free(in);
    free(n_times);
    return status;
}

static enum mln_status build_by_sorting(const struct mln_spells *s, size_t n_groups,
                                        size_t n_causes, struct mln_risk_sets *out,
                                        struct mln_err *err) {
    struct marks marks;
    bool *late = calloc(n_groups + 1, sizeof *late);
    if (late == NULL) {
        return mln_err_nomem(err, "risk tables");
    }
    enum mln_status status = alloc_marks((s->entry == NULL ? 1 : 2) * s->n, &marks, err);
    if (status == MLN_OK) {
        mark_spells(s, n_causes, late, &marks);
        status = list_groups(&marks, late, s->weight != NULL, n_groups, n_causes, out, err);
        release_marks(&marks);
    }
    free(late);
    return status;
}

/* ── ── */

enum mln_status mln_risk_build(const struct mln_spells *spells, size_t n_groups, size_t n_causes,
                               struct mln_risk_sets *out, struct mln_err *err) {
    *out = (struct mln_risk_sets){0};
    struct scan scan = {false, 0.0};
    MLN_TRY(check(spells, n_groups, n_causes, &scan, err));
    const double n_cells = (scan.longest + 1.0) * (double)(n_causes + 1) * (double)n_groups;
    if (scan.whole && spells->entry == NULL && spells->weight == NULL &&
        n_cells < 4.0 * (double)spells->n + 65536.0) {
        const struct grid shape = {NULL, (size_t)scan.longest + 1, n_causes + 1};
        return build_by_counting(spells, &shape, n_groups, out, err);
    }
    return build_by_sorting(spells, n_groups, n_causes, out, err);
}

void mln_risk_release(struct mln_risk_sets *sets) {
    free(sets->groups);
    free(sets->numbers);
    *sets = (struct mln_risk_sets){0};
}

struct mln_risk mln_risk_of_counts(size_t n_times, size_t n_causes, const double *time,
                                   const double *n_end, double *n_risk) {
    const struct mln_risk risk = {.n_times = n_times,
                                  .n_causes = n_causes,
                                  .time = time,
                                  .n_risk = n_risk,
                                  .n_end = n_end,
                                  .sq_risk = n_risk,
                                  .sq_end = n_end};
    sum_at_risk(&risk, n_end, NULL, n_risk);
    return risk;
}

double mln_risk_at(const struct mln_risk *risk, double t) {
    size_t low = 0, high = risk->n_times;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (risk->time[middle] < t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < risk->n_times ? risk->n_risk[low] : 0.0;
}
