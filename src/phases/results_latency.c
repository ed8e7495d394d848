/* SPDX-License-Identifier: Apache-2.0 */
/* Other latencies than that of requests: since the instants that a rate set, of whole files, and of
 * buffers between data threads and I/O threads. */
#include "results.h"

#include "cluster/merge.h"

static void merge(void *into, const void *from)
{
    histogram_merge(into, from);
}

/* Of all ranks, into rank 0's. */
static void merge_all(struct cluster *cluster, struct histogram *mine)
{
    struct histogram received;
    cluster_merge_node(cluster, mine, &received, sizeof *mine, merge);
    cluster_merge_leaders(cluster, mine, &received, sizeof *mine, merge);
}

void results_gather_more_latency(struct phase *phase, struct record_phase *into)
{
    struct work_outcome *outcome = &phase->outcome;
    merge_all(phase->run->cluster, &outcome->intended);
    merge_all(phase->run->cluster, &outcome->files);
    merge_all(phase->run->cluster, &outcome->making);
    merge_all(phase->run->cluster, &outcome->queue_wait);
    const bool opens = phase->kind->unit == UNIT_OPERATION ||
                       phase->dataset->plan->geometry.setup.files_per_rank > 1;
    for (int i = 0; i < WORK_PARTS && opens; i++)
        merge_all(phase->run->cluster, &outcome->parts[i]);
    if (!into)
        return;
    into->intended = outcome->intended;
    into->file_latency = outcome->files;
    into->making = outcome->making;
    into->queue_wait = outcome->queue_wait;
    into->open_latency = outcome->parts[WORK_OPEN];
    into->transfer_latency = outcome->parts[WORK_TRANSFER];
    into->sync_latency = outcome->parts[WORK_SYNC];
    into->close_latency = outcome->parts[WORK_CLOSE];
}
