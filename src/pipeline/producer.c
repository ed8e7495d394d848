/* Producers: make data for the writer that emptied the buffer, or check what was read. */
#include "lane.h"

#include "base/checked.h"

#include "platform/clock.h"

static bool wants_more(const struct writer *writer)
{
    return !atomic_load_explicit(&writer->over, memory_order_relaxed) &&
           atomic_load_explicit(&writer->next_place, memory_order_relaxed) < writer->places;
}

/* A buffer goes to the writer that emptied it, so each keeps its number of buffers, however slow or
 * fast the others are. What one has no use for any more, the others take over in turn. False when
 * no writer wants any. */
static bool choose_writer(struct producer *producer, uint32_t last, uint32_t *chosen)
{
    struct pipeline *pipeline = producer->pipeline;
    const struct lane *lane = producer->lane;
    *chosen = last;
    if (wants_more(&pipeline->writers[last]))
        return true;
    for (uint32_t i = 0; i < lane->writer_count; i++) {
        *chosen = lane->first_writer + producer->turn;
        producer->turn = producer->turn + 1 < lane->writer_count ? producer->turn + 1 : 0;
        if (wants_more(&pipeline->writers[*chosen]))
            return true;
    }
    return false;
}

static int64_t since_gate_ns(const struct producer *producer)
{
    return clock_now_ns() - producer->pipeline->gate_ns;
}

/* Makes one buffer for some writer; false when there is nothing left to make. */
static bool make_one(struct producer *producer, uint32_t number)
{
    struct pipeline *pipeline = producer->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    uint32_t chosen;
    while (!pipeline_stopping(pipeline) && choose_writer(producer, buffer->writer, &chosen)) {
        struct writer *writer = &pipeline->writers[chosen];
        uint64_t place = atomic_fetch_add_explicit(&writer->next_place, 1, memory_order_relaxed);
        if (place >= writer->places)
            continue;
        buffer_step(buffer, BUFFER_EMPTY, BUFFER_FILLING);
        lane_assign(pipeline, buffer, chosen, place);
        int64_t before_ns = since_gate_ns(producer);
        lane_fill(pipeline, buffer, buffer->length);
        buffer->ready_ns = since_gate_ns(producer);
        histogram_record(&producer->made, buffer->ready_ns - before_ns);
        producer->counters.producer_bytes += (int64_t)buffer->length;
        buffer_step(buffer, BUFFER_FILLING, BUFFER_FULL);
        ring_put(&writer->full, number);
        return true;
    }
    ring_put(&producer->lane->empty, number);
    return false;
}

/* As content_check counts. */
enum { BLOCK_BYTES = 4096 };

/* What the file ended before; the earlier difference is kept. Returns all bad blocks. */
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

static void check_one(struct producer *producer, uint32_t number)
{
    struct pipeline *pipeline = producer->pipeline;
    struct buffer *buffer = &pipeline->buffers[number];
    struct position position = pipeline->setup.tasks[buffer->writer].position;
    struct found found = {.writer = buffer->writer};
    buffer_step(buffer, BUFFER_FULL, BUFFER_FILLING);
    position.offset = buffer->offset;
    int64_t before_ns = since_gate_ns(producer);
    histogram_record(&producer->queued, before_ns - buffer->ready_ns);
    uint64_t bad = content_check(pipeline->setup.content, &position, buffer->memory, buffer->moved,
                                 &found.difference);
    histogram_record(&producer->made, since_gate_ns(producer) - before_ns);
    producer->counters.producer_bytes += (int64_t)buffer->moved;
    if (buffer->moved < buffer->length)
        bad = add_missing(buffer, bad, &found.difference);
    if (bad) {
        producer->counters.bad_blocks += (int64_t)bad;
        found_keep(&producer->found, &found);
    }
    buffer_step(buffer, BUFFER_FILLING, BUFFER_EMPTY);
    ring_put(&producer->lane->empty, number);
}

/* Will the source get any more buffers that are of use? */
static bool work_left(struct producer *producer)
{
    struct pipeline *pipeline = producer->pipeline;
    uint32_t chosen;
    if (job_reads(pipeline->setup.job))
        return atomic_load_explicit(&producer->lane->writers_left, memory_order_acquire) > 0 &&
               !atomic_load_explicit(&pipeline->abandoned, memory_order_relaxed);
    return !pipeline_stopping(pipeline) &&
           choose_writer(producer, producer->lane->first_writer, &chosen);
}

/* False when nothing more comes. Sleeps without a limit: whatever ends the work rings. */
static bool wait_for_work(struct producer *producer, struct ring *source, uint32_t *number)
{
    for (;;) {
        uint32_t heard = ring_listen(source);
        if (!work_left(producer)) /* asked before the last look, so no buffer is left behind */
            return ring_take(source, number);
        int64_t before_ns = clock_now_ns();
        bool taken = ring_take_wait(source, number, heard, producer->pipeline->setup.spin_ns, -1);
        producer->counters.producer_waited_ns += clock_now_ns() - before_ns;
        if (taken)
            return true;
    }
}

static void producer_work(struct producer *producer)
{
    struct pipeline *pipeline = producer->pipeline;
    bool checking = job_reads(pipeline->setup.job);
    struct ring *source = checking ? &producer->lane->read : &producer->lane->empty;
    uint32_t number;
    while (ring_take(source, &number) || wait_for_work(producer, source, &number)) {
        if (checking)
            check_one(producer, number);
        else if (!make_one(producer, number))
            return;
    }
}

static void count_handling(struct producer *producer)
{
    producer->counters.made_buffers = (int64_t)producer->made.total;
    producer->counters.made_ns = (int64_t)producer->made.sum_ns;
    producer->counters.longest_made_ns = producer->made.max_ns;
    lane_count_queued(&producer->counters, &producer->queued);
}

void producer_body(void *argument)
{
    struct producer *producer = argument;
    struct pipeline *pipeline = producer->pipeline;
    const struct lane *lane = producer->lane;
    lane_enter(pipeline, producer->lane);
    for (uint32_t i = producer->index - lane->first_producer; i < lane->buffer_count;
         i += lane->producer_count)
        arena_touch(pipeline->buffers[lane->first_buffer + i].memory, pipeline->setup.buffer_bytes);
    if (lane_wait_for_go(pipeline)) {
        producer->counters.started_ns = since_gate_ns(producer);
        int64_t warm_ns = clock_thread_cpu_ns();
        producer_work(producer);
        producer->counters.producer_cpu_ns = clock_thread_cpu_ns() - warm_ns;
        producer->counters.producer_time_ns = since_gate_ns(producer);
        count_handling(producer);
    }
    lane_leave(pipeline);
}
