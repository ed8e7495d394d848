/* SPDX-License-Identifier: Apache-2.0 */
#include "options/sweep_words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "option_value.h"
#include "options/nearest.h"

static int out_of_memory(struct failure *why)
{
    return failure_set(why, -ENOMEM, "not enough memory for --sweep");
}

static const char *name_of(const struct sweep_option *option)
{
    return option->crowd == SWEEP_RANKS   ? "ranks"
           : option->crowd == SWEEP_NODES ? "nodes"
                                          : option_table[option->id].name;
}

/* A number of ranks or nodes is written as one of I/O threads. */
static const struct option_row *row_of(const struct sweep_option *option)
{
    return &option_table[option->crowd ? OPTION_WRITERS : option->id];
}

static uint32_t count_of(const char *value)
{
    return (uint32_t)strtoul(value, NULL, 10);
}

static bool is_count(const char *value)
{
    const size_t length = strlen(value);
    return length > 0 && length < 10 && strspn(value, "0123456789") == length && count_of(value);
}

/* Prints a value as every spelling of it is printed. */
static int print_canonical(const struct option_row *row, const char *value, struct text *out,
                           struct failure *why)
{
    union option_value parsed = {0};
    if (option_value_parse(row, value, &parsed, why))
        return why->code;
    option_value_print(row, &parsed, out);
    option_value_release(row, &parsed);
    return out->failed ? out_of_memory(why) : 0;
}

/* Is the last value of the option, as it is or written differently, one of those before? */
static int refuse_equal(const struct sweep *sweep, const struct sweep_option *option,
                        struct failure *why)
{
    const struct option_row *row = row_of(option);
    char *const *values = sweep->values + option->first;
    const size_t last = option->count - 1;
    struct text mine = {0};
    struct text other = {0};
    print_canonical(row, values[last], &mine, why);
    for (size_t i = 0; i < last && !why->code; i++) {
        text_clear(&other);
        if (print_canonical(row, values[i], &other, why) ||
            strcmp(text_string(&mine), text_string(&other)) != 0)
            continue;
        if (!strcmp(values[i], values[last]))
            failure_set(why, -EINVAL, "'%s' is given twice", values[i]);
        else
            failure_set(why, -EINVAL, "'%s' and '%s' are the same value", values[i], values[last]);
    }
    text_release(&mine);
    text_release(&other);
    return why->code;
}

static int add_value(struct sweep *sweep, const char *value, size_t length, struct failure *why)
{
    struct sweep_option *option = &sweep->options[sweep->option_count - 1];
    const char *name = name_of(option);
    struct failure inner = {0};
    char **longer = reallocarray(sweep->values, sweep->value_count + 1, sizeof *longer);
    if (longer)
        sweep->values = longer;
    char *copy = longer ? strndup(value, length) : NULL;
    if (!copy)
        return out_of_memory(why);
    sweep->values[sweep->value_count++] = copy;
    option->count++;
    if (option->crowd && !is_count(copy))
        return failure_set(why, -EINVAL, "--sweep: '%s' is not a number of %s", copy, name);
    if (refuse_equal(sweep, option, &inner))
        return failure_set(why, inner.code, "--sweep: %s: %s", name, inner.text);
    return 0;
}

static int refuse_unknown(const char *name, struct failure *why)
{
    const char *near = nearest_option(name);
    return failure_set(why, -EINVAL, "--sweep: unknown option '%s'%s%s%s", name,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int refuse_twice(const struct sweep *sweep, const struct sweep_option *option,
                        struct failure *why)
{
    for (size_t i = 0; i < sweep->option_count; i++) {
        const struct sweep_option *other = &sweep->options[i];
        if (other->id == option->id && other->crowd == option->crowd)
            return failure_set(why, -EINVAL, "--sweep: '%s' is given twice", name_of(option));
        if (other->crowd && option->crowd)
            return failure_set(why, -EINVAL,
                               "--sweep: 'ranks' and 'nodes' exclude each other; use one of them");
    }
    return 0;
}

static int add_option(struct sweep *sweep, const char *name, struct failure *why)
{
    const enum sweep_crowd crowd = !strcmp(name, "ranks")   ? SWEEP_RANKS
                                   : !strcmp(name, "nodes") ? SWEEP_NODES
                                                            : SWEEP_NO_CROWD;
    const enum option_id id = crowd ? OPTION_COUNT : options_find(name);
    const struct sweep_option option = {.crowd = crowd, .id = id, .first = sweep->value_count};
    if (id == OPTION_COUNT && !crowd)
        return refuse_unknown(name, why);
    if (!crowd && option_table[id].scope == SCOPE_RUN)
        return failure_set(why, -EINVAL,
                           "--sweep: '%s' belongs to the whole run and cannot vary within it; "
                           "start a run for each value",
                           option_table[id].name);
    if (refuse_twice(sweep, &option, why))
        return why->code;
    if (sweep->option_count == SWEEP_OPTIONS_MOST)
        return failure_set(why, -EINVAL, "--sweep: more than %d options", SWEEP_OPTIONS_MOST);
    sweep->options[sweep->option_count++] = option;
    return 0;
}

/* "depth=1,2,4"; modifies 'line'. */
static int parse_line(struct sweep *sweep, char *line, struct failure *why)
{
    char *equals = strchr(line, '=');
    if (!equals || equals == line)
        return failure_set(why, -EINVAL, "--sweep: '%s' is not OPTION=VALUE,VALUE,...", line);
    *equals = '\0';
    if (add_option(sweep, line, why))
        return why->code;
    for (const char *value = equals + 1;; value++) {
        const size_t length = strcspn(value, ",");
        if (add_value(sweep, value, length, why))
            return why->code;
        value += length;
        if (!*value)
            return 0;
    }
}

static int count_points(struct sweep *sweep, struct failure *why)
{
    uint64_t points = 1;
    for (size_t i = 0; i < sweep->option_count; i++)
        points = points > UINT32_MAX ? points : points * sweep->options[i].count;
    if (points > SWEEP_POINTS_MOST)
        return failure_set(why, -EINVAL, "--sweep has %llu points; at most %d are possible",
                           (unsigned long long)points, SWEEP_POINTS_MOST);
    sweep->point_count = (uint32_t)points;
    return 0;
}

int sweep_parse(const char *text, struct sweep *sweep, struct failure *why)
{
    struct failure failure = {0};
    *sweep = (struct sweep){0};
    if (!text)
        return 0;
    char *lines = strdup(text);
    char *rest = lines;
    if (!lines)
        return out_of_memory(why);
    for (char *line; !failure.code && (line = strsep(&rest, "\n"));)
        parse_line(sweep, line, &failure);
    free(lines);
    if (!failure.code)
        count_points(sweep, &failure);
    return failure.code ? failure_set(why, failure.code, "%s", failure.text) : 0;
}

void sweep_release(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->value_count; i++)
        free(sweep->values[i]);
    free(sweep->values);
    *sweep = (struct sweep){0};
}

static const char *value_of(const struct sweep *sweep, uint32_t point, size_t option)
{
    for (size_t i = sweep->option_count - 1; i > option; i--)
        point /= (uint32_t)sweep->options[i].count;
    return sweep->values[sweep->options[option].first + point % sweep->options[option].count];
}

int sweep_apply(const struct sweep *sweep, uint32_t point, struct options *options,
                struct failure *why)
{
    for (size_t i = 0; i < sweep->option_count; i++)
        if (!sweep->options[i].crowd &&
            options_set(options, sweep->options[i].id, value_of(sweep, point, i),
                        SOURCE_COMMAND_LINE, why))
            return why->code;
    return 0;
}

void sweep_print(const struct sweep *sweep, uint32_t point, struct text *out)
{
    for (size_t i = 0; i < sweep->option_count; i++)
        text_add(out, "%s%s %s", i ? ", " : "", name_of(&sweep->options[i]),
                 value_of(sweep, point, i));
}

/* The position of the smallest value. */
static size_t smallest(const struct sweep *sweep, const struct sweep_option *option)
{
    size_t found = 0;
    for (size_t i = 1; i < option->count; i++)
        if (count_of(sweep->values[option->first + i]) <
            count_of(sweep->values[option->first + found]))
            found = i;
    return found;
}

struct sweep_scale sweep_scale(const struct sweep *sweep, uint32_t point)
{
    uint32_t below = 1; /* points between two values of the option */
    for (size_t i = sweep->option_count; i-- > 0;) {
        const struct sweep_option *option = &sweep->options[i];
        const uint32_t at = point / below % (uint32_t)option->count;
        if (option->crowd)
            return (struct sweep_scale){
                .crowd = option->crowd,
                .count = count_of(sweep->values[option->first + at]),
                .base = point - at * below + (uint32_t)smallest(sweep, option) * below,
            };
        below *= (uint32_t)option->count;
    }
    return (struct sweep_scale){0};
}

int sweep_check_size(const struct sweep *sweep, uint32_t ranks, uint32_t nodes, struct failure *why)
{
    for (uint32_t i = 0; i < sweep->point_count; i++) {
        const struct sweep_scale scale = sweep_scale(sweep, i);
        const bool by_node = scale.crowd == SWEEP_NODES;
        const uint32_t most = by_node ? nodes : ranks;
        if (scale.count > most)
            return failure_set(why, -EINVAL, "--sweep %s=%u: the job has %u %s%s",
                               by_node ? "nodes" : "ranks", scale.count, most,
                               by_node ? "node" : "rank", most == 1 ? "" : "s");
    }
    return 0;
}
