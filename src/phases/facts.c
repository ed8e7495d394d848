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

void facts_started(struct phase *phase)
{
    host_read_traffic(&phase->facts.before);
    cgroup_read_throttling("", &phase->facts.throttled_before);
}

void facts_ended(struct phase *phase)
{
    struct counters *counters = &phase->facts.counters;
    struct cgroup_throttling throttled;
    struct host_traffic now;
    host_read_traffic(&now);
    cgroup_read_throttling("", &throttled);
    counters->device_read_bytes = now.read_bytes - phase->facts.before.read_bytes;
    counters->device_written_bytes = now.written_bytes - phase->facts.before.written_bytes;
    counters->quota_periods = throttled.periods - phase->facts.throttled_before.periods;
    counters->quota_throttled_periods =
        throttled.throttled_periods - phase->facts.throttled_before.throttled_periods;
    counters->quota_throttled_ns =
        throttled.throttled_ns - phase->facts.throttled_before.throttled_ns;
}
