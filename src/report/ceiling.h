/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phase against the ceilings that were probed before it. Pure.
 *
 * Each ceiling was probed several times. Its value is the median of the probes; its interval is
 * that of the sign test (stats/describe.h), which assumes no distribution: seven probes enclose
 * their true median with a probability of 98.4 %. (W. J. Conover, Practical Nonparametric
 * Statistics, 3rd edition, 1999, section 3.2.)
 *
 * The lower ceiling is the lower one of two medians. Its interval goes from the lower one of their
 * lower bounds to the lower one of their upper bounds; it holds whenever both do, so with a
 * probability of at least 1 - the sum of their chances to fail (Bonferroni): 96.9 %. The share of
 * the phase is its rate, a fact, divided by the ceiling; its interval is the rate divided by the
 * bounds.
 */
#ifndef TIDEMILL_REPORT_CEILING_H
#define TIDEMILL_REPORT_CEILING_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

struct ceiling {
    enum record_probe probe; /* of the lower ceiling: which one it is */
    bool alone;              /* there is no other: the phase reads and does not check */
    size_t probes;           /* that were measured */
    int64_t per_s;           /* their median; 0 = not measured */
    int64_t low_per_s;       /* the bounds of its interval; -1 = too few probes for one */
    int64_t high_per_s;
    int64_t level_ppm;  /* probability that the interval holds the median; 0 without */
    const char *reason; /* why it was not measured, or NULL */
};

/* Gets one of the ceilings of a phase; false if it was not probed. */
bool ceiling_find(const struct record *record, const struct record_phase *phase,
                  enum record_probe probe, struct ceiling *ceiling);

/* Gets the lower ceiling, of generating or checking only and of storage only, or that of storage
 * where data are neither made nor checked; false unless all that apply were measured. */
bool ceiling_lower(const struct record *record, const struct record_phase *phase,
                   struct ceiling *lower);

/* "generator only", "storage only", "checker and storage", ... */
const char *ceiling_name(const struct record_phase *phase, enum record_probe probe);

/* "97 % (94 to 101 %) of the lower ceiling (storage only)": the phase's whole rate by the ceiling.
 */
void ceiling_share(const struct record_phase *phase, const struct ceiling *ceiling,
                   struct text *out);

#endif
