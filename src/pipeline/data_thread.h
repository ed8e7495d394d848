/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that generates data for the I/O threads of its lane and checks the data that they read.
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
    uint32_t turn; /* the I/O thread of the lane that gets the next spare buffer */
    struct thread handle;
    struct counters counters;
    struct histogram made;   /* time to fill or check a buffer */
    struct histogram queued; /* wait of read buffers for their check */
    struct found_list found;
};

/* Initialises a zeroed data thread; does not start it. */
void data_thread_init(struct data_thread *thread, struct pipeline *pipeline, uint32_t index);

void data_thread_body(void *argument);

#endif
