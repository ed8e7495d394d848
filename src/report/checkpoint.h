/* SPDX-License-Identifier: Apache-2.0 */
/* The generations of preset 'checkpoint': slowest ranks, and what page caches may hold. */
#ifndef TIDEMILL_REPORT_CHECKPOINT_H
#define TIDEMILL_REPORT_CHECKPOINT_H

#include "record/record.h"

/* Fills the table of a run with that preset, from the rows of ranks, and empties that of any other;
 * -ENOMEM. */
int checkpoint_consider(struct record *record);

#endif
