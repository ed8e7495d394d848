/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record in formats for other programs, with the names of the result file, which carry the unit.
 * All walk the lists of schema_tables.h. Pure: no files.
 */
#ifndef TIDEMILL_REPORT_EXPORT_H
#define TIDEMILL_REPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "record/schema_tables.h"

/* Takes a piece of the text; 0, or -1 to report that it cannot. */
typedef int export_sink(const char *bytes, size_t length, void *context);

/* Passes the whole record to the sink as one JSON object; results/schema.json describes it. Bytes
 * that are not UTF-8 become '?'. -EIO without memory or when the sink failed. */
int export_json(const struct record *record, export_sink *sink, void *context);

/* The header of export_csv, with its newline. */
extern const char export_csv_header[];

/* Adds one line of comma-separated values (RFC 4180) per phase. A text that a spreadsheet would
 * evaluate is preceded by an apostrophe, and control characters become '?'. */
void export_csv(const struct record *record, struct text *out);

/* Prints a table of the record as comma-separated values with a header, and its name; false behind
 * the last one. Tables of phases have the phase as their first column. */
bool export_table(const struct record *record, size_t index, struct text *name, struct text *out);

/* Adds the figures of each phase as gauges in the OpenMetrics text format, as a node exporter's
 * textfile collector reads it. */
void export_openmetrics(const struct record *record, struct text *out);

#endif
