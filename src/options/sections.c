/* SPDX-License-Identifier: Apache-2.0 */
#include "options/sections.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "option_value.h"
#include "options/nearest.h"
#include "options/options.h"
#include "quote.h"

size_t section_find(const struct options *options, const char *name)
{
    size_t index = 0;
    while (index < options->section_count && strcmp(options->sections[index].name, name) != 0)
        index++;
    return index;
}

int sections_add(struct options *options, const char *name, size_t length, struct failure *why)
{
    struct section section = {0};
    if (length == 0 || length >= SECTION_NAME ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") < length)
        return failure_set(why, -EINVAL,
                           "a section's name has 1 to %d characters of a-z, 0-9, '_' and '-'",
                           SECTION_NAME - 1);
    memcpy(section.name, name, length);
    if (section_find(options, section.name) < options->section_count)
        return failure_set(why, -EINVAL, "section '%s' exists already; use another name",
                           section.name);
    section.place = options->section_count;
    if (options->section_count == PHASES_MOST)
        return failure_set(why, -EINVAL, "more than %d sections", PHASES_MOST);
    struct section *longer =
        reallocarray(options->sections, options->section_count + 1, sizeof *longer);
    if (!longer)
        return failure_set(why, -ENOMEM, "not enough memory for the sections");
    options->sections = longer;
    options->sections[options->section_count++] = section;
    options->section_total = options->section_count;
    return 0;
}

static int set_phase(struct section *section, const char *value, struct failure *why)
{
    enum phase_id phases[PHASES_MOST];
    size_t count;
    struct failure inner = {0};
    if (phases_parse(value, phases, &count, &inner) || count != 1)
        return failure_set(why, -EINVAL, "phase: '%s' is not one phase%s%s", value,
                           inner.code ? ": " : "", inner.text);
    section->phase = phases[0];
    section->has_phase = true;
    return 0;
}

static int set_data(struct section *section, const char *value, struct failure *why)
{
    if (strlen(value) >= SECTION_NAME || !*value)
        return failure_set(why, -EINVAL, "data: '%s' is not a section's name", value);
    text_copy(section->data, sizeof section->data, value);
    return 0;
}

static int add_assignment(struct section *section, unsigned id, const char *value,
                          struct failure *why)
{
    struct assignment *longer = reallocarray(section->own, section->own_count + 1, sizeof *longer);
    if (longer)
        section->own = longer;
    char *copy = longer ? strdup(value) : NULL;
    if (!copy)
        return failure_set(why, -ENOMEM, "not enough memory for the sections");
    section->own[section->own_count++] = (struct assignment){id, copy};
    return 0;
}

/* Checks that a section can set this option to this value. */
static int check_option(enum option_id id, const char *key, const char *value, struct failure *why)
{
    const struct option_row *row = id < OPTION_COUNT ? &option_table[id] : NULL;
    union option_value parsed = {0};
    struct failure inner = {0};
    const char *near = row ? NULL : nearest_option(key);
    if (!row)
        return failure_set(why, -EINVAL, "unknown option '%s'%s%s%s", key,
                           near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    if (row->scope == SCOPE_RUN)
        return failure_set(why, -EINVAL,
                           "'%s' belongs to the whole run; set it before the first section, or on "
                           "the command line",
                           row->name);
    if (option_value_parse(row, value, &parsed, &inner))
        return failure_set(why, inner.code, "%s: %s", row->name, inner.text);
    option_value_release(row, &parsed);
    return 0;
}

int section_set(struct section *section, const char *key, const char *value, struct failure *why)
{
    if (!strcmp(key, "phase"))
        return set_phase(section, value, why);
    if (!strcmp(key, "data"))
        return set_data(section, value, why);
    if (!strcmp(key, "target"))
        return add_assignment(section, OPTION_COUNT, value, why);
    enum option_id id = options_find(key);
    int status = check_option(id, key, value, why);
    return status ? status : add_assignment(section, id, value, why);
}

static void release_section(struct section *section)
{
    for (size_t i = 0; i < section->own_count; i++)
        free(section->own[i].value);
    free(section->own);
}

static int apply_targets(const struct section *section, struct options *view, struct failure *why)
{
    char **targets = calloc(section->own_count + 1, sizeof *targets);
    size_t count = 0;
    if (!targets)
        return failure_set(why, -ENOMEM, "not enough memory for the sections");
    for (size_t i = 0; i < section->own_count; i++)
        if (section->own[i].id == OPTION_COUNT)
            targets[count++] = section->own[i].value;
    if (count)
        options_set_targets(view, targets, count, SOURCE_SECTION, why);
    free(targets);
    return why->code;
}

int section_settings(const struct options *options, size_t index, struct settings *settings,
                     struct failure *why)
{
    const struct section *section = &options->sections[index];
    struct options view = {0}; /* of which only the common settings are used */
    if (settings_copy(&view.common, &options->common, why))
        return why->code;
    for (size_t i = 0; i < section->own_count && !why->code; i++)
        if (section->own[i].id != OPTION_COUNT)
            options_set(&view, (enum option_id)section->own[i].id, section->own[i].value,
                        SOURCE_SECTION, why);
    if (!why->code)
        apply_targets(section, &view, why);
    if (why->code)
        settings_release(&view.common);
    *settings = view.common;
    return why->code;
}

/* A section that writes in place does so with the requests that the data were written with. */
static bool is_adopted(enum option_id id, enum phase_id phase)
{
    if (option_table[id].scope != SCOPE_SECTION)
        return false;
    if (phase_kinds[phase].updates && options_flagged(id, SETS_SEQUENCE))
        return true;
    return (phase_kinds[phase].updates || !options_flagged(id, READER_OWN)) &&
           (options_flagged(id, SETS_CONTENT) || options_flagged(id, SETS_PLACE));
}

int section_adopt(struct settings *reader, const struct settings *writer, enum phase_id phase,
                  struct failure *why)
{
    struct options view = {.common = *reader};
    struct text value = {0};
    for (enum option_id id = 0; id < OPTION_COUNT && !why->code; id++) {
        if (!is_adopted(id, phase))
            continue;
        bool unset = option_value_is_unset(&option_table[id], settings_field(writer, id));
        text_clear(&value);
        settings_print_value(writer, id, &value);
        if (value.failed)
            failure_set(why, -ENOMEM, "not enough memory for the sections");
        else if (unset)
            options_reset(&view, id, view.common.source[id], why);
        else
            options_set(&view, id, text_string(&value), SOURCE_SECTION, why);
    }
    view.common.targets_source = SOURCE_DEFAULT;
    if (!why->code)
        options_set_targets(&view, writer->targets, writer->target_count, SOURCE_SECTION, why);
    text_release(&value);
    *reader = view.common;
    return why->code;
}

/* The sections up to this one that write in place what the same other one wrote. */
static uint32_t count_updates(const struct options *options, const struct section *section,
                              size_t index)
{
    uint32_t count = 0;
    for (size_t i = 0; i <= index; i++)
        count += phase_kinds[options->sections[i].phase].updates &&
                 !strcmp(options->sections[i].data, section->data);
    return count;
}

static int check_reader(const struct options *options, const struct section *section, size_t index,
                        struct failure *why)
{
    size_t other = section_find(options, section->data);
    if (phase_makes(section->phase))
        return failure_set(why, -EINVAL,
                           "section '%s': phase '%s' writes its own data set; leave 'data' out",
                           section->name, phase_kinds[section->phase].name);
    if (other >= index || !phase_makes(options->sections[other].phase))
        return failure_set(why, -EINVAL,
                           "section '%s': 'data = %s' is not a selected section before it that "
                           "writes",
                           section->name, section->data);
    if (phase_kinds[section->phase].unit != phase_kinds[options->sections[other].phase].unit)
        return failure_set(why, -EINVAL,
                           "section '%s': phase '%s' cannot use what phase '%s' of section '%s' "
                           "made; name another section",
                           section->name, phase_kinds[section->phase].name,
                           phase_kinds[options->sections[other].phase].name, section->data);
    for (size_t i = other + 1; i < index; i++)
        if (options->sections[i].phase == PHASE_REMOVE &&
            !strcmp(options->sections[i].data, section->data))
            return failure_set(why, -EINVAL,
                               "section '%s': section '%s' has removed the objects of section "
                               "'%s'; put it last",
                               section->name, options->sections[i].name, section->data);
    if (count_updates(options, section, index) > PHASES_UPDATES_MOST)
        return failure_set(why, -EINVAL,
                           "section '%s': more than %d sections rewrite the data of section '%s'; "
                           "let another one write them",
                           section->name, PHASES_UPDATES_MOST, section->data);
    for (size_t i = 0; i < section->own_count; i++)
        if (section->own[i].id == OPTION_COUNT ||
            is_adopted((enum option_id)section->own[i].id, section->phase))
            return failure_set(why, -EINVAL,
                               "section '%s' uses the data of section '%s', which sets '%s'; "
                               "leave it out",
                               section->name, section->data,
                               section->own[i].id == OPTION_COUNT
                                   ? "target"
                                   : option_table[section->own[i].id].name);
    return 0;
}

int sections_check(const struct options *options, struct failure *why)
{
    for (size_t i = 0; i < options->section_count && !why->code; i++) {
        const struct section *section = &options->sections[i];
        if (!section->has_phase)
            failure_set(why, -EINVAL, "section '%s' has no phase; add 'phase = write' or another",
                        section->name);
        else if (section->data[0])
            check_reader(options, section, i, why);
        else if (!phase_makes(section->phase))
            failure_set(why, -EINVAL,
                        "section '%s' %s, but has no 'data'; add 'data = NAME' of a section "
                        "that writes",
                        section->name, phase_kinds[section->phase].updates ? "rewrites" : "reads");
    }
    return why->code;
}

static void print_line(struct text *out, const char *key, const char *value)
{
    text_add(out, "%s = ", key);
    quote_print(out, value);
    text_add(out, "\n");
}

/* Does the section set it, if only to nothing? */
static bool sets_option(const struct section *section, enum option_id id)
{
    for (size_t i = 0; i < section->own_count; i++)
        if (section->own[i].id == id)
            return true;
    return false;
}

static void print_resolved(const struct section *section, const struct settings *resolved,
                           struct text *out)
{
    struct text value = {0};
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (option_table[id].scope != SCOPE_SECTION ||
            (section->data[0] && is_adopted(id, section->phase)) ||
            (option_value_is_unset(&option_table[id], settings_field(resolved, id)) &&
             !sets_option(section, id)))
            continue;
        text_clear(&value);
        settings_print_value(resolved, id, &value);
        print_line(out, option_table[id].name, text_string(&value));
    }
    for (size_t i = 0; i < resolved->target_count && !section->data[0]; i++)
        print_line(out, "target", resolved->targets[i]);
    text_release(&value);
}

void section_print(const struct section *section, const struct settings *resolved, struct text *out)
{
    text_add(out, "[%s]\n", section->name);
    if (section->has_phase)
        print_line(out, "phase", phase_kinds[section->phase].name);
    if (section->data[0])
        print_line(out, "data", section->data);
    if (resolved) {
        print_resolved(section, resolved, out);
        return;
    }
    for (size_t i = 0; i < section->own_count; i++)
        print_line(out,
                   section->own[i].id == OPTION_COUNT ? "target"
                                                      : option_table[section->own[i].id].name,
                   section->own[i].value);
}

void sections_print(const struct options *options, struct settings *const *resolved,
                    struct text *out)
{
    for (size_t place = 0; place < options->section_total; place++)
        for (size_t i = 0; i < options->section_total; i++)
            if (options->sections[i].place == place)
                section_print(&options->sections[i],
                              resolved && i < options->section_count ? resolved[i] : NULL, out);
}

void sections_release(struct options *options)
{
    for (size_t i = 0; i < options->section_total; i++)
        release_section(&options->sections[i]);
    free(options->sections);
    options->sections = NULL;
    options->section_count = options->section_total = 0;
}
