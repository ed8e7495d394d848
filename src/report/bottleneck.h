/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which side held a phase back, from the waits that were measured. Pure.
 *
 * Writing: data threads generate data for I/O threads. Reading with verification: I/O threads read
 * data that data threads check. Without work for data threads there is only storage.
 */
#ifndef TIDEMILL_REPORT_BOTTLENECK_H
#define TIDEMILL_REPORT_BOTTLENECK_H

#include <stdbool.h>

#include "record/record.h"

enum bottleneck {
    BOTTLENECK_UNKNOWN, /* nothing was measured */
    BOTTLENECK_STORAGE,
    BOTTLENECK_PRODUCERS,      /* making or checking the data */
    BOTTLENECK_BALANCED,       /* both sides busy more than 80 % */
    BOTTLENECK_NEITHER,        /* both sides waited more than half of the time */
    BOTTLENECK_RATE,           /* the limit that the user set held writers back most of the time */
    BOTTLENECK_NO_COUNTERPART, /* storage, as producers had nothing to do */
    BOTTLENECK_MEMORY,         /* in place of these two: the page cache answered */
    BOTTLENECK_QUOTA,          /* limits from outside: the CPU quota, an I/O cap */
    BOTTLENECK_CAP,
    BOTTLENECK_STOPPED, /* a rank did not run */
};

/* Does the phase only read? */
bool bottleneck_reading(const struct record_phase *phase);

enum bottleneck bottleneck_of(const struct record *record, const struct record_phase *phase);

/* The same without limits from outside. */
enum bottleneck bottleneck_within(const struct record_phase *phase);

#endif
