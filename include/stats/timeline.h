/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amounts, requests and the slowest request over time, in bins of equal width: a power of two of
 * nanoseconds, counted from the start of the phase. When time exceeds the last bin, neighbouring
 * bins are joined and the width doubles, so memory is fixed for any duration. The bins of all
 * threads, ranks and nodes share one grid, so merging is exact. Bins that were taken on another
 * clock are moved onto the grid once, before they are merged. There are no pointers, so a timeline
 * can be sent with MPI.
 *
 * One thread writes a timeline; others read it after the join.
 */
#ifndef TIDEMILL_STATS_TIMELINE_H
#define TIDEMILL_STATS_TIMELINE_H

#include <stdint.h>

enum { TIMELINE_BINS = 1024, TIMELINE_FIRST_SHIFT = 20 };

struct timeline_bin {
    int64_t amount; /* in the unit of the phase */
    int64_t requests;
    int64_t slowest_ns; /* latency of the slowest request acknowledged in this bin */
};

struct timeline {
    uint32_t shift; /* a bin is 2^shift ns wide */
    uint32_t used;  /* bins up to the last one that is not empty */
    struct timeline_bin bins[TIMELINE_BINS];
};

/* Empties the timeline and sets the narrowest bins. */
void timeline_clear(struct timeline *timeline);

/* Doubles the width until the grid includes 'at_ns'. */
void timeline_extend(struct timeline *timeline, int64_t at_ns);

/* Doubles the width until at most 'most' bins are used (at least 1). */
void timeline_shrink(struct timeline *timeline, uint32_t most);

/* Returns the bin of 'at_ns' for writing (values below 0 count as 0). */
static inline struct timeline_bin *timeline_bin_at(struct timeline *timeline, int64_t at_ns)
{
    uint64_t bin = at_ns > 0 ? (uint64_t)at_ns >> timeline->shift : 0;
    if (bin >= TIMELINE_BINS) {
        timeline_extend(timeline, at_ns);
        bin = (uint64_t)at_ns >> timeline->shift;
    }
    if (bin >= timeline->used)
        timeline->used = (uint32_t)bin + 1;
    return &timeline->bins[bin];
}

/* Adds a request that was acknowledged at 'at_ns'. Hot path. */
static inline void timeline_record(struct timeline *timeline, int64_t at_ns, int64_t amount,
                                   int64_t latency_ns)
{
    struct timeline_bin *into = timeline_bin_at(timeline, at_ns);
    into->amount += amount;
    into->requests++;
    if (latency_ns > into->slowest_ns)
        into->slowest_ns = latency_ns;
}

/* Adds an amount acknowledged at 'at_ns' that does not complete a request. */
static inline void timeline_record_part(struct timeline *timeline, int64_t at_ns, int64_t amount)
{
    timeline_bin_at(timeline, at_ns)->amount += amount;
}

/* Adds 'from' to 'into', on the wider grid of the two. */
void timeline_merge(struct timeline *into, const struct timeline *from);

/* Converts instants of one clock to another; must be monotonic. */
struct timeline_clock {
    int64_t (*convert)(const void *context, int64_t at_ns);
    const void *context;
};

/* Adds 'from', which was taken on another clock and has no event after 'last_ns' of that clock. A
 * bin that crosses an edge of the grid is divided in proportion, as if its events were spread
 * evenly; no part of the amount and no request is lost. The slowest request goes to the largest
 * part. Returns the largest distance by which an edge of 'from' was moved, in ns. */
int64_t timeline_add_converted(struct timeline *into, const struct timeline *from, int64_t last_ns,
                               const struct timeline_clock *clock);

/* Returns the width of a bin in ns. */
int64_t timeline_width_ns(const struct timeline *timeline);

#endif
