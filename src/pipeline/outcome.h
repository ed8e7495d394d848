/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes of I/O threads, except what the drive counts.
 */
#ifndef TIDEMILL_PIPELINE_OUTCOME_H
#define TIDEMILL_PIPELINE_OUTCOME_H

#include "pipeline/pipeline.h"

/* Resets to an outcome without any requests. */
void outcome_clear(struct outcome *outcome);

/* Sets the acknowledged places of all I/O threads that have ended, and merges the counters of all
 * data threads. */
void outcome_settle(struct pipeline *pipeline);

/* Copies the waits of the buffers that a thread received into its counters. */
void outcome_count_queued(struct counters *counters, const struct histogram *queued);

/* Counts the time of one sync. */
void outcome_count_sync(struct counters *counters, int64_t took_ns);

#endif
