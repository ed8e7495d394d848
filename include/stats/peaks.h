/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The largest latency of a thread in each window of 2^PEAKS_SHIFT ns since the start. The thread
 * writes, any thread may read. The last PEAKS_KEPT windows are kept.
 */
#ifndef TIDEMILL_STATS_PEAKS_H
#define TIDEMILL_STATS_PEAKS_H

#include <stdatomic.h>
#include <stdint.h>

enum { PEAKS_SHIFT = 28, PEAKS_KEPT = 16, PEAKS_LATENCY_BITS = 42 };

/* The number of the window above the latency, so that both change at once. */
struct peaks {
    _Atomic uint64_t windows[PEAKS_KEPT];
};

static inline uint64_t peaks_window(int64_t now_ns)
{
    return now_ns > 0 ? (uint64_t)now_ns >> PEAKS_SHIFT : 0;
}

/* Takes the latency of a request that was completed at 'now_ns'. Hot path. */
static inline void peaks_record(struct peaks *peaks, int64_t now_ns, int64_t latency_ns)
{
    const uint64_t most = (UINT64_C(1) << PEAKS_LATENCY_BITS) - 1;
    const uint64_t window = peaks_window(now_ns);
    const uint64_t latency = latency_ns < 0                ? 0
                             : (uint64_t)latency_ns < most ? (uint64_t)latency_ns
                                                           : most;
    const uint64_t seen = window << PEAKS_LATENCY_BITS | latency;
    _Atomic uint64_t *slot = &peaks->windows[window % PEAKS_KEPT];
    const uint64_t before = atomic_load_explicit(slot, memory_order_relaxed);
    if (before >> PEAKS_LATENCY_BITS != seen >> PEAKS_LATENCY_BITS || seen > before)
        atomic_store_explicit(slot, seen, memory_order_relaxed);
}

/* Returns the largest latency in the windows from 'first' to the one before 'end', as far as they
 * are kept; 0: none. */
int64_t peaks_read(const struct peaks *peaks, uint64_t first, uint64_t end);

#endif
