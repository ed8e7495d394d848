/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ratio of two samples of positive numbers, such as the rates of two runs, with a confidence
 * interval that assumes no distribution: the median of all pairwise ratios (Hodges and Lehmann,
 * 1963) and the order statistics of these ratios that the Mann-Whitney test does not reject (E. L.
 * Lehmann, Nonparametrics, 1975, section 2.4). Pure.
 */
#ifndef TIDEMILL_STATS_RATIO_H
#define TIDEMILL_STATS_RATIO_H

#include <stddef.h>
#include <stdint.h>

enum { RATIO_MOST = 32 }; /* numbers of a sample */

struct ratio {
    double value; /* 0: a sample is empty or holds a number that is not positive */
    double low;   /* the interval; 0 without */
    double high;
    int64_t level_ppm; /* probability that it contains the true ratio; 0: too few numbers */
};

/* Returns the ratio of 'after' to 'before', with the narrowest interval of at least 95 %: that
 * takes four numbers in each sample, or three and five. Only the first RATIO_MOST numbers are used.
 */
struct ratio ratio_estimate(const int64_t *before, size_t before_count, const int64_t *after,
                            size_t after_count);

#endif
