/*
 * Text to numbers and back. Inside tidemill there are only bytes and nanoseconds; this is where
 * words of people become those and the other way round. Parsing is strict: the whole text is one
 * value, nothing is rounded, and a refusal names the column. No locale changes a number.
 */
#ifndef TIDEMILL_BASE_UNITS_H
#define TIDEMILL_BASE_UNITS_H

#include <stdint.h>

#include "base/failure.h"

enum { UNITS_TEXT = 32 };

/* k m g t p and KiB MiB ... are powers of 1024, KB MB ... of 1000; "1.5g" where the bytes are
 * whole. -EINVAL (with the column) or -ERANGE. */
int units_parse_size(const char *text, uint64_t *bytes, struct failure *why);

/* "90" and "90s", "250ms", "5m", "1h", "1.5h" to nanoseconds; also us and ns. -EINVAL, -ERANGE. */
int units_parse_duration(const char *text, int64_t *ns, struct failure *why);

/* Decimal digits only. -EINVAL, -ERANGE. */
int units_parse_count(const char *text, uint64_t *count, struct failure *why);

/* A finite decimal number such as "1.25" or "4"; no nan, inf, hexadecimal. -EINVAL, -ERANGE. */
int units_parse_real(const char *text, double *value, struct failure *why);

/* Shortest texts that parse back to exactly the same value: "4MiB", "4000000", "90s", "1500us". */
void units_exact_size(uint64_t bytes, char out[UNITS_TEXT]);
void units_exact_duration(int64_t ns, char out[UNITS_TEXT]);
void units_exact_real(double value, char out[UNITS_TEXT]);

/* For people, three or four significant digits: "1.50 GiB", "12.3 ms". */
void units_show_size(uint64_t bytes, char out[UNITS_TEXT]);
void units_show_duration(int64_t ns, char out[UNITS_TEXT]);

#endif
