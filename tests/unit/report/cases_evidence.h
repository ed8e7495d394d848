/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel counted around a phase. */
#ifndef TIDEMILL_TESTS_CASES_EVIDENCE_H
#define TIDEMILL_TESTS_CASES_EVIDENCE_H

#include "cases_phase.h"

/* The kernel counted on every node. */
static void count(struct record *record, size_t phase, const struct counters *counted)
{
    for (size_t i = 0; i < record->phases[phase].node_count; i++) {
        struct counters *counters = &record->phases[phase].nodes[i].counters;
        counters->syncs = counted->syncs;
        counters->dirtied_bytes = counted->dirtied_bytes;
        counters->dirtied_of_device = counted->dirtied_of_device;
        counters->dirtied_of_node = counted->dirtied_of_node;
        counters->disks_of_node = counted->disks_of_node;
        counters->disks_read_bytes = counted->disks_read_bytes;
        counters->disks_written_bytes = counted->disks_written_bytes;
        counters->counted_files = 1;
        counters->counted_cached_bytes = counted->counted_cached_bytes;
        counters->counted_dirty_bytes = counted->counted_dirty_bytes;
    }
}

static void give_rows(struct record_phase *phase, const char *device, int64_t received_bytes)
{
    phase->device_count = phase->node_count;
    phase->devices = calloc(phase->device_count, sizeof *phase->devices);
    for (size_t i = 0; i < phase->device_count; i++) {
        phase->devices[i].node = (int64_t)i;
        phase->devices[i].received_bytes = received_bytes;
        strcpy(phase->devices[i].device, device);
    }
}

static void leave_dirty(struct record *record)
{
    set_all(record, TRUTH_NO);
    count(record, 0,
          &(struct counters){
              .syncs = 4, .counted_cached_bytes = 100 << 20, .counted_dirty_bytes = 50 << 20});
}

static void leave_clean(struct record *record)
{
    set_all(record, TRUTH_NO);
    count(record, 0,
          &(struct counters){
              .syncs = 4, .counted_cached_bytes = 100 << 20, .counted_dirty_bytes = 1 << 20});
}

static void leave_dirty_in_memory(struct record *record)
{
    leave_dirty(record);
    spoil_target(record);
}

static void leave_dirty_when_stopped(struct record *record)
{
    leave_dirty(record);
    record->phases[0].status = RECORD_INTERRUPTED;
}

static void mount_volatile(struct record *record)
{
    count(record, 0, &(struct counters){.syncs = 4});
    record->targets[0].ignores_sync = 1;
}

static void leave_disks_idle(struct record *record)
{
    count(record, 0,
          &(struct counters){.syncs = 4, .disks_of_node = 1, .disks_written_bytes = 3 << 20});
    give_rows(&record->phases[0], "vda", 0);
}

static void leave_other_disks_idle(struct record *record)
{
    leave_disks_idle(record);
    record->phases[0].devices[1].device[0] = 0;
}

static void dirty_the_device(struct record *record)
{
    count(record, 0,
          &(struct counters){.dirtied_of_device = 1, .dirtied_bytes = INT64_C(60) << 30});
}

static void dirty_the_node(struct record *record)
{
    count(record, 0, &(struct counters){.dirtied_of_node = 1, .dirtied_bytes = INT64_C(60) << 30});
}

static void read_from_a_daemon(struct record *record)
{
    record->phases[1].cache_state = CACHE_CLIENT_BYPASSED;
    count(record, 1, &(struct counters){.disks_of_node = 1, .disks_read_bytes = 5 << 20});
    give_rows(&record->phases[1], "", 3 << 20);
}

static void read_from_servers(struct record *record)
{
    record->phases[1].cache_state = CACHE_CLIENT_COLD;
    set_all(record, TRUTH_UNKNOWN);
    count(record, 1, &(struct counters){.disks_of_node = 1, .disks_read_bytes = 5 << 20});
    give_rows(&record->phases[1], "", INT64_C(50) << 30);
}

#endif
