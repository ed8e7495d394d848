/* I/O threads: keep their depth full, and give buffers back as soon as storage has answered. */
#include "lane.h"

#include <errno.h>

#include "plan/pool.h"
#include "platform/clock.h"
#include "platform/space.h"

/* Will this I/O thread send nothing more? */
static bool io_thread_finished(const struct io_thread *thread)
{
    return thread->sent == thread->places || thread->outcome.failure.code ||
           pipeline_stopping(thread->pipeline) ||
           limits_over(&thread->pipeline->setup.limits, thread->drive.now_ns);
}

/* The next place that may be read, stepping over what storage never acknowledged. */
static bool next_place(struct io_thread *thread, uint64_t *place)
{
    const struct acknowledged *only = thread->drive.task->only;
    while (thread->sent < thread->places) {
        *place = thread->sent++;
        if (!only || acknowledged_has(only, *place))
            return true;
    }
    return false;
}

/* Where buffers to send come from when partner threads take part. */
static struct ring *source_of(struct io_thread *thread)
{
    return thread->pipeline->setup.job == PIPELINE_WRITE ? &thread->full : &thread->lane->empty;
}

/* A buffer to send, if there is one. */
static bool take_number(struct io_thread *thread, uint32_t *number)
{
    if (job_has_data_threads(thread->pipeline->setup.job))
        return ring_take(source_of(thread), number);
    if (!thread->stock_count)
        return false;
    *number = thread->stock[--thread->stock_count];
    return true;
}

/* Sends a buffer that was just taken; false when it turned out that no place is left for it. */
static void send_number(struct io_thread *thread, uint32_t number)
{
    struct pipeline *pipeline = thread->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    if (pipeline->setup.job == PIPELINE_WRITE) {
        thread->sent++;
        buffer_step(buffer, BUFFER_FULL, BUFFER_IN_FLIGHT);
    } else {
        uint64_t place;
        if (!next_place(thread, &place)) {
            if (job_has_data_threads(pipeline->setup.job))
                ring_put(&thread->lane->empty, number);
            else
                thread->stock[thread->stock_count++] = number;
            return;
        }
        lane_assign(pipeline, buffer, thread->index, place);
        if (pipeline->setup.job == PIPELINE_CHECK)
            content_poison(buffer->memory, buffer->length);
        buffer_step(buffer, BUFFER_EMPTY, BUFFER_IN_FLIGHT);
    }
    thread->sent_bytes += buffer->length;
    buffer->due_ns = limits_due(&pipeline->setup.limits, thread->sent_bytes);
    thread->hand_off_ns = HAND_OFF_NS;
    drive_send(&thread->drive, buffer);
    if (pipeline->setup.job == PIPELINE_WRITE) /* a stamp that the drive has taken anyway */
        histogram_record(&thread->outcome.queued, buffer->sent_ns - buffer->ready_ns);
}

static void give_back(struct io_thread *thread, struct buffer *buffer)
{
    struct pipeline *pipeline = thread->pipeline;
    if (pipeline->setup.job == PIPELINE_CHECK) {
        buffer_step(buffer, BUFFER_IN_FLIGHT, BUFFER_FULL);
        buffer->ready_ns = thread->drive.now_ns;
        ring_put(&thread->lane->read, buffer->index);
        return;
    }
    buffer_step(buffer, BUFFER_IN_FLIGHT, BUFFER_EMPTY);
    if (pipeline->setup.job == PIPELINE_WRITE) {
        ring_put(&thread->lane->empty, buffer->index);
    } else {
        thread->stock[thread->stock_count++] = buffer->index;
    }
}

enum sending { SENDING_FULL, SENDING_STARVED, SENDING_NOT_DUE };

/* Of the next request, as far as can be said before its buffer is there. */
static uint64_t next_bytes(const struct io_thread *thread)
{
    const struct share *share = &thread->drive.task->share;
    uint64_t left = share->bytes > thread->sent_bytes ? share->bytes - thread->sent_bytes : 0;
    return left < share->request_bytes ? left : share->request_bytes;
}

/* Fills the depth as far as buffers and the rate allow. */
static enum sending send_all(struct io_thread *thread, int64_t *due_ns)
{
    const struct limits *limits = &thread->pipeline->setup.limits;
    while (thread->drive.in_flight < thread->drive.depth && !io_thread_finished(thread)) {
        uint32_t number;
        *due_ns = limits_due(limits, thread->sent_bytes + next_bytes(thread));
        if (*due_ns > thread->drive.now_ns)
            return SENDING_NOT_DUE;
        if (!take_number(thread, &number))
            return SENDING_STARVED;
        send_number(thread, number);
    }
    return SENDING_FULL;
}

static void look_at_clock(struct io_thread *thread)
{
    thread->drive.now_ns = clock_now_ns() - thread->pipeline->gate_ns;
}

/* Time to the deadline; INT64_MAX without one. */
static int64_t left_ns(const struct io_thread *thread)
{
    int64_t deadline_ns = thread->pipeline->setup.limits.deadline_ns;
    if (!deadline_ns)
        return INT64_MAX;
    return deadline_ns > thread->drive.now_ns ? deadline_ns - thread->drive.now_ns : 0;
}

/* How long to wait until 'due_ns', where nothing rings: a stop must be seen meanwhile. */
static int64_t nap_ns(const struct io_thread *thread, int64_t due_ns)
{
    int64_t wait_ns = due_ns - thread->drive.now_ns;
    int64_t most_ns = left_ns(thread) < LOOK_NS ? left_ns(thread) : LOOK_NS;
    return wait_ns < 0 ? 0 : wait_ns < most_ns ? wait_ns : most_ns;
}

/* For at most 'most_ns' (< 0: until something rings). */
static void wait_for_buffer(struct io_thread *thread, int64_t most_ns)
{
    struct ring *source = source_of(thread);
    uint32_t heard = ring_listen(source);
    uint32_t number;
    if (io_thread_finished(thread)) /* what ends it later rings, but for the deadline */
        return;
    int64_t before_ns = thread->drive.now_ns;
    int64_t limit_ns = left_ns(thread) < INT64_MAX ? left_ns(thread) : -1;
    if (most_ns >= 0 && (limit_ns < 0 || most_ns < limit_ns))
        limit_ns = most_ns;
    bool taken = ring_take_wait(source, &number, heard, thread->pipeline->setup.spin_ns, limit_ns);
    look_at_clock(thread);
    thread->outcome.counters.writer_waited_ns += thread->drive.now_ns - before_ns;
    if (taken && io_thread_finished(thread))
        ring_put(source, number);
    else if (taken)
        send_number(thread, number);
}

/* Nothing is in flight: waits for a buffer or for the time that the rate allows. */
static void wait_idle(struct io_thread *thread, enum sending sending, int64_t due_ns)
{
    if (sending != SENDING_NOT_DUE) {
        wait_for_buffer(thread, -1);
        return;
    }
    int64_t before_ns = thread->drive.now_ns;
    clock_sleep_ns(nap_ns(thread, due_ns));
    look_at_clock(thread);
    thread->outcome.counters.writer_paced_ns += thread->drive.now_ns - before_ns;
}

static int64_t collect_limit_ns(const struct io_thread *thread, enum sending sending,
                                int64_t due_ns)
{
    switch (sending) {
    case SENDING_STARVED:
        return thread->hand_off_ns;
    case SENDING_NOT_DUE:
        return nap_ns(thread, due_ns);
    case SENDING_FULL:
        break;
    }
    return LOOK_NS;
}

/* Has this I/O thread its part of the pool in flight? Then it waits for storage: no buffer can come
 * before one is back. */
static bool pool_in_flight(const struct io_thread *thread)
{
    return thread->drive.in_flight >= thread->lane->buffer_count / thread->lane->io_thread_count;
}

static void collect(struct io_thread *thread, enum sending sending, int64_t due_ns)
{
    struct buffer *done[DRIVE_BATCH];
    int64_t before_ns = thread->drive.now_ns;
    int64_t before_bytes = thread->outcome.counters.bytes;
    bool waits = sending == SENDING_STARVED && !pool_in_flight(thread);
    uint32_t count = drive_collect(&thread->drive, done, collect_limit_ns(thread, sending, due_ns));
    if (waits)
        thread->outcome.counters.writer_waited_ns += thread->drive.now_ns - before_ns;
    else if (sending == SENDING_NOT_DUE)
        thread->outcome.counters.writer_paced_ns += thread->drive.now_ns - before_ns;
    if (count)
        thread->hand_off_ns = HAND_OFF_NS;
    else if (thread->hand_off_ns < HAND_OFF_MOST_NS)
        thread->hand_off_ns *= 2;
    for (uint32_t i = 0; i < count; i++)
        give_back(thread, done[i]);
    edges_pass(&thread->edges, thread->drive.now_ns, before_bytes);
    atomic_store_explicit(&thread->seen_bytes, (uint64_t)thread->outcome.counters.bytes,
                          memory_order_relaxed);
}

/* An engine that sends several at once is asked to when it has them all, unless nothing more
 * comes: neither in time, nor when this I/O thread has its part of the pool in hand. */
static bool batch_grows(struct io_thread *thread, enum sending sending)
{
    uint32_t before = thread->drive.in_flight;
    if (sending != SENDING_STARVED || !before || !thread->drive.engine.kind->traits.batches ||
        !job_has_data_threads(thread->pipeline->setup.job) || pool_in_flight(thread))
        return false;
    wait_for_buffer(thread, HAND_OFF_MOST_NS);
    return thread->drive.in_flight > before;
}

static void io_thread_work(struct io_thread *thread)
{
    look_at_clock(thread);
    while (!thread->drive.broken) {
        int64_t due_ns = 0;
        enum sending sending = send_all(thread, &due_ns);
        if (batch_grows(thread, sending))
            continue;
        if (thread->drive.in_flight)
            collect(thread, sending, due_ns);
        else if (io_thread_finished(thread))
            return;
        else
            wait_idle(thread, sending, due_ns);
        if (!thread->drive.in_flight)
            edges_pass(&thread->edges, thread->drive.now_ns, thread->outcome.counters.bytes);
    }
}

/* Data threads that wait for a buffer see at once that this I/O thread wants none. */
static void io_thread_refuse(struct io_thread *thread)
{
    atomic_store_explicit(&thread->over, true, memory_order_relaxed);
    ring_wake_all(&thread->lane->empty);
}

/* Sync and close belong to the phase: data that are not durable yet are not written. */
static void io_thread_finish(struct io_thread *thread)
{
    const struct task *task = thread->drive.task;
    struct counters *counters = &thread->outcome.counters;
    char note[SPACE_TEXT];
    int64_t start_ns = clock_now_ns();
    watch_set(&thread->watch, WAIT_SYNC, 0, start_ns);
    bool hurry = atomic_load_explicit(&thread->pipeline->hurry, memory_order_relaxed);
    if (thread->pipeline->setup.sync && !thread->outcome.failure.code && !hurry) {
        int result = drive_sync(&thread->drive);
        if (result)
            failure_system(&thread->outcome.failure, -result, "cannot sync '%s'%s", task->path,
                           space_note(task->path, -result, note));
    }
    int64_t synced_ns = clock_now_ns();
    watch_set(&thread->watch, WAIT_CLOSE, 0, synced_ns);
    /* a ring holds on to its registered files: only without it does close reach the file system */
    engine_close(&thread->drive.engine);
    file_close(task->file, task->path, &thread->outcome.failure);
    watch_clear(&thread->watch);
    int64_t closed_ns = clock_now_ns();
    lane_count_queued(counters, &thread->outcome.queued);
    counters->sync_ns += synced_ns - start_ns;
    counters->close_ns = closed_ns - synced_ns;
    counters->end_ns = closed_ns - thread->pipeline->gate_ns;
    counters->writer_time_ns = counters->end_ns;
    counters->writer_cpu_ns = clock_thread_cpu_ns() - thread->warm_cpu_ns;
}

static int io_thread_open(struct io_thread *thread)
{
    struct pipeline *pipeline = thread->pipeline;
    const struct file *file = thread->drive.task->file;
    const int fds[2] = {file->fd, file->buffered_fd};
    struct engine_setup setup = {
        .fds = fds,
        .fd_count = file->buffered_fd >= 0 ? 2 : 1,
        .depth = thread->drive.depth,
        .memory = thread->lane->arena.memory,
        .memory_bytes = thread->lane->arena.bytes,
        .buffer_bytes = pool_stride_bytes(pipeline->setup.buffer_bytes),
        .mode = pipeline->setup.mode,
    };
    drive_prepare(&thread->drive);
    int result =
        engine_open(&thread->drive.engine, pipeline->setup.engine, &setup, &thread->open_failure);
    thread->outcome.buffers_fixed = thread->drive.engine.buffers_fixed;
    text_copy(thread->outcome.reason, sizeof thread->outcome.reason, thread->drive.engine.reason);
    for (uint32_t i = 0; !result && i < thread->stock_count; i++) {
        struct buffer *buffer = &pipeline->buffers[thread->stock[i]];
        arena_touch(buffer->memory, pipeline->setup.buffer_bytes);
        if (pipeline->setup.job == PIPELINE_WRITE_READY) {
            lane_assign(pipeline, buffer, thread->index, i % thread->places);
            lane_fill(pipeline, buffer, pipeline->setup.buffer_bytes);
        }
    }
    return result;
}

/* The last I/O thread to end lets the checkers see that nothing more comes. */
static void io_thread_leave(struct io_thread *thread)
{
    struct pipeline *pipeline = thread->pipeline;
    if (thread->outcome.failure.code) {
        atomic_store_explicit(&pipeline->failed, true, memory_order_relaxed);
        pipeline_stop(pipeline);
    }
    atomic_fetch_sub_explicit(&thread->lane->io_threads_left, 1, memory_order_release);
    ring_wake_all(&thread->lane->read);
    atomic_store_explicit(&thread->gone, true, memory_order_release);
    lane_leave(pipeline);
}

void io_thread_body(void *argument)
{
    struct io_thread *thread = argument;
    bool busy = thread->places > 0;
    lane_enter(thread->pipeline, thread->lane);
    int result = busy ? io_thread_open(thread) : 0;
    bool go = lane_wait_for_go(thread->pipeline);
    if (go && busy && !result) {
        thread->drive.gate_ns = thread->pipeline->gate_ns;
        thread->warm_cpu_ns = clock_thread_cpu_ns();
        thread->outcome.counters.started_ns = clock_now_ns() - thread->pipeline->gate_ns;
        io_thread_work(thread);
        io_thread_refuse(thread);
        io_thread_finish(thread);
    }
    engine_close(&thread->drive.engine);
    io_thread_leave(thread);
}
