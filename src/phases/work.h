/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phase does between its two gates, as the phase sees it: some amount that grows, counted in
 * bytes or in operations. A phase prepares, starts, watches and ends its work through this contract
 * and knows neither buffers nor names. work_bytes.c moves bytes, work_names.c creates and visits
 * objects.
 *
 * Life: prepare -> open -> go_at -> wait, peek, edge, stop, abandon as often as needed -> join ->
 * close. Main thread only. Only 'prepare' and 'gather' send
 * messages.
 */
#ifndef TIDEMILL_PHASES_WORK_H
#define TIDEMILL_PHASES_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"
#include "cluster/cluster.h"
#include "record/record.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "stats/slowest.h"
#include "stats/timeline.h"

#include "target_use.h"

struct work;

/* What the work has come to at this moment. */
struct work_state {
    uint64_t amount; /* done so far */
    uint64_t edges;  /* the last edge of the rounds that all threads have passed; 0 at the end */
    uint64_t sent;   /* the most of a thread when the time of --equalise was over */
    bool reported;   /* all threads have reported that */
    bool failed;     /* some thread has */
    bool lost;       /* some thread waits for storage and was abandoned */
    bool waits;      /* some thread waits for storage: the one that has waited longest */
    struct work_wait {
        uint32_t writer; /* by which the file is named */
        uint32_t what;   /* as the work numbers it */
        uint64_t offset;
        int64_t since_ns; /* clock_now_ns() */
    } wait;
};

/* Of what a mixed phase read, or wrote. */
struct work_half {
    int64_t bytes;
    struct histogram latency;
    struct timeline timeline;
};

/* Of an operation on a file that it opens. */
enum work_part { WORK_OPEN, WORK_TRANSFER, WORK_SYNC, WORK_CLOSE, WORK_PARTS };

/* What the work of this rank came to. Instants are since the start, on this rank's clock. */
struct work_outcome {
    struct record_row *threads; /* one for each I/O thread that had work, in their order: without
                                   name, node and rank; owned */
    uint32_t thread_count;
    struct counters beside;    /* of what its I/O threads did not do themselves */
    struct histogram latency;  /* of requests, submission to completion */
    struct histogram intended; /* under a rate: of requests, since the instants that it set */
    struct histogram files;    /* of whole files: open, transfers, sync and close */
    struct histogram parts[WORK_PARTS]; /* of operations */
    struct histogram making;            /* of filling or checking a buffer */
    struct histogram queue_wait;        /* of filled or read buffers, for what comes next */
    struct timeline timeline;
    int64_t last_ns; /* nothing is in the timeline after this */
    struct slowest slowest;
    struct work_half halves[HALVES]; /* of bytes, by direction */
    uint64_t left;                   /* requests that could have been done and were not */
    struct failure failure;          /* the first one */
};

/* Resets to an outcome without any requests. */
void work_outcome_clear(struct work_outcome *outcome);

struct work_methods {
    /* Opens what is needed. Collective: every rank calls it, and all get the same answer in
     * 'agreement'. */
    int (*prepare)(struct work *work, struct agreement *agreement);

    /* Starts the threads, which wait for the start of the clock. */
    int (*open)(struct work *work, struct failure *why);

    /* The amount that this rank is to do, once it is open. */
    uint64_t (*planned)(const struct work *work);

    /* How this rank's files were opened; false where it has no work. Once it is open. */
    bool (*modes)(const struct work *work, struct record_modes *modes);

    /* The rank that wrote or created what a rank works on; itself where the phase does that. */
    uint32_t (*owner)(const struct work *work, uint32_t rank);

    /* Starts the clock, at an instant of clock_now_ns() that is still to come. */
    void (*go_at)(struct work *work, int64_t start_ns);

    /* True when every thread is done; waits for that up to 'limit_ns'. */
    bool (*wait)(struct work *work, int64_t limit_ns);

    void (*peek)(const struct work *work, struct work_state *state);

    /* The amount that was done before an edge that all threads have passed, exact; false when it is
     * too long ago. */
    bool (*edge)(const struct work *work, uint64_t edge, uint64_t *amount);

    /* --equalise: the amount that each thread continues to when the time is over, and whether it is
     * final. */
    void (*set_goal)(struct work *work, uint64_t amount, bool settled);

    /* The largest latency of what ended in the windows 'first' to 'end' - 1 of stats/peaks.h. */
    int64_t (*peak)(const struct work *work, uint64_t first, uint64_t end);

    /* Starts no further request. Repeated calls are allowed. After a signal, what is not going to
     * be kept is removed at once, as far as that is possible. */
    void (*stop)(struct work *work, enum stop_reason reason);

    /* After a stop: continues without threads that have waited for storage for 'limit_ns' or
     * longer. True once no other thread is left. From then on close leaves everything as it is that
     * those threads may still use. */
    bool (*abandon)(struct work *work, int64_t limit_ns);

    /* Once no thread is left: keeps for later phases what it did, and fills the whole outcome. */
    void (*join)(struct work *work, struct work_outcome *outcome);

    /* Adds what this rank did on a target; after join. */
    void (*use)(const struct work *work, uint32_t target, struct target_use *use);

    /* Adds to the record what other kinds of work do not have; 'into' is NULL but on rank 0.
     * Collective, after join. */
    int (*gather)(const struct work *work, struct record_phase *into, struct failure *why);

    /* Returns the path that a request of any rank was for, and sets its offset there; malloc'ed,
     * NULL without memory. */
    char *(*path)(const struct work *work, const struct slow_request *request, uint64_t *offset,
                  struct failure *why);

    /* Adds what a rank waits for, as "write of '/path' at offset 0"; false without memory. */
    bool (*describe)(const struct work *work, const struct stall *stall, struct text *line);

    void (*close)(struct work *work);
};

/* The first member of each kind of work. */
struct work {
    const struct work_methods *methods;
};

#endif
