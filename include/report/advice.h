/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Warnings about a run, each with its numbers and its next step, from the record alone. All of them
 * are in warnings.def.
 */
#ifndef TIDEMILL_REPORT_ADVICE_H
#define TIDEMILL_REPORT_ADVICE_H

#include "record/record.h"

/* Replaces the record's warnings with those that apply; 0 or -ENOMEM. */
int advice_consider(struct record *record);

/* Adds the warning that the phases' sums do not agree with their rows, if it applies: for a result
 * file that may have been edited since. 0 or -ENOMEM. */
int advice_consider_sums(struct record *record);

/* "note", "warning", or "WARNING" for a serious one. */
const char *advice_label(const struct record_advice *advice);

#endif
