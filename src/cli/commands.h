/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands. Each returns the exit code; argv[0] is the command's name. */
#ifndef TIDEMILL_CLI_COMMANDS_H
#define TIDEMILL_CLI_COMMANDS_H

int cmd_run(int argc, char *const *argv);
int cmd_tune(int argc, char *const *argv);
int cmd_facts(int argc, char *const *argv);
int cmd_report(int argc, char *const *argv);
int cmd_compare(int argc, char *const *argv);
int cmd_inspect(int argc, char *const *argv);

enum { EXIT_REFUSED = 2 };

#endif
