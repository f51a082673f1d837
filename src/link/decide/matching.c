#include "link/decide/matching.h"

#include <math.h>
#include <string.h>

/* ── belief propagation ── */

/* The messages of one record of side s: 1 / (1 + Σ z × incoming) over its other edges. The sums run
 * from both ends: taking one large term off the whole would lose the small ones. */
static void send(const struct matching *m, int s, uint32_t record, double *message[2], bool damped,
                 double *room) {
    const struct matching_side *side = &m->side[s];
    const uint32_t *edge = side->edge + side->start[record];
    const uint32_t n = side->start[record + 1] - side->start[record];
    const double *incoming = message[1 - s];
    double after = 0;
    for (uint32_t k = n; k-- > 0;) {
        room[k] = after;
        after += m->z[edge[k]] * incoming[edge[k]];
    }
    double before = 0;
    for (uint32_t k = 0; k < n; k++) {
        double *const mine = &message[s][edge[k]];
        const double fresh = side->one ? 1 / (1 + before + room[k]) : 1;
        *mine = damped ? sqrt(fresh * *mine) : fresh;
        before += m->z[edge[k]] * incoming[edge[k]];
    }
}

/* The probabilities of the edges into `probability`; returns the largest change. */
static double look(const struct matching *m, double *const message[2], double *probability) {
    double moved = 0;
    for (uint32_t e = 0; e < m->n; e++) {
        const double odds = m->z[e] * message[0][e] * message[1][e];
        const double p = odds / (1 + odds);
        moved = fmax(moved, fabs(p - probability[e]));
        probability[e] = p;
    }
    return moved;
}

bool matching_propagate(const struct matching *m, double tolerance, double *message[2],
                        double *room, double *probability) {
    enum { PASSES = 200, UNDAMPED = 12 };
    (void)look(m, message, probability);
    for (int pass = 0; pass < PASSES; pass++) {
        for (int s = 0; s < 2; s++) {
            for (uint32_t i = 0; i < m->side[s].n; i++) {
                send(m, s, i, message, pass >= UNDAMPED, room);
            }
        }
        if (look(m, message, probability) <= tolerance && pass > 0) {
            return true;
        }
    }
    return false;
}

/* ── sums over subsets ──
 *
 * The records of the larger side are taken one after the other. forward[r][S]: the sum over the
 * matchings of the first r of them that use exactly the set S of the lesser side; backward[S]: over
 * those of the others that use nothing of S. Each record's z are divided by their largest, or by
 * the 1 of having no edge, and each sum by its largest: nothing overflows, and what underflows is
 * 2^-1000 of what stays. */

static int lesser(const struct matching *m) {
    return m->side[0].n < m->side[1].n ? 0 : 1;
}

size_t matching_exact_room(const struct matching *m) {
    const int s = lesser(m);
    return ((size_t)m->side[1 - s].n + 3) << m->side[s].n;
}

/* The divisor of a record's weights. */
static double scale_of(const struct matching *m, int s, uint32_t record) {
    double most = 1;
    for (uint32_t k = m->side[s].start[record]; k < m->side[s].start[record + 1]; k++) {
        most = fmax(most, m->z[m->side[s].edge[k]]);
    }
    return most;
}

static void divide_by_largest(double *sums, size_t n) {
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, sums[i]);
    }
    for (size_t i = 0; i < n; i++) {
        sums[i] /= most;
    }
}

/* One more record of side s: from `before` to `after`. Forward, an edge adds its end to the set;
 * backward, it takes from what is left. */
static void take_record(const struct matching *m, int s, uint32_t record, bool forward,
                        const double *before, double *after) {
    const size_t n_sets = (size_t)1 << m->side[1 - s].n;
    const double scale = scale_of(m, s, record);
    for (size_t set = 0; set < n_sets; set++) {
        double sum = before[set] / scale;
        for (uint32_t k = m->side[s].start[record]; k < m->side[s].start[record + 1]; k++) {
            const uint32_t e = m->side[s].edge[k];
            const size_t bit = (size_t)1 << m->end[1 - s][e];
            if (((set & bit) != 0) == forward) {
                sum += m->z[e] / scale * before[set ^ bit];
            }
        }
        after[set] = sum;
    }
    divide_by_largest(after, n_sets);
}

/* The odds of the edges of a record: the sum with each against that of all else. */
static void odds_of_record(const struct matching *m, int s, uint32_t record, const double *forward,
                           const double *backward, double *log2_odds) {
    const size_t n_sets = (size_t)1 << m->side[1 - s].n;
    const uint32_t *edge = m->side[s].edge + m->side[s].start[record];
    const uint32_t n = m->side[s].start[record + 1] - m->side[s].start[record];
    const double scale = scale_of(m, s, record);
    double none = 0;
    for (size_t set = 0; set < n_sets; set++) {
        none += forward[set] * backward[set] / scale;
    }
    for (uint32_t k = 0; k < n; k++) {
        const size_t bit = (size_t)1 << m->end[1 - s][edge[k]];
        double sum = 0;
        for (size_t set = 0; set < n_sets; set++) {
            sum += (set & bit) != 0 ? 0 : forward[set] * backward[set | bit];
        }
        log2_odds[edge[k]] = sum * (m->z[edge[k]] / scale); /* unnormalised: its odds follow below */
    }
    double others[1 << 5]; /* the lesser side's records at most */
    for (uint32_t k = 0; k < n; k++) {
        others[k] = none;
        for (uint32_t j = 0; j < n; j++) {
            others[k] += j == k ? 0 : log2_odds[edge[j]];
        }
    }
    for (uint32_t k = 0; k < n; k++) {
        const double odds = log2(log2_odds[edge[k]] / others[k]);
        log2_odds[edge[k]] = fmin(fmax(odds, -1000), 1000);
    }
}

void matching_exact(const struct matching *m, double *room, double *log2_odds) {
    const int s = 1 - lesser(m);
    const uint32_t n = m->side[s].n;
    const size_t n_sets = (size_t)1 << m->side[1 - s].n;
    double *backward = room + ((size_t)n + 1) * n_sets;
    double *aside = backward + n_sets;
    memset(room, 0, n_sets * sizeof *room);
    room[0] = 1;
    for (uint32_t r = 0; r + 1 < n; r++) {
        take_record(m, s, r, true, room + r * n_sets, room + (r + 1) * n_sets);
    }
    for (size_t set = 0; set < n_sets; set++) {
        backward[set] = 1;
    }
    for (uint32_t r = n; r-- > 0;) {
        odds_of_record(m, s, r, room + r * n_sets, backward, log2_odds);
        take_record(m, s, r, false, backward, aside);
        double *const swap = backward;
        backward = aside;
        aside = swap;
    }
}
