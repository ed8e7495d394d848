/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watchdog of a phase: storage that does not answer is reported by rank 0 for all ranks;
 * and given up, where the user wants that. Main thread, while the pools work.
 */
#ifndef TIDEMILL_PHASES_STALL_H
#define TIDEMILL_PHASES_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "cluster/cluster.h"
#include "phases/reported_wait.h"

struct phase;
struct work_state;

struct stall_watch {
    int64_t seen_ns; /* rank 0: since when any rank has waited for storage; 0 = none does */
    struct reported_wait wait;
    struct stall longest; /* of all ranks, as last reported */
};

/* Passes on what this rank waits for, receives the same of others, and reports it. True when this
 * rank has waited for longer than '--stall-abort' allows. */
bool stall_poll(struct phase *phase, const struct work_state *state);

/* Adds which rank waits for which file: the wait that was reported last, or this rank's own if that
 * is long; false if there is none. */
bool stall_describe(const struct phase *phase, const struct work_state *state, struct text *line);

/* After a stop: continues without I/O threads that have waited for longer than that. True when no
 * other thread is left; phase->run->given_up is set then. */
bool stall_give_up(struct phase *phase);

#endif
