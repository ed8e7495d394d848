/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <stdio.h>
#include <string.h>

#include "phase.h"

void facts_init(struct facts *facts, const char *not_granted)
{
    *facts = (struct facts){0};
    counters_clear(&facts->counters);
    facts_add_degraded(facts, GRANT_FIXED_BUFFERS, not_granted);
}

void facts_add_degraded(struct facts *facts, int64_t grants, const char *text)
{
    size_t used = strlen(facts->not_granted);
    if (!*text || (facts->not_granted_set & grants) == grants)
        return;
    facts->not_granted_set |= grants;
    snprintf(facts->not_granted + used, sizeof facts->not_granted - used, "%s%s", used ? "; " : "",
             text);
}

void facts_keep(const struct facts *facts, struct record_modes *modes)
{
    modes->not_granted_set = facts->not_granted_set;
    text_copy(modes->not_granted, sizeof modes->not_granted, facts->not_granted);
}

static void read_node(const struct phase *phase, struct traffic *traffic)
{
    *traffic = (struct traffic){0};
    if (phase->run->cluster->leader)
        traffic_read("", phase_device(phase), traffic);
}

static void keep_node(const struct phase *phase, struct counters *counters)
{
    const struct traffic *from = &phase->facts.node_before;
    struct traffic to;
    read_node(phase, &to);
    if (to.of_device == from->of_device && to.of_node == from->of_node) {
        counters->dirtied_of_device = to.of_device;
        counters->dirtied_of_node = to.of_node;
        counters->dirtied_bytes = to.dirtied_bytes - from->dirtied_bytes;
        counters->written_back_bytes = to.written_back_bytes - from->written_back_bytes;
    }
    if (to.disks == from->disks) {
        counters->disks_of_node = to.disks > 0;
        counters->disks_read_bytes = to.disks_read_bytes - from->disks_read_bytes;
        counters->disks_written_bytes = to.disks_written_bytes - from->disks_written_bytes;
    }
}

void facts_started(struct phase *phase)
{
    read_node(phase, &phase->facts.node_before);
    host_read_traffic(&phase->facts.before);
    cgroup_read_throttling("", &phase->facts.throttled_before);
}

void facts_ended(struct phase *phase)
{
    struct counters *counters = &phase->facts.counters;
    struct cgroup_throttling throttled;
    struct host_traffic now;
    host_read_traffic(&now);
    keep_node(phase, counters);
    cgroup_read_throttling("", &throttled);
    counters->device_read_bytes = now.read_bytes - phase->facts.before.read_bytes;
    counters->device_written_bytes = now.written_bytes - phase->facts.before.written_bytes;
    counters->quota_periods = throttled.periods - phase->facts.throttled_before.periods;
    counters->quota_throttled_periods =
        throttled.throttled_periods - phase->facts.throttled_before.throttled_periods;
    counters->quota_throttled_ns =
        throttled.throttled_ns - phase->facts.throttled_before.throttled_ns;
}
