#include <stdio.h>
#include <string.h>

#include "option_table.h"
#include "option_value.h"
#include "options/options.h"
#include "quote.h"

static void add_line(struct text *out, const char *key, const char *value)
{
    text_add(out, "%s = ", key);
    quote_add(out, value);
    text_add(out, "\n");
}

static bool still_adapts(const struct options *options, enum option_id id)
{
    const struct option_row *row = &option_table[id];
    return !options_given(options, id) && *row->fallback == '\0' &&
           option_value_unset(row, option_field(options, id));
}

static void add_all(const struct options *options, bool only_changed, struct text *out)
{
    struct text value = {0};
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        if (still_adapts(options, id))
            continue;
        text_clear(&value);
        options_value_text(options, id, &value);
        out->failed |= value.failed; /* the next clear forgets it */
        if (only_changed && !options_given(options, id) &&
            strcmp(text_string(&value), option_table[id].fallback) == 0)
            continue;
        add_line(out, option_table[id].name, text_string(&value));
    }
    text_release(&value);
    for (size_t i = 0; i < options->common.target_count; i++)
        add_line(out, "target", options->common.targets[i]);
}

void options_canonical(const struct options *options, struct text *out)
{
    add_all(options, false, out);
}

static bool is_shown(enum option_id id, const char *value, size_t length)
{
    const char *usual = option_table[id].fallback;
    bool changed = strlen(usual) != length || memcmp(usual, value, length) != 0;
    return options_flagged(id, SHOWN) || (changed && options_flagged(id, SHOWN_CHANGED));
}

void options_shown(const char *canonical, struct text *out)
{
    const char *before = "";
    for (const char *line = canonical; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *value = strstr(line, " = ");
        if (value && value < end) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)(value - line), line);
            enum option_id id = options_find(name);
            value += 3;
            if (id != OPTION_COUNT && is_shown(id, value, (size_t)(end - value))) {
                text_add(out, "%s%s %.*s", before, name, (int)(end - value), value);
                before = ", ";
            }
        }
        line = *end ? end + 1 : end;
    }
}

void options_changed(const struct options *options, struct text *out)
{
    add_all(options, true, out);
}
