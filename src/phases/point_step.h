/* SPDX-License-Identifier: Apache-2.0 */
/* A point of a sweep: a phase with its settings; the record keeps a row of it. */
#ifndef TIDEMILL_PHASES_POINT_STEP_H
#define TIDEMILL_PHASES_POINT_STEP_H

#include "phases/run.h"
#include "plan/step.h"

/* Carries out a phase of a point and adds its row to the sweep; its files are removed after its
 * last phase, and after a failure. Collective; the same verdict on every rank. 'why' is set when
 * the result cannot be kept. */
enum verdict point_carry_out(struct run *run, const struct step *step, struct failure *why);

#endif
