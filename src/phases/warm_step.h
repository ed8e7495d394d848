/* SPDX-License-Identifier: Apache-2.0 */
/* A warm-up: the work of the phase that follows, outside its numbers; the record keeps a row of it.
 */
#ifndef TIDEMILL_PHASES_WARM_STEP_H
#define TIDEMILL_PHASES_WARM_STEP_H

#include "phases/run.h"
#include "plan/step.h"

/* Carries out a warm-up and removes its data set, if it has its own. Does nothing if the phase that
 * follows will be skipped, or if its data set could not be written. Collective; the same verdict on
 * every rank. 'why' is set when the result cannot be kept. */
enum verdict warm_up_carry_out(struct run *run, const struct step *step, enum verdict so_far,
                               struct failure *why);

#endif
