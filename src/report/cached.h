/*
 * Whether the page cache of the reading nodes answered reads, from what was found in it before and
 * from what the kernel counted. Pure.
 */
#ifndef TIDEMILL_REPORT_CACHED_H
#define TIDEMILL_REPORT_CACHED_H

#include <stdbool.h>

#include "record/record.h"

/* May the phase have read from the page cache? */
bool cached_possible(const struct record_phase *phase);

/* Did most of what it read come from there? */
bool cached_mostly(const struct record_phase *phase);

/* Is the target a network or FUSE file system, whose daemon or servers have caches of their own? */
bool cached_by_others(const struct record_target *target);

#endif
