/*
 * What was acknowledged when: bytes, requests and the slowest request in bins of equal width, a
 * power of two of nanoseconds, counted from the start of the phase. When time outgrows the bins,
 * neighbours become one and the width doubles: memory is fixed whatever the duration, and bins of
 * all threads, ranks and nodes lie on one grid, so merging is exact. Bins that another clock kept
 * are moved onto the grid once, before they are merged. Plain data: can be sent.
 *
 * One thread writes a timeline; others read it after the join.
 */
#ifndef TIDEMILL_STATS_TIMELINE_H
#define TIDEMILL_STATS_TIMELINE_H

#include <stdint.h>

enum { TIMELINE_BINS = 1024, TIMELINE_FIRST_SHIFT = 20 };

struct timeline_bin {
    int64_t bytes;
    int64_t requests;
    int64_t slowest_ns; /* latency of the slowest request that was acknowledged in this bin */
};

struct timeline {
    uint32_t shift; /* a bin is 2^shift ns wide */
    uint32_t used;  /* bins up to the last one that holds something */
    struct timeline_bin bins[TIMELINE_BINS];
};

void timeline_clear(struct timeline *timeline);

/* Doubles the width until 'at_ns' has a bin. */
void timeline_reach(struct timeline *timeline, int64_t at_ns);

/* Doubles the width until at most 'most' bins are used (at least 1). */
void timeline_shrink(struct timeline *timeline, uint32_t most);

/* The bin of 'at_ns' (below 0 counts as 0), of which something is going to be told. */
static inline struct timeline_bin *timeline_bin_at(struct timeline *timeline, int64_t at_ns)
{
    uint64_t bin = at_ns > 0 ? (uint64_t)at_ns >> timeline->shift : 0;
    if (bin >= TIMELINE_BINS) {
        timeline_reach(timeline, at_ns);
        bin = (uint64_t)at_ns >> timeline->shift;
    }
    if (bin >= timeline->used)
        timeline->used = (uint32_t)bin + 1;
    return &timeline->bins[bin];
}

/* One request acknowledged at 'at_ns'; the hot path. */
static inline void timeline_record(struct timeline *timeline, int64_t at_ns, int64_t bytes,
                                   int64_t latency_ns)
{
    struct timeline_bin *into = timeline_bin_at(timeline, at_ns);
    into->bytes += bytes;
    into->requests++;
    if (latency_ns > into->slowest_ns)
        into->slowest_ns = latency_ns;
}

/* Bytes acknowledged at 'at_ns' that are no whole request. */
static inline void timeline_record_part(struct timeline *timeline, int64_t at_ns, int64_t bytes)
{
    timeline_bin_at(timeline, at_ns)->bytes += bytes;
}

/* The wider grid of the two holds. */
void timeline_merge(struct timeline *into, const struct timeline *from);

/* What instants of one clock are on another, which must not run backwards. */
struct timeline_clock {
    int64_t (*convert)(const void *context, int64_t at_ns);
    const void *context;
};

/* Adds 'from', which was kept by another clock and in which nothing came after 'last_ns' of that
 * clock. What lies in a bin counts as spread evenly over it, so a bin that reaches over an edge of
 * the grid is divided; no byte and no request is lost. The slowest request goes with the largest
 * part. Returns by how much the edges of 'from' were moved at most, in ns. */
int64_t timeline_add_converted(struct timeline *into, const struct timeline *from, int64_t last_ns,
                               const struct timeline_clock *clock);

/* Width of a bin. */
int64_t timeline_width_ns(const struct timeline *timeline);

/* The last edge of the grid at or before 'at_ns', and the bytes acknowledged before it: exact. */
int64_t timeline_edge_ns(const struct timeline *timeline, int64_t at_ns);
int64_t timeline_bytes_before(const struct timeline *timeline, int64_t edge_ns);

#endif
