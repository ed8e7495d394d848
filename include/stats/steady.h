/*
 * Steady state as SNIA's performance test specification has it: a window of five rounds in which
 * the values lie within 20 % of their mean, and the line fitted through them rises or falls by no
 * more than 10 % of it from the first round to the last. Pure.
 */
#ifndef TIDEMILL_STATS_STEADY_H
#define TIDEMILL_STATS_STEADY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STEADY_WINDOW = 5, STEADY_ROUNDS = 25 };

struct steady {
    size_t first;      /* round of the window */
    int64_t range_ppm; /* largest minus smallest, of the mean, in millionths */
    int64_t slope_ppm; /* what the fitted line climbs over the window, of the mean; signed */
};

/* The first window that is steady; false when there is none. Every window is judged alone, from
 * rounds of equal length. */
bool steady_find(const int64_t *rounds, size_t count, struct steady *steady);

#endif
