/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steady state as defined by SNIA's Performance Test Specification: a window of five rounds in
 * which all values are within 20 % of their mean, and the least-squares line through them changes
 * by at most 10 % of the mean from the first round to the last. Pure.
 */
#ifndef TIDEMILL_STATS_STEADY_H
#define TIDEMILL_STATS_STEADY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STEADY_WINDOW = 5, STEADY_ROUNDS = 25 };

struct steady {
    size_t first;      /* first round of the window */
    int64_t range_ppm; /* largest minus smallest value / mean, in millionths */
    int64_t slope_ppm; /* change of the fitted line over the window / mean, in millionths; signed */
};

/* Finds the first steady window of 'count' rounds of equal length; false if there is none. */
bool steady_find(const int64_t *rounds, size_t count, struct steady *steady);

#endif
