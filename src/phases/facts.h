/*
 * What a rank finds out around a phase, beside the phase's own numbers: where its buffers and
 * threads are, what it goes without, what the kernel moved to and from storage for it, and how
 * much of its files lies in the page cache afterwards. Local; no messages, nothing within the
 * measured time.
 */
#ifndef TIDEMILL_PHASES_FACTS_H
#define TIDEMILL_PHASES_FACTS_H

#include "platform/host.h"
#include "record/record.h"
#include "stats/counters.h"

struct phase;

struct facts {
    struct counters counters;
    struct host_traffic before;
    char not_granted[RECORD_LINE];
};

void facts_init(struct facts *facts, const char *not_granted);

/* Adds one thing that was not had; what is said already is not said again. */
void facts_note(struct facts *facts, const char *text);

/* Right before the start, and once all threads are done. */
void facts_started(struct phase *phase);
void facts_ended(struct phase *phase);

#endif
