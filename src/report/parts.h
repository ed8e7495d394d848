/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that the time of a phase consists of. Every line about them uses this function, so that
 * the parts add up to the whole. Pure.
 */
#ifndef TIDEMILL_REPORT_PARTS_H
#define TIDEMILL_REPORT_PARTS_H

#include "base/text.h"
#include "record/record.h"

/* Prints "2.34 s = 1.22 s all ranks writing + 0.13 s some + 0.99 s fsync and close": rounded so
 * that the printed parts add up, too; parts that are rounded to nothing are left out. */
void parts_print(const struct record_phase *phase, struct text *out);

/* What the time of the whole phase covers, to follow its rate: ", fsync and close included" or "".
 */
const char *parts_covered(const struct record_phase *phase);

/* True if failures did not end the phase: wrong data, or errors of single objects. */
bool parts_went_on(const struct record_phase *phase);

/* "writing", "reading", "moving data" or "working". */
const char *parts_verb(const struct record_phase *phase);

/* The longest time that one I/O thread spent in fsync; 0 = none, or not recorded. */
int64_t parts_longest_sync(const struct record_phase *phase);

#endif
