/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user requires of a run that did not fail: no warnings, and a rate. Pure.
 */
#ifndef TIDEMILL_REPORT_REQUIREMENTS_H
#define TIDEMILL_REPORT_REQUIREMENTS_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

/* True if the record does not meet --fail-on or --min-rate of its options; adds why. */
bool requirements_unmet(const struct record *record, struct text *why);

#endif
