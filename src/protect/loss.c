#include "protect/loss.h"

#include <math.h>

static bool is_inner(const struct mln_table *t, size_t cell) {
    for (size_t d = t->n_dimensions; d-- > 0; cell /= t->dimensions[d].n) {
        if ((ptrdiff_t)(cell % t->dimensions[d].n) == t->dimensions[d].total) {
            return false;
        }
    }
    return true;
}

/* Sums over the inner cells of one table. */
struct inner {
    double count;     /* true */
    double published; /* of the shown ones */
    double hidden;    /* true, of the suppressed ones */
    size_t n_hidden;
};

static struct inner add_up(const struct mln_table *t, const struct mln_protected_table *p) {
    struct inner in = {0};
    for (size_t c = 0; c < t->n_cells; c++) {
        uint64_t shown = 0;
        if (!is_inner(t, c)) {
            continue;
        }
        in.count += (double)t->counts[c];
        if (mln_protected_count(p, c, &shown)) {
            in.published += (double)shown;
        } else {
            in.hidden += (double)t->counts[c];
            in.n_hidden++;
        }
    }
    return in;
}

static double hellinger_of(const struct mln_table *t, const struct mln_protected_table *p) {
    const struct inner in = add_up(t, p);
    const double whole = in.published + in.hidden;
    double sum = 0;
    if (in.count <= 0) {
        return 0;
    }
    for (size_t c = 0; c < t->n_cells; c++) {
        uint64_t shown = 0;
        if (!is_inner(t, c)) {
            continue;
        }
        const double guess =
            mln_protected_count(p, c, &shown) ? (double)shown : in.hidden / (double)in.n_hidden;
        const double q = whole > 0 ? guess / whole : 0;
        const double gap = sqrt((double)t->counts[c] / in.count) - sqrt(q);
        sum += gap * gap;
    }
    return sqrt(sum / 2);
}

struct mln_loss mln_loss_measure(const struct mln_table *tables,
                                 struct mln_protected_table *const *protected_tables, size_t n) {
    struct mln_loss loss = {0};
    double weight = 0;
    size_t n_shown = 0;
    size_t n_counted = 0;
    for (size_t t = 0; t < n; t++) {
        for (size_t c = 0; c < tables[t].n_cells; c++) {
            const double count = (double)tables[t].counts[c];
            uint64_t shown = 0;
            weight += count;
            if (!mln_protected_count(protected_tables[t], c, &shown)) {
                loss.n_suppressed++;
                loss.suppressed_weight += count;
                continue;
            }
            const double gap = fabs((double)shown - count);
            loss.mean_abs += gap;
            loss.max_abs = gap > loss.max_abs ? gap : loss.max_abs;
            loss.mean_relative += count > 0 ? gap / count : 0;
            n_counted += count > 0;
            n_shown++;
        }
        loss.n_cells += tables[t].n_cells;
        loss.hellinger += hellinger_of(&tables[t], protected_tables[t]) / (double)n;
    }
    loss.suppressed_weight /= weight > 0 ? weight : 1;
    loss.mean_abs /= n_shown > 0 ? (double)n_shown : 1;
    loss.mean_relative /= n_counted > 0 ? (double)n_counted : 1;
    return loss;
}
