/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The passes of a task that starts over and writes. A pass begins when all requests of the one
 * before are complete, so that two writes of one place never overtake each other. Buffers that data
 * threads have filled for a later pass are held back until then.
 */
#ifndef TIDEMILL_PIPELINE_PASSES_H
#define TIDEMILL_PIPELINE_PASSES_H

#include "io_thread.h"

/* Does the I/O thread have to wait for its requests in flight? Begins the next pass if not. */
bool passes_wait(struct io_thread *thread);

/* Takes a buffer that was held back for this pass; false if there is none. */
bool passes_take(struct io_thread *thread, uint32_t *number);

/* Holds a buffer back; false if it is of this pass. */
bool passes_hold(struct io_thread *thread, uint32_t number);

#endif
