/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people read them in a report. No locale changes them; what is unknown is "n/a".
 */
#ifndef TIDEMILL_REPORT_FIGURES_H
#define TIDEMILL_REPORT_FIGURES_H

#include <stdint.h>

#include "record/record.h"

enum { FIGURES_TEXT = 48 };

/* Rounded to 'decimals' digits after the point, 0 to 6. */
void figures_fixed(double value, int decimals, char out[FIGURES_TEXT]);

/* Amount per second; 0 when there is no time. */
double figures_rate(int64_t amount, int64_t time_ns);

/* Returns the rate of a node, rank or writer by its own time, in this unit per second. */
double figures_row_rate(const struct record_row *row, enum amount_unit unit);

/* A rate in units of 'unit' bytes per second, with three or four significant digits. */
void figures_rate_text(double bytes_per_second, double unit, char out[FIGURES_TEXT]);

/* A rate of a phase: its number in GiB/s or in thousands of operations per second, and that unit.
 */
void figures_amount_rate(double per_second, enum amount_unit unit, char out[FIGURES_TEXT]);
const char *figures_amount_unit(enum amount_unit unit);

/* Requests per second: "876", "4618", "12.3". */
void figures_count(double per_second, char out[FIGURES_TEXT]);

/* A rate as a line shows it: "1.90 GiB/s", of operations "12.3 kop/s". */
void figures_rate_in(double per_s, enum amount_unit unit, char out[FIGURES_TEXT]);

/* The same in a column of GiB/s: bytes without their unit. */
void figures_rate_cell(double per_s, enum amount_unit unit, char out[FIGURES_TEXT]);

/* part of whole in per cent: "71 %", "2.1 %"; "-" when there is no whole. */
void figures_share(int64_t part, int64_t whole, char out[FIGURES_TEXT]);

/* A latency; "n/a" when negative. */
void figures_latency(int64_t ns, char out[FIGURES_TEXT]);

#endif
