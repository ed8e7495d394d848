/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings that data were not on storage when the clock stopped. */
#include "warnings.h"

#include "base/units.h"
#include "load.h"
#include "run_targets.h"

/* If more than this part of the cached bytes (1 / N) is dirty after a sync, or disks got less than
 * this part of the written bytes, nothing was synced. */
enum { DIRTY_SHARE = 100, DISK_SHARE = 10, LEAST_BYTES = 64 << 20 };

static bool did_not_sync(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && phase->writes && !phase->synced;
}

static bool left_in_memory(const struct record_phase *phase)
{
    return did_not_sync(phase) && warning_buffered(phase);
}

static bool synced_files(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && phase->writes && phase->synced &&
           phase->status == RECORD_COMPLETE && phase->total.counters.syncs > 0;
}

static bool left_dirty(const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    return synced_files(phase) &&
           counters->counted_dirty_bytes * DIRTY_SHARE > counters->counted_cached_bytes;
}

/* Disks of which nothing is known may have taken it. */
static bool left_disks_idle(const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    struct load load;
    if (!synced_files(phase) || record_bytes_written(phase) < LEAST_BYTES || phase->reducible ||
        counters->disks_of_node != (int64_t)phase->node_count)
        return false;
    load_find(phase, &load);
    return load.device_nodes == phase->node_count &&
           load.device.written_bytes < record_bytes_written(phase) / DISK_SHARE &&
           counters->disks_written_bytes < record_bytes_written(phase) / DISK_SHARE;
}

static const struct record_target *ignoring_target(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].ignores_sync)
            return &record->targets[i];
    return NULL;
}

bool warning_unsynced(const struct record *record, const struct record_phase *phase)
{
    return phase->total.modes.direct_in_effect != TRUTH_YES &&
           (left_dirty(phase) || (synced_files(phase) && ignoring_target(record)));
}

/* The sync was done, and did nothing. */
static void add_lost_sync(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, synced_files);
    const struct record_target *target = ignoring_target(record);
    char part[UNITS_TEXT], whole[UNITS_TEXT];
    if (phase && target) {
        text_add(
            out,
            "fsync does nothing on '%s' (overlay mounted with 'volatile'): the rate of %s is of "
            "memory and storage together; mount it without that option",
            target->path, phase->name);
    } else if ((phase = warning_phase(record, left_dirty))) {
        units_format_size((uint64_t)phase->total.counters.counted_dirty_bytes, part);
        units_format_size((uint64_t)phase->total.counters.counted_cached_bytes, whole);
        text_add(
            out,
            "after %s was synced, %s of the %s of its files in the page cache were still dirty: "
            "fsync did nothing, so the rate is of memory; see whether a library such as "
            "libeatmydata is preloaded",
            phase->name, part, whole);
    } else if ((phase = warning_phase(record, left_disks_idle))) {
        units_format_size((uint64_t)phase->total.counters.disks_written_bytes, part);
        units_format_size((uint64_t)phase->amount, whole);
        text_add(
            out,
            "%s wrote and synced %s, but the disks of the nodes got %s: the data were still in "
            "memory",
            phase->name, whole, part);
    }
}

void warn_not_synced(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, left_in_memory);
    if (targets_in_memory(record))
        return;
    if (phase)
        text_add(out,
                 "%s was buffered and not synced: part of it was still in memory when the clock "
                 "stopped; use --fsync end",
                 phase->name);
    else
        add_lost_sync(record, out);
}

static bool left_in_device(const struct record_phase *phase)
{
    return did_not_sync(phase) && !warning_buffered(phase);
}

void warn_not_flushed(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, left_in_device);
    if (phase && !targets_in_memory(record))
        text_add(out,
                 "%s was not synced: %sa write cache of the device may have held part of it when "
                 "the clock stopped; use --fsync end",
                 phase->name,
                 phase->total.modes.direct_in_effect == TRUTH_UNKNOWN ? "the page cache or " : "");
}

/* Storage that answers opens a file in far less. */
enum { SLOW_OPEN_NS = 1000 * 1000 * 1000 };

static const struct record_row *slowest_opening(const struct record_phase *phase)
{
    const struct record_row *slowest = NULL;
    for (size_t i = 0; i < phase->rank_count; i++)
        if (!slowest || phase->ranks[i].counters.open_ns > slowest->counters.open_ns)
            slowest = &phase->ranks[i];
    return slowest;
}

static bool opened_slowly(const struct record_phase *phase)
{
    const struct record_row *slowest = slowest_opening(phase);
    return slowest && slowest->counters.open_ns >= SLOW_OPEN_NS &&
           slowest->counters.preallocated_bytes == 0;
}

void warn_slow_open(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, opened_slowly);
    char took[UNITS_TEXT];
    if (!phase)
        return;
    const struct record_row *slowest = slowest_opening(phase);
    units_format_duration(slowest->counters.open_ns, took);
    text_add(out,
             "before %s opening its files took %s on %s, which is in no rate: the storage was slow "
             "to answer",
             phase->name, took, slowest->name);
}
