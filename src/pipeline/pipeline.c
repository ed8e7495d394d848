/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "outcome.h"

static int make_io_threads(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    pipeline->io_threads =
        aligned_alloc(RING_LINE, setup->io_threads * sizeof *pipeline->io_threads);
    if (!pipeline->io_threads)
        return failure_set(why, -ENOMEM, "not enough memory for %u I/O threads", setup->io_threads);
    memset(pipeline->io_threads, 0, setup->io_threads * sizeof *pipeline->io_threads);
    for (uint32_t i = 0; i < setup->io_threads; i++)
        if (io_thread_init(&pipeline->io_threads[i], pipeline, i, why))
            return why->code;
    return 0;
}

static int make_data_threads(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    pipeline->data_thread_count = setup->makes || setup->checks ? setup->data_threads : 0;
    pipeline->data_threads = aligned_alloc(RING_LINE, (pipeline->data_thread_count + 1) *
                                                          sizeof *pipeline->data_threads);
    if (!pipeline->data_threads)
        return failure_set(why, -ENOMEM, "not enough memory for %u data threads",
                           setup->data_threads);
    memset(pipeline->data_threads, 0,
           (pipeline->data_thread_count + 1) * sizeof *pipeline->data_threads);
    for (uint32_t i = 0; i < pipeline->data_thread_count; i++)
        data_thread_init(&pipeline->data_threads[i], pipeline, i);
    return 0;
}

static int start_threads(struct pipeline *pipeline, struct failure *why)
{
    uint32_t io_threads = pipeline->setup.io_threads;
    uint32_t started = 0;
    thread_gate_init(&pipeline->gate, io_threads + pipeline->data_thread_count,
                     pipeline->setup.spin_ns > 0);
    int result = 0;
    for (uint32_t i = 0; !result && i < io_threads; i++, started += !result)
        result = thread_start(&pipeline->io_threads[i].handle, "tm-io", io_thread_body,
                              &pipeline->io_threads[i], why);
    for (uint32_t i = 0; !result && i < pipeline->data_thread_count; i++, started += !result)
        result = thread_start(&pipeline->data_threads[i].handle, "tm-data", data_thread_body,
                              &pipeline->data_threads[i], why);
    thread_gate_await(&pipeline->gate, started);
    for (uint32_t i = 0; !result && i < io_threads; i++)
        if (pipeline->io_threads[i].open_failure.code) {
            *why = pipeline->io_threads[i].open_failure;
            result = why->code;
        }
    return result ? result : lanes_check_memory(pipeline, why);
}

/* The pool is divided evenly, so each I/O thread gets what the most demanding one needs. */
static uint64_t least_buffers(const struct pipeline_setup *setup)
{
    uint64_t each = 1;
    for (uint32_t i = 0; i < setup->io_threads; i++)
        if (task_is_mixed(&setup->tasks[i]))
            each = 2;
    return each * setup->io_threads;
}

int pipeline_open(struct pipeline **pipeline, const struct pipeline_setup *setup,
                  struct failure *why)
{
    *pipeline = NULL;
    if (!setup->io_threads || setup->buffers < least_buffers(setup) || !setup->depth ||
        ((setup->makes || setup->checks) && !setup->data_threads))
        return failure_set(
            why, -EINVAL,
            "invalid pipeline of %u I/O threads with depth %u, %u data threads and %u buffers: "
            "each number must be at least 1, and each I/O thread needs a buffer for each direction",
            setup->io_threads, setup->depth, setup->data_threads, setup->buffers);
    struct pipeline *made = aligned_alloc(RING_LINE, sizeof *made);
    if (!made)
        return failure_set(why, -ENOMEM, "not enough memory");
    memset(made, 0, sizeof *made);
    made->setup = *setup;
    if (make_io_threads(made, why) || make_data_threads(made, why) || lanes_make(made, why) ||
        start_threads(made, why)) {
        pipeline_close(made);
        return why->code;
    }
    *pipeline = made;
    return 0;
}

void pipeline_go_at(struct pipeline *pipeline, int64_t start_ns)
{
    thread_gate_open(&pipeline->gate, start_ns);
}

bool pipeline_wait(struct pipeline *pipeline, int64_t limit_ns)
{
    if (!thread_gate_wait(&pipeline->gate, limit_ns))
        return false;
    outcome_settle(pipeline);
    return true;
}

void pipeline_stop(struct pipeline *pipeline)
{
    atomic_store_explicit(&pipeline->stop, true, memory_order_relaxed);
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++)
        if (pipeline->io_threads[i].full.cells)
            ring_wake_all(&pipeline->io_threads[i].full);
    lanes_wake(pipeline);
}

uint64_t pipeline_bytes(const struct pipeline *pipeline)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++)
        bytes += atomic_load_explicit(&pipeline->io_threads[i].seen_bytes, memory_order_relaxed);
    return bytes;
}

int64_t pipeline_peak(const struct pipeline *pipeline, uint64_t first, uint64_t end)
{
    int64_t largest_ns = 0;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++) {
        const int64_t peak_ns = peaks_read(&pipeline->io_threads[i].peaks, first, end);
        largest_ns = peak_ns > largest_ns ? peak_ns : largest_ns;
    }
    return largest_ns;
}

bool pipeline_failed(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->failed, memory_order_relaxed);
}

const struct outcome *pipeline_outcome(const struct pipeline *pipeline, uint32_t io_thread)
{
    const struct io_thread *found = &pipeline->io_threads[io_thread];
    return found->instead ? found->instead : &found->outcome;
}

void pipeline_merge_latency(const struct pipeline *pipeline, uint32_t io_thread,
                            struct histogram *sum)
{
    for (int i = 0; i < ENGINE_DIRECTIONS; i++)
        histogram_merge(sum, &pipeline_outcome(pipeline, io_thread)->latency[i]);
}

const struct counters *pipeline_data_counters(const struct pipeline *pipeline)
{
    return &pipeline->data_counters;
}

void pipeline_handling(const struct pipeline *pipeline, struct histogram *made,
                       struct histogram *queued)
{
    histogram_clear(made);
    histogram_clear(queued);
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++)
        histogram_merge(queued, &pipeline_outcome(pipeline, i)->queued);
    for (uint32_t i = 0; i < pipeline->data_thread_count; i++) {
        histogram_merge(made, &pipeline->data_threads[i].made);
        histogram_merge(queued, &pipeline->data_threads[i].queued);
    }
}

uint32_t pipeline_found(const struct pipeline *pipeline, struct found found[PIPELINE_DIFFERENCES])
{
    struct found_list all = {0};
    for (uint32_t p = 0; p < pipeline->data_thread_count; p++)
        for (uint32_t i = 0; i < pipeline->data_threads[p].found.count; i++)
            found_add(&all, &pipeline->data_threads[p].found.places[i]);
    memcpy(found, all.places, sizeof all.places);
    return all.count;
}

static void end_threads(struct pipeline *pipeline, void (*end)(struct thread *thread))
{
    for (uint32_t i = 0; pipeline->io_threads && i < pipeline->setup.io_threads; i++)
        end(&pipeline->io_threads[i].handle);
    for (uint32_t i = 0; pipeline->data_threads && i < pipeline->data_thread_count; i++)
        end(&pipeline->data_threads[i].handle);
}

void pipeline_close(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    if (pipeline_abandoned(pipeline)) { /* lost threads may still access all of it */
        if (pipeline->setup.reserve)
            *pipeline->setup.reserve = (struct arena_reserve){0};
        end_threads(pipeline, thread_detach);
        return;
    }
    if (pipeline->io_threads && pipeline->data_threads) {
        pipeline_stop(pipeline);
        thread_gate_cancel(&pipeline->gate);
    }
    end_threads(pipeline, thread_join);
    for (uint32_t i = 0; pipeline->io_threads && i < pipeline->setup.io_threads; i++)
        io_thread_release(&pipeline->io_threads[i]);
    lanes_release(pipeline);
    free(pipeline->io_threads);
    free(pipeline->data_threads);
    free(pipeline->buffers);
    free(pipeline->filled);
    free(pipeline);
}
