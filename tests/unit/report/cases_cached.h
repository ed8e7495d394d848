/* SPDX-License-Identifier: Apache-2.0 */
/* Reads that the page cache may have answered. */
#ifndef TIDEMILL_TESTS_CASES_CACHED_H
#define TIDEMILL_TESTS_CASES_CACHED_H

#include "cases_phase.h"

static void set_cache(struct record *record, enum record_cache_state state,
                      enum record_written_by written_by)
{
    set_all(record, TRUTH_NO);
    record->phases[1].cache_state = state;
    record->phases[1].written_by = written_by;
}

static void spoil_cache(struct record *record)
{
    set_cache(record, CACHE_NOT_SAMPLED, WRITTEN_BY_SAME_NODE);
}

static void spoil_stored(struct record *record)
{
    set_cache(record, CACHE_WARM, WRITTEN_BY_EARLIER_RUN);
}

static void spoil_shifted(struct record *record)
{
    set_cache(record, CACHE_WARM, WRITTEN_BY_OTHER_NODE);
}

static void spoil_loop(struct record *record)
{
    set_cache(record, CACHE_BELOW, WRITTEN_BY_OTHER_NODE);
}

/* The pages were not sampled, and the kernel fetched little for what was read. */
static void spoil_counts(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    set_cache(record, CACHE_NOT_SAMPLED, WRITTEN_BY_EARLIER_RUN);
    read->device_count = read->node_count;
    read->devices = calloc(read->device_count, sizeof *read->devices);
    for (size_t i = 0; i < read->device_count; i++) {
        read->devices[i] = (struct record_device){.node = (int64_t)i, .device = "vda"};
        read->nodes[i].counters.device_read_bytes = read->amount / 5;
    }
}

static const struct warning_case cached_cases[] = {
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have come from the page cache", spoil_cache},
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have come from the page cache", spoil_stored},
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have come from the page cache", spoil_shifted},
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have come from the page cache", spoil_loop},
    {"cached-reads", SEVERITY_SERIOUS, "02_read came from the page cache", spoil_counts},
};

#endif
