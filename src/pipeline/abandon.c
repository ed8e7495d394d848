/* SPDX-License-Identifier: Apache-2.0 */
/* Storage that does not answer: which I/O thread waits for it, and how to end without it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/units.h"
#include "outcome.h"
#include "pipeline_parts.h"
#include "plan/names.h"
#include "platform/clock.h"

/* Prints the path of the file at an offset of a piece, and returns the offset in that file. */
static uint64_t task_piece_print(const struct task_piece *piece, uint64_t offset, struct text *path)
{
    const uint64_t cut = piece->share.cut_bytes;
    if (!cut) {
        text_add(path, "%s", piece->path);
        return offset;
    }
    plan_print_file(piece->path, offset / cut, path);
    return offset % cut;
}

void pipeline_skip_sync(struct pipeline *pipeline)
{
    atomic_store_explicit(&pipeline->hurry, true, memory_order_relaxed);
}

bool pipeline_waiting(const struct pipeline *pipeline, struct waiting *longest)
{
    bool any = false;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++) {
        struct waiting seen = {.io_thread = i};
        if (!watch_read(&pipeline->io_threads[i].watch, &seen) ||
            (any && seen.since_ns >= longest->since_ns))
            continue;
        *longest = seen;
        any = true;
    }
    return any;
}

const char *pipeline_wait_name(enum wait_kind what)
{
    static const char *const names[] = {
        [WAIT_WRITE] = "write", [WAIT_READ] = "read", [WAIT_SYNC] = "sync",
        [WAIT_CLOSE] = "close", [WAIT_OPEN] = "open",
    };
    return names[what];
}

static void set_failure(const struct io_thread *thread, const struct waiting *seen,
                        int64_t limit_ns, struct failure *why)
{
    char limit[UNITS_TEXT];
    struct text path = {0};
    const uint64_t offset =
        task_piece_print(&thread->task->pieces[seen->piece], seen->offset, &path);
    units_format_duration(limit_ns, limit);
    if (seen->what == WAIT_WRITE || seen->what == WAIT_READ)
        failure_set(why, -ETIMEDOUT,
                    "%s of '%s' at offset %" PRIu64 " did not complete within %s (--stall-abort)",
                    pipeline_wait_name(seen->what), text_string(&path), offset, limit);
    else
        failure_set(why, -ETIMEDOUT, "%s of '%s' did not complete within %s (--stall-abort)",
                    pipeline_wait_name(seen->what), text_string(&path), limit);
    text_release(&path);
}

/* The lost thread may resume at any time, so its own outcome must not be read. None of its requests
 * counts as acknowledged. Its timeline is lost too: all of its bytes are recorded at the current
 * time, so that the sum of the timeline still equals the bytes; those of a mixed task by its share
 * of reads. */
static void replace_outcome(struct io_thread *thread, int64_t limit_ns)
{
    struct outcome *instead = malloc(sizeof *instead);
    struct waiting seen;
    if (!instead || !watch_read(&thread->watch, &seen)) {
        free(instead);
        return;
    }
    outcome_clear(instead);
    instead->counters.bytes =
        (int64_t)atomic_load_explicit(&thread->seen_bytes, memory_order_relaxed);
    instead->bytes[ENGINE_READ] = (int64_t)((double)instead->counters.bytes *
                                            (double)thread->task->mix.reads / (double)MIX_ALL);
    instead->bytes[ENGINE_WRITE] = instead->counters.bytes - instead->bytes[ENGINE_READ];
    instead->counters.failed_requests = 1;
    instead->unsettled.below = thread->places;
    instead->passes = thread->passes ? PASSES_UNKNOWN : 0;
    instead->counters.end_ns = clock_now_ns() - thread->pipeline->gate.start_ns;
    if (seen.what == WAIT_WRITE || seen.what == WAIT_READ)
        instead->counters.drained_ns = instead->counters.end_ns;
    for (int i = 0; i < ENGINE_DIRECTIONS; i++)
        if (instead->bytes[i])
            timeline_record_part(&instead->timeline[i], instead->counters.end_ns,
                                 instead->bytes[i]);
    set_failure(thread, &seen, limit_ns, &instead->failure);
    thread->instead = instead;
}

static bool is_lost(const struct io_thread *thread, int64_t limit_ns)
{
    struct waiting seen;
    return !io_thread_gone(thread) && watch_read(&thread->watch, &seen) &&
           clock_now_ns() - seen.since_ns >= limit_ns;
}

bool pipeline_abandon(struct pipeline *pipeline, int64_t limit_ns)
{
    uint32_t lost = 0;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++)
        if (is_lost(&pipeline->io_threads[i], limit_ns))
            lost++;
        else if (!io_thread_gone(&pipeline->io_threads[i]))
            return false;
    if (!lost)
        return false;
    /* Else data threads would wait for more buffers from the lost I/O threads. */
    atomic_store_explicit(&pipeline->abandoned, true, memory_order_relaxed);
    pipeline_stop(pipeline);
    if (thread_gate_left(&pipeline->gate) > lost)
        return false;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++)
        if (!io_thread_gone(&pipeline->io_threads[i]) && !pipeline->io_threads[i].instead)
            replace_outcome(&pipeline->io_threads[i], limit_ns);
    outcome_settle(pipeline);
    return true;
}

bool pipeline_abandoned(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->abandoned, memory_order_relaxed);
}
