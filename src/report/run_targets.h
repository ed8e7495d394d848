/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fits on the targets of a run, and what they can do: advice must respect that.
 */
#ifndef TIDEMILL_REPORT_RUN_TARGETS_H
#define TIDEMILL_REPORT_RUN_TARGETS_H

#include "record/record.h"

/* Returns the bytes that were free at the start on all targets together, as the node that saw most
 * of them did. */
double targets_free_bytes(const struct record *record);

/* True if data of 'bytes' on each node would have fitted. */
bool targets_fit_per_node(const struct record *record, double bytes);

/* True if O_DIRECT would be in effect on all targets, as far as their file systems report. */
bool targets_allow_direct(const struct record *record);

/* True if all targets are in memory. */
bool targets_in_memory(const struct record *record);

#endif
