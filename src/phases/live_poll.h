/* SPDX-License-Identifier: Apache-2.0 */
/* --live: each second of a phase, as the ranks pass it up between other messages. */
#ifndef TIDEMILL_PHASES_LIVE_POLL_H
#define TIDEMILL_PHASES_LIVE_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/cluster.h"

struct phase;
struct record_phase;
struct work_state;

struct live_watch {
    const struct record_phase *record; /* rank 0: of this phase; NULL elsewhere */
    struct pulse mine;                 /* of this rank's last second */
    int64_t taken_ns;                  /* when it was taken, since the start of the phase */
    uint64_t window; /* of stats/peaks.h: the first one that it does not include */
};

/* Takes this rank's last second when another one has passed, and calls the listener on rank 0 when
 * that of all ranks is known. */
void live_poll(struct phase *phase, const struct work_state *state, bool works, int64_t now_ns);

#endif
