#include "options/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "option_value.h"

/* Of these at most one counts; the one of the highest source. */
static const enum option_id sizes[] = {OPTION_SIZE, OPTION_SIZE_PER_RANK, OPTION_SIZE_PER_NODE};
enum { SIZES = sizeof sizes / sizeof *sizes };

static int put_default(struct options *options, enum option_id id, struct failure *why)
{
    union option_value value;
    int status = option_value_default(&option_table[id], &value, why);
    if (status)
        return status;
    option_value_put(&option_table[id], option_field(options, id), value);
    options->source[id] = SOURCE_DEFAULT;
    return 0;
}

int options_init(struct options *options, struct failure *why)
{
    *options = (struct options){0};
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        int status = put_default(options, (enum option_id)id, why);
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

void options_release(struct options *options)
{
    for (size_t id = 0; id < OPTION_COUNT; id++)
        option_value_put(&option_table[id], option_field(options, (enum option_id)id),
                         (union option_value){0});
    free_targets(options->targets, options->target_count);
    *options = (struct options){0};
}

int options_forget(struct options *options, enum option_id id, enum option_source source,
                   struct failure *why)
{
    return options->source[id] == source ? put_default(options, id, why) : 0;
}

bool options_given(const struct options *options, enum option_id id)
{
    return options->source[id] != SOURCE_DEFAULT;
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

static bool is_size(enum option_id id)
{
    for (size_t i = 0; i < SIZES; i++)
        if (sizes[i] == id)
            return true;
    return false;
}

/* Does a higher source say otherwise, by this option or by one that stands for the same? */
static bool is_outranked(const struct options *options, enum option_id id,
                         enum option_source source)
{
    if (options->source[id] > source)
        return true;
    for (size_t i = 0; i < SIZES && is_size(id); i++)
        if (options->source[sizes[i]] > source)
            return true;
    return false;
}

static int yield_rivals(struct options *options, enum option_id id, enum option_source source,
                        struct failure *why)
{
    int status = 0;
    for (size_t i = 0; i < SIZES && is_size(id) && status == 0; i++)
        if (sizes[i] != id && options->source[sizes[i]] < source)
            status = put_default(options, sizes[i], why);
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
        option_value_drop(row, &parsed);
        return 0;
    }
    option_value_put(row, option_field(options, id), parsed);
    options->source[id] = source;
    return yield_rivals(options, id, source, why);
}

int options_set_targets(struct options *options, char *const *targets, size_t count,
                        enum option_source source, struct failure *why)
{
    if (options->targets_source > source)
        return 0;
    char **copies = calloc(count > 0 ? count : 1, sizeof *copies);
    if (!copies)
        return failure_set(why, -ENOMEM, "no memory for %zu targets", count);
    for (size_t i = 0; i < count; i++) {
        copies[i] = strdup(targets[i]);
        if (!copies[i]) {
            free_targets(copies, i);
            return failure_set(why, -ENOMEM, "no memory for %zu targets", count);
        }
    }
    free_targets(options->targets, options->target_count);
    options->targets = copies;
    options->target_count = count;
    options->targets_source = source;
    return 0;
}

void options_value_text(const struct options *options, enum option_id id, struct text *out)
{
    option_value_print(&option_table[id], option_field_const(options, id), out);
}
