/* What ended a phase, when its threads are done. */
#include "results.h"
#include "work_bytes.h"

/* Requests that this rank might have done, and has not. */
static uint64_t requests_left(const struct phase *phase)
{
    uint64_t left = 0;
    for (uint32_t i = 0; i < work_bytes_of(phase)->opened.count; i++) {
        const struct share *share = &work_bytes_of(phase)->opened.parts[i].share;
        uint64_t done =
            (uint64_t)pipeline_outcome(work_bytes_of(phase)->pipeline, i)->counters.requests;
        uint64_t all = phase->kind->writes ? share->request_count : 0;
        if (!phase->kind->writes && share->bytes)
            all = acknowledged_count(&work_bytes_of(phase)->opened.readable[i]);
        left += all > done ? all - done : 0;
    }
    return left;
}

void results_gather_end(struct phase *phase, struct record_phase *into)
{
    static const enum record_end_reason reasons[] = {
        [STOP_NONE] = END_TIME,      [STOP_FAILURE] = END_FAILURE, [STOP_SIGINT] = END_SIGNAL,
        [STOP_SIGTERM] = END_SIGNAL, [STOP_STALL] = END_STALL,     [STOP_STEADY] = END_STEADY,
    };
    bool all_done = !cluster_sum(phase->run->cluster, requests_left(phase));
    if (!into)
        return;
    bool timed = phase->limits.deadline_ns > 0;
    bool done = all_done || (phase->watch.stop == STOP_NONE && !timed);
    into->ended_by = done ? END_SIZE : reasons[phase->watch.stop];
}
