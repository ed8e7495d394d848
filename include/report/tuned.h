/* SPDX-License-Identifier: Apache-2.0 */
/* What a search has settled on, as a settings file. */
#ifndef TIDEMILL_REPORT_TUNED_H
#define TIDEMILL_REPORT_TUNED_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

/* Prints "key = value" lines; with sections 'write' and 'read' if reading has settings of its own.
 * 'whole': with the values that were fixed. */
void tuned_print_file(const struct record *record, const char *phases, bool whole,
                      struct text *out);

/* Returns whether anything was measured. */
bool tuned_any(const struct record *record);

/* The first probe that failed of writing or reading, if none of it could be measured; else NULL. */
const struct record_tune *tuned_failed(const struct record *record);

/* The probe that wrote the files for reading, if no other has read them; else NULL. */
const struct record_tune *tuned_unread(const struct record *record);

/* Was everything compared that the search was to compare? */
bool tuned_is_finished(const struct record *record);

#endif
