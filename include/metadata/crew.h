/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The I/O threads of one rank in one metadata phase: each goes through its share of the objects,
 * one operation after the other. Independent of ranks and phases.
 *
 * Use: crew_open (threads started, nothing done) -> crew_go_at (the clock starts) -> wait, peek and
 * stop, any number of times -> close. Only the main thread calls these functions. Outcomes are
 * valid once crew_wait has returned true, or crew_abandon.
 *
 * An operation that fails because of its object alone (it exists, or it has vanished) is counted,
 * and the thread continues; any other failure ends the thread.
 */
#ifndef TIDEMILL_METADATA_CREW_H
#define TIDEMILL_METADATA_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "metadata/listing.h"
#include "metadata/operation.h"
#include "plan/acknowledged.h"
#include "plan/limits.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "stats/slowest.h"
#include "stats/timeline.h"

struct crew_setup {
    const struct operation_kind *kind;
    struct operation_setup operation;
    struct object_layout layout;
    const char *top; /* the directory that holds all objects */
    uint32_t rank;   /* whose objects these are */
    uint32_t threads;
    uint32_t depth;   /* operations that each thread has in flight, through io_uring; 0: plain
                         calls */
    uint64_t objects; /* to create; 0: until the deadline */
    const struct acknowledged *created; /* what exists of the rank's objects; NULL: they are
                                           created */
    struct object_names names;          /* of what exists */
    struct listing_setup listing;       /* listing directories: which, and what is in them */
    struct limits limits;
    bool sync_end; /* sync everything at the end, within the phase */
    bool spins;    /* before the start, as each thread has its own core */
};

/* How often operations failed with one error. */
struct crew_error {
    int error; /* errno; 0: all further errors */
    uint64_t count;
    struct object first; /* with it */
    bool directory;      /* ... or rather the directory that it is in */
};

enum { CREW_ERRORS = 8 };

/* What one thread did. */
struct crew_outcome {
    struct counters counters;
    struct histogram latency;
    struct histogram parts[OPERATION_PARTS];
    struct histogram intended; /* under a rate: since the instants that it set */
    struct timeline timeline;
    struct slowest slowest;                /* 'piece' is the object's key, 'offset' its place;
                                              listing directories: 'offset' is its number */
    struct failure failure;                /* the first one, wrong data excepted */
    struct crew_error errors[CREW_ERRORS]; /* by error, in no order */
    bool checks_first;                     /* renames checked first whether the new name is free */
    struct object wrong;                   /* the first object with wrong data */
    struct difference difference;          /* ... and the place; length 0: none */
};

/* What a thread waits for. */
enum crew_wait { CREW_OPERATION, CREW_DIRECTORY, CREW_SYNC };

struct crew_state {
    uint64_t done;  /* operations */
    uint64_t edges; /* the last edge that all threads have passed; 0 once all have ended */
    bool failed;    /* a thread had to end */
    bool lost;      /* a thread was abandoned */
    bool waits;     /* a thread waits for storage: the one that has waited longest */
    enum crew_wait what;
    struct object object;
    int64_t since_ns; /* clock_now_ns() */
};

struct crew; /* crew_parts.h */

int crew_open(struct crew **crew, const struct crew_setup *setup, struct failure *why);
void crew_go_at(struct crew *crew, int64_t start_ns);
bool crew_wait(struct crew *crew, int64_t limit_ns);

/* Starts no more operations; without 'sync', skips the sync at the end too. */
void crew_stop(struct crew *crew, bool sync);

void crew_peek(const struct crew *crew, struct crew_state *state);

/* Returns the largest latency of the operations that ended in the windows 'first' to 'end' - 1 of
 * stats/peaks.h, as far as they are kept. */
int64_t crew_peak(const struct crew *crew, uint64_t first, uint64_t end);

/* Gets the exact number of operations done before an edge that all threads have passed; false if it
 * is too old. */
bool crew_edge(const struct crew *crew, uint64_t edge, uint64_t *done);

/* --equalise: gets the highest number of operations that a thread had begun when the time was over,
 * as far as they have reported; true once all with objects have. And sets the goal that they
 * continue to. */
bool crew_reports(const struct crew *crew, uint64_t *most);
void crew_set_goal(struct crew *crew, uint64_t operations, bool settled);

/* After a stop: gives up threads that have waited for storage for 'limit_ns' or longer. True once
 * no other thread is left. crew_close then frees nothing. */
bool crew_abandon(struct crew *crew, int64_t limit_ns);

const struct crew_outcome *crew_outcome(const struct crew *crew, uint32_t thread);

/* Adds failures to those of the same error; the last place is of all errors that have none. */
void crew_add_errors(struct crew_error errors[CREW_ERRORS], const struct crew_error *more);

/* Returns what a thread's io_uring was not granted, or "". */
const char *crew_reason(const struct crew *crew, uint32_t thread);

/* Gets what a creator of the layout has created; returns how many objects it has tried, from the
 * first on. Creating only. */
uint64_t crew_created(const struct crew *crew, uint32_t creator, struct acknowledged *created);

/* Returns how many parts of the objects are worked on, and gets what a rename has reached of one of
 * them. */
uint32_t crew_parts(const struct crew *crew);
void crew_renamed(const struct crew *crew, uint32_t part, struct acknowledged *reached);

/* Listing directories: counts the failures that show only in what all threads have listed, as those
 * of the first one; returns how many objects matched the search. */
uint64_t crew_check_listed(struct crew *crew);

/* Returns the number of objects that this rank is to create or to visit; 0: unlimited. */
uint64_t crew_planned(const struct crew *crew);

/* "create", "stat": what a thread does that waits. */
const char *crew_wait_name(const struct operation_kind *kind, enum crew_wait what);

/* Stops and joins the threads and frees everything; accepts NULL. */
void crew_close(struct crew *crew);

#endif
