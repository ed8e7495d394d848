/* SPDX-License-Identifier: Apache-2.0 */
/* What a rank, or several, did on one target in a phase; of fixed size, so that it can be merged
 * along a tree. */
#ifndef TIDEMILL_PHASES_TARGET_USE_H
#define TIDEMILL_PHASES_TARGET_USE_H

#include <stdint.h>

#include "stats/counters.h"
#include "stats/histogram.h"

struct target_use {
    int64_t ranks;
    int64_t writers; /* I/O threads */
    int64_t nodes;   /* of a leader's value, once its node's are merged */
    int64_t bytes;
    int64_t operations;
    int64_t requests;
    int64_t end_ns;
    struct histogram latency;
};

void target_use_clear(struct target_use *use);

/* Adds what a thread did that worked on this target only. */
void target_use_add(struct target_use *use, const struct counters *counters,
                    const struct histogram *latency);

/* Adds 'from' to 'into', as cluster_merge_rule wants it. */
void target_use_merge(void *into, const void *from);

#endif
