/* SPDX-License-Identifier: Apache-2.0 */
/* One cell of comma-separated values. */
#ifndef TIDEMILL_REPORT_CSV_CELL_H
#define TIDEMILL_REPORT_CSV_CELL_H

#include "base/text.h"

/* Adds a text, quoted where RFC 4180 wants that. A text that a spreadsheet would evaluate is
 * preceded by an apostrophe, and control characters become '?'. */
void csv_add_cell(struct text *out, const char *text);

#endif
