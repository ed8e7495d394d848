/*
 * What standard error and standard output can show, and the one live line.
 */
#ifndef TIDEMILL_PLATFORM_TERMINAL_H
#define TIDEMILL_PLATFORM_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Is the stream a terminal, as the user sees it? Looks through mpirun where that can be done. */
bool terminal_is(FILE *stream);

/* May text for people hold more than ASCII? By LC_ALL, LC_CTYPE, LANG. */
bool terminal_utf8(void);

/* Columns of the terminal behind 'stream'; 80 when unknown. */
int terminal_width(FILE *stream);

#endif
