/* SPDX-License-Identifier: Apache-2.0 */
#include "ring_thread.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/units.h"
#include "call_ring.h"
#include "platform/clock.h"

/* The longest wait before a check of the stop flag. */
enum { POLL_NS = 20 * 1000 * 1000 };

struct ring_thread {
    struct call_ring *ring;
    struct chain *chains; /* one for each lane */
    struct chain **idle;  /* a ring buffer of those without operation, the longest idle first */
    uint32_t idle_first;
    uint32_t idle_count;
    uint32_t busy;  /* chains in flight */
    int64_t due_ns; /* an idle chain waits for this instant; 0: none does */
    bool at_goal;   /* ... or for the goal of --equalise */
    bool lost;      /* calls in flight were abandoned */
    char reason[ENGINE_REASON];
};

int ring_thread_init(struct crew_thread *thread)
{
    const uint32_t lanes = thread->crew->lanes;
    struct ring_thread *own = calloc(1, sizeof *own);
    thread->ring = own;
    if (!own)
        return -ENOMEM;
    own->chains = calloc(lanes, sizeof *own->chains);
    own->idle = calloc(lanes, sizeof(struct chain *));
    return own->chains && own->idle ? 0 : -ENOMEM;
}

void ring_thread_release(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    if (!own)
        return;
    for (uint32_t i = 0; own->chains && i < thread->crew->lanes; i++)
        text_release(&own->chains[i].path);
    free(own->chains);
    free(own->idle);
    free(own);
    thread->ring = NULL;
}

void ring_thread_open(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    if (thread->busy)
        call_ring_open(&own->ring, thread->crew->lanes, own->reason, &thread->outcome.failure);
}

void ring_thread_close(struct crew_thread *thread)
{
    if (thread->ring->ring && !thread->ring->lost)
        call_ring_close(thread->ring->ring);
}

const char *ring_thread_reason(const struct crew_thread *thread)
{
    return thread->ring ? thread->ring->reason : "";
}

static void add_idle(struct ring_thread *own, uint32_t lanes, struct chain *chain)
{
    own->idle[(own->idle_first + own->idle_count++) % lanes] = chain;
}

static struct chain *take_idle(struct ring_thread *own, uint32_t lanes)
{
    struct chain *chain = own->idle[own->idle_first];
    own->idle_first = (own->idle_first + 1) % lanes;
    own->idle_count--;
    return chain;
}

static void end_chain(struct crew_thread *thread, struct chain *chain)
{
    struct crew_lane *lane = chain->lane;
    const int result = chain->result;
    crew_watch_clear(lane);
    if (chain->what != CREW_SYNC)
        crew_end_operation(thread, lane, chain->what, result, chain->sent_ns, chain->due_ns);
    /* a directory that does not exist any more has nothing to sync, nor has one that refuses it */
    else if (result && result != -ENOENT && result != -EINVAL)
        crew_count_failure(thread, lane, result, CREW_SYNC);
    add_idle(thread->ring, thread->crew->lanes, chain);
    thread->ring->busy--;
}

/* Sends a call of the chain, and makes those that the ring does not have. */
static void continue_chain(struct crew_thread *thread, struct chain *chain, enum chain_call call)
{
    struct ring_thread *own = thread->ring;
    const int64_t before = thread->outcome.counters.operations;
    for (; call != CHAIN_DONE; crew_publish(thread, before)) {
        chain->call = call;
        chain->since_ns = thread->now_ns;
        if (call_ring_has(own->ring, call)) {
            call_ring_queue(own->ring, chain);
            return;
        }
        atomic_store_explicit(&thread->in_ring, false, memory_order_relaxed);
        const int result = chain_call_plainly(chain);
        atomic_store_explicit(&thread->in_ring, true, memory_order_relaxed);
        crew_read_clock(thread);
        call = chain_next(chain, result, thread->now_ns);
    }
    end_chain(thread, chain);
}

static void begin_chain(struct crew_thread *thread, struct chain *chain, enum chain_call call)
{
    thread->ring->busy++;
    crew_watch_set(thread, chain->lane, chain->what);
    continue_chain(thread, chain, call);
}

/* Starts operations while lanes are idle, as far as the rate allows. */
static void start_operations(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    const struct crew *crew = thread->crew;
    own->due_ns = 0;
    own->at_goal = false;
    while (own->idle_count && !crew_is_finished(thread)) {
        own->at_goal = crew_is_at_goal(thread);
        if (own->at_goal)
            return;
        const int64_t due_ns = limits_due(&crew->setup.limits, thread->tried + 1);
        if (due_ns > thread->now_ns) {
            own->due_ns = due_ns;
            return;
        }
        struct chain *chain = take_idle(own, crew->lanes);
        struct crew_lane *lane = chain->lane;
        if (!object_cursor_next(&lane->cursor, &lane->object))
            continue; /* this lane has ended */
        thread->tried++;
        chain->due_ns = due_ns;
        atomic_store_explicit(&lane->begun, lane->object.place + 1, memory_order_relaxed);
        begin_chain(thread, chain, chain_begin(chain, thread->now_ns));
    }
}

/* Gives up what is in flight: its objects may come to exist at any time. */
static void leave(struct crew_thread *thread, int error, int64_t limit_ns)
{
    struct crew_outcome *outcome = &thread->outcome;
    struct crew_state seen = {0};
    if (crew_watch_read(thread, &seen))
        crew_set_lost(thread->crew, &seen, limit_ns, &outcome->failure);
    if (thread->ring->busy)
        crew_count_errors(outcome,
                          &(struct crew_error){error, thread->ring->busy, seen.object, false});
    thread->ring->lost = thread->over = true;
    atomic_store_explicit(&thread->crew->abandoned, true, memory_order_relaxed);
}

/* Waits for a result, or until the rate allows an operation. False if the ring was left. */
static bool wait_for_result(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    const int64_t before_ns = thread->now_ns;
    const int64_t due_ns = own->due_ns    ? own->due_ns - before_ns
                           : own->at_goal ? TAIL_NAP_NS
                                          : POLL_NS;
    const int64_t limit_ns = due_ns < POLL_NS ? due_ns : POLL_NS;
    int error = 0;
    if (own->busy)
        error = call_ring_wait(own->ring, limit_ns);
    else
        clock_sleep_ns(limit_ns);
    crew_read_clock(thread);
    if (own->at_goal && !own->busy)
        thread->gap_from_ns = thread->now_ns;
    if (own->due_ns)
        thread->outcome.counters.writer_paced_ns +=
            (thread->now_ns < own->due_ns ? thread->now_ns : own->due_ns) - before_ns;
    const int64_t leave_ns = atomic_load_explicit(&thread->crew->leave_ns, memory_order_relaxed);
    if (error)
        failure_system(&thread->outcome.failure, -error, "io_uring does not answer");
    if (error || leave_ns)
        leave(thread, error ? -error : ETIMEDOUT, leave_ns);
    return !own->lost;
}

static void take_results(struct crew_thread *thread)
{
    const int64_t before = thread->outcome.counters.operations;
    struct chain *chain;
    int result;
    while (call_ring_take(thread->ring->ring, &chain, &result)) {
        const enum crew_wait what = chain->what;
        const enum chain_call call = chain_next(chain, result, thread->now_ns);
        if (chain->what != what)
            crew_watch_set(thread, chain->lane, chain->what);
        continue_chain(thread, chain, call);
    }
    crew_publish(thread, before);
}

/* All lanes are idle. */
static void reset_idle(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    own->idle_first = own->idle_count = 0;
    for (uint32_t i = 0; i < thread->crew->lanes; i++)
        add_idle(own, thread->crew->lanes, &own->chains[i]);
}

void ring_thread_run(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    for (uint32_t i = 0; i < thread->crew->lanes; i++)
        own->chains[i] =
            (struct chain){.lane = &thread->lanes[i], .setup = &thread->crew->setup, .fd = -1};
    reset_idle(thread);
    atomic_store_explicit(&thread->in_ring, true, memory_order_relaxed);
    for (;;) {
        start_operations(thread);
        if ((!own->busy && !own->due_ns && !own->at_goal) || !wait_for_result(thread))
            break;
        take_results(thread);
    }
    atomic_store_explicit(&thread->in_ring, false, memory_order_relaxed);
}

/* Lanes share directories: the one with the lowest number that is not synced yet. */
static bool next_unsynced(struct crew_thread *thread, struct object *object)
{
    const struct object_layout *layout = &thread->crew->setup.layout;
    struct chain *chains = thread->ring->chains;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < thread->crew->lanes; i++) {
        if (!chains[i].syncs || objects_directory(layout, &chains[i].unsynced) >= least)
            continue;
        *object = chains[i].unsynced;
        least = objects_directory(layout, object);
    }
    for (uint32_t i = 0; i < thread->crew->lanes; i++) {
        struct chain *chain = &chains[i];
        if (!chain->syncs || objects_directory(layout, &chain->unsynced) != least)
            continue;
        object_cursor_skip(&chain->cursor, &chain->unsynced,
                           objects_next_directory(layout, &chain->unsynced));
        chain->syncs = object_cursor_next(&chain->cursor, &chain->unsynced);
    }
    return least != UINT64_MAX;
}

static void start_syncs(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    struct object object;
    while (own->idle_count && !atomic_load_explicit(&thread->crew->hurry, memory_order_relaxed) &&
           next_unsynced(thread, &object)) {
        struct chain *chain = take_idle(own, thread->crew->lanes);
        chain->lane->object = object;
        begin_chain(thread, chain, chain_begin_sync(chain));
    }
}

void ring_thread_sync(struct crew_thread *thread)
{
    struct ring_thread *own = thread->ring;
    reset_idle(thread);
    own->due_ns = 0;
    own->at_goal = false;
    for (uint32_t i = 0; i < thread->crew->lanes; i++) {
        struct chain *chain = &own->chains[i];
        chain->cursor = chain->lane->all;
        chain->cursor.left -= chain->lane->cursor.left;
        chain->syncs = object_cursor_next(&chain->cursor, &chain->unsynced);
    }
    atomic_store_explicit(&thread->in_ring, true, memory_order_relaxed);
    for (;;) {
        start_syncs(thread);
        if (!own->busy || !wait_for_result(thread))
            break;
        take_results(thread);
    }
    atomic_store_explicit(&thread->in_ring, false, memory_order_relaxed);
}
