/* SPDX-License-Identifier: Apache-2.0 */
/* Reports waits for storage, and that a signal ends the run. */
#ifndef TIDEMILL_PHASES_WATCHDOG_H
#define TIDEMILL_PHASES_WATCHDOG_H

#include "phases/run.h"
#include "prepare/prepared.h"

/* Reports a line with the time of day. Rank 0, any thread. */
void watchdog_report(const struct run *run, const char *line);

/* Reports the end of a wait that was reported. */
void watchdog_report_end(const struct run *run, const struct reported_wait *wait);

/* Returns from when on a wait is reported, in ns; 0: never. */
int64_t watchdog_limit_ns(const struct run *run);

/* Call it on every rank that knows of a signal; rank 0 reports once how to remove what may stay
 * behind. Any thread. */
void watchdog_stopping(struct run *run, int signal_number);

#endif
