/*
 * A lane: the data threads, I/O threads, rings and pool that live together; a buffer never leaves
 * it. The private side of pipeline.h.
 */
#ifndef TIDEMILL_PIPELINE_LANE_H
#define TIDEMILL_PIPELINE_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "drive.h"
#include "edges.h"
#include "found.h"
#include "pipeline/pipeline.h"
#include "platform/memory.h"
#include "platform/numa.h"
#include "platform/thread.h"
#include "ring.h"

struct pipeline;

/* A stretch of the pipeline's I/O threads, data threads and buffers, with memory and rings of their
 * own, bound to one NUMA domain where that is wished. */
struct lane {
    _Alignas(RING_LINE) _Atomic uint32_t io_threads_left;
    _Atomic int thread_error; /* of binding a thread; 0 = none */
    int memory_error;         /* of binding the memory */
    struct ring empty;
    struct ring read; /* read and to be checked */
    _Alignas(RING_LINE) struct arena arena;
    uint32_t domain;
    uint32_t first_io_thread;
    uint32_t io_thread_count;
    uint32_t first_data_thread;
    uint32_t data_thread_count;
    uint32_t first_buffer;
    uint32_t buffer_count;
};

/* How long a thread sleeps at most before it looks at the stop flag again, where no ring can wake
 * it. Nor can one wake an I/O thread that has requests in flight and room for more, as it waits for
 * completions: it looks for a fresh buffer after HAND_OFF_NS, and after twice as long each time
 * that it finds none. */
enum {
    LOOK_NS = 20 * 1000 * 1000,
    HAND_OFF_NS = 50 * 1000,
    HAND_OFF_MOST_NS = 2 * 1000 * 1000,
};

/* One thread that drives storage. What other threads touch stands apart from what it alone uses. */
struct io_thread {
    _Alignas(RING_LINE) _Atomic uint64_t next_place; /* tickets: the next place to make */
    _Atomic bool over;                               /* it will take no further buffer */
    _Alignas(RING_LINE) _Atomic uint64_t seen_bytes; /* for observers */
    struct watch watch;                              /* for observers */
    struct edges edges;                              /* for observers */
    _Atomic bool gone;                               /* its thread touches nothing any more */
    struct outcome *instead; /* what is known of it when it does not come back; else NULL */
    struct ring full;        /* write: what was made for it */
    _Alignas(RING_LINE) struct pipeline *pipeline;
    struct lane *lane;
    uint32_t index;
    struct thread handle;
    struct drive drive;
    struct outcome outcome;
    uint64_t places; /* to go through: of the share or, reading, those ever acknowledged */
    uint64_t sent;   /* places sent or, reading, stepped over */
    uint64_t sent_bytes;
    int64_t hand_off_ns; /* the next wait for completions with room in the depth */
    uint32_t *stock;     /* own buffers when no partner thread takes part; a stack */
    uint32_t stock_count;
    int64_t warm_cpu_ns; /* processor time of this thread before the clock started */
    struct failure open_failure;
};

/* One thread that makes or checks data. */
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

enum pipeline_state { STATE_WARMING, STATE_GO, STATE_CANCELLED };

struct pipeline {
    struct pipeline_setup setup;
    struct lane *lanes;
    uint32_t lane_count;
    struct buffer *buffers;
    struct io_thread *io_threads;
    struct data_thread *data_threads;
    uint32_t data_thread_count; /* 0 when I/O threads work alone */
    int64_t gate_ns;
    struct counters data_counters; /* merged */
    _Alignas(RING_LINE) _Atomic uint32_t state;
    _Atomic uint32_t ready;        /* threads that are warm; a bell */
    _Atomic uint32_t threads_left; /* threads that are not over; a bell */
    _Atomic bool stop;
    _Atomic bool failed;
    _Atomic bool hurry;     /* no sync at the end */
    _Atomic bool abandoned; /* some I/O thread will not come back */
};

static inline bool pipeline_stopping(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->stop, memory_order_relaxed);
}

/* Do data threads take part in this job? */
static inline bool job_has_data_threads(enum pipeline_job job)
{
    return job == PIPELINE_WRITE || job == PIPELINE_CHECK;
}

static inline bool job_reads(enum pipeline_job job)
{
    return job == PIPELINE_READ || job == PIPELINE_CHECK;
}

/* How many lanes there will be: as many as wished, but each has an I/O thread and, where they take
 * part, a data thread. */
uint32_t lane_count_for(const struct pipeline_setup *setup, uint32_t data_thread_count);

/* Makes lanes, their memory and rings, and the buffers; all of them are put into 'empty' where
 * data threads take part. */
int lanes_make(struct pipeline *pipeline, struct failure *why);
void lanes_release(struct pipeline *pipeline);

/* A thread's first act: goes to where its lane is. */
void lane_enter(const struct pipeline *pipeline, struct lane *lane);

/* Wakes whoever sleeps on a ring of any lane. */
void lanes_wake(struct pipeline *pipeline);

/* Says that this thread is warm and sleeps until the clock starts; false when it never will. */
bool lane_wait_for_go(struct pipeline *pipeline);

/* What was acknowledged, and the data threads' counters, of all threads that are over. */
void pipeline_settle(struct pipeline *pipeline);

/* A thread's last act. */
void lane_leave(struct pipeline *pipeline);

/* Sets I/O thread, place, offset and length of a buffer for a place of the I/O thread's sequence.
 */
void lane_assign(struct pipeline *pipeline, struct buffer *buffer, uint32_t io_thread,
                 uint64_t place);

/* Fills 'length' bytes of a buffer with the content from its request's offset on. */
void lane_fill(struct pipeline *pipeline, struct buffer *buffer, uint64_t length);

/* What a thread's counters say of the buffers that were handed to it. */
void lane_count_queued(struct counters *counters, const struct histogram *queued);

void io_thread_body(void *argument);
void data_thread_body(void *argument);

#endif
