/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings from what a phase kept busy: cores, and devices that get few requests at once. */
#include "warnings.h"

#include "base/units.h"
#include "bottleneck.h"
#include "figures.h"
#include "load.h"

/* A thread that computes for more of its time is short of CPU time. */
static const double cpu_limit = 0.9;
/* A device that is busy for more of the time is not kept waiting. */
static const double device_limit = 0.95;

/* How many times more in flight than at the device, and the fewest requests in flight. */
enum { FEW_AT_DEVICE = 4 };

static bool is_short_of_cpu(const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    return warning_counts(phase) && !warning_paced(phase) && counters->writer_time_ns > 0 &&
           (double)counters->writer_cpu_ns > cpu_limit * (double)counters->writer_time_ns;
}

void warn_processors(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_free_phase(record, is_short_of_cpu);
    char share[FIGURES_TEXT];
    if (!phase)
        return;
    figures_share(phase->total.counters.writer_cpu_ns, phase->total.counters.writer_time_ns, share);
    text_add(out,
             "in %s I/O threads used %s of a core each: the cores were the limit, not the storage; "
             "raise --writers, or --buffer-size",
             phase->name, share);
}

/* Did the devices get what the phase wrote, and seldom much of it at a time? */
static bool is_held_above_device(const struct record_phase *phase)
{
    struct load load;
    if (!warning_counts_bytes(phase) || warning_paced(phase) || warning_slow_target(phase) ||
        phase->duration_ns < WARNING_LEAST_NS || !phase->writes ||
        phase->total.modes.direct_in_effect != TRUTH_YES)
        return false;
    load_find(phase, &load);
    const struct record_device *device = &load.device;
    return load.device_nodes == phase->node_count && load.in_flight >= FEW_AT_DEVICE &&
           device->written_bytes > record_bytes_written(phase) / 2 &&
           (double)device->busy_ns < device_limit * (double)device->width_ns &&
           load.device_bytes * FEW_AT_DEVICE < load.in_flight_bytes;
}

static bool was_given_blocks(const struct record_phase *phase)
{
    return phase->total.counters.preallocated_bytes > 0;
}

/* File systems take one write at a time where a file grows, so that most of what is in flight waits
 * for its turn (ext4: exclusive inode lock for direct writes past the end). */
void warn_held_above_device(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_free_phase(record, is_held_above_device);
    if (!phase)
        return;
    struct load load;
    char sent[UNITS_TEXT];
    char there[UNITS_TEXT];
    char busy[FIGURES_TEXT];
    load_find(phase, &load);
    units_format_size((uint64_t)load.in_flight_bytes, sent);
    units_format_size((uint64_t)load.device_bytes, there);
    figures_share(load.device.busy_ns, load.device.width_ns, busy);
    bool grows = !warning_phase(record, was_given_blocks) && record->target_count > 0 &&
                 record->targets[0].kind == TARGET_KIND_DIRECTORY;
    text_add(out,
             "in %s %s were in flight, %s of them at the device (%s %s busy): the file system "
             "passes on few at once%s; try %s",
             phase->name, sent, there, load.device.device, busy, grows ? " as a file grows" : "",
             grows ? "--preallocate or more files"
                   : "more files (--layout writer and more --writers)");
}
