/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "plan/pool.h"
#include "recycle.h"

/* The requested number of lanes, but each needs an I/O thread and, if there are any, a data
 * thread. */
static uint32_t lane_count(const struct pipeline_setup *setup, uint32_t data_thread_count)
{
    uint32_t count = setup->numa ? numa_count(setup->numa) : setup->lanes;
    if (count > setup->io_threads)
        count = setup->io_threads;
    if (data_thread_count && count > data_thread_count)
        count = data_thread_count;
    return count ? count : 1;
}

/* The first item of part number 'part' when 'whole' items are divided into 'parts'. */
static uint32_t first_of(uint32_t whole, uint32_t part, uint32_t parts)
{
    return (uint32_t)checked_scale(whole, part, parts);
}

/* Buffers are divided in proportion to I/O threads, so that each thread has at least one. */
static void assign_threads(struct pipeline *pipeline, uint32_t number)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    uint32_t count = pipeline->lane_count;
    struct lane *lane = &pipeline->lanes[number];
    uint32_t end = first_of(setup->io_threads, number + 1, count);
    lane->domain = setup->numa ? (setup->place * count + number) % numa_count(setup->numa) : 0;
    lane->first_io_thread = first_of(setup->io_threads, number, count);
    lane->io_thread_count = end - lane->first_io_thread;
    lane->first_data_thread = first_of(pipeline->data_thread_count, number, count);
    lane->data_thread_count =
        first_of(pipeline->data_thread_count, number + 1, count) - lane->first_data_thread;
    lane->first_buffer = first_of(setup->buffers, lane->first_io_thread, setup->io_threads);
    lane->buffer_count = first_of(setup->buffers, end, setup->io_threads) - lane->first_buffer;
    atomic_init(&lane->io_threads_left, lane->io_thread_count);
    for (uint32_t i = 0; i < lane->io_thread_count; i++)
        pipeline->io_threads[lane->first_io_thread + i].lane = lane;
    for (uint32_t i = 0; i < lane->data_thread_count; i++) {
        struct data_thread *thread = &pipeline->data_threads[lane->first_data_thread + i];
        thread->lane = lane;
        thread->turn = i % lane->io_thread_count;
    }
}

static int make_rings(struct pipeline *pipeline, struct lane *lane, struct failure *why)
{
    uint32_t most = lane->buffer_count / lane->io_thread_count + 1;
    int result = ring_init(&lane->empty, lane->buffer_count);
    if (!result)
        result = ring_init(&lane->data, lane->buffer_count);
    for (uint32_t i = 0; !result && i < lane->io_thread_count; i++) {
        struct io_thread *thread = &pipeline->io_threads[lane->first_io_thread + i];
        struct source *sources = thread->sources;
        sources[ENGINE_WRITE].ring = pipeline->setup.makes ? &thread->full : NULL;
        sources[ENGINE_READ].ring = pipeline->setup.checks ? &lane->empty : NULL;
        for (int d = 0; !result && d < ENGINE_DIRECTIONS; d++)
            if (!sources[d].ring && !(sources[d].stock = calloc(most, sizeof *sources[d].stock)))
                result = -ENOMEM;
    }
    if (!result)
        return 0;
    return failure_set(why, result, "not enough memory for %u buffers", pipeline->setup.buffers);
}

/* The direction of a thread's buffer number 'turn': in even turns, the first one reads. */
static enum engine_direction direction_of(const struct task *task, uint32_t turn)
{
    return (uint32_t)(turn * task->mix.reads) < task->mix.reads ? ENGINE_READ : ENGINE_WRITE;
}

/* Assigns buffers to the lane's I/O threads in turn. The share of a thread's buffers for reading is
 * that of its task's reads; a mixed task with two or more buffers has some for both directions. */
static void assign_buffer(struct pipeline *pipeline, struct lane *lane, uint32_t number)
{
    uint32_t turn = number / lane->io_thread_count;
    uint32_t io_thread = lane->first_io_thread + number % lane->io_thread_count;
    uint32_t index = lane->first_buffer + number;
    struct io_thread *thread = &pipeline->io_threads[io_thread];
    enum engine_direction direction = direction_of(thread->task, turn);
    struct source *source = &thread->sources[direction];
    pipeline->buffers[index] = (struct buffer){
        .request.direction = direction,
        .memory = (unsigned char *)lane->arena.memory +
                  number * pool_stride_bytes(pipeline->setup.buffer_bytes),
        .index = index,
        .io_thread = io_thread,
    };
    source->part += turn < lane->buffer_count / lane->io_thread_count;
    if (!source->ring)
        source->stock[source->stock_count++] = index;
    else
        ring_put(direction == ENGINE_READ ? &lane->empty : &lane->data, index);
}

static void bind_memory(const struct pipeline *pipeline, struct lane *lane)
{
    if (pipeline->setup.numa)
        lane->memory_error = numa_bind_memory(pipeline->setup.numa, lane->domain,
                                              lane->arena.memory, lane->arena.bytes);
}

static int map_memory(const struct pipeline *pipeline, struct lane *lane, uint64_t bytes,
                      struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    if (setup->reserve && !setup->numa && pipeline->lane_count == 1)
        return arena_take(&lane->arena, setup->reserve, bytes, setup->huge_pages, why);
    return arena_map(&lane->arena, bytes, setup->huge_pages, why);
}

static int make_memory(struct pipeline *pipeline, struct lane *lane, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    uint64_t bytes;
    if (checked_multiply(pool_stride_bytes(setup->buffer_bytes), lane->buffer_count, &bytes))
        return failure_set(why, -EOVERFLOW, "%u buffers of %llu bytes are too large",
                           lane->buffer_count, (unsigned long long)setup->buffer_bytes);
    if (map_memory(pipeline, lane, bytes, why))
        return why->code;
    bind_memory(pipeline, lane);
    const int refused = arena_secure(&lane->arena, why);
    if (refused < 0)
        return refused;
    lane->huge_refused = refused;
    if (refused)
        bind_memory(pipeline, lane);
    if (make_rings(pipeline, lane, why))
        return why->code;
    for (uint32_t i = 0; i < lane->buffer_count; i++)
        assign_buffer(pipeline, lane, i);
    for (uint32_t i = 0; i < lane->io_thread_count; i++) {
        struct io_thread *thread = &pipeline->io_threads[lane->first_io_thread + i];
        recycle_init(thread);
        if (!thread->announce_at)
            lane->spin_ns = setup->spin_ns;
    }
    return 0;
}

int lanes_make(struct pipeline *pipeline, struct failure *why)
{
    const struct pipeline_setup *setup = &pipeline->setup;
    uint32_t count = lane_count(setup, pipeline->data_thread_count);
    pipeline->lanes = aligned_alloc(RING_LINE, count * sizeof *pipeline->lanes);
    pipeline->buffers =
        aligned_alloc(BUFFER_LINE, (size_t)setup->buffers * sizeof *pipeline->buffers);
    if (setup->ready)
        pipeline->filled = calloc(setup->buffers, sizeof *pipeline->filled);
    if (!pipeline->lanes || !pipeline->buffers || (setup->ready && !pipeline->filled))
        return failure_set(why, -ENOMEM, "not enough memory for %u buffers", setup->buffers);
    memset(pipeline->lanes, 0, count * sizeof *pipeline->lanes);
    pipeline->lane_count = count;
    for (uint32_t i = 0; i < count; i++) {
        assign_threads(pipeline, i);
        if (make_memory(pipeline, &pipeline->lanes[i], why))
            return why->code;
    }
    return 0;
}

void lanes_release(struct pipeline *pipeline)
{
    for (uint32_t i = 0; pipeline->lanes && i < pipeline->lane_count; i++) {
        ring_release(&pipeline->lanes[i].empty);
        ring_release(&pipeline->lanes[i].data);
        arena_unmap(&pipeline->lanes[i].arena);
    }
    free(pipeline->lanes);
    pipeline->lanes = NULL;
}

void lane_enter(const struct pipeline *pipeline, struct lane *lane)
{
    int result = pipeline->setup.numa ? numa_bind_thread(pipeline->setup.numa, lane->domain) : 0;
    if (result)
        atomic_store_explicit(&lane->thread_error, result, memory_order_relaxed);
}

bool lane_touch(const struct pipeline *pipeline, struct lane *lane, const struct buffer *buffer)
{
    int result = arena_touch(buffer->memory, pipeline->setup.buffer_bytes);
    if (result)
        atomic_store_explicit(&lane->touch_error, result, memory_order_relaxed);
    return !result;
}

int lanes_check_memory(const struct pipeline *pipeline, struct failure *why)
{
    for (uint32_t i = 0; i < pipeline->lane_count; i++) {
        int error = atomic_load_explicit(&pipeline->lanes[i].touch_error, memory_order_relaxed);
        if (error)
            return failure_system(why, -error,
                                  "cannot allocate the memory of the buffers: use fewer or "
                                  "smaller ones");
    }
    return 0;
}

void lanes_wake(struct pipeline *pipeline)
{
    for (uint32_t i = 0; pipeline->lanes && i < pipeline->lane_count; i++) {
        if (pipeline->lanes[i].empty.cells)
            ring_wake_all(&pipeline->lanes[i].empty);
        if (pipeline->lanes[i].data.cells)
            ring_wake_all(&pipeline->lanes[i].data);
    }
}

void pipeline_place(const struct pipeline *pipeline, struct pipeline_place *place)
{
    *place = (struct pipeline_place){.lanes = pipeline->lane_count};
    for (uint32_t i = 0; i < pipeline->lane_count; i++) {
        const struct lane *lane = &pipeline->lanes[i];
        struct arena_pages pages;
        arena_count(&lane->arena, &pages);
        place->pages.hugetlb_bytes += pages.hugetlb_bytes;
        place->pages.transparent_bytes += pages.transparent_bytes;
        place->pages.small_bytes += pages.small_bytes;
        place->huge_refused |= lane->huge_refused;
        int thread_error = atomic_load_explicit(&lane->thread_error, memory_order_relaxed);
        place->thread_error = place->thread_error ? place->thread_error : thread_error;
        place->memory_error = place->memory_error ? place->memory_error : lane->memory_error;
    }
}
