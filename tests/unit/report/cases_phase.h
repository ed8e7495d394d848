/* SPDX-License-Identifier: Apache-2.0 */
/* What a phase did, and how. */
#ifndef TIDEMILL_TESTS_CASES_PHASE_H
#define TIDEMILL_TESTS_CASES_PHASE_H

#include "warning_cases.h"

static inline void set_all(struct record *record, enum record_truth truth)
{
    for (size_t i = 0; i < record->phase_count; i++)
        record->phases[i].total.modes.direct_in_effect = (uint8_t)truth;
}

static void spoil_direct(struct record *record)
{
    set_all(record, TRUTH_NO);
    strcpy(record->phases[0].total.modes.direct_reason, "the file system refuses it");
}

static void spoil_unknown(struct record *record)
{
    set_all(record, TRUTH_UNKNOWN);
}

static void spoil_mixed(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    phase->total.modes.direct_in_effect = TRUTH_MIXED;
    phase->ranks_direct = 4;
    phase->nodes[1].modes.direct_in_effect = TRUTH_NO;
    strcpy(phase->nodes[1].modes.direct_reason, "mounted otherwise");
}

static void spoil_engine(struct record *record)
{
    strcpy(record->phases[0].engine_asked, "uring");
    strcpy(record->phases[0].engine_used, "pwrite");
    strcpy(record->phases[0].engine_reason, "io_uring is disabled by the administrator");
    record->phases[0].engine_cause = ENGINE_UNAVAILABLE;
}

static void spoil_target(struct record *record)
{
    record->targets[0].ram_backed = 1;
    strcpy(record->targets[0].file_system, "tmpfs");
}

static void spoil_null(struct record *record)
{
    record->targets[0].ram_backed = 1;
    record->targets[0].kind = TARGET_KIND_NULL;
    strcpy(record->targets[0].path, "/dev/null");
}

static void spoil_memory(struct record *record)
{
    set_all(record, TRUTH_NO);
    record->nodes[1].memory_limit_bytes = INT64_C(100) << 30;
}

static void spoil_generation(struct record *record)
{
    for (size_t i = 0; i < record->phases[0].node_count; i++) {
        struct counters *counters = &record->phases[0].nodes[i].counters;
        counters->writer_waited_ns = counters->writer_time_ns / 100 * 45;
        counters->producer_waited_ns = 0;
    }
}

static void spoil_checking(struct record *record)
{
    for (size_t i = 0; i < record->phases[1].node_count; i++) {
        struct counters *counters = &record->phases[1].nodes[i].counters;
        counters->producer_time_ns = counters->writer_time_ns;
        counters->producer_bytes = counters->bytes;
        counters->writer_waited_ns = counters->writer_time_ns / 2;
    }
}

static void spoil_requests(struct record *record)
{
    record->phases[0].request_bytes = 4000000;
}

static void spoil_tail(struct record *record)
{
    record->phases[0].end_skew_ns = record->phases[0].duration_ns / 10;
}

static void spoil_node(struct record *record)
{
    record->phases[0].nodes[1].counters.end_ns *= 3;
}

static void spoil_sync(struct record *record)
{
    set_all(record, TRUTH_NO);
    record->phases[0].synced = 0;
}

static void spoil_end(struct record *record)
{
    record->phases[0].nodes[0].counters.buffered_bytes = 3072;
}

static void spoil_evidence(struct record *record)
{
    record->phases[0].nodes[0].counters.sampled_pages = 1000;
    record->phases[0].nodes[0].counters.cached_pages = 200;
}

static void spoil_steadiness(struct record *record)
{
    record->phases[1].steady = TRUTH_NO;
    record->phases[1].round_ns = 1000000000;
}

static void spoil_start(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    phase->start_skew_ns = phase->duration_ns / 20;
    phase->ranks[5].counters.started_ns = phase->start_skew_ns;
}

static void spoil_wall_clock(struct record *record)
{
    record->nodes[1].wall_error_ns = -864000 * INT64_C(1000000000);
}

static void spoil_repetitions(struct record *record)
{
    record->summary = calloc(1, sizeof *record->summary);
    record->summary_count = 1;
    record->summary[0].count = 3;
    strcpy(record->summary[0].phase, "write");
}

static void spoil_spread(struct record *record)
{
    spoil_repetitions(record);
    record->summary[0].spread_ppm = 430000;
    record->summary[0].least_per_s = INT64_C(1) << 30;
    record->summary[0].most_per_s = INT64_C(3) << 29;
}

static void spoil_until(struct record *record)
{
    spoil_repetitions(record);
    record->until_ppm = 10000;
    record->repetitions_most = 30;
}

static void spoil_rank(struct record *record)
{
    record->phases[0].ranks[6].counters.end_ns *= 2;
    record->phases[0].ranks[6].modes.direct_in_effect = TRUTH_NO;
    strcpy(record->nodes[1].kernel, "5.10");
}

static void spoil_gap(struct record *record)
{
    record->phases[1].ranks[6].counters.longest_gap_ns = 3100000000;
}

static void spoil_placement(struct record *record)
{
    record->nodes[1].ranks = 3;
}

static void spoil_placement_by_slurm(struct record *record)
{
    spoil_placement(record);
    strcpy(record->job.launcher, "srun");
}

static void spoil_binding(struct record *record)
{
    record->nodes[1].cpus = 64;
    strcpy(record->nodes[1].allowed_cpus, "0-2,32");
}

static void spoil_binding_by_slurm(struct record *record)
{
    spoil_binding(record);
    strcpy(record->job.launcher, "srun");
    record->nodes[1].bound_by = BINDING_LAUNCHER;
}

static void spoil_cpuset(struct record *record)
{
    spoil_binding(record);
    record->nodes[1].bound_by = BINDING_CPUSET;
}

static void spoil_inherited(struct record *record)
{
    spoil_binding(record);
    record->nodes[1].bound_by = BINDING_INHERITED;
}

static void spoil_space(struct record *record)
{
    record->targets[0].free_bytes = record->targets[0].size_bytes / 25;
}

static void spoil_data(struct record *record)
{
    record->phases[1].nodes[1].counters.bad_blocks = 2;
}

static void spoil_sums(struct record *record)
{
    record->phases[0].amount += 4096;
}

static void spoil_ranks(struct record *record)
{
    record->phases[0].ranks[3].counters.requests++;
}

static void spoil_table(struct record *record)
{
    record->phases[0].node_count = 0;
}

static void spoil_time(struct record *record)
{
    record->phases[0].duration_ns = 1;
}

static void spoil_flush(struct record *record)
{
    record->phases[0].synced = 0;
}

static void spoil_reduction(struct record *record)
{
    strcpy(record->targets[0].file_system, "zfs");
    record->targets[0].compresses = 1;
    record->phases[0].reducible = 1;
}

static void spoil_long_sync(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    phase->ranks[2].counters.longest_sync_ns = phase->nodes[0].counters.longest_sync_ns =
        INT64_C(21300000000);
}

static const struct warning_case phase_cases[] = {
    {"not-steady", SEVERITY_NOTE, "02_read had no steady window", spoil_steadiness},
    {"start-skew", SEVERITY_WARNING, "5.0 % of the phase (last: n002:5)", spoil_start},
    {"wall-clock", SEVERITY_NOTE, "the wall clock of n002 is 240 h behind that of rank 0",
     spoil_wall_clock},
    {"few-repetitions", SEVERITY_NOTE, "3 repetitions are too few for a 95 % interval",
     spoil_repetitions},
    {"wide-spread", SEVERITY_WARNING, "3 repetitions of write reached 1.00 to 1.50 GiB/s, which",
     spoil_spread},
    {"not-sure-enough", SEVERITY_WARNING, "--repeat until=1% was not reached in 30 repetitions",
     spoil_until},
    {"slow-rank", SEVERITY_WARNING, "1 of 8 ranks was far slower than the median", spoil_rank},
    {"slow-rank", SEVERITY_WARNING, "the first differs: O_DIRECT is 'no' instead of 'yes'",
     spoil_rank},
    {"slow-rank", SEVERITY_WARNING, "its kernel is '5.10' instead of ''", spoil_rank},
    {"stalled-rank", SEVERITY_WARNING,
     "in 02_read 1 of 8 ranks had no request answered for long (n002:6 for 3.10 s)", spoil_gap},
    {"uneven-placement", SEVERITY_WARNING, "n002 has 3 ranks and n001 4", spoil_placement},
    {"uneven-placement", SEVERITY_WARNING, "(srun --ntasks-per-node=N)", spoil_placement_by_slurm},
    {"binding", SEVERITY_WARNING, "on n002 16 threads share 4 of 64 cores", spoil_binding},
    {"binding", SEVERITY_WARNING, "use srun --cpus-per-task=4 or --cpu-bind=none",
     spoil_binding_by_slurm},
    {"binding", SEVERITY_WARNING, "the cpuset of the control group allows no others", spoil_cpuset},
    {"binding", SEVERITY_WARNING, "(taskset, numactl)", spoil_inherited},
    {"nearly-full", SEVERITY_WARNING, "'/mnt/pfs' was 96 % full", spoil_space},
    {"reducing-target", SEVERITY_NOTE, "'/mnt/pfs' (zfs) may do so", spoil_reduction},
    {"doubtful-direct", SEVERITY_SERIOUS, "01_write used O_DIRECT as far as the system reports",
     spoil_evidence},
    {"fallback-direct", SEVERITY_WARNING,
     "01_write, 02_read went through the page cache, because the file "
     "system refuses it:",
     spoil_direct},
    {"unknown-direct", SEVERITY_NOTE, "01_write, 02_read opened with O_DIRECT", spoil_unknown},
    {"mixed-direct", SEVERITY_SERIOUS,
     "in 01_write O_DIRECT was in effect on 4 of 8 ranks only (first "
     "other node: n002; mounted otherwise)",
     spoil_mixed},
    {"fallback-engine", SEVERITY_WARNING,
     "engine pwrite was used where uring was asked for: io_uring is "
     "disabled by the administrator; name --engine pwrite",
     spoil_engine},
    {"memory-target", SEVERITY_SERIOUS, "'/mnt/pfs' lives in memory (tmpfs)", spoil_target},
    {"null-target", SEVERITY_NOTE, "/dev/null discards everything", spoil_null},
    {"fits-in-memory", SEVERITY_WARNING,
     "01_write moved 64.0 GiB on n002 through a page cache that may "
     "hold 100 GiB: use --size-per-node 300GiB",
     spoil_memory},
    {"generation-bound", SEVERITY_WARNING, "I/O threads waited 45 % of the time", spoil_generation},
    {"checking-bound", SEVERITY_WARNING,
     "in 02_read checking the data was the limit (I/O threads waited 50 %", spoil_checking},
    {"unaligned-requests", SEVERITY_WARNING,
     "requests of 4000000 bytes are not a multiple of 4096 and cannot use O_DIRECT: use 4MiB",
     spoil_requests},
    {"long-tail", SEVERITY_WARNING, "worked for 10 % of the time", spoil_tail},
    {"nodes-disagree", SEVERITY_WARNING, "in 01_write 1 of 2 nodes stayed below 80 % of the median",
     spoil_node},
    {"nodes-disagree", SEVERITY_WARNING, "of the median of 1.83 GiB/s (n002 with 0.957",
     spoil_node},
    {"wrong-data", SEVERITY_SERIOUS, "data of 02_read were not as written", spoil_data},
    {"does-not-add-up", SEVERITY_SERIOUS, "its nodes together 137438953472 in 32768", spoil_sums},
    {"does-not-add-up", SEVERITY_SERIOUS, "its ranks together 137438953472 in 32769", spoil_ranks},
    {"does-not-add-up", SEVERITY_SERIOUS, "its nodes together 0 in 0 and 0", spoil_table},
    {"does-not-add-up", SEVERITY_SERIOUS, "requests and 1 ns, its nodes", spoil_time},
    {"not-flushed", SEVERITY_NOTE, "01_write was not synced: a write cache of the device",
     spoil_flush},
    {"long-sync", SEVERITY_WARNING,
     "fsync took up to 21.3 s of 23.7 s on n001:2: quote 5.40 GiB/s, not the rate before fsync",
     spoil_long_sync},
    {"not-synced", SEVERITY_SERIOUS, "01_write was buffered and not synced", spoil_sync},
    {"unaligned-tail", SEVERITY_NOTE, "in 01_write 3.00 KiB at the ends of files", spoil_end},
};

#endif
