/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the rate of a phase may be quoted as one of the storage, and what speaks against it.
 * Pure.
 */
#ifndef TIDEMILL_REPORT_QUOTABLE_H
#define TIDEMILL_REPORT_QUOTABLE_H

#include "record/record.h"

/* In the order of their weight: a phase has the first that applies. */
enum quotable {
    QUOTABLE_FAILED,
    QUOTABLE_ENDED_EARLY,
    QUOTABLE_WRONG_DATA,
    QUOTABLE_DISCARDED,
    QUOTABLE_IN_MEMORY,
    QUOTABLE_CACHED,
    QUOTABLE_LIMITED,
    QUOTABLE_SPREAD,
    QUOTABLE_SHORT,
    QUOTABLE_WELL,
};

enum quotable quotable_of(const struct record *record, const struct record_phase *phase);

/* What speaks against quoting it, as "took less than 10 s"; "" if nothing does. */
const char *quotable_reason(enum quotable quote);

#endif
