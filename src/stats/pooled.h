/* The groups of one stratum walked together, time by time. Internal to this room.
 *
 *     mln_pooled_start → while (mln_pooled_next): what each group has at that time
 */
#ifndef MLN_STATS_POOLED_H
#define MLN_STATS_POOLED_H

#include "stats/logrank.h"

struct mln_pooled {
    const struct mln_risk *tables; /* n_groups of one stratum */
    size_t n_groups;
    size_t *place; /* a group: its first time not before the current one; the caller's */
    bool started;
    double time;
};

void mln_pooled_start(struct mln_pooled *p, const struct mln_risk *tables, size_t n_groups,
                      size_t *place);

/* Goes to the next time that some group lists; false after the last. O(n_groups). */
bool mln_pooled_next(struct mln_pooled *p);

static inline double mln_pooled_at_risk(const struct mln_pooled *p, size_t g) {
    const struct mln_risk *risk = &p->tables[g];
    return p->place[g] < risk->n_times ? risk->n_risk[p->place[g]] : 0.0;
}

/* Ends by that cause at the current time; cause 0: by any. */
static inline double mln_pooled_ends(const struct mln_pooled *p, size_t g, size_t cause) {
    const struct mln_risk *risk = &p->tables[g];
    const size_t i = p->place[g];
    if (i >= risk->n_times || risk->time[i] != p->time) {
        return 0.0;
    }
    return cause == 0 ? mln_risk_events(risk, i) : risk->n_end[i * (risk->n_causes + 1) + cause];
}

/* Both tests count whole spells. */
enum mln_status mln_pooled_check(const struct mln_compared *compared, struct mln_err *err)
    MLN_MUST_USE;

#endif
