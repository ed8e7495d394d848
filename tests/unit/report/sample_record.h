/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as real runs leave them, with plausible and fixed numbers, for viewing reports and for
 * comparing them word by word.
 */
#ifndef TIDEMILL_TESTS_SAMPLE_RECORD_H
#define TIDEMILL_TESTS_SAMPLE_RECORD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"

struct sample {
    int64_t nodes;
    int64_t ranks;
    int64_t bytes_per_rank;
    int64_t requests_per_rank;
    double node_rate; /* bytes per second of a node that is well */
    bool buffered;
};

/* Deterministic spread between -1 and 1. */
static double sample_spread(int64_t i)
{
    return (double)((i * 2654435761U + 12345) % 2001) / 1000 - 1;
}

static void sample_histogram(struct histogram *histogram, int64_t requests, int64_t typical_ns,
                             int64_t salt)
{
    for (int64_t i = 0; i < requests; i++) {
        double slow = i % 997 == 0 ? 4 : i % 89 == 0 ? 2 : 1;
        double spread = 1 + 0.2 * sample_spread(i + salt);
        histogram_record(histogram, (int64_t)((double)typical_ns * slow * spread));
    }
}

static void sample_row(struct record_row *row, const struct sample *sample, int64_t ranks,
                       int64_t end_ns, bool writing)
{
    row->node = row->rank = row->writer = -1;
    counters_clear(&row->counters);
    row->counters.bytes = ranks * sample->bytes_per_rank;
    row->counters.requests = ranks * sample->requests_per_rank;
    row->counters.writer_time_ns = ranks * end_ns;
    row->counters.writer_waited_ns = ranks * end_ns / 50;
    if (writing) {
        row->counters.producer_time_ns = ranks * end_ns;
        row->counters.producer_waited_ns = ranks * end_ns / 100 * 71;
        row->counters.producer_bytes = row->counters.bytes;
    }
    row->counters.started_ns = 10000;
    row->counters.first_ns = 20000;
    row->counters.last_ns = end_ns - end_ns / 100;
    row->counters.end_ns = end_ns;
    row->modes.direct_opened = row->modes.direct_in_effect =
        sample->buffered ? TRUTH_NO : TRUTH_YES;
}

static int64_t sample_end(const struct sample *sample, int64_t node)
{
    double speed = sample->node_rate * (1 + 0.05 * sample_spread(node));
    if (node == 2)
        speed *= 0.6; /* the third node, if there is one, is ill */
    double bytes = (double)(sample->ranks / sample->nodes * sample->bytes_per_rank);
    return (int64_t)(bytes / speed * 1e9);
}

static void sample_slowest(struct record_phase *phase, const struct sample *sample)
{
    char path[64];
    phase->slowest_count = 3;
    phase->slowest = calloc(phase->slowest_count, sizeof *phase->slowest);
    for (size_t i = 0; i < phase->slowest_count; i++) {
        struct record_slow *slow = &phase->slowest[i];
        int64_t rank = (int64_t)i % sample->ranks;
        *slow = (struct record_slow){
            .rank = rank,
            .node = rank / (sample->ranks / sample->nodes),
            .offset = (int64_t)(37 * (i + 1)) << 22,
            .length = 4 << 20,
            .sent_ns = phase->duration_ns / (int64_t)(i + 2),
            .latency_ns = phase->latency.max_ns - (int64_t)i * 1000000,
        };
        snprintf(slow->name, sizeof slow->name, "n%03lld:%lld.0", (long long)slow->node + 1,
                 (long long)rank);
        snprintf(path, sizeof path, "/mnt/pfs/tidemill-7c1e09d2/r%lld", (long long)rank);
        slow->path = strdup(path);
    }
}

/* What a phase of this kind does. */
static inline void sample_kind(struct record_phase *phase, const char *kind)
{
    bool verifies = strcmp(kind, "verify") == 0;
    snprintf(phase->kind, sizeof phase->kind, "%s", kind);
    phase->writes = strcmp(kind, "write") == 0;
    phase->reads = verifies || strcmp(kind, "read") == 0;
    phase->checks = verifies;
}

static void sample_phase(struct record *record, const struct sample *sample, const char *kind)
{
    struct record_phase *phase = record_add_phase(record);
    int64_t per_node = sample->ranks / sample->nodes;
    int64_t first_ns = INT64_MAX;
    bool writing = strcmp(kind, "write") == 0;
    snprintf(phase->name, sizeof phase->name, "%02zu_%s", record->phase_count, kind);
    sample_kind(phase, kind);
    phase->status = RECORD_COMPLETE;
    phase->repetition = 1;
    phase->position = (int64_t)record->phase_count;
    phase->node_count = (size_t)sample->nodes;
    phase->nodes = calloc(phase->node_count, sizeof *phase->nodes);
    phase->node_latency = calloc(phase->node_count, sizeof *phase->node_latency);
    phase->rank_count = (size_t)sample->ranks;
    phase->ranks = calloc(phase->rank_count, sizeof *phase->ranks);
    for (int64_t i = 0; i < sample->nodes; i++) {
        struct record_row *node = &phase->nodes[i];
        int64_t end_ns = sample_end(sample, i);
        sample_row(node, sample, per_node, end_ns, writing);
        node->node = i;
        snprintf(node->name, sizeof node->name, "n%03lld", (long long)i + 1);
        int64_t typical = end_ns / (sample->requests_per_rank / 16 + 1);
        sample_histogram(&phase->node_latency[i], per_node * sample->requests_per_rank, typical, i);
        record_latency_of(&phase->node_latency[i], &node->latency);
        histogram_merge(&phase->latency, &phase->node_latency[i]);
        if (end_ns > phase->duration_ns)
            phase->duration_ns = end_ns;
        if (end_ns < first_ns)
            first_ns = end_ns;
    }
    for (int64_t i = 0; i < sample->ranks; i++) {
        struct record_row *rank = &phase->ranks[i];
        int64_t end_ns = sample_end(sample, i / per_node) / 1000 * (1000 - i % per_node);
        sample_row(rank, sample, 1, end_ns, writing);
        rank->node = i / per_node;
        rank->rank = i;
        rank->latency = phase->nodes[i / per_node].latency;
        snprintf(rank->name, sizeof rank->name, "n%03lld:%lld", (long long)(i / per_node) + 1,
                 (long long)i);
    }
    phase->amount = phase->amount_planned = sample->ranks * sample->bytes_per_rank;
    phase->requests = sample->ranks * sample->requests_per_rank;
    if (sample->ranks > 1) {
        phase->end_skew_ns = phase->duration_ns - first_ns;
        phase->active_ns = first_ns - first_ns / 100;
        phase->first_through_ns = INT64_MAX;
        for (size_t i = 0; i < phase->rank_count; i++)
            if (phase->ranks[i].counters.last_ns < phase->first_through_ns)
                phase->first_through_ns = phase->ranks[i].counters.last_ns;
        phase->slack_ns = 20000000;
        phase->start_skew_ns = 84000;
        phase->clock_error_ns = sample->nodes > 1 ? 4300 : 0;
        phase->active_amount =
            (int64_t)((double)phase->amount * (double)first_ns / (double)phase->duration_ns * 1.02);
    }
    for (size_t i = 0; i < phase->rank_count && sample->ranks > 1; i++) {
        const struct counters *counters = &phase->ranks[i].counters;
        phase->ranks_per_s += (int64_t)((double)counters->bytes * 1e9 / (double)counters->end_ns);
    }
    if (writing) {
        sample_histogram(&phase->queue_wait, phase->requests, phase->latency.max_ns / 9, 5);
        sample_histogram(&phase->making, phase->requests, phase->latency.min_ns / 40, 7);
    }
    sample_slowest(phase, sample);
    phase->steady = TRUTH_UNKNOWN;
    strcpy(phase->engine_asked, "auto");
    strcpy(phase->engine_used, sample->buffered ? "pwrite" : "uring");
    phase->request_bytes = 4 << 20;
    phase->depth = 16;
    phase->writers_each = phase->producers_each = 2;
    phase->synced = 1;
    phase->direct_asked = PREFER;
    phase->total.modes.direct_opened = phase->total.modes.direct_in_effect =
        sample->buffered ? TRUTH_NO : TRUTH_YES;
    if (sample->buffered)
        strcpy(phase->total.modes.direct_reason, "'/mnt/pfs' refuses O_DIRECT: Invalid argument");
    phase->ranks_total = sample->ranks;
    phase->ranks_direct = sample->buffered ? 0 : sample->ranks;
    if (!writing) {
        bool shifted = sample->nodes > 1;
        phase->shift = shifted;
        phase->written_by = shifted ? WRITTEN_BY_OTHER_NODE : WRITTEN_BY_SAME_NODE;
        phase->cache_state = CACHE_NOT_SAMPLED;
        strcpy(phase->cache, shifted ? "other node wrote" : "may be cached: same node wrote");
    }
}

/* After a change of the nodes' rows. */
static inline void sample_totals(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++)
        record_total(&record->phases[i]);
}

static void __attribute__((unused))
sample_record(struct record *record, const struct sample *sample)
{
    memset(record, 0, sizeof *record);
    record->schema_version = RECORD_SCHEMA;
    record->status = RECORD_COMPLETE;
    strcpy(record->tool_version, "0.1.0");
    strcpy(record->run_id, "7c1e09d2");
    strcpy(record->started_utc, "2024-11-25T01:47:00Z");
    strcpy(record->finished_utc, "2024-11-25T01:47:31Z");
    strcpy(record->plan_fingerprint, "5a0c44be91d3f017");
    strcpy(record->job.launcher, sample->ranks > 1 ? "mpirun" : "alone");
    record->job.launched = sample->ranks > 1;
    if (sample->nodes > 1)
        strcpy(record->job.job_id, "4711");
    record->command_line = strdup("tidemill run /mnt/pfs");
    record->options = strdup("size-per-rank = 1GiB\nphases = write,read\nlayout = rank\n"
                             "buffer-size = 4MiB\nbuffer-count = 36\nproducers = 2\nwriters = 2\n"
                             "depth = 16\ngenerate = each\nengine = auto\ndirect = prefer\n"
                             "fsync = end\nseed = 42\ntarget = /mnt/pfs\n");
    record->node_count = (size_t)sample->nodes;
    record->nodes = calloc(record->node_count, sizeof *record->nodes);
    for (int64_t i = 0; i < sample->nodes; i++) {
        snprintf(record->nodes[i].hostname, sizeof record->nodes[i].hostname, "n%03lld",
                 (long long)i + 1);
        record->nodes[i].ranks = sample->ranks / sample->nodes;
        record->nodes[i].memory_bytes = record->nodes[i].memory_limit_bytes = INT64_C(64) << 30;
    }
    record->target_count = 1;
    record->targets = calloc(1, sizeof *record->targets);
    strcpy(record->targets[0].node, "n001");
    strcpy(record->targets[0].path, "/mnt/pfs");
    record->targets[0].kind = TARGET_KIND_DIRECTORY;
    strcpy(record->targets[0].file_system, sample->nodes > 1 ? "lustre" : "ext4");
    strcpy(record->targets[0].device, sample->nodes > 1 ? "" : "nvme0n1");
    record->targets[0].planned_bytes = sample->ranks * sample->bytes_per_rank;
    record->targets[0].remote = sample->nodes > 1;
    record->targets[0].shared = sample->nodes > 1 ? TRUTH_YES : TRUTH_UNKNOWN;
    strcpy(record->targets[0].source, sample->nodes > 1 ? "mgs@tcp:/pfs" : "");
    record->targets[0].size_bytes = INT64_C(4) << 40;
    record->targets[0].free_bytes = INT64_C(1800) << 30;
    sample_phase(record, sample, "write");
    sample_phase(record, sample, "read");
    sample_totals(record);
}

static inline void sample_operation_rows(struct record_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rows[i].counters.operations = rows[i].counters.bytes >> 14;
        rows[i].counters.bytes = 0;
        record_modes_clear(&rows[i].modes);
    }
}

/* Turns each 16 KiB of a phase into an operation; O_DIRECT does not apply to it. */
static inline void sample_operations(struct record_phase *phase)
{
    phase->unit = UNIT_OPERATION;
    phase->amount >>= 14;
    phase->amount_planned >>= 14;
    sample_operation_rows(phase->nodes, phase->node_count);
    sample_operation_rows(phase->ranks, phase->rank_count);
    record_modes_clear(&phase->total.modes);
    record_total(phase);
}

/* A probe that moved 3 GiB; 0 or -ENOMEM. */
static inline int sample_ceiling(struct record *record, enum record_probe probe, int64_t ms,
                                 const char *reason)
{
    struct record_ceiling ceiling = {
        .probe = probe, .bytes = INT64_C(3) << 30, .duration_ns = ms * 1000000};
    snprintf(ceiling.reason, sizeof ceiling.reason, "%s", reason);
    snprintf(ceiling.direction, sizeof ceiling.direction, "write");
    return record_add_ceiling(record, &ceiling);
}

/* As many probes as a run makes, of 'ms' with two percent between one and the next; the median is
 * the rate of 'ms'. */
static inline int sample_ceilings(struct record *record, const char *kind, enum record_probe probe,
                                  int64_t ms)
{
    int failed = 0;
    for (int64_t i = 0; i < 7; i++) {
        struct record_ceiling ceiling = {.probe = probe,
                                         .bytes = INT64_C(3) << 30,
                                         .round = i + 1,
                                         .duration_ns = ms * (100 + 2 * (3 - i)) * 10000};
        snprintf(ceiling.direction, sizeof ceiling.direction, "%s", kind);
        failed |= record_add_ceiling(record, &ceiling);
    }
    return failed;
}

/* As a rank or a node that had no share is kept. */
static inline void sample_idle(struct record_row **rows, size_t *count, const char *name)
{
    *rows = reallocarray(*rows, *count + 1, sizeof **rows);
    struct record_row *row = &(*rows)[(*count)++];
    *row = (struct record_row){.rank = -1, .writer = -1};
    snprintf(row->name, sizeof row->name, "%s", name);
    counters_clear(&row->counters);
    row->modes.direct_opened = row->modes.direct_in_effect = TRUTH_UNKNOWN;
}

/* Three ranks more, one of them on a node of its own, that had nothing to do. */
static inline void sample_idle_ranks(struct record_phase *phase)
{
    for (int i = 0; i < 3; i++)
        sample_idle(&phase->ranks, &phase->rank_count, i < 2 ? "n001:90" : "n900:91");
    sample_idle(&phase->nodes, &phase->node_count, "n900");
    phase->node_latency =
        reallocarray(phase->node_latency, phase->node_count, sizeof *phase->node_latency);
    phase->node_latency[phase->node_count - 1] = (struct histogram){0};
}

#endif
