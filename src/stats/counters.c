/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/counters.h"

/* The merge rules that counters.def names. */
#define MERGE_SUM(a, b) ((a) + (b))
#define MERGE_MIN(a, b) ((a) < (b) ? (a) : (b))
#define MERGE_MAX(a, b) ((a) > (b) ? (a) : (b))

/* The initial value for each rule, which changes nothing when it is merged. */
#define EMPTY_SUM 0
#define EMPTY_MIN INT64_MAX
#define EMPTY_MAX 0

void counters_clear(struct counters *counters)
{
#define COUNTER(name, merge, unit, long_name) counters->name = EMPTY_##merge;
#include "stats/counters.def"
#undef COUNTER
}

void counters_merge(struct counters *into, const struct counters *from)
{
#define COUNTER(name, merge, unit, long_name) into->name = MERGE_##merge(into->name, from->name);
#include "stats/counters.def"
#undef COUNTER
}
