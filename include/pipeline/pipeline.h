/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline of one rank in one phase: data threads fill or check buffers, I/O threads transfer
 * them, and rings pass buffers between the threads. Independent of ranks and phases.
 *
 * Use: open (threads started, memory touched, engines open, nothing sent) -> go_at (the clock
 * starts) -> wait and stop, any number of times -> close (threads joined, everything freed). Only
 * the main thread calls these functions. Results are valid once pipeline_wait has returned true.
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
#include "plan/mixture.h"
#include "plan/reading.h"
#include "plan/rewrites.h"
#include "plan/sequence.h"
#include "platform/file.h"
#include "platform/memory.h"
#include "platform/numa.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "stats/slowest.h"
#include "stats/timeline.h"

/* Consecutive requests in one file, or in several. */
struct task_piece {
    const char *path;
    struct file *file;       /* open; the I/O thread closes it. Of several: holds the lock only */
    const struct file *like; /* of several: as which each is opened; 'path' is their directory */
    struct share share;
    uint64_t first_request;   /* counted over all pieces of the task */
    uint32_t writer;          /* the writing thread that the file is named by; for the caller */
    struct position position; /* file, base, generation, size; the offset is set per request */
};

/* How an I/O thread opens files that it also closes, where a share is in several. */
struct task_files {
    enum file_access access;
    bool preallocate;
    bool drop_cache; /* of each, once it is open */
};

/* What an I/O thread transferred of one piece. */
struct piece_use {
    int64_t bytes;
    int64_t requests;
    struct histogram latency; /* submission to completion of whole requests */
};

/* The work of one I/O thread; borrowed until close. */
struct task {
    const struct task_piece *pieces; /* those of one file are adjacent and share its 'file' */
    uint32_t piece_count;     /* at most 16 if it writes: the drive has a bit for each descriptor */
    struct sequence sequence; /* of the requests of all pieces */
    uint64_t places;          /* number of places of the sequence to process; 0: no requests */
    uint64_t first; /* of a task that only reads: the place that it begins with; those before it
                       come last */
    bool loops;     /* starts over after them, until it is stopped: each pass writes the
                       next generation, when the one before is complete */
    struct mix mix; /* which of them read; the others write */
    const struct reading *reading;  /* which requests may be read, and what they hold; NULL: all,
                                       with the content of the pieces' positions */
    const struct task_files *files; /* how those of the pieces are opened; NULL: they are open */
    struct piece_use *uses;         /* one for each piece, to be counted; NULL: no counting */
    bool may_fall_back;             /* use the page cache if O_DIRECT is refused */
};

/* Places of a task that loops continue to count in later passes; in each, this is the place. */
static inline uint64_t task_place(const struct task *task, uint64_t place)
{
    place += task->first;
    return __builtin_expect(place >= task->places && task->places, 0) ? place % task->places
                                                                      : place;
}

/* Returns the direction of the request at a place of the task's sequence. */
static inline enum engine_direction task_direction(const struct task *task, uint64_t place)
{
    return mix_reads(&task->mix, task_place(task, place)) ? ENGINE_READ : ENGINE_WRITE;
}

struct pipeline_setup {
    bool makes;  /* data threads fill buffers to write; else they are filled before the start */
    bool checks; /* data threads check the data read; else it is dropped */
    bool ready;  /* ... what they check is in the buffers before the start, for an engine that
                    reads nothing: the rate of checking alone */
    const struct engine_kind *engine;
    uint32_t io_threads;
    uint32_t data_threads; /* started only if 'makes' or 'checks' */
    uint32_t depth;
    uint32_t buffers; /* at least one for each I/O thread and each direction of its task */
    uint64_t buffer_bytes;
    const struct content *content;
    const struct task *tasks; /* one for each I/O thread */
    struct limits limits;
    struct engine_mode mode;
    bool sync;      /* fsync at the end of each I/O thread */
    bool sync_each; /* also after each request; one fsync for requests that complete together */
    enum preference huge_pages;
    struct arena_reserve *reserve; /* for the buffers of a single lane that is not bound; or NULL */
    const struct numa *numa;       /* one lane for each domain, bound to it; NULL: no binding */
    uint32_t place;                /* index among the pipelines of this node; selects the domains */
    uint32_t lanes;                /* number of lanes without 'numa'; 0 counts as 1 */
    int64_t spin_ns;               /* time to poll a ring before sleeping */
};

enum { PIPELINE_DIFFERENCES = 8 };

#define PASSES_UNKNOWN UINT64_MAX

/* The results of one I/O thread. */
struct outcome {
    struct counters counters;
    int64_t bytes[ENGINE_DIRECTIONS];            /* counters.bytes by direction */
    struct histogram latency[ENGINE_DIRECTIONS]; /* submission to completion of whole requests */
    struct histogram intended;                   /* with a rate: due time to completion */
    struct histogram opening;                    /* of files that the thread opens itself */
    struct histogram closing;                    /* ... without their sync */
    struct histogram files;  /* ... from the start of open to the end of close */
    struct histogram queued; /* writes: filled by a data thread to submission */
    struct timeline timeline[ENGINE_DIRECTIONS]; /* since the start */
    struct slowest slowest;
    uint64_t passes; /* of a task that loops and writes: complete ones, before the current one;
                        PASSES_UNKNOWN of one that was lost */
    struct acknowledged acknowledged; /* writes of the current pass only, as the next */
    struct unsettled unsettled;       /* sent, not acknowledged */
    struct failure failure;
    bool direct_refused; /* direct transfers failed with EINVAL; the page cache was used instead */
    bool buffers_fixed;
    bool uncached_refused;      /* RWF_DONTCACHE was refused and no longer used */
    char reason[ENGINE_REASON]; /* what the kernel did not grant to the engine; may be "" */
};

/* The longest wait of an I/O thread for storage. */
enum wait_kind { WAIT_WRITE, WAIT_READ, WAIT_SYNC, WAIT_CLOSE, WAIT_OPEN };

struct waiting {
    uint32_t io_thread;
    uint32_t piece; /* of its task */
    enum wait_kind what;
    uint64_t offset;  /* in the piece's file or files; 0 for sync and close */
    int64_t since_ns; /* clock_now_ns() */
};

/* Wrong data that a data thread found. */
struct found {
    uint32_t io_thread; /* that read them */
    uint32_t piece;     /* of its task */
    struct difference difference;
};

/* Page sizes and NUMA binding of an open pipeline. */
struct pipeline_place {
    struct arena_pages pages;
    uint32_t lanes;
    int thread_error;  /* -errno if threads could not be bound; 0 = bound, or not requested */
    int memory_error;  /* the same for memory */
    bool huge_refused; /* the kernel refused explicit huge pages */
};

struct pipeline; /* pipeline_parts.h */

int pipeline_open(struct pipeline **pipeline, const struct pipeline_setup *setup,
                  struct failure *why);

void pipeline_place(const struct pipeline *pipeline, struct pipeline_place *place);

/* Starts all threads at 'start_ns' of clock_now_ns(), usually in the future. All times of the
 * outcomes count from there. */
void pipeline_go_at(struct pipeline *pipeline, int64_t start_ns);

/* Waits up to 'limit_ns' until all threads have ended; true if they have. */
bool pipeline_wait(struct pipeline *pipeline, int64_t limit_ns);

/* Starts no more requests; requests in flight are completed. Valid any time after open. */
void pipeline_stop(struct pipeline *pipeline);

/* Skips the final sync of all I/O threads: the files will be removed anyway. */
void pipeline_skip_sync(struct pipeline *pipeline);

/* Bytes acknowledged so far. Approximate while I/O threads run. */
uint64_t pipeline_bytes(const struct pipeline *pipeline);

/* Returns the last edge of the rounds (stats/rounds.h) that all I/O threads with work have passed;
 * 0 once all have ended. pipeline_edge gets the exact number of bytes acknowledged before such an
 * edge; false if it is too old. Both may be called while I/O threads run. */
uint64_t pipeline_edges(const struct pipeline *pipeline);
bool pipeline_edge(const struct pipeline *pipeline, uint64_t edge, uint64_t *bytes);

/* --equalise: gets the highest amount that an I/O thread had sent when the time was over, as far as
 * they have reported; true once all with work have. And sets the goal that they continue to. */
bool pipeline_reports(const struct pipeline *pipeline, uint64_t *most);
void pipeline_set_goal(struct pipeline *pipeline, uint64_t bytes, bool settled);

/* Returns the largest latency of the requests completed in the windows 'first' to 'end' - 1 of
 * stats/peaks.h, as far as they are kept. Any time while the pipeline is open. */
int64_t pipeline_peak(const struct pipeline *pipeline, uint64_t first, uint64_t end);

/* True once any I/O thread has failed. */
bool pipeline_failed(const struct pipeline *pipeline);

/* Finds the I/O thread that currently waits longest for storage; false if none waits. */
bool pipeline_waiting(const struct pipeline *pipeline, struct waiting *longest);

const char *pipeline_wait_name(enum wait_kind what); /* "write", "sync" ... */

/* After pipeline_stop: gives up I/O threads that have waited for storage for at least 'limit_ns'.
 * False if there is none, or while any other thread still runs; call it again. True: results are
 * valid, and the outcome of a lost thread has its last known bytes and a failure that names what it
 * waits for. pipeline_close then frees nothing, as lost threads may still access tasks, files and
 * memory; the process must end without exit handlers. */
bool pipeline_abandon(struct pipeline *pipeline, int64_t limit_ns);
bool pipeline_abandoned(const struct pipeline *pipeline);

const struct outcome *pipeline_outcome(const struct pipeline *pipeline, uint32_t io_thread);

/* Returns true if the task both reads and writes. */
static inline bool task_is_mixed(const struct task *task)
{
    return task->mix.reads % MIX_ALL != 0;
}

/* Adds the latencies of both directions of an I/O thread to 'sum'. */
void pipeline_merge_latency(const struct pipeline *pipeline, uint32_t io_thread,
                            struct histogram *sum);

const struct counters *pipeline_data_counters(const struct pipeline *pipeline);

/* Merges the histograms of all threads. 'made': the time to fill or check a buffer. 'queued': the
 * wait of a filled buffer for its submission, or of a read buffer for its check. Both are empty
 * without data threads. */
void pipeline_handling(const struct pipeline *pipeline, struct histogram *made,
                       struct histogram *queued);

/* Stores the first differences, ordered by I/O thread and offset, at most one for each request.
 * Returns their number. */
uint32_t pipeline_found(const struct pipeline *pipeline, struct found found[PIPELINE_DIFFERENCES]);

/* Stops and joins all threads and frees everything; accepts NULL. */
void pipeline_close(struct pipeline *pipeline);

#endif
