/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --until-steady: rounds of all ranks are summed on rank 0 while a phase runs, from what their
 * main threads pass up between other messages; the phase may end when the last five are steady.
 */
#ifndef TIDEMILL_PHASES_UNTIL_STEADY_H
#define TIDEMILL_PHASES_UNTIL_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#include "stats/rounds.h"

struct phase;
struct work_state;

struct steady_watch {
    uint64_t edges_sent;  /* the last edge of the rounds that was passed on */
    struct rounds rounds; /* rank 0: of all ranks, as last received */
    bool reached;         /* rank 0: their last window is steady */
};

/* Passes on the edges that the I/O threads have passed since the last call. Rank 0 sets the watch
 * once they are steady. */
void until_steady_poll(struct phase *phase, const struct work_state *state);

#endif
