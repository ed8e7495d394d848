/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings of this node's device and networks while a phase runs, at even intervals that double
 * when the array is full: bounded for any duration. Node leaders only; NULL elsewhere, where
 * every function does nothing.
 */
#ifndef TIDEMILL_PHASES_GAUGE_H
#define TIDEMILL_PHASES_GAUGE_H

#include "platform/meter.h"

enum { GAUGE_READINGS = 257 };

struct gauge {
    char device[64]; /* "" when the target's is not known */
    int64_t start_ns;
    int64_t interval_ns; /* a power of two, like the bins of the timeline */
    uint32_t count;
    struct meter_reading readings[GAUGE_READINGS];
};

/* NULL when there is no memory, which is not a failure. 'start_ns' is the common start on this
 * node's clock. */
struct gauge *gauge_start(const char *device, int64_t start_ns);

/* Takes one if the next interval has begun; the first one with the phase: what was before it is
 * none of it. 'now_ns' is of this node's clock. */
void gauge_sample(struct gauge *gauge, int64_t now_ns);

/* Takes one in any case: when this rank has finished, and when all have. */
void gauge_take(struct gauge *gauge);

#endif
