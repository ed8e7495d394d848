/* Writers: keep their depth full, and give buffers back as soon as storage has answered. */
#include "lane.h"

#include <errno.h>

#include "platform/clock.h"
#include "platform/space.h"

/* Will this writer send nothing more? */
static bool writer_finished(const struct writer *writer)
{
    return writer->sent == writer->places || writer->outcome.failure.code ||
           pipeline_stopping(writer->pipeline) ||
           limits_over(&writer->pipeline->setup.limits, writer->drive.now_ns);
}

/* The next place that may be read, stepping over what storage never acknowledged. */
static bool next_place(struct writer *writer, uint64_t *place)
{
    const struct acknowledged *only = writer->drive.task->only;
    while (writer->sent < writer->places) {
        *place = writer->sent++;
        if (!only || acknowledged_has(only, *place))
            return true;
    }
    return false;
}

/* Where buffers to send come from when partner threads take part. */
static struct ring *source_of(struct writer *writer)
{
    return writer->pipeline->setup.job == PIPELINE_WRITE ? &writer->full : &writer->lane->empty;
}

/* A buffer to send, if there is one. */
static bool take_number(struct writer *writer, uint32_t *number)
{
    if (job_has_producers(writer->pipeline->setup.job))
        return ring_take(source_of(writer), number);
    if (!writer->stock_count)
        return false;
    *number = writer->stock[--writer->stock_count];
    return true;
}

/* Sends a buffer that was just taken; false when it turned out that no place is left for it. */
static void send_number(struct writer *writer, uint32_t number)
{
    struct pipeline *pipeline = writer->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    if (pipeline->setup.job == PIPELINE_WRITE) {
        writer->sent++;
        buffer_step(buffer, BUFFER_FULL, BUFFER_IN_FLIGHT);
    } else {
        uint64_t place;
        if (!next_place(writer, &place)) {
            if (job_has_producers(pipeline->setup.job))
                ring_put(&writer->lane->empty, number);
            else
                writer->stock[writer->stock_count++] = number;
            return;
        }
        lane_assign(pipeline, buffer, writer->index, place);
        if (pipeline->setup.job == PIPELINE_CHECK)
            content_poison(buffer->memory, buffer->length);
        buffer_step(buffer, BUFFER_EMPTY, BUFFER_IN_FLIGHT);
    }
    writer->sent_bytes += buffer->length;
    buffer->due_ns = limits_due(&pipeline->setup.limits, writer->sent_bytes);
    writer->hand_off_ns = HAND_OFF_NS;
    drive_send(&writer->drive, buffer);
    if (pipeline->setup.job == PIPELINE_WRITE) /* a stamp that the drive has taken anyway */
        histogram_record(&writer->outcome.queued, buffer->sent_ns - buffer->ready_ns);
}

static void give_back(struct writer *writer, struct buffer *buffer)
{
    struct pipeline *pipeline = writer->pipeline;
    if (pipeline->setup.job == PIPELINE_CHECK) {
        buffer_step(buffer, BUFFER_IN_FLIGHT, BUFFER_FULL);
        buffer->ready_ns = writer->drive.now_ns;
        ring_put(&writer->lane->read, buffer->index);
        return;
    }
    buffer_step(buffer, BUFFER_IN_FLIGHT, BUFFER_EMPTY);
    if (pipeline->setup.job == PIPELINE_WRITE) {
        ring_put(&writer->lane->empty, buffer->index);
    } else {
        writer->stock[writer->stock_count++] = buffer->index;
    }
}

enum sending { SENDING_FULL, SENDING_STARVED, SENDING_NOT_DUE };

/* Of the next request, as far as can be said before its buffer is there. */
static uint64_t next_bytes(const struct writer *writer)
{
    const struct share *share = &writer->drive.task->share;
    uint64_t left = share->bytes > writer->sent_bytes ? share->bytes - writer->sent_bytes : 0;
    return left < share->request_bytes ? left : share->request_bytes;
}

/* Fills the depth as far as buffers and the rate allow. */
static enum sending send_all(struct writer *writer, int64_t *due_ns)
{
    const struct limits *limits = &writer->pipeline->setup.limits;
    while (writer->drive.in_flight < writer->drive.depth && !writer_finished(writer)) {
        uint32_t number;
        *due_ns = limits_due(limits, writer->sent_bytes + next_bytes(writer));
        if (*due_ns > writer->drive.now_ns)
            return SENDING_NOT_DUE;
        if (!take_number(writer, &number))
            return SENDING_STARVED;
        send_number(writer, number);
    }
    return SENDING_FULL;
}

static void look_at_clock(struct writer *writer)
{
    writer->drive.now_ns = clock_now_ns() - writer->pipeline->gate_ns;
}

/* Time to the deadline; INT64_MAX without one. */
static int64_t left_ns(const struct writer *writer)
{
    int64_t deadline_ns = writer->pipeline->setup.limits.deadline_ns;
    if (!deadline_ns)
        return INT64_MAX;
    return deadline_ns > writer->drive.now_ns ? deadline_ns - writer->drive.now_ns : 0;
}

/* How long to wait until 'due_ns', where nothing rings: a stop must be seen meanwhile. */
static int64_t nap_ns(const struct writer *writer, int64_t due_ns)
{
    int64_t wait_ns = due_ns - writer->drive.now_ns;
    int64_t most_ns = left_ns(writer) < LOOK_NS ? left_ns(writer) : LOOK_NS;
    return wait_ns < 0 ? 0 : wait_ns < most_ns ? wait_ns : most_ns;
}

/* For at most 'most_ns' (< 0: until something rings). */
static void wait_for_buffer(struct writer *writer, int64_t most_ns)
{
    struct ring *source = source_of(writer);
    uint32_t heard = ring_listen(source);
    uint32_t number;
    if (writer_finished(writer)) /* what ends it later rings, but for the deadline */
        return;
    int64_t before_ns = writer->drive.now_ns;
    int64_t limit_ns = left_ns(writer) < INT64_MAX ? left_ns(writer) : -1;
    if (most_ns >= 0 && (limit_ns < 0 || most_ns < limit_ns))
        limit_ns = most_ns;
    bool taken = ring_take_wait(source, &number, heard, writer->pipeline->setup.spin_ns, limit_ns);
    look_at_clock(writer);
    writer->outcome.counters.writer_waited_ns += writer->drive.now_ns - before_ns;
    if (taken && writer_finished(writer))
        ring_put(source, number);
    else if (taken)
        send_number(writer, number);
}

/* Nothing is in flight: waits for a buffer or for the time that the rate allows. */
static void wait_idle(struct writer *writer, enum sending sending, int64_t due_ns)
{
    if (sending != SENDING_NOT_DUE) {
        wait_for_buffer(writer, -1);
        return;
    }
    int64_t before_ns = writer->drive.now_ns;
    clock_sleep_ns(nap_ns(writer, due_ns));
    look_at_clock(writer);
    writer->outcome.counters.writer_paced_ns += writer->drive.now_ns - before_ns;
}

static int64_t collect_limit_ns(const struct writer *writer, enum sending sending, int64_t due_ns)
{
    switch (sending) {
    case SENDING_STARVED:
        return writer->hand_off_ns;
    case SENDING_NOT_DUE:
        return nap_ns(writer, due_ns);
    case SENDING_FULL:
        break;
    }
    return LOOK_NS;
}

/* Has this writer its part of the pool in flight? Then it waits for storage: no buffer can come
 * before one is back. */
static bool pool_in_flight(const struct writer *writer)
{
    return writer->drive.in_flight >= writer->lane->buffer_count / writer->lane->writer_count;
}

static void collect(struct writer *writer, enum sending sending, int64_t due_ns)
{
    struct buffer *done[DRIVE_BATCH];
    int64_t before_ns = writer->drive.now_ns;
    int64_t before_bytes = writer->outcome.counters.bytes;
    bool waits = sending == SENDING_STARVED && !pool_in_flight(writer);
    uint32_t count = drive_collect(&writer->drive, done, collect_limit_ns(writer, sending, due_ns));
    if (waits)
        writer->outcome.counters.writer_waited_ns += writer->drive.now_ns - before_ns;
    else if (sending == SENDING_NOT_DUE)
        writer->outcome.counters.writer_paced_ns += writer->drive.now_ns - before_ns;
    if (count)
        writer->hand_off_ns = HAND_OFF_NS;
    else if (writer->hand_off_ns < HAND_OFF_MOST_NS)
        writer->hand_off_ns *= 2;
    for (uint32_t i = 0; i < count; i++)
        give_back(writer, done[i]);
    edges_pass(&writer->edges, writer->drive.now_ns, before_bytes);
    atomic_store_explicit(&writer->seen_bytes, (uint64_t)writer->outcome.counters.bytes,
                          memory_order_relaxed);
}

/* An engine that sends several at once is asked to when it has them all, unless nothing more
 * comes: neither in time, nor when this writer has its part of the pool in hand. */
static bool batch_grows(struct writer *writer, enum sending sending)
{
    uint32_t before = writer->drive.in_flight;
    if (sending != SENDING_STARVED || !before || !writer->drive.engine.kind->traits.batches ||
        !job_has_producers(writer->pipeline->setup.job) || pool_in_flight(writer))
        return false;
    wait_for_buffer(writer, HAND_OFF_MOST_NS);
    return writer->drive.in_flight > before;
}

static void writer_work(struct writer *writer)
{
    look_at_clock(writer);
    while (!writer->drive.broken) {
        int64_t due_ns = 0;
        enum sending sending = send_all(writer, &due_ns);
        if (batch_grows(writer, sending))
            continue;
        if (writer->drive.in_flight)
            collect(writer, sending, due_ns);
        else if (writer_finished(writer))
            return;
        else
            wait_idle(writer, sending, due_ns);
        if (!writer->drive.in_flight)
            edges_pass(&writer->edges, writer->drive.now_ns, writer->outcome.counters.bytes);
    }
}

/* Producers that wait for a buffer see at once that this writer wants none. */
static void writer_refuse(struct writer *writer)
{
    atomic_store_explicit(&writer->over, true, memory_order_relaxed);
    ring_wake_all(&writer->lane->empty);
}

/* Sync and close belong to the phase: data that are not durable yet are not written. */
static void writer_finish(struct writer *writer)
{
    const struct task *task = writer->drive.task;
    struct counters *counters = &writer->outcome.counters;
    char note[SPACE_TEXT];
    int64_t start_ns = clock_now_ns();
    watch_set(&writer->watch, WAIT_SYNC, 0, start_ns);
    bool hurry = atomic_load_explicit(&writer->pipeline->hurry, memory_order_relaxed);
    if (writer->pipeline->setup.sync && !writer->outcome.failure.code && !hurry) {
        int result = drive_sync(&writer->drive);
        if (result)
            failure_system(&writer->outcome.failure, -result, "cannot sync '%s'%s", task->path,
                           space_note(task->path, -result, note));
    }
    int64_t synced_ns = clock_now_ns();
    watch_set(&writer->watch, WAIT_CLOSE, 0, synced_ns);
    /* a ring holds on to its registered files: only without it does close reach the file system */
    engine_close(&writer->drive.engine);
    file_close(task->file, task->path, &writer->outcome.failure);
    watch_clear(&writer->watch);
    int64_t closed_ns = clock_now_ns();
    lane_count_queued(counters, &writer->outcome.queued);
    counters->sync_ns += synced_ns - start_ns;
    counters->close_ns = closed_ns - synced_ns;
    counters->end_ns = closed_ns - writer->pipeline->gate_ns;
    counters->writer_time_ns = counters->end_ns;
    counters->writer_cpu_ns = clock_thread_cpu_ns() - writer->warm_cpu_ns;
}

static int writer_open(struct writer *writer)
{
    struct pipeline *pipeline = writer->pipeline;
    const struct file *file = writer->drive.task->file;
    const int fds[2] = {file->fd, file->buffered_fd};
    struct engine_setup setup = {
        .fds = fds,
        .fd_count = file->buffered_fd >= 0 ? 2 : 1,
        .depth = writer->drive.depth,
        .memory = writer->lane->arena.memory,
        .memory_bytes = writer->lane->arena.bytes,
        .buffer_bytes = lane_stride(&pipeline->setup),
        .mode = pipeline->setup.mode,
    };
    drive_prepare(&writer->drive);
    int result =
        engine_open(&writer->drive.engine, pipeline->setup.engine, &setup, &writer->open_failure);
    writer->outcome.buffers_fixed = writer->drive.engine.buffers_fixed;
    text_copy(writer->outcome.reason, sizeof writer->outcome.reason, writer->drive.engine.reason);
    for (uint32_t i = 0; !result && i < writer->stock_count; i++) {
        struct buffer *buffer = &pipeline->buffers[writer->stock[i]];
        arena_touch(buffer->memory, pipeline->setup.buffer_bytes);
        if (pipeline->setup.job == PIPELINE_WRITE_READY) {
            lane_assign(pipeline, buffer, writer->index, i % writer->places);
            lane_fill(pipeline, buffer, pipeline->setup.buffer_bytes);
        }
    }
    return result;
}

/* The last writer to end lets the checkers see that nothing more comes. */
static void writer_leave(struct writer *writer)
{
    struct pipeline *pipeline = writer->pipeline;
    if (writer->outcome.failure.code) {
        atomic_store_explicit(&pipeline->failed, true, memory_order_relaxed);
        pipeline_stop(pipeline);
    }
    atomic_fetch_sub_explicit(&writer->lane->writers_left, 1, memory_order_release);
    ring_wake_all(&writer->lane->read);
    atomic_store_explicit(&writer->gone, true, memory_order_release);
    lane_leave(pipeline);
}

void writer_body(void *argument)
{
    struct writer *writer = argument;
    bool busy = writer->places > 0;
    lane_enter(writer->pipeline, writer->lane);
    int result = busy ? writer_open(writer) : 0;
    bool go = lane_wait_for_go(writer->pipeline);
    if (go && busy && !result) {
        writer->drive.gate_ns = writer->pipeline->gate_ns;
        writer->warm_cpu_ns = clock_thread_cpu_ns();
        writer->outcome.counters.started_ns = clock_now_ns() - writer->pipeline->gate_ns;
        writer_work(writer);
        writer_refuse(writer);
        writer_finish(writer);
    }
    engine_close(&writer->drive.engine);
    writer_leave(writer);
}
