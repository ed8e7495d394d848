/*
 * Is it steady by now? Told, edge by edge, how many bytes were acknowledged before it, this says
 * when the last five rounds are a steady window (steady.h). Edges lie 2^ROUND_SHIFT ns apart and
 * count from the start, which is edge 0. A round lies between two edges at first; when 25 rounds
 * are full, every second edge is forgotten and rounds are twice as long: bounded, whatever the
 * duration. Pure.
 */
#ifndef TIDEMILL_STATS_ROUNDS_H
#define TIDEMILL_STATS_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/steady.h"

enum { ROUND_SHIFT = 30 };

struct rounds {
    uint64_t origin; /* edge of bytes[0] */
    uint64_t width;  /* edges from one round to the next */
    size_t count;    /* of bytes[]: one more than there are rounds */
    uint64_t bytes[STEADY_ROUNDS + 1];
};

/* Nothing but the start is known. */
void rounds_clear(struct rounds *rounds);

/* Takes the bytes before the next edge; after a gap it begins anew. True when the last five rounds
 * are steady. */
bool rounds_add(struct rounds *rounds, uint64_t edge, uint64_t bytes);

/* Length of a round, and the start of the last five. */
int64_t rounds_width_ns(const struct rounds *rounds);
int64_t rounds_window_ns(const struct rounds *rounds);

/* Edges at or before an instant since the start. */
static inline uint64_t rounds_edges(int64_t now_ns)
{
    return now_ns > 0 ? (uint64_t)now_ns >> ROUND_SHIFT : 0;
}

#endif
