/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/histogram.h"

#include <math.h>
#include <string.h>

void histogram_clear(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

int64_t histogram_edge(uint32_t bucket)
{
    const uint32_t linear = 1U << HISTOGRAM_SUB_BITS;
    if (bucket < linear)
        return bucket;
    uint32_t shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
    return (int64_t)((uint64_t)(linear + (bucket & (linear - 1))) << shift);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (from->total == 0)
        return;
    if (into->total == 0 || from->min_ns < into->min_ns)
        into->min_ns = from->min_ns;
    if (into->total == 0 || from->max_ns > into->max_ns)
        into->max_ns = from->max_ns;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
        into->counts[bucket] += from->counts[bucket];
    into->total += from->total;
    into->sum_ns += from->sum_ns;
}

bool histogram_supports(const struct histogram *histogram, double p)
{
    if (p <= 0 || p >= 1)
        return histogram->total > 0;
    return (double)histogram->total >= log(0.025) / log(p);
}

/* Returns which sample in ascending order is at p, from 1 to total. */
static uint64_t rank_at(uint64_t total, double p)
{
    double exact = p * (double)total;
    /* 0.999 is not exact in binary: without the tolerance the 999th of 1000 becomes the 1000th. */
    double rank = ceil(exact - exact * 1e-12);
    if (rank <= 1)
        return 1;
    if (p >= 1 || rank >= (double)total) /* above 1e12 samples the tolerance is several samples */
        return total;
    return (uint64_t)rank;
}

static int64_t midpoint(uint32_t bucket)
{
    int64_t lowest = histogram_edge(bucket);
    int64_t highest = histogram_edge(bucket + 1) - 1;
    return lowest + (highest - lowest) / 2;
}

int64_t histogram_percentile(const struct histogram *histogram, double p)
{
    if (histogram->total == 0)
        return 0;
    uint64_t rank = rank_at(histogram->total, p);
    uint64_t seen = 0;
    uint32_t bucket = 0;
    for (; bucket < HISTOGRAM_BUCKETS - 1; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= rank)
            break;
    }
    int64_t value = midpoint(bucket);
    if (value < histogram->min_ns)
        return histogram->min_ns;
    return value > histogram->max_ns ? histogram->max_ns : value;
}

int64_t histogram_mean(const struct histogram *histogram)
{
    if (histogram->total == 0)
        return 0;
    return (int64_t)(histogram->sum_ns / histogram->total);
}
