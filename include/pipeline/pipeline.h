/*
 * One rank's pipeline in one phase: data threads make (or check) buffers, I/O threads drive
 * storage, and rings hand buffers between them. Knows nothing of ranks, gates or phases.
 *
 * Life: open (threads are up, memory touched, engines open, nothing sent) -> go (the clock starts)
 * -> wait, stop as often as wished -> close (joined, everything given back). Called by the main
 * thread only; results may be read once wait has said that all is over.
 */
#ifndef TIDEMILL_PIPELINE_PIPELINE_H
#define TIDEMILL_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "data/content.h"
#include "engines/engine.h"
#include "plan/acknowledged.h"
#include "plan/geometry.h"
#include "plan/limits.h"
#include "plan/sequence.h"
#include "platform/file.h"
#include "platform/memory.h"
#include "platform/numa.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "stats/slowest.h"
#include "stats/timeline.h"

/* What one I/O thread has to do; borrowed until close. A task without requests is allowed. */
struct task {
    const char *path;
    struct file *file; /* open; the I/O thread closes it at its end; NULL without requests */
    struct share share;
    struct sequence sequence; /* of the share's requests */
    struct position position; /* file, base, generation, size; the offset is set per request */
    uint64_t reads; /* that many of TASK_READS requests, spread evenly, read; the others write */
    const struct acknowledged *only; /* what may be read; NULL: everything */
    bool may_fall_back;              /* a refused direct transfer may go through the page cache */
};

#define TASK_READS (UINT64_C(1) << 32) /* 'reads' of a task that only reads */

/* What the request at a place of the task's sequence does. */
static inline enum engine_direction task_direction(const struct task *task, uint64_t place)
{
    return (uint32_t)(place * task->reads) < task->reads ? ENGINE_READ : ENGINE_WRITE;
}

struct pipeline_setup {
    bool makes;  /* data threads fill what is written; else buffers are filled before the clock */
    bool checks; /* data threads compare what was read; else it is dropped */
    const struct engine_kind *engine;
    uint32_t io_threads;
    uint32_t data_threads; /* started only where they make or check */
    uint32_t depth;
    uint32_t buffers; /* at least one for each I/O thread and direction of its task */
    uint64_t buffer_bytes;
    const struct content *content;
    const struct task *tasks; /* one for each I/O thread */
    struct limits limits;
    struct engine_mode mode;
    bool sync;      /* fsync at each I/O thread's end */
    bool sync_each; /* ... and after each request (once for those that end together) */
    enum preference huge_pages;
    const struct numa *numa; /* one lane for each domain, bound there; NULL: none is bound */
    uint32_t place;          /* among the pipelines of this node, which share its domains out */
    uint32_t lanes;          /* without 'numa': how many; 0 is one */
    int64_t spin_ns;         /* how long a thread may look before it sleeps */
};

enum { PIPELINE_DIFFERENCES = 8 };

/* What an I/O thread did. */
struct outcome {
    struct counters counters;
    int64_t bytes[ENGINE_DIRECTIONS];            /* those of the counters, by direction */
    struct histogram latency[ENGINE_DIRECTIONS]; /* submission to completion of whole requests */
    struct histogram intended; /* under a rate: completion since the instant that it set */
    struct histogram queued;   /* writing: filled by a data thread to submitted */
    struct timeline timeline;  /* since the start */
    struct slowest slowest;
    struct acknowledged acknowledged; /* of the places that were to be written */
    struct failure failure;
    bool direct_refused; /* direct transfers failed with EINVAL and went buffered */
    bool buffers_fixed;
    bool uncached_refused;      /* RWF_DONTCACHE was refused, and requests went without */
    char reason[ENGINE_REASON]; /* what the kernel did not grant to the engine; "" */
};

/* What an I/O thread has waited for, longest of all its requests. */
enum wait_kind { WAIT_WRITE, WAIT_READ, WAIT_SYNC, WAIT_CLOSE };

struct waiting {
    uint32_t io_thread;
    enum wait_kind what;
    uint64_t offset;  /* in the file; 0 for sync and close */
    int64_t since_ns; /* clock_now_ns() */
};

/* A bad place that a data thread found. */
struct found {
    uint32_t io_thread; /* whose request */
    struct difference difference;
};

/* Where its buffers and threads are. */
struct pipeline_place {
    struct arena_pages pages; /* that are there once it is open */
    uint32_t lanes;
    int thread_error; /* why threads, or memory, could not be bound; 0 = they were, or not asked */
    int memory_error;
};

struct pipeline; /* pipeline_parts.h */

int pipeline_open(struct pipeline **pipeline, const struct pipeline_setup *setup,
                  struct failure *why);

/* After open. */
void pipeline_place(const struct pipeline *pipeline, struct pipeline_place *place);

/* Starts the clock at an instant of clock_now_ns(), usually one that is still to come; all times of
 * the outcome count from it. */
void pipeline_go_at(struct pipeline *pipeline, int64_t start_ns);

/* True when every thread is done; waits for that up to 'limit_ns'. */
bool pipeline_wait(struct pipeline *pipeline, int64_t limit_ns);

/* No further request is started; what is in flight is finished. Any time after open. */
void pipeline_stop(struct pipeline *pipeline);

/* After a stop in a hurry nothing is synced either: what was written is not going to be kept. */
void pipeline_hurry(struct pipeline *pipeline);

/* Bytes acknowledged so far; a peek while the I/O threads work. */
uint64_t pipeline_bytes(const struct pipeline *pipeline);

/* The last edge of the rounds (stats/rounds.h) that all I/O threads with work have passed, 0 when
 * they are through; and the bytes acknowledged before such an edge: exact. False when it is too
 * long ago. Peeks. */
uint64_t pipeline_edges(const struct pipeline *pipeline);
bool pipeline_edge(const struct pipeline *pipeline, uint64_t edge, uint64_t *bytes);

/* True once any I/O thread has failed; a peek. */
bool pipeline_failed(const struct pipeline *pipeline);

/* The longest wait for storage of all I/O threads now; false when none waits. A peek. */
bool pipeline_waiting(const struct pipeline *pipeline, struct waiting *longest);

const char *pipeline_wait_name(enum wait_kind what); /* "write", "sync" ... */

/* Goes on without I/O threads that have waited for storage for 'limit_ns' or longer, after
 * pipeline_stop: true once nobody else is left; then results may be read, and those of the lost
 * I/O threads say how much was seen of them and fail with what they wait for. From then on close
 * leaves everything that the lost threads may still touch as it is (tasks and files too), and the
 * process must end without exit handlers. False: ask again. */
bool pipeline_abandon(struct pipeline *pipeline, int64_t limit_ns);
bool pipeline_abandoned(const struct pipeline *pipeline);

/* Results, after wait has said true. */
const struct outcome *pipeline_outcome(const struct pipeline *pipeline, uint32_t io_thread);
/* Adds the latencies of an I/O thread's requests of both directions. */
void pipeline_merge_latency(const struct pipeline *pipeline, uint32_t io_thread,
                            struct histogram *into);

const struct counters *pipeline_data_counters(const struct pipeline *pipeline);

/* Of all threads: how long filling or checking a buffer took, and how long buffers waited that were
 * handed over, filled for their submission or read for their check. Empty without data threads. */
void pipeline_handling(const struct pipeline *pipeline, struct histogram *made,
                       struct histogram *queued);

/* 'found' gets the first bad places by I/O thread and offset, of which there may be more; each is
 * the first of one request. */
uint32_t pipeline_found(const struct pipeline *pipeline, struct found found[PIPELINE_DIFFERENCES]);

/* Ends what still runs and gives everything back; accepts NULL. */
void pipeline_close(struct pipeline *pipeline);

#endif
