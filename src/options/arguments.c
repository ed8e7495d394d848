/* SPDX-License-Identifier: Apache-2.0 */
#include "options/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "options/nearest.h"

/* Not getopt_long, which always accepts abbreviations, uses globals and permutes argv. */
struct line {
    struct options *options;
    int argc;
    char *const *argv;
    int at;
    char **targets;
    size_t target_count;
};

static int refuse_unknown(const char *argument, struct failure *why)
{
    size_t dashes = strspn(argument, "-");
    char name[64];
    text_copy(name, sizeof name, argument + dashes);
    name[strcspn(name, "=")] = '\0';
    const char *near = dashes == 2 ? nearest_option(name) : NULL;
    if (near)
        return failure_set(why, -EINVAL, "unknown option '%s'; did you mean '--%s'?", argument,
                           near);
    return failure_set(why, -EINVAL, "unknown option '%s'; see 'tidemill run --help'", argument);
}

/* The value after "=", or the next argument. */
static int take_value(struct line *line, const char *name, const char *takes, char *inside,
                      char **value, struct failure *why)
{
    if (inside)
        *value = inside;
    else if (line->at + 1 < line->argc)
        *value = line->argv[++line->at];
    else
        return failure_set(why, -EINVAL, "--%s needs a value (%s)", name, takes);
    return 0;
}

/* --set and --sweep can be repeated: their values are joined as lines. */
static int add_line(struct line *line, enum option_id id, const char *before, const char *value,
                    struct failure *why)
{
    struct text all = {0};
    text_add(&all, "%s%s%s", before ? before : "", before ? "\n" : "", value);
    int status = all.failed
                     ? failure_set(why, -ENOMEM, "not enough memory for --%s", options_name(id))
                     : options_set(line->options, id, text_string(&all), SOURCE_COMMAND_LINE, why);
    text_release(&all);
    return status;
}

static int set(struct line *line, enum option_id id, const char *value, struct failure *why)
{
    if (id == OPTION_SET)
        return add_line(line, id, line->options->run.set, value, why);
    if (id == OPTION_SWEEP)
        return add_line(line, id, line->options->run.sweep, value, why);
    return options_set(line->options, id, value, SOURCE_COMMAND_LINE, why);
}

static int add_target(struct line *line, char *target)
{
    line->targets[line->target_count++] = target;
    return 0;
}

/* The option of the benchmark that preceded this one: its file is created if it does not exist. */
static int take_output(struct line *line, char *inside, struct failure *why)
{
    char *target = NULL;
    int status = take_value(line, "output", "TARGET", inside, &target, why);
    if (status == 0)
        status = set(line, OPTION_NEW_FILE, "yes", why);
    return status ? status : add_target(line, target);
}

/* Returns the flag of "--no-name", or OPTION_COUNT. */
static enum option_id find_negated(const char *name)
{
    if (strncmp(name, "no-", 3) != 0)
        return OPTION_COUNT;
    enum option_id id = options_find(name + 3);
    return id != OPTION_COUNT && option_table[id].kind == KIND_FLAG ? id : OPTION_COUNT;
}

static int parse_without_value(struct line *line, const char *argument, const char *inside,
                               enum option_id id, const char *value, struct failure *why)
{
    if (inside)
        return failure_set(why, -EINVAL, "'%s': this option takes no value", argument);
    return set(line, id, value, why);
}

static int parse_long(struct line *line, char *argument, struct failure *why)
{
    char name[64];
    char *inside = strchr(argument, '=');
    size_t length = inside ? (size_t)(inside - argument) - 2 : strlen(argument) - 2;
    if (length >= sizeof name)
        return refuse_unknown(argument, why);
    memcpy(name, argument + 2, length);
    name[length] = '\0';
    inside = inside ? inside + 1 : NULL;

    char *value = NULL;
    int status;
    if (strcmp(name, "output") == 0)
        return take_output(line, inside, why);
    if (strcmp(name, "no-direct") == 0)
        return parse_without_value(line, argument, inside, OPTION_DIRECT, "never", why);
    enum option_id negated = find_negated(name);
    if (negated != OPTION_COUNT)
        return parse_without_value(line, argument, inside, negated, "no", why);
    enum option_id id = options_find(name);
    if (id == OPTION_COUNT)
        return refuse_unknown(argument, why);
    if (option_table[id].kind == KIND_FLAG)
        return set(line, id, inside ? inside : "yes", why);
    status = take_value(line, name, option_table[id].argument, inside, &value, why);
    if (!status && !strcmp(name, "numa-mode") && !strcmp(value, "disabled"))
        return set(line, id, "off", why);
    return status ? status : set(line, id, value, why);
}

/* One argument, not yet after "--". */
static int parse_argument(struct line *line, char *argument, bool *help, struct failure *why)
{
    if (strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0) {
        *help = true;
        return 0;
    }
    if (strcmp(argument, "-v") == 0)
        return set(line, OPTION_VERBOSE, "yes", why);
    if (strncmp(argument, "--", 2) == 0)
        return parse_long(line, argument, why);
    if (argument[0] == '-' && argument[1] != '\0')
        return refuse_unknown(argument, why);
    return add_target(line, argument);
}

int arguments_parse(struct options *options, int argc, char *const *argv, bool *help,
                    struct failure *why)
{
    struct line line = {.options = options, .argc = argc, .argv = argv, .at = 1};
    *help = false;
    line.targets = calloc(argc > 0 ? (size_t)argc : 1, sizeof *line.targets);
    if (!line.targets)
        return failure_set(why, -ENOMEM, "not enough memory for the command line");
    int status = 0;
    bool only_targets = false;
    for (; line.at < argc && status == 0 && !*help; line.at++) {
        if (only_targets)
            status = add_target(&line, argv[line.at]);
        else if (strcmp(argv[line.at], "--") == 0)
            only_targets = true;
        else
            status = parse_argument(&line, argv[line.at], help, why);
    }
    if (status == 0 && !*help && line.target_count > 0)
        status =
            options_set_targets(options, line.targets, line.target_count, SOURCE_COMMAND_LINE, why);
    free(line.targets);
    return status;
}
