/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of a thread's work, defined by the list in counters.def. Each thread owns one set and
 * only that thread writes it. Sets are merged after the join, by the rule in the list. There are no
 * pointers, so a set can be sent with MPI.
 */
#ifndef TIDEMILL_STATS_COUNTERS_H
#define TIDEMILL_STATS_COUNTERS_H

#include <stdint.h>

struct counters {
#define COUNTER(name, merge, unit, long_name) int64_t name;
#include "stats/counters.def"
#undef COUNTER
};

/* Sets counters that merge by MIN to INT64_MAX and all others to 0, so that merging an unused set
 * changes nothing. */
void counters_clear(struct counters *counters);

/* Adds 'from' to 'into', each counter by its rule. */
void counters_merge(struct counters *into, const struct counters *from);

/* Returns the CPU time of all threads that worked for the phase. */
static inline int64_t counters_cpu_ns(const struct counters *counters)
{
    return counters->writer_cpu_ns + counters->ring_cpu_ns + counters->producer_cpu_ns;
}

#endif
