/* SPDX-License-Identifier: Apache-2.0 */
/* A probe: a step that is not in the list of phases; the record keeps one row of it. */
#ifndef TIDEMILL_PHASES_PROBE_STEP_H
#define TIDEMILL_PHASES_PROBE_STEP_H

#include "phases/run.h"
#include "plan/step.h"

/* Carries out a probe like a phase, and adds its row to the record. One that writes does so into
 * files of its own that are gone afterwards. A probe that fails is recorded as such and the run
 * continues, unless its files cannot be removed. Collective; the verdict is what concerns the run:
 * signals, wrong data, storage that does not answer, files that remain. 'why' is set when the
 * result cannot be kept. */
enum verdict probe_carry_out(struct run *run, const struct step *step, struct failure *why);

/* Removes the files of its data set; the folder is that of the section. False where some files
 * remain. Collective. */
bool probe_remove_files(struct run *run, const struct step *step, struct record_phase *into);

#endif
