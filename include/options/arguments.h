/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of 'run', parsed by the option table. Prints nothing, never exits, does not
 * change argv. Does not accept abbreviations: a new option could change their meaning.
 */
#ifndef TIDEMILL_OPTIONS_ARGUMENTS_H
#define TIDEMILL_OPTIONS_ARGUMENTS_H

#include "base/failure.h"
#include "options/options.h"

/* Parses argv[1..] (argv[0] is the command's name): options anywhere as "--name=value" or
 * "--name value", flags as "--name" or "--no-name"; "--" ends the options; everything else is a
 * target. Sets '*help' and stops at -h or --help. The last of an option given twice counts. Also
 * accepts the older names --output TARGET, --num-writers, --max-threads, --numa-mode
 * auto|force|disabled and
 * --no-direct. */
int arguments_parse(struct options *options, int argc, char *const *argv, bool *help,
                    struct failure *why);

#endif
