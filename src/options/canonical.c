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

void options_changed(const struct options *options, struct text *out)
{
    add_all(options, true, out);
}
