/* Starts the subcommand that the command line names. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "console.h"
#include "options/help.h"
#include "platform/host.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char *const *argv);
} commands[] = {
    {"run", cmd_run},
    {"facts", cmd_facts},
    {"report", cmd_report},
    {"inspect", cmd_inspect},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

/* Only the first of the processes that a launcher started prints. */
static int print(FILE *stream, const char *text, int exit_code)
{
    struct host_launch launch;
    host_detect_launch(&launch);
    if (launch.process == 0)
        console_print_text(stream, text);
    return exit_code;
}

static int overview(FILE *stream, int exit_code)
{
    struct text page = {0};
    help_overview(&page);
    int result = print(stream, text_string(&page), exit_code);
    text_release(&page);
    return result;
}

/* A failed write to standard output, as on a full disk, is a failure of the command. */
static int flush_stdout(int exit_code)
{
    if (!fflush(stdout) && !ferror(stdout))
        return exit_code;
    fputs("tidemill: cannot write to standard output\n", stderr);
    return exit_code ? exit_code : 1;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return overview(stderr, EXIT_REFUSED);
    const char *name = argv[1];
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || (!strcmp(name, "help") && argc == 2))
        return flush_stdout(overview(stdout, 0));
    if (!strcmp(name, "--version"))
        return flush_stdout(print(stdout, "tidemill " TIDEMILL_VERSION "\n", 0));
    char help_option[] = "--help";
    char *help_arguments[] = {argv[argc > 2 ? 2 : 1], help_option, NULL};
    bool help = !strcmp(name, "help");
    const struct command *command = find_command(help ? argv[2] : name);
    if (command)
        return flush_stdout(help ? command->run(2, help_arguments)
                                 : command->run(argc - 1, argv + 1));
    char line[256];
    snprintf(line, sizeof line,
             "tidemill: unknown command '%.100s'; 'tidemill --help' lists the commands\n",
             help ? argv[2] : name);
    return print(stderr, line, EXIT_REFUSED);
}
