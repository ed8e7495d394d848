/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an I/O thread currently waits for. The I/O thread writes, any thread may read. A write costs
 * a few plain stores. A read that meets a write reports no wait; the next read will find it.
 */
#ifndef TIDEMILL_PIPELINE_WATCH_H
#define TIDEMILL_PIPELINE_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/pipeline.h"

struct watch {
    _Atomic int64_t since_ns; /* clock_now_ns(); 0: no wait. Stored last. */
    _Atomic uint64_t offset;
    _Atomic uint32_t piece;
    _Atomic int what; /* enum wait_kind */
};

static inline void watch_set(struct watch *watch, enum wait_kind what, uint32_t piece,
                             uint64_t offset, int64_t since_ns)
{
    /* a reader that sees the new 'what' or 'offset' also sees this 0 */
    atomic_store_explicit(&watch->since_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&watch->what, (int)what, memory_order_release);
    atomic_store_explicit(&watch->piece, piece, memory_order_release);
    atomic_store_explicit(&watch->offset, offset, memory_order_release);
    atomic_store_explicit(&watch->since_ns, since_ns, memory_order_release);
}

static inline void watch_clear(struct watch *watch)
{
    atomic_store_explicit(&watch->since_ns, 0, memory_order_relaxed);
}

static inline bool watch_read(const struct watch *watch, struct waiting *seen)
{
    seen->since_ns = atomic_load_explicit(&watch->since_ns, memory_order_acquire);
    seen->what = (enum wait_kind)atomic_load_explicit(&watch->what, memory_order_acquire);
    seen->piece = atomic_load_explicit(&watch->piece, memory_order_acquire);
    seen->offset = atomic_load_explicit(&watch->offset, memory_order_acquire);
    return seen->since_ns &&
           seen->since_ns == atomic_load_explicit(&watch->since_ns, memory_order_relaxed);
}

#endif
