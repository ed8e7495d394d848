/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detects steady state while a phase runs. The caller reports, edge by edge, the amount
 * acknowledged before that edge; rounds_add is true when the last five rounds are a steady window
 * (steady.h). Edges are 2^ROUND_SHIFT ns apart, counted from the start, which is edge 0. At first a
 * round is the time between two edges. When 25 rounds are full, every second edge is dropped and
 * rounds become twice as long, so memory is bounded for any duration. Pure.
 */
#ifndef TIDEMILL_STATS_ROUNDS_H
#define TIDEMILL_STATS_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/steady.h"

enum { ROUND_SHIFT = 30 };

struct rounds {
    uint64_t origin; /* edge that amounts[0] belongs to */
    uint64_t width;  /* edges per round */
    size_t count;    /* entries of amounts[]: one more than rounds */
    uint64_t amounts[STEADY_ROUNDS + 1];
};

/* Starts without any edge but edge 0. */
void rounds_clear(struct rounds *rounds);

/* Adds the amount acknowledged before the next edge; starts again if an edge is missing. True if
 * the last five rounds are steady. */
bool rounds_add(struct rounds *rounds, uint64_t edge, uint64_t amount);

/* Return the length of a round, and the start of the last five rounds, in ns. */
int64_t rounds_width_ns(const struct rounds *rounds);
int64_t rounds_window_ns(const struct rounds *rounds);

/* Returns the last edge at or before an instant since the start. */
static inline uint64_t rounds_edges(int64_t now_ns)
{
    return now_ns > 0 ? (uint64_t)now_ns >> ROUND_SHIFT : 0;
}

#endif
