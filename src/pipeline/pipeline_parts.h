/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a pipeline. Only the main thread writes it, except for the atomic flags, which any
 * thread may set.
 */
#ifndef TIDEMILL_PIPELINE_PIPELINE_PARTS_H
#define TIDEMILL_PIPELINE_PIPELINE_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "buffer.h"
#include "data_thread.h"
#include "io_thread.h"
#include "lane.h"
#include "pipeline/pipeline.h"
#include "platform/thread_gate.h"

struct pipeline {
    struct pipeline_setup setup;
    struct lane *lanes;
    uint32_t lane_count;
    struct buffer *buffers;
    struct position *filled; /* with 'ready': what each buffer holds; else NULL */
    struct io_thread *io_threads;
    struct data_thread *data_threads;
    uint32_t data_thread_count;
    struct counters data_counters; /* sum over data threads; valid at the end */
    _Alignas(RING_LINE) struct thread_gate gate;
    struct tail_goal goal;
    _Atomic bool stop;
    _Atomic bool failed;
    _Atomic bool hurry;     /* skip the sync at the end */
    _Atomic bool abandoned; /* an I/O thread is lost */
};

static inline bool pipeline_stopping(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->stop, memory_order_relaxed);
}

#endif
