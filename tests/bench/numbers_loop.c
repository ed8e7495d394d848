/* SPDX-License-Identifier: Apache-2.0 */
/* The cost of counters: prints "name value" for each round. Latencies are like those of a device,
 * and their times advance through all bins. */
#include <stdio.h>
#include <stdlib.h>

#include "platform/clock.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "stats/slowest.h"
#include "stats/timeline.h"

enum { REQUESTS = 1 << 22, VALUES = 1 << 12, ROUNDS = 7, LENGTH = 4096, APART_NS = 1200 };

static int64_t latencies[VALUES];

static void make_latencies(void)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < VALUES; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        latencies[i] = 80000 + (int64_t)(state % 60000) + (i % 997 ? 0 : 5000000);
    }
}

static int64_t time_histogram(struct histogram *histogram)
{
    histogram_clear(histogram);
    int64_t before_ns = clock_now_ns();
    for (int i = 0; i < REQUESTS; i++)
        histogram_record(histogram, latencies[i % VALUES]);
    return clock_now_ns() - before_ns;
}

static int64_t time_series(struct counters *counters, struct timeline *timeline,
                           struct slowest *slowest)
{
    counters_clear(counters);
    timeline_clear(timeline);
    slowest_clear(slowest);
    int64_t now_ns = 0;
    int64_t before_ns = clock_now_ns();
    for (int i = 0; i < REQUESTS; i++, now_ns += APART_NS) {
        int64_t latency_ns = latencies[i % VALUES];
        int64_t gap_ns = now_ns - counters->last_ns;
        counters->bytes += LENGTH;
        counters->requests++;
        if (gap_ns > counters->longest_gap_ns)
            counters->longest_gap_ns = gap_ns;
        counters->last_ns = now_ns;
        timeline_record(timeline, now_ns, LENGTH, latency_ns);
        slowest_record(slowest, latency_ns, now_ns, 0, (uint64_t)i * LENGTH, LENGTH);
        __asm__ volatile("" ::: "memory"); /* keeps the compiler from combining requests */
    }
    return clock_now_ns() - before_ns;
}

int main(void)
{
    struct histogram *histogram = malloc(sizeof *histogram);
    struct timeline *timeline = malloc(sizeof *timeline);
    struct counters counters;
    struct slowest slowest;
    if (!histogram || !timeline)
        return 1;
    make_latencies();
    for (int round = 0; round < ROUNDS; round++) {
        printf("numbers.histogram %.3f\n", (double)time_histogram(histogram) / REQUESTS);
        printf("numbers.series %.3f\n",
               (double)time_series(&counters, timeline, &slowest) / REQUESTS);
    }
    free(histogram);
    free(timeline);
    return 0;
}
