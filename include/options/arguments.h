/*
 * The command line of 'run', read by the option table; prints nothing, never exits, leaves argv as
 * it is. Names are written in full: an abbreviation would change its meaning with the next option.
 */
#ifndef TIDEMILL_OPTIONS_ARGUMENTS_H
#define TIDEMILL_OPTIONS_ARGUMENTS_H

#include "base/failure.h"
#include "options/options.h"

/* Reads argv[1..] (argv[0] is the command's name): options anywhere, "--name=value" and
 * "--name value", flags as "--name" (and "--no-name"), "--" ends them, the rest are targets.
 * '*help' is set when -h or --help stands there, and what follows is not looked at. Unknown options
 * are refused with the nearest known name. Of an option given twice the last one holds. The older
 * names: --output TARGET, --num-writers, --max-threads, --no-direct. */
int arguments_parse(struct options *options, int argc, char *const *argv, bool *help,
                    struct failure *why);

#endif
