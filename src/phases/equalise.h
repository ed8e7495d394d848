/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --equalise: when the time of a phase is over, the I/O threads of all ranks continue to the amount
 * of the fastest one (plan/tail.h). The main threads find that amount while the phase runs.
 */
#ifndef TIDEMILL_PHASES_EQUALISE_H
#define TIDEMILL_PHASES_EQUALISE_H

#include <stdbool.h>
#include <stdint.h>

struct phase;
struct work_state;

struct equalise_watch {
    uint64_t goal;
    bool settled; /* all ranks have reported */
};

/* Passes on what the threads have reported, and to them the goal. */
void equalise_poll(struct phase *phase, const struct work_state *state);

/* Returns how long the main thread may sleep, at most 'most_ns': threads wait for the goal. */
int64_t equalise_nap_ns(const struct phase *phase, int64_t most_ns);

#endif
