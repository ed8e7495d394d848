/* SPDX-License-Identifier: Apache-2.0 */
#include "io_thread.h"

#include <errno.h>
#include <stdlib.h>

#include "file_slots.h"
#include "io_loop.h"
#include "outcome.h"
#include "pipeline_parts.h"
#include "plan/pool.h"
#include "platform/clock.h"
#include "platform/space.h"

int io_thread_init(struct io_thread *thread, struct pipeline *pipeline, uint32_t index,
                   struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    thread->pipeline = pipeline;
    thread->index = index;
    thread->task = &setup->tasks[index];
    const bool loops = thread->task->loops && thread->task->places;
    thread->places = loops ? UINT64_MAX : thread->task->places;
    thread->passes = loops && thread->task->mix.reads != MIX_ALL;
    thread->sparse = thread->task->reading && !thread->task->reading->whole;
    for (uint32_t i = 0; i < thread->task->piece_count; i++)
        thread->bytes += thread->task->pieces[i].share.bytes;
    if (loops)
        thread->bytes = UINT64_MAX;
    if (thread->task->mix.reads == MIX_ALL) /* data threads fill nothing for it */
        atomic_init(&thread->next_place, thread->places);
    outcome_clear(&thread->outcome);
    if (thread->passes && !(thread->held = calloc(setup->buffers, sizeof *thread->held)))
        return failure_set(why, -ENOMEM, "not enough memory for %u buffers", setup->buffers);
    if (setup->makes && ring_init(&thread->full, setup->buffers))
        return failure_set(why, -ENOMEM, "not enough memory for %u buffers", setup->buffers);
    return 0;
}

void io_thread_release(struct io_thread *thread)
{
    ring_release(&thread->full);
    free(thread->held);
    for (int i = 0; i < ENGINE_DIRECTIONS; i++)
        free(thread->sources[i].stock);
}

/* Wakes data threads, which then stop filling buffers for this I/O thread. */
static void refuse_buffers(struct io_thread *thread)
{
    atomic_store_explicit(&thread->over, true, memory_order_relaxed);
    ring_wake_all(&thread->lane->data);
}

/* 0 for engines without a ring, as finding its threads takes time. */
static int64_t ring_cpu_ns(const struct io_thread *thread)
{
    return thread->drive.engine.kind->traits.rings
               ? thread_ring_cpu_ns(thread->pipeline->setup.mode.sqpoll)
               : 0;
}

/* Sync and close count as part of the phase: data are written only when they are durable. */
static void io_thread_finish(struct io_thread *thread)
{
    const struct task *task = thread->task;
    const char *path = task->pieces[0].path;
    struct counters *counters = &thread->outcome.counters;
    char note[SPACE_TEXT];
    int64_t start_ns = clock_now_ns();
    counters->drained_ns = start_ns - thread->pipeline->gate.start_ns;
    watch_set(&thread->watch, WAIT_SYNC, 0, 0, start_ns);
    bool hurry = atomic_load_explicit(&thread->pipeline->hurry, memory_order_relaxed);
    if (thread->pipeline->setup.sync && !thread->outcome.failure.code && !hurry) {
        int result = drive_sync(&thread->drive);
        if (result)
            failure_system(&thread->outcome.failure, -result, "cannot sync '%s'%s", path,
                           space_format_reason(path, -result, note));
    }
    int64_t synced_ns = clock_now_ns();
    watch_set(&thread->watch, WAIT_CLOSE, 0, 0, synced_ns);
    if (thread->drive.slots)
        file_slots_close(&thread->drive);
    text_copy(thread->outcome.reason, sizeof thread->outcome.reason, thread->drive.engine.reason);
    /* the ring's threads end with it */
    counters->ring_cpu_ns = ring_cpu_ns(thread) - thread->warm_ring_cpu_ns;
    /* the ring of io_uring keeps its registered files open, so it must be closed first */
    drive_close(&thread->drive);
    for (uint32_t i = 0; i < task->piece_count; i++) { /* again, where pieces share a file: no-op */
        watch_set(&thread->watch, WAIT_CLOSE, i, 0, synced_ns);
        file_close(task->pieces[i].file, task->pieces[i].path, &thread->outcome.failure);
    }
    watch_clear(&thread->watch);
    int64_t closed_ns = clock_now_ns();
    outcome_count_queued(counters, &thread->outcome.queued);
    outcome_count_sync(counters, synced_ns - start_ns);
    counters->close_ns = closed_ns - synced_ns;
    counters->end_ns = closed_ns - thread->pipeline->gate.start_ns;
    counters->writer_time_ns = counters->end_ns;
    counters->writer_cpu_ns = clock_thread_cpu_ns() - thread->warm_cpu_ns;
}

/* Touches the memory of buffers that data threads never use, and fills those to be written. */
static void prepare_stock(struct io_thread *thread, const struct source *source)
{
    const struct pipeline_setup *setup = &thread->pipeline->setup;
    for (uint32_t i = 0; i < source->stock_count; i++) {
        struct buffer *buffer = &thread->pipeline->buffers[source->stock[i]];
        if (!lane_touch(thread->pipeline, thread->lane, buffer))
            return;
        if (buffer->request.direction == ENGINE_READ)
            continue;
        buffer_assign(buffer, thread->task, thread->index, i % thread->task->places);
        buffer_fill(buffer, thread->task, setup->content, setup->buffer_bytes);
    }
}

static int io_thread_open(struct io_thread *thread)
{
    struct pipeline *pipeline = thread->pipeline;
    const struct drive_setup setup = {
        .engine = pipeline->setup.engine,
        .mode = pipeline->setup.mode,
        .task = thread->task,
        .outcome = &thread->outcome,
        .watch = &thread->watch,
        .depth = pipeline->setup.depth,
        .sync = pipeline->setup.sync,
        .sync_each = pipeline->setup.sync && pipeline->setup.sync_each,
        .checks = pipeline->setup.checks,
        .arena = &thread->lane->arena,
        .stride_bytes = pool_stride_bytes(pipeline->setup.buffer_bytes),
    };
    int result = drive_open(&thread->drive, &setup, &thread->open_failure);
    for (int i = 0; !result && i < ENGINE_DIRECTIONS; i++)
        prepare_stock(thread, &thread->sources[i]);
    return result;
}

/* Wakes data threads, which end when the last I/O thread has left. */
static void io_thread_leave(struct io_thread *thread)
{
    struct pipeline *pipeline = thread->pipeline;
    if (thread->outcome.failure.code) {
        atomic_store_explicit(&pipeline->failed, true, memory_order_relaxed);
        pipeline_stop(pipeline);
    }
    atomic_fetch_sub_explicit(&thread->lane->io_threads_left, 1, memory_order_release);
    ring_wake_all(&thread->lane->data);
    atomic_store_explicit(&thread->gone, true, memory_order_release);
    thread_gate_leave(&pipeline->gate);
}

void io_thread_body(void *argument)
{
    struct io_thread *thread = argument;
    bool busy = thread->places > 0;
    lane_enter(thread->pipeline, thread->lane);
    int result = busy ? io_thread_open(thread) : 0;
    bool go = thread_gate_pass(&thread->pipeline->gate);
    if (go && busy && !result) {
        thread->warm_cpu_ns = clock_thread_cpu_ns();
        if (thread->pipeline->setup.mode.sqpoll)
            thread->warm_ring_cpu_ns = ring_cpu_ns(thread);
        drive_start(&thread->drive, thread->pipeline->gate.start_ns);
        thread->outcome.counters.started_ns = thread->drive.now_ns;
        io_loop_run(thread);
        refuse_buffers(thread);
        io_thread_finish(thread);
    }
    drive_close(&thread->drive);
    io_thread_leave(thread);
}
