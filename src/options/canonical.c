/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "option_table.h"
#include "option_value.h"
#include "options/options.h"
#include "quote.h"

/* Starts a line with a source: quoted values do not contain this byte. */
enum { PACK_MARK = '\f' };

static void add_line(struct text *out, const char *key, const char *value)
{
    text_add(out, "%s = ", key);
    quote_print(out, value);
    text_add(out, "\n");
}

/* Prints one option's line, unless its value is not resolved yet. */
static void add_option(const void *field, bool given, enum option_id id, struct text *value,
                       struct text *out)
{
    const struct option_row *row = &option_table[id];
    if (!given && *row->fallback == '\0' && option_value_is_unset(row, field))
        return;
    text_clear(value);
    option_value_print(row, field, value);
    out->failed |= value->failed; /* the next text_clear resets it */
    add_line(out, row->name, text_string(value));
}

static void add_targets(const struct settings *settings, struct text *out)
{
    for (size_t i = 0; i < settings->target_count; i++)
        add_line(out, "target", settings->targets[i]);
}

void options_print_canonical(const struct options *options, struct text *out)
{
    struct text value = {0};
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        add_option(option_field(options, id), options_given(options, id), id, &value, out);
    }
    text_release(&value);
    add_targets(&options->common, out);
    sections_print(options, NULL, out);
}

void options_print_given(const struct options *options, const bool leave_out[OPTION_COUNT],
                         struct text *out)
{
    struct text value = {0};
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const enum option_group group = option_table[id].group;
        if (options_given(options, id) && !leave_out[id] &&
            (group == GROUP_LAYOUT || group == GROUP_PIPELINE || group == GROUP_ENGINE ||
             group == GROUP_DATA))
            add_option(option_field(options, id), true, id, &value, out);
    }
    text_release(&value);
}

static bool is_shown(enum option_id id, const char *value, size_t length)
{
    const char *usual = option_table[id].fallback;
    bool changed = strlen(usual) != length || memcmp(usual, value, length) != 0;
    return options_flagged(id, SHOWN) || (changed && options_flagged(id, SHOWN_CHANGED));
}

/* Returns the line's option and sets its value, which ends at 'end'; OPTION_COUNT for other lines.
 */
static enum option_id parse_line(const char *line, const char *end, const char **value)
{
    char name[64];
    *value = strstr(line, " = ");
    if (!*value || *value >= end)
        return OPTION_COUNT;
    snprintf(name, sizeof name, "%.*s", (int)(*value - line), line);
    *value += strlen(" = ");
    return options_find(name);
}

void options_print_shown(const char *canonical, struct text *out)
{
    const char *before = "";
    for (const char *line = canonical; *line && *line != '[';) {
        const char *end = strchrnul(line, '\n');
        const char *value;
        enum option_id id = parse_line(line, end, &value);
        if (id != OPTION_COUNT && is_shown(id, value, (size_t)(end - value))) {
            text_add(out, "%s%s %.*s", before, option_table[id].name, (int)(end - value), value);
            before = ", ";
        }
        line = *end ? end + 1 : end;
    }
}

void settings_print_canonical(const struct settings *settings, struct text *out)
{
    struct text value = {0};
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        if (option_table[id].scope == SCOPE_SECTION)
            add_option(settings_field(settings, id), settings_given(settings, id), id, &value, out);
    }
    text_release(&value);
    add_targets(settings, out);
}

/* A line with its number precedes the lines of each source. */
void options_pack(const struct options *options, struct text *out)
{
    struct text value = {0};
    for (int source = SOURCE_DEFAULT + 1; source <= SOURCE_COMMAND_LINE; source++) {
        text_add(out, "%c%d\n", PACK_MARK, source);
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            enum option_id id = (enum option_id)i;
            if ((int)options_source(options, id) == source)
                add_option(option_field(options, id), true, id, &value, out);
        }
        if ((int)options->common.targets_source == source)
            add_targets(&options->common, out);
        for (size_t i = 0; i < options->section_count && source == SOURCE_FILE; i++)
            section_print(&options->sections[i], NULL, out);
    }
    text_release(&value);
}

int options_unpack(struct options *options, char *text, struct failure *why)
{
    while (*text == PACK_MARK && !why->code) {
        enum option_source source = (enum option_source)(text[1] - '0');
        char *lines = text + strlen("?1\n");
        char *next = strchr(lines, PACK_MARK);
        if (next)
            *next = '\0';
        options_read(options, lines, "the options of rank 0", source, false, why);
        if (!next)
            break;
        *next = PACK_MARK;
        text = next;
    }
    return why->code;
}
