/* SPDX-License-Identifier: Apache-2.0 */
#include "bottleneck.h"

#include "base/units.h"
#include "cached.h"
#include "ceiling.h"
#include "figures.h"
#include "load.h"
#include "outside.h"
#include "phase_settings.h"
#include "report/summary.h"
#include "run_targets.h"
#include "warnings.h"

/* Share of its time that a side may wait and still count as busy; and from which it was idle. */
static const double busy_limit = 0.2;
static const double idle_limit = 0.5;

bool bottleneck_reading(const struct record_phase *phase)
{
    return phase->reads && !phase->writes;
}

static enum bottleneck by_waits(const struct counters *counters)
{
    if (counters->writer_time_ns <= 0)
        return BOTTLENECK_UNKNOWN;
    double paced = (double)counters->writer_paced_ns / (double)counters->writer_time_ns;
    if (paced > idle_limit)
        return BOTTLENECK_RATE;
    if (counters->producer_time_ns <= 0 || counters->producer_bytes <= 0)
        return BOTTLENECK_NO_COUNTERPART;
    double writers = (double)counters->writer_waited_ns / (double)counters->writer_time_ns;
    double producers = (double)counters->producer_waited_ns / (double)counters->producer_time_ns;
    if (writers < busy_limit && producers < busy_limit)
        return BOTTLENECK_BALANCED;
    if (writers > idle_limit && producers > idle_limit)
        return BOTTLENECK_NEITHER;
    return writers <= producers ? BOTTLENECK_STORAGE : BOTTLENECK_PRODUCERS;
}

enum bottleneck bottleneck_within(const struct record_phase *phase)
{
    if (outside_stopped(phase))
        return BOTTLENECK_STOPPED;
    enum bottleneck kind = by_waits(&phase->total.counters);
    bool storage = kind == BOTTLENECK_STORAGE || kind == BOTTLENECK_NO_COUNTERPART;
    return storage && cached_mostly(phase) ? BOTTLENECK_MEMORY : kind;
}

enum bottleneck bottleneck_of(const struct record *record, const struct record_phase *phase)
{
    const enum bottleneck kind = bottleneck_within(phase);
    if (kind == BOTTLENECK_RATE || kind == BOTTLENECK_STOPPED)
        return kind;
    if (outside_quota(record, phase, NULL))
        return BOTTLENECK_QUOTA;
    return outside_cap(record, phase, NULL) ? BOTTLENECK_CAP : kind;
}

/* What the I/O threads wait for. */
static const char *storage_name(const struct record *record, const struct record_phase *phase)
{
    struct load load;
    load_find(phase, &load);
    if (phase->discards)
        return "I/O threads, as nothing is stored";
    if (targets_in_memory(record))
        return "memory, where the target is";
    if (warning_unsynced(record, phase))
        return "memory, as fsync did nothing";
    if (load_is_idle(&load, phase))
        return "file system and page cache, not the device";
    return load_is_partial(&load, phase) ? "storage, not the device alone" : "storage";
}

/* How busy the nodes' devices were, where they are known. */
static void add_device(const struct record_phase *phase, struct text *out)
{
    struct load load;
    struct text device = {0};
    load_find(phase, &load);
    load_print_device(&load, &device);
    if (device.length)
        text_add(out, "; %s", text_string(&device));
    out->failed |= device.failed;
    text_release(&device);
}

/* How long both sides waited, "I/O threads waited 9 % of the time for data, data threads ..."; of
 * storage as the limit it is enough that I/O threads did not. */
static void add_waits(const struct record_phase *phase, bool storage, struct text *out)
{
    const struct counters *counters = &phase->total.counters;
    const bool reading = bottleneck_reading(phase);
    char io[FIGURES_TEXT];
    char data[FIGURES_TEXT];
    figures_share(counters->writer_waited_ns, counters->writer_time_ns, io);
    figures_share(counters->producer_waited_ns, counters->producer_time_ns, data);
    const bool mixed = phase->reads && phase->writes;
    text_add(out, "I/O threads waited %s of the time for %s", io,
             mixed     ? "data or a free buffer"
             : reading ? "a free buffer"
                       : "data");
    if (!storage)
        text_add(out, ", data threads %s for %s", data,
                 mixed     ? "a buffer"
                 : reading ? "data"
                           : "a free buffer");
}

/* What shows that the page cache answered. */
static void add_memory(const struct record_phase *phase, struct text *out)
{
    const struct counters *counters = &phase->total.counters;
    char fetched[UNITS_TEXT];
    text_add(out, "memory, not storage: ");
    if (cached_hidden(phase)) {
        units_format_size((uint64_t)cached_delivered(phase), fetched);
        text_add(out, "disks and networks of the nodes delivered %s", fetched);
    } else if (counters->sampled_before_pages > 0) {
        text_add(out, "the page cache held %lld of %lld sampled pages before",
                 (long long)counters->cached_before_pages,
                 (long long)counters->sampled_before_pages);
    } else {
        units_format_size((uint64_t)counters->device_read_bytes, fetched);
        text_add(out, "the kernel fetched %s from storage", fetched);
    }
    if (counters->producer_time_ns > 0 && counters->producer_bytes > 0) {
        text_add(out, "; ");
        add_waits(phase, false, out);
    }
}

/* How much of the allowed rate was reached; where that is unknown, how long the limit held. */
static void add_rate_limit(const struct record *record, const struct record_phase *phase,
                           struct text *out)
{
    const struct counters *counters = &phase->total.counters;
    const int64_t allowed = phase_settings_rate(record, phase);
    const double rate = figures_rate(phase->amount, phase->duration_ns);
    char share[FIGURES_TEXT];
    char whole[UNITS_TEXT];
    if (allowed <= 0) {
        figures_share(counters->writer_paced_ns, counters->writer_time_ns, share);
        text_add(out, "the rate limit: I/O threads waited %s of the time for it", share);
        return;
    }
    figures_share((int64_t)rate, allowed, share);
    units_show_amount((uint64_t)allowed, phase->unit, whole);
    text_add(out, "the rate limit: %s of the %s%s that %s allows", share, whole,
             phase->unit == UNIT_BYTE ? "/s" : " per second",
             phase->unit == UNIT_BYTE ? "--rate" : "--operation-rate");
}

static void add_bottleneck(const struct record *record, const struct record_phase *phase,
                           struct text *out)
{
    bool reading = bottleneck_reading(phase);
    const enum bottleneck kind = bottleneck_of(record, phase);
    switch (kind) {
    case BOTTLENECK_UNKNOWN:
        text_add(out, "unknown: no waits were measured");
        return;
    case BOTTLENECK_RATE:
        add_rate_limit(record, phase, out);
        return;
    case BOTTLENECK_NO_COUNTERPART:
        if (phase->unit == UNIT_OPERATION)
            text_add(out, "%s: only I/O threads worked", storage_name(record, phase));
        else
            text_add(out, "%s: the data were %s, so only I/O threads worked",
                     storage_name(record, phase), reading ? "not checked" : "ready-made");
        return;
    case BOTTLENECK_MEMORY:
        add_memory(phase, out);
        return;
    case BOTTLENECK_QUOTA:
        outside_quota(record, phase, out);
        return;
    case BOTTLENECK_CAP:
        outside_cap(record, phase, out);
        return;
    case BOTTLENECK_STOPPED:
        text_add(out, "the program itself: ");
        outside_add_stop(phase, out);
        return;
    case BOTTLENECK_STORAGE:
        text_add(out, "%s: ", storage_name(record, phase));
        break;
    case BOTTLENECK_PRODUCERS:
        text_add(out, "%s: ", reading ? "checking the data" : "generation");
        break;
    case BOTTLENECK_BALANCED:
        text_add(out, "balanced, both sides were busy: ");
        break;
    case BOTTLENECK_NEITHER:
        text_add(out, "neither side, both mostly waited%s: ",
                 warning_unsynced(record, phase) ? "" : " (more --buffer-count may help)");
        break;
    }
    add_waits(phase, kind == BOTTLENECK_STORAGE, out);
}

void summary_bottleneck(const struct record *record, const struct record_phase *phase,
                        struct text *out)
{
    struct ceiling lower;
    add_bottleneck(record, phase, out);
    add_device(phase, out);
    if (!ceiling_lower(record, phase, &lower))
        return;
    text_add(out, "; ");
    ceiling_share(phase, &lower, out);
}
