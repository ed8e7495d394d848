/* SPDX-License-Identifier: Apache-2.0 */
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

/* Is the target a network or FUSE file system, or another with caches that the nodes do not see? */
bool cached_by_others(const struct record_target *target);

/* Did it read from a file system whose daemon or servers may cache, unseen by the page cache? */
bool cached_hidden(const struct record_phase *phase);

/* Returns the bytes that disks and networks of the nodes delivered meanwhile; -1 = not counted. */
int64_t cached_delivered(const struct record_phase *phase);

/* Did these deliver so little of what a phase read from there that a daemon on its nodes cached? */
bool cached_by_daemon(const struct record_phase *phase);

#endif
