/* SPDX-License-Identifier: Apache-2.0 */
/* Which sections a run needs: --set changes them, --phases names them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options/options.h"
#include "options/sections.h"

static void drop_own(struct section *section, unsigned id)
{
    size_t left = 0;
    for (size_t i = 0; i < section->own_count; i++) {
        if (section->own[i].id == id)
            free(section->own[i].value);
        else
            section->own[left++] = section->own[i];
    }
    section->own_count = left;
}

static int refuse_name(const struct options *options, const char *option, const char *name,
                       struct failure *why)
{
    struct text known = {0};
    for (size_t i = 0; i < options->section_count; i++)
        text_add(&known, "%s%s", i ? ", " : "", options->sections[i].name);
    failure_set(why, -EINVAL, "--%s: unknown section '%s' (known: %s)", option, name,
                known.length ? text_string(&known) : "none; use --options-from FILE");
    text_release(&known);
    return -EINVAL;
}

/* Applies "SECTION.OPTION=VALUE"; modifies 'line'. */
static int apply_set(struct options *options, char *line, struct failure *why)
{
    struct failure inner = {0};
    char *equals = strchr(line, '=');
    char *dot = strchr(line, '.');
    if (!equals || !dot || dot > equals)
        return failure_set(why, -EINVAL, "--set: '%s' is not SECTION.OPTION=VALUE", line);
    *equals = *dot = '\0';
    size_t index = section_find(options, line);
    if (index == options->section_count)
        return refuse_name(options, "set", line, why);
    struct section *section = &options->sections[index];
    bool target = !strcmp(dot + 1, "target");
    if (!strcmp(dot + 1, "phase") || !strcmp(dot + 1, "data"))
        return failure_set(why, -EINVAL, "--set: '%s' of a section can only be set in the file",
                           dot + 1);
    drop_own(section, target ? OPTION_COUNT : options_find(dot + 1));
    int status = section_set(section, dot + 1, equals + 1, &inner);
    return status ? failure_set(why, status, "--set: section '%s': %s", section->name, inner.text)
                  : 0;
}

static int apply_sets(struct options *options, struct failure *why)
{
    char *lines = options->run.set ? strdup(options->run.set) : NULL;
    char *rest = lines;
    if (options->run.set && !lines)
        return failure_set(why, -ENOMEM, "not enough memory for the sections");
    for (char *line; (line = strsep(&rest, "\n")) && !why->code;)
        apply_set(options, line, why);
    free(lines);
    return why->code;
}

static bool is_in_list(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *word = list; *word; word += strcspn(word, ",")) {
        word += *word == ',';
        if (strcspn(word, ",") == length && !memcmp(word, name, length))
            return true;
    }
    return false;
}

static int check_names(const struct options *options, struct failure *why)
{
    const char *list = options->run.phases;
    for (const char *word = list; *word; word += strcspn(word, ",")) {
        char name[SECTION_NAME + 1];
        word += *word == ',';
        text_copy(name, sizeof name, word);
        name[strcspn(name, ",")] = '\0';
        if (section_find(options, name) == options->section_count)
            return refuse_name(options, "phases", name, why);
    }
    return 0;
}

static bool is_named(const struct options *options, const struct section *section)
{
    return !options->run.phases || is_in_list(options->run.phases, section->name);
}

size_t sections_data_sets(const struct options *options)
{
    size_t count = 0;
    for (size_t i = 0; i < options->section_count; i++)
        count +=
            is_named(options, &options->sections[i]) && phase_makes(options->sections[i].phase);
    return count;
}

static bool any_writes(const struct options *options)
{
    for (size_t i = 0; i < options->section_count; i++)
        if (is_named(options, &options->sections[i]) &&
            phase_kinds[options->sections[i].phase].writes)
            return true;
    return false;
}

/* Does a named section read what this one wrote? */
static bool is_read(const struct options *options, const struct section *section)
{
    for (size_t i = 0; i < options->section_count; i++)
        if (is_named(options, &options->sections[i]) &&
            !strcmp(options->sections[i].data, section->name))
            return true;
    return false;
}

int sections_select(struct options *options, bool stored, struct failure *why)
{
    size_t total = options->section_count;
    if (apply_sets(options, why) || (total && options->run.phases && check_names(options, why)) ||
        !total)
        return why->code;
    struct section *sorted = calloc(total, sizeof *sorted);
    if (!sorted)
        return failure_set(why, -ENOMEM, "not enough memory for the sections");
    size_t selected = 0;
    size_t left_out = total;
    stored &= !any_writes(options);
    for (size_t i = 0; i < total; i++) {
        struct section *section = &options->sections[i];
        if (is_named(options, section) || (stored && is_read(options, section)))
            sorted[selected++] = *section;
        else
            sorted[--left_out] = *section;
    }
    free(options->sections);
    options->sections = sorted;
    options->section_count = selected;
    return 0;
}
