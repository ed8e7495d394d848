/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why the kernel refused a ring: the likely cause of each errno of io_uring_setup, and what to do.
 * Reads the sysctl and the limit that may have caused it.
 */
#ifndef TIDEMILL_ENGINES_URING_REFUSAL_H
#define TIDEMILL_ENGINES_URING_REFUSAL_H

#include "base/failure.h"

/* Sets 'why' for a positive errno; returns -error. */
int uring_refused(struct failure *why, int error);

#endif
