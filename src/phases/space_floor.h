/* Watches '--free-space-floor' while a phase writes: others may fill the file system, too. */
#ifndef TIDEMILL_PHASES_SPACE_FLOOR_H
#define TIDEMILL_PHASES_SPACE_FLOOR_H

#include "phase.h"

/* Looks about once a second, on each node's leader, and only after bytes have gone through: a file
 * system that hangs is not asked. False once free space is below the floor: phase->shortage. */
bool space_floor_kept(struct phase *phase, int64_t now_ns);

#endif
