#include "cached.h"

#include <string.h>

#include "load.h"

static bool reads_through_cache(const struct record_phase *phase)
{
    return phase->reads && phase->unit == UNIT_BYTE && phase->amount > 0 &&
           phase->total.modes.direct_in_effect != TRUTH_YES &&
           phase->total.modes.uncached != TRUTH_YES;
}

/* The kernel counts what it fetches from block devices, and only there its count says something. */
static bool is_counted_little(const struct record_phase *phase)
{
    struct load load;
    load_find(phase, &load);
    return load.device_nodes == phase->node_count && load.device_nodes > 0 &&
           phase->total.counters.device_read_bytes < phase->amount / 2;
}

bool cached_possible(const struct record_phase *phase)
{
    if (!reads_through_cache(phase))
        return false;
    switch (phase->cache_state) {
    case CACHE_NO_READS:
    case CACHE_BYPASSED:
    case CACHE_COLD:
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
    if (!reads_through_cache(phase) || phase->cache_state == CACHE_COLD)
        return false;
    if (counters->sampled_before_pages > 0)
        return counters->cached_before_pages > counters->sampled_before_pages / 2;
    return is_counted_little(phase);
}

bool cached_by_others(const struct record_target *target)
{
    return target->remote || strncmp(target->file_system, "fuse", strlen("fuse")) == 0;
}
