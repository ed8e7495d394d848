/*
 * A thread that makes data for the I/O thread that emptied the buffer, or checks what was read.
 */
#ifndef TIDEMILL_PIPELINE_DATA_THREAD_H
#define TIDEMILL_PIPELINE_DATA_THREAD_H

#include <stdint.h>

#include "found.h"
#include "pipeline/pipeline.h"
#include "platform/thread.h"
#include "ring.h"

struct lane;

struct data_thread {
    _Alignas(RING_LINE) struct pipeline *pipeline;
    struct lane *lane;
    uint32_t index;
    uint32_t turn; /* where to look next for an I/O thread of the lane that wants more */
    struct thread handle;
    struct counters counters;
    struct histogram made;   /* filling or checking a buffer */
    struct histogram queued; /* checking: what was read waited for it */
    struct found_list found;
};

/* Sets up a zeroed data thread that is not started yet. */
void data_thread_init(struct data_thread *thread, struct pipeline *pipeline, uint32_t index);

void data_thread_body(void *argument);

#endif
