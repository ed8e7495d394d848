#include "option_table.h"

const struct option_row option_table[OPTION_COUNT] = {
#define OPTION(ID, field_name, name_text, KIND, fallback_text, argument_text, GROUP, INHERIT,      \
               help_text)                                                                          \
    [OPTION_##ID] = {                                                                              \
        .name = name_text,                                                                         \
        .kind = KIND_##KIND,                                                                       \
        .fallback = fallback_text,                                                                 \
        .argument = argument_text,                                                                 \
        .group = GROUP_##GROUP,                                                                    \
        .inherited = INHERIT,                                                                      \
        .help = help_text,                                                                         \
        .offset = offsetof(struct options, field_name),                                            \
    },
#include "options/options.def"
#undef OPTION
};

const struct option_alias option_aliases[OPTION_ALIASES] = {
    {"num-writers", OPTION_WRITERS},
    {"max-threads", OPTION_PRODUCERS},
};

void *option_field(struct options *options, enum option_id id)
{
    return (char *)options + option_table[id].offset;
}

const void *option_field_const(const struct options *options, enum option_id id)
{
    return (const char *)options + option_table[id].offset;
}
