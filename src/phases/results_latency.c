/* Latencies beside that of requests: since the instants that a rate set, of whole files, and of
 * buffers between producers and writers. */
#include "results.h"
#include "work_bytes.h"

#include "cluster/merge.h"

static void merge(void *into, const void *from)
{
    histogram_merge(into, from);
}

/* Of all ranks, into rank 0's. */
static void merge_all(struct cluster *cluster, struct histogram *mine)
{
    struct histogram room;
    cluster_merge_node(cluster, mine, &room, sizeof *mine, merge);
    cluster_merge_leaders(cluster, mine, &room, sizeof *mine, merge);
}

void results_gather_more_latency(struct phase *phase, struct record_phase *into)
{
    struct histogram intended;
    struct histogram files;
    struct histogram making;
    struct histogram queue_wait;
    histogram_clear(&intended);
    histogram_clear(&files);
    for (uint32_t i = 0; i < work_bytes_of(phase)->opened.count; i++) {
        const struct outcome *outcome = pipeline_outcome(work_bytes_of(phase)->pipeline, i);
        const struct counters *counters = &outcome->counters;
        histogram_merge(&intended, &outcome->intended);
        if (counters->requests)
            histogram_record(&files, work_bytes_of(phase)->opened.opens_ns[i] + counters->end_ns -
                                         counters->first_ns);
    }
    pipeline_handling(work_bytes_of(phase)->pipeline, &making, &queue_wait);
    merge_all(phase->run->cluster, &intended);
    merge_all(phase->run->cluster, &files);
    merge_all(phase->run->cluster, &making);
    merge_all(phase->run->cluster, &queue_wait);
    if (!into)
        return;
    into->intended = intended;
    into->file_latency = files;
    into->making = making;
    into->queue_wait = queue_wait;
}
