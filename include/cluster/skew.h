/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A common time base for all ranks: the offset of each rank's monotonic clock from rank 0's, with a
 * bound of its error. Pairs of ranks exchange messages along a tree of log2 steps, as in Cristian's
 * algorithm: of each pair's exchanges (at least 64, until the shortest round trip has been
 * repeated, at most 0.1 s) the one with the shortest round trip is used, and half of that round
 * trip bounds the error for any network delay. The wall clock is compared, but never used.
 *
 * Ranks that read the same clock (same boot, same time namespace) share one result: only the lowest
 * of them takes part in the exchanges. Two comparisons, before and after a phase, give the drift,
 * which is applied to all instants between them. Main thread only.
 */
#ifndef TIDEMILL_CLUSTER_SKEW_H
#define TIDEMILL_CLUSTER_SKEW_H

#include "cluster/cluster.h"

/* The result of one comparison. */
struct clock_point {
    int64_t local_ns;      /* when, on this rank's own clock */
    int64_t offset_ns;     /* own clock minus rank 0's */
    int64_t error_ns;      /* bound of the offset's error */
    int64_t round_trip_ns; /* the shortest exchange; 0 if this is rank 0's clock */
    int64_t wall_ns;       /* wall clock minus own clock; a change is a step of the wall clock */
};

/* The clocks to read: the kernel's, or in tests clocks with a known error. */
struct clock_source {
    int64_t (*now_ns)(void *context);
    int64_t (*wall_ns)(void *context);
    void *context;
};

/* CLOCK_MONOTONIC and CLOCK_REALTIME. */
extern const struct clock_source clock_source_kernel;

/* Compares this rank's clock with rank 0's. Collective. */
void cluster_compare_clocks(struct cluster *cluster, const struct clock_source *source,
                            struct clock_point *point);

/* Agrees on a start far enough in the future for all ranks to receive it in time: at least
 * 'least_ns' and four times the duration of a gate from now. Returns it on this rank's own clock,
 * by 'point', and the distance in '*slack_ns'. Collective. */
int64_t cluster_agree_start(struct cluster *cluster, const struct clock_source *source,
                            const struct clock_point *point, int64_t least_ns, int64_t *slack_ns);

/* Converts an instant of this rank's clock to rank 0's, by the comparisons around it. Pure. */
int64_t clock_common_ns(const struct clock_point *before, const struct clock_point *after,
                        int64_t local_ns);

/* Returns how much faster than rank 0's this clock ran between two comparisons, in parts per
 * billion; 0 if the difference is within their errors. Pure. */
int64_t clock_drift_ppb(const struct clock_point *before, const struct clock_point *after);

#endif
