/* SPDX-License-Identifier: Apache-2.0 */
/* Watches a phase from the main thread while the pools work: spreads stops, receives progress. */
#ifndef TIDEMILL_PHASES_OBSERVER_H
#define TIDEMILL_PHASES_OBSERVER_H

#include "phase.h"

/* From the start gate until every rank is done; stops the work when any rank wants it. Sets
 * phase->watch.stop, the same on every rank. Collective. */
void observer_watch(struct phase *phase);

#endif
