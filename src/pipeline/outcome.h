/*
 * Outcomes of I/O threads beyond what the drive counts.
 */
#ifndef TIDEMILL_PIPELINE_OUTCOME_H
#define TIDEMILL_PIPELINE_OUTCOME_H

#include "pipeline/pipeline.h"

/* Nothing was done yet. */
void outcome_clear(struct outcome *outcome);

/* Completes the outcomes of all threads that have ended: what was acknowledged, and the counters of
 * all data threads together. */
void outcome_settle(struct pipeline *pipeline);

/* Copies into a thread's counters how long buffers that were handed to it waited. */
void outcome_count_queued(struct counters *counters, const struct histogram *queued);

#endif
