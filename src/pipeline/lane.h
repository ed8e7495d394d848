/*
 * A lane: the data threads, I/O threads, rings and memory that belong together, bound to one NUMA
 * domain where that is asked for. A buffer never leaves its lane.
 */
#ifndef TIDEMILL_PIPELINE_LANE_H
#define TIDEMILL_PIPELINE_LANE_H

#include <stdatomic.h>
#include <stdint.h>

#include "pipeline/pipeline.h"
#include "platform/memory.h"
#include "ring.h"

struct lane {
    _Alignas(RING_LINE) _Atomic uint32_t io_threads_left;
    _Atomic int thread_error; /* of binding a thread; 0 = none */
    int memory_error;         /* of binding the memory */
    struct ring empty;        /* to be read into */
    struct ring data;         /* for data threads: EMPTY ones to fill, FULL ones to check */
    _Alignas(RING_LINE) struct arena arena;
    uint32_t domain;
    uint32_t first_io_thread;
    uint32_t io_thread_count;
    uint32_t first_data_thread;
    uint32_t data_thread_count;
    uint32_t first_buffer;
    uint32_t buffer_count;
};

/* Makes lanes, their memory and rings, and the buffers. Each buffer is for one direction, and for
 * good: where data threads handle that, it begins in a ring, else in the stock of its I/O thread.
 */
int lanes_make(struct pipeline *pipeline, struct failure *why);
void lanes_release(struct pipeline *pipeline);

/* Binds the calling thread to where its lane is. */
void lane_enter(const struct pipeline *pipeline, struct lane *lane);

/* Wakes all threads that sleep on a ring of any lane. */
void lanes_wake(struct pipeline *pipeline);

#endif
