/* SPDX-License-Identifier: Apache-2.0 */
#include "work_bytes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "platform/clock.h"

/* How long an idle thread spins before it sleeps, when each thread can have a core. */
enum { SPIN_NS = 20 * 1000 };

static int open_pipeline(struct work *work, struct failure *why)
{
    struct work_bytes *bytes = (struct work_bytes *)work;
    const struct phase *phase = bytes->phase;
    const struct settings *settings = phase->prepared->settings;
    struct pipeline_setup setup = {
        .makes = phase->kind->writes && settings->generate == GENERATE_EACH,
        .checks = phase_checks(phase->kind, settings),
        .ready = phase->ready,
        .engine = phase->prepared->engine,
        .io_threads = bytes->threads,
        .data_threads = (uint32_t)settings->producers,
        .depth = (uint32_t)settings->depth,
        .buffers = (uint32_t)settings->buffer_count,
        .buffer_bytes = settings->buffer_size_bytes,
        .content = phase->content,
        .tasks = bytes->tasks,
        .limits = phase->limits,
        .mode = phase->prepared->mode,
        .sync = phase->kind->writes && settings->fsync != FSYNC_NEVER,
        .sync_each = settings->fsync == FSYNC_EACH,
        .huge_pages = settings->huge_pages,
        .reserve = phase->prepared->probe ? &phase->run->reserve : NULL,
        .numa = phase->prepared->numa,
        .place = phase->run->cluster->local_rank,
        .spin_ns = phase->prepared->roomy ? SPIN_NS : 0,
    };
    if (!pipeline_open(&bytes->pipeline, &setup, why))
        work_bytes_record_opened(bytes);
    return why->code;
}

static uint64_t planned(const struct work *work)
{
    return ((const struct work_bytes *)work)->planned.bytes;
}

static void go_at(struct work *work, int64_t start_ns)
{
    pipeline_go_at(((struct work_bytes *)work)->pipeline, start_ns);
}

static bool wait_for_end(struct work *work, int64_t limit_ns)
{
    return pipeline_wait(((struct work_bytes *)work)->pipeline, limit_ns);
}

static void peek(const struct work *work, struct work_state *state)
{
    const struct work_bytes *bytes = (const struct work_bytes *)work;
    const struct pipeline *pipeline = bytes->pipeline;
    struct waiting longest;
    *state = (struct work_state){
        .amount = pipeline_bytes(pipeline),
        .edges = pipeline_edges(pipeline),
        .failed = pipeline_failed(pipeline),
        .lost = pipeline_abandoned(pipeline),
        .waits = pipeline_waiting(pipeline, &longest),
    };
    state->reported = pipeline_reports(pipeline, &state->sent);
    if (state->waits)
        state->wait = (struct work_wait){
            .writer = bytes->tasks[longest.io_thread].pieces[longest.piece].writer,
            .what = (uint32_t)longest.what,
            .offset = longest.offset,
            .since_ns = longest.since_ns,
        };
}

static bool edge_of(const struct work *work, uint64_t edge, uint64_t *amount)
{
    return pipeline_edge(((const struct work_bytes *)work)->pipeline, edge, amount);
}

static void set_goal(struct work *work, uint64_t amount, bool settled)
{
    pipeline_set_goal(((struct work_bytes *)work)->pipeline, amount, settled);
}

static int64_t peak(const struct work *work, uint64_t first, uint64_t end)
{
    return pipeline_peak(((const struct work_bytes *)work)->pipeline, first, end);
}

/* Storage that has not answered for this long may hold up a removal too. */
static const int64_t slow_ns = 1000 * 1000 * 1000;

static bool is_slow(const struct pipeline *pipeline)
{
    struct waiting longest;
    return pipeline_waiting(pipeline, &longest) && clock_now_ns() - longest.since_ns >= slow_ns;
}

/* After a signal there may be no time to do it at the end. */
static void remove_early(struct work_bytes *bytes)
{
    const struct phase *phase = bytes->phase;
    const bool keeps = phase->run->settings->keep;
    if (keeps && (!phase->prepared->probe || phase->round))
        return;
    pipeline_skip_sync(bytes->pipeline);
    if (is_slow(bytes->pipeline))
        return;
    if (keeps)
        dataset_remove_early(phase->dataset);
    else
        setup_remove_early(phase->run->setup);
}

static void stop(struct work *work, enum stop_reason reason)
{
    struct work_bytes *bytes = (struct work_bytes *)work;
    if (reason == STOP_SIGINT || reason == STOP_SIGTERM)
        remove_early(bytes);
    pipeline_stop(bytes->pipeline);
}

static bool abandon(struct work *work, int64_t limit_ns)
{
    return pipeline_abandon(((struct work_bytes *)work)->pipeline, limit_ns);
}

static uint32_t owner_of(const struct work *work, uint32_t rank)
{
    const struct phase *phase = ((const struct work_bytes *)work)->phase;
    return phase->kind->writes ? rank : phase->prepared->plan.reads_of[rank];
}

static char *path_of(const struct work *work, const struct slow_request *request, uint64_t *offset,
                     struct failure *why)
{
    const struct phase *phase = ((const struct work_bytes *)work)->phase;
    return dataset_path(phase->dataset, owner_of(work, request->rank), request->file_writer, offset,
                        why);
}

static bool describe(const struct work *work, const struct stall *stall, struct text *line)
{
    const struct phase *phase = ((const struct work_bytes *)work)->phase;
    uint64_t offset = stall->offset;
    char *path =
        dataset_path(phase->dataset, owner_of(work, stall->rank), stall->writer, &offset, NULL);
    if (!path)
        return false;
    text_add(line, "%s of '%s'", pipeline_wait_name((enum wait_kind)stall->what), path);
    if (stall->what == WAIT_WRITE || stall->what == WAIT_READ)
        text_add(line, " at offset %" PRIu64, offset);
    free(path);
    return true;
}

static void end(struct work *work)
{
    struct work_bytes *bytes = (struct work_bytes *)work;
    bool lost = bytes->pipeline && pipeline_abandoned(bytes->pipeline);
    pipeline_close(bytes->pipeline);
    if (bytes->phase->round && !lost)
        work_bytes_restore_cache(bytes);
    opened_release(&bytes->opened, lost);
    if (!lost) { /* threads that wait for storage may come back to them */
        reading_release(&bytes->reading);
        free(bytes->readable);
        free(bytes->rewrites);
        free(bytes->pieces);
        free(bytes->uses);
        free(bytes->tasks);
        free(bytes);
    }
}

static const struct work_methods methods = {
    .prepare = work_bytes_prepare,
    .open = open_pipeline,
    .planned = planned,
    .modes = work_bytes_modes,
    .owner = owner_of,
    .go_at = go_at,
    .wait = wait_for_end,
    .peek = peek,
    .edge = edge_of,
    .set_goal = set_goal,
    .peak = peak,
    .stop = stop,
    .abandon = abandon,
    .join = work_bytes_join,
    .use = work_bytes_use,
    .gather = work_bytes_gather,
    .path = path_of,
    .describe = describe,
    .close = end,
};

int work_bytes_init(struct phase *phase, struct failure *why)
{
    uint32_t parts = phase->dataset->part_count;
    uint32_t threads = phase->kind->writes ? parts : (uint32_t)phase->prepared->settings->writers;
    struct work_bytes *bytes = calloc(1, sizeof *bytes);
    if (!bytes)
        return failure_set(why, -ENOMEM, "not enough memory");
    *bytes = (struct work_bytes){
        .work.methods = &methods,
        .phase = phase,
        .threads = threads,
        .tasks = calloc(threads, sizeof *bytes->tasks),
        .pieces = calloc(threads + parts, sizeof *bytes->pieces), /* each file is cut between two */
        .readable = calloc(parts, sizeof *bytes->readable),
        .rewrites = calloc(parts, sizeof *bytes->rewrites),
    };
    phase->work = &bytes->work;
    if (!bytes->tasks || !bytes->pieces || !bytes->readable || !bytes->rewrites)
        return failure_set(why, -ENOMEM, "not enough memory for %u I/O threads", threads);
    return opened_init(&bytes->opened, threads + parts, why);
}
