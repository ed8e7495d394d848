/* SPDX-License-Identifier: Apache-2.0 */
/* Phases that were too short. */
#ifndef TIDEMILL_TESTS_CASES_SHORT_RUN_H
#define TIDEMILL_TESTS_CASES_SHORT_RUN_H

#include "warning_cases.h"

static void spoil_duration(struct record *record)
{
    record->phases[1].duration_ns = 9900000000;
    record->phases[1].active_ns = 9900000000;
}

static void limit_space(struct record *record, int64_t gib)
{
    spoil_duration(record);
    for (size_t i = 0; i < record->target_count; i++)
        record->targets[i].free_bytes = gib << 30;
}

static void spoil_duration_and_some_space(struct record *record)
{
    limit_space(record, 511);
}

static void spoil_duration_and_space(struct record *record)
{
    limit_space(record, 255);
}

static void spoil_by_time(struct record *record)
{
    spoil_duration(record);
    record->phases[1].ended_by = END_TIME;
}

static void spoil_by_time_and_space(struct record *record)
{
    limit_space(record, 300);
    record->phases[0].duration_ns = record->phases[1].duration_ns - 1;
    record->phases[0].ended_by = END_TIME;
}

static void spoil_by_time_without_space(struct record *record)
{
    spoil_by_time_and_space(record);
    limit_space(record, 100);
}

static void spoil_before_time(struct record *record)
{
    spoil_duration(record);
    free(record->options);
    record->options = strdup("time = 60s\n");
}

/* All repetitions take time. */
static void spoil_duration_and_repetition(struct record *record)
{
    spoil_duration(record);
    record->phases[0].repetition = 2;
}

/* The rate is that of --rate, so it does not give the size that takes long enough. */
static void spoil_duration_and_pace(struct record *record)
{
    spoil_duration(record);
    record->phases[1].nodes[0].counters.writer_paced_ns =
        record->phases[1].nodes[0].counters.writer_time_ns;
}

static const struct warning_case short_run_cases[] = {
    {"short-run", SEVERITY_NOTE,
     "02_read took 9.90 s, too short to quote: move more data than --rate lets pass in 10 s",
     spoil_duration_and_pace},
    {"short-run", SEVERITY_NOTE, "--size 256GiB without --time takes", spoil_before_time},
    {"short-run", SEVERITY_NOTE,
     "02_read took 9.90 s, too short to quote: --size 256GiB takes about 67.2 s", spoil_duration},
    {"short-run", SEVERITY_NOTE, "--size 256GiB takes about 67.2 s", spoil_duration_and_repetition},
    {"short-run", SEVERITY_NOTE, "02_read took 9.90 s, too short to quote: give it --time 15s",
     spoil_by_time},
    {"short-run", SEVERITY_NOTE, "01_write took 9.90 s, too short to quote: give it --time 15s",
     spoil_by_time_and_space},
    {"short-run", SEVERITY_NOTE,
     "01_write took 9.90 s, too short to quote, and the target has no space",
     spoil_by_time_without_space},
    {"short-run", SEVERITY_NOTE, "--size 256GiB takes", spoil_duration_and_some_space},
    {"short-run", SEVERITY_NOTE, "has no space for the 256 GiB that it takes",
     spoil_duration_and_space},
};

#endif
