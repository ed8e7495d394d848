/* SPDX-License-Identifier: Apache-2.0 */
/* Watches '--free-space-floor' while a phase writes: others may fill the file system, too. */
#ifndef TIDEMILL_PHASES_SPACE_FLOOR_H
#define TIDEMILL_PHASES_SPACE_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

struct phase;

struct space_watch {
    int64_t checked_ns;      /* when the free space was last checked */
    uint64_t bytes;          /* acknowledged by this rank at that time */
    struct failure shortage; /* the free space has fallen below the floor */
};

/* Checks about once a second, on each node's leader, and only after bytes were acknowledged: a file
 * system that hangs is not asked. False once free space is below the floor: the shortage is set
 * then. */
bool space_floor_check(struct phase *phase, uint64_t bytes, int64_t now_ns);

#endif
