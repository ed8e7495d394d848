/* SPDX-License-Identifier: Apache-2.0 */
#include "crew_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew_list.h"
#include "platform/clock.h"
#include "ring_thread.h"

static void outcome_clear(struct crew_outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    counters_clear(&outcome->counters);
    histogram_clear(&outcome->latency);
    histogram_clear(&outcome->intended);
    for (int i = 0; i < OPERATION_PARTS; i++)
        histogram_clear(&outcome->parts[i]);
    timeline_clear(&outcome->timeline);
    slowest_clear(&outcome->slowest);
}

static int init_lane(const struct crew *crew, uint32_t index, struct crew_lane *lane)
{
    const struct crew_setup *setup = &crew->setup;
    const uint32_t count = setup->threads * crew->lanes;
    if (setup->kind->lists)
        lane->cursor = (struct object_cursor){0};
    else if (setup->kind->creates)
        object_cursor_create(&lane->cursor, setup->rank, index,
                             setup->objects ? objects_share(setup->objects, count, index)
                                            : objects_share_most(&setup->layout));
    else
        object_cursor_visit(&lane->cursor, &setup->layout, setup->rank, setup->created,
                            &setup->names, index, count);
    lane->all = lane->cursor;
    return operation_init(&lane->operation, &setup->operation);
}

static int init_thread(struct crew *crew, uint32_t index, struct failure *why)
{
    struct crew_thread *thread = &crew->threads[index];
    int result = 0;
    thread->crew = crew;
    thread->index = index;
    outcome_clear(&thread->outcome);
    if (crew->setup.depth && ring_thread_init(thread))
        result = -ENOMEM;
    thread->lanes = aligned_alloc(CREW_LINE, crew->lanes * sizeof *thread->lanes);
    if (thread->lanes)
        memset(thread->lanes, 0, crew->lanes * sizeof *thread->lanes);
    else
        result = -ENOMEM;
    for (uint32_t i = 0; !result && i < crew->lanes; i++) {
        result = init_lane(crew, index * crew->lanes + i, &thread->lanes[i]);
        thread->busy |= thread->lanes[i].cursor.left > 0;
    }
    if (!result && crew->setup.kind->lists)
        result = crew_list_init(thread);
    if (result)
        failure_set(why, result, "not enough memory for %u I/O threads", crew->setup.threads);
    return result;
}

static int start_threads(struct crew *crew, struct failure *why)
{
    const uint32_t count = crew->setup.threads;
    uint32_t started = 0;
    int result = 0;
    thread_gate_init(&crew->gate, count, crew->setup.spins);
    for (uint32_t i = 0; i < count; i++)
        crew->working += crew->threads[i].busy;
    for (uint32_t i = 0; !result && i < count; i++, started += !result)
        result = thread_start(&crew->threads[i].handle, "tm-io", crew_thread_body,
                              &crew->threads[i], why);
    thread_gate_await(&crew->gate, started);
    for (uint32_t i = 0; !result && i < count; i++)
        result = failure_set(why, crew->threads[i].outcome.failure.code, "%s",
                             crew->threads[i].outcome.failure.text);
    return result;
}

int crew_open(struct crew **crew, const struct crew_setup *setup, struct failure *why)
{
    struct crew *made = aligned_alloc(CREW_LINE, sizeof *made);
    *crew = NULL;
    if (!made)
        return failure_set(why, -ENOMEM, "not enough memory");
    memset(made, 0, sizeof *made);
    made->setup = *setup;
    made->lanes = setup->depth ? setup->depth : 1;
    made->setup.operation.layout = &made->setup.layout;
    made->setup.top = made->path = strdup(setup->top);
    made->threads = aligned_alloc(CREW_LINE, setup->threads * sizeof *made->threads);
    made->top = open(setup->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (made->top < 0)
        failure_system(why, errno, "cannot open directory '%s'", setup->top);
    else if (!made->threads || !made->path)
        failure_set(why, -ENOMEM, "not enough memory for %u I/O threads", setup->threads);
    if (made->threads)
        memset(made->threads, 0, setup->threads * sizeof *made->threads);
    for (uint32_t i = 0; i < setup->threads && !why->code; i++)
        init_thread(made, i, why);
    if (why->code || start_threads(made, why)) {
        crew_close(made);
        return why->code;
    }
    *crew = made;
    return 0;
}

void crew_go_at(struct crew *crew, int64_t start_ns)
{
    thread_gate_open(&crew->gate, start_ns);
}

bool crew_wait(struct crew *crew, int64_t limit_ns)
{
    return thread_gate_wait(&crew->gate, limit_ns);
}

void crew_stop(struct crew *crew, bool sync)
{
    if (!sync)
        atomic_store_explicit(&crew->hurry, true, memory_order_relaxed);
    atomic_store_explicit(&crew->stop, true, memory_order_relaxed);
}

static bool is_gone(const struct crew_thread *thread)
{
    return atomic_load_explicit(&thread->gone, memory_order_acquire);
}

/* A rank without objects must not delay the edges of the others. */
static uint64_t edges_passed(const struct crew *crew)
{
    uint64_t least = UINT64_MAX;
    bool any = false;
    for (uint32_t i = 0; i < crew->setup.threads; i++) {
        const struct crew_thread *thread = &crew->threads[i];
        any |= thread->busy;
        if (!thread->busy || is_gone(thread))
            continue;
        const uint64_t passed = atomic_load_explicit(&thread->edges.passed, memory_order_acquire);
        least = passed < least ? passed : least;
    }
    if (!any)
        return rounds_edges(clock_now_ns() - crew->gate.start_ns);
    return least == UINT64_MAX ? 0 : least;
}

void crew_peek(const struct crew *crew, struct crew_state *state)
{
    *state = (struct crew_state){
        .edges = edges_passed(crew),
        .failed = atomic_load_explicit(&crew->failed, memory_order_relaxed),
        .lost = atomic_load_explicit(&crew->abandoned, memory_order_relaxed),
    };
    for (uint32_t i = 0; i < crew->setup.threads; i++) {
        struct crew_state seen;
        state->done += atomic_load_explicit(&crew->threads[i].seen, memory_order_relaxed);
        if (!crew_watch_read(&crew->threads[i], &seen) ||
            (state->waits && seen.since_ns >= state->since_ns))
            continue;
        state->waits = true;
        state->what = seen.what;
        state->object = seen.object;
        state->since_ns = seen.since_ns;
    }
}

int64_t crew_peak(const struct crew *crew, uint64_t first, uint64_t end)
{
    int64_t largest_ns = 0;
    for (uint32_t i = 0; i < crew->setup.threads; i++) {
        const int64_t peak_ns = peaks_read(&crew->threads[i].peaks, first, end);
        largest_ns = peak_ns > largest_ns ? peak_ns : largest_ns;
    }
    return largest_ns;
}

bool crew_edge(const struct crew *crew, uint64_t edge, uint64_t *done)
{
    *done = 0;
    for (uint32_t i = 0; i < crew->setup.threads; i++) {
        const struct crew_thread *thread = &crew->threads[i];
        uint64_t own = atomic_load_explicit(&thread->seen, memory_order_relaxed);
        const bool passed =
            atomic_load_explicit(&thread->edges.passed, memory_order_acquire) >= edge;
        if (passed ? !edges_read(&thread->edges, edge, &own) : thread->busy && !is_gone(thread))
            return false;
        *done += own;
    }
    return true;
}

bool crew_reports(const struct crew *crew, uint64_t *most)
{
    bool all = true;
    *most = 0;
    for (uint32_t i = 0; i < crew->setup.threads; i++)
        all &= !crew->threads[i].busy || tail_add_report(&crew->threads[i].report, most);
    return all;
}

void crew_set_goal(struct crew *crew, uint64_t operations, bool settled)
{
    tail_set_goal(&crew->goal, operations, settled);
}

/* The lost thread may continue at any time, so its own outcome must not be read: it did what was
 * last seen, and its object may come to exist. */
static void replace_outcome(struct crew_thread *thread, int64_t limit_ns)
{
    struct crew_outcome *instead = malloc(sizeof *instead);
    struct crew_state seen;
    if (!instead || !crew_watch_read(thread, &seen)) {
        free(instead);
        return;
    }
    outcome_clear(instead);
    struct counters *counters = &instead->counters;
    counters->operations = (int64_t)atomic_load_explicit(&thread->seen, memory_order_relaxed);
    counters->requests = counters->operations;
    counters->end_ns = clock_now_ns() - thread->crew->gate.start_ns;
    timeline_record_part(&instead->timeline, counters->end_ns, counters->operations);
    crew_count_errors(instead, &(struct crew_error){ETIMEDOUT, 1, seen.object, false});
    crew_set_lost(thread->crew, &seen, limit_ns, &instead->failure);
    thread->instead = instead;
}

/* A thread that waits for its ring is not stuck: it counts what is in flight as failed, and ends.
 */
static bool leave_rings(struct crew *crew, int64_t limit_ns)
{
    bool any = false;
    atomic_store_explicit(&crew->leave_ns, limit_ns, memory_order_relaxed);
    for (uint32_t i = 0; i < crew->setup.threads; i++)
        any |= !is_gone(&crew->threads[i]) &&
               atomic_load_explicit(&crew->threads[i].in_ring, memory_order_relaxed);
    return any;
}

bool crew_abandon(struct crew *crew, int64_t limit_ns)
{
    uint32_t lost = 0;
    for (uint32_t i = 0; i < crew->setup.threads; i++) {
        struct crew_state seen;
        if (is_gone(&crew->threads[i]))
            continue;
        if (!crew_watch_read(&crew->threads[i], &seen) || clock_now_ns() - seen.since_ns < limit_ns)
            return false;
        lost++;
    }
    if (!lost || thread_gate_left(&crew->gate) > lost)
        return false;
    if (leave_rings(crew, limit_ns))
        return false;
    atomic_store_explicit(&crew->abandoned, true, memory_order_relaxed);
    for (uint32_t i = 0; i < crew->setup.threads; i++)
        if (!is_gone(&crew->threads[i]) && !crew->threads[i].instead)
            replace_outcome(&crew->threads[i], limit_ns);
    return true;
}

const char *crew_reason(const struct crew *crew, uint32_t thread)
{
    return ring_thread_reason(&crew->threads[thread]);
}

const struct crew_outcome *crew_outcome(const struct crew *crew, uint32_t thread)
{
    const struct crew_thread *found = &crew->threads[thread];
    return found->instead ? found->instead : &found->outcome;
}

/* Each object that a lost thread has begun may come to exist. */
uint64_t crew_created(const struct crew *crew, uint32_t creator, struct acknowledged *created)
{
    const struct crew_thread *thread = &crew->threads[creator / crew->lanes];
    const struct crew_lane *lane = &thread->lanes[creator % crew->lanes];
    if (!thread->instead) {
        *created = lane->reached;
        return lane->cursor.next.place;
    }
    const uint64_t places = atomic_load_explicit(&lane->begun, memory_order_relaxed);
    acknowledged_all(created, places, 0);
    return places;
}

uint32_t crew_parts(const struct crew *crew)
{
    return crew->setup.threads * crew->lanes;
}

/* Of what a lost thread has renamed nothing is known. */
void crew_renamed(const struct crew *crew, uint32_t part, struct acknowledged *reached)
{
    const struct crew_thread *thread = &crew->threads[part / crew->lanes];
    if (thread->instead)
        acknowledged_all(reached, 0, 0);
    else
        *reached = thread->lanes[part % crew->lanes].reached;
}

uint64_t crew_planned(const struct crew *crew)
{
    uint64_t count = 0;
    if (crew->setup.kind->creates)
        return crew->setup.objects;
    if (crew->setup.kind->lists)
        return crew->setup.listing.expected.objects;
    for (uint32_t i = 0; i < crew->setup.layout.threads; i++)
        count += acknowledged_count(&crew->setup.created[i]);
    return count;
}

const char *crew_wait_name(const struct operation_kind *kind, enum crew_wait what)
{
    static const char *const names[] = {
        [CREW_DIRECTORY] = "open of a directory", [CREW_SYNC] = "sync"};
    return what == CREW_OPERATION || kind->lists ? phase_kinds[kind->phase].name : names[what];
}

/* A call that was left in flight may still use them. */
void crew_close_directories(struct crew_thread *thread)
{
    if (atomic_load_explicit(&thread->crew->abandoned, memory_order_relaxed))
        return;
    for (uint32_t i = 0; i < thread->crew->lanes; i++) {
        struct operation *operation = &thread->lanes[i].operation;
        if (operation->folder >= 0)
            close(operation->folder);
        operation->folder = -1;
    }
}

static void free_lanes(struct crew_thread *thread)
{
    for (uint32_t i = 0; thread->lanes && i < thread->crew->lanes; i++)
        operation_release(&thread->lanes[i].operation);
    free(thread->lanes);
    crew_list_release(thread);
    ring_thread_release(thread);
}

void crew_close(struct crew *crew)
{
    if (!crew)
        return;
    const bool lost = atomic_load_explicit(&crew->abandoned, memory_order_relaxed);
    if (!lost) {
        crew_stop(crew, false);
        thread_gate_cancel(&crew->gate);
    }
    for (uint32_t i = 0; crew->threads && i < crew->setup.threads; i++)
        if (lost)
            thread_detach(&crew->threads[i].handle);
        else
            thread_join(&crew->threads[i].handle);
    if (lost) /* its threads may still use all of it */
        return;
    for (uint32_t i = 0; crew->threads && i < crew->setup.threads; i++)
        free_lanes(&crew->threads[i]);
    if (crew->top >= 0)
        close(crew->top);
    free(crew->path);
    free(crew->threads);
    free(crew);
}
