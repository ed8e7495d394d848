/* What a run could reach at most, measured by short probes before its first phase. */
#ifndef TIDEMILL_PHASES_CEILINGS_H
#define TIDEMILL_PHASES_CEILINGS_H

#include "phases/run.h"

/* All ranks together, each probe like a writing phase of PLAN_PROBE_NS at most, without the rate
 * limit, into files of its own that are gone afterwards: making the data and dropping them, storing
 * ready-made data, and both. Fills the record's ceilings; a probe that fails is told there and the
 * run goes on, unless its files cannot be removed. Collective; 'verdict' is merged with what
 * concerns the run: signals, storage that does not answer, files that are left. -errno with 'why'
 * when the result cannot be kept. */
int ceilings_measure(struct run *run, enum verdict *verdict, struct failure *why);

#endif
