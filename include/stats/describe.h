/*
 * What may be said of a few numbers: order statistics, which assume nothing of their distribution.
 * Pure.
 */
#ifndef TIDEMILL_STATS_DESCRIBE_H
#define TIDEMILL_STATS_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fewer numbers carry no interval of 95 % for their median. */
enum { DESCRIBE_LEAST = 6 };

void describe_sort(int64_t *values, size_t count);

/* The middle one, or the mean of the two in the middle (rounded down); 0 of none. */
int64_t describe_median(const int64_t *sorted, size_t count);

/* Median of the distances from 'middle', a spread that a few outliers do not move.
 * Needs room for as many. */
int64_t describe_deviation(const int64_t *values, size_t count, int64_t middle, int64_t *room);

struct interval {
    size_t low; /* indices of the bounds in the sorted numbers */
    size_t high;
    int64_t level_ppm; /* probability that the true median lies within, in millionths */
};

/* The narrowest interval of order statistics that holds the median with at least 95 %. False when
 * the numbers are too few for any. */
bool describe_interval(size_t count, struct interval *interval);

#endif
