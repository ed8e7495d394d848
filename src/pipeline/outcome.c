/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline_parts.h"

void outcome_clear(struct outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    counters_clear(&outcome->counters);
    for (int i = 0; i < ENGINE_DIRECTIONS; i++) {
        histogram_clear(&outcome->latency[i]);
        timeline_clear(&outcome->timeline[i]);
    }
    histogram_clear(&outcome->intended);
    histogram_clear(&outcome->opening);
    histogram_clear(&outcome->closing);
    histogram_clear(&outcome->files);
    histogram_clear(&outcome->queued);
    slowest_clear(&outcome->slowest);
}

void outcome_count_queued(struct counters *counters, const struct histogram *queued)
{
    counters->queued_buffers = (int64_t)queued->total;
    counters->queue_wait_ns = (int64_t)queued->sum_ns;
    counters->longest_queue_wait_ns = queued->max_ns;
}

void outcome_count_sync(struct counters *counters, int64_t took_ns)
{
    counters->sync_ns += took_ns;
    if (took_ns > counters->longest_sync_ns)
        counters->longest_sync_ns = took_ns;
}

/* A filled, sent or failed write of the thread's current pass. */
static bool holds_write(const struct buffer *buffer, const struct io_thread *thread)
{
    return buffer->request.direction == ENGINE_WRITE && buffer->io_thread == thread->index &&
           buffer->state != BUFFER_EMPTY &&
           (!thread->passes || buffer->place / thread->task->places == thread->pass);
}

/* Requests that failed stay in flight. Nothing below 'issued' is settled if more are missing than
 * the set of acknowledged ones can hold. */
static void find_unsettled(const struct pipeline *pipeline, struct io_thread *thread,
                           uint64_t issued, uint64_t missing_count, uint64_t *places)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < pipeline->setup.buffers; i++) {
        const struct buffer *buffer = &pipeline->buffers[i];
        if (holds_write(buffer, thread) && buffer->state == BUFFER_IN_FLIGHT)
            places[count++] = task_place(thread->task, buffer->place);
    }
    unsettled_from(&thread->outcome.unsettled, missing_count > ACKNOWLEDGED_HOLES ? issued : 0,
                   places, count);
}

/* How many places of its current pass a thread has issued. */
static uint64_t issued_by(const struct io_thread *thread, bool tickets)
{
    const uint64_t all =
        tickets ? atomic_load_explicit(&thread->next_place, memory_order_relaxed) : thread->sent;
    const uint64_t before = thread->pass * thread->task->places;
    const uint64_t issued = all > before ? all - before : 0;
    return issued < thread->task->places ? issued : thread->task->places;
}

/* The places of an I/O thread that were issued but not acknowledged are those of its buffers that
 * are not EMPTY: filled but not sent, in flight, or failed. */
static void settle_thread(const struct pipeline *pipeline, struct io_thread *thread,
                          uint64_t *missing)
{
    const uint64_t issued = issued_by(thread, pipeline->setup.makes);
    uint64_t missing_count = 0;
    for (uint32_t i = 0; i < pipeline->setup.buffers; i++) {
        const struct buffer *buffer = &pipeline->buffers[i];
        if (holds_write(buffer, thread))
            missing[missing_count++] = task_place(thread->task, buffer->place);
    }
    thread->outcome.passes = thread->pass;
    acknowledged_from(&thread->outcome.acknowledged, issued,
                      (uint64_t)(thread->outcome.bytes[ENGINE_WRITE] - thread->pass_bytes), missing,
                      missing_count);
    find_unsettled(pipeline, thread, issued, missing_count, missing);
}

/* Where only checking is measured, the work ends with the last check, not with the last request. */
static void end_with_checks(struct pipeline *pipeline)
{
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++) {
        struct counters *counters = &pipeline->io_threads[i].outcome.counters;
        for (uint32_t p = 0; p < pipeline->data_thread_count && pipeline->io_threads[i].places; p++)
            if (pipeline->data_threads[p].counters.producer_time_ns > counters->end_ns)
                counters->end_ns = pipeline->data_threads[p].counters.producer_time_ns;
    }
}

void outcome_settle(struct pipeline *pipeline)
{
    uint64_t *missing = calloc(pipeline->setup.buffers, sizeof *missing);
    counters_clear(&pipeline->data_counters);
    for (uint32_t i = 0; i < pipeline->data_thread_count; i++)
        counters_merge(&pipeline->data_counters, &pipeline->data_threads[i].counters);
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++) {
        struct io_thread *thread = &pipeline->io_threads[i];
        if (!io_thread_gone(thread) || thread->task->mix.reads == MIX_ALL)
            continue;
        if (missing)
            settle_thread(pipeline, thread, missing);
        else
            failure_set(&thread->outcome.failure, -ENOMEM, "not enough memory");
    }
    free(missing);
    if (pipeline->setup.ready)
        end_with_checks(pipeline);
}
