/*
 * Limits from outside that held a phase back: the CPU quota and the I/O caps of control groups.
 * While one does, neither the storage nor the settings explain the rate. Pure.
 */
#ifndef TIDEMILL_REPORT_OUTSIDE_H
#define TIDEMILL_REPORT_OUTSIDE_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

/* Returns true if a limit held the phase back, and adds it with its numbers to 'out' (if given). */
bool outside_quota(const struct record *record, const struct record_phase *phase, struct text *out);
bool outside_cap(const struct record *record, const struct record_phase *phase, struct text *out);

#endif
