/* SPDX-License-Identifier: Apache-2.0 */
/* Which preset a run had. */
#ifndef TIDEMILL_REPORT_PRESET_NAME_H
#define TIDEMILL_REPORT_PRESET_NAME_H

#include <stdbool.h>

#include "record/record.h"

/* By its name, or by the path of its file. */
bool preset_is(const struct record *record, const char *name);

#endif
