/*
 * A buffer and its one life: EMPTY -> FILLING -> FULL -> IN_FLIGHT -> EMPTY (reading runs the
 * mirror: EMPTY -> IN_FLIGHT -> FULL -> FILLING -> EMPTY, where FILLING is the check). One owner at
 * any time; ownership moves only through a ring. Debug builds assert each step.
 */
#ifndef TIDEMILL_PIPELINE_BUFFER_H
#define TIDEMILL_PIPELINE_BUFFER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/pipeline.h"

enum { BUFFER_LINE = 128 }; /* neighbours are in other hands: no line is shared */

enum buffer_state { BUFFER_EMPTY, BUFFER_FILLING, BUFFER_FULL, BUFFER_IN_FLIGHT };

struct buffer {
    /* First: the engine hands it back. Its direction is that of the buffer. */
    _Alignas(BUFFER_LINE) struct engine_request request;
    unsigned char *memory; /* of this buffer; request.memory moves on in a continued one */
    enum buffer_state state;
    uint32_t index;       /* in the lane's pool */
    uint32_t io_thread;   /* whose request it holds or, empty, held */
    uint64_t place;       /* in that I/O thread's sequence */
    uint64_t offset;      /* of the request in the file */
    uint64_t length;      /* of the request */
    uint64_t moved;       /* bytes of it transferred so far */
    int64_t ready_ns;     /* handed over: filled, or read and to be checked */
    int64_t sent_ns;      /* first submission */
    int64_t due_ns;       /* when the rate wanted it sent; 0 without a rate */
    struct buffer *older; /* in flight: those of this I/O thread that were sent before and after */
    struct buffer *newer;
    uint32_t tries; /* after EINTR and EAGAIN */
    bool unaligned; /* part of it went through the page cache beside O_DIRECT */
};

/* Gives an empty buffer the request at 'place' of a task's sequence. */
void buffer_assign(struct buffer *buffer, const struct task *task, uint32_t io_thread,
                   uint64_t place);

/* Fills 'length' bytes of it with the content from its request's offset on. */
void buffer_fill(struct buffer *buffer, const struct task *task, const struct content *content,
                 uint64_t length);

static inline void buffer_step(struct buffer *buffer, enum buffer_state from, enum buffer_state to)
{
    assert(buffer->state == from);
    (void)from;
    buffer->state = to;
}

#endif
