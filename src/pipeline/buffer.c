#include "buffer.h"

void buffer_assign(struct buffer *buffer, const struct task *task, uint32_t io_thread,
                   uint64_t place)
{
    struct extent extent = share_extent(&task->share, sequence_at(&task->sequence, place));
    buffer->io_thread = io_thread;
    buffer->place = place;
    buffer->offset = extent.offset;
    buffer->length = extent.length;
}

void buffer_fill(struct buffer *buffer, const struct task *task, const struct content *content,
                 uint64_t length)
{
    struct position position = task->position;
    position.offset = buffer->offset;
    content_fill(content, &position, buffer->memory, length);
}
