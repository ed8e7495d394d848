/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rank finds out around a phase, in addition to the phase's own numbers: where its buffers
 * and threads are, what was not granted to it, what the kernel moved to and from storage for it,
 * and how much of its files is in the page cache afterwards. Local: no messages, nothing within the
 * measured time.
 */
#ifndef TIDEMILL_PHASES_FACTS_H
#define TIDEMILL_PHASES_FACTS_H

#include "platform/cgroup.h"
#include "platform/host.h"
#include "platform/traffic.h"
#include "record/record.h"
#include "stats/counters.h"

struct phase;

struct facts {
    struct counters counters;
    struct host_traffic before;
    struct traffic node_before; /* of the first rank of a node */
    struct cgroup_throttling throttled_before;
    int64_t not_granted_set; /* sum of enum record_grant */
    char not_granted[RECORD_LINE];
};

void facts_init(struct facts *facts, const char *not_granted);

/* Adds one thing that was not granted, or several with one line; each once. */
void facts_add_degraded(struct facts *facts, int64_t grants, const char *text);

/* What was not granted so far, into the modes of this rank. */
void facts_keep(const struct facts *facts, struct record_modes *modes);

/* Right before the start, and once all threads are done. */
void facts_started(struct phase *phase);
void facts_ended(struct phase *phase);

#endif
