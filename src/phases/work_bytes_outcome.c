/* What a rank's I/O threads and data threads did, as one outcome. */
#include "work_bytes.h"

static void outcome_clear(struct work_outcome *outcome)
{
    *outcome = (struct work_outcome){0};
    counters_clear(&outcome->beside);
    histogram_clear(&outcome->latency);
    histogram_clear(&outcome->intended);
    histogram_clear(&outcome->files);
    timeline_clear(&outcome->timeline);
    slowest_clear(&outcome->slowest);
}

static void merge_slowest(struct slowest *into, const struct slowest *from, uint32_t rank,
                          uint32_t io_thread)
{
    struct slowest own = *from;
    for (uint32_t i = 0; i < own.count; i++) {
        own.requests[i].rank = rank;
        own.requests[i].writer = io_thread;
    }
    slowest_merge(into, &own);
}

static uint64_t requests_left(const struct work_bytes *bytes, uint32_t io_thread, uint64_t done)
{
    const struct share *share = &bytes->opened.parts[io_thread].share;
    uint64_t all = share->request_count;
    if (!bytes->phase->kind->writes)
        all = share->bytes ? acknowledged_count(&bytes->opened.readable[io_thread]) : 0;
    return all > done ? all - done : 0;
}

static void add_thread(const struct work_bytes *bytes, uint32_t i, struct work_outcome *outcome)
{
    const struct outcome *thread = pipeline_outcome(bytes->pipeline, i);
    const struct counters *counters = &thread->counters;
    pipeline_merge_latency(bytes->pipeline, i, &outcome->latency);
    histogram_merge(&outcome->intended, &thread->intended);
    if (counters->requests)
        histogram_record(&outcome->files,
                         bytes->opened.opens_ns[i] + counters->end_ns - counters->first_ns);
    timeline_merge(&outcome->timeline, &thread->timeline);
    if (counters->last_ns > outcome->last_ns)
        outcome->last_ns = counters->last_ns;
    merge_slowest(&outcome->slowest, &thread->slowest, bytes->phase->run->cluster->rank, i);
    outcome->left += requests_left(bytes, i, (uint64_t)counters->requests);
    failure_set(&outcome->failure, thread->failure.code, "%s", thread->failure.text);
}

void work_bytes_join(struct work *work, struct work_outcome *outcome)
{
    struct work_bytes *bytes = (struct work_bytes *)work;
    const struct phase *phase = bytes->phase;
    outcome_clear(outcome);
    if (!phase->run->given_up)
        work_bytes_note_ended(bytes);
    for (uint32_t i = 0; i < bytes->opened.count; i++) {
        add_thread(bytes, i, outcome);
        if (phase->kind->writes)
            phase->dataset->parts[i].acknowledged =
                pipeline_outcome(bytes->pipeline, i)->acknowledged;
    }
    outcome->beside = *pipeline_data_counters(bytes->pipeline);
    outcome->beside.open_ns = bytes->opened.open_ns;
    pipeline_handling(bytes->pipeline, &outcome->making, &outcome->queue_wait);
}
