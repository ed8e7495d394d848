/* SPDX-License-Identifier: Apache-2.0 */
#include "options/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "option_value.h"

/* At most one of these is set: the one with the highest source. */
static const enum option_id sizes[] = {OPTION_SIZE, OPTION_SIZE_PER_RANK, OPTION_SIZE_PER_NODE};
enum { SIZES = sizeof sizes / sizeof *sizes };

static int set_default(struct options *options, enum option_id id, struct failure *why)
{
    union option_value value;
    int status = option_value_default(&option_table[id], &value, why);
    if (status)
        return status;
    struct option_place place = option_place(options, id);
    option_value_store(&option_table[id], place.field, value);
    *place.source = SOURCE_DEFAULT;
    return 0;
}

int options_init(struct options *options, struct failure *why)
{
    *options = (struct options){0};
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        int status = set_default(options, (enum option_id)id, why);
        if (status) {
            options_release(options);
            return status;
        }
    }
    return 0;
}

static void free_targets(char **targets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(targets[i]);
    free(targets);
}

void settings_release(struct settings *settings)
{
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (option_table[id].scope == SCOPE_SECTION)
            option_value_store(&option_table[id], (char *)settings + option_table[id].offset,
                               (union option_value){0});
    free_targets(settings->targets, settings->target_count);
    *settings = (struct settings){0};
}

void options_release(struct options *options)
{
    sections_release(options);
    settings_release(&options->common);
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (option_table[id].scope == SCOPE_RUN)
            option_value_store(&option_table[id], option_place(options, (enum option_id)id).field,
                               (union option_value){0});
    *options = (struct options){0};
}

static int copy_targets(struct settings *copy, char *const *targets, size_t count)
{
    copy->targets = calloc(count > 0 ? count : 1, sizeof *copy->targets);
    copy->target_count = 0;
    for (size_t i = 0; copy->targets && i < count; i++) {
        copy->targets[i] = strdup(targets[i]);
        if (!copy->targets[i])
            return -ENOMEM;
        copy->target_count++;
    }
    return copy->targets ? 0 : -ENOMEM;
}

int settings_copy(struct settings *copy, const struct settings *from, struct failure *why)
{
    bool failed = false;
    *copy = *from;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (option_table[id].scope != SCOPE_SECTION || option_table[id].kind != KIND_TEXT)
            continue;
        char **text = (char **)(void *)((char *)copy + option_table[id].offset);
        *text = *text ? strdup(*text) : NULL;
        failed |= !*text && *(char *const *)settings_field(from, (enum option_id)id);
    }
    failed |= copy_targets(copy, from->targets, from->target_count) != 0;
    if (!failed)
        return 0;
    settings_release(copy);
    return failure_set(why, -ENOMEM, "not enough memory for the options");
}

int options_reset(struct options *options, enum option_id id, enum option_source source,
                  struct failure *why)
{
    return *option_place(options, id).source == source ? set_default(options, id, why) : 0;
}

bool settings_given(const struct settings *settings, enum option_id id)
{
    return settings->source[id] != SOURCE_DEFAULT;
}

enum option_source options_source(const struct options *options, enum option_id id)
{
    return option_table[id].scope == SCOPE_SECTION ? options->common.source[id]
                                                   : options->run.source[id];
}

bool options_given(const struct options *options, enum option_id id)
{
    return options_source(options, id) != SOURCE_DEFAULT;
}

enum option_id options_find(const char *name)
{
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (strcmp(option_table[id].name, name) == 0)
            return (enum option_id)id;
    for (size_t i = 0; i < OPTION_ALIASES; i++)
        if (strcmp(option_aliases[i].name, name) == 0)
            return option_aliases[i].id;
    return OPTION_COUNT;
}

const char *options_name(enum option_id id)
{
    return option_table[id].name;
}

bool options_per_section(enum option_id id)
{
    return option_table[id].scope == SCOPE_SECTION;
}

bool options_flagged(enum option_id id, enum option_flag flag)
{
    return option_table[id].flags & flag;
}

void options_list(enum option_flag flag, struct text *out)
{
    size_t left = 0;
    for (size_t id = 0; id < OPTION_COUNT; id++)
        left += options_flagged((enum option_id)id, flag);
    const char *before = "";
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (!options_flagged((enum option_id)id, flag))
            continue;
        text_add(out, "%s'--%s'", before, option_table[id].name);
        before = --left == 1 ? " and " : ", ";
    }
}

bool options_equal(const struct options *a, const struct options *b, enum option_id id)
{
    struct text texts[2] = {0};
    options_print_value(a, id, &texts[0]);
    options_print_value(b, id, &texts[1]);
    bool alike = strcmp(text_string(&texts[0]), text_string(&texts[1])) == 0;
    text_release(&texts[0]);
    text_release(&texts[1]);
    return alike;
}

static bool is_size(enum option_id id)
{
    for (size_t i = 0; i < SIZES; i++)
        if (sizes[i] == id)
            return true;
    return false;
}

/* Returns true if this option, or for a size any of the sizes, has a higher source. */
static bool is_outranked(const struct options *options, enum option_id id,
                         enum option_source source)
{
    if (options_source(options, id) > source)
        return true;
    for (size_t i = 0; i < SIZES && is_size(id); i++)
        if (options_source(options, sizes[i]) > source)
            return true;
    return false;
}

static int reset_other_sizes(struct options *options, enum option_id id, enum option_source source,
                             struct failure *why)
{
    int status = 0;
    for (size_t i = 0; i < SIZES && is_size(id) && status == 0; i++)
        if (sizes[i] != id && options_source(options, sizes[i]) < source)
            status = set_default(options, sizes[i], why);
    return status;
}

int options_set(struct options *options, enum option_id id, const char *value,
                enum option_source source, struct failure *why)
{
    const struct option_row *row = &option_table[id];
    union option_value parsed = {0};
    struct failure inner = {0};
    if (option_value_parse(row, value, &parsed, &inner))
        return failure_set(why, inner.code, "--%s: %s", row->name, inner.text);
    if (is_outranked(options, id, source)) {
        option_value_release(row, &parsed);
        return 0;
    }
    struct option_place place = option_place(options, id);
    option_value_store(row, place.field, parsed);
    *place.source = source;
    return reset_other_sizes(options, id, source, why);
}

int options_set_targets(struct options *options, char *const *targets, size_t count,
                        enum option_source source, struct failure *why)
{
    struct settings *common = &options->common;
    struct settings copy = {0};
    if (common->targets_source > source)
        return 0;
    if (copy_targets(&copy, targets, count)) {
        free_targets(copy.targets, copy.target_count);
        return failure_set(why, -ENOMEM, "not enough memory for %zu targets", count);
    }
    free_targets(common->targets, common->target_count);
    common->targets = copy.targets;
    common->target_count = copy.target_count;
    common->targets_source = source;
    return 0;
}

void options_print_value(const struct options *options, enum option_id id, struct text *out)
{
    option_value_print(&option_table[id], option_field(options, id), out);
}

void settings_print_value(const struct settings *settings, enum option_id id, struct text *out)
{
    option_value_print(&option_table[id], settings_field(settings, id), out);
}
