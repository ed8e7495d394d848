/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/peaks.h"

int64_t peaks_read(const struct peaks *peaks, uint64_t first, uint64_t end)
{
    const uint64_t mask = (UINT64_C(1) << PEAKS_LATENCY_BITS) - 1;
    uint64_t largest = 0;
    for (uint64_t i = end > first + PEAKS_KEPT ? end - PEAKS_KEPT : first; i < end; i++) {
        const uint64_t seen =
            atomic_load_explicit(&peaks->windows[i % PEAKS_KEPT], memory_order_relaxed);
        if (seen >> PEAKS_LATENCY_BITS == (i << PEAKS_LATENCY_BITS) >> PEAKS_LATENCY_BITS &&
            (seen & mask) > largest)
            largest = seen & mask;
    }
    return (int64_t)largest;
}
