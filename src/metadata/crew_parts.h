/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a crew. Each thread writes its own part; what observers read is atomic.
 */
#ifndef TIDEMILL_METADATA_CREW_PARTS_H
#define TIDEMILL_METADATA_CREW_PARTS_H

#include <stdatomic.h>

#include "metadata/crew.h"
#include "platform/thread.h"
#include "platform/thread_gate.h"
#include "stats/edges.h"

enum { CREW_LINE = 64 };

/* What is waited for. A reader that meets a change finds no wait. */
struct crew_watch {
    _Atomic int64_t since_ns; /* clock_now_ns(); 0: no wait. Stored last. */
    _Atomic uint64_t next;    /* the place after the object's; 0: there has been none */
    _Atomic uint32_t thread;  /* that created the object */
    _Atomic int what;         /* enum crew_wait */
};

/* One operation after the other, each on the next object. */
struct crew_lane {
    _Alignas(CREW_LINE) struct crew_watch watch;
    struct object_cursor cursor;
    struct object_cursor all; /* the cursor at the start */
    struct object object;
    uint64_t directory; /* that 'operation.folder' is */
    struct operation operation;
    struct acknowledged created; /* creating, set at the end */
    uint64_t missing_count;      /* creating: objects that were not created */
    uint64_t missing[ACKNOWLEDGED_HOLES];
};

struct crew_thread {
    _Alignas(CREW_LINE) _Atomic uint64_t seen; /* operations done */
    _Atomic bool gone;                         /* has ended and accesses nothing */
    struct edges edges;
    struct crew_outcome *instead; /* replaces the outcome of a lost thread; else NULL */
    _Alignas(CREW_LINE) struct crew *crew;
    uint32_t index;
    bool busy; /* it has objects */
    bool over; /* no further operation is possible */
    struct thread handle;
    struct crew_lane *lanes; /* crew.lanes of them */
    struct crew_outcome outcome;
    int64_t now_ns; /* since the start */
    int64_t due_ns; /* under a rate: of the operation */
    uint64_t tried; /* operations */
    int64_t warm_cpu_ns;
};

struct crew {
    struct crew_setup setup;
    struct crew_thread *threads;
    uint32_t lanes; /* of each thread */
    char *path;     /* setup.top */
    int top;        /* open; for the sync of its file system */
    _Alignas(CREW_LINE) struct thread_gate gate;
    _Atomic uint32_t working; /* threads that have not done their last operation */
    _Atomic bool stop;
    _Atomic bool hurry; /* no sync at the end */
    _Atomic bool failed;
    _Atomic bool abandoned;
};

void crew_thread_body(void *argument);

/* Reads what a thread waits for; false if it waits for nothing. */
bool crew_watch_read(const struct crew_thread *thread, struct crew_state *state);

/* Counts a failed operation and keeps the first one; returns true if the thread can continue. */
bool crew_count_failure(struct crew_thread *thread, const struct crew_lane *lane, int result,
                        enum crew_wait what);

#endif
