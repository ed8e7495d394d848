/* SPDX-License-Identifier: Apache-2.0 */
#include "data_thread.h"

#include "base/checked.h"
#include "outcome.h"
#include "pipeline_parts.h"
#include "platform/clock.h"

void data_thread_init(struct data_thread *thread, struct pipeline *pipeline, uint32_t index)
{
    thread->pipeline = pipeline;
    thread->index = index;
    counters_clear(&thread->counters);
    histogram_clear(&thread->made);
    histogram_clear(&thread->queued);
}

static bool needs_buffers(const struct io_thread *io)
{
    return !atomic_load_explicit(&io->over, memory_order_relaxed) &&
           atomic_load_explicit(&io->next_place, memory_order_relaxed) < io->places;
}

/* A buffer returns to the I/O thread that emptied it, so that a fast thread does not take the
 * buffers of slow ones. Once that thread needs no more, the others get its buffers in turn. False
 * if no I/O thread of the lane needs buffers. */
static bool choose_io_thread(struct data_thread *thread, uint32_t last, uint32_t *chosen)
{
    struct pipeline *pipeline = thread->pipeline;
    const struct lane *lane = thread->lane;
    *chosen = last;
    if (needs_buffers(&pipeline->io_threads[last]))
        return true;
    for (uint32_t i = 0; i < lane->io_thread_count; i++) {
        *chosen = lane->first_io_thread + thread->turn;
        thread->turn = thread->turn + 1 < lane->io_thread_count ? thread->turn + 1 : 0;
        if (needs_buffers(&pipeline->io_threads[*chosen]))
            return true;
    }
    return false;
}

static int64_t since_gate_ns(const struct data_thread *thread)
{
    return clock_now_ns() - thread->pipeline->gate.start_ns;
}

/* Fills one buffer for an I/O thread. If no data are left to write, drops the buffer and wakes the
 * other data threads, which then end too. */
static void fill_one(struct data_thread *thread, uint32_t number)
{
    struct pipeline *pipeline = thread->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    uint32_t chosen;
    while (!pipeline_stopping(pipeline) && choose_io_thread(thread, buffer->io_thread, &chosen)) {
        struct io_thread *io = &pipeline->io_threads[chosen];
        const struct task *task = io->task;
        uint64_t place = atomic_fetch_add_explicit(&io->next_place, 1, memory_order_relaxed);
        if (place >= io->places || task_direction(task, place) == ENGINE_READ)
            continue;
        buffer_step(buffer, BUFFER_EMPTY, BUFFER_FILLING);
        buffer_assign(buffer, task, chosen, place);
        int64_t before_ns = since_gate_ns(thread);
        buffer_fill(buffer, task, pipeline->setup.content, buffer->length);
        buffer->ready_ns = since_gate_ns(thread);
        histogram_record(&thread->made, buffer->ready_ns - before_ns);
        thread->counters.producer_bytes += (int64_t)buffer->length;
        buffer_step(buffer, BUFFER_FILLING, BUFFER_FULL);
        ring_put(&io->full, number);
        return;
    }
    ring_wake_all(&thread->lane->data);
}

enum { BLOCK_BYTES = 4096 }; /* the unit of content_check */

/* Adds the blocks after the end of the file, and returns the number of all bad blocks. */
static uint64_t add_missing(const struct buffer *buffer, uint64_t bad, struct difference *first)
{
    uint64_t missing = buffer->length - buffer->moved;
    if (!bad)
        *first = (struct difference){
            .offset = buffer->offset + buffer->moved,
            .length = missing,
            .kind = DIFFERENCE_MISSING,
        };
    return bad + divide_up(missing, BLOCK_BYTES);
}

/* The requests that the data were written with may be of different generations; those that were
 * under way when their phase ended may be of several, block by block. */
static uint64_t check_rewritten(const struct content *content, const struct task *task,
                                struct position *position, const struct buffer *buffer,
                                struct difference *first)
{
    uint64_t bad = 0;
    for (uint64_t done = 0, part; done < buffer->moved; done += part) {
        struct generations may;
        struct difference found;
        uint64_t wrong = 0;
        position->offset = buffer->offset + done;
        part = reading_generations(task->reading, position->base_bytes + position->offset,
                                   buffer->moved - done, &may);
        if (may.count > 1 && part > BLOCK_BYTES - position->offset % BLOCK_BYTES)
            part = BLOCK_BYTES - position->offset % BLOCK_BYTES;
        for (uint32_t i = may.count; i-- > 0;) {
            position->generation = may.all[i];
            wrong = content_check(content, position, buffer->memory + done, part, &found);
            if (!wrong)
                break;
        }
        if (wrong && !bad)
            *first = found;
        bad += wrong;
    }
    return bad;
}

static uint64_t check(const struct pipeline *pipeline, uint32_t number, struct difference *first)
{
    const struct buffer *buffer = &pipeline->buffers[number];
    const struct task *task = &pipeline->setup.tasks[buffer->io_thread];
    struct position position = task->pieces[buffer->piece].position;
    position.offset = buffer->offset;
    if (pipeline->filled)
        position = pipeline->filled[number];
    else if (task->reading && task->reading->setup.rewrites)
        return check_rewritten(pipeline->setup.content, task, &position, buffer, first);
    return content_check(pipeline->setup.content, &position, buffer->memory, buffer->moved, first);
}

static void check_one(struct data_thread *thread, uint32_t number)
{
    struct pipeline *pipeline = thread->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    struct found found = {.io_thread = buffer->io_thread, .piece = buffer->piece};
    buffer_step(buffer, BUFFER_FULL, BUFFER_FILLING);
    int64_t before_ns = since_gate_ns(thread);
    histogram_record(&thread->queued, before_ns - buffer->ready_ns);
    uint64_t bad = check(pipeline, number, &found.difference);
    histogram_record(&thread->made, since_gate_ns(thread) - before_ns);
    thread->counters.producer_bytes += (int64_t)buffer->moved;
    if (buffer->moved < buffer->length)
        bad = add_missing(buffer, bad, &found.difference);
    if (bad) {
        thread->counters.bad_blocks += (int64_t)bad;
        found_add(&thread->found, &found);
    }
    buffer_step(buffer, BUFFER_FILLING, BUFFER_EMPTY);
    ring_put(&thread->lane->empty, number);
}

/* True if more buffers will need a check, as I/O threads still read, or must be filled. */
static bool work_left(struct data_thread *thread)
{
    struct pipeline *pipeline = thread->pipeline;
    uint32_t chosen;
    if (pipeline->setup.checks &&
        atomic_load_explicit(&thread->lane->io_threads_left, memory_order_acquire) > 0 &&
        !atomic_load_explicit(&pipeline->abandoned, memory_order_relaxed))
        return true;
    return pipeline->setup.makes && !pipeline_stopping(pipeline) &&
           choose_io_thread(thread, thread->lane->first_io_thread, &chosen);
}

/* Waits for a buffer; false if no work is left. Needs no time limit, as every event that ends the
 * work rings the bell. */
static bool wait_for_work(struct data_thread *thread, uint32_t *number)
{
    struct ring *source = &thread->lane->data;
    for (;;) {
        uint32_t bell = ring_listen(source);
        if (!work_left(thread)) /* a buffer may have arrived before this check */
            return ring_take(source, number);
        int64_t before_ns = clock_now_ns();
        bool received = ring_take_wait(source, number, bell, thread->lane->spin_ns, -1);
        thread->counters.producer_waited_ns += clock_now_ns() - before_ns;
        if (received)
            return true;
    }
}

static void data_thread_work(struct data_thread *thread)
{
    const struct buffer *buffers = thread->pipeline->buffers;
    uint32_t number;
    while (ring_take(&thread->lane->data, &number) || wait_for_work(thread, &number)) {
        if (buffers[number].request.direction == ENGINE_READ)
            check_one(thread, number);
        else
            fill_one(thread, number);
    }
}

/* Fills a buffer with the data of a request that it may be used for. Threads without requests have
 * none to offer. */
static void fill_ready(const struct pipeline *pipeline, uint32_t number)
{
    struct buffer *buffer = &pipeline->buffers[number];
    uint32_t io_thread = buffer->io_thread;
    uint32_t left = pipeline->setup.io_threads;
    while (left && !pipeline->setup.tasks[io_thread].places) {
        io_thread = (io_thread + 1) % pipeline->setup.io_threads;
        left--;
    }
    if (!left)
        return;
    const struct task *task = &pipeline->setup.tasks[io_thread];
    struct position *filled = &pipeline->filled[number];
    buffer_assign(buffer, task, io_thread, number % task->places);
    *filled = task->pieces[buffer->piece].position;
    filled->offset = buffer->offset;
    content_fill(pipeline->setup.content, filled, buffer->memory, pipeline->setup.buffer_bytes);
}

/* Touches this thread's part of the lane's memory. I/O threads touch buffers that data threads
 * never use. */
static void touch_buffers(struct data_thread *thread)
{
    const struct pipeline *pipeline = thread->pipeline;
    struct lane *lane = thread->lane;
    for (uint32_t i = thread->index - lane->first_data_thread; i < lane->buffer_count;
         i += lane->data_thread_count) {
        const struct buffer *buffer = &pipeline->buffers[lane->first_buffer + i];
        bool reads = buffer->request.direction == ENGINE_READ;
        if (!(reads ? pipeline->setup.checks : pipeline->setup.makes))
            continue;
        if (lane_touch(pipeline, lane, buffer) && pipeline->filled)
            fill_ready(pipeline, lane->first_buffer + i);
    }
}

static void count_handling(struct data_thread *thread)
{
    thread->counters.made_buffers = (int64_t)thread->made.total;
    thread->counters.made_ns = (int64_t)thread->made.sum_ns;
    thread->counters.longest_made_ns = thread->made.max_ns;
    outcome_count_queued(&thread->counters, &thread->queued);
}

void data_thread_body(void *argument)
{
    struct data_thread *thread = argument;
    struct pipeline *pipeline = thread->pipeline;
    lane_enter(pipeline, thread->lane);
    touch_buffers(thread);
    if (thread_gate_pass(&pipeline->gate)) {
        thread->counters.started_ns = since_gate_ns(thread);
        int64_t warm_ns = clock_thread_cpu_ns();
        data_thread_work(thread);
        thread->counters.producer_cpu_ns = clock_thread_cpu_ns() - warm_ns;
        thread->counters.producer_time_ns = since_gate_ns(thread);
        count_handling(thread);
    }
    thread_gate_leave(&pipeline->gate);
}
