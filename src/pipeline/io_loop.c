#include "io_loop.h"

#include "pipeline_parts.h"
#include "platform/clock.h"

/* How long a thread sleeps at most before it looks at the stop flag again, where no ring can wake
 * it. Nor can one wake an I/O thread that has requests in flight and room for more, as it waits for
 * completions: it looks for a fresh buffer after HAND_OFF_NS, and after twice as long each time
 * that it finds none. */
enum {
    LOOK_NS = 20 * 1000 * 1000,
    HAND_OFF_NS = 50 * 1000,
    HAND_OFF_MOST_NS = 2 * 1000 * 1000,
};

/* Will this I/O thread send nothing more? */
static bool is_finished(const struct io_thread *thread)
{
    return thread->sent == thread->places || thread->outcome.failure.code ||
           pipeline_stopping(thread->pipeline) ||
           limits_over(&thread->pipeline->setup.limits, thread->drive.now_ns);
}

/* The next place that may be read, stepping over what storage never acknowledged. */
static bool next_place(struct io_thread *thread, uint64_t *place)
{
    const struct acknowledged *only = thread->task->only;
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
        buffer_assign(buffer, thread->task, thread->index, place);
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
    const struct share *share = &thread->task->share;
    uint64_t left = share->bytes > thread->sent_bytes ? share->bytes - thread->sent_bytes : 0;
    return left < share->request_bytes ? left : share->request_bytes;
}

/* Fills the depth as far as buffers and the rate allow. */
static enum sending send_all(struct io_thread *thread, int64_t *due_ns)
{
    const struct limits *limits = &thread->pipeline->setup.limits;
    while (thread->drive.in_flight < thread->drive.depth && !is_finished(thread)) {
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
    if (is_finished(thread)) /* what ends it later rings, but for the deadline */
        return;
    int64_t before_ns = thread->drive.now_ns;
    int64_t limit_ns = left_ns(thread) < INT64_MAX ? left_ns(thread) : -1;
    if (most_ns >= 0 && (limit_ns < 0 || most_ns < limit_ns))
        limit_ns = most_ns;
    bool taken = ring_take_wait(source, &number, heard, thread->pipeline->setup.spin_ns, limit_ns);
    drive_read_clock(&thread->drive);
    thread->outcome.counters.writer_waited_ns += thread->drive.now_ns - before_ns;
    if (taken && is_finished(thread))
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
    drive_read_clock(&thread->drive);
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

void io_loop_run(struct io_thread *thread)
{
    thread->hand_off_ns = HAND_OFF_NS;
    while (!thread->drive.broken) {
        int64_t due_ns = 0;
        enum sending sending = send_all(thread, &due_ns);
        if (batch_grows(thread, sending))
            continue;
        if (thread->drive.in_flight)
            collect(thread, sending, due_ns);
        else if (is_finished(thread))
            return;
        else
            wait_idle(thread, sending, due_ns);
        if (!thread->drive.in_flight)
            edges_pass(&thread->edges, thread->drive.now_ns, thread->outcome.counters.bytes);
    }
}
