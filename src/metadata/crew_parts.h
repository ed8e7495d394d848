/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a crew. Each thread writes its own part; what observers read is atomic.
 */
#ifndef TIDEMILL_METADATA_CREW_PARTS_H
#define TIDEMILL_METADATA_CREW_PARTS_H

#include <stdatomic.h>

#include "metadata/crew.h"
#include "plan/tail.h"
#include "platform/thread.h"
#include "platform/thread_gate.h"
#include "stats/edges.h"
#include "stats/peaks.h"

struct ring_thread; /* ring_thread.c */
struct crew_list;   /* crew_list.c */

enum { CREW_LINE = 64 };

/* What is waited for. A reader that meets a change finds no wait. */
struct crew_watch {
    _Atomic int64_t since_ns; /* clock_now_ns(); 0: no wait. Stored last. */
    _Atomic uint64_t place;
    _Atomic uint32_t key; /* of the object, as object_key returns it */
    _Atomic int what;     /* enum crew_wait */
};

/* One operation after the other, each on the next object. */
struct crew_lane {
    _Alignas(CREW_LINE) struct crew_watch watch;
    _Atomic uint64_t begun; /* the place after the last object's; 0: there was none */
    struct object_cursor cursor;
    struct object_cursor all; /* the cursor at the start */
    struct object object;
    uint64_t directory; /* that 'operation.folder' is */
    struct operation operation;
    struct acknowledged reached; /* creating, renaming: set at the end */
    uint64_t missing_count;      /* ... places that were not created, or not renamed */
    uint64_t missing[ACKNOWLEDGED_HOLES];
};

struct crew_thread {
    _Alignas(CREW_LINE) _Atomic uint64_t seen; /* operations done */
    _Atomic bool gone;                         /* has ended and accesses nothing */
    struct edges edges;
    struct tail_report report;
    struct peaks peaks;
    struct crew_outcome *instead; /* replaces the outcome of a lost thread; else NULL */
    _Alignas(CREW_LINE) struct crew *crew;
    uint32_t index;
    bool busy; /* it has objects */
    bool over; /* no further operation is possible */
    struct thread handle;
    struct crew_lane *lanes;  /* crew.lanes of them */
    struct ring_thread *ring; /* NULL: plain calls */
    struct crew_list *list;   /* NULL: it lists no directories */
    _Atomic bool in_ring;     /* it waits for the ring only, and can leave operations in flight */
    struct crew_outcome outcome;
    int64_t now_ns;      /* since the start */
    int64_t due_ns;      /* under a rate: of the operation */
    uint64_t tried;      /* operations */
    bool reported;       /* 'report' is set */
    int64_t gap_from_ns; /* since when no operation was done that could have been */
    int64_t warm_cpu_ns;
};

struct crew {
    struct crew_setup setup;
    struct crew_thread *threads;
    uint32_t lanes; /* of each thread */
    char *path;     /* setup.top */
    int top;        /* open; for the sync of its file system */
    _Alignas(CREW_LINE) struct thread_gate gate;
    struct tail_goal goal;
    _Atomic uint32_t working; /* threads that have not done their last operation */
    _Atomic bool stop;
    _Atomic bool hurry; /* no sync at the end */
    _Atomic bool failed;
    _Atomic bool abandoned;
    _Atomic int64_t leave_ns; /* leave operations in flight, after this long a wait; 0: do not */
};

void crew_thread_body(void *argument);

/* Reads what a thread waits for; false if it waits for nothing. */
bool crew_watch_read(const struct crew_thread *thread, struct crew_state *state);

/* Sets the failure of a thread that was given up while it waited for 'seen'. */
void crew_set_lost(const struct crew *crew, const struct crew_state *seen, int64_t limit_ns,
                   struct failure *why);

/* Closes the directories of a thread that has ended; only itself can. */
void crew_close_directories(struct crew_thread *thread);

void crew_read_clock(struct crew_thread *thread);

/* True if the thread may start no further operation. */
bool crew_is_finished(const struct crew_thread *thread);

/* True if it may start none before the goal of --equalise has grown, or all have reported. */
bool crew_is_at_goal(const struct crew_thread *thread);

/* Waits until the rate allows the next operation. */
void crew_wait_for_rate(struct crew_thread *thread);

/* What the lane waits for from now on, as observers see it. */
void crew_watch_set(const struct crew_thread *thread, struct crew_lane *lane, enum crew_wait what);
void crew_watch_clear(struct crew_lane *lane);

/* Counts what an operation came to that was sent at 'sent_ns' and has ended now; 'due_ns' is when
 * the rate wanted it. */
void crew_end_operation(struct crew_thread *thread, struct crew_lane *lane, enum crew_wait what,
                        int result, int64_t sent_ns, int64_t due_ns);

/* Counts operations that one call has done, as crew_end_operation does. */
void crew_count_operations(struct crew_thread *thread, const struct crew_lane *lane, uint64_t count,
                           int64_t sent_ns, int64_t due_ns);

/* Publishes how many operations are done; 'before' of them were done before now. */
void crew_publish(struct crew_thread *thread, int64_t before);

/* Adds failures to those of a thread. */
void crew_count_errors(struct crew_outcome *outcome, const struct crew_error *errors);

/* Counts a failed operation and keeps the first one; returns true if the thread can continue. */
bool crew_count_failure(struct crew_thread *thread, const struct crew_lane *lane, int result,
                        enum crew_wait what);

/* Counts 'count' failures of a listing, and keeps the first failure; returns true if the thread can
 * continue. */
bool crew_count_listing(struct crew_thread *thread, int result, uint64_t count, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));

#endif
