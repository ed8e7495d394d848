/* SPDX-License-Identifier: Apache-2.0 */
#include "io_loop.h"

#include "passes.h"
#include "pipeline_parts.h"
#include "platform/clock.h"
#include "recycle.h"

/* POLL_NS: the longest sleep before a check of the stop flag where no ring can wake the thread.
 * A ring cannot wake a thread that waits for completions either, although it could send another
 * buffer: it checks for one after HAND_OFF_NS, and doubles that time each time it finds none. */
enum {
    POLL_NS = 20 * 1000 * 1000,
    HAND_OFF_NS = 50 * 1000,
    HAND_OFF_MOST_NS = 2 * 1000 * 1000,
};

/* How many requests that may not be read are skipped before completions are collected again; one
 * takes about 100 ns. */
enum { SKIP_MOST = 100 };

/* Whether the limits allow another request. */
static enum tail_state allowed(const struct io_thread *thread)
{
    const struct pipeline *pipeline = thread->pipeline;
    return tail_state(&pipeline->setup.limits, &pipeline->goal, thread->drive.now_ns,
                      thread->sent_bytes);
}

/* True if this I/O thread will send nothing more. */
static bool is_finished(const struct io_thread *thread)
{
    return thread->sent == thread->places || thread->outcome.failure.code ||
           pipeline_stopping(thread->pipeline) || allowed(thread) == TAIL_ENDS;
}

/* Skips reads of requests that were never acknowledged, at most SKIP_MOST at once. */
static void skip_unreadable(struct io_thread *thread)
{
    const struct task *task = thread->task;
    uint64_t place = thread->sent;
    uint64_t left = thread->places - place;
    uint64_t end = place + (left < SKIP_MOST ? left : SKIP_MOST);
    while (place < end && task_direction(task, place) == ENGINE_READ &&
           !task_may_read(task, thread->index, place))
        place++;
    thread->searching = place == end;
    thread->sent = place;
}

static struct source *next_source(struct io_thread *thread)
{
    return &thread->sources[task_direction(thread->task, thread->sent)];
}

static bool take_number(struct source *source, uint32_t *number)
{
    if (source->ring)
        return ring_take(source->ring, number);
    if (!source->stock_count)
        return false;
    *number = source->stock[--source->stock_count];
    return true;
}

/* Takes a buffer for the next request. */
static bool take_next(struct io_thread *thread, uint32_t *number)
{
    struct source *source = next_source(thread);
    if (thread->held_count && source == &thread->sources[ENGINE_WRITE] &&
        passes_take(thread, number))
        return true;
    while (take_number(source, number))
        if (!thread->passes || !passes_hold(thread, *number))
            return true;
    return false;
}

/* Sends a buffer: a full one with the request that it was filled for, an empty one with the next.
 */
static void send_number(struct io_thread *thread, uint32_t number)
{
    struct pipeline *pipeline = thread->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    bool made = buffer->state == BUFFER_FULL;
    if (!made) {
        buffer_assign(buffer, thread->task, thread->index, thread->sent);
        if (pipeline->setup.checks && !pipeline->setup.ready &&
            buffer->request.direction == ENGINE_READ)
            content_poison(buffer->memory, buffer->length);
    }
    thread->sent++;
    if (thread->sparse)
        skip_unreadable(thread);
    buffer_step(buffer, made ? BUFFER_FULL : BUFFER_EMPTY, BUFFER_IN_FLIGHT);
    thread->sent_bytes += buffer->length;
    buffer->due_ns = limits_due(&pipeline->setup.limits, thread->sent_bytes);
    thread->hand_off_ns = HAND_OFF_NS;
    drive_send(&thread->drive, buffer);
    if (made) /* reuses the timestamp of drive_send */
        histogram_record(&thread->outcome.queued, buffer->sent_ns - buffer->ready_ns);
}

/* Counts a transfer by its piece, as the drive does it for all of them. */
static void count_use(const struct io_thread *thread, const struct buffer *buffer)
{
    struct piece_use *use = &thread->task->uses[buffer->piece];
    use->bytes += (int64_t)buffer->moved;
    if (buffer->moved < buffer->length)
        return;
    use->requests++;
    histogram_record(&use->latency, thread->drive.now_ns - buffer->sent_ns);
}

enum sending {
    SENDING_FULL,
    SENDING_STARVED,
    SENDING_NOT_DUE,
    SENDING_SEARCHES,
    SENDING_AT_GOAL, /* of --equalise, as far as it is known */
};

/* The length of the next request, estimated without its buffer. */
static uint64_t next_bytes(const struct io_thread *thread)
{
    uint64_t request_bytes = thread->task->pieces[0].share.request_bytes;
    uint64_t left = thread->bytes > thread->sent_bytes ? thread->bytes - thread->sent_bytes : 0;
    return left < request_bytes ? left : request_bytes;
}

/* Fills the depth, as far as buffers and the rate allow. */
static enum sending send_all(struct io_thread *thread, int64_t *due_ns)
{
    const struct limits *limits = &thread->pipeline->setup.limits;
    while (drive_in_flight(&thread->drive) < thread->drive.depth && !is_finished(thread)) {
        uint32_t number;
        if (__builtin_expect(allowed(thread) == TAIL_WAITS, 0))
            return SENDING_AT_GOAL;
        if (__builtin_expect(thread->searching, 0)) {
            skip_unreadable(thread);
            return SENDING_SEARCHES;
        }
        if (__builtin_expect(thread->passes, 0) && passes_wait(thread))
            return SENDING_FULL;
        if (limits->writer_rate)
            *due_ns = limits_due(limits, thread->sent_bytes + next_bytes(thread));
        if (*due_ns > thread->drive.now_ns)
            return SENDING_NOT_DUE;
        if (!take_next(thread, &number))
            return SENDING_STARVED;
        send_number(thread, number);
    }
    return SENDING_FULL;
}

/* Time to the next instant that may end this thread; INT64_MAX without one. */
static int64_t left_ns(const struct io_thread *thread)
{
    return limits_left(&thread->pipeline->setup.limits, thread->drive.now_ns);
}

/* Time to sleep until 'due_ns', at most POLL_NS, as nothing wakes the thread to see a stop. */
static int64_t sleep_ns(const struct io_thread *thread, int64_t due_ns)
{
    int64_t wait_ns = due_ns - thread->drive.now_ns;
    int64_t most_ns = left_ns(thread) < POLL_NS ? left_ns(thread) : POLL_NS;
    return wait_ns < 0 ? 0 : wait_ns < most_ns ? wait_ns : most_ns;
}

/* Waits for a buffer and sends it. At most 'most_ns'; < 0: until the bell rings. */
static void wait_for_buffer(struct io_thread *thread, int64_t most_ns)
{
    struct ring *source = next_source(thread)->ring;
    uint32_t bell = ring_listen(source);
    uint32_t number;
    if (is_finished(thread)) /* later ends ring the bell, except those of the limits */
        return;
    int64_t before_ns = thread->drive.now_ns;
    int64_t limit_ns = left_ns(thread) < INT64_MAX ? left_ns(thread) : -1;
    if (most_ns >= 0 && (limit_ns < 0 || most_ns < limit_ns))
        limit_ns = most_ns;
    bool taken = ring_take_wait(source, &number, bell, thread->pipeline->setup.spin_ns, limit_ns);
    drive_read_clock(&thread->drive);
    thread->outcome.counters.writer_waited_ns += thread->drive.now_ns - before_ns;
    if (taken && is_finished(thread))
        ring_put(source, number);
    else if (taken && !(thread->passes && passes_hold(thread, number)))
        send_number(thread, number);
}

/* From 'before_ns' on the thread waited for the rate limit, but only until the request was due:
 * later the process was stopped, or had no core. */
static void count_paced(struct io_thread *thread, int64_t before_ns, int64_t due_ns)
{
    int64_t until_ns = thread->drive.now_ns < due_ns ? thread->drive.now_ns : due_ns;
    thread->outcome.counters.writer_paced_ns += until_ns - before_ns;
}

/* Nothing is in flight: waits for a buffer, or for the next due time of the rate. */
static void wait_idle(struct io_thread *thread, enum sending sending, int64_t due_ns)
{
    if (sending == SENDING_AT_GOAL) {
        clock_sleep_ns(TAIL_NAP_NS);
        drive_read_clock(&thread->drive);
        thread->drive.gap_from_ns = thread->drive.now_ns;
        return;
    }
    if (sending == SENDING_SEARCHES) {
        drive_read_clock(&thread->drive);
        return;
    }
    if (sending != SENDING_NOT_DUE) {
        wait_for_buffer(thread, -1);
        return;
    }
    int64_t before_ns = thread->drive.now_ns;
    clock_sleep_ns(sleep_ns(thread, due_ns));
    drive_read_clock(&thread->drive);
    count_paced(thread, before_ns, due_ns);
}

static int64_t collect_limit_ns(const struct io_thread *thread, enum sending sending,
                                int64_t due_ns)
{
    switch (sending) {
    case SENDING_STARVED:
        return thread->hand_off_ns;
    case SENDING_NOT_DUE:
        return sleep_ns(thread, due_ns);
    case SENDING_SEARCHES:
        return 0;
    case SENDING_AT_GOAL:
        return TAIL_NAP_NS;
    case SENDING_FULL:
        break;
    }
    return POLL_NS;
}

/* True if all of this thread's buffers for the next request's direction are in flight. It then
 * waits for storage, as data threads have no buffer for it. */
static bool pool_in_flight(struct io_thread *thread)
{
    enum engine_direction direction = task_direction(thread->task, thread->sent);
    return thread->drive.in_flight[direction] >= thread->sources[direction].part;
}

/* A pause until the deadline, as of a stopped process, has no completion that would show it. */
static void count_cut_off(struct io_thread *thread)
{
    const struct limits *limits = &thread->pipeline->setup.limits;
    struct counters *counters = &thread->outcome.counters;
    if (!limits_over(limits, thread->drive.now_ns) || thread->sent_bytes >= thread->bytes)
        return;
    const int64_t gap_ns = thread->drive.now_ns - thread->drive.gap_from_ns;
    if (gap_ns > counters->longest_gap_ns)
        counters->longest_gap_ns = gap_ns;
    uint64_t required = limits_required(limits);
    if (required > thread->bytes)
        required = thread->bytes;
    if (required > thread->sent_bytes)
        counters->unsent_requests += (int64_t)((required - thread->sent_bytes) /
                                               thread->task->pieces[0].share.request_bytes);
}

/* Under --equalise: what this thread had done when the time was over, or all of it at the end.
 * 'bytes' were acknowledged before the last reading of the clock. */
static void report_deadline(struct io_thread *thread, int64_t bytes)
{
    if (thread->reported)
        return;
    thread->reported = true;
    thread->outcome.counters.deadline_bytes = bytes;
    count_cut_off(thread);
    tail_set_sent(&thread->report, thread->sent_bytes);
}

/* At a new reading of the clock. */
static void pass_time(struct io_thread *thread, int64_t bytes)
{
    const struct limits *limits = &thread->pipeline->setup.limits;
    edges_pass(&thread->edges, thread->drive.now_ns, bytes);
    if (limits->equalise && limits_over(limits, thread->drive.now_ns))
        report_deadline(thread, bytes);
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
        count_paced(thread, before_ns, due_ns);
    if (count)
        thread->hand_off_ns = HAND_OFF_NS;
    else if (thread->hand_off_ns < HAND_OFF_MOST_NS)
        thread->hand_off_ns *= 2;
    for (uint32_t i = 0; i < count; i++) {
        if (__builtin_expect(thread->task->uses != NULL, 0))
            count_use(thread, done[i]);
        peaks_record(&thread->peaks, thread->drive.now_ns, thread->drive.now_ns - done[i]->sent_ns);
        recycle_buffer(thread, done[i]);
    }
    pass_time(thread, before_bytes);
    atomic_store_explicit(&thread->seen_bytes, (uint64_t)thread->outcome.counters.bytes,
                          memory_order_relaxed);
}

/* Waits for another buffer before a batch is sent. False if none can come, as all of this thread's
 * buffers are in the batch, or if none came in time. */
static bool batch_grows(struct io_thread *thread, enum sending sending)
{
    uint32_t before = drive_in_flight(&thread->drive);
    if (sending != SENDING_STARVED || !before || !thread->drive.engine.kind->traits.batches ||
        !next_source(thread)->ring || pool_in_flight(thread))
        return false;
    wait_for_buffer(thread, HAND_OFF_MOST_NS);
    return drive_in_flight(&thread->drive) > before;
}

static void end_loop(struct io_thread *thread)
{
    const struct pipeline *pipeline = thread->pipeline;
    const bool done = thread->sent == thread->places;
    if (!pipeline->setup.limits.equalise) {
        count_cut_off(thread);
        return;
    }
    report_deadline(thread, thread->outcome.counters.bytes);
    thread->outcome.counters.threads_behind =
        !done && tail_is_behind(&pipeline->setup.limits, &pipeline->goal, thread->drive.now_ns,
                                thread->sent_bytes);
}

void io_loop_run(struct io_thread *thread)
{
    thread->hand_off_ns = HAND_OFF_NS;
    thread->searching = thread->sparse;
    thread->announced_ns = thread->drive.now_ns;
    while (!thread->drive.broken) {
        int64_t due_ns = 0;
        enum sending sending = send_all(thread, &due_ns);
        if (thread->unannounced)
            recycle_announce(thread, sending != SENDING_FULL || !drive_in_flight(&thread->drive));
        if (batch_grows(thread, sending))
            continue;
        if (drive_in_flight(&thread->drive))
            collect(thread, sending, due_ns);
        else if (is_finished(thread))
            break;
        else
            wait_idle(thread, sending, due_ns);
        if (!drive_in_flight(&thread->drive))
            pass_time(thread, thread->outcome.counters.bytes);
    }
    end_loop(thread);
}
