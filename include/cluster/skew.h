/*
 * One time base for all ranks: what each one's monotonic clock shows more than rank 0's, and by how
 * much that may be wrong. Exchanges between pairs along a tree, log2 steps; of each pair's
 * exchanges (64 or more, until the shortest trip was met again, 0.1 s at most) the one with the
 * shortest round trip counts, and half of that trip bounds the error, whatever the network did. The
 * wall clock takes no part: it is compared, and never used.
 *
 * Ranks of one clock (same boot, same time namespace) share one point: only the lowest of them
 * takes part in the exchanges. Measured before and after a phase, two points give the drift, and
 * every instant between is converted with it. Main thread only.
 */
#ifndef TIDEMILL_CLUSTER_SKEW_H
#define TIDEMILL_CLUSTER_SKEW_H

#include "cluster/cluster.h"

/* A clock as it stood at one moment. */
struct clock_point {
    int64_t local_ns;      /* the moment, on this rank's own clock */
    int64_t offset_ns;     /* own clock minus rank 0's */
    int64_t error_ns;      /* the offset is wrong by no more than this */
    int64_t round_trip_ns; /* the shortest exchange; 0 for who has rank 0's own clock */
    int64_t wall_ns;       /* wall clock minus own clock: a change is a step of the wall clock */
};

/* Where time comes from: the kernel, or a test's clock that is known to be wrong. */
struct clock_source {
    int64_t (*now_ns)(void *context);
    int64_t (*wall_ns)(void *context);
    void *context;
};

/* CLOCK_MONOTONIC and CLOCK_REALTIME. */
extern const struct clock_source clock_source_kernel;

/* Compares the clocks; a collective. */
void cluster_compare_clocks(struct cluster *cluster, const struct clock_source *source,
                            struct clock_point *point);

/* An instant that is far enough off for all to hear of it in time: not before 'least_ns' from now,
 * and not before four times what a gate takes. On each rank's own clock, by its 'point';
 * '*slack_ns' tells how far off it was set. A collective. */
int64_t cluster_start_at(struct cluster *cluster, const struct clock_source *source,
                         const struct clock_point *point, int64_t least_ns, int64_t *slack_ns);

/* An instant of this rank's clock on rank 0's, by the points around it. Pure. */
int64_t clock_common_ns(const struct clock_point *before, const struct clock_point *after,
                        int64_t local_ns);

/* How much faster than rank 0's this clock went between two points, in parts per billion; 0 where
 * the points are too close to tell. Pure. */
int64_t clock_drift_ppb(const struct clock_point *before, const struct clock_point *after);

#endif
