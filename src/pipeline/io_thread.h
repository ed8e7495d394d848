/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that does the I/O of one task: opens an engine, sends the requests (io_loop.c), syncs
 * and closes the files.
 */
#ifndef TIDEMILL_PIPELINE_IO_THREAD_H
#define TIDEMILL_PIPELINE_IO_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "drive.h"
#include "pipeline/pipeline.h"
#include "plan/tail.h"
#include "platform/thread.h"
#include "ring.h"
#include "stats/edges.h"
#include "stats/peaks.h"
#include "watch.h"

struct lane;

/* The buffers of an I/O thread for one direction. */
struct source {
    struct ring *ring; /* shared with data threads; NULL: 'stock' is used */
    uint32_t *stock;   /* a stack of free buffers */
    uint32_t stock_count;
    uint32_t part; /* number of the pool's buffers that this thread gets */
};

/* Fields that other threads access are on separate cache lines. */
struct io_thread {
    _Alignas(RING_LINE) _Atomic uint64_t next_place; /* the next place that a data thread fills */
    _Atomic bool over;                               /* needs no more buffers */
    _Alignas(RING_LINE) _Atomic uint64_t seen_bytes; /* for observers */
    struct watch watch;                              /* for observers */
    struct edges edges;                              /* for observers */
    struct tail_report report;                       /* for observers */
    struct peaks peaks;                              /* for observers */
    _Atomic bool gone;                               /* has ended and accesses nothing */
    struct outcome *instead; /* replaces the outcome of a lost thread; else NULL */
    struct ring full;        /* buffers that data threads have filled */
    _Alignas(RING_LINE) struct pipeline *pipeline;
    struct lane *lane;
    uint32_t index;
    struct thread handle;
    const struct task *task;
    struct drive drive;
    struct outcome outcome;
    struct source sources[ENGINE_DIRECTIONS];
    uint64_t places;    /* number of places to process */
    uint64_t bytes;     /* of all pieces of the task */
    uint64_t sent;      /* places sent, or skipped because they may not be read */
    bool passes;        /* the task loops and writes (passes.h) */
    uint64_t pass;      /* the current one, from 0 */
    int64_t pass_bytes; /* written before it */
    uint32_t *held;     /* full buffers of later passes */
    uint32_t held_count;
    bool sparse;    /* some of the places may not be read */
    bool searching; /* it is not known yet whether the next place may be read */
    uint64_t sent_bytes;
    bool reported;        /* 'report' is set */
    uint32_t unannounced; /* buffers released since data threads were woken (recycle.h) */
    uint32_t announce_at; /* this many are announced at once */
    int64_t announced_ns;
    int64_t hand_off_ns;      /* limit of the next wait for completions if the depth is not full */
    int64_t warm_cpu_ns;      /* CPU time of this thread before the clock started */
    int64_t warm_ring_cpu_ns; /* ... and of the thread that submits to its ring */
    struct failure open_failure;
};

/* Initialises a zeroed I/O thread; does not start it. -ENOMEM. */
int io_thread_init(struct io_thread *thread, struct pipeline *pipeline, uint32_t index,
                   struct failure *why);
void io_thread_release(struct io_thread *thread);

void io_thread_body(void *argument);

/* True once the thread has ended; its outcome may then be read. */
static inline bool io_thread_gone(const struct io_thread *thread)
{
    return atomic_load_explicit(&thread->gone, memory_order_acquire);
}

#endif
