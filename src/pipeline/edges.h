/*
 * How many bytes an I/O thread had acknowledged before each edge of the rounds (stats/rounds.h),
 * for somebody else to see: set by the I/O thread, looked at by any. The last EDGES_KEPT edges are
 * kept. Exact: an edge is passed by the first look at the clock at or after it, with the bytes that
 * were acknowledged at earlier looks.
 */
#ifndef TIDEMILL_PIPELINE_EDGES_H
#define TIDEMILL_PIPELINE_EDGES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "stats/rounds.h"

enum { EDGES_KEPT = 16 };

struct edges {
    _Atomic uint64_t passed; /* the last one; stored last */
    _Atomic uint64_t bytes[EDGES_KEPT];
};

/* 'bytes' were acknowledged before 'now_ns', the present look at the clock. */
static inline void edges_pass(struct edges *edges, int64_t now_ns, int64_t bytes)
{
    uint64_t now = rounds_edges(now_ns);
    uint64_t edge = atomic_load_explicit(&edges->passed, memory_order_relaxed);
    while (edge < now) {
        edge++;
        atomic_store_explicit(&edges->bytes[edge % EDGES_KEPT], (uint64_t)bytes,
                              memory_order_release);
        atomic_store_explicit(&edges->passed, edge, memory_order_release);
    }
}

/* False when it is not known any more. Only for an edge that was passed. */
static inline bool edges_look(const struct edges *edges, uint64_t edge, uint64_t *bytes)
{
    *bytes = atomic_load_explicit(&edges->bytes[edge % EDGES_KEPT], memory_order_acquire);
    /* what is stored over it comes right after the one before was passed */
    return atomic_load_explicit(&edges->passed, memory_order_acquire) < edge + EDGES_KEPT - 1;
}

#endif
