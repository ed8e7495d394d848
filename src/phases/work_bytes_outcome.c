/* SPDX-License-Identifier: Apache-2.0 */
/* What a rank's I/O threads and data threads did, as one outcome. */
#include "work_bytes.h"

#include <errno.h>
#include <stdlib.h>

/* Where at least this share of the bytes was not direct, the mode is mixed. */
enum { MIXED_SHARE = 100 };

static void merge_slowest(const struct work_bytes *bytes, uint32_t io_thread, struct slowest *into)
{
    const struct task *task = &bytes->tasks[io_thread];
    struct slowest own = pipeline_outcome(bytes->pipeline, io_thread)->slowest;
    for (uint32_t i = 0; i < own.count; i++) {
        own.requests[i].rank = bytes->phase->run->cluster->rank;
        own.requests[i].writer = io_thread;
        own.requests[i].file_writer = task->pieces[own.requests[i].piece].writer;
    }
    slowest_merge(into, &own);
}

/* What opening all files of an I/O thread took. */
static int64_t opens_ns(const struct work_bytes *bytes, uint32_t io_thread)
{
    const uint32_t first = work_bytes_first(bytes, io_thread);
    int64_t sum_ns = 0;
    for (uint32_t i = first; i < first + bytes->tasks[io_thread].piece_count; i++)
        sum_ns += bytes->opened.opens_ns[i];
    return sum_ns;
}

/* What was done weighs more than how the file was opened: where most bytes were too few or not
 * aligned enough to go direct, the cache was not bypassed. */
static void judge_by_share(const struct counters *counters, struct record_modes *modes)
{
    if (modes->direct_in_effect != TRUTH_YES ||
        counters->buffered_bytes * MIXED_SHARE <= counters->bytes)
        return;
    bool most = counters->buffered_bytes * 2 > counters->bytes;
    modes->direct_in_effect = (uint8_t)(most ? TRUTH_NO : TRUTH_MIXED);
    modes->direct_cause = DIRECT_UNALIGNED;
    modes->direct_reason[0] = 0;
}

/* How an I/O thread's files were opened. */
static void modes_of_files(const struct work_bytes *bytes, uint32_t index,
                           struct record_modes *modes)
{
    const uint32_t first = work_bytes_first(bytes, index);
    *modes = (struct record_modes){0};
    for (uint32_t i = first; i < first + bytes->tasks[index].piece_count; i++) {
        const struct file *file = &bytes->opened.modes[i];
        struct record_modes own = {
            .direct_opened = (uint8_t)file->opened,
            .direct_in_effect = (uint8_t)file->in_effect,
            .direct_cause = (uint8_t)file->cause,
            .uncached = bytes->phase->prepared->mode.uncached,
            .buffers_fixed = pipeline_outcome(bytes->pipeline, index)->buffers_fixed,
        };
        text_copy(own.direct_reason, sizeof own.direct_reason, file->reason);
        if (bytes->opened.paths[i])
            record_modes_merge(modes, &own, i == first);
    }
}

/* ... and how its transfers went. */
static void modes_of_thread(const struct work_bytes *bytes, uint32_t index,
                            struct record_modes *modes)
{
    const struct outcome *outcome = pipeline_outcome(bytes->pipeline, index);
    modes_of_files(bytes, index, modes);
    if (outcome->direct_refused) {
        modes->direct_in_effect = TRUTH_NO;
        modes->direct_cause = DIRECT_TRANSFER_REFUSED;
        text_copy(modes->direct_reason, sizeof modes->direct_reason,
                  "the file system refused direct transfers with 'Invalid argument'");
    }
    judge_by_share(&outcome->counters, modes);
    if (outcome->uncached_refused) {
        modes->uncached = TRUTH_NO;
        modes->not_granted_set = GRANT_UNCACHED;
        text_copy(modes->not_granted, sizeof modes->not_granted,
                  "RWF_DONTCACHE refused: requests went through the page cache as usual");
    } else if (outcome->reason[0]) {
        modes->not_granted_set = GRANT_ENGINE_MODE;
        text_copy(modes->not_granted, sizeof modes->not_granted, outcome->reason);
    }
}

bool work_bytes_modes(const struct work *work, struct record_modes *modes)
{
    const struct work_bytes *bytes = (const struct work_bytes *)work;
    bool first = true;
    for (uint32_t i = 0; i < bytes->threads; i++) {
        struct record_modes own;
        if (!bytes->tasks[i].piece_count)
            continue;
        modes_of_files(bytes, i, &own);
        record_modes_merge(modes, &own, first);
        first = false;
    }
    return !first;
}

static void row_of_thread(const struct work_bytes *bytes, uint32_t index,
                          const struct histogram *latency, struct record_row *row)
{
    const struct outcome *thread = pipeline_outcome(bytes->pipeline, index);
    *row = (struct record_row){.writer = index, .counters = thread->counters};
    modes_of_thread(bytes, index, &row->modes);
    text_copy(row->first_failure, sizeof row->first_failure, thread->failure.text);
    record_latency_of(latency, &row->latency);
}

static void add_half(struct work_half *half, const struct outcome *thread,
                     enum engine_direction direction)
{
    half->bytes += thread->bytes[direction];
    histogram_merge(&half->latency, &thread->latency[direction]);
    timeline_merge(&half->timeline, &thread->timeline[direction]);
}

static void add_thread(const struct work_bytes *bytes, uint32_t i, struct work_outcome *outcome)
{
    const struct outcome *thread = pipeline_outcome(bytes->pipeline, i);
    const struct counters *counters = &thread->counters;
    struct histogram latency;
    histogram_clear(&latency);
    pipeline_merge_latency(bytes->pipeline, i, &latency);
    if (bytes->tasks[i].piece_count && outcome->threads)
        row_of_thread(bytes, i, &latency, &outcome->threads[outcome->thread_count++]);
    histogram_merge(&outcome->latency, &latency);
    histogram_merge(&outcome->intended, &thread->intended);
    histogram_merge(&outcome->parts[WORK_OPEN], &thread->opening);
    histogram_merge(&outcome->parts[WORK_CLOSE], &thread->closing);
    histogram_merge(&outcome->files, &thread->files);
    if (counters->requests && !bytes->tasks[i].files)
        histogram_record(&outcome->files,
                         opens_ns(bytes, i) + counters->end_ns - counters->first_ns);
    add_half(&outcome->halves[HALF_READ], thread, ENGINE_READ);
    add_half(&outcome->halves[HALF_WRITE], thread, ENGINE_WRITE);
    for (int direction = 0; direction < ENGINE_DIRECTIONS; direction++)
        timeline_merge(&outcome->timeline, &thread->timeline[direction]);
    if (counters->last_ns > outcome->last_ns)
        outcome->last_ns = counters->last_ns;
    merge_slowest(bytes, i, &outcome->slowest);
    outcome->left -= (uint64_t)counters->requests;
    failure_set(&outcome->failure, thread->failure.code, "%s", thread->failure.text);
}

/* Keeps for later phases what a thread wrote in place: whole passes, and a part of one more. What
 * a thread that was lost has written in which pass is not known. */
static void keep_rewritten(const struct work_bytes *bytes, uint32_t i)
{
    const struct outcome *thread = pipeline_outcome(bytes->pipeline, i);
    struct part *part = &bytes->phase->dataset->parts[i];
    const struct rewrite rewrite = {
        .generation = bytes->phase->dataset->generation + thread->passes,
        .mix = bytes->tasks[i].mix,
        .done = thread->acknowledged,
        .unsettled = thread->unsettled,
    };
    if (thread->passes == PASSES_UNKNOWN)
        part->acknowledged = (struct acknowledged){0};
    else
        rewrites_add(&part->rewrites, &rewrite, thread->passes, &part->acknowledged);
}

/* Keeps for later phases what a thread wrote. */
static void keep_written(const struct work_bytes *bytes, uint32_t i)
{
    const struct dataset *dataset = bytes->phase->dataset;
    struct part *part = &dataset->parts[i];
    if (bytes->phase->kind->updates) {
        keep_rewritten(bytes, i);
        return;
    }
    part->acknowledged = pipeline_outcome(bytes->pipeline, i)->acknowledged;
    rewrites_start(&part->rewrites, dataset->generation);
}

void work_bytes_join(struct work *work, struct work_outcome *outcome)
{
    struct work_bytes *bytes = (struct work_bytes *)work;
    const struct phase *phase = bytes->phase;
    work_outcome_clear(outcome);
    if (!phase->run->given_up)
        work_bytes_record_ended(bytes);
    outcome->left = bytes->planned.requests;
    outcome->threads = calloc(bytes->threads, sizeof *outcome->threads);
    for (uint32_t i = 0; i < bytes->threads; i++) {
        add_thread(bytes, i, outcome);
        if (phase->kind->writes)
            keep_written(bytes, i);
    }
    if (phase->loops)
        outcome->left = bytes->planned.requests > 0;
    outcome->beside = *pipeline_data_counters(bytes->pipeline);
    outcome->beside.open_ns = bytes->opened.open_ns;
    pipeline_handling(bytes->pipeline, &outcome->making, &outcome->queue_wait);
    if (!outcome->threads)
        failure_set(&outcome->failure, -ENOMEM, "not enough memory for the results");
}
