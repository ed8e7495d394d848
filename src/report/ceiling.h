/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phase against the ceilings that were probed before it. Pure.
 */
#ifndef TIDEMILL_REPORT_CEILING_H
#define TIDEMILL_REPORT_CEILING_H

#include "base/text.h"
#include "record/record.h"

/* The lower ceiling, of the generator only or of storage only; NULL unless both were measured and
 * the phase writes. */
const struct record_ceiling *ceiling_lower(const struct record *record,
                                           const struct record_phase *phase);

/* "generator only", "storage only" or "generator and storage". */
const char *ceiling_name(enum record_probe probe);

/* "97 % of the lower ceiling (storage only)": the phase's whole rate by that of 'ceiling'. */
void ceiling_share(const struct record_phase *phase, const struct record_ceiling *ceiling,
                   struct text *out);

#endif
