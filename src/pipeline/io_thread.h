/*
 * A thread that drives storage: opens an engine, goes through its task's requests (io_loop.c),
 * syncs and closes the file.
 */
#ifndef TIDEMILL_PIPELINE_IO_THREAD_H
#define TIDEMILL_PIPELINE_IO_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "drive.h"
#include "edges.h"
#include "pipeline/pipeline.h"
#include "platform/thread.h"
#include "ring.h"
#include "watch.h"

struct lane;

/* Where an I/O thread gets buffers for requests of one direction. */
struct source {
    struct ring *ring; /* they come from and go to data threads; NULL: from and to the stock */
    uint32_t *stock;   /* a stack */
    uint32_t stock_count;
    uint32_t part; /* of the pool, for this thread */
};

/* What other threads touch stands apart from what the thread alone uses. */
struct io_thread {
    _Alignas(RING_LINE) _Atomic uint64_t next_place; /* tickets: the next place to make */
    _Atomic bool over;                               /* it will take no further buffer */
    _Alignas(RING_LINE) _Atomic uint64_t seen_bytes; /* for observers */
    struct watch watch;                              /* for observers */
    struct edges edges;                              /* for observers */
    _Atomic bool gone;                               /* the thread touches nothing any more */
    struct outcome *instead; /* what is known of it when it does not come back; else NULL */
    struct ring full;        /* what was made for it */
    _Alignas(RING_LINE) struct pipeline *pipeline;
    struct lane *lane;
    uint32_t index;
    struct thread handle;
    const struct task *task;
    struct drive drive;
    struct outcome outcome;
    struct source sources[ENGINE_DIRECTIONS];
    uint64_t places; /* to go through: of the share or, only reading, those ever acknowledged */
    uint64_t sent;   /* places sent, or stepped over because they may not be read */
    uint64_t sent_bytes;
    int64_t hand_off_ns; /* the next wait for completions with room in the depth */
    int64_t warm_cpu_ns; /* CPU time of this thread before the clock started */
    struct failure open_failure;
};

/* Sets up a zeroed I/O thread that is not started yet. -ENOMEM. */
int io_thread_init(struct io_thread *thread, struct pipeline *pipeline, uint32_t index,
                   struct failure *why);
void io_thread_release(struct io_thread *thread);

void io_thread_body(void *argument);

/* True once the thread has ended: what it counted may be read. */
static inline bool io_thread_gone(const struct io_thread *thread)
{
    return atomic_load_explicit(&thread->gone, memory_order_acquire);
}

#endif
