/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane: a group of data threads, I/O threads, rings and memory, bound to one NUMA domain on
 * request. A buffer never leaves its lane.
 */
#ifndef TIDEMILL_PIPELINE_LANE_H
#define TIDEMILL_PIPELINE_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "pipeline/pipeline.h"
#include "platform/memory.h"
#include "ring.h"

struct lane {
    _Alignas(RING_LINE) _Atomic uint32_t io_threads_left;
    _Atomic int thread_error; /* -errno if a thread could not be bound; else 0 */
    _Atomic int touch_error;  /* -errno if a page could not be allocated */
    int memory_error;         /* as thread_error, for memory */
    int64_t spin_ns;          /* time for which its data threads poll before they sleep */
    bool huge_refused;        /* the kernel refused explicit huge pages */
    struct ring empty;        /* buffers to read into */
    struct ring data;         /* for data threads: EMPTY buffers to fill, FULL ones to check */
    _Alignas(RING_LINE) struct arena arena;
    uint32_t domain;
    uint32_t first_io_thread;
    uint32_t io_thread_count;
    uint32_t first_data_thread;
    uint32_t data_thread_count;
    uint32_t first_buffer;
    uint32_t buffer_count;
};

/* Allocates lanes, their memory and rings, and the buffers. The direction of a buffer never
 * changes. If data threads handle that direction, the buffer starts in a ring, else in the stock of
 * its I/O thread. */
int lanes_make(struct pipeline *pipeline, struct failure *why);
void lanes_release(struct pipeline *pipeline);

/* Binds the calling thread to the domain of its lane. */
void lane_enter(const struct pipeline *pipeline, struct lane *lane);

/* Allocates the pages of a buffer; false if that failed. */
bool lane_touch(const struct pipeline *pipeline, struct lane *lane, const struct buffer *buffer);

/* Returns -errno if the pages of some buffer could not be allocated. */
int lanes_check_memory(const struct pipeline *pipeline, struct failure *why);

/* Wakes all threads that sleep on a ring of any lane. */
void lanes_wake(struct pipeline *pipeline);

#endif
