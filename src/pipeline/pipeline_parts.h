/*
 * What a pipeline is made of. Its main thread writes everything but the flags below, which any of
 * its threads may set.
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
#include "thread_gate.h"

struct pipeline {
    struct pipeline_setup setup;
    struct lane *lanes;
    uint32_t lane_count;
    struct buffer *buffers;
    struct io_thread *io_threads;
    struct data_thread *data_threads;
    uint32_t data_thread_count;    /* 0 when I/O threads work alone */
    struct counters data_counters; /* of all data threads that have ended */
    _Alignas(RING_LINE) struct thread_gate gate;
    _Atomic bool stop;
    _Atomic bool failed;
    _Atomic bool hurry;     /* no sync at the end */
    _Atomic bool abandoned; /* some I/O thread will not come back */
};

static inline bool pipeline_stopping(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->stop, memory_order_relaxed);
}

#endif
