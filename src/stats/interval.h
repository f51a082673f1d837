/* Intervals of a probability from its standard error, as survfit of R survival names and forms
 * them.
 *
 *   plain     p ± z se, cut to 0..1
 *   log       p exp(± z se / p), upper end cut to 1: symmetric for log p
 *   log-log   p^exp(± z se / (p log p)): symmetric for log(−log p), never leaves 0..1
 *   cloglog   1 − (1 − p)^exp(± …): the log-log form of 1 − p, for cumulative incidences (as etm
 * has it)
 *
 * All are asymptotic: 95 % is reached in large groups. The log form is a poor one for a probability
 * near 1 (its upper end is cut), the plain one near 0 and 1; log-log keeps its level well in small
 * groups (Borgan & Liestøl, Scand. J. Statist. 17, 1990). */
#ifndef MLN_STATS_INTERVAL_H
#define MLN_STATS_INTERVAL_H

enum mln_interval_kind {
    MLN_INTERVAL_PLAIN,
    MLN_INTERVAL_LOG,
    MLN_INTERVAL_LOG_LOG,
    MLN_INTERVAL_CLOGLOG,
};

struct mln_interval {
    double lower, upper;
};

/* The z of a two-sided interval of that level, 0 < level < 1: 1.96 for 0.95. NaN otherwise. */
double mln_interval_z(double level);

/* NaN at both ends where the form is not defined: p = 0 for log; p = 0 or 1 for log-log and
 * cloglog; p or se NaN. A plain interval of se NaN is NaN. */
struct mln_interval mln_interval_of(double p, double std_err, enum mln_interval_kind kind,
                                    double z);

#endif
