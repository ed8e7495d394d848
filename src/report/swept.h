/* SPDX-License-Identifier: Apache-2.0 */
/* What the points of a sweep show, for every output. Pure. */
#ifndef TIDEMILL_REPORT_SWEPT_H
#define TIDEMILL_REPORT_SWEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "record/record.h"

/* One option of the settings of a point, such as "depth 4, engine uring". */
struct swept_option {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* Moves to the next option; false behind the last. */
bool swept_next(const char **at, struct swept_option *option);

/* Returns the phase with this index, of those that the points have; NULL behind the last. */
const char *swept_phase(const struct record *record, size_t index);

/* Returns all rows by --sort, phase by phase, or NULL without memory; the caller frees the list. */
const struct record_sweep **swept_sorted(const struct record *record);

/* Returns "best", "equal" to the best, "?" if that is not known, or "". */
const char *swept_mark(const struct record *record, const struct record_sweep *row);

/* Returns the row with the highest rate of a phase; NULL if nothing was measured. */
const struct record_sweep *swept_best(const struct record *record, const char *phase);

/* Returns the lowest offered rate that a phase did not keep up with, so that its queue grows as
 * long as the load lasts; NULL if there is none. 'certain': by the interval of the median. */
const struct record_sweep *swept_overload(const struct record *record, const char *phase,
                                          bool *certain);

#endif
