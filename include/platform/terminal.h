/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capabilities of the terminal behind standard error and standard output.
 */
#ifndef TIDEMILL_PLATFORM_TERMINAL_H
#define TIDEMILL_PLATFORM_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* True if the stream is a terminal for the user; detects it through mpirun where possible. */
bool terminal_is(FILE *stream);

/* True if output may contain non-ASCII characters, by LC_ALL, LC_CTYPE, LANG. */
bool terminal_utf8(void);

/* Returns the columns of the terminal behind 'stream'; 80 if unknown. */
int terminal_width(FILE *stream);

#endif
