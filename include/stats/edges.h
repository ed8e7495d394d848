/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The amount that an I/O thread has acknowledged before each edge of the rounds (stats/rounds.h).
 * The I/O thread writes, any thread may read. The last EDGES_KEPT edges are kept. Exact: a thread
 * passes an edge when it first reads the clock at or after the edge, with the amount that it had
 * acknowledged at earlier readings.
 */
#ifndef TIDEMILL_STATS_EDGES_H
#define TIDEMILL_STATS_EDGES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "stats/rounds.h"

enum { EDGES_KEPT = 16 };

struct edges {
    _Atomic uint64_t passed; /* the last one; stored last */
    _Atomic uint64_t amounts[EDGES_KEPT];
};

/* Passes all edges up to 'now_ns', the current reading of the clock; 'amount' was acknowledged
 * before it. */
static inline void edges_pass(struct edges *edges, int64_t now_ns, int64_t amount)
{
    uint64_t now = rounds_edges(now_ns);
    uint64_t edge = atomic_load_explicit(&edges->passed, memory_order_relaxed);
    while (edge < now) {
        edge++;
        atomic_store_explicit(&edges->amounts[edge % EDGES_KEPT], (uint64_t)amount,
                              memory_order_release);
        atomic_store_explicit(&edges->passed, edge, memory_order_release);
    }
}

/* Gets the amount before an edge that was passed; false if it is no longer kept. */
static inline bool edges_read(const struct edges *edges, uint64_t edge, uint64_t *amount)
{
    *amount = atomic_load_explicit(&edges->amounts[edge % EDGES_KEPT], memory_order_acquire);
    /* the writer may overwrite this slot as soon as 'passed' is edge + EDGES_KEPT - 1 */
    return atomic_load_explicit(&edges->passed, memory_order_acquire) < edge + EDGES_KEPT - 1;
}

#endif
