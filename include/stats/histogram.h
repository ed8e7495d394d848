/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latency histogram, log-linear: 64 linear buckets in each octave from 1 ns to 2^42 ns (73 min), so
 * a bucket's midpoint is at most 0.79 % from any value in it (as in HdrHistogram and fio's clat
 * bins, with a fixed layout). Larger values count in the last bucket; min, max, sum and count are
 * exact. The size is fixed and there are no pointers: merging is addition, so an MPI sum over the
 * counts is exact. One thread writes a histogram; others read it after the join.
 */
#ifndef TIDEMILL_STATS_HISTOGRAM_H
#define TIDEMILL_STATS_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 6,
    HISTOGRAM_TOP_BITS = 42,
    HISTOGRAM_BUCKETS = (HISTOGRAM_TOP_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS
};

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    uint64_t sum_ns;
    int64_t min_ns; /* valid if total > 0 */
    int64_t max_ns;
};

/* Empties the histogram. */
void histogram_clear(struct histogram *histogram);

/* Returns the bucket of a value; values below 0 count as 0. */
static inline uint32_t histogram_bucket(int64_t value_ns)
{
    uint64_t value = value_ns < 0 ? 0 : (uint64_t)value_ns;
    if (value < (1U << HISTOGRAM_SUB_BITS))
        return (uint32_t)value;
    if (value >> HISTOGRAM_TOP_BITS)
        return HISTOGRAM_BUCKETS - 1;
    uint32_t shift = 63U - (uint32_t)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
    return ((shift + 1) << HISTOGRAM_SUB_BITS) +
           (uint32_t)((value >> shift) - (1U << HISTOGRAM_SUB_BITS));
}

/* Counts one value. Hot path. */
static inline void histogram_record(struct histogram *histogram, int64_t value_ns)
{
    histogram->counts[histogram_bucket(value_ns)]++;
    if (histogram->total++ == 0) {
        histogram->min_ns = value_ns;
        histogram->max_ns = value_ns;
    }
    histogram->sum_ns += value_ns > 0 ? (uint64_t)value_ns : 0;
    if (value_ns < histogram->min_ns)
        histogram->min_ns = value_ns;
    if (value_ns > histogram->max_ns)
        histogram->max_ns = value_ns;
}

/* Returns the lower edge of a bucket in ns; for HISTOGRAM_BUCKETS the upper edge of the last
 * bucket. */
int64_t histogram_edge(uint32_t bucket);

/* Adds 'from' to 'into'. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/* True if there are enough samples for this percentile (0 < p < 1): with 97.5 % confidence at least
 * one sample is above it (order statistics: n >= ln 0.025 / ln p). */
bool histogram_supports(const struct histogram *histogram, double p);

/* Returns the value at p in [0, 1]: the midpoint of the bucket of the ceil(p n)-th sample, clamped
 * to min and max; 0 if empty. */
int64_t histogram_percentile(const struct histogram *histogram, double p);

/* Returns the mean in ns; 0 if empty. */
int64_t histogram_mean(const struct histogram *histogram);

#endif
