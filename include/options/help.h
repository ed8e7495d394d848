/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts, generated from the option table. */
#ifndef TIDEMILL_OPTIONS_HELP_H
#define TIDEMILL_OPTIONS_HELP_H

#include "base/text.h"

/* Prints the help of "tidemill --help": the commands. */
void help_overview(struct text *out);

/* Prints the help of "tidemill run --help": every option by group, with argument and default. */
void help_run(struct text *out);

/* Prints the help of "tidemill tune --help". */
void help_tune(struct text *out);

/* Prints the list of topics; returns the page of one, NULL for an unknown name. */
void help_topics(struct text *out);
const char *help_topic(const char *name);

#endif
