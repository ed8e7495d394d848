/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converts text to numbers and back. Inside tidemill there are only bytes and nanoseconds; only
 * this file knows other units. Parsing is strict: the whole text must be one value, nothing is
 * rounded, and an error names the column. The locale has no effect.
 */
#ifndef TIDEMILL_BASE_UNITS_H
#define TIDEMILL_BASE_UNITS_H

#include <stdint.h>

#include "base/failure.h"

enum { UNITS_TEXT = 32 };

/* What an amount of work counts. */
enum amount_unit { UNIT_BYTE, UNIT_OPERATION, UNIT_COUNT };
extern const char *const units_amount_names[UNIT_COUNT]; /* "bytes", "operations" */

/* Parses a size. k m g t p and KiB MiB ... are powers of 1024, KB MB ... of 1000; a fraction such
 * as "1.5g" is valid if it is a whole number of bytes. -EINVAL (with the column) or -ERANGE. */
int units_parse_size(const char *text, uint64_t *bytes, struct failure *why);

/* Parses a duration: "90", "90s", "250ms", "5m", "1h", "1.5h"; also us and ns. -EINVAL, -ERANGE. */
int units_parse_duration(const char *text, int64_t *ns, struct failure *why);

/* Parses a whole number of decimal digits. -EINVAL, -ERANGE. */
int units_parse_count(const char *text, uint64_t *count, struct failure *why);

/* Parses a finite decimal number such as "1.25" or "4"; no nan, inf or hexadecimal. -EINVAL,
 * -ERANGE. */
int units_parse_real(const char *text, double *value, struct failure *why);

/* Format a value as the shortest text that parses back to exactly the same value: "4MiB",
 * "4000000", "90s", "1500us". */
void units_format_exact_size(uint64_t bytes, char out[UNITS_TEXT]);
void units_format_exact_duration(int64_t ns, char out[UNITS_TEXT]);
void units_format_real(double value, char out[UNITS_TEXT]);

/* Format a value for output with three or four significant digits: "1.50 GiB", "12.3 ms". */
void units_format_size(uint64_t bytes, char out[UNITS_TEXT]);
void units_format_duration(int64_t ns, char out[UNITS_TEXT]);

/* Formats an amount for output: bytes as units_format_size, operations as a whole number: "1
 * operation", "12345 operations". */
void units_show_amount(uint64_t amount, enum amount_unit unit, char out[UNITS_TEXT]);

/* Formats an amount per second for output: "1.50 GiB/s", "12.3 kop/s", "0.250 op/s". */
void units_show_rate(double per_s, enum amount_unit unit, char out[UNITS_TEXT]);

#endif
