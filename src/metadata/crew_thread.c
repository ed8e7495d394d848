/* SPDX-License-Identifier: Apache-2.0 */
/* A thread of a crew: the loop over its objects, and the sync at the end. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crew_list.h"
#include "crew_parts.h"
#include "parents.h"
#include "platform/clock.h"
#include "ring_thread.h"

/* The longest sleep before a check of the stop flag. */
enum { POLL_NS = 20 * 1000 * 1000 };

/* Names the object, together with its key. A thread that lists meets objects of any rank. */
static uint64_t place_of(const struct crew_thread *thread, const struct crew_lane *lane)
{
    const struct crew_setup *setup = &thread->crew->setup;
    return setup->kind->lists ? objects_number(&setup->layout, &lane->object) : lane->object.place;
}

void crew_watch_set(const struct crew_thread *thread, struct crew_lane *lane, enum crew_wait what)
{
    struct crew_watch *watch = &lane->watch;
    const int64_t since_ns = thread->now_ns + thread->crew->gate.start_ns;
    atomic_store_explicit(&watch->since_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&watch->what, (int)what, memory_order_release);
    atomic_store_explicit(&watch->key, object_key(&lane->object), memory_order_release);
    atomic_store_explicit(&watch->place, place_of(thread, lane), memory_order_release);
    atomic_store_explicit(&watch->since_ns, since_ns, memory_order_release);
}

void crew_watch_clear(struct crew_lane *lane)
{
    atomic_store_explicit(&lane->watch.since_ns, 0, memory_order_relaxed);
}

static bool read_watch(const struct crew_watch *watch, struct crew_state *state)
{
    state->since_ns = atomic_load_explicit(&watch->since_ns, memory_order_acquire);
    state->what = (enum crew_wait)atomic_load_explicit(&watch->what, memory_order_acquire);
    const uint32_t key = atomic_load_explicit(&watch->key, memory_order_acquire);
    const uint64_t place = atomic_load_explicit(&watch->place, memory_order_acquire);
    state->object = object_of_key(0, key, place);
    return state->since_ns &&
           state->since_ns == atomic_load_explicit(&watch->since_ns, memory_order_relaxed);
}

bool crew_watch_read(const struct crew_thread *thread, struct crew_state *state)
{
    bool waits = false;
    for (uint32_t i = 0; i < thread->crew->lanes; i++) {
        struct crew_state seen;
        if (!read_watch(&thread->lanes[i].watch, &seen) ||
            (waits && seen.since_ns >= state->since_ns))
            continue;
        waits = true;
        state->since_ns = seen.since_ns;
        state->what = seen.what;
        state->object = seen.object;
        state->object.rank = thread->crew->setup.rank;
        if (thread->crew->setup.kind->lists)
            state->object = objects_of_number(&thread->crew->setup.layout, seen.object.place);
    }
    return waits;
}

void crew_read_clock(struct crew_thread *thread)
{
    thread->now_ns = clock_now_ns() - thread->crew->gate.start_ns;
}

/* Opens the object's directory, and makes it where objects are created. 0 or -errno. */
static int open_directory(const struct crew_thread *thread, const struct crew_lane *lane, int *fd)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct text path = {0};
    int result = 0;
    objects_print_directory(&setup->layout, setup->top, &lane->object, &path);
    if (path.failed)
        result = -ENOMEM;
    else if (setup->kind->creates && setup->layout.levels)
        result = parents_make(text_string(&path), setup->top);
    while (!result &&
           (*fd = open(text_string(&path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        if (errno != EINTR)
            result = -errno;
    text_release(&path);
    return result;
}

/* Changes to the directory of the object if it is another one. */
static int enter_directory(struct crew_thread *thread, struct crew_lane *lane)
{
    const uint64_t directory = objects_directory(&thread->crew->setup.layout, &lane->object);
    struct operation *operation = &lane->operation;
    if (operation->folder >= 0 && directory == lane->directory)
        return 0;
    if (operation->folder >= 0)
        close(operation->folder);
    operation->folder = -1;
    crew_watch_set(thread, lane, CREW_DIRECTORY);
    const int result = open_directory(thread, lane, &operation->folder);
    crew_read_clock(thread);
    lane->directory = directory;
    return result;
}

void crew_count_operations(struct crew_thread *thread, const struct crew_lane *lane, uint64_t count,
                           int64_t sent_ns, int64_t due_ns)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct crew_outcome *outcome = &thread->outcome;
    struct counters *counters = &outcome->counters;
    const int64_t latency_ns = thread->now_ns - sent_ns;
    const int64_t gap_ns = thread->now_ns - thread->gap_from_ns;
    if (gap_ns > counters->longest_gap_ns)
        counters->longest_gap_ns = gap_ns;
    if (!counters->operations)
        counters->first_ns = sent_ns;
    counters->last_ns = thread->gap_from_ns = thread->now_ns;
    counters->operations += (int64_t)count;
    histogram_record(&outcome->latency, latency_ns);
    for (int i = 0; i < OPERATION_PARTS && lane->operation.parts >> i; i++)
        if (lane->operation.parts & UINT32_C(1) << i)
            histogram_record(&outcome->parts[i], lane->operation.part_ns[i]);
    peaks_record(&thread->peaks, thread->now_ns, latency_ns);
    timeline_record(&outcome->timeline, thread->now_ns, (int64_t)count, latency_ns);
    slowest_record(&outcome->slowest, latency_ns, sent_ns, object_key(&lane->object),
                   place_of(thread, lane), 0);
    if (setup->limits.writer_rate)
        histogram_record(&outcome->intended, thread->now_ns - due_ns);
}

/* A place that was not created must not be visited, and one that was not renamed has its old name;
 * with more of them than can be remembered, the thread ends. */
static void keep_missing(struct crew_thread *thread, struct crew_lane *lane)
{
    lane->missing[lane->missing_count++] = lane->cursor.position - 1 - lane->all.position;
    thread->over |= lane->missing_count == ACKNOWLEDGED_HOLES;
}

static void keep_wrong_data(struct crew_outcome *outcome, const struct crew_lane *lane)
{
    if (outcome->difference.length)
        return;
    outcome->wrong = lane->object;
    outcome->difference = lane->operation.difference;
}

void crew_end_operation(struct crew_thread *thread, struct crew_lane *lane, enum crew_wait what,
                        int result, int64_t sent_ns, int64_t due_ns)
{
    const struct crew_setup *setup = &thread->crew->setup;
    if (!result) {
        crew_count_operations(thread, lane, 1, sent_ns, due_ns);
        return;
    }
    thread->over |= !crew_count_failure(thread, lane, result, what);
    if (setup->kind->creates || setup->kind->renames)
        keep_missing(thread, lane);
    if (lane->operation.difference.length)
        keep_wrong_data(&thread->outcome, lane);
}

/* Under --equalise: what the thread had done when the time was over, or all of it at the end. */
static void report(struct crew_thread *thread, int64_t done)
{
    if (thread->reported)
        return;
    thread->reported = true;
    thread->outcome.counters.deadline_operations = done;
    tail_set_sent(&thread->report, thread->tried);
}

/* At a new reading of the clock. */
static void pass_time(struct crew_thread *thread, int64_t done)
{
    const struct limits *limits = &thread->crew->setup.limits;
    edges_pass(&thread->edges, thread->now_ns, done);
    if (limits->equalise && limits_over(limits, thread->now_ns))
        report(thread, done);
}

void crew_publish(struct crew_thread *thread, int64_t before)
{
    pass_time(thread, before);
    atomic_store_explicit(&thread->seen, (uint64_t)thread->outcome.counters.operations,
                          memory_order_relaxed);
}

static void do_operation(struct crew_thread *thread, struct crew_lane *lane)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct operation *operation = &lane->operation;
    const int64_t before = thread->outcome.counters.operations;
    enum crew_wait what = CREW_DIRECTORY;
    thread->tried++;
    atomic_store_explicit(&lane->begun, lane->object.place + 1, memory_order_relaxed);
    operation_set_object(operation, &lane->object);
    int result = enter_directory(thread, lane);
    const int64_t sent_ns = thread->now_ns;
    if (!result) {
        what = CREW_OPERATION;
        crew_watch_set(thread, lane, what);
        operation_begin_part(setup->kind, operation, sent_ns + thread->crew->gate.start_ns);
        result = operation_carry_out(setup->kind, operation);
        crew_read_clock(thread);
        operation_end_part(operation, PART_NONE, thread->now_ns + thread->crew->gate.start_ns);
    }
    crew_end_operation(thread, lane, what, result, sent_ns, thread->due_ns);
    crew_publish(thread, before);
}

static enum tail_state allowed(const struct crew_thread *thread)
{
    const struct crew *crew = thread->crew;
    return tail_state(&crew->setup.limits, &crew->goal, thread->now_ns, thread->tried);
}

bool crew_is_finished(const struct crew_thread *thread)
{
    return thread->over || atomic_load_explicit(&thread->crew->stop, memory_order_relaxed) ||
           allowed(thread) == TAIL_ENDS;
}

bool crew_is_at_goal(const struct crew_thread *thread)
{
    return allowed(thread) == TAIL_WAITS;
}

/* Waits until the rate allows the next operation. */
void crew_wait_for_rate(struct crew_thread *thread)
{
    const struct limits *limits = &thread->crew->setup.limits;
    const int64_t before_ns = thread->now_ns;
    thread->due_ns = limits_due(limits, thread->tried + 1);
    if (thread->due_ns <= before_ns)
        return;
    crew_watch_clear(thread->lanes);
    while (!crew_is_finished(thread) && thread->now_ns < thread->due_ns) {
        const int64_t left_ns = thread->due_ns - thread->now_ns;
        clock_sleep_ns(left_ns < POLL_NS ? left_ns : POLL_NS);
        crew_read_clock(thread);
        pass_time(thread, thread->outcome.counters.operations);
    }
    thread->outcome.counters.writer_paced_ns +=
        (thread->now_ns < thread->due_ns ? thread->now_ns : thread->due_ns) - before_ns;
}

/* Waits until the goal allows another operation. */
static void wait_for_goal(struct crew_thread *thread)
{
    crew_watch_clear(thread->lanes);
    while (!crew_is_finished(thread) && crew_is_at_goal(thread)) {
        pass_time(thread, thread->outcome.counters.operations);
        clock_sleep_ns(TAIL_NAP_NS);
        crew_read_clock(thread);
        thread->gap_from_ns = thread->now_ns;
    }
}

/* Makes the names durable in each directory that this thread has changed. */
static void sync_directories(struct crew_thread *thread, struct crew_lane *lane)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct object_cursor cursor = lane->all;
    cursor.left -= lane->cursor.left;
    while (object_cursor_next(&cursor, &lane->object)) {
        const uint64_t next = objects_next_directory(&setup->layout, &lane->object);
        int fd = -1;
        crew_watch_set(thread, lane, CREW_SYNC);
        int result = open_directory(thread, lane, &fd);
        if (!result)
            result = operation_sync(&lane->operation, fd);
        if (fd >= 0)
            close(fd);
        crew_read_clock(thread);
        /* one that does not exist any more has nothing to sync, nor has one that refuses it */
        if (result && result != -ENOENT && result != -EINVAL)
            crew_count_failure(thread, lane, result, CREW_SYNC);
        object_cursor_skip(&cursor, &lane->object, next);
    }
}

static void sync_everything(struct crew_thread *thread)
{
    struct crew *crew = thread->crew;
    const bool last = atomic_fetch_sub_explicit(&crew->working, 1, memory_order_acq_rel) == 1;
    if (!crew->setup.sync_end || atomic_load_explicit(&crew->hurry, memory_order_relaxed) ||
        atomic_load_explicit(&crew->abandoned, memory_order_relaxed))
        return;
    if (thread->ring)
        ring_thread_sync(thread);
    else
        sync_directories(thread, thread->lanes);
    if (!last || atomic_load_explicit(&crew->abandoned, memory_order_relaxed))
        return;
    crew_watch_set(thread, thread->lanes, CREW_SYNC);
    if (syncfs(crew->top))
        crew_count_failure(thread, thread->lanes, -errno, CREW_SYNC);
    thread->outcome.counters.syncs++;
    const int64_t before_ns = thread->now_ns;
    crew_read_clock(thread);
    thread->outcome.counters.sync_ns += thread->now_ns - before_ns;
}

static void add_lane(struct crew_thread *thread, struct crew_lane *lane)
{
    struct counters *counters = &thread->outcome.counters;
    const struct operation *operation = &lane->operation;
    crew_watch_clear(lane);
    counters->bytes += operation->bytes;
    counters->retries += operation->retries;
    counters->syncs += operation->syncs;
    counters->sync_ns += operation->sync_ns;
    counters->bad_blocks += operation->bad_blocks;
    thread->outcome.checks_first |= operation->may_replace;
    acknowledged_from(&lane->reached, lane->cursor.position - lane->all.position,
                      (uint64_t)operation->bytes, lane->missing, lane->missing_count);
}

static void finish(struct crew_thread *thread)
{
    struct counters *counters = &thread->outcome.counters;
    counters->drained_ns = thread->now_ns;
    sync_everything(thread);
    if (thread->outcome.failure.code && thread->over)
        atomic_store_explicit(&thread->crew->failed, true, memory_order_relaxed);
    for (uint32_t i = 0; i < thread->crew->lanes; i++)
        add_lane(thread, &thread->lanes[i]);
    crew_read_clock(thread);
    if (!thread->list)
        counters->requests = counters->operations;
    counters->end_ns = thread->now_ns;
    counters->writer_time_ns = thread->now_ns;
    counters->writer_cpu_ns = clock_thread_cpu_ns() - thread->warm_cpu_ns;
    counters->ring_cpu_ns = thread->ring ? thread_ring_cpu_ns(false) : 0;
}

static void do_operations(struct crew_thread *thread, struct crew_lane *lane)
{
    for (;;) {
        crew_wait_for_rate(thread);
        if (crew_is_at_goal(thread))
            wait_for_goal(thread);
        if (crew_is_finished(thread) || !object_cursor_next(&lane->cursor, &lane->object))
            return;
        do_operation(thread, lane);
    }
}

/* Everything that was begun is done. */
static void end_operations(struct crew_thread *thread)
{
    const struct crew *crew = thread->crew;
    uint64_t left = 0;
    for (uint32_t i = 0; i < crew->lanes; i++)
        left += thread->lanes[i].cursor.left;
    if (!crew->setup.limits.equalise)
        return;
    report(thread, thread->outcome.counters.operations);
    thread->outcome.counters.threads_behind =
        left && tail_is_behind(&crew->setup.limits, &crew->goal, thread->now_ns, thread->tried);
}

void crew_thread_body(void *argument)
{
    struct crew_thread *thread = argument;
    struct crew *crew = thread->crew;
    thread_own_descriptors();
    if (thread->ring)
        ring_thread_open(thread); /* only this thread may use it */
    if (thread_gate_pass(&crew->gate) && thread->busy) {
        thread->warm_cpu_ns = clock_thread_cpu_ns();
        crew_read_clock(thread);
        thread->outcome.counters.started_ns = thread->now_ns;
        if (thread->list)
            crew_list_run(thread);
        else if (thread->ring)
            ring_thread_run(thread);
        else
            do_operations(thread, thread->lanes);
        end_operations(thread);
        finish(thread);
    }
    if (thread->ring)
        ring_thread_close(thread);
    crew_close_directories(thread);
    atomic_store_explicit(&thread->gone, true, memory_order_release);
    thread_gate_leave(&crew->gate);
}
