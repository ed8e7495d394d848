/* SPDX-License-Identifier: Apache-2.0 */
/* The search of 'tune' and --auto before its first step. */
#ifndef TIDEMILL_PREPARE_SETUP_TUNE_H
#define TIDEMILL_PREPARE_SETUP_TUNE_H

#include "prepare/setup.h"

/* Refuses options of 'tune' that are about phases, which it has none of: they would do nothing. */
int setup_check_tuning(const struct setup *setup, struct failure *why);

/* Makes the search on rank 0 from what the ranks and targets can do. Collective; refuses a budget
 * that is too small. */
int setup_tune(struct setup *setup, struct failure *why);

#endif
