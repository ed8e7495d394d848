/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about limits from outside: what a run shows under them is not the storage. */
#include "warnings.h"

#include <string.h>

#include "outside.h"

/* Adds the first phase that such a limit held back. */
static bool add_limited(const struct record *record,
                        bool (*limits)(const struct record *, const struct record_phase *,
                                       struct text *),
                        struct text *out)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        if (!limits(record, &record->phases[i], NULL))
            continue;
        text_add(out, "in %s ", record->phases[i].name);
        return limits(record, &record->phases[i], out);
    }
    return false;
}

void warn_cpu_quota(const struct record *record, struct text *out)
{
    if (add_limited(record, outside_quota, out))
        text_add(out, ": the rate shows the quota, not the storage. Raise it (cpu.max; "
                      "cpu.cfs_quota_us in version 1), or request more cores from the batch "
                      "system or container.");
}

void warn_io_cap(const struct record *record, struct text *out)
{
    if (add_limited(record, outside_cap, out))
        text_add(out, ": the rate shows the cap, not the storage. Raise it (io.max; "
                      "blkio.throttle.* in version 1), or run outside this control group.");
}

void warn_cpus_changed(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        if (!node->cpus_at_end[0] || strcmp(node->cpus_at_end, node->allowed_cpus) == 0)
            continue;
        text_add(out,
                 "the ranks on %s could use CPUs %s at the start and %s at the end: a CPU went "
                 "offline or a cpuset was changed meanwhile, so the phases differ in what they had",
                 node->hostname, node->allowed_cpus, node->cpus_at_end);
        return;
    }
}
