/* SPDX-License-Identifier: Apache-2.0 */
/* What a run prints for people: progress, errors and the summary. Rank 0 only. */
#ifndef TIDEMILL_CLI_TELL_H
#define TIDEMILL_CLI_TELL_H

#include <stdbool.h>
#include <stdio.h>

#include "live_output.h"
#include "options/options.h"
#include "phases/run.h"
#include "platform/host.h"
#include "report/summary.h"

struct console {
    bool quiet;
    bool live;      /* a live line on standard error */
    bool line_open; /* the live line is shown */
    int64_t last_ns;
    struct summary_style style;
    struct live_output output; /* of --live */
};

void console_init(struct console *console, const struct options *options);

/* Sets the callbacks with which a run reports to the console. */
void console_listen(struct console *console, struct listener *listener);

/* Prints text that may contain names from outside: control characters as \xHH, except
 * for newlines and the summary's colours. */
void console_print_text(FILE *stream, const char *text);

/* Prints "tidemill: <text>" to standard error, always one line. */
void console_error(const char *text);

/* Prints a usage error like console_error; returns EXIT_REFUSED. */
int console_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports, on the first process, that the launcher's processes cannot become ranks of one run.
 * Returns EXIT_REFUSED. */
int console_refuse_launch(const struct host_launch *launch);

/* Prints the warnings of a run to standard error. */
void console_print_warnings(const struct record *record);

/* Prints the whole summary. */
void console_print_summary(FILE *stream, const struct record *record, bool verbose);

#endif
