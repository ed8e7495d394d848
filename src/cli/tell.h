/* What a person sees of a run while it goes on and at its end. Rank 0 only. */
#ifndef TIDEMILL_CLI_TELL_H
#define TIDEMILL_CLI_TELL_H

#include <stdbool.h>
#include <stdio.h>

#include "options/options.h"
#include "phases/run.h"
#include "report/summary.h"

struct teller {
    bool quiet;
    bool live;      /* a live line on standard error */
    bool line_open; /* the live line stands there now */
    bool modes_told;
    int64_t last_ns;
    struct summary_style style;
};

/* Style for what goes to 'stream': by locale, NO_COLOR and whether it is a terminal. */
void tell_style(struct summary_style *style, FILE *stream, bool verbose);

void tell_init(struct teller *teller, const struct options *options);

/* Hooks the teller into a run. */
void tell_listen(struct teller *teller, struct listener *listener);

/* "tidemill: <text>" on standard error. */
void tell_error(const char *text);

/* The whole summary on standard output. */
void tell_summary(const struct record *record, bool verbose);

#endif
