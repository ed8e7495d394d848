/* SPDX-License-Identifier: Apache-2.0 */
/* Starts the subcommand that the command line names. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "console.h"
#include "join.h"
#include "options/help.h"
#include "platform/headroom.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char *const *argv);
    bool joins; /* by itself; the others are carried out by one process */
} commands[] = {
    {"run", cmd_run, true},        {"tune", cmd_tune, true},        {"facts", cmd_facts, true},
    {"report", cmd_report, false}, {"compare", cmd_compare, false}, {"inspect", cmd_inspect, false},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int overview(int argc, char *const *argv)
{
    struct text page = {0};
    (void)argv;
    help_overview(&page);
    fputs(text_string(&page), argc ? stdout : stderr);
    text_release(&page);
    return argc ? 0 : EXIT_REFUSED;
}

static int version(int argc, char *const *argv)
{
    (void)argc;
    (void)argv;
    puts("tidemill " TIDEMILL_VERSION);
    return 0;
}

static int topic(int argc, char *const *argv)
{
    (void)argc;
    fputs(help_topic(argv[1]), stdout);
    return 0;
}

static int refuse_command(int argc, char *const *argv)
{
    const bool help = argc > 1 && !strcmp(argv[0], "help");
    return console_refuse("unknown %s '%.100s'; 'tidemill --help' lists them",
                          help ? "command or topic" : "command", argv[help]);
}

/* A failed write to standard output, as on a full disk, is a failure of the command. */
static int flush_stdout(int exit_code)
{
    if (!fflush(stdout) && !ferror(stdout))
        return exit_code;
    fputs("tidemill: cannot write to standard output\n", stderr);
    return exit_code ? exit_code : 1;
}

static int start(int argc, char *const *argv)
{
    const char *name = argc ? argv[0] : "--help";
    bool help = !strcmp(name, "help");
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || (help && argc == 1))
        return join_alone(argc, argv, overview);
    if (!strcmp(name, "--version"))
        return join_alone(argc, argv, version);
    if (help && help_topic(argv[1]))
        return join_alone(argc, argv, topic);
    const struct command *command = find_command(argv[help]);
    if (!command)
        return join_alone(argc, argv, refuse_command);
    char help_option[] = "--help";
    char *help_arguments[] = {argv[help], help_option, NULL};
    if (help) {
        argc = 2;
        argv = help_arguments;
    }
    return command->joins ? command->run(argc, argv) : join_alone(argc, argv, command->run);
}

int main(int argc, char **argv)
{
    headroom_open_streams();
    return flush_stdout(start(argc > 0 ? argc - 1 : 0, argv + 1));
}
