/*
 * What the targets of a run have room for, and can do: advice must fit that.
 */
#ifndef TIDEMILL_REPORT_ROOM_H
#define TIDEMILL_REPORT_ROOM_H

#include "record/record.h"

/* Returns the bytes that were free at the start on all targets together, as the node that saw most
 * of them did. */
double room_free_bytes(const struct record *record);

/* True if data of 'bytes' on each node would have fitted. */
bool room_fits_per_node(const struct record *record, double bytes);

/* True if O_DIRECT would be in effect on all targets, as far as their file systems report. */
bool room_direct(const struct record *record);

/* True if all targets are in memory. */
bool room_in_memory(const struct record *record);

#endif
