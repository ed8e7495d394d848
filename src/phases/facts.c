#include "facts.h"

#include <stdio.h>
#include <string.h>

#include "phase.h"

void facts_init(struct facts *facts, const char *not_granted)
{
    *facts = (struct facts){0};
    counters_clear(&facts->counters);
    facts_note(facts, not_granted);
}

void facts_note(struct facts *facts, const char *text)
{
    char *said = facts->not_granted;
    size_t used = strlen(said);
    if (!text || !*text || strstr(said, text))
        return;
    snprintf(said + used, sizeof facts->not_granted - used, "%s%s", used ? "; " : "", text);
}

void facts_started(struct phase *phase)
{
    host_traffic(&phase->facts.before);
}

void facts_ended(struct phase *phase)
{
    struct counters *counters = &phase->facts.counters;
    struct host_traffic now;
    host_traffic(&now);
    counters->device_read_bytes = now.read_bytes - phase->facts.before.read_bytes;
    counters->device_written_bytes = now.written_bytes - phase->facts.before.written_bytes;
}
