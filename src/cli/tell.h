/* What a person sees of a run while it goes on and at its end. Rank 0 only. */
#ifndef TIDEMILL_CLI_TELL_H
#define TIDEMILL_CLI_TELL_H

#include <stdbool.h>
#include <stdio.h>

#include "options/options.h"
#include "phases/run.h"
#include "platform/host.h"
#include "report/summary.h"

struct teller {
    bool quiet;
    bool live;      /* a live line on standard error */
    bool line_open; /* the live line stands there now */
    int64_t last_ns;
    struct summary_style style;
};

void tell_init(struct teller *teller, const struct options *options);

/* Hooks the teller into a run. */
void tell_listen(struct teller *teller, struct listener *listener);

/* Text for people, whose names strangers chose: no control character but the end of a line and the
 * summary's own colours reaches the terminal; each other one shows as '?'. */
void tell_text(FILE *stream, const char *text);

/* "tidemill: <text>" on standard error, always one line. */
void tell_error(const char *text);

/* The same for what was asked wrongly; returns EXIT_REFUSED. */
int tell_refusal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Processes that a launcher started and that cannot become ranks of one run; the first one speaks.
 * Returns EXIT_REFUSED. */
int tell_refused_launch(const struct host_launch *launch);

/* The whole summary on standard output. */
void tell_summary(const struct record *record, bool verbose);

#endif
