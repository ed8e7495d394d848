/* SPDX-License-Identifier: Apache-2.0 */
/* What is slow, and what kept a phase busy. */
#ifndef TIDEMILL_TESTS_CASES_SLOW_H
#define TIDEMILL_TESTS_CASES_SLOW_H

#include "warning_cases.h"

/* Seven nodes, the third of which is ill. */
static void spoil_one_of_many(struct record *record)
{
    static const struct sample many = {7, 14, INT64_C(16) << 30, 4096, 3e9, false};
    record_release(record);
    sample_record(record, &many);
}

static void spoil_writer(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    phase->writer_count = 2 * phase->rank_count;
    phase->writers = calloc(phase->writer_count, sizeof *phase->writers);
    for (size_t i = 0; i < phase->writer_count; i++) {
        phase->writers[i] = phase->ranks[i / 2];
        phase->writers[i].writer = (int64_t)i % 2;
        snprintf(phase->writers[i].name, sizeof phase->writers[i].name, "n00%zu:%zu.%zu", i / 8 + 1,
                 i / 2, i % 2);
    }
    phase->writers[5].counters.end_ns *= 2;
}

/* Two targets, one on each node; the second is slow. */
static void spoil_target_rate(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    phase->used_target_count = phase->node_count;
    phase->used_targets = calloc(phase->used_target_count, sizeof *phase->used_targets);
    phase->nodes[1].counters.end_ns *= 5;
    phase->duration_ns = phase->nodes[1].counters.end_ns;
    for (size_t i = 0; i < phase->used_target_count; i++) {
        struct record_used_target *used = &phase->used_targets[i];
        *used = (struct record_used_target){.target = (int64_t)i, .nodes = 1, .ranks = 4};
        snprintf(used->path, sizeof used->path, "/mnt/%zu", i);
        snprintf(used->device, sizeof used->device, "sd%c", 'a' + (int)i);
        used->bytes = phase->nodes[i].counters.bytes;
        used->end_ns = phase->nodes[i].counters.end_ns;
    }
}

static void spoil_processors(struct record *record)
{
    for (size_t i = 0; i < record->phases[0].node_count; i++) {
        struct counters *counters = &record->phases[0].nodes[i].counters;
        counters->writer_cpu_ns = counters->writer_time_ns / 100 * 95;
    }
}

/* The devices get one request of a MiB at a time, where many of four are in flight. */
static void spoil_queue(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    phase->device_count = phase->node_count;
    phase->devices = calloc(phase->device_count, sizeof *phase->devices);
    for (size_t i = 0; i < phase->device_count; i++)
        phase->devices[i] = (struct record_device){
            .node = (int64_t)i,
            .device = "vda",
            .width_ns = phase->duration_ns,
            .busy_ns = phase->duration_ns / 2,
            .queue_ns = phase->duration_ns,
            .requests = phase->amount >> 20,
            .written_bytes = phase->amount / 2 + (1 << 20),
        };
}

/* One request in 50 takes 2 s; of two nodes only the second has such requests. */
static void spoil_slow_requests(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    histogram_clear(&phase->latency);
    for (int i = 0; i < 2000; i++)
        histogram_record(&phase->latency, i % 50 ? 30000000 : 2000000000);
    phase->nodes[0].latency.p99_ns = 40000000;
    phase->nodes[1].latency.p99_ns = 2000000000;
}

static void spoil_slow_requests_one_by_one(struct record *record)
{
    spoil_slow_requests(record);
    record->phases[0].depth = 1;
}

/* The slowest were sent at one instant. */
static void spoil_slow_requests_at_once(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    spoil_slow_requests(record);
    phase->slowest = realloc(phase->slowest, 3 * sizeof *phase->slowest);
    for (size_t i = phase->slowest_count; i < 3; i++)
        phase->slowest[i] = (struct record_slow){0};
    phase->slowest_count = 3;
    for (size_t i = 0; i < 3; i++)
        phase->slowest[i].sent_ns = 12000000000 + (int64_t)i * 100000000;
}

/* From a third of the phase on, others write half as much again to the device of the second node.
 */
static void spoil_share(struct record *record)
{
    enum { ROWS = 6 };
    struct record_phase *phase = &record->phases[0];
    for (size_t i = 0; i < record->target_count; i++)
        record->targets[i].remote = 0;
    phase->device_count = phase->bin_count = ROWS;
    phase->devices = calloc(ROWS, sizeof *phase->devices);
    phase->bins = calloc(ROWS, sizeof *phase->bins);
    for (size_t i = 0; i < ROWS; i++) {
        const int64_t width_ns = phase->duration_ns / ROWS;
        const int64_t amount = phase->nodes[1].counters.bytes / ROWS;
        phase->bins[i] = (struct record_bin){
            .node = 1, .start_ns = (int64_t)i * width_ns, .width_ns = width_ns, .amount = amount};
        phase->devices[i] =
            (struct record_device){.node = 1,
                                   .device = "vda",
                                   .start_ns = (int64_t)i * width_ns,
                                   .width_ns = width_ns,
                                   .busy_ns = width_ns,
                                   .requests = 1000,
                                   .written_bytes = amount + (i < 2 ? 0 : amount / 2)};
    }
}

static const struct warning_case slow_cases[] = {
    {"slow-requests", SEVERITY_WARNING,
     "in 01_write the slowest 1 % of the requests took at least 2.00 s, 66 times the median of "
     "30.0 ms, on n002 only; the slowest are spread over the phase: compare a lower --depth",
     spoil_slow_requests},
    {"slow-requests", SEVERITY_WARNING, "are spread over the phase: quote percentiles",
     spoil_slow_requests_one_by_one},
    {"slow-requests", SEVERITY_WARNING,
     "the 3 slowest were sent between 12.0 s and 12.2 s after the start",
     spoil_slow_requests_at_once},
    {"slow-target", SEVERITY_WARNING, "in 01_write target '/mnt/1' (sdb) had 0.5",
     spoil_target_rate},
    {"slow-node", SEVERITY_WARNING, "in 01_write 1 of 7 nodes was far slower than the median",
     spoil_one_of_many},
    {"slow-writer", SEVERITY_WARNING,
     "in 01_write 1 of 16 I/O threads was far slower than the median of", spoil_writer},
    {"processor-bound", SEVERITY_NOTE, "in 01_write I/O threads used 95 % of a core each",
     spoil_processors},
    {"foreign-load", SEVERITY_WARNING, "GiB on the device of n002, from ", spoil_share},
    {"held-above-device", SEVERITY_NOTE, "passes on few at once as a file grows", spoil_queue},
};

#endif
