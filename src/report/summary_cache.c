/* SPDX-License-Identifier: Apache-2.0 */
/* "cache": what the page caches of the nodes had to do with a phase, and what shows it. */
#include "base/units.h"
#include "cached.h"
#include "run_targets.h"
#include "summary_parts.h"
#include "warnings.h"

/* Do the data go through caches that the nodes do not see? */
static bool has_caches_elsewhere(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (cached_by_others(&record->targets[i]))
            return true;
    return false;
}

/* Pages of the files that were found in the page cache before and after the phase. */
static void add_sample(const struct counters *all, struct text *out)
{
    const int64_t before = all->sampled_before_pages;
    const int64_t after = all->sampled_pages;
    if (before > 0)
        text_add(out, "of %lld sampled pages %lld cached before", (long long)before,
                 (long long)all->cached_before_pages);
    if (before > 0 && after == before)
        text_add(out, ", %lld after", (long long)all->cached_pages);
    else if (after > 0)
        text_add(out, "%sof %lld sampled pages %lld cached after", before > 0 ? ", " : "",
                 (long long)after, (long long)all->cached_pages);
}

/* What the kernel moved to or from storage for the ranks. */
static void add_moved(const struct record *record, const struct record_phase *phase,
                      struct text *out)
{
    const struct counters *all = &phase->total.counters;
    const bool synced = (phase->synced && !warning_unsynced(record, phase)) ||
                        phase->total.modes.direct_in_effect == TRUTH_YES;
    char read[UNITS_TEXT];
    char written[UNITS_TEXT];
    units_format_size((uint64_t)(all->device_read_bytes > 0 ? all->device_read_bytes : 0), read);
    units_format_size((uint64_t)(all->device_written_bytes > 0 ? all->device_written_bytes : 0),
                      written);
    text_add(out, "; kernel: ");
    if (phase->reads)
        text_add(out, "%s from storage%s", read, phase->writes ? ", " : "");
    if (phase->writes)
        text_add(out, "%s %s", written, synced ? "to storage" : "into the page cache");
}

/* What became dirty, where it is of the device alone, or decided what is not reported. */
static void add_dirtied(const struct record_phase *phase, struct text *out)
{
    const struct counters *all = &phase->total.counters;
    const bool of_device = all->dirtied_of_device == (int64_t)phase->node_count;
    char dirtied[UNITS_TEXT];
    if (!phase->writes || all->dirtied_bytes < 0 ||
        (!of_device && (phase->total.modes.direct_cause != DIRECT_NOT_REPORTED ||
                        all->dirtied_of_device + all->dirtied_of_node == 0)))
        return;
    units_format_size((uint64_t)all->dirtied_bytes, dirtied);
    text_add(out, "; %s became dirty in the page cache (%s)", dirtied,
             of_device ? "device" : "node, all processes");
}

static const char *state_name(const struct record_phase *phase)
{
    if (phase->total.modes.uncached == TRUTH_YES)
        return "pages dropped at once";
    switch ((enum record_truth)phase->total.modes.direct_in_effect) {
    case TRUTH_YES:
        return "bypassed";
    case TRUTH_MIXED:
        if (phase->total.modes.direct_cause == DIRECT_UNALIGNED)
            return "bypassed, except for what was not aligned";
        return phase->ranks_total == 1 ? "bypassed in part" : "bypassed by some ranks only";
    case TRUTH_UNKNOWN:
        return "unknown whether O_DIRECT bypasses it";
    case TRUTH_NO:
        break;
    }
    if (!phase->reads)
        return "used";
    if (phase->cache_state == CACHE_COLD)
        return "cold before reading";
    if (phase->cache_state == CACHE_CLIENT_COLD)
        return "empty on the client before reading";
    if (phase->cache_state == CACHE_BELOW)
        return "used, and the device below keeps its data in memory";
    return phase->cache_state == CACHE_WARM ? "warm before reading" : "used";
}

void summary_cache(const struct record *record, const struct record_phase *phase, struct text *out)
{
    const struct counters *all = &phase->total.counters;
    const bool elsewhere = has_caches_elsewhere(record);
    struct text shown = {0};
    if (phase->discards || phase->amount == 0 || phase->unit != UNIT_BYTE ||
        targets_in_memory(record))
        return;
    add_sample(all, &shown);
    if (!elsewhere && all->sampled_before_pages + all->sampled_pages > 0)
        add_moved(record, phase, &shown);
    if (shown.length)
        add_dirtied(phase, &shown);
    summary_line(out, "cache", "%s%s%s%s%s", state_name(phase),
                 warning_unsynced(record, phase) ? ", and fsync did nothing" : "",
                 shown.length ? ": " : "", text_string(&shown),
                 elsewhere ? "; caches of daemons and servers unknown" : "");
    out->failed |= shown.failed;
    text_release(&shown);
}
