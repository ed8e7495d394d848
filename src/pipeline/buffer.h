/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A buffer and its states. Write: EMPTY -> FILLING -> FULL -> IN_FLIGHT -> EMPTY. Read: EMPTY ->
 * IN_FLIGHT -> FULL -> FILLING (the check) -> EMPTY. A buffer has one owner at any time; only a
 * ring passes it on. Debug builds assert each step.
 */
#ifndef TIDEMILL_PIPELINE_BUFFER_H
#define TIDEMILL_PIPELINE_BUFFER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/pipeline.h"

enum { BUFFER_LINE = 128 }; /* adjacent buffers have different owners: no shared cache lines */

enum buffer_state { BUFFER_EMPTY, BUFFER_FILLING, BUFFER_FULL, BUFFER_IN_FLIGHT };

struct buffer {
    /* Must be first: the engine returns a pointer to it. Its direction is that of the buffer. */
    _Alignas(BUFFER_LINE) struct engine_request request;
    unsigned char *memory; /* start of the buffer; request.memory advances after short transfers */
    enum buffer_state state;
    uint32_t index;       /* in the lane's pool */
    uint32_t io_thread;   /* of its current or, if EMPTY, last request */
    uint32_t piece;       /* of the thread's task that the request is in */
    uint32_t file;        /* in flight: among the drive's */
    uint64_t place;       /* of the request in the thread's sequence */
    uint64_t offset;      /* of the request in the piece's file or files */
    uint64_t length;      /* of the request */
    uint64_t moved;       /* bytes of it transferred so far */
    int64_t ready_ns;     /* when it became FULL */
    int64_t sent_ns;      /* first submission */
    int64_t due_ns;       /* scheduled submission; 0 without a rate */
    struct buffer *older; /* list of the thread's buffers in flight, by submission */
    struct buffer *newer;
    uint32_t tries; /* resubmissions after errors */
    bool unaligned; /* part of it was buffered although the file is open with O_DIRECT */
};

/* May an I/O thread read the request at 'place' of its task's sequence? */
bool task_may_read(const struct task *task, uint32_t io_thread, uint64_t place);

/* Gives an empty buffer the request at 'place' of a task's sequence. */
void buffer_assign(struct buffer *buffer, const struct task *task, uint32_t io_thread,
                   uint64_t place);

/* Fills the first 'length' bytes with the content at the request's offset. */
void buffer_fill(struct buffer *buffer, const struct task *task, const struct content *content,
                 uint64_t length);

static inline void buffer_step(struct buffer *buffer, enum buffer_state from, enum buffer_state to)
{
    assert(buffer->state == from);
    (void)from;
    buffer->state = to;
}

#endif
