/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a ring in the best mode that the kernel supports, for the engine that moves bytes and for
 * metadata operations. The thread that opens a ring is the only one that may use it.
 */
#ifndef TIDEMILL_ENGINES_URING_OPEN_H
#define TIDEMILL_ENGINES_URING_OPEN_H

#include "engines/engine.h"

struct io_uring; /* liburing.h */

/* Opens a ring; 'reason' lists what the kernel refused. Returns 0, or -errno with the likely
 * cause. */
int uring_open(struct io_uring *ring, uint32_t depth, const struct engine_mode *mode,
               char reason[ENGINE_REASON], struct failure *why);

/* Adds "what: the error" to the list of what the kernel refused. */
void uring_add_reason(char reason[ENGINE_REASON], const char *what, int error);

#endif
