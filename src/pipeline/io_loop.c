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

/* Steps over what is to be read and was never acknowledged. */
static void skip_unreadable(struct io_thread *thread)
{
    const struct task *task = thread->task;
    uint64_t place = thread->sent;
    if (!task->only)
        return;
    while (place < thread->places && task_direction(task, place) == ENGINE_READ &&
           !acknowledged_has(task->only, place))
        place++;
    thread->sent = place;
}

/* Where the buffer of the next request comes from. */
static struct source *next_source(struct io_thread *thread)
{
    return &thread->sources[task_direction(thread->task, thread->sent)];
}

/* A buffer to send, if there is one. */
static bool take_number(struct source *source, uint32_t *number)
{
    if (source->ring)
        return ring_take(source->ring, number);
    if (!source->stock_count)
        return false;
    *number = source->stock[--source->stock_count];
    return true;
}

/* A buffer that a data thread has filled holds a request of its own; an empty one gets the next. */
static void send_number(struct io_thread *thread, uint32_t number)
{
    struct pipeline *pipeline = thread->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    bool made = buffer->state == BUFFER_FULL;
    if (!made) {
        buffer_assign(buffer, thread->task, thread->index, thread->sent);
        if (pipeline->setup.checks && buffer->request.direction == ENGINE_READ)
            content_poison(buffer->memory, buffer->length);
    }
    thread->sent++;
    skip_unreadable(thread);
    buffer_step(buffer, made ? BUFFER_FULL : BUFFER_EMPTY, BUFFER_IN_FLIGHT);
    thread->sent_bytes += buffer->length;
    buffer->due_ns = limits_due(&pipeline->setup.limits, thread->sent_bytes);
    thread->hand_off_ns = HAND_OFF_NS;
    drive_send(&thread->drive, buffer);
    if (made) /* a stamp that the drive has taken anyway */
        histogram_record(&thread->outcome.queued, buffer->sent_ns - buffer->ready_ns);
}

static void give_back(struct io_thread *thread, struct buffer *buffer)
{
    struct source *source = &thread->sources[buffer->request.direction];
    bool read = source->ring && buffer->request.direction == ENGINE_READ;
    buffer_step(buffer, BUFFER_IN_FLIGHT, read ? BUFFER_FULL : BUFFER_EMPTY);
    if (!source->ring) {
        source->stock[source->stock_count++] = buffer->index;
        return;
    }
    buffer->ready_ns = thread->drive.now_ns;
    ring_put(&thread->lane->data, buffer->index);
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
    while (drive_in_flight(&thread->drive) < thread->drive.depth && !is_finished(thread)) {
        uint32_t number;
        *due_ns = limits_due(limits, thread->sent_bytes + next_bytes(thread));
        if (*due_ns > thread->drive.now_ns)
            return SENDING_NOT_DUE;
        if (!take_number(next_source(thread), &number))
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
    struct ring *source = next_source(thread)->ring;
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

/* Has this I/O thread its part of the buffers in flight that the next request needs one of? Then it
 * waits for storage: no such buffer can come before one is back. */
static bool pool_in_flight(struct io_thread *thread)
{
    enum engine_direction direction = task_direction(thread->task, thread->sent);
    return thread->drive.in_flight[direction] >= thread->sources[direction].part;
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
    uint32_t before = drive_in_flight(&thread->drive);
    if (sending != SENDING_STARVED || !before || !thread->drive.engine.kind->traits.batches ||
        !next_source(thread)->ring || pool_in_flight(thread))
        return false;
    wait_for_buffer(thread, HAND_OFF_MOST_NS);
    return drive_in_flight(&thread->drive) > before;
}

void io_loop_run(struct io_thread *thread)
{
    thread->hand_off_ns = HAND_OFF_NS;
    skip_unreadable(thread);
    while (!thread->drive.broken) {
        int64_t due_ns = 0;
        enum sending sending = send_all(thread, &due_ns);
        if (batch_grows(thread, sending))
            continue;
        if (drive_in_flight(&thread->drive))
            collect(thread, sending, due_ns);
        else if (is_finished(thread))
            return;
        else
            wait_idle(thread, sending, due_ns);
        if (!drive_in_flight(&thread->drive))
            edges_pass(&thread->edges, thread->drive.now_ns, thread->outcome.counters.bytes);
    }
}
