/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"

/* The last piece that begins at or before a request. */
static uint32_t piece_at(const struct task *task, uint64_t request)
{
    uint32_t low = 0;
    uint32_t high = task->piece_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (task->pieces[middle].first_request <= request)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static inline struct extent extent_at(const struct task *task, uint64_t place, uint32_t *number)
{
    uint64_t request = sequence_at(&task->sequence, task_place(task, place));
    *number = 0;
    if (__builtin_expect(task->piece_count > 1, 0))
        *number = piece_at(task, request);
    const struct task_piece *piece = &task->pieces[*number];
    return share_extent(&piece->share, request - piece->first_request);
}

bool task_may_read(const struct task *task, uint32_t io_thread, uint64_t place)
{
    uint32_t number;
    struct extent extent = extent_at(task, place, &number);
    return reading_may_read(task->reading, io_thread, task_place(task, place),
                            task->pieces[number].share.file_base, extent);
}

void buffer_assign(struct buffer *buffer, const struct task *task, uint32_t io_thread,
                   uint64_t place)
{
    struct extent extent = extent_at(task, place, &buffer->piece);
    buffer->io_thread = io_thread;
    buffer->place = place;
    buffer->offset = extent.offset;
    buffer->length = extent.length;
}

void buffer_fill(struct buffer *buffer, const struct task *task, const struct content *content,
                 uint64_t length)
{
    struct position position = task->pieces[buffer->piece].position;
    position.offset = buffer->offset;
    if (task->loops)
        position.generation += buffer->place / task->places;
    content_fill(content, &position, buffer->memory, length);
}
