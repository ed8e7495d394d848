/* SPDX-License-Identifier: Apache-2.0 */
#include "passes.h"

#include "pipeline_parts.h"

static uint64_t pass_of(const struct io_thread *thread, uint32_t number)
{
    return thread->pipeline->buffers[number].place / thread->task->places;
}

bool passes_wait(struct io_thread *thread)
{
    if (thread->sent / thread->task->places == thread->pass)
        return false;
    if (drive_in_flight(&thread->drive))
        return true;
    thread->pass = thread->sent / thread->task->places;
    thread->pass_bytes = thread->outcome.bytes[ENGINE_WRITE];
    return false;
}

bool passes_take(struct io_thread *thread, uint32_t *number)
{
    for (uint32_t i = 0; i < thread->held_count; i++)
        if (pass_of(thread, thread->held[i]) == thread->pass) {
            *number = thread->held[i];
            thread->held[i] = thread->held[--thread->held_count];
            return true;
        }
    return false;
}

bool passes_hold(struct io_thread *thread, uint32_t number)
{
    const bool full = thread->pipeline->buffers[number].state == BUFFER_FULL;
    if (!full || pass_of(thread, number) == thread->pass)
        return false;
    thread->held[thread->held_count++] = number;
    return true;
}
