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

void lane_assign(struct pipeline *pipeline, struct buffer *buffer, uint32_t writer, uint64_t place)
{
    const struct share *share = &pipeline->setup.tasks[writer].share;
    struct sequence sequence = pipeline->setup.tasks[writer].sequence;
    sequence.count = share->request_count;
    struct extent extent = share_extent(share, sequence_at(&sequence, place));
    buffer->writer = writer;
    buffer->place = place;
    buffer->offset = extent.offset;
    buffer->length = extent.length;
}

void lane_fill(struct pipeline *pipeline, struct buffer *buffer, uint64_t length)
{
    struct position position = pipeline->setup.tasks[buffer->writer].position;
    position.offset = buffer->offset;
    content_fill(pipeline->setup.content, &position, buffer->memory, length);
}

/* Writers that work alone share the pool evenly. */
static int deal_buffers(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    if (job_has_producers(setup->job))
        return 0;
    for (uint32_t w = 0; w < setup->writers; w++) {
        struct writer *writer = &pipeline->writers[w];
        uint32_t first = (uint32_t)checked_scale(setup->buffers, w, setup->writers);
        uint32_t end = (uint32_t)checked_scale(setup->buffers, w + 1U, setup->writers);
        writer->stock = calloc(end - first + 1U, sizeof *writer->stock);
        if (!writer->stock)
            return failure_set(why, -ENOMEM, "not enough memory for %u buffers", setup->buffers);
        while (first < end)
            writer->stock[writer->stock_count++] = first++;
    }
    return 0;
}

/* What is to be gone through: reading ends where the last acknowledged request was. */
static uint64_t places_of(const struct task *task)
{
    uint64_t count = task->share.request_count;
    return task->only && task->only->issued < count ? task->only->issued : count;
}

static int make_writers(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    pipeline->writers = aligned_alloc(RING_LINE, setup->writers * sizeof *pipeline->writers);
    if (!pipeline->writers)
        return failure_set(why, -ENOMEM, "not enough memory for %u writers", setup->writers);
    memset(pipeline->writers, 0, setup->writers * sizeof *pipeline->writers);
    for (uint32_t w = 0; w < setup->writers; w++) {
        struct writer *writer = &pipeline->writers[w];
        writer->pipeline = pipeline;
        writer->index = w;
        writer->places = places_of(&setup->tasks[w]);
        writer->hand_off_ns = HAND_OFF_NS;
        writer->drive = (struct drive){
            .task = &setup->tasks[w],
            .outcome = &writer->outcome,
            .direction = job_reads(setup->job) ? ENGINE_READ : ENGINE_WRITE,
            .checks = setup->job == PIPELINE_CHECK,
            .watch = &writer->watch,
            .depth = setup->depth,
            .sync_each = setup->sync && setup->sync_each,
        };
        counters_clear(&writer->outcome.counters);
        histogram_clear(&writer->outcome.latency);
        histogram_clear(&writer->outcome.intended);
        histogram_clear(&writer->outcome.queued);
        timeline_clear(&writer->outcome.timeline);
        slowest_clear(&writer->outcome.slowest);
        if (setup->job == PIPELINE_WRITE && ring_init(&writer->full, setup->buffers))
            return failure_set(why, -ENOMEM, "not enough memory for %u buffers", setup->buffers);
    }
    return 0;
}

static int make_producers(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    pipeline->producer_count = job_has_producers(setup->job) ? setup->producers : 0;
    pipeline->producers =
        aligned_alloc(RING_LINE, (pipeline->producer_count + 1) * sizeof *pipeline->producers);
    if (!pipeline->producers)
        return failure_set(why, -ENOMEM, "not enough memory for %u producers", setup->producers);
    memset(pipeline->producers, 0, (pipeline->producer_count + 1) * sizeof *pipeline->producers);
    for (uint32_t i = 0; i < pipeline->producer_count; i++) {
        pipeline->producers[i].pipeline = pipeline;
        pipeline->producers[i].index = i;
        counters_clear(&pipeline->producers[i].counters);
        histogram_clear(&pipeline->producers[i].made);
        histogram_clear(&pipeline->producers[i].queued);
    }
    return 0;
}

static int start_threads(struct pipeline *pipeline, struct failure *why)
{
    uint32_t writers = pipeline->setup.writers;
    uint32_t started = 0;
    atomic_init(&pipeline->threads_left, writers + pipeline->producer_count);
    int result = 0;
    for (uint32_t i = 0; !result && i < writers; i++, started += !result)
        result = thread_start(&pipeline->writers[i].thread, "tm-writer", writer_body,
                              &pipeline->writers[i], why);
    for (uint32_t i = 0; !result && i < pipeline->producer_count; i++, started += !result)
        result = thread_start(&pipeline->producers[i].thread, "tm-producer", producer_body,
                              &pipeline->producers[i], why);
    uint32_t ready;
    while ((ready = atomic_load_explicit(&pipeline->ready, memory_order_acquire)) < started)
        park_wait(&pipeline->ready, ready, -1);
    for (uint32_t i = 0; !result && i < writers; i++)
        if (pipeline->writers[i].open_failure.code) {
            *why = pipeline->writers[i].open_failure;
            result = why->code;
        }
    return result;
}

int pipeline_open(struct pipeline **pipeline, const struct pipeline_setup *setup,
                  struct failure *why)
{
    *pipeline = NULL;
    if (!setup->writers || setup->buffers < setup->writers || !setup->depth ||
        (job_has_producers(setup->job) && !setup->producers))
        return failure_set(why, -EINVAL,
                           "%u writers with depth %u, %u producers and %u buffers cannot work: "
                           "each writer needs a buffer",
                           setup->writers, setup->depth, setup->producers, setup->buffers);
    struct pipeline *made = aligned_alloc(RING_LINE, sizeof *made);
    if (!made)
        return failure_set(why, -ENOMEM, "not enough memory");
    memset(made, 0, sizeof *made);
    made->setup = *setup;
    if (make_writers(made, why) || make_producers(made, why) || lanes_make(made, why) ||
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

/* The places of a writer that were given out and not acknowledged are those whose buffers are
 * neither empty nor given back: made and not sent, in flight, or failed. */
static void settle_writer(struct pipeline *pipeline, struct writer *writer, uint64_t *missing)
{
    bool tickets = pipeline->setup.job == PIPELINE_WRITE;
    uint64_t issued =
        tickets ? atomic_load_explicit(&writer->next_place, memory_order_relaxed) : writer->sent;
    uint64_t missing_count = 0;
    for (uint32_t i = 0; i < pipeline->setup.buffers; i++) {
        const struct buffer *buffer = &pipeline->buffers[i];
        if (buffer->writer == writer->index && buffer->state != BUFFER_EMPTY)
            missing[missing_count++] = buffer->place;
    }
    acknowledged_from(&writer->outcome.acknowledged,
                      issued < writer->places ? issued : writer->places,
                      (uint64_t)writer->outcome.counters.bytes, missing, missing_count);
}

void pipeline_settle(struct pipeline *pipeline)
{
    uint64_t *missing = calloc(pipeline->setup.buffers, sizeof *missing);
    counters_clear(&pipeline->producer_counters);
    for (uint32_t i = 0; i < pipeline->producer_count; i++)
        counters_merge(&pipeline->producer_counters, &pipeline->producers[i].counters);
    for (uint32_t i = 0; i < pipeline->setup.writers && !job_reads(pipeline->setup.job); i++) {
        if (!atomic_load_explicit(&pipeline->writers[i].gone, memory_order_acquire))
            continue;
        if (missing)
            settle_writer(pipeline, &pipeline->writers[i], missing);
        else
            failure_set(&pipeline->writers[i].outcome.failure, -ENOMEM, "not enough memory");
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
    for (uint32_t i = 0; i < pipeline->setup.writers; i++)
        if (pipeline->writers[i].full.cells)
            ring_wake_all(&pipeline->writers[i].full);
    lanes_wake(pipeline);
}

uint64_t pipeline_bytes(const struct pipeline *pipeline)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < pipeline->setup.writers; i++)
        bytes += atomic_load_explicit(&pipeline->writers[i].seen_bytes, memory_order_relaxed);
    return bytes;
}

bool pipeline_failed(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->failed, memory_order_relaxed);
}

const struct outcome *pipeline_outcome(const struct pipeline *pipeline, uint32_t writer)
{
    const struct writer *found = &pipeline->writers[writer];
    return found->instead ? found->instead : &found->outcome;
}

const struct counters *pipeline_producer_counters(const struct pipeline *pipeline)
{
    return &pipeline->producer_counters;
}

void pipeline_handling(const struct pipeline *pipeline, struct histogram *made,
                       struct histogram *queued)
{
    histogram_clear(made);
    histogram_clear(queued);
    for (uint32_t i = 0; i < pipeline->setup.writers; i++)
        histogram_merge(queued, &pipeline_outcome(pipeline, i)->queued);
    for (uint32_t i = 0; i < pipeline->producer_count; i++) {
        histogram_merge(made, &pipeline->producers[i].made);
        histogram_merge(queued, &pipeline->producers[i].queued);
    }
}

uint32_t pipeline_found(const struct pipeline *pipeline, struct found found[PIPELINE_DIFFERENCES])
{
    struct found_list all = {0};
    for (uint32_t p = 0; p < pipeline->producer_count; p++)
        for (uint32_t i = 0; i < pipeline->producers[p].found.count; i++)
            found_keep(&all, &pipeline->producers[p].found.places[i]);
    memcpy(found, all.places, sizeof all.places);
    return all.count;
}

static void end_threads(struct pipeline *pipeline, void (*end)(struct thread *thread))
{
    for (uint32_t i = 0; pipeline->writers && i < pipeline->setup.writers; i++)
        end(&pipeline->writers[i].thread);
    for (uint32_t i = 0; pipeline->producers && i < pipeline->producer_count; i++)
        end(&pipeline->producers[i].thread);
}

void pipeline_close(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    if (pipeline_abandoned(pipeline)) { /* and all that a lost thread may still come back to */
        end_threads(pipeline, thread_leave);
        return;
    }
    if (pipeline->writers && pipeline->producers) {
        pipeline_stop(pipeline);
        if (atomic_load_explicit(&pipeline->state, memory_order_relaxed) == STATE_WARMING)
            set_state(pipeline, STATE_CANCELLED);
    }
    end_threads(pipeline,
                thread_join); /* all of them, before anything goes that one may still put into */
    for (uint32_t i = 0; pipeline->writers && i < pipeline->setup.writers; i++) {
        ring_release(&pipeline->writers[i].full);
        free(pipeline->writers[i].stock);
    }
    lanes_release(pipeline);
    free(pipeline->writers);
    free(pipeline->producers);
    free(pipeline->buffers);
    free(pipeline);
}
