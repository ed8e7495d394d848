/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers what all ranks did in a phase into the record's phase on rank 0. */
#ifndef TIDEMILL_PHASES_RESULTS_H
#define TIDEMILL_PHASES_RESULTS_H

#include "phase.h"
#include "stats/timeline.h"

/* The facts known once files are open: kind, engine, modes over all ranks. Collective. */
int results_opened(struct phase *phase, struct record_phase *into, struct failure *why);

/* Lists the targets that ranks used: a row each. Collective. */
void results_targets(struct phase *phase, struct record_phase *into, struct failure *why);

/* Decides whether O_DIRECT was in effect where the file system does not report it, by what the
 * kernel counted; unknown remains what nothing shows. Pure. */
void results_judge_modes(const struct record *record, struct record_phase *into);

/* The modes of a phase from its ranks, without those that had nothing to do. Pure. */
void results_sum_modes(struct record_phase *into, const struct record_row *ranks, size_t count);

/* An instant on this rank's clock since the start, converted to rank 0's by the comparisons before
 * and after the phase: offset and drift are taken out. INT64_MAX (never came) stays. Pure. */
int64_t results_common_ns(const struct clock_points *clocks, int64_t since_start_ns);

/* All bins of this rank's clock, which end with 'last_ns', on the grid of rank 0's clock; returns
 * the largest distance by which an edge was moved, in ns. Pure. */
int64_t results_convert_timeline(const struct clock_points *clocks, const struct timeline *own,
                                 int64_t last_ns, struct timeline *common);

/* All instants of a counter set. */
void results_convert(const struct clock_points *clocks, struct counters *counters);

/* What comparing the clocks gave; collective. */
int results_gather_clocks(struct phase *phase, struct record_phase *into, struct failure *why);

/* Latency since the instants that a rate set, of files from open to close, and what buffers went
 * through between producers and writers; collective. */
void results_gather_more_latency(struct phase *phase, struct record_phase *into);

/* What of a mixed phase read, and what wrote; collective. Their rates once the phase's duration is
 * known; false where they do not add up to the phase. Pure. */
int results_gather_halves(struct phase *phase, struct record_phase *into, struct failure *why);
bool results_sum_halves(struct record_phase *into);

/* What devices and networks did meanwhile; collective. */
int results_gather_device(struct phase *phase, struct record_phase *into, struct failure *why);

/* The timeline and the slowest requests; collective. */
int results_gather_series(struct phase *phase, struct record_phase *into, struct failure *why);
int results_gather_slowest(struct phase *phase, struct record_phase *into, struct failure *why);

/* Fills the list of which rank wrote what each rank reads. Rank 0 only. */
void results_readers(const struct phase *phase, struct record_phase *into, struct failure *why);

/* The time in which all ranks had work and what was done in it, from the timeline, once
 * 'first_through_ns' is known. Pure. */
void results_active(struct record_phase *into);

/* What the phase came to when its time was over, under --equalise. */
void results_equalised(const struct phase *phase, struct record_phase *into);

/* Why no further request was started, and the window that --until-steady waited for; collective. */
void results_gather_end(struct phase *phase, struct record_phase *into);

/* What was done. Collective, and every rank walks through all of it, also after a
 * failure; after the work was joined. 'into' is NULL but on rank 0. */
int results_gather(struct phase *phase, struct record_phase *into, struct failure *why);

#endif
