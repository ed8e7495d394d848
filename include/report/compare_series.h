/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several results against one: as a table of how the rate scales, and as JSON. The results are
 * added one after the other and need not be kept. Pure.
 */
#ifndef TIDEMILL_REPORT_COMPARE_SERIES_H
#define TIDEMILL_REPORT_COMPARE_SERIES_H

#include "report/compare.h"
#include "report/export.h"

/* Adds to 'why' what makes results unfit for a table of scaling: they may differ in nodes, ranks
 * and one option. True if something does. */
bool scaling_refuses(const struct comparison *comparison, struct text *why);

struct scaling; /* a table for each phase */

/* Begins with the result that all others are compared with; NULL without memory. */
struct scaling *scaling_open(const char *path, const struct record *base);
void scaling_add(struct scaling *scaling, const char *path, const struct record *base,
                 const struct record *record, const struct comparison *comparison);
void scaling_write(const struct scaling *scaling, struct text *out);
void scaling_close(struct scaling *scaling);

struct comparison_json; /* one object of all comparisons */

struct comparison_json *comparison_json_open(const char *path, const struct record *base,
                                             double tolerance);
/* A result that was refused is added with the reason and without phases. */
void comparison_json_add(struct comparison_json *json, const char *path, const struct record *base,
                         const struct record *record, const struct comparison *comparison,
                         bool refused);
/* Passes the object on; -EIO as export_json. */
int comparison_json_write(const struct comparison_json *json, export_sink *sink, void *context);
void comparison_json_close(struct comparison_json *json);

#endif
