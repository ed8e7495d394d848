/* SPDX-License-Identifier: Apache-2.0 */
#include "recycle.h"

#include "pipeline_parts.h"

/* Data threads start on a quarter of the spare buffers while the others last. */
enum { SPARE_PARTS = 4 };

/* The buffers beyond those that the depth keeps in flight, of which each direction has its part. */
static uint32_t spare_of(const struct io_thread *thread, const struct source *source)
{
    const uint64_t depth = thread->pipeline->setup.depth;
    uint64_t all = 0;
    for (int i = 0; i < ENGINE_DIRECTIONS; i++)
        all += thread->sources[i].part;
    return all > depth ? (uint32_t)((all - depth) * source->part / all) : 0;
}

void recycle_init(struct io_thread *thread)
{
    uint32_t least = UINT32_MAX;
    for (int i = 0; i < ENGINE_DIRECTIONS; i++) {
        const struct source *source = &thread->sources[i];
        if (source->ring && source->part && spare_of(thread, source) < least)
            least = spare_of(thread, source);
    }
    thread->announce_at = least / SPARE_PARTS;
}

void recycle_buffer(struct io_thread *thread, struct buffer *buffer)
{
    struct source *source = &thread->sources[buffer->request.direction];
    bool read = source->ring && buffer->request.direction == ENGINE_READ;
    buffer_step(buffer, BUFFER_IN_FLIGHT, read ? BUFFER_FULL : BUFFER_EMPTY);
    if (!source->ring) {
        source->stock[source->stock_count++] = buffer->index;
        return;
    }
    buffer->ready_ns = thread->drive.now_ns;
    ring_put_quietly(&thread->lane->data, buffer->index);
    thread->unannounced++;
}

void recycle_announce(struct io_thread *thread, bool at_once)
{
    if (!at_once && thread->unannounced < thread->announce_at &&
        thread->drive.now_ns - thread->announced_ns < ANNOUNCE_NS)
        return;
    ring_wake(&thread->lane->data, thread->unannounced);
    thread->unannounced = 0;
    thread->announced_ns = thread->drive.now_ns;
}
