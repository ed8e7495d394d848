/* SPDX-License-Identifier: Apache-2.0 */
#include "cached.h"

#include <string.h>

#include "load.h"

static bool reads_through_cache(const struct record_phase *phase)
{
    return phase->reads && phase->unit == UNIT_BYTE && phase->amount > 0 &&
           phase->total.modes.direct_in_effect != TRUTH_YES &&
           phase->total.modes.uncached != TRUTH_YES;
}

/* The kernel counts what it fetches from block devices, and only there its count means something.
 */
static bool is_counted_little(const struct record_phase *phase)
{
    struct load load;
    load_find(phase, &load);
    return load.device_nodes == phase->node_count && load.device_nodes > 0 &&
           phase->total.counters.device_read_bytes < record_bytes_read(phase) / 2;
}

bool cached_hidden(const struct record_phase *phase)
{
    return phase->cache_state == CACHE_CLIENT_COLD || phase->cache_state == CACHE_CLIENT_BYPASSED;
}

int64_t cached_delivered(const struct record_phase *phase)
{
    struct load load;
    if (phase->total.counters.disks_of_node != (int64_t)phase->node_count || !phase->device_count)
        return -1;
    load_find(phase, &load);
    return phase->total.counters.disks_read_bytes + load.device.received_bytes;
}

bool cached_by_daemon(const struct record_phase *phase)
{
    const int64_t delivered = cached_delivered(phase);
    return phase->unit == UNIT_BYTE && cached_hidden(phase) && !phase->reducible &&
           delivered >= 0 && delivered < record_bytes_read(phase) / 2;
}

bool cached_possible(const struct record_phase *phase)
{
    if (!reads_through_cache(phase))
        return false;
    switch (phase->cache_state) {
    case CACHE_NO_READS:
    case CACHE_BYPASSED:
    case CACHE_COLD:
    case CACHE_CLIENT_COLD:
    case CACHE_CLIENT_BYPASSED:
        return false;
    case CACHE_BELOW:
    case CACHE_WARM:
        return true;
    case CACHE_NOT_SAMPLED:
        break;
    }
    /* Where the effect of O_DIRECT is unknown, only what was counted speaks against it. */
    return is_counted_little(phase) || (phase->written_by == WRITTEN_BY_SAME_NODE &&
                                        phase->total.modes.direct_in_effect != TRUTH_UNKNOWN);
}

bool cached_mostly(const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    if (cached_hidden(phase))
        return cached_by_daemon(phase);
    if (!reads_through_cache(phase) || phase->cache_state == CACHE_COLD)
        return false;
    if (counters->sampled_before_pages > 0)
        return counters->cached_before_pages > counters->sampled_before_pages / 2;
    return is_counted_little(phase);
}

bool cached_by_others(const struct record_target *target)
{
    return target->remote || target->hidden_caches ||
           strncmp(target->file_system, "fuse", strlen("fuse")) == 0;
}
