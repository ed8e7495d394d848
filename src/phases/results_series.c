/* SPDX-License-Identifier: Apache-2.0 */
/* What was done when, and the slowest requests: merged in each node, gathered on rank 0. */
#include "results.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/merge.h"

/* Rank 0 keeps about half a million bins at most: up to 512 nodes all, then fewer, never below 32.
 */
enum { BINS_OF_ALL_NODES = 1 << 19, FEWEST_BINS = 32 };

/* Of this rank, and then of the ranks that it represents; 'received' is for merging. */
struct series {
    struct timeline all;
    struct timeline node;
    struct timeline received;
};

static void merge_timelines(void *into, const void *from)
{
    timeline_merge(into, from);
}

static void merge_slowest(void *into, const void *from)
{
    slowest_merge(into, from);
}

static uint32_t bins_kept(uint32_t nodes)
{
    uint32_t bins = BINS_OF_ALL_NODES / nodes;
    if (bins > TIMELINE_BINS)
        return TIMELINE_BINS;
    return bins < FEWEST_BINS ? FEWEST_BINS : bins;
}

/* Leaders hold their nodes' bins, rank 0 those of all together, on a grid that may be finer.
 * Returns how far edges were moved, at most, of all ranks. */
static int64_t merge_series(struct phase *phase, struct series *series)
{
    struct cluster *cluster = phase->run->cluster;
    const struct work_outcome *outcome = &phase->outcome;
    size_t bytes = sizeof series->node;
    uint64_t moved_ns =
        cluster_max(cluster, (uint64_t)results_convert_timeline(&phase->clocks, &outcome->timeline,
                                                                outcome->last_ns, &series->node));
    cluster_merge_node(cluster, &series->node, &series->received, bytes, merge_timelines);
    series->all = series->node;
    cluster_merge_leaders(cluster, &series->all, &series->received, bytes, merge_timelines);
    timeline_shrink(&series->node, bins_kept(cluster->shape.node_count));
    timeline_clear(&series->received);
    series->received.shift =
        (uint32_t)cluster_max(cluster, cluster->leader ? series->node.shift : TIMELINE_FIRST_SHIFT);
    timeline_merge(&series->node, &series->received);
    return (int64_t)moved_ns;
}

static size_t bins_of(const struct timeline *timeline, int64_t node, struct record_bin *to)
{
    int64_t width_ns = timeline_width_ns(timeline);
    for (uint32_t i = 0; i < timeline->used; i++)
        to[i] = (struct record_bin){
            .node = node,
            .start_ns = i * width_ns,
            .width_ns = width_ns,
            .amount = timeline->bins[i].amount,
            .requests = timeline->bins[i].requests,
            .slowest_ns = timeline->bins[i].slowest_ns,
        };
    return timeline->used;
}

int results_gather_series(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    struct agreement agreement;
    struct failure memory = {0};
    struct series *series = calloc(1, sizeof *series);
    struct record_bin *mine = calloc(2 * TIMELINE_BINS, sizeof *mine);
    void *all = NULL;
    size_t count = 0;
    size_t used = 0;
    if (!series || !mine)
        failure_set(&memory, -ENOMEM, "not enough memory for the timeline");
    if (cluster_agree(cluster, &memory, &agreement)) {
        failure_set(why, agreement.first.code, "%s", agreement.first.text);
        goto out;
    }
    int64_t moved_ns = merge_series(phase, series);
    if (cluster->rank == 0)
        used += bins_of(&series->all, -1, mine);
    if (cluster->leader)
        used += bins_of(&series->node, cluster->node, mine + used);
    cluster_gather(cluster, mine, sizeof *mine, used, &all, &count, why);
    if (into) {
        into->bins = all;
        into->bin_count = count;
        into->timeline_shift_ns = moved_ns;
    }
out:
    free(series);
    free(mine);
    return why->code;
}

void results_active(struct record_phase *into)
{
    into->active_ns = 0;
    into->active_amount = 0;
    for (size_t i = 0; i < into->bin_count && into->bins[i].node < 0; i++) {
        const struct record_bin *bin = &into->bins[i];
        if (bin->start_ns + bin->width_ns > into->first_through_ns)
            break;
        into->active_ns = bin->start_ns + bin->width_ns;
        into->active_amount += bin->amount;
    }
}

static int keep_slow(const struct phase *phase, const struct slow_request *from,
                     struct record_slow *to, struct failure *why)
{
    const struct cluster *cluster = phase->run->cluster;
    uint32_t node = cluster->shape.rank_node[from->rank];
    uint64_t offset = phase->kind->unit == UNIT_BYTE ? from->offset : 0;
    char *path = phase->work->methods->path(phase->work, from, &offset, why);
    if (!path)
        return why->code;
    *to = (struct record_slow){
        .node = node,
        .rank = from->rank,
        .writer = from->writer,
        .path = path,
        .offset = (int64_t)offset,
        .length = (int64_t)from->length,
        .sent_ns = from->sent_ns,
        .latency_ns = from->latency_ns,
    };
    snprintf(to->name, sizeof to->name, "%.46s:%u.%u", cluster->node_names[node], from->rank,
             from->writer);
    return 0;
}

int results_gather_slowest(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    struct slowest slowest = phase->outcome.slowest;
    struct slowest received;
    for (uint32_t i = 0; i < slowest.count; i++)
        slowest.requests[i].sent_ns =
            results_common_ns(&phase->clocks, slowest.requests[i].sent_ns);
    cluster_merge_node(cluster, &slowest, &received, sizeof slowest, merge_slowest);
    cluster_merge_leaders(cluster, &slowest, &received, sizeof slowest, merge_slowest);
    if (!into || why->code)
        return why->code;
    into->slowest = calloc(SLOWEST_KEPT, sizeof *into->slowest);
    if (!into->slowest)
        return failure_set(why, -ENOMEM, "not enough memory for the results");
    for (uint32_t i = 0; i < slowest.count; i++, into->slowest_count++)
        if (keep_slow(phase, &slowest.requests[i], &into->slowest[i], why))
            break;
    return why->code;
}
