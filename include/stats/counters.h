/*
 * Counters of what happened, from the one list counters.def. Each thread owns a set and alone
 * writes it; sets are merged after the join by the rule in the list. Plain data: can be sent.
 */
#ifndef TIDEMILL_STATS_COUNTERS_H
#define TIDEMILL_STATS_COUNTERS_H

#include <stdint.h>

struct counters {
#define COUNTER(name, merge, unit, long_name) int64_t name;
#include "stats/counters.def"
#undef COUNTER
};

/* Everything 0, what merges by MIN at INT64_MAX (so a set that saw nothing changes nothing). */
void counters_clear(struct counters *counters);

void counters_merge(struct counters *into, const struct counters *from);

#endif
