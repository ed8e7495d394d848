#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "lane.h"
#include "plan/sequence.h"
#include "platform/clock.h"
#include "platform/park.h"

enum {
    AWAKE_NS = 200 * 1000, /* so long before the start a thread that looks is awake */
};

/* A sleep may end late by what it takes to wake up; who has a processor to itself looks instead. */
static void wait_for_start(const struct pipeline *pipeline)
{
    bool looks = pipeline->setup.spin_ns > 0;
    clock_sleep_until_ns(pipeline->gate_ns - (looks ? AWAKE_NS : 0));
    while (looks && clock_now_ns() < pipeline->gate_ns)
        ;
}

bool lane_wait_for_go(struct pipeline *pipeline)
{
    atomic_fetch_add_explicit(&pipeline->ready, 1, memory_order_release);
    park_wake_all(&pipeline->ready);
    uint32_t state;
    while ((state = atomic_load_explicit(&pipeline->state, memory_order_acquire)) == STATE_WARMING)
        park_wait(&pipeline->state, STATE_WARMING, -1);
    if (state != STATE_GO)
        return false;
    wait_for_start(pipeline);
    return true;
}

void lane_leave(struct pipeline *pipeline)
{
    atomic_fetch_sub_explicit(&pipeline->threads_left, 1, memory_order_release);
    park_wake_all(&pipeline->threads_left);
}

void lane_assign(struct pipeline *pipeline, struct buffer *buffer, uint32_t io_thread,
                 uint64_t place)
{
    const struct share *share = &pipeline->setup.tasks[io_thread].share;
    struct sequence sequence = pipeline->setup.tasks[io_thread].sequence;
    sequence.count = share->request_count;
    struct extent extent = share_extent(share, sequence_at(&sequence, place));
    buffer->io_thread = io_thread;
    buffer->place = place;
    buffer->offset = extent.offset;
    buffer->length = extent.length;
}

void lane_fill(struct pipeline *pipeline, struct buffer *buffer, uint64_t length)
{
    struct position position = pipeline->setup.tasks[buffer->io_thread].position;
    position.offset = buffer->offset;
    content_fill(pipeline->setup.content, &position, buffer->memory, length);
}

/* I/O threads that work alone share the pool evenly. */
static int deal_buffers(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    if (job_has_data_threads(setup->job))
        return 0;
    for (uint32_t w = 0; w < setup->io_threads; w++) {
        struct io_thread *thread = &pipeline->io_threads[w];
        uint32_t first = (uint32_t)checked_scale(setup->buffers, w, setup->io_threads);
        uint32_t end = (uint32_t)checked_scale(setup->buffers, w + 1U, setup->io_threads);
        thread->stock = calloc(end - first + 1U, sizeof *thread->stock);
        if (!thread->stock)
            return failure_set(why, -ENOMEM, "not enough memory for %u buffers", setup->buffers);
        while (first < end)
            thread->stock[thread->stock_count++] = first++;
    }
    return 0;
}

/* What is to be gone through: reading ends where the last acknowledged request was. */
static uint64_t places_of(const struct task *task)
{
    uint64_t count = task->share.request_count;
    return task->only && task->only->issued < count ? task->only->issued : count;
}

static int make_io_threads(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    pipeline->io_threads =
        aligned_alloc(RING_LINE, setup->io_threads * sizeof *pipeline->io_threads);
    if (!pipeline->io_threads)
        return failure_set(why, -ENOMEM, "not enough memory for %u I/O threads", setup->io_threads);
    memset(pipeline->io_threads, 0, setup->io_threads * sizeof *pipeline->io_threads);
    for (uint32_t w = 0; w < setup->io_threads; w++) {
        struct io_thread *thread = &pipeline->io_threads[w];
        thread->pipeline = pipeline;
        thread->index = w;
        thread->places = places_of(&setup->tasks[w]);
        thread->hand_off_ns = HAND_OFF_NS;
        thread->drive = (struct drive){
            .task = &setup->tasks[w],
            .outcome = &thread->outcome,
            .direction = job_reads(setup->job) ? ENGINE_READ : ENGINE_WRITE,
            .checks = setup->job == PIPELINE_CHECK,
            .watch = &thread->watch,
            .depth = setup->depth,
            .sync_each = setup->sync && setup->sync_each,
        };
        counters_clear(&thread->outcome.counters);
        histogram_clear(&thread->outcome.latency);
        histogram_clear(&thread->outcome.intended);
        histogram_clear(&thread->outcome.queued);
        timeline_clear(&thread->outcome.timeline);
        slowest_clear(&thread->outcome.slowest);
        if (setup->job == PIPELINE_WRITE && ring_init(&thread->full, setup->buffers))
            return failure_set(why, -ENOMEM, "not enough memory for %u buffers", setup->buffers);
    }
    return 0;
}

static int make_data_threads(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    pipeline->data_thread_count = job_has_data_threads(setup->job) ? setup->data_threads : 0;
    pipeline->data_threads = aligned_alloc(RING_LINE, (pipeline->data_thread_count + 1) *
                                                          sizeof *pipeline->data_threads);
    if (!pipeline->data_threads)
        return failure_set(why, -ENOMEM, "not enough memory for %u data threads",
                           setup->data_threads);
    memset(pipeline->data_threads, 0,
           (pipeline->data_thread_count + 1) * sizeof *pipeline->data_threads);
    for (uint32_t i = 0; i < pipeline->data_thread_count; i++) {
        pipeline->data_threads[i].pipeline = pipeline;
        pipeline->data_threads[i].index = i;
        counters_clear(&pipeline->data_threads[i].counters);
        histogram_clear(&pipeline->data_threads[i].made);
        histogram_clear(&pipeline->data_threads[i].queued);
    }
    return 0;
}

static int start_threads(struct pipeline *pipeline, struct failure *why)
{
    uint32_t io_threads = pipeline->setup.io_threads;
    uint32_t started = 0;
    atomic_init(&pipeline->threads_left, io_threads + pipeline->data_thread_count);
    int result = 0;
    for (uint32_t i = 0; !result && i < io_threads; i++, started += !result)
        result = thread_start(&pipeline->io_threads[i].handle, "tm-io", io_thread_body,
                              &pipeline->io_threads[i], why);
    for (uint32_t i = 0; !result && i < pipeline->data_thread_count; i++, started += !result)
        result = thread_start(&pipeline->data_threads[i].handle, "tm-data", data_thread_body,
                              &pipeline->data_threads[i], why);
    uint32_t ready;
    while ((ready = atomic_load_explicit(&pipeline->ready, memory_order_acquire)) < started)
        park_wait(&pipeline->ready, ready, -1);
    for (uint32_t i = 0; !result && i < io_threads; i++)
        if (pipeline->io_threads[i].open_failure.code) {
            *why = pipeline->io_threads[i].open_failure;
            result = why->code;
        }
    return result;
}

int pipeline_open(struct pipeline **pipeline, const struct pipeline_setup *setup,
                  struct failure *why)
{
    *pipeline = NULL;
    if (!setup->io_threads || setup->buffers < setup->io_threads || !setup->depth ||
        (job_has_data_threads(setup->job) && !setup->data_threads))
        return failure_set(
            why, -EINVAL,
            "%u I/O threads with depth %u, %u data threads and %u buffers cannot work: "
            "each I/O thread needs a buffer",
            setup->io_threads, setup->depth, setup->data_threads, setup->buffers);
    struct pipeline *made = aligned_alloc(RING_LINE, sizeof *made);
    if (!made)
        return failure_set(why, -ENOMEM, "not enough memory");
    memset(made, 0, sizeof *made);
    made->setup = *setup;
    if (make_io_threads(made, why) || make_data_threads(made, why) || lanes_make(made, why) ||
        deal_buffers(made, why) || start_threads(made, why)) {
        pipeline_close(made);
        return why->code;
    }
    *pipeline = made;
    return 0;
}

static void set_state(struct pipeline *pipeline, enum pipeline_state state)
{
    atomic_store_explicit(&pipeline->state, state, memory_order_release);
    park_wake_all(&pipeline->state);
}

void pipeline_go_at(struct pipeline *pipeline, int64_t start_ns)
{
    pipeline->gate_ns = start_ns;
    set_state(pipeline, STATE_GO);
}

void pipeline_go(struct pipeline *pipeline)
{
    pipeline_go_at(pipeline, clock_now_ns());
}

/* The places of an I/O thread that were given out and not acknowledged are those whose buffers are
 * neither empty nor given back: made and not sent, in flight, or failed. */
static void settle_io_thread(struct pipeline *pipeline, struct io_thread *thread, uint64_t *missing)
{
    bool tickets = pipeline->setup.job == PIPELINE_WRITE;
    uint64_t issued =
        tickets ? atomic_load_explicit(&thread->next_place, memory_order_relaxed) : thread->sent;
    uint64_t missing_count = 0;
    for (uint32_t i = 0; i < pipeline->setup.buffers; i++) {
        const struct buffer *buffer = &pipeline->buffers[i];
        if (buffer->io_thread == thread->index && buffer->state != BUFFER_EMPTY)
            missing[missing_count++] = buffer->place;
    }
    acknowledged_from(&thread->outcome.acknowledged,
                      issued < thread->places ? issued : thread->places,
                      (uint64_t)thread->outcome.counters.bytes, missing, missing_count);
}

void pipeline_settle(struct pipeline *pipeline)
{
    uint64_t *missing = calloc(pipeline->setup.buffers, sizeof *missing);
    counters_clear(&pipeline->data_counters);
    for (uint32_t i = 0; i < pipeline->data_thread_count; i++)
        counters_merge(&pipeline->data_counters, &pipeline->data_threads[i].counters);
    for (uint32_t i = 0; i < pipeline->setup.io_threads && !job_reads(pipeline->setup.job); i++) {
        if (!atomic_load_explicit(&pipeline->io_threads[i].gone, memory_order_acquire))
            continue;
        if (missing)
            settle_io_thread(pipeline, &pipeline->io_threads[i], missing);
        else
            failure_set(&pipeline->io_threads[i].outcome.failure, -ENOMEM, "not enough memory");
    }
    free(missing);
}

bool pipeline_wait(struct pipeline *pipeline, int64_t limit_ns)
{
    int64_t start_ns = clock_now_ns();
    uint32_t left;
    while ((left = atomic_load_explicit(&pipeline->threads_left, memory_order_acquire))) {
        int64_t left_ns = limit_ns - (clock_now_ns() - start_ns);
        if (left_ns <= 0)
            return false;
        park_wait(&pipeline->threads_left, left, left_ns);
    }
    pipeline_settle(pipeline);
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

bool pipeline_failed(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->failed, memory_order_relaxed);
}

const struct outcome *pipeline_outcome(const struct pipeline *pipeline, uint32_t io_thread)
{
    const struct io_thread *found = &pipeline->io_threads[io_thread];
    return found->instead ? found->instead : &found->outcome;
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
            found_keep(&all, &pipeline->data_threads[p].found.places[i]);
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
    if (pipeline_abandoned(pipeline)) { /* and all that a lost thread may still come back to */
        end_threads(pipeline, thread_leave);
        return;
    }
    if (pipeline->io_threads && pipeline->data_threads) {
        pipeline_stop(pipeline);
        if (atomic_load_explicit(&pipeline->state, memory_order_relaxed) == STATE_WARMING)
            set_state(pipeline, STATE_CANCELLED);
    }
    end_threads(pipeline,
                thread_join); /* all of them, before anything goes that one may still put into */
    for (uint32_t i = 0; pipeline->io_threads && i < pipeline->setup.io_threads; i++) {
        ring_release(&pipeline->io_threads[i].full);
        free(pipeline->io_threads[i].stock);
    }
    lanes_release(pipeline);
    free(pipeline->io_threads);
    free(pipeline->data_threads);
    free(pipeline->buffers);
    free(pipeline);
}
