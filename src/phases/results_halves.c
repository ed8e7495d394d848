/* SPDX-License-Identifier: Apache-2.0 */
/* What of a mixed phase read and what wrote: amounts, latencies and timelines of their own. */
#include <errno.h>
#include <stdlib.h>

#include "cluster/merge.h"
#include "record/schema.h"
#include "results.h"

static void merge_histograms(void *into, const void *from)
{
    histogram_merge(into, from);
}

static void merge_timelines(void *into, const void *from)
{
    timeline_merge(into, from);
}

/* Of all ranks, into rank 0's. */
static void merge_all(struct cluster *cluster, struct work_half *half, struct work_half *common,
                      struct work_half *received)
{
    common->latency = half->latency;
    cluster_merge_node(cluster, &common->latency, &received->latency, sizeof common->latency,
                       merge_histograms);
    cluster_merge_leaders(cluster, &common->latency, &received->latency, sizeof common->latency,
                          merge_histograms);
    cluster_merge_node(cluster, &common->timeline, &received->timeline, sizeof common->timeline,
                       merge_timelines);
    cluster_merge_leaders(cluster, &common->timeline, &received->timeline, sizeof common->timeline,
                          merge_timelines);
}

static int keep_half(const struct work_half *half, uint64_t bytes, struct record_half *to)
{
    const int64_t width_ns = timeline_width_ns(&half->timeline);
    to->bytes = (int64_t)bytes;
    to->requests = (int64_t)half->latency.total;
    to->histogram = half->latency;
    record_latency_of(&to->histogram, &to->latency);
    to->bins = calloc(half->timeline.used + 1U, sizeof *to->bins);
    if (!to->bins)
        return -ENOMEM;
    to->bin_count = half->timeline.used;
    for (uint32_t i = 0; i < half->timeline.used; i++)
        to->bins[i] = (struct record_bin){
            .node = -1,
            .start_ns = i * width_ns,
            .width_ns = width_ns,
            .amount = half->timeline.bins[i].amount,
            .requests = half->timeline.bins[i].requests,
            .slowest_ns = half->timeline.bins[i].slowest_ns,
        };
    return 0;
}

int results_gather_halves(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    struct agreement agreement;
    struct failure memory = {0};
    struct work_half *own = calloc(2, sizeof *own); /* on the common clock; and for merging */
    if (into)
        into->halves = calloc(HALVES, sizeof *into->halves);
    if (!own || (into && !into->halves))
        failure_set(&memory, -ENOMEM, "not enough memory for the results");
    if (cluster_agree(cluster, &memory, &agreement)) {
        failure_set(why, agreement.first.code, "%s", agreement.first.text);
        free(own);
        return why->code;
    }
    for (int i = 0; i < HALVES; i++) {
        struct work_half *half = &phase->outcome.halves[i];
        const uint64_t bytes = cluster_sum(cluster, (uint64_t)half->bytes);
        results_convert_timeline(&phase->clocks, &half->timeline, phase->outcome.last_ns,
                                 &own[0].timeline);
        merge_all(cluster, half, &own[0], &own[1]);
        if (into && keep_half(&own[0], bytes, &into->halves[i]))
            failure_set(why, -ENOMEM, "not enough memory for the results");
    }
    free(own);
    return why->code;
}

/* Their rates, when the phase's duration is known; and do they add up to the whole? */
bool results_sum_halves(struct record_phase *into)
{
    int64_t bytes = 0;
    int64_t requests = 0;
    int64_t binned = 0;
    for (int i = 0; i < HALVES; i++) {
        struct record_half *half = &into->halves[i];
        half->bytes_per_s = schema_per_second(half->bytes, into->duration_ns);
        half->requests_per_s = schema_per_second(half->requests, into->duration_ns);
        bytes += half->bytes;
        requests += half->requests;
        for (size_t k = 0; k < half->bin_count; k++)
            binned += half->bins[k].amount;
    }
    return bytes == into->amount && binned == into->amount && requests == into->requests;
}
