/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "options/nearest.h"
#include "options/options.h"
#include "quote.h"

struct reader {
    struct options *options;
    const char *name;
    enum option_source source;
    bool inherit;
    struct section *section; /* of the current line; NULL: the common options */
    unsigned line;
    unsigned seen[OPTION_COUNT]; /* the line of each key, or 0 */
    char **targets;
    size_t target_count;
    struct text value;
};

static int refuse(const struct reader *reader, const char *what, struct failure *why)
{
    return failure_set(why, -EINVAL, "line %u of '%s': %s", reader->line, reader->name, what);
}

static int refuse_key(const struct reader *reader, const char *key, struct failure *why)
{
    const char *near = nearest_option(key);
    if (near)
        return failure_set(why, -EINVAL, "line %u of '%s': unknown option '%s'; did you mean '%s'?",
                           reader->line, reader->name, key, near);
    return failure_set(why, -EINVAL,
                       "line %u of '%s': unknown option '%s'; keys are the long option names of "
                       "'tidemill run --help'",
                       reader->line, reader->name, key);
}

static int add_target(struct reader *reader, struct failure *why)
{
    char **longer = realloc(reader->targets, (reader->target_count + 1) * sizeof *longer);
    if (longer)
        reader->targets = longer;
    char *copy = longer ? strdup(text_string(&reader->value)) : NULL;
    if (!copy)
        return failure_set(why, -ENOMEM, "not enough memory for the targets of '%s'", reader->name);
    reader->targets[reader->target_count++] = copy;
    return 0;
}

static int set_option(struct reader *reader, enum option_id id, struct failure *why)
{
    if (reader->seen[id])
        return failure_set(why, -EINVAL, "line %u of '%s': '%s' is already set on line %u",
                           reader->line, reader->name, option_table[id].name, reader->seen[id]);
    reader->seen[id] = reader->line;
    if (reader->inherit && !option_table[id].inherited)
        return 0;
    if (id == OPTION_OPTIONS_FROM && reader->source <= SOURCE_FILE)
        return refuse(reader, "a settings file cannot contain 'options-from'; leave it out", why);
    if (id == OPTION_PRESET && reader->source == SOURCE_PRESET)
        return refuse(reader, "a preset cannot contain 'preset'; leave it out", why);
    struct failure inner = {0};
    int status =
        options_set(reader->options, id, text_string(&reader->value), reader->source, &inner);
    return status ? failure_set(why, status, "line %u of '%s': %s", reader->line, reader->name,
                                inner.text)
                  : 0;
}

/* "[name]": the lines that follow belong to this section. */
static int open_section(struct reader *reader, const char *line, struct failure *why)
{
    struct failure inner = {0};
    size_t length = strcspn(line + 1, "]");
    const char *after = line + 1 + length + (line[1 + length] == ']');
    if (!reader->section && reader->options->section_count)
        return refuse(reader, "--preset and --options-from both have sections; leave one out", why);
    if (line[1 + length] != ']' || after[strspn(after, " \t")] != '\0')
        return refuse(reader, "expected '[name]'", why);
    int status = sections_add(reader->options, line + 1, length, &inner);
    if (status)
        return failure_set(why, status, "line %u of '%s': %s", reader->line, reader->name,
                           inner.text);
    reader->section = &reader->options->sections[reader->options->section_count - 1];
    memset(reader->seen, 0, sizeof reader->seen);
    return 0;
}

static int set_in_section(struct reader *reader, const char *key, struct failure *why)
{
    struct failure inner = {0};
    enum option_id id = options_find(key);
    if (id != OPTION_COUNT && reader->seen[id])
        return failure_set(why, -EINVAL, "line %u of '%s': '%s' is already set on line %u",
                           reader->line, reader->name, key, reader->seen[id]);
    if (id != OPTION_COUNT)
        reader->seen[id] = reader->line;
    int status = section_set(reader->section, key, text_string(&reader->value), &inner);
    return status ? failure_set(why, status, "line %u of '%s': section '%s': %s", reader->line,
                                reader->name, reader->section->name, inner.text)
                  : 0;
}

/* 'line' ends with a null byte and is modified. */
static int read_line(struct reader *reader, char *line, struct failure *why)
{
    char *key = line + strspn(line, " \t");
    if (*key == '\0' || *key == '#')
        return 0;
    if (*key == '[')
        return open_section(reader, key, why);
    char *equals = strchr(key, '=');
    if (!equals)
        return refuse(reader, "expected 'key = value'", why);
    char *end = equals;
    while (end > key && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';

    bool is_target = strcmp(key, "target") == 0;
    enum option_id id = options_find(key);
    if (!is_target && id == OPTION_COUNT && !reader->section)
        return refuse_key(reader, key, why);
    struct failure inner = {0};
    text_clear(&reader->value);
    if (quote_parse(equals + 1, &reader->value, &inner))
        return failure_set(why, inner.code, "line %u of '%s': %s: %s", reader->line, reader->name,
                           key, inner.text);
    if (reader->value.failed)
        return failure_set(why, -ENOMEM, "not enough memory for line %u of '%s'", reader->line,
                           reader->name);
    if (reader->section)
        return set_in_section(reader, key, why);
    return is_target ? add_target(reader, why) : set_option(reader, id, why);
}

static int read_lines(struct reader *reader, char *text, struct failure *why)
{
    while (text) {
        char *next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        size_t length = strlen(text);
        if (length > 0 && text[length - 1] == '\r')
            text[length - 1] = '\0';
        reader->line++;
        int status = read_line(reader, text, why);
        if (status)
            return status;
        text = next;
    }
    return 0;
}

int options_read(struct options *options, const char *text, const char *name,
                 enum option_source source, bool inherit, struct failure *why)
{
    struct reader reader = {.options = options, .name = name, .source = source, .inherit = inherit};
    char *copy = strdup(text);
    int status;
    if (!copy) {
        status = failure_set(why, -ENOMEM, "not enough memory for '%s'", name);
        goto out;
    }
    status = read_lines(&reader, copy, why);
    if (status == 0 && reader.target_count > 0)
        status = options_set_targets(options, reader.targets, reader.target_count, source, why);
out:
    for (size_t i = 0; i < reader.target_count; i++)
        free(reader.targets[i]);
    free(reader.targets);
    text_release(&reader.value);
    free(copy);
    return status;
}
