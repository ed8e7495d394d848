/*
 * Help texts, from the option table.
 */
#ifndef TIDEMILL_OPTIONS_HELP_H
#define TIDEMILL_OPTIONS_HELP_H

#include "base/text.h"

/* The page of "tidemill --help": the commands. */
void help_overview(struct text *out);

/* The page of "tidemill run --help": every option by group, with default and argument. */
void help_run(struct text *out);

#endif
