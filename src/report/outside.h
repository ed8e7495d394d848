/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What held a phase back from outside: the CPU quota and the I/O caps of control groups, and
 * ranks that were stopped. While one does, neither the storage nor the settings explain the rate.
 * Pure.
 */
#ifndef TIDEMILL_REPORT_OUTSIDE_H
#define TIDEMILL_REPORT_OUTSIDE_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

/* Returns true if a limit held the phase back, and adds it with its numbers to 'out' (if given). */
bool outside_quota(const struct record *record, const struct record_phase *phase, struct text *out);
bool outside_cap(const struct record *record, const struct record_phase *phase, struct text *out);

/* Did a rank not run for most of the phase, or for long enough to matter? */
bool outside_stopped(const struct record_phase *phase);
bool outside_paused(const struct record_phase *phase);

/* Adds for how long, "vm:0 did not run for 4.05 s of 4.45 s". */
void outside_add_stop(const struct record_phase *phase, struct text *out);

#endif
