/* SPDX-License-Identifier: Apache-2.0 */
/* What probes, points of sweeps and warm-ups share: they are carried out like phases, but the
 * record keeps a row of each instead of a phase. */
#ifndef TIDEMILL_PHASES_SIDE_STEP_H
#define TIDEMILL_PHASES_SIDE_STEP_H

#include "phases/run.h"
#include "plan/step.h"
#include "verdict.h"

/* Allocates what the step is recorded in; NULL on all ranks but 0. Collective; 'what' is named if
 * the memory is not enough. */
int side_step_begin(struct run *run, const char *what, struct record_phase **into,
                    struct failure *why);

/* Prepares the settings, if that has not been done, lets 'open' fill 'into', and carries out the
 * phase. Collective; the same verdict on every rank. 'why' is set if not even the settings could be
 * kept. */
enum verdict side_step_measure(struct run *run, const struct step *step,
                               void (*open)(const struct run *run, const struct step *step,
                                            struct record_phase *into),
                               struct record_phase *into, struct failure *why);

/* Rank 0: reports the step's end, lets 'add' add its row to the record, saves the result, and frees
 * 'into'. 'why' is set when the row cannot be kept. */
void side_step_keep(struct run *run, const struct step *step,
                    int (*add)(struct run *run, const struct step *step, struct record_phase *into,
                               enum verdict verdict),
                    struct record_phase *into, enum verdict verdict, struct failure *why);

/* The failure or the signal that ended the step, as text; left as it is where there was none. */
void side_step_reason(const struct record_phase *from, enum verdict verdict, char *out,
                      size_t size);

#endif
