/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order statistics of a few numbers: median, spread and the confidence interval of the median. They
 * assume nothing about the distribution. Pure.
 */
#ifndef TIDEMILL_STATS_DESCRIBE_H
#define TIDEMILL_STATS_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sorts in ascending order. */
void describe_sort(int64_t *values, size_t count);

/* Returns the middle value, or the mean of the two middle ones (rounded down); 0 if 'count' is
 * 0. */
int64_t describe_median(const int64_t *sorted, size_t count);

/* Returns the median absolute deviation from 'middle', a spread that a few outliers do not change.
 * 'scratch' must hold 'count' values. */
int64_t describe_deviation(const int64_t *values, size_t count, int64_t middle, int64_t *scratch);

struct interval {
    size_t low; /* indices of the bounds in the sorted numbers */
    size_t high;
    int64_t level_ppm; /* probability that the interval contains the true median, in millionths */
};

/* Sets the narrowest interval of order statistics that contains the median with a probability of at
 * least 95 %. False if there are fewer than 6 numbers, too few for one. */
bool describe_interval(size_t count, struct interval *interval);

#endif
